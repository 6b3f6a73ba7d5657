"""Rate limits of one quantity, requests or tokens: stated by the server, or found out.

A *stated* limit is a token bucket: a rate, a capacity, a level that is debited when a request
is sent. A *searched* limit is the line "units allowed so far, over time", which must run above
every request that was let through and below every one that was turned away.

Pure: every function takes the time and returns a new value.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field, replace

from niah.providers.limits import Allowance

MINUTE_S = 60.0
# A bucket that takes longer than this to fill up is not refilled by the minute.
_LONG_RESET_S = 1.5 * MINUTE_S
_EPSILON = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A stated limit.

    Attributes:
        rate: Units per second.
        capacity: Units in a full bucket.
        level: Units left at the time ``at``; below 0 when more was sent than was there.
        at: Seconds on the dispatcher's clock.
    """

    rate: float
    capacity: float
    level: float
    at: float


def full_bucket(per_minute: float, *, now: float) -> Bucket:
    """A limit from the configuration: one minute's allowance, unused so far."""
    return Bucket(rate=per_minute / MINUTE_S, capacity=per_minute, level=per_minute, at=now)


def level_at(bucket: Bucket, now: float) -> float:
    """Units left at a time."""
    return min(bucket.capacity, bucket.level + bucket.rate * max(0.0, now - bucket.at))


def wait_for(bucket: Bucket, units: float, now: float) -> float:
    """Seconds until so many units are there; for more than ever fit in, until it is full."""
    missing = min(units, bucket.capacity) - level_at(bucket, now)
    return missing / bucket.rate if missing > bucket.capacity * _EPSILON * 1e-3 else 0.0


def debit(bucket: Bucket, units: float, now: float) -> Bucket:
    """The bucket after a request was sent."""
    return replace(bucket, level=level_at(bucket, now) - units, at=now)


def observe(
    bucket: Bucket | None,
    allowance: Allowance | None,
    *,
    sent_at: float,
    now: float,
    sent_since: float,
    in_flight: float,
) -> Bucket | None:
    """The bucket after an answer stated its limit.

    Servers state what is left either as of letting the request in or as of answering it. Both
    readings are worked out, and the bucket's own level is kept between them: it is exact as
    long as nobody else uses the key, and follows the server when somebody does.

    Args:
        bucket: As known so far; None = not at all.
        allowance: What the headers say; None = nothing.
        sent_at: When the request that was answered had been sent.
        now: When its answer came.
        sent_since: Units sent after it, until now.
        in_flight: Units sent and not answered yet, for a server that does not count them yet.
    """
    if allowance is None or not allowance.limit or allowance.remaining is None:
        return bucket
    limit, remaining, reset_s = allowance.limit, allowance.remaining, allowance.reset_s
    rate, capacity = limit / MINUTE_S, limit
    if reset_s is not None and reset_s > 0:
        if reset_s > _LONG_RESET_S and remaining < limit:
            rate = (limit - remaining) / reset_s
        elif bucket is None or bucket.rate != rate:
            capacity = max(remaining, min(limit, remaining + reset_s * rate))
        else:
            capacity = max(bucket.capacity, min(limit, remaining + reset_s * rate))
    as_of_sending = min(capacity, remaining + rate * (now - sent_at)) - sent_since
    readings = (as_of_sending, remaining)
    if bucket is None or bucket.rate != rate:
        level = min(as_of_sending, remaining - in_flight if bucket is None else remaining)
    else:
        known = level_at(replace(bucket, capacity=capacity), now)
        level = min(max(known, min(readings)), max(readings))
    return Bucket(rate=rate, capacity=capacity, level=level, at=now)


def drained(bucket: Bucket, units: float, now: float) -> Bucket:
    """The bucket after it turned a request away: less was left than that request needed."""
    level = min(level_at(bucket, now), max(0.0, min(units, bucket.capacity)) * 0.5)
    return replace(bucket, level=level, at=now)


_ = (deque, field, math)
