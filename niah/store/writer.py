"""The writer: many results, one commit, and each is acknowledged only when it is on the disk.

A thread takes whatever has queued up, writes it in one transaction, waits for the disk, then
acknowledges. So the price of durability (one flush of the disk) is paid once for all results that
arrive while the disk is busy with the last ones.
"""

from __future__ import annotations

import asyncio
import math
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from niah.errors import NiahError, StoreUnavailable
from niah.store import LIKE_TAG, TrialRecord
from niah.store.batches import Batch, keep_trial, mark_simulated, note, reserve, settle, write_batch
from niah.store.database import Store, connect, explain, storage_errors
from niah.store.locks import lock_run
from niah.store.records import encode_trial
from niah.store.runs import run_key

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Job:
    change: Callable[[Batch], object]
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
        return await self._written(lambda batch: reserve(batch, trial_id, worst_case_usd))

    async def settle(self, reservation: int, cost_usd: float) -> None:
        """Replace a reservation by what its request really cost, 0 for one that was never billed.

        Raises:
            StoreUnavailable: if it could not be made durable.
            ValueError: if the amount is negative or not finite.
        """
        _check_amount(cost_usd)
        await self._written(lambda batch: settle(batch, reservation, cost_usd))

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

        def change(batch: Batch) -> None:
            settle(batch, reservation, spent_usd)
            note(batch, name, value)

        await self._written(change)

    async def mark_simulated(self) -> None:
        """Enter into the run that a simulated model has answered; it never was another's.

        Raises:
            StoreUnavailable: if it could not be made durable.
        """
        await self._written(mark_simulated)

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

        def change(batch: Batch) -> bool:
            if cost_usd is not None:
                settle(batch, reservation, cost_usd)
            stored = keep_trial(batch, row, record.outcome, instead=instead)
            unpriced = cost_usd is None and reservation is None and record.outcome != "failed"
            batch.unpriced_trials += stored and unpriced and not instead
            return stored

        return self._submit(change)

    def close(self) -> None:
        """Write what is still queued, then stop."""
        with self._gate:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join()

    async def _written(self, change: Callable[[Batch], T]) -> T:
        return await asyncio.wrap_future(self._submit(change))

    def _submit(self, change: Callable[[Batch], T]) -> Future[T]:
        done: Future[T] = Future()
        with self._gate:
            if self._closed:
                raise StoreUnavailable(f"The writer of {self._path} is closed.")
            if self._failure is not None:
                raise _again(self._failure)
            self._jobs.put(_Job(change=change, done=done))
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
                results = write_batch(self._connection, self._key, [job.change for job in jobs])
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


def _check_amount(usd: float) -> None:
    if not (math.isfinite(usd) and usd >= 0):
        raise ValueError(f"an amount of money must be finite and not negative, got {usd}")


def _again(failure: NiahError) -> NiahError:
    """A fresh copy: one exception raised in many tasks would mix up their tracebacks."""
    copy = type(failure)(*failure.args)
    copy.__cause__ = failure.__cause__
    return copy
