"""Whether a run goes on or has ended; a run that has ended keeps the tally of its trials."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from niah.store import Run, RunStatus, RunSummary
from niah.store.database import Store, storage_errors
from niah.store.locks import is_locked
from niah.store.runs import no_such_run
from niah.store.tallies import drop_tally, keep_tally
from niah.store.transactions import all_or_nothing

R = TypeVar("R", Run, RunSummary)


def set_run_status(
    store: Store, run: str, status: RunStatus, *, finished_at: str | None = None
) -> None:
    """Say that a run goes on (``running``) or has ended, and when (UTC, ISO 8601).

    Raises:
        StoreError: if there is no such run.
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    _change(store, run, {"status": status, "finished_at": finished_at})


def as_it_stands(store: Store, run: R) -> R:
    """The run with its status; one that nobody is writing to any more was interrupted."""
    if run.status != "running" or is_locked(store, run.run):
        return run
    return replace(run, status="interrupted")


def set_planned_trials(store: Store, run: str, planned_trials: int) -> None:
    """Say how many trials a run has, where that is found out on the way.

    Raises:
        StoreError: if there is no such run.
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    _change(store, run, {"planned_trials": planned_trials})


def plan_more_trials(store: Store, run: str, planned_trials: int) -> None:
    """Say that a run is to have more trials than it was begun with, and goes on.

    Raises:
        StoreError: if there is no such run.
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    _change(store, run, {"planned_trials": planned_trials, "status": "running"})


def _change(store: Store, run: str, values: dict[str, object]) -> None:
    """Set columns of a run in one transaction with what follows from its status."""
    assignments = ", ".join(f"{name} = ?" for name in values)
    connection = store.connection
    with storage_errors(store.path), all_or_nothing(connection):
        row = connection.execute(
            f"UPDATE runs SET {assignments} WHERE run = ? RETURNING run_key",
            (*values.values(), run),
        ).fetchone()
        if row is None:
            raise no_such_run(store, run)
        if "status" in values:
            drop_tally(connection, row[0])
            if values["status"] != "running":
                keep_tally(connection, row[0])
