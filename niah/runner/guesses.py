"""Guesses at the limits of a host that states none, each judged by all that it has decided.

A guess is a rate and a capacity for requests and for tokens: both buckets were full when the first
request was sent, so their levels at any time follow, and whether the host lets a request through.
Each verdict speaks for the guesses that foretell it. New ones are drawn around the good ones and
judged by every verdict from the first on, so that no mistake is carried along.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

REQUESTS, TOKENS = 0, 1
GUESSES = 600
MINUTE_S = 60.0
# A bucket holds between half a second's allowance and somewhat more than a minute's.
LEAST_BURST_S, MOST_BURST_S = 0.5, 72.0
# A limit that has not been felt may be this many times what was used.
UNFELT = 1000.0
# How likely a verdict is by a guess that speaks against it: the model may be wrong.
_LEAST_LIKELY = 1e-6
# Guesses are drawn anew when their weights have come down to this share of them.
_DEGENERATE = 0.25
# A verdict less likely than this by all guesses together means that all of them are wrong.
_SURPRISE = 0.05
# Rates whose logarithms differ by less than this are nearly the same.
_SAME_RATE = 0.02
_TINY = 1e-300
# So many verdicts are few enough to draw anew after each.
_FIRST = 150
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
    """Guesses at two buckets; arrays of shape (2, guesses), requests first, or (guesses,).

    Attributes:
        rates: Units per second.
        full: Capacity.
        levels: Units left at the time ``at``.
        at: When the last verdict fell, or the first request was sent.
        logs: Logarithm of how likely all verdicts are, by each guess.
    """

    rates: Floats
    full: Floats
    levels: Floats
    at: float
    logs: Floats

    @property
    def weights(self) -> Floats:
        """How much each guess counts; they add up to 1.

        Guesses at nearly the same rate together count as much as the best of them, however many
        were drawn: what has been drawn more often is not more likely for that.
        """
        likely: Floats = np.exp(self.logs - self.logs.max())
        weights = likely.copy()
        for rates in self.rates:
            _, cell = np.unique(np.round(np.log(rates) / _SAME_RATE), return_inverse=True)
            best = np.zeros(cell.max() + 1)
            np.maximum.at(best, cell, likely)
            weights *= (best / np.maximum(np.bincount(cell, likely), _TINY))[cell]
        result: Floats = weights / weights.sum()
        return result


def begin(verdicts: Sequence[Verdict], began_at: float, draw: np.random.Generator) -> Guesses:
    """Guesses after the first refusal, which is the last verdict."""
    guesses = _judged(*_fresh(verdicts, began_at, draw, 4 * GUESSES), verdicts, began_at)
    for _ in range(2):
        guesses = _drawn_anew(guesses, verdicts, began_at, draw)
    return guesses


def judge(
    guesses: Guesses, verdicts: Sequence[Verdict], began_at: float, draw: np.random.Generator
) -> Guesses:
    """The guesses after the last verdict; where few are left with weight, drawn anew."""
    expected = guesses.weights
    likely = _play(guesses, verdicts[-1])
    guesses.logs = guesses.logs + np.log(likely)
    left = 1.0 / float((guesses.weights**2).sum())
    count = len(verdicts)
    due = count < _FIRST or count % max(8, count // 16) == 0
    times = int(due or left < _DEGENERATE * GUESSES)
    if float(expected @ likely) < _SURPRISE:
        times = max(1, min(4, 800 // count))
    for _ in range(times):
        guesses = _drawn_anew(guesses, verdicts, began_at, draw)
    return guesses


def refilled(guesses: Guesses, levels: Floats, seconds: float) -> Floats:
    """Levels after so many seconds without a request."""
    result: Floats = np.minimum(guesses.full, levels + guesses.rates * max(0.0, seconds))
    return result


def waits(guesses: Guesses, levels: Floats, units: tuple[float, float]) -> Floats:
    """Seconds until each bucket has the units; negative where it has had them for so long."""
    needed = np.minimum(np.array(units)[:, None], guesses.full)
    result: Floats = (needed - levels) / guesses.rates
    return result


def _play(guesses: Guesses, verdict: Verdict) -> Floats:
    """How likely the verdict is by each guess, whose levels are moved on to after it."""
    passed_s = max(0.0, verdict.at - guesses.at)
    levels = refilled(guesses, guesses.levels, passed_s)
    each = waits(guesses, levels, verdict.units)
    # How long a bucket has been full tells how wrong it is about a refusal.
    spilled_s = np.maximum(0.0, passed_s - (guesses.full - guesses.levels) / guesses.rates)
    guesses.at = max(guesses.at, verdict.at)
    slack_s = verdict.slack_s + np.array(verdict.unordered)[:, None] / guesses.rates
    if verdict.passed:
        guesses.levels = np.maximum(levels - np.array(verdict.units)[:, None], 0.0)
        fits: Floats = _near(each, slack_s).min(axis=0)
        return fits
    guesses.levels = levels
    each = each - spilled_s
    cause = each.argmax(axis=0) if verdict.cause is None else np.full(each.shape[1], verdict.cause)
    wait, slack = (values[cause, np.arange(cause.size)] for values in (each, slack_s))
    likely = _near(-wait, slack)
    if told_s := verdict.retry_after_s:
        earliest_s = told_s - 1.0 if told_s % 1 == 0 else told_s
        off_s = np.maximum(earliest_s - wait, wait - told_s)
        likely = likely * _near(off_s, slack + 0.01 * told_s)
    return likely


def _judged(rates: Floats, full: Floats, verdicts: Sequence[Verdict], began_at: float) -> Guesses:
    """Guesses judged by all verdicts; a bucket that holds more refills faster."""
    used = np.sum([v.units for v in verdicts if v.passed] or [(1.0, 1.0)], axis=0)[:, None]
    full = np.minimum(full, UNFELT * MOST_BURST_S * used)
    rates = np.clip(rates, full / MOST_BURST_S, np.maximum(UNFELT * used, full / MOST_BURST_S))
    logs = np.zeros(rates.shape[1])
    guesses = Guesses(rates=rates, full=full, levels=full.copy(), at=began_at, logs=logs)
    for verdict in verdicts:
        guesses.logs += np.log(_play(guesses, verdict))
    return guesses


def _drawn_anew(
    old: Guesses, verdicts: Sequence[Verdict], began_at: float, draw: np.random.Generator
) -> Guesses:
    """The best of the old guesses, others around them, and some without regard to them."""
    weights = old.weights
    count = GUESSES // 2
    ticks = (np.arange(count) + draw.random()) / count
    parents = np.minimum(np.searchsorted(np.cumsum(weights), ticks), weights.size - 1)
    logs = np.log(np.stack([old.rates, old.full]))
    spread = np.sqrt(((logs - (logs @ weights)[..., None]) ** 2) @ weights)[..., None]
    children = parents[draw.permutation(count)]
    both, one = draw.random(count) < 0.2, draw.random(count) < 0.5
    moved = np.stack([both | one, both | ~one])  # requests, tokens
    wide = draw.random(count) < 0.5
    scale = np.where(
        wide, 0.7 * 10.0 ** (-2.5 * draw.random(count)), np.maximum(0.5 * spread, 1e-4)
    )
    scale = scale * moved
    near = np.exp(logs[:, :, children] + scale * draw.normal(size=(2, 2, count)))
    # What a bucket refills less since it was full, it may have held more, and the other way round.
    since_s = (old.at - began_at) * draw.random(count) * (draw.random(count) < 0.6)
    near[1] += (old.rates[:, children] - near[0]) * since_s
    rates, full = _fresh(verdicts, began_at, draw, int(_FRESH * GUESSES))
    third = rates.shape[1] // 3  # in two thirds one quantity is an old guess's
    for quantity in (REQUESTS, TOKENS):
        these = slice(quantity * third, (quantity + 1) * third)
        taken = parents[draw.integers(count, size=third)]
        rates[quantity, these] = old.rates[quantity, taken]
        full[quantity, these] = old.full[quantity, taken]
    new = _judged(
        np.concatenate([near[0], rates], axis=1),
        np.maximum(np.concatenate([near[1], full], axis=1), _largest(verdicts)[:, None]),
        verdicts,
        began_at,
    )
    kept = np.unique(parents)
    return Guesses(
        rates=np.concatenate([old.rates[:, kept], new.rates], axis=1),
        full=np.concatenate([old.full[:, kept], new.full], axis=1),
        levels=np.concatenate([old.levels[:, kept], new.levels], axis=1),
        at=new.at,
        logs=np.concatenate([old.logs[kept], new.logs]),
    )


def _fresh(
    verdicts: Sequence[Verdict], began_at: float, draw: np.random.Generator, count: int
) -> tuple[Floats, Floats]:
    """Rates and capacities by which a refusal was due to one quantity, and others to the other."""
    columns = []
    which = draw.random(count)
    for quantity, spared in ((REQUESTS, which < 1 / 3), (TOKENS, which > 2 / 3)):
        refusals = [
            index
            for index, verdict in enumerate(verdicts)
            if not verdict.passed and verdict.cause in (None, quantity)
        ]
        if not refusals:
            refusals, spared = [len(verdicts) - 1], np.ones(count, dtype=bool)
        if verdicts[refusals[-1]].cause is not None:
            spared = np.zeros(count, dtype=bool)
        rates, full = _just_short(quantity, verdicts, refusals, began_at, draw, count)
        rates[spared] *= UNFELT ** draw.random(int(spared.sum()))
        full[spared] = np.maximum(full[spared], rates[spared] * MINUTE_S)
        columns.append((rates, full))
    (requests, most_requests), (tokens, most_tokens) = columns
    full = np.maximum(np.stack([most_requests, most_tokens]), _largest(verdicts)[:, None])
    return np.stack([requests, tokens]), full


def _just_short(
    quantity: int,
    verdicts: Sequence[Verdict],
    refusals: Sequence[int],
    began_at: float,
    draw: np.random.Generator,
    count: int,
) -> tuple[Floats, Floats]:
    """Buckets that were full some time before one of the refusals, and just short at it."""
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
    longest_s = np.maximum(at - began_at, 1e-3)
    since_s = longest_s * (1e-3) ** draw.random(count)
    since_s = np.where(draw.random(count) < 0.4, longest_s, since_s)
    used = (
        sums[np.searchsorted(times, at, side="right")] - sums[np.searchsorted(times, at - since_s)]
    )
    early_s = np.where(told_s % 1 == 0, draw.random(count), 0.0)
    rates = np.where(
        told_s > 0,
        (used + units) / (burst_s + since_s + told_s - early_s),
        (used + draw.random(count) * units) / (burst_s + since_s),
    )
    return rates, rates * burst_s


def _largest(verdicts: Sequence[Verdict]) -> Floats:
    """Units of the largest request that was let through, of each quantity."""
    passed = [verdict.units for verdict in verdicts if verdict.passed]
    largest: Floats = np.max([(1.0, 1.0), *passed], axis=0)
    return largest


def _near(late_s: Floats, slack_s: Floats) -> Floats:
    """How likely it is to be off by so many seconds; none where they are negative."""
    off = np.maximum(late_s, 0.0) / slack_s
    result: Floats = np.maximum(1.0 / (1.0 + off * off), _LEAST_LIKELY)
    return result
