"""Measuring as a command does it: with its keys, within its time, a map and then its controls."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING

from niah.cli.logs import is_json, log

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from niah.cli.controls import MeasuredBeside
    from niah.experiment import Experiment
    from niah.runner.closing import RunResult
    from niah.runner.keys import Keys
    from niah.runner.prepared import Prepared
    from niah.store.database import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """How a command measures.

    Attributes:
        store: Open for writing.
        keys: Of the models' providers.
        new, new_after_s: When a map's run is a new one; see ``run_experiment``.
        until_s: When no more is sent, on the monotonic clock; None = no limit.
        quiet: Whether no progress is shown.
    """

    store: Store
    keys: Keys
    new: bool
    new_after_s: float | None
    until_s: float | None
    quiet: bool


def ready(experiment: Experiment) -> tuple[Prepared, list[Prepared]]:
    """An experiment and its controls, fit to be sent; what the user should know is told.

    Raises:
        NiahError: if something that it names cannot be had, or no prompt has one of its lengths.
    """
    from niah.runner.controls import prepare_controls
    from niah.runner.prepare import prepare
    from niah.runner.prepared import check_lengths

    prepared = prepare(experiment)
    check_lengths(prepared)
    controls = prepare_controls(experiment)
    for warning in prepared.warnings:
        log(f"warning: {warning}", event="warning", level="warning")
    return prepared, controls


def measure(
    how: Measuring, prepared: Prepared, elsewhere_usd: float = 0.0, *, beside: bool = False
) -> RunResult:
    """Measure a map, or a control beside one, which goes on with the run that it has.

    Args:
        how: Of the command.
        prepared: What is measured.
        elsewhere_usd: Spent of its budget by other runs.
        beside: Whether it is a control.
    """
    from niah.cli.progress import live_line
    from niah.cli.serving import reference_transports
    from niah.runner.run import run_experiment

    with live_line(prepared.experiment.name, quiet=how.quiet) as show:
        return run_experiment(
            prepared,
            how.store,
            keys=how.keys,
            transports=reference_transports(),
            new=how.new and not beside,
            new_after_s=None if beside else how.new_after_s,
            analysed=not beside,
            max_time_s=None if how.until_s is None else max(1.0, how.until_s - monotonic()),
            elsewhere_usd=elsewhere_usd,
            progress=show,
            tell=log,
            log=_retries_log(),
        )


def measure_with_controls(
    how: Measuring, prepared: Prepared, controls: Sequence[Prepared]
) -> tuple[RunResult, MeasuredBeside]:
    """Measure a map, then its controls, under one budget."""
    from niah.cli.controls import measure_beside
    from niah.runner.controls import controls_spent_usd
    from niah.runner.run import run_to_go_on_with

    begun = run_to_go_on_with(prepared, how.store, new=how.new, new_after_s=how.new_after_s)
    spent_usd = 0.0 if begun is None else controls_spent_usd(how.store, begun.run)
    result = measure(how, prepared, spent_usd)
    others = measure_beside(controls, result, how.store, partial(measure, how, beside=True))
    return result, others


def _retries_log() -> Callable[[str], None]:
    """Where each retry is told of: nowhere on a terminal, whose one line shows the progress."""
    if sys.stderr.isatty() and not is_json():
        return lambda _: None
    return partial(log, event="retry", level="warning")
