"""niah plan and niah run of a file with several tasks: all of them, one table."""

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
    from niah.cost import Estimate
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


def plan_suite(suite: Suite, *, json: bool) -> None:
    """Print each task's trials, tokens and price, and the sums; nothing is sent."""
    from niah.cli.controls import planned_controls_json, planned_controls_lines
    from niah.cost import estimate
    from niah.runner.controls import prepare_controls

    prepared = prepare_suite(suite)
    beside = [one for each in suite.experiments for one in prepare_controls(each)]
    estimates = [estimate(one.experiment, one.trials) for one in prepared]
    if json:
        planned = planned_controls_json(beside)
        print_json({**_plan_json(suite, prepared, estimates), "controls": planned})
    else:
        page = _plan_page(suite, prepared, estimates)
        print("\n".join([page, *planned_controls_lines(beside), "Nothing was sent."]))


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
            "cost_usd": _sum([result.cost_usd for result in results]),
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


def _plan_page(
    suite: Suite, prepared: Sequence[Prepared], estimates: Sequence[Sequence[Estimate]]
) -> str:
    from niah.axes import format_tokens
    from niah.console import count, inert, table, usd

    header = ("task", "model", "lengths", "trials", "input tokens", "input", "at most")
    rows = []
    for one, entries in zip(prepared, estimates, strict=True):
        lengths = one.experiment.grid.context_lengths
        for entry in entries:
            rows.append(
                (
                    one.trials[0].task,
                    entry.model.id,
                    f"{len(lengths)}, " + " to ".join(format_tokens(lengths[k]) for k in (0, -1)),
                    count(entry.trials),
                    count(entry.input_tokens),
                    usd(entry.input_usd),
                    usd(entry.at_most_usd),
                )
            )
    lines = [suite.title(len(prepared)), "", table(header, rows, right=(3, 4, 5, 6)), ""]
    budget = prepared[0].experiment.limits.max_cost_usd
    for number, model in enumerate(prepared[0].experiment.resolved_models()):
        own = [entries[number] for entries in estimates]
        limits = sorted({one.experiment.max_output_tokens(model) for one in prepared})
        lines.append(
            f"{inert(model.id)}: {count(sum(e.trials for e in own))} trials, "
            f"{count(sum(e.input_tokens for e in own))} input tokens, at most "
            f"{usd(_sum(entry.at_most_usd for entry in own))}"
            + (" (reference reader, simulated and free)" if model.simulated else "")
            + f"; responses of up to {' or '.join(map(count, limits))} tokens."
        )
    if budget is not None:
        lines.append(f"No more than {usd(budget)} is spent on all of them together.")
    return "\n".join(lines)


def _plan_json(
    suite: Suite, prepared: Sequence[Prepared], estimates: Sequence[Sequence[Estimate]]
) -> dict[str, Any]:
    return {
        "suite": suite.name,
        "title": suite.title(len(prepared)),
        "tasks": [
            {
                "task": one.trials[0].task,
                "experiment": one.experiment.name,
                "experiment_sha256": one.sha256,
                "context_lengths": list(one.experiment.grid.context_lengths),
                "models": [
                    {
                        "model": entry.model.id,
                        "trials": entry.trials,
                        "input_tokens": entry.input_tokens,
                        "output_tokens_at_most": entry.output_tokens,
                        "over_window": entry.over_window,
                        "cost_usd_at_most": entry.at_most_usd,
                    }
                    for entry in entries
                ],
            }
            for one, entries in zip(prepared, estimates, strict=True)
        ],
        "trials": sum(entry.trials for entries in estimates for entry in entries),
        "input_tokens": sum(entry.input_tokens for entries in estimates for entry in entries),
        "cost_usd_at_most": _sum(entry.at_most_usd for entries in estimates for entry in entries),
    }


def _sum(amounts: Iterable[float | None]) -> float | None:
    """None as soon as one is unknown."""
    known = list(amounts)
    return None if any(a is None for a in known) else sum(a for a in known if a is not None)
