"""Stored trials, streamed in the order of the grid."""

from __future__ import annotations

from collections.abc import Iterator

from niah.store import TrialRecord
from niah.store.database import Store, readable_rows, storage_errors
from niah.store.records import COLUMNS, decode_trial
from niah.store.runs import run_key

ROW = ", ".join(("trial_id", *COLUMNS, "record"))


def iter_trials(
    store: Store,
    run: str,
    *,
    model: str | None = None,
    task: str | None = None,
    context_length: int | None = None,
    depth_percent: float | None = None,
) -> Iterator[TrialRecord]:
    """Stream the run's trials by model, task, context length, depth and repeat, each in order.

    The order does not depend on which trial finished first, and memory does not grow with their
    number. Each filter keeps trials of exactly that value.

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
    return _select_trials(
        store,
        run,
        f"SELECT {ROW} FROM trials WHERE {' AND '.join(f'{name} = ?' for name in wanted)}"
        " ORDER BY model, task, context_length, depth_percent, repeat, trial_id",
        tuple(wanted.values()),
    )


def replaced_trials(store: Store, run: str, trial_id: str) -> list[TrialRecord]:
    """The failed records of a trial that later attempts replaced, oldest first.

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
