"""niah plot: the figures and tables of stored runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from niah.cli.options import (
    DEFAULT_DATABASE,
    DEFAULT_PLOTS,
    Database,
    Json,
    Plots,
    note,
    print_json,
)
from niah.errors import ConfigurationError
from niah.files import file_stem

if TYPE_CHECKING:
    from niah.interface.pictures import Choices
    from niah.interface.sweeps import Sweep
    from niah.statistics.controls import ControlResult
    from niah.store import Run, TrialRecord

FORMATS = ("png", "svg", "pdf")
TABLE_FORMATS = ("md", "tex", "csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """How a figure looks; see ``niah.figures.styles``."""

    style: str = "accessible"
    theme: str = "light"
    preset: str = "two-columns"
    margins: bool = False


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("plot")(plot)


def plot(
    runs: Annotated[list[str], typer.Argument(help="Run ids or their starts, or latest.")],
    kind: Annotated[
        str | None,
        typer.Option(
            "--kind",
            help="heatmap, panels, length, depth, difference, cost, trend or table; by default a "
            "heatmap of one sweep and panels of several.",
        ),
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option("-m", "--model", help="Only this model; repeatable.")
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="One file: .png, .svg, .pdf; a table: .md, .tex, .csv."),
    ] = None,
    style: Annotated[str, typer.Option(help="Colours: accessible or classic.")] = "accessible",
    theme: Annotated[str, typer.Option(help="light or dark.")] = "light",
    preset: Annotated[
        str, typer.Option(help="Size: two-columns, one-column, slide or readme.")
    ] = "two-columns",
    language: Annotated[str, typer.Option(help="Of all words: en or de.")] = "en",
    scale: Annotated[
        str, typer.Option(help="Lengths and depths: categorical, or true to scale (true).")
    ] = "categorical",
    pooled: Annotated[
        bool | None,
        typer.Option("--pooled/--raw", help="The pooled estimate, or raw accuracies."),
    ] = None,
    uncertainty: Annotated[
        str, typer.Option(help="Width of intervals in the cells: none, fade or hatch.")
    ] = "none",
    margins: Annotated[
        bool, typer.Option("--margins", help="Strips over length and depth beside a heatmap.")
    ] = False,
    effective: Annotated[
        str | None,
        typer.Option(
            "--effective",
            metavar="RULE",
            help="Mark the effective context length: ruler, nolima, or a least accuracy.",
        ),
    ] = None,
    claimed: Annotated[
        bool, typer.Option("--claimed", help="Mark the context length that the maker states.")
    ] = False,
    values: Annotated[
        str, typer.Option(help="Accuracies in the cells: of small grids, always or never.")
    ] = "small",
    published: Annotated[
        str | None,
        typer.Option("--published", help="Published rows beside a table's: ruler or nolima."),
    ] = None,
    title: Annotated[str | None, typer.Option("--title", help="In place of the usual one.")] = None,
    db: Database = DEFAULT_DATABASE,
    plots: Plots = DEFAULT_PLOTS,
    json: Json = False,
) -> None:
    """Draw the sweeps of runs: heatmaps, curves, differences, costs, trends, tables."""
    from niah.interface.pictures import Choices

    looks = checked(Looks(style=style, theme=theme, preset=preset, margins=margins))
    choices = Choices(
        kind=kind,
        pooled=pooled,
        uncertainty=uncertainty,
        values=values,
        scale=scale,
        effective=effective,
        claimed=claimed,
        language=language,
        title=title,
        published=published,
    )
    kind, formats = _kind_and_formats(kind, out)
    sweeps = _sweeps(db, runs, model)
    if claimed and not any(sweep.claimed_tokens for sweep in sweeps):
        note("note: no claimed context length is known; model.<name>.context_window states one")
    if published is not None and kind != "table":
        note(
            "note: --published is for tables: --kind table, or a name that ends in .md, .tex, .csv"
        )
    groups = [[s] for s in sweeps] if kind == "heatmap" else [sweeps]
    if out is not None and len(groups) > 1:
        raise ConfigurationError(
            f"--out {out} is one file, but these are {len(groups)} heatmaps; use --kind panels, "
            "choose with --model, or name a directory with --plots"
        )
    written: list[Path] = []
    words: list[str] = []
    for group in groups:
        stem = out.with_suffix("") if out is not None else plots / _name(group, kind, sweeps)
        paths, description = _draw(group, replace(choices, kind=kind), looks, stem, formats)
        written += paths
        words.append(description)
    if json:
        print_json({"figures": [str(path) for path in written], "descriptions": words})
        return
    for path in written:
        print(path)


def checked(looks: Looks) -> Looks:
    """The looks of a figure, each one known.

    Raises:
        ConfigurationError: naming the option and what it takes.
    """
    from niah.figures.styles import PRESETS, STYLES, THEMES

    known = {"style": tuple(STYLES), "theme": tuple(THEMES), "preset": tuple(PRESETS)}
    for option, allowed in known.items():
        value = getattr(looks, option)
        if value not in allowed:
            raise ConfigurationError(f"--{option} {value}: use {' or '.join(allowed)}")
    return looks


def plot_run(
    run: Run,
    records: Sequence[TrialRecord],
    directory: Path,
    looks: Looks,
    controls: Sequence[ControlResult] = (),
) -> list[Path]:
    """Draw each model and task of a run: a heatmap, or a curve where depth means nothing."""
    from niah.interface.pictures import Choices
    from niah.interface.sweeps import sweeps_of

    sweeps = sweeps_of(run, records, controls)
    written: list[Path] = []
    for sweep in sweeps:
        stem = directory / _name([sweep], "heatmap", sweeps)
        kind = "heatmap" if sweep.has_depth else "length"
        written += _draw([sweep], Choices(kind=kind), looks, stem, FORMATS)[0]
    return written


def _kind_and_formats(kind: str | None, out: Path | None) -> tuple[str | None, Sequence[str]]:
    """The kind as far as options tell it, and the formats to write."""
    from niah.figures.text import one_of
    from niah.interface.pictures import KINDS

    if kind is not None:
        one_of("kind", kind, (*KINDS, "table"))
    suffix = None if out is None else out.suffix.lstrip(".").lower()
    if kind is None and suffix in TABLE_FORMATS:
        kind = "table"
    allowed = TABLE_FORMATS if kind == "table" else FORMATS
    if suffix is None:
        return kind, allowed
    if suffix not in allowed:
        what = "a table" if kind == "table" else "a figure"
        raise ConfigurationError(f"--out {out}: name {what} .{', .'.join(allowed)}")
    return kind, (suffix,)


def _sweeps(db: Path, runs: Sequence[str], models: Sequence[str] | None) -> list[Sweep]:
    """The sweeps of the named runs in their order, of the named models only."""
    from niah.interface.sweeps import sweeps_of
    from niah.runner.controls import results_of_controls, stored_controls
    from niah.store.database import open_store
    from niah.store.runs import find_run
    from niah.store.trials import iter_trials

    sweeps: list[Sweep] = []
    with open_store(db, access="read") as store:
        found = dict.fromkeys(find_run(store, name).run for name in runs)
        for name in found:
            run = find_run(store, name)
            beside = results_of_controls(stored_controls(store, run))
            sweeps += sweeps_of(run, iter_trials(store, name), beside)
    known = sorted({sweep.grid.model for sweep in sweeps})
    for model in models or ():
        if model not in known:
            raise ConfigurationError(
                f"--model {model}: not in these runs; they have {', '.join(known)}"
            )
    chosen = [s for s in sweeps if not models or s.grid.model in models]
    if not chosen:
        raise ConfigurationError(f"{', '.join(found)}: no cell to plot; run the sweep first")
    return chosen


def _name(sweeps: Sequence[Sweep], kind: str | None, all_sweeps: Sequence[Sweep]) -> str:
    """A figure's file name: its run or runs, then its model and task among others, or its kind."""
    runs = list(dict.fromkeys(sweep.run.run for sweep in sweeps))
    parts = [runs[0]]
    if len(runs) > 1:
        parts += ["and", runs[1] if len(runs) == 2 else f"{len(runs) - 1}-others"]
    if kind == "heatmap":
        (sweep,) = sweeps
        beside = [other.grid for other in all_sweeps if other.run.run == sweep.run.run]
        if len({grid.model for grid in beside}) > 1:
            parts.append(sweep.grid.model)
        if len({grid.task for grid in beside}) > 1:
            parts.append(sweep.grid.task)
    elif kind is not None:
        parts.append(kind)
    elif len(sweeps) > 1:
        parts.append("panels")
    return file_stem(*parts)


def _draw(
    sweeps: Sequence[Sweep], choices: Choices, looks: Looks, stem: Path, formats: Sequence[str]
) -> tuple[list[Path], str]:
    """Write one figure or table; the paths, and the figure in words."""
    from niah.interface.sweeps import provenance_of

    provenance = provenance_of(sweeps)
    if choices.kind == "table":
        from niah.figures.table_text import write_table
        from niah.interface.tables import table_of

        table = table_of(sweeps, choices)
        return write_table(table, stem, formats=formats, provenance=provenance), table.title
    from niah.figures.drawing import describe, write
    from niah.interface.pictures import figure_data

    data = figure_data(sweeps, choices)
    paths = write(
        data,
        stem,
        formats=tuple(formats),
        style=looks.style,
        theme=looks.theme,
        preset=looks.preset,
        margins=looks.margins,
        provenance=provenance,
    )
    return paths, describe(data)
