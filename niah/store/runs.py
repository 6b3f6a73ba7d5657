"""Runs: begin, find, list; and what each has cost."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from niah.errors import StoreError
from niah.store import Run, RunSummary
from niah.store.database import Store, readable_rows, storage_errors
from niah.store.records import build, parse_object
from niah.store.transactions import one_moment

_RUN_COLUMNS = ", ".join(field.name for field in fields(Run))
_SUMMARY_COLUMNS = tuple(
    field.name
    for field in fields(RunSummary)
    if field.name not in {"outcomes", "cost_usd", "unsettled_usd", "unpriced_trials"}
)


def create_run(store: Store, run: Run) -> None:
    """Enter a run; it is on the disk on return.

    Raises:
        ValueError: if a field has the wrong type, or the store has a run of that id.
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    values = {field.name: getattr(run, field.name) for field in fields(Run)}
    build(Run, values)
    values["versions"] = json.dumps(run.versions)
    with storage_errors(store.path):
        try:
            store.connection.execute(
                f"INSERT INTO runs ({_RUN_COLUMNS}) VALUES ({', '.join('?' * len(values))})",
                tuple(values.values()),
            )
        except sqlite3.IntegrityError as error:
            raise ValueError(f"the store already has a run {run.run}") from error


def find_run(store: Store, name: str) -> Run:
    """The run with this id, or the only one whose id begins so, or the newest for ``latest``.

    A run that belongs to another one is never the latest, and a beginning that fits one run and
    those that belong to others means the one.

    Raises:
        StoreError: if there is none, or more than one.
    """
    name = name.encode(errors="replace").decode()  # an argument that is not UTF-8 finds nothing
    if name == "latest":
        newest = next(
            _select_runs(
                store,
                "WHERE run_key NOT IN (SELECT run_key FROM retests) ORDER BY run_key DESC LIMIT 1",
            ),
            None,
        )
        if newest is None:
            raise StoreError(f"{store.path} has no runs yet; niah run CONFIG makes one.")
        return newest
    if exact := next(_select_runs(store, "WHERE run = ?", name), None):
        return exact
    beginning = "WHERE substr(run, 1, ?) = ? {} ORDER BY run_key DESC LIMIT 4"
    matches: list[Run] = []
    for which in ("AND run_key NOT IN (SELECT run_key FROM retests)", ""):
        matches = matches or list(_select_runs(store, beginning.format(which), len(name), name))
    if not matches:
        raise no_such_run(store, name)
    if len(matches) > 1:
        some = ", ".join(match.run for match in matches[:3])
        more = "" if len(matches) < 4 else ", ..."
        raise StoreError(f"{name!r} fits more than one run ({some}{more}); give more of its id.")
    return matches[0]


def latest_run(store: Store, experiment_sha256: str) -> Run | None:
    """The newest run of the experiment that niah measured, finished or not; None without one.

    Raises:
        StoreError: if the store is damaged.
    """
    return next(
        _select_runs(
            store,
            "WHERE experiment_sha256 = ? AND source = 'measured' ORDER BY run_key DESC LIMIT 1",
            experiment_sha256,
        ),
        None,
    )


def unfinished_run(store: Store, experiment_sha256: str) -> Run | None:
    """The newest run of the experiment that can go on: one of ours that is not complete.

    Raises:
        StoreError: if the store is damaged.
    """
    return next(
        _select_runs(
            store,
            "WHERE experiment_sha256 = ? AND status <> 'complete' AND source = 'measured'"
            " ORDER BY run_key DESC LIMIT 1",
            experiment_sha256,
        ),
        None,
    )


