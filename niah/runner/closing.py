"""The end of a session: the run's status, its numbers, and why it is incomplete."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from niah.runner.adapt import standings_of
from niah.runner.analyses import cells_of
from niah.runner.prepared import Prepared
from niah.runner.progress import Tally
from niah.runner.results import analyse_run
from niah.statistics.analysis import Analysis
from niah.statistics.grids import Summary
from niah.statistics.intervals import Estimate
from niah.statistics.scores import sweep_estimate
from niah.store import Run, RunStatus, TrialRecord
from niah.store.cells import save_cells
from niah.store.database import Store
from niah.store.runs import find_run, spent_usd
from niah.store.status import set_planned_trials, set_run_status
from niah.store.trials import finished_trial_ids, iter_trials


@dataclass(frozen=True, slots=True, kw_only=True)
class RunResult:
    """What a session of a run came to.

    Attributes:
        run: As stored.
        status: ``complete`` when every trial has an outcome other than ``failed``.
        finished: Trials of the run that need no further request.
        sent: Trials that this session finished.
        interrupted: True when the user stopped it.
        reasons: Why it is incomplete, a sentence each.
        analyses: The run's numbers, one value per model and task.
        accuracy: Mean score over all its scored trials; of an adaptive run, that of its pooled map.
        cost_usd: All that was billed or may have been; None = unknown.
    """

    run: Run
    status: RunStatus
    finished: int
    sent: int
    interrupted: bool
    reasons: tuple[str, ...]
    analyses: tuple[Analysis, ...]
    accuracy: Estimate
    cost_usd: float | None

    @property
    def summaries(self) -> tuple[Summary, ...]:
        """The raw numbers alone."""
        return tuple(analysis.summary for analysis in self.analyses)


def close_run(
    prepared: Prepared,
    store: Store,
    run: Run,
    tally: Tally,
    interrupted: bool,
    reasons: tuple[str, ...],
    *,
    analysed: bool,
) -> RunResult:
    """Keep how a session ended, and say what the run has come to.

    Args:
        prepared: The experiment, calibrated.
        store: Open for writing.
        run: As it was when the session ended.
        tally: Of the session.
        interrupted: Whether the user stopped it.
        reasons: Why it ended early, a sentence each.
        analysed: Compute the run's numbers and keep its cells.
    """
    finished = finished_trial_ids(store, run.run)
    run = replace(find_run(store, run.run), status=run.status, finished_at=run.finished_at)
    if prepared.experiment.sampling.mode == "adaptive":
        standings = standings_of(run.versions)
        planned = max(run.planned_trials, sum(standing.trials for standing in standings.values()))
        set_planned_trials(store, run.run, planned)
        run = replace(run, planned_trials=planned)
        complete = all(name in standings and standings[name].finished for name in prepared.models)
    else:
        complete = all(trial.trial_id in finished for trial in prepared.trials)
    status: RunStatus = "complete" if complete else "incomplete"
    if run.status != status or run.finished_at is None:
        now = datetime.now(UTC).isoformat(timespec="seconds")
        set_run_status(store, run.run, status, finished_at=now)
        run = replace(run, status=status, finished_at=now)
    records = list(iter_trials(store, run.run))
    analyses = tuple(analyse_run(run, records)) if analysed else ()
    if analysed:
        save_cells(store, run.run, [cell for analysis in analyses for cell in cells_of(analysis)])
    priced = all(model.price is not None for model in prepared.models.values())
    return RunResult(
        run=run,
        status=status,
        finished=len(finished),
        sent=tally.session_done,
        interrupted=interrupted,
        reasons=(*reasons, *_unmeasured(records)),
        analyses=analyses,
        accuracy=_accuracy(prepared, analyses) or sweep_estimate(records),
        cost_usd=spent_usd(store, run.run) if priced else None,
    )


def _unmeasured(records: Iterable[TrialRecord]) -> Iterator[str]:
    """For each model and kind of failure, a sentence with its count and an example."""
    failed: dict[tuple[str, str], list[str]] = {}
    for record in records:
        if record.outcome == "failed":
            key = record.model, record.failure_kind or "unknown"
            failed.setdefault(key, []).append(record.message)
    for (model, kind), messages in failed.items():
        trials = "1 trial" if len(messages) == 1 else f"{len(messages):,} trials"
        yield f"{model}: {trials} not measured ({kind}): {messages[-1]}"


def _accuracy(prepared: Prepared, analyses: Sequence[Analysis]) -> Estimate | None:
    """An adaptive run's one number: of its pooled map, where it has one sweep; None = uniform.

    Its raw mean would weigh cells by the trials that they were thought to need.
    """
    if prepared.experiment.sampling.mode == "uniform":
        return None
    pooled = [analysis.pooled for analysis in analyses if analysis.pooled is not None]
    if len(pooled) == 1 == len(analyses):
        return pooled[0].margins.accuracy
    n = sum(analysis.summary.accuracy.n for analysis in analyses)
    nothing = math.nan
    return Estimate(
        value=nothing, lower=nothing, upper=nothing, n=n, method="each sweep has its own pooled map"
    )
