"""What a host states of its limits, each in the shape that fits what it has said of it.

A limit is taken for a bucket until its headers cannot be a bucket's: what is left, and what flows
in until it is full, always add up to the same. Then it is taken for a window, until its end is
another each time; then for a log of the last minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from math import inf
from typing import TypeAlias, TypeVar

from niah.providers.limits import Allowance, LimitsSeen
from niah.runner import logs, ratelimits, windows
from niah.runner.counting import Counting
from niah.runner.jobs import Job, LaneSettings, T
from niah.runner.logs import Log
from niah.runner.ratelimits import MINUTE_S, TRANSIT_S, Bucket
from niah.runner.refusals import REQUESTS, TOKENS
from niah.runner.windows import Window

Limit: TypeAlias = Bucket | Window | Log
Shape = TypeVar("Shape", Bucket, Window)

OUTPUT = 2  # beside REQUESTS and TOKENS
# How far a bucket's sum may be off: whole seconds here and there, tokens in thousands.
_SUM_S, _SUM_TOKENS = 2.5, 1000.0
# A bucket that is fuller than this may have been full: what flowed into it is not known.
_ALL_BUT_FULL = 0.97
# More of a window than this is not expected to be somebody else's.
_NOT_OURS = 0.3
# A limit that needs longer than this for one more is not waited for: the server shall say it.
_LONGEST_S = 2 * MINUTE_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request as it counts against the limits.

    Attributes:
        at: When it was sent.
        tokens, output_tokens: What it asks for in all, and of that the output.
        before: What had been sent of each quantity, with it.
    """

    at: float
    tokens: float
    output_tokens: float
    before: tuple[float, float, float]


