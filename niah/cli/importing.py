"""niah import: results that others published, to be plotted and compared like our own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from niah.cli.options import DEFAULT_DATABASE, Database, Json, print_json
from niah.errors import ConfigurationError


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("import")(import_results)


def import_results(
    files: Annotated[list[Path], typer.Argument(help="Files, or directories of them.")],
    model: Annotated[
        str | None, typer.Option("-m", "--model", help="The model, where the files name none.")
    ] = None,
    task: Annotated[str | None, typer.Option("--task", help="Label of the task.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Of the run.")] = None,
    score_range: Annotated[
        str | None,
        typer.Option("--score-range", metavar="LOW-HIGH", help="Scores that stand for 0 and 1."),
    ] = None,
    pass_mark: Annotated[
        float | None,
        typer.Option("--pass-mark", metavar="SCORE", help="Count this and more as 1, less as 0."),
    ] = None,
    length_column: Annotated[
        str, typer.Option("--length-column", help="Column or key of the context length in tokens.")
    ] = "context_length",
    depth_column: Annotated[
        str, typer.Option("--depth-column", help="Column or key of the depth in percent.")
    ] = "depth_percent",
    score_column: Annotated[
        str, typer.Option("--score-column", help="Column or key of the score.")
    ] = "score",
    model_column: Annotated[
        str, typer.Option("--model-column", help="Column or key of the model.")
    ] = "model",
    haystack: Annotated[
        str | None, typer.Option("--haystack", help="For the small print: the corpus.")
    ] = None,
    date: Annotated[
        str | None, typer.Option("--date", help="For the small print: when it was measured.")
    ] = None,
    origin: Annotated[
        str | None, typer.Option("--origin", help="For the small print: who published it.")
    ] = None,
    db: Database = DEFAULT_DATABASE,
    json: Json = False,
) -> None:
    """Read published results into the store, marked as imported."""
    from datetime import UTC, datetime

    from niah.console import count, inert
    from niah.imports import Choices
    from niah.imports.collect import read_results
    from niah.runner.analyses import run_cells
    from niah.store.cells import save_cells
    from niah.store.database import open_store
    from niah.store.imports import add_imported_run

    choices = Choices(
        model=model,
        task=task,
        name=name,
        haystack=haystack,
        date=_date(date),
        origin=origin,
        score_range=_range(score_range),
        pass_mark=pass_mark,
        length_column=length_column,
        depth_column=depth_column,
        score_column=score_column,
        model_column=model_column,
    )
    imported = read_results(files, choices, now=datetime.now(UTC))
    with open_store(db) as store:
        add_imported_run(store, imported.run, imported.trials)
        save_cells(store, imported.run.run, run_cells(imported.run, imported.trials))
    models = sorted({trial.model for trial in imported.trials})
    if json:
        print_json(
            {
                "run": imported.run.run,
                "source": imported.run.source,
                "sha256": imported.run.experiment_sha256,
                "models": models,
                "trials": len(imported.trials),
            }
        )
        return
    print(inert(imported.run.run))
    print(f"  {count(len(imported.trials))} trials of {inert(', '.join(models))}")
    print(f"  imported from {inert(imported.run.source)}")


def _range(given: str | None) -> tuple[float, float] | None:
    if given is None:
        return None
    match = re.fullmatch(r"(-?\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)", given)
    if match is None or float(match[1]) >= float(match[2]):
        raise ConfigurationError(
            f"--score-range {given}: give the lowest and the highest score, such as 1-10"
        )
    return float(match[1]), float(match[2])


def _date(given: str | None) -> str | None:
    if given is not None and not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", given):
        raise ConfigurationError(f"--date {given}: write it like 2023-11-08 or 2023-11")
    return given
