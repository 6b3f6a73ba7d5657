"""Token buckets: what a provider's limits per minute let through."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

from niah.reference.wire import Limit, Refusal


class Bucket:
    """A bucket that holds one minute's allowance and refills steadily."""

    def __init__(
        self, name: Literal["requests", "tokens"], per_minute: float, clock: Callable[[], float]
    ) -> None:
        self._name: Literal["requests", "tokens"] = name
        self._size = per_minute
        self._level = per_minute
        self._clock = clock
        self._at_s = clock()

    def _refill(self) -> None:
        now_s = self._clock()
        self._level = min(self._size, self._level + (now_s - self._at_s) * self._size / 60)
        self._at_s = now_s

    def waiting_s(self, amount: float) -> float:
        """Seconds until the bucket holds the amount; infinite if it never will."""
        self._refill()
        # Half a millionth of a token is rounding, not debt.
        if amount <= self._level + 1e-6:
            return 0.0
        if amount > self._size:
            return math.inf
        return (amount - self._level) * 60 / self._size

    def take(self, amount: float) -> None:
        """Take the amount, which the bucket holds."""
        self._refill()
        self._level = max(0.0, self._level - amount)

    def state(self) -> Limit:
        """What headers say of it now."""
        self._refill()
        return Limit(
            name=self._name,
            size=int(self._size),
            remaining=int(self._level),
            reset_s=(self._size - self._level) * 60 / self._size,
        )


class Limits:
    """The buckets of an endpoint: a request takes from all of them, or is refused by one."""

    def __init__(
        self, requests: float | None, tokens: float | None, clock: Callable[[], float]
    ) -> None:
        self._requests = Bucket("requests", requests, clock) if requests else None
        self._tokens = Bucket("tokens", tokens, clock) if tokens else None

    def admit(self, tokens: int) -> None:
        """Take one request of so many tokens.

        Raises:
            Refusal: with the seconds to wait, if a bucket does not hold it; nothing is taken.
        """
        wanted = [(self._requests, 1, "requests"), (self._tokens, tokens, "tokens")]
        for bucket, amount, name in wanted:
            if bucket is None:
                continue
            waiting_s = bucket.waiting_s(amount)
            if waiting_s == math.inf:
                raise Refusal(
                    "rate-limit",
                    f"Request too large: {amount} {name} are more than the limit of "
                    f"{bucket.state().size} {name} per minute.",
                )
            if waiting_s > 0:
                raise Refusal(
                    "rate-limit",
                    f"Rate limit reached for {name} per minute. "
                    f"Please try again in {math.ceil(waiting_s * 1000)}ms.",
                    retry_after_s=waiting_s,
                )
        for bucket, amount, _ in wanted:
            if bucket is not None:
                bucket.take(amount)

    def state(self) -> tuple[Limit, ...]:
        """What headers say now."""
        return tuple(bucket.state() for bucket in (self._requests, self._tokens) if bucket)
