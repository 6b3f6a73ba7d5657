"""When each request is sent: one lane per host and key, none above the cap.

A lane starts the next trial at the moment it fits: into the user's cap, into the number of
requests that the server bears at once, and into its limits per minute, which are stated in
headers, configured, or searched for. It sleeps exactly until then.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Generic

from niah.providers import Failure
from niah.providers.limits import LimitsSeen
from niah.runner import opening
from niah.runner.atonce import AtOnce
from niah.runner.balance import Outlook, balanced_tokens
from niah.runner.jobs import Attempt, Job, LaneSettings, T
from niah.runner.ratelimits import TRANSIT_S
from niah.runner.refusals import REQUESTS, TOKENS, cause_of, is_about_at_once
from niah.runner.search import Search
from niah.runner.slots import Slots
from niah.runner.stated import Sent, Stated
from niah.runner.turns import Turns

LONGEST_HOLD_S = 15.0
# What was sent within the last minute counts for some limits.
MEMORY_S = 61.0
# Shorter sleeps end before the clock has moved.
SHORTEST_SLEEP_S = 1e-4


@dataclass(slots=True, kw_only=True)
class _Flight(Generic[T]):
    number: int
    job: Job[T]
    sent: Sent


class Lane(Generic[T]):
    """Sends jobs to one host under one key.

    It takes its share of the slots from its making to the end of ``run``, so that lanes which
    are made together share the cap from the first request on.
    """

    def __init__(
        self,
        attempt: Callable[[Job[T]], Awaitable[Attempt]],
        *,
        settings: LaneSettings,
        slots: Slots,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._attempt = attempt
        self._settings = settings
        self._slots = slots
        self._clock = clock
        self._sleep = sleep
        self._ready: Turns[T] = Turns(prescribed=settings.prescribed, mixed=settings.cautious)
        self._delayed: list[tuple[float, int, Job[T]]] = []
        self._flights: dict[int, _Flight[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._log: deque[Sent] = deque()  # since the oldest in flight, and of the last minute
        self._changed = asyncio.Event()
        self._wake = self._changed.set
        slots.join(self._wake)
        self._closed = False
        self._error: BaseException | None = None
        self._numbers = 0
        self._queued = 0
        # What is known about the host.
        self._began_at = clock()
        self._heard = False
        self._next_at = 0.0
        self._hold_until = 0.0
        self._at_once = AtOnce(slots.cap)
        self._in_a_row = 0  # rejections, each sent after the last one was heard of
        self._held_at = 0.0
        self._stated = Stated(settings, now=self._began_at)
        self._search: Search | None = Search(began_at=self._began_at)

    def add(self, jobs: Iterable[Job[T]]) -> None:
        """Queue jobs; also while the lane runs."""
        for job in jobs:
            self._ready.add(job)
        self._changed.set()

    def close(self) -> None:
        """Nothing more will be added: ``run`` returns when everything is finished."""
        self._closed = True
        self._changed.set()

    def drop(self) -> None:
        """Send nothing more of what is queued; what is in flight is finished."""
        self._ready.clear()
        self._delayed.clear()
        self.close()

    async def run(self) -> None:
        """Send everything that is queued, until the lane is closed and done.

        An exception of an attempt ends the lane and is raised here; requests in flight are
        cancelled.
        """
        try:
            while self._error is None:
                wait_s = self._start_next()
                if wait_s == 0.0:
                    await asyncio.sleep(0)  # lets it go out before the next one is composed
                    continue
                if self._closed and not (self._ready or self._delayed or self._flights):
                    return
                self._changed.clear()
                await self._pause(wait_s)
            raise self._error
        finally:
            self._slots.leave(self._wake)
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pause(self, wait_s: float | None) -> None:
        if wait_s is None:
            await self._changed.wait()
            return

        async def ring() -> None:
            await self._sleep(max(wait_s, SHORTEST_SLEEP_S))
            self._changed.set()

        timer = asyncio.create_task(ring())
        try:
            await self._changed.wait()
        finally:
            timer.cancel()

    # --- the queue ----------------------------------------------------------------------------

    def _start_next(self) -> float | None:
        """Start what fits now; seconds until the next may, 0 = at once, None = not known."""
        now = self._clock()
        while self._delayed and self._delayed[0][0] <= now:
            self._ready.add(heappop(self._delayed)[2])
        later = [self._delayed[0][0] - now] if self._delayed else []
        if self._ready and self._slots.free_for(len(self._flights)) and self._may_add():
            kind, wait_s = self._next(now)
            if wait_s <= 0:
                self._start(self._ready.take(kind), now)
                return 0.0
            later.append(wait_s)
        if self._ready and self._settings.cautious and not self._heard:
            later.append(opening.REFUSAL_S)
        return min(later, default=None)

    def _next(self, now: float) -> tuple[float, float]:
        """The kind of job that goes next, and in how many seconds."""
        if self._settings.cautious and not self._heard and not self._flights:
            kind = self._ready.shortest()
        else:
            kind = self._turn(now)
        return kind, self._wait_for(self._ready.peek(kind), now)

    def _turn(self, now: float) -> float:
        """The kind whose turn it is: where both limits are known, the longest that they bear."""
        if not self._ready.are_mixed:
            return self._ready.turn(lambda: self._left_s(now))
        if self._stated.windows is not None:
            return self._fitting(now)
        buckets = self._stated.buckets
        if buckets is None and self._search is not None:
            buckets = self._search.buckets(now)
        if buckets is None:
            return self._ready.turn(lambda: self._left_s(now))
        requests, tokens = buckets
        longest = self._ready.longest()
        short, short_tokens = self._ready.short(balanced_tokens(requests, tokens))
        first_s, per_token_s = self._ready.latency.line()
        outlook = Outlook(
            now=now,
            count=len(self._ready),
            total=self._ready.tokens,
            requests=requests,
            tokens=tokens,
            places=min(self._slots.share, self._at_once.most),
            first_s=first_s,
            per_token_s=per_token_s,
            landing_s=[
                max(0.0, flight.sent.at + first_s + per_token_s * flight.job.tokens - now)
                for flight in self._flights.values()
            ],
            short_tokens=short_tokens,
            longest_tokens=self._ready.latency.longest,
        )
        job = self._ready.peek(longest)
        return longest if outlook.bears(job.tokens, self._wait_for(job, now)) else short

    def _fitting(self, now: float) -> float:
        """The longest kind that still fits into a window, if it leaves enough for the others.

        What is left at a window's end is lost, of tokens and of requests; that of requests only
        matters where they are the tighter limit.
        """
        longest = self._ready.longest()
        left, requests = self._stated.level(TOKENS, now), self._stated.level(REQUESTS, now)
        count, total = len(self._ready), float(self._ready.tokens)
        job = self._ready.peek(longest)
        more = min(requests, count) - 1.0
        tight = count / self._stated.rate(REQUESTS) >= total / self._stated.rate(TOKENS)
        if job.tokens <= left and not (tight and left - job.tokens < more * total / count):
            return longest
        return self._ready.short(left / max(1.0, more + 1.0) if tight else left)[0]

    def _left_s(self, now: float) -> float:
        """Seconds until the last of the queue can be sent, by the limits that are known."""
        count, tokens = len(self._ready), self._ready.tokens
        first_s, per_token_s = self._ready.latency.line()
        times_s = [(first_s * count + per_token_s * tokens) / self._slots.share]
        rates = None if self._search is None else self._search.rates()
        for quantity, units in ((REQUESTS, count), (TOKENS, tokens)):
            if self._stated.limits[quantity] is not None:
                missing = units - self._stated.level(quantity, now)
                times_s.append(missing / self._stated.rate(quantity))
            elif rates is not None:
                times_s.append(units / rates[quantity])
        return max(times_s)

    def _may_add(self) -> bool:
        flying = len(self._flights)
        if self._settings.cautious and not self._heard:
            since_s = self._clock() - self._began_at
            if flying >= opening.most_unanswered(since_s, len(self._ready) + flying):
                return False
        return flying < self._at_once.most

    def _wait_for(self, job: Job[T], now: float) -> float:
        waits = [
            self._hold_until - now,
            self._next_at - now,
            self._stated.wait_for(job, now),
        ]
        if self._search is not None and max(waits) <= 0:
            waits.append(
                self._search.wait_for(
                    float(job.tokens), now, len(self._ready), float(self._ready.tokens)
                )
            )
        return max(waits)

    # --- one request --------------------------------------------------------------------------

    def _start(self, job: Job[T], now: float) -> None:
        self._numbers += 1
        flight = _Flight(number=self._numbers, job=job, sent=self._stated.send(job, now))
        self._flights[flight.number] = flight
        self._log.append(flight.sent)
        if self._search is not None:
            self._search.send(flight.number, at=now, tokens=float(job.tokens))
        if self._settings.cautious and self._search is not None and not self._search.felt:
            queue = len(self._ready) + self._numbers
            self._next_at = now + opening.gap_s(self._numbers, queue)
        self._slots.take()
        task = asyncio.create_task(self._fly(flight))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _fly(self, flight: _Flight[T]) -> None:
        try:
            done = await self._attempt(flight.job)
            self._land(flight, done)
        except Exception as error:  # raised by run()
            self._error = error
        finally:
            del self._flights[flight.number]
            now = self._clock()
            oldest = min((other.sent.at for other in self._flights.values()), default=now)
            forgotten = min(oldest - TRANSIT_S, now - MEMORY_S)
            while self._log and self._log[0].at < forgotten:
                self._log.popleft()
            self._slots.give_back()
            self._changed.set()

    def _land(self, flight: _Flight[T], done: Attempt) -> None:
        now = self._clock()
        self._heard = True
        self._stated.observe(flight.sent, done.limits, now, self._log)
        if self._stated.complete:
            self._search = None
        if done.rejected is not None:
            held_until = self._hold_until
            self._rejected(flight, done.rejected, done.limits, now)
            if done.again_after_s is not None:
                self._ready.add(flight.job)
            else:  # given up: nobody waits for what the server asked
                self._hold_until = held_until
            return
        if done.busy:
            self._stated.take_back(flight.sent, now)
            self._log.remove(flight.sent)
            self._hold_until = max(self._hold_until, self._at_once.busy(flight.sent.at, now))
        else:
            self._ready.latency.saw(flight.job.tokens, now - flight.sent.at)
            self._at_once.answered()
        if self._search is not None:
            self._search.let_through(flight.number)
        self._in_a_row = 0
        if done.again_after_s is not None:
            self._queued += 1
            heappush(self._delayed, (now + done.again_after_s, self._queued, flight.job))

    # --- turned away --------------------------------------------------------------------------

    def _rejected(
        self, flight: _Flight[T], failure: Failure, limits: LimitsSeen, now: float
    ) -> None:
        self._stated.take_back(flight.sent, now)
        self._log.remove(flight.sent)
        cause = cause_of(failure, limits, tokens=flight.job.tokens)
        if cause is not None and self._stated.limits[cause] is not None:
            self._stated.refuse(
                flight.sent,
                cause,
                limits.requests if cause == REQUESTS else limits.tokens,
                now,
                retry_after_s=failure.retry_after_s,
                log=self._log,
            )
        elif self._search is not None and not is_about_at_once(failure):
            self._search.turn_away(
                flight.number, now=now, retry_after_s=failure.retry_after_s, cause=cause
            )
            self._hold_until = max(self._hold_until, now + (failure.retry_after_s or 0.0))
            return
        else:
            if self._search is not None:
                self._search.withdraw(flight.number)
            until = self._at_once.refused(len(self._flights) - 1, now)
            self._hold_until = max(self._hold_until, until)
        if flight.sent.at >= self._held_at:  # others of the same burst tell nothing new
            self._held_at = now
            self._in_a_row += 1
        hold_s = failure.retry_after_s or min(
            (now - flight.sent.at) * 2.0 ** min(self._in_a_row, 20), LONGEST_HOLD_S
        )
        self._hold_until = max(self._hold_until, now + hold_s)
