"""niah export: every trial of a run, for other programs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from niah.cli.options import DEFAULT_DATABASE, Database
from niah.errors import ConfigurationError
from niah.files import whole_file


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("export")(export)


def export(
    run: Annotated[str, typer.Argument(help="A run's id or the start of it, or latest.")],
    format: Annotated[str, typer.Option("--format", help="jsonl, csv or parquet.")] = "jsonl",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A file; stdout when not given.")
    ] = None,
    db: Database = DEFAULT_DATABASE,
) -> None:
    """Write every trial of a run as JSON lines, CSV or Parquet."""
    from niah.store.database import open_store
    from niah.store.export import export_csv, export_jsonl, export_parquet
    from niah.store.runs import find_run

    if format not in ("jsonl", "csv", "parquet"):
        raise ConfigurationError(f"--format {format}: use jsonl, csv or parquet")
    if format == "parquet" and out is None:
        raise ConfigurationError("--format parquet needs a file; name one with --out")
    with open_store(db, access="read") as store:
        name = find_run(store, run).run
        if out is None:
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
            (export_csv if format == "csv" else export_jsonl)(store, name, sys.stdout)
            return
        with whole_file(out) as draft:
            if format == "parquet":
                with draft.open("wb") as binary:
                    export_parquet(store, name, binary)
            else:
                with draft.open("w", encoding="utf-8", newline="") as text:
                    (export_csv if format == "csv" else export_jsonl)(store, name, text)
