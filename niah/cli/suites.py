"""niah run of a file with several tasks: all of them, one table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from niah.cli.logs import log
from niah.cli.options import print_json
from niah.files import file_stem

if TYPE_CHECKING:
    from niah.cli.controls import MeasuredBeside
    from niah.experiment import Suite
    from niah.interface.sweeps import Sweep
    from niah.runner.closing import RunResult
    from niah.runner.prepared import Prepared
    from niah.statistics.controls import ControlResult
    from niah.store import Run
    from niah.store.database import Store


def prepare_suite(suite: Suite) -> list[Prepared]:
    """All tasks ready to be sent, each with lengths that its prompts can have; warnings once each.

    Raises:
        ConfigurationError: naming the task where there are several.
    """
    from niah.runner.prepare import prepare
    from niah.runner.prepared import check_lengths

    prepared: list[Prepared] = []
    for experiment in suite.experiments:
        prepared.append(prepare(experiment))
        check_lengths(prepared[-1])
    for name, key in suite.left_out:
        log(
            f"note: {name} is left out; --set tasks.{name}.{key}=FILE takes it in",
            event="task-left-out",
        )
    told = (
        f"{one.experiment.task.name}: {warning}" if warning in one.task.notes else warning
        for one in prepared
        for warning in one.warnings
    )
    for warning in dict.fromkeys(told):
        log(f"warning: {warning}", event="warning", level="warning")
    return prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteOutcome:
    """What a session of a suite came to.

    Attributes:
        complete: Whether every task is.
        interrupted: Whether the user stopped it.
        sent: Trials that this session finished, those of controls included.
        finished_tasks, tasks: How many of how many are complete.
        text: The table, for a terminal.
        paths: Its files.
        told: All of it as JSON values.
    """

    complete: bool
    interrupted: bool
    sent: int
    finished_tasks: int
    tasks: int
    text: str
    paths: tuple[Path, ...]
    told: Mapping[str, Any]


def measure_suite(
    suite: Suite,
    prepared: Sequence[Prepared],
    store: Store,
    run: Callable[[Prepared, float], RunResult],
    *,
    controls: Sequence[Sequence[Prepared]],
    run_control: Callable[[Prepared, float], RunResult],
    new: bool,
    new_after_s: float | None,
    plots: Path,
    show: Callable[[RunResult], None],
    summary: Callable[[RunResult, Sequence[ControlResult]], Mapping[str, Any]],
) -> SuiteOutcome:
    """Measure every task, show each as it ends, then the controls, and write the table."""
    from niah.runner.controls import results_of_controls, stored_controls
    from niah.runner.suites import run_suite

    results = []
    for result in run_suite(prepared, store, run, new=new, new_after_s=new_after_s):
        results.append(result)
        show(result)
    finished, tasks = sum(r.status == "complete" for r in results), len(suite.experiments)
    so_far = "" if finished == tasks else f"Incomplete, {finished} of {tasks} tasks are done: "
    others: list[MeasuredBeside] = []
    if finished == tasks:
        others = _measure_controls(controls, results, store, run_control)
    beside = [results_of_controls(stored_controls(store, result.run)) for result in results]
    complete = finished == tasks and all(one.complete for one in others)
    runs = [result.run for result in results]
    paths, title, text, rows = _table(suite, store, runs, plots, so_far)
    return SuiteOutcome(
        complete=complete,
        interrupted=any(r.interrupted for r in results) or any(o.interrupted for o in others),
        sent=sum(r.sent for r in results) + sum(o.sent for o in others),
        finished_tasks=finished,
        tasks=tasks,
        text="\n\n".join([text, *_controls_text(results, beside)]),
        paths=tuple(paths),
        told={
            "suite": suite.name,
            "title": title,
            "status": "complete" if complete else "incomplete",
            "simulated": any(result.run.simulated for result in results),
            "cost_usd": known_sum([result.cost_usd for result in results]),
            "runs": [summary(*one) for one in zip(results, beside, strict=True)],
            "figures": [str(path) for path in paths],
            "table": rows,
        },
    )


def _measure_controls(
    controls: Sequence[Sequence[Prepared]],
    results: Sequence[RunResult],
    store: Store,
    run: Callable[[Prepared, float], RunResult],
) -> list[MeasuredBeside]:
    """Measure the controls of each task, until those of one are incomplete."""
    from niah.cli.controls import measure_beside
    from niah.runner.controls import family_spent_usd

    measured: list[MeasuredBeside] = []
    for own, result in zip(controls, results, strict=True):
        elsewhere_usd = sum(
            family_spent_usd(store, other.run.run) for other in results if other is not result
        )
        measured.append(measure_beside(own, result, store, run, elsewhere_usd=elsewhere_usd))
        if not measured[-1].complete:
            break
    return measured


def _controls_text(
    results: Sequence[RunResult], controls: Sequence[Sequence[ControlResult]]
) -> Iterable[str]:
    """The controls of each sweep of each task that has any."""
    from niah.cli.controls import controls_block, results_for
    from niah.cli.questions import questions_block
    from niah.console import inert

    for result, own in zip(results, controls, strict=True):
        for analysis in result.analyses:
            summary = analysis.summary
            lines = list(controls_block(results_for(own, summary.model)))
            lines += questions_block(analysis, own)
            if lines:
                yield "\n".join([f"{inert(summary.model)}, {inert(summary.task)}", *lines])


def show_suite(outcome: SuiteOutcome, *, again: str, json: bool) -> None:
    """The table on stdout; how to go on, on stderr."""
    if json:
        print_json(outcome.told)
    else:
        print("\n".join(["", outcome.text, "", *map(str, outcome.paths)]))
    if not outcome.complete:
        log(
            f"niah: {outcome.finished_tasks} of {outcome.tasks} tasks are complete; the same "
            f"command goes on: {again}",
            event="suite-incomplete",
            level="warning",
        )


def _table(
    suite: Suite, store: Store, runs: Sequence[Run], plots: Path, so_far: str
) -> tuple[list[Path], str, str, list[dict[str, Any]]]:
    """The table of the measured tasks: files, title, text for a terminal, rows as JSON."""
    from niah.figures.table_text import TABLE_FORMATS, terminal_table, write_table
    from niah.interface.pictures import Choices
    from niah.interface.sweeps import provenance_of, sweeps_of
    from niah.interface.tables import rows_json, table_of
    from niah.store.trials import iter_trials

    sweeps: list[Sweep] = []
    for run in runs:
        sweeps += sweeps_of(run, iter_trials(store, run.run))
    if not sweeps:
        return [], so_far + suite.title(0), "Nothing was measured.", []
    title = so_far + suite.title(len({sweep.grid.task for sweep in sweeps}))
    data = table_of(
        sweeps,
        Choices(
            kind="table",
            title=title,
            published=suite.table.published,
            nearby=True,
            effective=str(suite.table.effective),
        ),
    )
    stem = plots / file_stem(runs[0].run, suite.name, "table")
    written = write_table(data, stem, formats=TABLE_FORMATS, provenance=provenance_of(sweeps))
    return written, title, terminal_table(data), rows_json(data)


def known_sum(amounts: Iterable[float | None]) -> float | None:
    """None as soon as one is unknown."""
    known = list(amounts)
    return None if any(a is None for a in known) else sum(a for a in known if a is not None)
