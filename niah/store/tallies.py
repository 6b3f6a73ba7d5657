"""A run's trials counted by the database, so that a history never loads every answer."""

from __future__ import annotations

from dataclasses import dataclass, fields

from niah.store.database import Store, readable_rows, storage_errors
from niah.store.records import build
from niah.store.runs import run_key


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialTally:
    """The trials of one model, task, context length, repeat and outcome.

    Attributes:
        trials: How many.
        score_sum: Of their scores; an empty answer has none and counts 0.
        cost_usd: Of those whose cost is known.
        unpriced: Those whose cost is not.
        latency_s: Sum over those that have one.
        timed: Those that have one.
    """

    model: str
    task: str
    context_length: int
    repeat: int
    outcome: str
    trials: int
    score_sum: float
    cost_usd: float
    unpriced: int
    latency_s: float
    timed: int


_QUERY = """SELECT model, task, context_length, repeat, outcome, count(*),
    total(json_extract(record, '$.score')),
    total(json_extract(record, '$.cost_usd')),
    sum(json_extract(record, '$.cost_usd') IS NULL),
    total(json_extract(record, '$.latency_s')),
    sum(json_extract(record, '$.latency_s') IS NOT NULL)
    FROM trials WHERE run_key = ?
    GROUP BY model, task, context_length, repeat, outcome"""
_NAMES = tuple(field.name for field in fields(TrialTally))


def tally_trials(store: Store, run: str) -> list[TrialTally]:
    """The counted trials of a run.

    Raises:
        StoreError: if there is no such run, or the store is damaged.
    """
    key = run_key(store, run)
    with storage_errors(store.path):
        rows = store.connection.execute(_QUERY, (key,)).fetchall()
    with readable_rows(store.path):
        return [build(TrialTally, dict(zip(_NAMES, row, strict=True))) for row in rows]
