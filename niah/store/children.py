"""Runs that belong to another one: a gate's re-tests of it, and the controls beside it.

A child is never the latest run, in no history and no baseline, and goes when its parent goes.
"""

from __future__ import annotations

from niah.store import Run
from niah.store.database import Store, storage_errors
from niah.store.runs import create_run, find_run, run_key
from niah.store.transactions import all_or_nothing


def create_child(store: Store, child: Run, *, of: str) -> None:
    """Enter a run that belongs to another, in one step: it is never seen without its parent.

    Raises:
        ValueError: if a field has the wrong type, or the store has a run of that id.
        StoreError: if there is no such parent.
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    with storage_errors(store.path), all_or_nothing(store.connection):
        create_run(store, child)
        link_child(store, child.run, of=of)


def link_child(store: Store, child: str, *, of: str) -> None:
    """Note that a run belongs to another; once is enough.

    Raises:
        StoreError: if there is no such run.
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    keys = run_key(store, child), run_key(store, of)
    with storage_errors(store.path):
        store.connection.execute(
            "INSERT OR IGNORE INTO retests (run_key, of_run_key) VALUES (?, ?)", keys
        )


def children_of(store: Store, run: str) -> list[Run]:
    """The runs that belong to a run, oldest first.

    Raises:
        StoreError: if there is no such run, or the store is damaged.
    """
    key = run_key(store, run)
    with storage_errors(store.path):
        rows = store.connection.execute(
            "SELECT run FROM retests NATURAL JOIN (SELECT run_key, run FROM runs)"
            " WHERE of_run_key = ? ORDER BY run_key",
            (key,),
        ).fetchall()
    return [find_run(store, name) for (name,) in rows]


def parents(store: Store) -> dict[str, str]:
    """For each run that belongs to another one, that one.

    Raises:
        StoreError: if the store is damaged.
    """
    with storage_errors(store.path):
        return dict(
            store.connection.execute(
                "SELECT child.run, parent.run FROM retests AS t"
                " JOIN runs AS child ON child.run_key = t.run_key"
                " JOIN runs AS parent ON parent.run_key = t.of_run_key"
            ).fetchall()
        )
