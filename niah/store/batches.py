"""A batch: what one transaction writes of a run, and what that adds to the run's totals.

A change is a function of a batch. Changes write their own rows and leave the totals to the batch,
which adds to them once, however many changes it carries.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

from niah.store.transactions import all_or_nothing
from niah.store.trials import ROW

T = TypeVar("T")

_MARKS = ", ".join("?" * (1 + len(ROW.split(", "))))


@dataclass(slots=True, kw_only=True)
class Batch:
    """One transaction in the making, with what it adds to the run's totals."""

    connection: sqlite3.Connection
    run_key: int
    trials: Counter[str] = field(default_factory=Counter)
    spent_usd: float = 0.0
    unpriced_trials: int = 0


def write_batch(
    connection: sqlite3.Connection, run_key: int, changes: Iterable[Callable[[Batch], T]]
) -> list[T]:
    """Carry out all changes and add them to the totals, or none of it.

    Returns:
        What each change returned, in their order.

    Raises:
        sqlite3.Error: if it could not be written.
    """
    batch = Batch(connection=connection, run_key=run_key)
    with all_or_nothing(connection):
        results = [change(batch) for change in changes]
        _add_to_totals(batch)
    return results


def reserve(batch: Batch, trial_id: str, worst_case_usd: float) -> int:
    """Count a request at its worst case; returns the reservation's number."""
    number = batch.connection.execute(
        "INSERT INTO reservations (run_key, trial_id, worst_case_usd) VALUES (?, ?, ?)",
        (batch.run_key, trial_id, worst_case_usd),
    ).lastrowid
    assert number is not None
    return number


def settle(batch: Batch, reservation: int | None, cost_usd: float) -> None:
    """Replace a reservation, if there is one, by what its request cost."""
    if reservation is not None:
        batch.connection.execute(
            "DELETE FROM reservations WHERE reservation = ? AND run_key = ?",
            (reservation, batch.run_key),
        )
    batch.spent_usd += cost_usd


def note(batch: Batch, name: str, value: str) -> None:
    """Enter a text into the run's ``versions``, in place of one of the same name."""
    (text,) = batch.connection.execute(
        "SELECT versions FROM runs WHERE run_key = ?", (batch.run_key,)
    ).fetchone()
    batch.connection.execute(
        "UPDATE runs SET versions = ? WHERE run_key = ?",
        (json.dumps(json.loads(text) | {name: value}), batch.run_key),
    )


def mark_simulated(batch: Batch) -> None:
    """Enter into the run that a simulated model has answered."""
    batch.connection.execute("UPDATE runs SET simulated = 1 WHERE run_key = ?", (batch.run_key,))


def keep_trial(batch: Batch, row: tuple[object, ...], outcome: str, *, instead: bool) -> bool:
    """Store an encoded trial, unless a finished one is there; what it replaces is kept aside.

    Args:
        batch: Where it is written.
        row: The trial, in the order of ``ROW``.
        outcome: Its outcome.
        instead: Whether it replaces a finished one as well as a failed one.

    Returns:
        Whether it was stored.
    """
    key = (batch.run_key, row[0])
    found = batch.connection.execute(
        "SELECT outcome FROM trials WHERE run_key = ? AND trial_id = ?", key
    ).fetchone()
    if found is not None:
        if found[0] != "failed" and not instead:
            return False
        batch.connection.execute(
            f"INSERT INTO replaced_trials (run_key, {ROW})"
            f" SELECT run_key, {ROW} FROM trials WHERE run_key = ? AND trial_id = ?",
            key,
        )
        batch.connection.execute("DELETE FROM trials WHERE run_key = ? AND trial_id = ?", key)
        batch.trials[found[0]] -= 1
    batch.connection.execute(
        f"INSERT INTO trials (run_key, {ROW}) VALUES ({_MARKS})", (batch.run_key, *row)
    )
    batch.trials[outcome] += 1
    return True


def _add_to_totals(batch: Batch) -> None:
    batch.connection.executemany(
        "INSERT INTO outcome_counts (run_key, outcome, trials) VALUES (?, ?, ?)"
        " ON CONFLICT (run_key, outcome) DO UPDATE SET trials = trials + excluded.trials",
        [(batch.run_key, outcome, count) for outcome, count in batch.trials.items() if count],
    )
    if batch.spent_usd or batch.unpriced_trials:
        batch.connection.execute(
            "INSERT INTO spending (run_key, spent_usd, unpriced_trials) VALUES (?, ?, ?)"
            " ON CONFLICT (run_key) DO UPDATE SET spent_usd = spent_usd + excluded.spent_usd,"
            " unpriced_trials = unpriced_trials + excluded.unpriced_trials",
            (batch.run_key, batch.spent_usd, batch.unpriced_trials),
        )
