"""A run that was measured elsewhere, entered with all its trials at once or not at all."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import fields

from niah.errors import StoreError
from niah.store import Run, TrialRecord
from niah.store.database import Store, storage_errors
from niah.store.records import build, encode_trial
from niah.store.transactions import all_or_nothing
from niah.store.trials import ROW


def add_imported_run(store: Store, run: Run, trials: Sequence[TrialRecord]) -> None:
    """Enter the run and its trials in one transaction.

    Raises:
        ValueError: if a value could not be read back, or the run says that niah measured it.
        StoreError: if the store already holds an import of the same files in the same way.
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    if run.source == "measured":
        raise ValueError("an imported run must say where it comes from")
    values = {field.name: getattr(run, field.name) for field in fields(Run)}
    build(Run, values)
    values["versions"] = json.dumps(run.versions)
    rows = [encode_trial(trial) for trial in trials]
    outcomes = Counter(trial.outcome for trial in trials)
    costs = [trial.cost_usd for trial in trials if trial.cost_usd is not None]
    unpriced = sum(t.cost_usd is None and t.outcome != "failed" for t in trials)
    with storage_errors(store.path), all_or_nothing(store.connection):
        twin = store.connection.execute(
            "SELECT run FROM runs WHERE experiment_sha256 = ? AND experiment = ?",
            (run.experiment_sha256, run.experiment),
        ).fetchone()
        if twin is not None:
            raise StoreError(f"{store.path} has these results already, as {twin[0]}.")
        key = store.connection.execute(
            f"INSERT INTO runs ({', '.join(values)}) VALUES ({_marks(len(values))})",
            tuple(values.values()),
        ).lastrowid
        width = 1 + len(ROW.split(", "))
        store.connection.executemany(
            f"INSERT INTO trials (run_key, {ROW}) VALUES ({_marks(width)})",
            ((key, *row) for row in rows),
        )
        store.connection.executemany(
            "INSERT INTO outcome_counts (run_key, outcome, trials) VALUES (?, ?, ?)",
            [(key, outcome, count) for outcome, count in outcomes.items()],
        )
        store.connection.execute(
            "INSERT INTO spending (run_key, spent_usd, unpriced_trials) VALUES (?, ?, ?)",
            (key, sum(costs), unpriced),
        )


def _marks(count: int) -> str:
    return ", ".join("?" * count)
