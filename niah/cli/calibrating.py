"""niah calibrate: the instrument itself, held against readers whose recall is known."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from niah.cli.options import Json, Overrides, config_path, print_json
from niah.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from niah.experiment import Experiment
    from niah.runner.instrument import InstrumentReport
    from niah.statistics.instrument import Verdict

OUT_OF_TOLERANCE = 1
READERS = ("exact", "flat-90", "decay", "lost-in-the-middle", "cliff-4k", "last-3k")
ANYWHERE = tuple(name for name in READERS if not name.startswith("last-"))
"""Readers whose recall is known to the token. The edge of a reader of its last tokens is known up
to what the question takes, which matters where a cell of the grid lies on it."""

STANDARD = """
name = "calibrate"
models = ["reference/exact"]

[grid]
context_lengths = ["1K", "2K", "4K", "8K"]
depth_percents = { from = 0, to = 100, count = 7 }
trials = 3

[limits]
concurrency = 32
"""


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("calibrate")(calibrate)


def calibrate(
    config: Annotated[
        str | None,
        typer.Argument(
            metavar="CONFIG",
            help="Your experiment, to calibrate with its grid, task and haystack; its models are "
            "not asked. A grid of niah's own when not given.",
        ),
    ] = None,
    reader: Annotated[
        list[str] | None,
        typer.Option("--reader", help=f"A reference reader; default: {', '.join(READERS)}."),
    ] = None,
    sweeps: Annotated[
        int, typer.Option("--sweeps", min=1, max=1000, help="Sweeps of each reader.")
    ] = 10,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of the first sweep.")] = 0,
    override: Overrides = None,
    json: Json = False,
) -> None:
    """Run the whole pipeline on simulated readers of known recall; exit 1 if it is off.

    Plans, prompts, requests, scores, store and statistics are the real ones, only the models are
    not: reference readers in this process, whose true recall is known. The report says how far
    the measured numbers are from it and how many intervals contain it.
    """
    from niah.cli.serving import reference_transports
    from niah.reference.readers import recall_map
    from niah.runner.instrument import calibrate_instrument
    from niah.store.database import open_store

    names = tuple(dict.fromkeys(reader or (READERS if config is None else ANYWHERE)))
    recalls = {f"reference/{name}": recall_map(name) for name in names}
    with TemporaryDirectory(prefix="niah-calibrate-") as folder:
        experiments = [
            _experiment(config, Path(folder), names, [*(override or ()), f"seed={seed + number}"])
            for number in range(sweeps)
        ]
        with open_store(Path(folder) / "calibrate.db") as store:
            report = calibrate_instrument(
                experiments, recalls, store, transports=reference_transports(), tell=_tell
            )
    if json:
        print_json(_report_json(report, seed))
    else:
        _print(report, seed)
    if report.faults:
        raise typer.Exit(OUT_OF_TOLERANCE)


def _experiment(
    config: str | None, folder: Path, readers: Sequence[str], overrides: Sequence[str]
) -> Experiment:
    from niah.experiment import load_experiment

    path = folder / "calibrate.toml"
    if config is None:
        path.write_text(STANDARD, encoding="utf-8")
    else:
        path = config_path(config)
    experiment = load_experiment(
        path, overrides=overrides, model_ids=[f"reference/{name}" for name in readers]
    )
    if not experiment.grid.context_lengths:
        raise ConfigurationError(f"{path} has no context length to calibrate at")
    return experiment


def _tell(done: int, of: int) -> None:
    if sys.stderr.isatty():
        print(f"\rsweep {done} of {of}", end="\n" if done == of else "", file=sys.stderr)


def _print(report: InstrumentReport, seed: int) -> None:
    from niah.axes import format_tokens
    from niah.console import count, table

    grid, together = report.experiment.grid, report.together
    lengths = grid.context_lengths
    print("simulated: reference readers of known recall; no model was asked")
    print(
        f"{count(together.sweeps)} sweeps, {count(together.trials)} trials: "
        f"{format_tokens(lengths[0])} to {format_tokens(lengths[-1])} tokens, {len(lengths)} x "
        f"{len(grid.depth_percents)} cells, {grid.trials} trials a cell, seeds from {seed}\n"
    )
    rows = [
        (
            verdict.reader.removeprefix("reference/"),
            f"{100 * verdict.error:+.2f}",
            f"{100 * verdict.standard_error:.2f}",
            f"{100 * verdict.raw_error:.1f}",
            f"{100 * verdict.pooled_error:.1f}",
            "off" if verdict.faults else "ok",
        )
        for verdict in (*report.readers, together)
    ]
    header = ("reader", "error", "standard error", "cell error raw", "cell error pooled", "")
    print("measured minus known accuracy, in points")
    print(table(header, rows, right=(1, 2, 3, 4)))
    print("\n95% intervals that contain the truth")
    print(_coverages(report))
    print()
    for fault in report.faults:
        print(f"out of tolerance: {fault}")
    if not report.faults:
        print("within tolerance")


def _coverages(report: InstrumentReport) -> str:
    from niah.console import count, table
    from niah.statistics.instrument import KINDS

    verdicts = (*report.readers, report.together)
    rows = [
        (
            kind,
            *(
                f"{100 * verdict.coverage[kind]:.1f}%" if kind in verdict.coverage else "-"
                for verdict in verdicts
            ),
            count(report.together.intervals[kind]),
        )
        for kind in KINDS
    ]
    header = ("of a", *(v.reader.removeprefix("reference/") for v in verdicts), "n")
    return table(header, rows, right=range(1, len(header)))


def _report_json(report: InstrumentReport, seed: int) -> dict[str, Any]:
    return {
        "simulated": True,
        "within_tolerance": not report.faults,
        "faults": list(report.faults),
        "seed": seed,
        "grid": report.experiment.grid.model_dump(mode="json"),
        "versions": dict(report.versions),
        "readers": [_verdict_json(verdict) for verdict in report.readers],
        "together": _verdict_json(report.together),
    }


def _verdict_json(verdict: Verdict) -> dict[str, Any]:
    return {
        "reader": verdict.reader,
        "sweeps": verdict.sweeps,
        "trials": verdict.trials,
        "scored": verdict.scored,
        "error": verdict.error,
        "standard_error": verdict.standard_error,
        "cell_error_raw": verdict.raw_error,
        "cell_error_pooled": verdict.pooled_error,
        "coverage": verdict.coverage,
        "intervals": verdict.intervals,
    }
