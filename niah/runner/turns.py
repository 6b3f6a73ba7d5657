"""Whose turn it is: the order in which a lane's queue is sent.

Limits on requests, on tokens and on what is in flight add up to no more than the tightest of them
when each part of a sweep asks for the same of all three. So while limits are not known, long and
short trials go mixed, each length evenly spread over the time that is left for it. A length is to
be done when the last answer can still come in time, which the longest take the longest for. Where
nothing is limited but what is in flight, the longest go first; where the limits are known, the
longest that they bear (``balance``).
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from math import inf, log2
from typing import Generic

from niah.runner.jobs import Job, T

# Multiples of it, less their whole part, are spread evenly however many there are.
_GOLDEN = (5.0**0.5 - 1.0) / 2.0
# Trials whose lengths are this much alike, in doublings, are of one kind.
_KINDS_PER_DOUBLING = 4
# Answers take so much longer than expected now and then.
_SLOWER = 2.3
_SHORTEST_S = 1e-3


class Latency:
    """How long an answer takes, as a straight line over tokens through what was seen.

    Answers are off by a share of what they take, so the short ones tell as much as the long ones.
    """

    def __init__(self) -> None:
        self.longest = 0.0  # that was answered, in tokens
        self._count = self._x = self._y = self._xx = self._xy = 0.0

    def saw(self, tokens: float, seconds: float) -> None:
        """An answer came."""
        self.longest = max(self.longest, tokens)
        first_s, per_token_s = self.line()
        weight = max(first_s + per_token_s * tokens or seconds, _SHORTEST_S) ** -2
        self._count += weight
        self._x += weight * tokens
        self._y += weight * seconds
        self._xx += weight * tokens * tokens
        self._xy += weight * tokens * seconds

    def line(self) -> tuple[float, float]:
        """Seconds of the shortest, and seconds per token; 0 while nothing was seen."""
        if not self._count:
            return 0.0, 0.0
        spread = self._xx - self._x * self._x / self._count
        slope = (self._xy - self._x * self._y / self._count) / spread if spread > 0 else 0.0
        slope = min(max(0.0, slope), self._y / self._x)
        return (self._y - slope * self._x) / self._count, slope


class Turns(Generic[T]):
    """A queue of jobs.

    Args:
        prescribed: Keep to the jobs' ranks.
        mixed: Long and short ones by turns; otherwise the longest first.
    """

    def __init__(self, *, prescribed: bool, mixed: bool) -> None:
        self._prescribed = prescribed
        self._mixed = mixed
        self._kinds: dict[float, list[tuple[float, int, Job[T]]]] = {}
        self._added = 0
        self._taken = 0
        self._count = 0
        self.tokens = 0
        self.latency = Latency()

    def __len__(self) -> int:
        return self._count

    def add(self, job: Job[T]) -> None:
        """Queue a job."""
        self._added += 1
        self._count += 1
        self.tokens += job.tokens
        if job.first:
            kind, key = inf, 0.0
        elif self._prescribed:
            kind, key = 0.0, float(job.rank)
        else:
            kind, key = float(round(_KINDS_PER_DOUBLING * log2(max(1, job.tokens)))), -job.tokens
        heappush(self._kinds.setdefault(kind, []), (key, self._added, job))

    def clear(self) -> None:
        """Forget what is queued."""
        self._kinds.clear()
        self._count = self.tokens = 0

    def take(self, kind: float) -> Job[T]:
        """The next job of that kind, which leaves the queue."""
        heap = self._kinds[kind]
        job = heappop(heap)[2]
        if not heap:
            del self._kinds[kind]
        self._taken += 1
        self._count -= 1
        self.tokens -= job.tokens
        return job

    def peek(self, kind: float) -> Job[T]:
        """The next job of that kind."""
        return self._kinds[kind][0][2]

    def shortest(self) -> float:
        """The kind of the shortest, or of what goes before all others."""
        return inf if inf in self._kinds else min(self._kinds)

    @property
    def are_mixed(self) -> bool:
        """Whether there are several lengths, none of which has to go next."""
        return (
            self._mixed and not self._prescribed and inf not in self._kinds and len(self._kinds) > 1
        )

    def longest(self) -> float:
        """The kind of the longest, or of what goes before all others."""
        return max(self._kinds)

    def turn(self, left_s: Callable[[], float]) -> float:
        """The kind whose turn it is; the queue is not empty.

        Args:
            left_s: Says how many seconds will pass until the last one can be sent.
        """
        longest = max(self._kinds)
        if not self.are_mixed:
            return longest
        first_s, per_token_s = self.latency.line()
        end_s = left_s() + _SLOWER * first_s
        weights: dict[float, float] = {}
        for kind, heap in sorted(self._kinds.items(), reverse=True):
            time_s = end_s - _SLOWER * (first_s + per_token_s * heap[0][2].tokens)
            if time_s <= 0.02 * end_s:
                return kind
            weights[kind] = len(heap) / time_s
        return self._drawn(weights)

    def short(self, than: float) -> tuple[float, float]:
        """One of the kinds shorter than so many tokens, each as often as it is queued.

        Returns:
            The kind, and the mean length of all of them; of the shortest, if none is so short.
        """
        counts = {kind: len(heap) for kind, heap in sorted(self._kinds.items())}
        lengths = {kind: self.peek(kind).tokens for kind in counts}
        short = [kind for kind in counts if lengths[kind] < than] or [min(counts)]
        weights = {kind: float(counts[kind]) for kind in short}
        mean = sum(lengths[kind] * weights[kind] for kind in short) / sum(weights.values())
        return self._drawn(weights), mean

    def _drawn(self, weights: dict[float, float]) -> float:
        """A kind, each as often as its weight says."""
        mark = sum(weights.values()) * ((self._taken * _GOLDEN) % 1.0)
        for kind, weight in weights.items():
            mark -= weight
            if mark < 0:
                return kind
        return max(weights)
