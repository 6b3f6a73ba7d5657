"""Deletes runs, and gives back the space that they leave."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import ExitStack
from itertools import islice

from niah.errors import StoreError, StoreUnavailable
from niah.store.database import Store, storage_errors
from niah.store.locks import lock_run
from niah.store.runs import run_key
from niah.store.transactions import all_or_nothing

RUNS_AT_ONCE = 20
"""Runs that are deleted in one transaction: others wait for it, and each takes one disk flush."""

CACHE_KIB = 64 * 1024
"""Of pages, so that each is written once in a transaction: a third of the time."""


def delete_run(store: Store, run: str) -> None:
    """Remove a run with its trials, re-tests and controls; the file keeps the space for later runs.

    Raises:
        StoreError: if there is no such run, or it belongs to a baseline.
        StoreUnavailable: if the run is being written, the disk is full or another process keeps
            the store locked.
    """
    with lock_run(store, run):
        key = run_key(store, run)
        with storage_errors(store.path), all_or_nothing(store.connection):
            named = _delete(store.connection, key)
    if named is not None:
        raise StoreError(
            f"{run} belongs to the baseline {named!r} and stays; niah baseline remove {named} lets"
            " it go."
        )


def delete_runs(store: Store, runs: Iterable[str]) -> set[str]:
    """Remove those of the runs that are in no baseline and that nobody is writing; which they were.

    Raises:
        StoreUnavailable: if the disk is full or another process keeps the store locked; what was
            deleted by then stays deleted.
    """
    deleted: set[str] = set()
    waiting = iter(runs)
    store.connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    while group := list(islice(waiting, RUNS_AT_ONCE)):
        with ExitStack() as locks:
            ours = [run for run in group if _locked(locks, store, run)]
            with storage_errors(store.path), all_or_nothing(store.connection):
                keys = dict(store.connection.execute("SELECT run, run_key FROM runs").fetchall())
                gone = {
                    run
                    for run in ours
                    if run in keys and _delete(store.connection, keys[run]) is None
                }
        deleted |= gone
    return deleted


def _locked(locks: ExitStack, store: Store, run: str) -> bool:
    try:
        locks.enter_context(lock_run(store, run))
    except StoreUnavailable:
        return False
    return True


def _delete(connection: sqlite3.Connection, key: int) -> str | None:
    """Delete a run and its children, or else say which baseline it belongs to."""
    named: tuple[str] | None = connection.execute(
        "SELECT name FROM baselines WHERE run_key = :key"
        " OR run_key IN (SELECT run_key FROM retests WHERE of_run_key = :key) LIMIT 1",
        {"key": key},
    ).fetchone()
    if named is None:
        connection.execute(
            "DELETE FROM runs WHERE run_key = :key"
            " OR run_key IN (SELECT run_key FROM retests WHERE of_run_key = :key)",
            {"key": key},
        )
    return None if named is None else named[0]


def unused_bytes(store: Store) -> int:
    """How much of the store's file deleted runs have left free for later ones.

    Raises:
        StoreError: if the store is damaged.
    """
    with storage_errors(store.path):
        (pages,) = store.connection.execute("PRAGMA freelist_count").fetchone()
        (page_bytes,) = store.connection.execute("PRAGMA page_size").fetchone()
    return int(pages * page_bytes)


def compact(store: Store) -> None:
    """Write the store anew without its free space, which goes back to the disk.

    It takes seconds for each gigabyte that is left, and for a moment twice that space; meanwhile
    nobody else can write.

    Raises:
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    with storage_errors(store.path):
        store.connection.execute("VACUUM")
        store.connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
