"""What may still be spent: set aside before a request is sent, settled when it has ended."""

from __future__ import annotations

import asyncio
from typing import Protocol

from niah.runner.budget import Ledger, fits, reserve, settle


class Reserves(Protocol):
    """Where worst cases are made durable: a run's writer, or what keeps a judge's answers."""

    async def reserve(self, trial_id: str, worst_case_usd: float) -> int:
        """See ``niah.store.writer.Writer.reserve``."""


class Purse:
    """The budget of a run, kept in the ledger and, before anything is sent, on the disk.

    A request that does not fit beside those in flight waits until some of them have settled. Once
    one was billed several times its worst case, each later one is taken to cost as many times its
    own: a tokenizer or a price that is wrong is wrong for all of them.
    """

    def __init__(self, writer: Reserves, ledger: Ledger) -> None:
        self._writer = writer
        self._ledger = ledger
        self._changed = asyncio.Condition()
        self._times = 1.0
        self._reserved_usd: dict[float, list[float]] = {}  # by the worst cases they were made for

    @property
    def spent_usd(self) -> float:
        """Billed, or possibly billed, so far; requests in flight are not in it."""
        return self._ledger.settled_usd

    async def reserve(self, trial_id: str, worst_usd: float) -> int | None:
        """Set the worst case of a request aside, durably; None when it is nothing.

        Raises:
            BudgetReached: if it does not fit, whatever the requests in flight turn out to cost.
            StoreUnavailable: if it could not be made durable.
        """
        if worst_usd == 0:
            return None
        async with self._changed:
            await self._changed.wait_for(
                lambda: fits(self._ledger, self._times * worst_usd) != "later"
            )
            reserved_usd = self._times * worst_usd
            self._ledger = reserve(self._ledger, reserved_usd)
            self._reserved_usd.setdefault(worst_usd, []).append(reserved_usd)
        try:
            return await self._writer.reserve(trial_id, reserved_usd)
        except BaseException:
            await self.settle(worst_usd, None)
            raise

    async def settle(self, worst_usd: float, billed_usd: float | None) -> None:
        """A request has ended; None = what it cost is unknown and counts as its worst case."""
        if worst_usd == 0:
            return
        async with self._changed:
            # Of reservations for the same worst case the first, which is the least, is given back.
            reserved_usd = self._reserved_usd[worst_usd].pop(0)
            self._ledger = settle(self._ledger, reserved_usd, billed_usd)
            self._times = max(self._times, (billed_usd or 0.0) / worst_usd)
            self._changed.notify_all()
