"""Guesses at one limit of a host that states none, each judged by all that the host has decided.

A guess is a rate and a capacity: the bucket was full when the first request was sent, so its level
at any time follows, and how long any request has to wait. Each verdict speaks for the guesses that
foretell it. New ones are drawn around the good ones and judged by every verdict from the first on,
so that no mistake is carried along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from niah.runner.ratelimits import MINUTE_S

Floats = NDArray[np.float64]

GUESSES = 400
# A bucket holds between half a second's allowance and somewhat more than a minute's.
LEAST_BURST_S, MOST_BURST_S = 0.5, 72.0
# A limit that has not been felt may be this many times what was used.
UNFELT = 1000.0
# How likely a verdict is by a guess that speaks against it: the model may be wrong.
_LEAST_LIKELY = 1e-6
# Of the new guesses, drawn without regard to the old ones.
_FRESH = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of one request.

    Attributes:
        at: When the server decided, nearly.
        units: Requests and tokens that it asked for.
        passed: False = a limit turned it away.
        retry_after_s: When the server said to come back.
        cause: The quantity that was short; None = not said.
        slack_s: By how much ``at`` may be wrong.
        unordered: Requests and tokens that were let through so soon before or after that nobody
            here can say which came first.
    """

    at: float
    units: tuple[float, float]
    passed: bool
    retry_after_s: float | None = None
    cause: int | None = None
    slack_s: float
    unordered: tuple[float, float] = (0.0, 0.0)


@dataclass(slots=True, kw_only=True)
class Guesses:
    """Guesses at one bucket; arrays of shape (guesses,), or (refusals, guesses).

    Attributes:
        quantity: Requests or tokens.
        rates: Units per second.
        full: Capacity.
        levels: Units left at the time ``at``.
        at: When the last verdict fell, or the first request was sent.
        passes: Logarithm of how likely it was that all were let through that were.
        short_s: By how much each refusal came too soon for this bucket.
        blamed: Logarithm of how likely each refusal is, if it was for this bucket.
    """

    quantity: int
    rates: Floats
    full: Floats
    levels: Floats
    at: float
    passes: Floats
    short_s: list[Floats]
    blamed: list[Floats]


def fresh(
    quantity: int,
    verdicts: Sequence[Verdict],
    began_at: float,
    draw: np.random.Generator,
    count: int,
) -> Guesses:
    """Guesses by which one of the refusals was due to this bucket, and some by which none was."""
    return _judged(quantity, *_fresh(quantity, verdicts, draw, count), verdicts, began_at)


def renewed(
    old: Guesses,
    weights: Floats,
    verdicts: Sequence[Verdict],
    began_at: float,
    draw: np.random.Generator,
) -> Guesses:
    """The best of the old guesses, others around them, and some without regard to them."""
    count = GUESSES // 2
    ticks = (np.arange(count) + draw.random()) / count
    parents = np.minimum(np.searchsorted(np.cumsum(weights), ticks), weights.size - 1)
    logs = np.log(np.stack([old.rates, old.full]))
    centred = logs - (logs @ weights)[:, None]
    spread = np.sqrt((centred * centred) @ weights)[:, None]
    shape = np.linalg.cholesky((centred * weights) @ centred.T + 1e-9 * np.eye(2))
    children = parents[draw.permutation(count)]
    which = draw.random(count)
    scale = 0.7 * 10.0 ** (-2.5 * draw.random(count))
    normal = draw.normal(size=(2, count))
    one = draw.random(count) < 0.5
    wide = scale * normal * np.stack([one | (which < 0.2), ~one | (which < 0.2)])
    own = np.maximum(0.5 * spread, 1e-4) * normal
    along = (0.5 * 10.0 ** (-1.0 * draw.random(count))) * (shape @ normal)
    step = np.where(which < 0.45, wide, np.where(which < 0.65, own, along))
    near = np.exp(logs[:, children] + step)
    # What a bucket refills less since it was full, it may have held more, and the other way round.
    since_s = (old.at - began_at) * draw.random(count) * (draw.random(count) < 0.6)
    near[1] += (old.rates[children] - near[0]) * since_s
    rates, full = _fresh(old.quantity, verdicts, draw, int(_FRESH * GUESSES))
    new = _judged(
        old.quantity,
        np.concatenate([near[0], rates]),
        np.maximum(np.concatenate([near[1], full]), _largest(old.quantity, verdicts)),
        verdicts,
        began_at,
    )
    kept = np.unique(parents)

    def both(before: Floats, after: Floats) -> Floats:
        return np.concatenate([before[kept], after])

    return Guesses(
        quantity=old.quantity,
        rates=both(old.rates, new.rates),
        full=both(old.full, new.full),
        levels=both(old.levels, new.levels),
        at=new.at,
        passes=both(old.passes, new.passes),
        short_s=[both(a, b) for a, b in zip(old.short_s, new.short_s, strict=True)],
        blamed=[both(a, b) for a, b in zip(old.blamed, new.blamed, strict=True)],
    )


