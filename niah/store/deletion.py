"""Deletes runs, and gives back the space that they leave."""

from __future__ import annotations

import sqlite3

from niah.errors import StoreError
from niah.store.database import Store, storage_errors
from niah.store.locks import lock_run
from niah.store.runs import run_key


def delete_run(store: Store, run: str) -> None:
    """Remove a run with its trials, re-tests and controls; the file keeps the space for later runs.

    Raises:
        StoreError: if there is no such run, or it belongs to a baseline.
        StoreUnavailable: if the run is being written, the disk is full or another process keeps
            the store locked.
    """
    with lock_run(store, run):
        key = run_key(store, run)
        with storage_errors(store.path):
            named = store.connection.execute(
                "SELECT name FROM baselines WHERE run_key = ? LIMIT 1", (key,)
            ).fetchone()
            if named is None:
                try:
                    store.connection.execute(
                        "DELETE FROM runs WHERE run_key = ?1"
                        " OR run_key IN (SELECT run_key FROM retests WHERE of_run_key = ?1)",
                        (key,),
                    )
                except sqlite3.IntegrityError:
                    named = ("a new one",)  # set by another process just now
        if named is not None:
            raise StoreError(
                f"{run} belongs to the baseline {named[0]!r} and stays; niah baseline remove"
                f" {named[0]} lets it go."
            )


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
