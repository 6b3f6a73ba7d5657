"""Scores of a run's stored responses by other scorers, kept beside those that it was measured with.

None is ever written over: which of them plots, reports and exports show is one field of the run,
and ``niah.store.trials`` puts the chosen scores in place while it reads.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from niah.errors import StoreError
from niah.store.database import Store, readable_rows, storage_errors
from niah.store.records import build
from niah.store.runs import run_key
from niah.store.transactions import all_or_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """One scorer's pass over a run.

    Attributes:
        scorer: Its name and version.
        niah_version: Of the niah that did it.
        scored_at: UTC, ISO 8601.
    """

    scorer: str
    niah_version: str
    scored_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescore:
    """What a scorer makes of one stored response.

    Attributes:
        trial_id: Of the trial.
        score: In [0, 1]; None = the scorer could not tell, a failure to measure and not a zero.
        reason: Why.
        found, taken: The accepted and the forbidden answers that the response states.
    """

    trial_id: str
    score: float | None
    reason: str
    found: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()


def save_scoring(store: Store, run: str, scoring: Scoring, rescores: Iterable[Rescore]) -> None:
    """Keep a scorer's pass over a run; an earlier one of the same name and version is replaced.

    Raises:
        StoreError: if there is no such run.
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    key = run_key(store, run)
    rows = [
        (
            rescore.trial_id,
            rescore.score,
            rescore.reason,
            json.dumps(rescore.found),
            json.dumps(rescore.taken),
        )
        for rescore in rescores
    ]
    with storage_errors(store.path), all_or_nothing(store.connection):
        store.connection.execute(
            "DELETE FROM scorings WHERE run_key = ? AND scorer = ?", (key, scoring.scorer)
        )
        number = store.connection.execute(
            "INSERT INTO scorings (run_key, scorer, niah_version, scored_at) VALUES (?, ?, ?, ?)",
            (key, scoring.scorer, scoring.niah_version, scoring.scored_at),
        ).lastrowid
        store.connection.executemany(
            "INSERT INTO rescores (scoring_key, trial_id, score, reason, found, taken)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            ((number, *row) for row in rows),
        )


def scorings_of(store: Store, run: str) -> list[Scoring]:
    """The scorers that have passed over a run since it was measured, oldest first.

    Raises:
        StoreError: if there is no such run, or the store is damaged.
    """
    key = run_key(store, run)
    with storage_errors(store.path):
        rows = store.connection.execute(
            "SELECT scorer, niah_version, scored_at FROM scorings WHERE run_key = ?"
            " ORDER BY scored_at, scoring_key",
            (key,),
        ).fetchall()
    names = ("scorer", "niah_version", "scored_at")
    with readable_rows(store.path):
        return [build(Scoring, dict(zip(names, row, strict=True))) for row in rows]


def rescores_of(store: Store, run: str, scorer: str) -> Iterator[Rescore]:
    """What a scorer made of a run's responses; nothing if it never passed over them.

    Raises:
        StoreError: if there is no such run, or the store is damaged.
    """
    key = run_key(store, run)
    with storage_errors(store.path):
        rows = store.connection.execute(
            "SELECT trial_id, score, reason, found, taken FROM rescores"
            " WHERE scoring_key = (SELECT scoring_key FROM scorings WHERE run_key = ?"
            " AND scorer = ?) ORDER BY trial_id",
            (key, scorer),
        )
        for row in rows:
            with readable_rows(store.path):
                yield decode_rescore(row)


def decode_rescore(row: tuple[object, ...]) -> Rescore:
    """The value of a stored row.

    Raises:
        ValueError: if niah did not write it.
    """
    trial_id, score, reason, found, taken = row
    values = {"trial_id": trial_id, "score": score, "reason": reason}
    for name, text in (("found", found), ("taken", taken)):
        values[name] = json.loads(str(text))
    return build(Rescore, values)


def use_scoring(store: Store, run: str, scorer: str) -> None:
    """Show a scorer's scores of a run from now on; empty = those that it was measured with.

    Raises:
        StoreError: if there is no such run, or that scorer never passed over it.
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    known = [scoring.scorer for scoring in scorings_of(store, run)]
    if scorer and scorer not in known:
        raise StoreError(
            f"{run} has no scores by {scorer}; it has those it was measured with"
            + "".join(f", {name}" for name in known)
        )
    with storage_errors(store.path):
        store.connection.execute("UPDATE runs SET scored_by = ? WHERE run = ?", (scorer, run))


def scoring_in_use(store: Store, run: str) -> tuple[int, str] | None:
    """Number and name of the scorer whose scores are shown; None = those of the measurement.

    Raises:
        StoreError: if the store is damaged.
    """
    with storage_errors(store.path):
        row = store.connection.execute(
            "SELECT scoring_key, scorer FROM scorings JOIN runs USING (run_key)"
            " WHERE run = ? AND scorer = scored_by",
            (run,),
        ).fetchone()
    return None if row is None else (int(row[0]), str(row[1]))
