"""A run's trials counted by the database, so that a history never loads every answer.

The counts are kept when a run ends and dropped when it goes on; a run that has none, because it
has not ended or an older niah measured it, is counted anew at each reading.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, fields

from niah.store.database import Store, readable_rows, storage_errors
from niah.store.records import build
from niah.store.runs import run_key
from niah.store.scorings import scoring_in_use
from niah.store.transactions import one_moment


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


_NAMES = tuple(field.name for field in fields(TrialTally))
_COLUMNS = ", ".join(_NAMES)
_QUERY = """SELECT model, task, context_length, repeat, {outcome} AS counted, count(*),
    total({score}),
    total(json_extract(record, '$.cost_usd')),
    sum(json_extract(record, '$.cost_usd') IS NULL),
    total(json_extract(record, '$.latency_s')),
    sum(json_extract(record, '$.latency_s') IS NOT NULL)
    FROM trials {others} WHERE run_key = ?
    GROUP BY model, task, context_length, repeat, counted"""
_AS_MEASURED = _QUERY.format(outcome="outcome", score="json_extract(record, '$.score')", others="")
_RESCORED = _QUERY.format(
    outcome="iif(outcome IN ('answered', 'output-limit', 'empty') AND other.score IS NULL,"
    " 'failed', outcome)",
    score="other.score",
    others="LEFT JOIN rescores AS other ON other.scoring_key = {key}"
    " AND other.trial_id = trials.trial_id",
)


def keep_tally(connection: sqlite3.Connection, key: int) -> None:
    """Count the trials of a run and keep the counts; in the caller's transaction."""
    connection.executemany(
        f"INSERT INTO tallies (run_key, {_COLUMNS}) VALUES (?{', ?' * len(_NAMES)})",
        [(key, *row) for row in connection.execute(_AS_MEASURED, (key,))],
    )


def drop_tally(connection: sqlite3.Connection, key: int) -> None:
    """Forget the counts of a run, because its trials are about to change."""
    connection.execute("DELETE FROM tallies WHERE run_key = ?", (key,))


def tally_trials(store: Store, run: str) -> list[TrialTally]:
    """The counted trials of a run, by the scores that are in use.

    Raises:
        StoreError: if there is no such run, or the store is damaged.
    """
    key = run_key(store, run)
    in_use = scoring_in_use(store, run)
    kept = f"SELECT {_COLUMNS} FROM tallies WHERE run_key = ?"
    with storage_errors(store.path), one_moment(store.connection):
        if in_use is not None:
            query = _RESCORED.format(key=in_use[0])
            rows = store.connection.execute(query, (key,)).fetchall()
        else:
            rows = store.connection.execute(kept, (key,)).fetchall()
            rows = rows or store.connection.execute(_AS_MEASURED, (key,)).fetchall()
    with readable_rows(store.path):
        return [_tally(row) for row in rows]


def _tally(row: Sequence[object]) -> TrialTally:
    """The counts of a row; ValueError where they cannot be of trials."""
    tally = build(TrialTally, dict(zip(_NAMES, row, strict=True)))
    if not (0 <= tally.score_sum <= tally.trials * (1 + 1e-9) and tally.trials > 0):
        raise ValueError(f"score_sum: {tally.score_sum:g} of {tally.trials} trials")
    if not (0 <= tally.unpriced <= tally.trials and 0 <= tally.timed <= tally.trials):
        raise ValueError(f"unpriced, timed: more than the {tally.trials} trials")
    return tally
