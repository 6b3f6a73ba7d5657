"""niah plot: the heatmaps of stored runs."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from niah.cli.options import DEFAULT_DATABASE, DEFAULT_PLOTS, Database, Json, Plots, print_json
from niah.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from niah.figures.text import Facts
    from niah.statistics.grids import Summary
    from niah.store import Run, TrialRecord

FORMATS = ("png", "svg", "pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """How a figure looks; see ``niah.figures.styles``."""

    style: str = "accessible"
    theme: str = "light"
    preset: str = "two-columns"
    scale: str = "categorical"


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("plot")(plot)


def plot(
    runs: Annotated[list[str], typer.Argument(help="Run ids or their starts, or latest.")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="One file; .png, .svg or .pdf.")
    ] = None,
    style: Annotated[str, typer.Option(help="Colours: accessible or classic.")] = "accessible",
    theme: Annotated[str, typer.Option(help="light or dark.")] = "light",
    preset: Annotated[
        str, typer.Option(help="Size: two-columns, one-column, slide or readme.")
    ] = "two-columns",
    scale: Annotated[
        str, typer.Option(help="Lengths: categorical, or true to scale (true).")
    ] = "categorical",
    db: Database = DEFAULT_DATABASE,
    plots: Plots = DEFAULT_PLOTS,
    json: Json = False,
) -> None:
    """Draw the heatmaps of runs: one figure for each model and task."""
    from niah.store.database import open_store
    from niah.store.runs import find_run
    from niah.store.trials import iter_trials

    looks = checked(Looks(style=style, theme=theme, preset=preset, scale=scale))
    formats: Sequence[str] = FORMATS
    if out is not None:
        if out.suffix.lstrip(".") not in FORMATS:
            raise ConfigurationError(f"--out {out}: name a .png, .svg or .pdf file")
        formats = (out.suffix.lstrip("."),)
    written: list[Path] = []
    with open_store(db, access="read") as store:
        for name in runs:
            run = find_run(store, name)
            records = list(iter_trials(store, run.run))
            written += plot_run(run, records, plots, looks, out=out, formats=formats)
            if out is not None and len(written) > 1:
                raise ConfigurationError(
                    f"--out {out} is one file, but there are several figures; use --plots"
                )
    if json:
        print_json({"figures": [str(path) for path in written]})
        return
    for path in written:
        print(path)


def checked(looks: Looks) -> Looks:
    """The looks of a figure, each one known.

    Raises:
        ConfigurationError: naming the option and what it takes.
    """
    from niah.figures.styles import PRESETS, STYLES, THEMES

    known = {
        "style": tuple(STYLES),
        "theme": tuple(THEMES),
        "preset": tuple(PRESETS),
        "scale": ("categorical", "true"),
    }
    for option, value in asdict(looks).items():
        if value not in known[option]:
            raise ConfigurationError(f"--{option} {value}: use {' or '.join(known[option])}")
    return looks


def plot_run(
    run: Run,
    records: Sequence[TrialRecord],
    directory: Path,
    looks: Looks,
    *,
    out: Path | None = None,
    formats: Sequence[str] = FORMATS,
) -> list[Path]:
    """Draw one heatmap for each model and task of a run; the paths written."""
    from niah.figures.drawing import write
    from niah.figures.heatmap import heatmap_data
    from niah.figures.text import Provenance
    from niah.runner.results import run_grids, summarize_run

    grids, summaries = run_grids(run, records), summarize_run(run, records)
    written: list[Path] = []
    for grid, summary in zip(grids, summaries, strict=True):
        data = heatmap_data(grid, summary, facts_of(run, summary), language="en", scale=looks.scale)
        name = run.run if len(grids) == 1 else f"{run.run}-{slug(grid.model)}"
        stem = out.with_suffix("") if out is not None else directory / name
        written += write(
            data,
            stem,
            formats=tuple(formats),
            style=looks.style,
            theme=looks.theme,
            preset=looks.preset,
            provenance=Provenance(
                run=run.run,
                experiment_sha256=run.experiment_sha256,
                niah_version=run.versions.get("niah", "unknown"),
            ),
        )
    return written


def facts_of(run: Run, summary: Summary) -> Facts:
    """The small print of a figure."""
    from niah.figures.text import Facts
    from niah.imports import import_record
    from niah.runner.results import experiment_of

    experiment = experiment_of(run)
    if experiment is None:
        return Facts(
            date=import_record(run).get("choices", {}).get("date"),
            haystack=run.versions.get("haystack"),
            source=run.source,
            run=run.run,
            niah_version=run.versions.get("niah"),
        )
    (model,) = (model for model in experiment.resolved_models() if model.id == summary.model)
    return Facts(
        date=(run.finished_at or run.created_at)[:10],
        haystack=run.versions.get("haystack"),
        tokenizer=model.tokenizer + ("" if model.tokenizer_known else " (stand-in)"),
        trials_per_cell=experiment.grid.trials,
        cost_usd=summary.cost_usd.value,
        cost_at_least=summary.cost_usd.unreported > 0,
        run=run.run,
        niah_version=run.versions.get("niah"),
    )


def slug(text: str) -> str:
    """A name as part of a file's name."""
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-.")[:60]
