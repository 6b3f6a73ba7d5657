"""Baselines: named pools of runs that later runs are judged against, and that nobody deletes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from niah.errors import StoreError
from niah.store.database import Store, readable_rows, storage_errors
from niah.store.records import build
from niah.store.runs import run_key
from niah.store.transactions import all_or_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBaseline:
    """A name for some runs.

    Attributes:
        runs: Their ids, oldest first.
        set_at: UTC, ISO 8601.
    """

    name: str
    runs: tuple[str, ...]
    set_at: str


def set_baseline(store: Store, name: str, runs: Sequence[str], *, set_at: str) -> None:
    """Let the name stand for these runs and no others, in one step.

    Raises:
        StoreError: if there is no such run.
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    keys = [run_key(store, run) for run in runs]
    with storage_errors(store.path), all_or_nothing(store.connection):
        store.connection.execute("DELETE FROM baselines WHERE name = ?", (name,))
        store.connection.executemany(
            "INSERT INTO baselines (name, run_key, set_at) VALUES (?, ?, ?)",
            [(name, key, set_at) for key in dict.fromkeys(keys)],
        )


def list_baselines(store: Store) -> list[StoredBaseline]:
    """All of them, by name.

    Raises:
        StoreError: if the store is damaged.
    """
    with storage_errors(store.path):
        rows = store.connection.execute(
            "SELECT name, run, set_at FROM baselines NATURAL JOIN"
            " (SELECT run_key, run FROM runs) ORDER BY name, run_key"
        ).fetchall()
    found: dict[str, list[tuple[str, str]]] = {}
    for name, run, set_at in rows:
        found.setdefault(name, []).append((run, set_at))
    with readable_rows(store.path):
        return [
            build(
                StoredBaseline,
                {"name": name, "runs": tuple(run for run, _ in members), "set_at": members[0][1]},
            )
            for name, members in found.items()
        ]


def find_baseline(store: Store, name: str) -> StoredBaseline | None:
    """The baseline of that name; None when there is none.

    Raises:
        StoreError: if the store is damaged.
    """
    return next((one for one in list_baselines(store) if one.name == name), None)


def remove_baseline(store: Store, name: str) -> None:
    """Forget the name; the runs stay.

    Raises:
        StoreError: if there is no such baseline.
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    name = name.encode(errors="replace").decode()
    with storage_errors(store.path):
        removed = store.connection.execute("DELETE FROM baselines WHERE name = ?", (name,)).rowcount
    if not removed:
        raise StoreError(
            f"There is no baseline {name!r} in {store.path}; niah baseline list names them."
        )
