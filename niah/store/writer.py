"""The writer: many results, one commit, and each is acknowledged only when it is on the disk.

A thread takes whatever has queued up, writes it in one transaction, waits for the disk, then
acknowledges. So the price of durability (one flush of the disk) is paid once for all results that
arrive while the disk is busy with the last ones.
"""

from __future__ import annotations

import asyncio
import json
import math
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from niah.errors import NiahError, StoreUnavailable
from niah.store import LIKE_TAG, TrialRecord
from niah.store.database import Store, connect, explain, storage_errors
from niah.store.locks import lock_run
from niah.store.records import encode_trial
from niah.store.runs import run_key
from niah.store.trials import ROW

T = TypeVar("T")

_MARKS = ", ".join("?" * (1 + len(ROW.split(", "))))


@dataclass(slots=True, kw_only=True)
class _Batch:
    """One transaction in the making, with what it adds to the run's totals."""

    connection: sqlite3.Connection
    run_key: int
    trials: Counter[str] = field(default_factory=Counter)
    spent_usd: float = 0.0
    unpriced_trials: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    work: Callable[[_Batch], object]
    done: Future[Any]


class Writer:
    """Writes one run's trials and what they cost; made by ``open_writer``.

    Each call returns when its effect is on the disk. A call that is cancelled while it waits is
    carried out all the same. After the first failure every call raises the same StoreUnavailable:
    nothing more is accepted, and what was acknowledged is safe.
    """

    def __init__(self, connection: sqlite3.Connection, store: Store, run: str, key: int) -> None:
        self.run = run
        self._key = key
        self._path = store.path
        self._connection = connection
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._failure: NiahError | None = None
        self._closed = False
        self._gate = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="niah-store", daemon=True)
        self._thread.start()

    async def reserve(self, trial_id: str, worst_case_usd: float) -> int:
        """Count a request at its worst case before it is sent; returns the reservation's number.

        Should this process die, the amount stays counted as spent.

        Raises:
            StoreUnavailable: if it could not be made durable; then do not send.
            ValueError: if the amount is negative or not finite.
        """
        _check_amount(worst_case_usd)

        def work(batch: _Batch) -> int:
            number = batch.connection.execute(
                "INSERT INTO reservations (run_key, trial_id, worst_case_usd) VALUES (?, ?, ?)",
                (batch.run_key, trial_id, worst_case_usd),
            ).lastrowid
            assert number is not None
            return number

        return await asyncio.wrap_future(self._submit(work))

    async def settle(self, reservation: int, cost_usd: float) -> None:
        """Replace a reservation by what its request really cost, 0 for one that was never billed.

        Raises:
            StoreUnavailable: if it could not be made durable.
            ValueError: if the amount is negative or not finite.
        """
        _check_amount(cost_usd)
        await asyncio.wrap_future(self._submit(lambda batch: _settle(batch, reservation, cost_usd)))

    async def note(
        self,
        name: str,
        value: str,
        *,
        reservation: int | None = None,
        spent_usd: float = 0.0,
    ) -> None:
        """Enter what a request has told of the run into its ``versions``, and settle that request.

        Args:
            name: Of the entry; one of the same name is replaced.
            value: Its text.
            reservation: Of the request, None when none was made.
            spent_usd: What it cost.

        Raises:
            StoreUnavailable: if it could not be made durable.
            ValueError: if the amount is negative or not finite.
        """
        _check_amount(spent_usd)

        def work(batch: _Batch) -> None:
            _settle(batch, reservation, spent_usd)
            (text,) = batch.connection.execute(
                "SELECT versions FROM runs WHERE run_key = ?", (batch.run_key,)
            ).fetchone()
            batch.connection.execute(
                "UPDATE runs SET versions = ? WHERE run_key = ?",
                (json.dumps(json.loads(text) | {name: value}), batch.run_key),
            )

        await asyncio.wrap_future(self._submit(work))

    async def mark_simulated(self) -> None:
        """Enter into the run that a simulated model has answered; it never was another's.

        Raises:
            StoreUnavailable: if it could not be made durable.
        """

        def work(batch: _Batch) -> None:
            batch.connection.execute(
                "UPDATE runs SET simulated = 1 WHERE run_key = ?", (batch.run_key,)
            )

        await asyncio.wrap_future(self._submit(work))

    async def add(
        self,
        record: TrialRecord,
        *,
        reservation: int | None = None,
        spent_usd: float | None = None,
    ) -> bool:
        """Store a finished trial and settle its last request, in one transaction.

        A record that failed is replaced by a later one (and kept aside), and so is an answer by
        that to a prompt which was composed anew, like its own. Anything else is never
        overwritten, but what the second request cost is counted all the same.

        Args:
            record: The trial; its ``run`` must be this writer's.
            reservation: Of the request that brought the record, None when none was made.
            spent_usd: What that request cost if that is known apart from ``record.cost_usd``,
                such as 0 for one that was refused. When both are None the reservation stays
                counted at its worst case.

        Returns:
            True if the record was stored, False if a finished one was already there.

        Raises:
            StoreUnavailable: if it could not be made durable.
            ValueError: if the record is another run's or could not be read back.
        """
        return await asyncio.wrap_future(self.submit(record, reservation, spent_usd))

    def submit(
        self,
        record: TrialRecord,
        reservation: int | None = None,
        spent_usd: float | None = None,
    ) -> Future[bool]:
        """``add`` for callers without an event loop: the future is done when the disk has it.

        Raises:
            StoreUnavailable: if the writer failed before.
            ValueError: if the record is another run's or could not be read back.
        """
        if record.run != self.run:
            raise ValueError(f"a record of run {record.run} given to the writer of {self.run}")
        cost_usd = record.cost_usd if spent_usd is None else spent_usd
        if cost_usd is not None:
            _check_amount(cost_usd)
        row = encode_trial(record)
        instead = LIKE_TAG in record.tags and record.outcome != "failed"

        def work(batch: _Batch) -> bool:
            if cost_usd is not None:
                _settle(batch, reservation, cost_usd)
            stored = _store(batch, row, record.outcome, instead=instead)
            unpriced = cost_usd is None and reservation is None and record.outcome != "failed"
            batch.unpriced_trials += stored and unpriced and not instead
            return stored

        return self._submit(work)

    def close(self) -> None:
        """Write what is still queued, then stop."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()

    def _submit(self, work: Callable[[_Batch], T]) -> Future[T]:
        done: Future[T] = Future()
        with self._gate:
            if self._closed:
                raise StoreUnavailable(f"The writer of {self._path} is closed.")
            if self._failure is not None:
                raise _again(self._failure)
            self._jobs.put(_Job(work=work, done=done))
        return done

    def _work(self) -> None:
        closing = False
        while not closing:
            jobs = [self._jobs.get()]
            with suppress(Empty):
                while True:
                    jobs.append(self._jobs.get_nowait())
            closing = None in jobs
            self._commit([job for job in jobs if job is not None])
        with suppress(sqlite3.Error):
            self._connection.close()

    def _commit(self, jobs: list[_Job]) -> None:
        for job in jobs:
            job.done.set_running_or_notify_cancel()  # a cancelled wait does not cancel the write
        results: list[object] = []
        if jobs and self._failure is None:
            try:
                results = _transact(self._connection, self._key, jobs)
            except BaseException as error:
                self._fail(error)
        for number, job in enumerate(jobs):
            if job.done.cancelled():
                continue
            if self._failure is not None:
                job.done.set_exception(_again(self._failure))
            else:
                job.done.set_result(results[number])

    def _fail(self, error: BaseException) -> None:
        if isinstance(error, sqlite3.IntegrityError):
            failure: NiahError = StoreUnavailable(
                f"The run {self.run} was deleted from {self._path} while it was being written."
            )
        elif isinstance(error, sqlite3.Error):
            failure = explain(error, self._path)
        else:
            failure = StoreUnavailable(f"{self._path} could not be written ({error!r}).")
        failure.__cause__ = error
        with self._gate:
            self._failure = failure


@contextmanager
def open_writer(store: Store, run: str) -> Iterator[Writer]:
    """The only writer of a run, on a connection and a thread of its own; locks the run.

    What was finished and spent before is best read while the writer is open: nobody else can
    change it then. Leaving the context writes what is still queued.

    Raises:
        StoreError: if there is no such run.
        StoreUnavailable: if another process or caller is writing to the run, or the store cannot
            be opened for writing now.
    """
    with lock_run(store, run):
        key = run_key(store, run)
        with storage_errors(store.path):
            connection = connect(store.path, timeout_s=store.timeout_s, any_thread=True)
        writer = Writer(connection, store, run, key)
        try:
            yield writer
        finally:
            writer.close()


def _transact(connection: sqlite3.Connection, key: int, jobs: list[_Job]) -> list[object]:
    batch = _Batch(connection=connection, run_key=key)
    connection.execute("BEGIN IMMEDIATE")
    try:
        results = [job.work(batch) for job in jobs]
        _add_to_totals(batch)
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # SQLite has often rolled back already
            connection.execute("ROLLBACK")
        raise
    return results


def _store(batch: _Batch, row: tuple[object, ...], outcome: str, *, instead: bool) -> bool:
    key = (batch.run_key, row[0])
    found = batch.connection.execute(
        "SELECT outcome FROM trials WHERE run_key = ? AND trial_id = ?", key
    ).fetchone()
    if found is not None:
        if found[0] != "failed" and not instead:
            return False
        batch.connection.execute(
            f"INSERT INTO replaced_trials (run_key, {ROW})"
            f" SELECT run_key, {ROW} FROM trials WHERE run_key = ? AND trial_id = ?",
            key,
        )
        batch.connection.execute("DELETE FROM trials WHERE run_key = ? AND trial_id = ?", key)
        batch.trials[found[0]] -= 1
    batch.connection.execute(
        f"INSERT INTO trials (run_key, {ROW}) VALUES ({_MARKS})", (batch.run_key, *row)
    )
    batch.trials[outcome] += 1
    return True


def _settle(batch: _Batch, reservation: int | None, cost_usd: float) -> None:
    if reservation is not None:
        batch.connection.execute(
            "DELETE FROM reservations WHERE reservation = ? AND run_key = ?",
            (reservation, batch.run_key),
        )
    batch.spent_usd += cost_usd


def _add_to_totals(batch: _Batch) -> None:
    batch.connection.executemany(
        "INSERT INTO outcome_counts (run_key, outcome, trials) VALUES (?, ?, ?)"
        " ON CONFLICT (run_key, outcome) DO UPDATE SET trials = trials + excluded.trials",
        [(batch.run_key, outcome, count) for outcome, count in batch.trials.items() if count],
    )
    if batch.spent_usd or batch.unpriced_trials:
        batch.connection.execute(
            "INSERT INTO spending (run_key, spent_usd, unpriced_trials) VALUES (?, ?, ?)"
            " ON CONFLICT (run_key) DO UPDATE SET spent_usd = spent_usd + excluded.spent_usd,"
            " unpriced_trials = unpriced_trials + excluded.unpriced_trials",
            (batch.run_key, batch.spent_usd, batch.unpriced_trials),
        )


def _check_amount(usd: float) -> None:
    if not (math.isfinite(usd) and usd >= 0):
        raise ValueError(f"an amount of money must be finite and not negative, got {usd}")


def _again(failure: NiahError) -> NiahError:
    """A fresh copy: one exception raised in many tasks would mix up their tracebacks."""
    copy = type(failure)(*failure.args)
    copy.__cause__ = failure.__cause__
    return copy