def list_runs(
    store: Store, *, name: str | None = None, limit: int | None = None
) -> list[RunSummary]:
    """Every run, newest first, with its outcomes and its cost; time does not grow with trials.

    Args:
        store: Where to look.
        name: Only runs of experiments of this name.
        limit: At most this many.

    Raises:
        StoreError: if the store is damaged.
    """
    chosen = (
        f"SELECT run_key, {', '.join(_SUMMARY_COLUMNS)} FROM runs"
        " WHERE name = coalesce(?, name) ORDER BY run_key DESC LIMIT ?"
    )
    with storage_errors(store.path), one_moment(store.connection):
        rows = store.connection.execute(chosen, (name, -1 if limit is None else limit)).fetchall()
        counts = store.connection.execute(
            "SELECT run_key, outcome, trials FROM outcome_counts WHERE trials > 0"
        ).fetchall()
        spent = {
            key: (usd, unpriced)
            for key, usd, unpriced in store.connection.execute(
                "SELECT run_key, spent_usd, unpriced_trials FROM spending"
            )
        }
        unsettled = dict(
            store.connection.execute(
                "SELECT run_key, sum(worst_case_usd) FROM reservations GROUP BY run_key"
            ).fetchall()
        )
    outcomes: dict[int, dict[str, int]] = {}
    for key, outcome, trials in counts:
        outcomes.setdefault(key, {})[outcome] = trials
    summaries = []
    for key, *values in rows:
        settled_usd, unpriced = spent.get(key, (0.0, 0))
        unsettled_usd = unsettled.get(key, 0.0)
        known = not unpriced or settled_usd + unsettled_usd > 0
        made = dict(zip(_SUMMARY_COLUMNS, values, strict=True))
        made["simulated"] = bool(made["simulated"])
        with readable_rows(store.path):
            _check_dates(made)
            summaries.append(
                build(
                    RunSummary,
                    made
                    | {
                        "outcomes": outcomes.get(key, {}),
                        "cost_usd": settled_usd + unsettled_usd if known else None,
                        "unsettled_usd": unsettled_usd,
                        "unpriced_trials": unpriced,
                    },
                )
            )
    return summaries


def spent_usd(store: Store, run: str) -> float:
    """What the run has cost so far, requests that may have been billed at their worst case.

    Those are the reservations that nobody settled: in flight now, or when a process died. A
    budget that starts from this number cannot be exceeded by going on after a crash.

    Raises:
        StoreError: if there is no such run.
    """
    with storage_errors(store.path):
        row = store.connection.execute(
            "SELECT coalesce((SELECT spent_usd FROM spending AS s WHERE s.run_key = r.run_key), 0)"
            " + coalesce((SELECT sum(worst_case_usd) FROM reservations AS o"
            " WHERE o.run_key = r.run_key), 0) FROM runs AS r WHERE run = ?",
            (run,),
        ).fetchone()
    if row is None:
        raise no_such_run(store, run)
    return float(row[0])


def run_key(store: Store, run: str) -> int:
    """The number by which the trials of a run refer to it.

    Raises:
        StoreError: if there is no such run.
    """
    with storage_errors(store.path):
        row = store.connection.execute("SELECT run_key FROM runs WHERE run = ?", (run,)).fetchone()
    if row is None:
        raise no_such_run(store, run)
    return int(row[0])


def _select_runs(store: Store, condition: str, *parameters: object) -> Iterator[Run]:
    with storage_errors(store.path):
        rows = store.connection.execute(
            f"SELECT {_RUN_COLUMNS} FROM runs {condition}", parameters
        ).fetchall()
    for row in rows:
        values: dict[str, Any] = dict(zip(_RUN_COLUMNS.split(", "), row, strict=True))
        with readable_rows(store.path):
            values["versions"] = parse_object(values["versions"])
            values["simulated"] = bool(values["simulated"])
            _check_dates(values)
            yield build(Run, values)


def _check_dates(values: Mapping[str, Any]) -> None:
    """Raise ValueError where a run's dates are no moments in time."""
    for name in ("created_at", "finished_at"):
        if name == "finished_at" and values[name] is None:
            continue
        try:
            moment = datetime.fromisoformat(values[name])
        except (TypeError, ValueError):
            moment = None
        if moment is None or moment.tzinfo is None:
            raise ValueError(f"{name}: expected a date and time with its offset from UTC")


def no_such_run(store: Store, run: str) -> StoreError:
    """The error that a name which no run has ends in."""
    return StoreError(f"There is no run {run!r} in {store.path}; niah runs lists them.")
