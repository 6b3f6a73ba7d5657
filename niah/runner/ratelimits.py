"""A limit that the server states: a token bucket, kept in step with its answers.

Pure: every function takes the time and returns a new value. Units are requests or tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from niah.providers.limits import Allowance

MINUTE_S = 60.0
# Requests sent this close together may reach the server in another order.
TRANSIT_S = 0.5
# A bucket that takes longer than this to fill up is not refilled by the minute.
_LONG_RESET_S = 1.5 * MINUTE_S
# The longest time that a request is expected to be under way.
LAG_S = 0.2
# What two sums of the same amounts may differ by, the server's and ours.
_ROUNDING = 1e-6
# The share of a bucket by which the server's view may differ before it is believed.
_SLACK = 0.02
# What is left is stated in whole units.
_ROUNDED_DOWN = 1.0


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
    needed = min(units * (1 + _ROUNDING), bucket.capacity * (1 - _ROUNDING))
    missing = needed - level_at(bucket, now)
    return max(0.0, missing) / bucket.rate


def debit(bucket: Bucket, units: float, now: float) -> Bucket:
    """The bucket after a request was sent.

    Until it arrives the server's bucket goes on filling, and what does not fit in is lost: a
    bucket that is all but full counts as so much less full.
    """
    level = level_at(bucket, now)
    if units > 0:
        level = min(level, bucket.capacity - bucket.rate * LAG_S)
    return replace(bucket, level=level - units, at=now)


def observe(
    bucket: Bucket | None,
    allowance: Allowance | None,
    *,
    units: float,
    sent_at: float,
    now: float,
    others: Sequence[tuple[float, float]],
    exact: bool = True,
) -> Bucket | None:
    """The bucket after an answer stated its limit.

    Servers state what is left as of letting the request in, or as of answering it. Both
    readings are worked out. The bucket's own level is exact as long as nobody else uses the
    key, and is kept unless it lies outside them.

    Args:
        bucket: As known so far; None = not at all.
        allowance: What the headers say; None = nothing.
        units: Of the request that was answered.
        sent_at: When the request that was answered had been sent.
        now: When its answer came.
        others: Times and units of other requests, in order: at least those that were sent after
            ``sent_at - TRANSIT_S``, and all of them where there is no bucket yet.
        exact: Whether the own count has never been too high.
    """
    if allowance is None or not allowance.limit or allowance.remaining is None:
        return bucket
    limit, remaining, reset_s = allowance.limit, allowance.remaining, allowance.reset_s
    rate, capacity = limit / MINUTE_S, limit
    if reset_s is not None and reset_s > _LONG_RESET_S and remaining < limit:
        rate = (limit - remaining) / reset_s
    elif reset_s is not None and reset_s + remaining > 0:
        # Tokens left are rounded down; a bucket that the largest request fills would otherwise
        # never seem full enough for it.
        full = remaining + reset_s * rate
        capacity = max(units, remaining, min(limit, full + 1.0 if full > 1000 else full))
    if bucket is not None and rate == bucket.rate:
        capacity = max(capacity, bucket.capacity)
    let_in, let_in_at = remaining, sent_at
    for at, amount in others:
        if at > let_in_at:
            let_in += rate * (at - let_in_at)
            let_in_at = at
            if let_in > capacity:  # what flows into a full bucket is lost
                let_in = capacity
        if at > sent_at - TRANSIT_S:
            let_in -= amount
    let_in = min(capacity, let_in + rate * (now - let_in_at))
    lately = sum(amount for at, amount in others if at > now - TRANSIT_S)
    least = min(let_in - rate * LAG_S, remaining - lately)
    refilled = remaining + rate * (now - sent_at)
    if bucket is None:
        # If nobody else uses the key, what was sent is all that is missing.
        own = capacity - units - sum(amount for _, amount in others)
        level = max(least, own) if own <= refilled else least
        return Bucket(rate=rate, capacity=capacity, level=level, at=now)
    most = refilled + max(_ROUNDED_DOWN, _SLACK * capacity if exact else 0.0)
    level = min(max(level_at(bucket, now), least), most)
    return Bucket(rate=rate, capacity=capacity, level=level, at=now)


def refused(bucket: Bucket, allowance: Allowance | None, units: float, now: float) -> Bucket:
    """The bucket after it turned a request away: what is left is what the server says.

    When it does not say, it is somewhere below what was needed; half of that is the best guess.
    """
    left = 0.5 * units
    if allowance is not None and allowance.remaining is not None:
        left = allowance.remaining
    return replace(bucket, level=min(level_at(bucket, now), left), at=now)