def play(guesses: Guesses, verdict: Verdict) -> None:
    """Judge by one more verdict; levels are moved on to after it."""
    rates, units = guesses.rates, verdict.units[guesses.quantity]
    passed_s = max(0.0, verdict.at - guesses.at)
    levels = np.minimum(guesses.full, guesses.levels + rates * passed_s)
    wait = (np.minimum(units, guesses.full) - levels) / rates
    slack_s = verdict.slack_s + verdict.unordered[guesses.quantity] / rates
    if verdict.passed:
        guesses.passes = guesses.passes + np.log(_near(wait, slack_s))
        levels = np.maximum(levels - units, 0.0)
    else:
        # How long a bucket has been full tells how wrong it is about a refusal.
        wait -= np.maximum(0.0, passed_s - (guesses.full - guesses.levels) / rates)
        likely = _near(-wait, slack_s)
        if told_s := verdict.retry_after_s:
            earliest_s = told_s - 1.0 if told_s % 1 == 0 else told_s
            off_s = np.maximum(earliest_s - wait, wait - told_s)
            likely = likely * _near(off_s, slack_s + 0.01 * told_s)
        guesses.short_s.append(wait)
        guesses.blamed.append(np.log(likely))
    guesses.levels = levels
    guesses.at = max(guesses.at, verdict.at)


def _judged(
    quantity: int, rates: Floats, full: Floats, verdicts: Sequence[Verdict], began_at: float
) -> Guesses:
    """Guesses judged by all verdicts; a bucket that holds more refills faster."""
    used = sum(v.units[quantity] for v in verdicts if v.passed) or 1.0
    full = np.minimum(full, UNFELT * MOST_BURST_S * used)
    rates = np.clip(rates, full / MOST_BURST_S, np.maximum(UNFELT * used, full / MOST_BURST_S))
    guesses = Guesses(
        quantity=quantity,
        rates=rates,
        full=full,
        levels=full.copy(),
        at=began_at,
        passes=np.zeros(rates.size),
        short_s=[],
        blamed=[],
    )
    for verdict in verdicts:
        play(guesses, verdict)
    return guesses


def _fresh(
    quantity: int,
    verdicts: Sequence[Verdict],
    draw: np.random.Generator,
    count: int,
) -> tuple[Floats, Floats]:
    """Rates and capacities by which a refusal was due to the bucket, or which were not felt."""
    spared = draw.random(count) < 1 / 3
    refusals = [
        index
        for index, verdict in enumerate(verdicts)
        if not verdict.passed and verdict.cause in (None, quantity)
    ]
    if not refusals:
        refusals, spared = [len(verdicts) - 1], np.ones(count, dtype=bool)
    elif any(verdicts[index].cause is not None for index in refusals):
        spared = np.zeros(count, dtype=bool)
    rates, full = _just_short(quantity, verdicts, refusals, draw, count)
    rates[spared] *= UNFELT ** draw.random(int(spared.sum()))
    full[spared] = np.maximum(full[spared], rates[spared] * MINUTE_S)
    return rates, np.maximum(full, _largest(quantity, verdicts))


def _just_short(
    quantity: int,
    verdicts: Sequence[Verdict],
    refusals: Sequence[int],
    draw: np.random.Generator,
    count: int,
) -> tuple[Floats, Floats]:
    """Buckets of some capacity in seconds, each as fast as makes it just short at a refusal.

    A bucket that holds ``burst_s`` of its rate, and was full at some request, has let in what fits
    until then; so it is short at a refusal if its rate is below the largest of such quotients:
    units since a request, with it, over ``burst_s`` and the time since.
    """
    some = draw.choice(refusals, size=(count + 1) // 2)
    chosen = np.concatenate([some, np.full(count - some.size, refusals[-1])])
    passed = [verdict for verdict in verdicts if verdict.passed]
    times = np.array([verdict.at for verdict in passed])
    sums = np.cumsum([0.0, *(verdict.units[quantity] for verdict in passed)])
    at = np.array([verdict.at for verdict in verdicts])[chosen]
    units = np.array([verdict.units[quantity] for verdict in verdicts])[chosen]
    told_s = np.array([verdict.retry_after_s or 0.0 for verdict in verdicts])[chosen]
    burst_s = LEAST_BURST_S * (MOST_BURST_S / LEAST_BURST_S) ** draw.random(count)
    burst_s[draw.random(count) < 0.3] = MINUTE_S
    early_s = np.where(told_s % 1 == 0, draw.random(count), 0.0)
    missing = np.where(told_s > 0, units, draw.random(count) * units)
    filled_s = burst_s + np.where(told_s > 0, told_s - early_s, 0.0)
    rates = missing / filled_s
    if times.size:
        before = times[None, :] <= at[:, None]
        since = sums[np.searchsorted(times, at, side="right")][:, None] - sums[None, :-1]
        used = (since + missing[:, None]) / (filled_s[:, None] + at[:, None] - times[None, :])
        rates = np.maximum(rates, np.where(before, used, 0.0).max(axis=1))
    return rates, rates * burst_s


def _largest(quantity: int, verdicts: Sequence[Verdict]) -> float:
    """Units of the largest request that was let through."""
    return max((v.units[quantity] for v in verdicts if v.passed), default=1.0)


def _near(late_s: Floats, slack_s: Floats) -> Floats:
    """How likely it is to be off by so many seconds; none where they are negative."""
    off = np.maximum(late_s, 0.0) / slack_s
    result: Floats = np.maximum(1.0 / (1.0 + off * off), _LEAST_LIKELY)
    return result
