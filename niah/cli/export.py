"""niah export: every trial or every cell of a run, for other programs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from niah.cli.options import DEFAULT_DATABASE, Database
from niah.errors import ConfigurationError
from niah.files import whole_file

if TYPE_CHECKING:
    from niah.store.database import Store

FORMATS = ("jsonl", "csv", "parquet")
KINDS = ("trials", "cells")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("export")(export)


def export(
    run: Annotated[str, typer.Argument(help="A run's id or the start of it, or latest.")],
    format: Annotated[str, typer.Option("--format", help="jsonl, csv or parquet.")] = "jsonl",
    what: Annotated[
        str,
        typer.Option(
            "--what", help="trials, or cells: n, raw and pooled accuracy of each with its interval."
        ),
    ] = "trials",
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A file; stdout when not given.")
    ] = None,
    db: Database = DEFAULT_DATABASE,
) -> None:
    """Write every trial or every cell of a run as JSON lines, CSV or Parquet."""
    from niah.store.database import open_store

    if format not in FORMATS:
        raise ConfigurationError(f"--format {format}: use jsonl, csv or parquet")
    if what not in KINDS:
        raise ConfigurationError(f"--what {what}: use trials or cells")
    if format == "parquet" and out is None:
        raise ConfigurationError("--format parquet needs a file; name one with --out")
    with open_store(db, access="read") as store:
        writer = (_trials if what == "trials" else _cells)(store, run, format)
        if out is None:
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # type: ignore[union-attr]
            writer(sys.stdout)
            return
        with whole_file(out) as draft:
            if format == "parquet":
                with draft.open("wb") as binary:
                    writer(binary)
            else:
                with draft.open("w", encoding="utf-8", newline="") as text:
                    writer(text)


def _trials(store: Store, run: str, format: str) -> Callable[[Any], int]:
    from niah.store.export import export_csv, export_jsonl, export_parquet
    from niah.store.runs import find_run

    name = find_run(store, run).run
    if format == "parquet":
        return lambda stream: export_parquet(store, name, stream)
    if format == "csv":
        return lambda stream: export_csv(store, name, stream)
    return lambda stream: export_jsonl(store, name, stream)


def _cells(store: Store, run: str, format: str) -> Callable[[Any], int]:
    """The cells are computed from the trials as they are now; the stored ones may be older."""
    from niah.runner.analyses import run_cells
    from niah.store.export import (
        CELL_COLUMNS,
        cell_types,
        exported_cell,
        write_csv,
        write_jsonl,
        write_parquet,
    )
    from niah.store.runs import find_run
    from niah.store.trials import iter_trials

    found = find_run(store, run)
    cells = run_cells(found, iter_trials(store, found.run))
    rows = [exported_cell(found.run, found.simulated, cell) for cell in cells]
    if format == "parquet":
        return lambda stream: write_parquet(cell_types, rows, stream)
    if format == "csv":
        return lambda stream: write_csv(CELL_COLUMNS, rows, stream)
    return lambda stream: write_jsonl(rows, stream)