class Stated:
    """The limits of one host as they are configured or stated; None = nothing known."""

    def __init__(self, settings: LaneSettings, *, now: float) -> None:
        configured = (settings.requests_per_minute, settings.tokens_per_minute, None)
        self.limits: list[Limit | None] = [
            None if limit is None else ratelimits.full_bucket(limit, now=now)
            for limit in configured
        ]
        self._fixed = [limit is not None for limit in configured]
        self._counting = [Counting(), Counting(), Counting()]
        self._exact = [True, True, True]
        self._sums: list[float | None] = [None, None, None]
        self._only_input = False

    @property
    def complete(self) -> bool:
        """Whether both requests and tokens are known."""
        return self.limits[REQUESTS] is not None and self.limits[TOKENS] is not None

    @property
    def buckets(self) -> tuple[Bucket, Bucket] | None:
        """Those of requests and tokens, if both are buckets."""
        return self._both(Bucket)

    @property
    def windows(self) -> tuple[Window, Window] | None:
        """Those of requests and tokens, if both are windows."""
        return self._both(Window)

    def _both(self, shape: type[Shape]) -> tuple[Shape, Shape] | None:
        requests, tokens = self.limits[REQUESTS], self.limits[TOKENS]
        if isinstance(requests, shape) and isinstance(tokens, shape):
            return requests, tokens
        return None

    def level(self, quantity: int, now: float) -> float:
        """Units left, of ours; the limit is known."""
        limit = self.limits[quantity]
        assert limit is not None
        return _level_at(limit, now) / self._counting[quantity].ratio

    def rate(self, quantity: int) -> float:
        """Units per second in the long run, of ours; the limit is known."""
        limit = self.limits[quantity]
        assert limit is not None
        return limit.rate / self._counting[quantity].ratio

    def wait_for(self, job: Job[T], now: float) -> float:
        """Seconds until a job fits into all limits."""
        waits = [0.0]
        for quantity, limit in enumerate(self.limits):
            if limit is None:
                continue
            units = self._units(job.tokens, job.output_tokens, quantity)
            units *= self._counting[quantity].ratio
            match limit:
                case Bucket():
                    waits.append(ratelimits.wait_for(limit, units, now))
                case Window():
                    waits.append(windows.wait_for(limit, units, now))
                case Log():
                    waits.append(logs.wait_for(limit, units, now))
            if waits[-1] > _LONGEST_S:
                waits[-1] = 0.0
        return max(waits)

    def send(self, job: Job[T], now: float) -> Sent:
        """A job is sent."""
        before = []
        for quantity, limit in enumerate(self.limits):
            units = self._units(job.tokens, job.output_tokens, quantity)
            self._counting[quantity].sent += units
            before.append(self._counting[quantity].sent)
            if limit is not None:
                units *= self._counting[quantity].ratio
                self.limits[quantity] = _debit(limit, units, now)
        return Sent(
            at=now,
            tokens=float(job.tokens),
            output_tokens=float(job.output_tokens),
            before=(before[0], before[1], before[2]),
        )

    def observe(self, sent: Sent, seen: LimitsSeen, now: float, log: Sequence[Sent]) -> None:
        """An answer stated limits.

        Args:
            sent: What was answered.
            seen: Its headers.
            now: The time.
            log: What was sent, in order, from some time before ``sent`` on.
        """
        self._only_input = self._only_input or seen.only_input
        for quantity, allowance in enumerate((seen.requests, seen.tokens, seen.output_tokens)):
            if allowance is None or not allowance.limit or allowance.remaining is None:
                continue
            limit = self.limits[quantity]
            if self._fixed[quantity] and isinstance(limit, Bucket):
                if allowance.limit >= limit.capacity:
                    continue  # configured, and stricter than the server
                self._fixed[quantity] = False
            self.limits[quantity] = self._observed(quantity, sent, allowance, now, log)

    def _observed(
        self, quantity: int, sent: Sent, allowance: Allowance, now: float, log: Sequence[Sent]
    ) -> Limit | None:
        """The limit after an answer stated it, which it did."""
        limit = self.limits[quantity]
        stated, remaining, reset_s = allowance.limit, allowance.remaining, allowance.reset_s
        assert stated is not None
        assert remaining is not None
        ratio = self._counting[quantity].ratio
        since = -inf if limit is None else sent.at - TRANSIT_S
        others = [
            (other.at, ratio * self._units(other.tokens, other.output_tokens, quantity))
            for other in takewhile(lambda other: other.at > since, reversed(log))
            if other is not sent
        ]
        others.reverse()
        if isinstance(limit, Window):
            later = sum(amount for at, amount in others if at > sent.at - TRANSIT_S)
            window = windows.observe(
                limit,
                limit=stated,
                remaining=remaining,
                reset_s=reset_s,
                sent_at=sent.at,
                now=now,
                since=later,
            )
            return window or self._logged(quantity, stated, log)
        if isinstance(limit, Log):
            return logs.observe(limit, limit=stated, remaining=remaining, sent_at=sent.at, now=now)
        if reset_s is not None and not self._is_sum_of_a_bucket(quantity, allowance):
            left = remaining - sum(amount for at, amount in others if at > sent.at - TRANSIT_S)
            return windows.begin(stated, left, sent_at=sent.at, now=now, reset_s=reset_s)
        bucket = ratelimits.observe(
            limit,
            allowance,
            units=ratio * self._units(sent.tokens, sent.output_tokens, quantity),
            sent_at=sent.at,
            now=now,
            others=others,
            exact=self._exact[quantity],
        )
        if bucket is not None:
            self._count(quantity, sent, remaining, bucket, limit, now)
        return bucket

    def _is_sum_of_a_bucket(self, quantity: int, allowance: Allowance) -> bool:
        """Whether what is left and what flows in until the reset add up as they did before."""
        assert allowance.limit
        assert allowance.remaining is not None
        assert allowance.reset_s is not None
        if allowance.reset_s > 1.5 * MINUTE_S:
            return True  # no limit by the minute
        rate = allowance.limit / MINUTE_S
        found = allowance.remaining + rate * allowance.reset_s
        rounded = allowance.remaining % _SUM_TOKENS == 0 and quantity != REQUESTS
        off = max(1.0, _SUM_S * rate) + (_SUM_TOKENS if rounded else 0.0)
        before, self._sums[quantity] = self._sums[quantity], found
        if found > allowance.limit + off:
            return False
        bucket = self.limits[quantity]
        if before is not None and isinstance(bucket, Bucket) and bucket.rate == rate:
            return abs(found - before) <= off
        return True

    def _count(
        self,
        quantity: int,
        sent: Sent,
        remaining: float,
        bucket: Bucket,
        before: Bucket | None,
        now: float,
    ) -> None:
        counting = self._counting[quantity]
        if (before is not None and before.rate != bucket.rate) or (
            quantity != REQUESTS and remaining > _ALL_BUT_FULL * bucket.capacity
        ):
            counting.start_anew()
        elif quantity != REQUESTS and not self._fixed[quantity]:
            counting.saw(
                remaining,
                rate=bucket.rate,
                sent=sent.before[quantity],
                sent_at=sent.at,
                now=now,
            )

    def refuse(
        self,
        sent: Sent,
        cause: int,
        allowance: Allowance | None,
        now: float,
        *,
        retry_after_s: float | None,
        log: Sequence[Sent],
    ) -> None:
        """A request was turned away by a limit that is known."""
        limit = self.limits[cause]
        assert limit is not None
        units = self._counting[cause].ratio * self._units(sent.tokens, sent.output_tokens, cause)
        left = None if allowance is None else allowance.remaining
        reset_s = None if allowance is None else allowance.reset_s
        match limit:
            case Bucket():
                missing = units - (left or 0.0)
                expected_s = max(0.0, missing) / limit.rate
                if (
                    reset_s is None
                    and retry_after_s is not None
                    and 1.5 * expected_s + 1.5 < retry_after_s <= MINUTE_S + 1.0
                    and not self._fixed[cause]
                ):
                    self.limits[cause] = windows.begin(
                        allowance.limit if allowance and allowance.limit else limit.capacity,
                        0.0 if left is None else left,
                        sent_at=sent.at,
                        now=now,
                        reset_s=retry_after_s,
                    )
                else:
                    if left is not None and left < ratelimits.level_at(limit, now):
                        self._exact[cause] = False
                    if left is not None and cause != REQUESTS:
                        exact = retry_after_s is not None and retry_after_s % 1 != 0
                        self._counting[cause].needed(
                            self._units(sent.tokens, sent.output_tokens, cause),
                            left=left,
                            flows=limit.rate * (retry_after_s or 0.0) if exact else None,
                        )
                    self.limits[cause] = ratelimits.refused(limit, allowance, units, now)
            case Window() if left is not None and self._is_no_window(limit, sent, left, log, cause):
                stated = allowance.limit if allowance else None
                self.limits[cause] = self._logged(cause, stated or limit.limit, log)
            case Window():
                self.limits[cause] = windows.refused(
                    limit,
                    remaining=left,
                    units=units,
                    sent_at=sent.at,
                    now=now,
                    wait_s=retry_after_s if reset_s is None else None,
                )
            case Log():
                self.limits[cause] = logs.refused(
                    limit, remaining=left, units=units, now=now, wait_s=retry_after_s
                )

    def _is_no_window(
        self, window: Window, sent: Sent, left: float, log: Sequence[Sent], quantity: int
    ) -> bool:
        """Whether it did not start anew at its end: much more is gone than was sent since."""
        began = windows.at(window, sent.at).ends_by - MINUTE_S
        since = sum(
            self._units(other.tokens, other.output_tokens, quantity)
            for other in log
            if other.at >= began - TRANSIT_S
        )
        late_s = sent.at - began
        return late_s > TRANSIT_S and window.limit - left > since + _NOT_OURS * window.limit

    def take_back(self, sent: Sent, now: float) -> None:
        """A request was turned away: it was debited for nothing."""
        for quantity, limit in enumerate(self.limits):
            units = self._units(sent.tokens, sent.output_tokens, quantity)
            self._counting[quantity].sent -= units
            units *= self._counting[quantity].ratio
            match limit:
                case Bucket():
                    self.limits[quantity] = ratelimits.debit(limit, -units, now)
                case Window():
                    self.limits[quantity] = windows.credit(limit, units, sent_at=sent.at, now=now)
                case Log():
                    self.limits[quantity] = logs.credit(limit, units, sent_at=sent.at)

    def _logged(self, quantity: int, limit: float, log: Sequence[Sent]) -> Log:
        ratio = self._counting[quantity].ratio
        return Log(
            limit=limit,
            entries=tuple(
                (sent.at, ratio * self._units(sent.tokens, sent.output_tokens, quantity))
                for sent in log
            ),
        )

    def _units(self, tokens: float, output_tokens: float, quantity: int) -> float:
        if quantity == REQUESTS:
            return 1.0
        if quantity == OUTPUT:
            return float(output_tokens)
        return float(tokens - output_tokens) if self._only_input else float(tokens)


def _level_at(limit: Limit, now: float) -> float:
    match limit:
        case Bucket():
            return ratelimits.level_at(limit, now)
        case Window():
            return windows.level_at(limit, now)
        case Log():
            return logs.level_at(limit, now)


def _debit(limit: Limit, units: float, now: float) -> Limit:
    match limit:
        case Bucket():
            return ratelimits.debit(limit, units, now)
        case Window():
            return windows.debit(limit, units, now)
        case Log():
            return logs.debit(limit, units, now)
