"""Controls beside a map, on the command line: measured after it, shown below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from niah.cli.logs import log

if TYPE_CHECKING:
    from collections.abc import Callable

    from niah.experiment import Experiment
    from niah.runner.closing import RunResult
    from niah.runner.prepared import Prepared
    from niah.statistics.analysis import Analysis
    from niah.statistics.controls import ControlResult
    from niah.store.database import Store


def with_controls(experiment: Experiment, asked: bool | None) -> Experiment:
    """The experiment with its controls, or the usual ones, or none, as the command line says.

    Args:
        experiment: As its file says.
        asked: ``--controls`` or ``--no-controls``; None = neither.
    """
    from niah.experiment.spending import ControlsSection

    if asked is None:
        return experiment
    controls = (experiment.controls or ControlsSection()) if asked else None
    return experiment.model_copy(update={"controls": controls})


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredBeside:
    """What a session measured beside a run.

    Attributes:
        complete: Whether every control is.
        interrupted: Whether the user stopped them, or the run before.
        sent: Control trials that this session finished.
        note: Why they are incomplete, in words; empty = they are not.
    """

    complete: bool = True
    interrupted: bool = False
    sent: int = 0
    note: str = ""


def measure_beside(
    prepared: Sequence[Prepared],
    result: RunResult,
    store: Store,
    run: Callable[[Prepared, float], RunResult],
    *,
    elsewhere_usd: float = 0.0,
) -> MeasuredBeside:
    """Measure the controls of a run that was not cut short; why one is incomplete, on stderr."""
    from niah.runner.controls import measure_controls
    from niah.runner.suites import ended_early

    if not prepared:
        return MeasuredBeside()
    if result.interrupted or ended_early(result):
        note = "the controls wait until the sweep is complete"
        log(f"niah: {note}", event="controls-wait")
        return MeasuredBeside(complete=False, interrupted=result.interrupted, note=note)
    done = list(measure_controls(prepared, result.run, store, run, elsewhere_usd=elsewhere_usd))
    for one in done:
        for reason in one.reasons:
            log(f"niah: {reason}", event="reason", level="warning", run=one.run.run)
    finished, note = sum(one.status == "complete" for one in done), ""
    if finished < len(prepared):
        note = f"{finished} of {len(prepared)} controls are complete"
        log(
            f"niah: {note}; the same command goes on",
            event="controls-incomplete",
            level="warning",
            run=result.run.run,
        )
    return MeasuredBeside(
        complete=not note,
        interrupted=any(one.interrupted for one in done),
        sent=sum(one.sent for one in done),
        note=note,
    )


def planned_controls_lines(prepared: Sequence[Prepared]) -> Iterator[str]:
    """What each control would send at most, a row each under a header; nothing without any."""
    from niah.console import count, table, usd

    rows = [
        (one["control"], count(one["trials"]), count(one["input_tokens"]), usd(one["cost_usd"]))
        for one in planned_controls_json(prepared)
    ]
    if rows:
        header = ("control beside the map", "trials", "input tokens", "at most")
        yield from ("", table(header, rows, right=(1, 2, 3)))


def planned_controls_json(prepared: Sequence[Prepared]) -> list[dict[str, Any]]:
    """What each control would send at most, over all models and tasks, as JSON values."""
    from niah.cost import estimate
    from niah.tasks.controls import CONTROLS

    planned = []
    for control in CONTROLS:
        own = [one for one in prepared if one.experiment.prompt.control == control]
        entries = [entry for one in own for entry in estimate(one.experiment, one.trials)]
        costs = [usd for entry in entries for usd in (entry.input_usd, entry.output_usd)]
        known = [usd for usd in costs if usd is not None]
        planned.append(
            {
                "control": control,
                "trials": sum(entry.trials for entry in entries),
                "input_tokens": sum(entry.input_tokens for entry in entries),
                "cost_usd": sum(known) if len(known) == len(costs) else None,
            }
        )
    return [one for one in planned if one["trials"]]


def results_for(results: Sequence[ControlResult], model: str) -> list[ControlResult]:
    """The controls of one model."""
    return [result for result in results if result.model == model]


def controls_block(results: Sequence[ControlResult]) -> Iterator[str]:
    """A line for each share of one model's controls, under a header; nothing without any."""
    from niah.console import count, percent, table
    from niah.figures.controls import control_lines

    rows = []
    for line in control_lines(results, "en"):
        found = line.estimate
        if found.n:
            span = f"{percent(found.lower)} to {percent(found.upper)}"
            rows.append((line.label, percent(found.value), span, count(found.n)))
        else:
            rows.append((line.label, "not measured", "", "0"))
    if rows:
        yield from table(("control", "share", "95% interval", "n"), rows, right=(1, 3)).split("\n")


def controls_tables(results: Sequence[ControlResult], analysis: Analysis) -> Iterator[str]:
    """One model's controls: all shares, then the needles near the end length by length."""
    block = "\n".join(controls_block(results))
    yield from filter(None, (block, _by_length(results, analysis)))


def _by_length(results: Sequence[ControlResult], analysis: Analysis) -> str:
    """The needles near the end beside the map, length by length; empty where this was not asked."""
    from niah.axes import format_tokens
    from niah.console import count, percent, table

    found = next((result for result in results if result.control == "from-end"), None)
    if found is None:
        return ""
    beside = {
        int(length): place
        for place, length in enumerate(analysis.summary.by_length.axis)
        if analysis.summary.by_length.n[place]
    }
    rows = []
    for place, length in enumerate(found.by_length.axis):
        row = [format_tokens(int(length))]
        for marginal, at in (
            (analysis.summary.by_length, beside.get(int(length))),
            (found.by_length, place),
        ):
            if at is None or not marginal.n[at]:
                row += ["not measured", "", "0"]
            else:
                span = f"{percent(marginal.lower[at])} to {percent(marginal.upper[at])}"
                row += [percent(marginal.accuracy[at]), span, count(int(marginal.n[at]))]
        rows.append(row)
    header = (
        "tokens",
        "all depths",
        "95% interval",
        "n",
        f"last {count(found.distance_tokens or 0)} tokens",
        "95% interval",
        "n",
    )
    return table(header, rows, right=(0, 1, 3, 4, 6))


def controls_json(results: Sequence[ControlResult]) -> list[dict[str, Any]]:
    """One model's controls as JSON values."""
    from niah.runner.analyses import marginal_json
    from niah.runner.results import estimate_json

    return [
        {
            "control": result.control,
            "task": result.task,
            "trials": result.trials,
            **estimate_json(result.accuracy),
            "false_answers": None
            if result.false_answers is None
            else estimate_json(result.false_answers),
            "distance_tokens": result.distance_tokens,
            "by_length": marginal_json(result.by_length, "context_length"),
        }
        for result in results
    ]
