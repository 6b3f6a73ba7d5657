"""The verdicts that gates leave behind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from niah.store.database import Store, readable_rows, storage_errors
from niah.store.outbox import Letter, insert_letter
from niah.store.records import build, parse_object
from niah.store.runs import run_key
from niah.store.transactions import all_or_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredVerdict:
    """One verdict on a run.

    Attributes:
        run: Its id.
        decided_at: UTC, ISO 8601.
        verdict: ``pass``, ``fail`` or ``undecided``.
    """

    run: str
    decided_at: str
    verdict: str


def add_verdict(
    store: Store,
    run: str,
    *,
    verdict: str,
    decided_at: str,
    document: Mapping[str, Any],
    letter: Letter | None = None,
) -> None:
    """Keep a verdict with all that it rests on, and in the same transaction a letter about it.

    Raises:
        StoreError: if there is no such run.
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    key = run_key(store, run)
    connection = store.connection
    with storage_errors(store.path), all_or_nothing(connection):
        connection.execute(
            "INSERT INTO verdicts (run_key, decided_at, verdict, document) VALUES (?, ?, ?, ?)",
            (key, decided_at, verdict, json.dumps(document, allow_nan=False)),
        )
        if letter is not None:
            insert_letter(connection, letter)


def latest_verdicts(store: Store) -> dict[str, StoredVerdict]:
    """The newest verdict on each run that has one, by the run's id.

    Raises:
        StoreError: if the store is damaged.
    """
    with storage_errors(store.path):
        rows = store.connection.execute(
            "SELECT run, decided_at, verdict FROM verdicts NATURAL JOIN"
            " (SELECT run_key, run FROM runs) ORDER BY verdict_key"
        ).fetchall()
    with readable_rows(store.path):
        return {
            run: build(StoredVerdict, {"run": run, "decided_at": at, "verdict": verdict})
            for run, at, verdict in rows
        }


def verdict_document(store: Store, run: str) -> dict[str, Any] | None:
    """What the newest verdict on a run rests on; None when there is no verdict.

    Raises:
        StoreError: if there is no such run, or the store is damaged.
    """
    key = run_key(store, run)
    with storage_errors(store.path):
        row = store.connection.execute(
            "SELECT document FROM verdicts WHERE run_key = ? ORDER BY verdict_key DESC LIMIT 1",
            (key,),
        ).fetchone()
    with readable_rows(store.path):
        return None if row is None else parse_object(row[0])
