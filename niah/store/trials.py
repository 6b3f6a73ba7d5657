"""Stored trials, streamed in the order of the grid."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from niah.store import MEASURED_SCORE_TAG, SCORED_BY_TAG, TrialRecord
from niah.store.database import Store, readable_rows, storage_errors
from niah.store.records import COLUMNS, decode_trial
from niah.store.runs import run_key
from niah.store.scorings import Rescore, decode_rescore, scoring_in_use

ROW = ", ".join(("trial_id", *COLUMNS, "record"))
_ROW_OF_TRIALS = ", ".join(f"trials.{name}" for name in ROW.split(", "))
_RESCORE = "other.trial_id, other.score, other.reason, other.found, other.taken"
_SCORED = frozenset({"answered", "output-limit", "empty"})


def iter_trials(
    store: Store,
    run: str,
    *,
    model: str | None = None,
    task: str | None = None,
    context_length: int | None = None,
    depth_percent: float | None = None,
    as_measured: bool = False,
) -> Iterator[TrialRecord]:
    """Stream the run's trials by model, task, context length, depth and repeat, each in order.

    The order does not depend on which trial finished first, and memory does not grow with their
    number. Each filter keeps trials of exactly that value. Where another scorer's scores are in
    use, a trial has these, and tags that say so; ``as_measured`` gives those of the measurement.

    Raises:
        StoreError: if there is no such run, or the store is damaged.
    """
    filters = {
        "model": model,
        "task": task,
        "context_length": context_length,
        "depth_percent": depth_percent,
    }
    wanted = {"run_key": run_key(store, run)} | {
        name: value for name, value in filters.items() if value is not None
    }
    in_use = None if as_measured else scoring_in_use(store, run)
    chosen = " AND ".join(f"{name} = ?" for name in wanted)
    order = "ORDER BY model, task, context_length, depth_percent, repeat, trials.trial_id"
    if in_use is None:
        return _select_trials(
            store, run, f"SELECT {ROW} FROM trials WHERE {chosen} {order}", tuple(wanted.values())
        )
    key, scorer = in_use
    return _rescored_trials(
        store,
        run,
        scorer,
        f"SELECT {_ROW_OF_TRIALS}, {_RESCORE} FROM trials LEFT JOIN rescores AS other"
        " ON other.scoring_key = ? AND other.trial_id = trials.trial_id"
        f" WHERE {chosen} {order}",
        (key, *wanted.values()),
    )


def replaced_trials(store: Store, run: str, trial_id: str) -> list[TrialRecord]:
    """The records of a trial that later ones replaced, oldest first.

    Those that failed, and answers to prompts that the provider counted too long or too short.

    Raises:
        StoreError: if there is no such run, or the store is damaged.
    """
    return list(
        _select_trials(
            store,
            run,
            f"SELECT {ROW} FROM replaced_trials WHERE run_key = ? AND trial_id = ? ORDER BY rowid",
            (run_key(store, run), trial_id),
        )
    )


def finished_trial_ids(store: Store, run: str) -> set[str]:
    """Ids of the trials that must not be sent again: every outcome but "failed".

    Raises:
        StoreError: if there is no such run, or the store is damaged.
    """
    key = run_key(store, run)
    with storage_errors(store.path):
        rows = store.connection.execute(
            "SELECT trial_id FROM trials WHERE run_key = ? AND outcome <> 'failed'", (key,)
        )
        return {trial_id for (trial_id,) in rows}


def _select_trials(
    store: Store, run: str, query: str, parameters: tuple[object, ...]
) -> Iterator[TrialRecord]:
    with storage_errors(store.path):
        for row in store.connection.execute(query, parameters):
            with readable_rows(store.path):
                trial = decode_trial(run, row)
            yield trial


def _rescored_trials(
    store: Store, run: str, scorer: str, query: str, parameters: tuple[object, ...]
) -> Iterator[TrialRecord]:
    width = len(ROW.split(", "))
    with storage_errors(store.path):
        for row in store.connection.execute(query, parameters):
            with readable_rows(store.path):
                trial = decode_trial(run, row[:width])
                other = None if row[width] is None else decode_rescore(row[width:])
            yield _scored_by(scorer, trial, other)


def _scored_by(scorer: str, trial: TrialRecord, other: Rescore | None) -> TrialRecord:
    """The trial as another scorer sees it; what that one could not tell is not measured."""
    if trial.outcome not in _SCORED:
        return trial
    was = "" if trial.score is None else f"{trial.score:g}"
    tags = {**trial.tags, SCORED_BY_TAG: scorer, MEASURED_SCORE_TAG: was}
    if other is None or other.score is None:
        why = "this trial came later" if other is None else other.reason
        return replace(
            trial,
            outcome="failed",
            failure_kind="malformed",
            message=f"no score by {scorer}: {why}",
            score=None,
            score_reason="",
            found=(),
            taken=(),
            tags=tags,
        )
    return replace(
        trial,
        score=other.score,
        score_reason=other.reason,
        found=other.found,
        taken=other.taken,
        tags=tags,
    )
