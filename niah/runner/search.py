"""Limits that the server does not state, found out from what it lets through and turns away.

For each quantity, requests and tokens, many guesses at its token bucket are played forward with
every request (a particle filter). Those that foretold the verdict gain weight; now and then they
are drawn anew around the good ones. A rejection may be due to either quantity: each guess is
judged by how likely the verdict is, given what the other quantity's guesses say. A request is
sent when half of the weight says that it fits, and when nearly all does once that is known well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

REQUESTS, TOKENS = 0, 1
GUESSES = 1200
MINUTE_S = 60.0
# A bucket holds between a hundredth of a minute's allowance and somewhat more than all of it.
_LEAST_BURST_S, _MOST_BURST_S = 0.6, 72.0
# A limit that has not been felt may be this many times what was used.
_UNFELT = 3000.0
# How far a verdict may be from what a guess foretold: the network's jitter.
_JITTER_S = 0.02
_LEAST_LIKELY = 1e-4
# A verdict less likely than this by all guesses together means that all of them are wrong.
_SURPRISE = 0.003
# Guesses are drawn anew when their weights have come down to this share of them.
_DEGENERATE = 0.5
# A rate known this closely, as a share of it, is known well enough.
_CLOSE = 0.015
# Requests sent within this share of the transit time may arrive in any order.
_TOGETHER = 0.3
# One request in so many goes in half the time, in case the server allows more than is thought.
_TEST_EVERY = 30
_BOLD, _SAFE = 0.5, 0.95
# Above this share of rejections the rate is not tested upwards.
_TESTS_SHARE = 0.06


@dataclass(slots=True, kw_only=True)
class _Sent:
    number: int
    at: float
    units: tuple[float, float]
    passed: bool | None = None
    retry_after_s: float | None = None
    cause: int | None = None


@dataclass(slots=True, kw_only=True)
class _Guesses:
    """Guesses at one bucket: rate, capacity and level of each, and its weight."""

    rates: Floats
    full: Floats
    levels: Floats
    weights: Floats = field(default_factory=lambda: np.full(GUESSES, 1.0 / GUESSES))


class _Usage:
    """Units let through, over time."""

    def __init__(self, began_at: float) -> None:
        self.began_at = began_at
        self._times = [began_at]
        self._sums = [0.0]

    def add(self, at: float, units: float) -> None:
        self._times.append(max(at, self._times[-1]))
        self._sums.append(self._sums[-1] + units)

    def between(self, start: Floats, end: float) -> Floats:
        """Units let through after each start and up to the end."""
        sums = np.array(self._sums)
        times = np.array(self._times)
        before = np.searchsorted(times, start, side="left") - 1
        upto = int(np.searchsorted(times, end, side="right")) - 1
        result: Floats = sums[upto] - sums[np.maximum(before, 0)]
        return result


def _joined(first: _Guesses, second: _Guesses) -> _Guesses:
    return _Guesses(
        rates=np.concatenate([first.rates, second.rates]),
        full=np.concatenate([first.full, second.full]),
        levels=np.concatenate([first.levels, second.levels]),
    )


def _just_short(
    draw: np.random.Generator, count: int, usage: _Usage, *, now: float, units: float
) -> _Guesses:
    """Guesses at a bucket that was full some time ago and is now just short of the units."""
    least, most = _LEAST_BURST_S, _MOST_BURST_S
    burst_s = least * (most / least) ** draw.random(count)
    burst_s[draw.random(count) < 0.4] = MINUTE_S
    longest_s = max(now - usage.began_at, 1e-3)
    since_s = longest_s * (1e-3) ** draw.random(count)
    since_s[draw.random(count) < 0.4] = longest_s
    left = draw.random(count) * units
    rates = (usage.between(now - since_s, now) + left) / (burst_s + since_s)
    return _Guesses(rates=rates, full=np.maximum(rates * burst_s, units), levels=left)


def _never_felt(
    draw: np.random.Generator, count: int, usage: _Usage, *, now: float, units: float
) -> _Guesses:
    """Guesses at a bucket that has always had enough."""
    guesses = _just_short(draw, count, usage, now=now, units=units)
    guesses.rates = guesses.rates * _UNFELT ** draw.random(count)
    guesses.full = np.maximum(guesses.rates * MINUTE_S, units)
    guesses.levels = guesses.full.copy()
    return guesses


def _refill(guesses: _Guesses, levels: Floats, seconds: float) -> Floats:
    result: Floats = np.minimum(guesses.full, levels + guesses.rates * max(0.0, seconds))
    return result


def _waits(guesses: _Guesses, levels: Floats, units: float) -> Floats:
    """Seconds until each guess has the units; negative where it has had them for so long."""
    result: Floats = (np.minimum(units, guesses.full) - levels) / guesses.rates
    return result


def _redraw(draw: np.random.Generator, guesses: _Guesses, *, least: float) -> None:
    """Draw guesses anew from the good ones, each a little off its parent.

    Args:
        draw: The source of randomness.
        guesses: Changed in place.
        least: How far off at least, as a standard deviation of the rates' logarithms.
    """
    logs = np.log(guesses.rates)
    mean = guesses.weights @ logs
    spread = math.sqrt(guesses.weights @ (logs - mean) ** 2)
    ticks = (np.arange(GUESSES) + draw.random()) / GUESSES
    parents = np.minimum(np.searchsorted(np.cumsum(guesses.weights), ticks), GUESSES - 1)
    draw.shuffle(parents)
    step = draw.normal(size=GUESSES) * max(0.1 * spread, least)
    guesses.rates = guesses.rates[parents] * np.exp(step)
    guesses.full = guesses.full[parents] * np.exp(0.03 * draw.normal(size=GUESSES))
    shaken = guesses.rates * _JITTER_S * draw.normal(size=GUESSES)
    guesses.levels = np.minimum(guesses.full, guesses.levels[parents] + shaken)
    guesses.weights = np.full(GUESSES, 1.0 / GUESSES)


def _near(off_s: Floats, scale_s: float) -> Floats:
    """How likely it is to be so far off: small errors are forgiven, large ones tell little more."""
    result: Floats = np.maximum(1.0 / (1.0 + (off_s / scale_s) ** 2), _LEAST_LIKELY)
    return result


class Search:
    """What is known about the limits of one host, from the first request on."""

    def __init__(self, *, began_at: float, seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)
        self._began_at = began_at
        self._log: list[_Sent] = []  # not yet played, in order of sending
        self._usage = (_Usage(began_at), _Usage(began_at))
        self._transit_s = 0.05
        self._sent = 0
        self._rejected = 0
        self._one_by_one = False  # from a rejection until the next is let through
        self._guesses: tuple[_Guesses, _Guesses] | None = None
        self._at = began_at

    @property
    def felt(self) -> bool:
        """Whether any request has been turned away."""
        return self._rejected > 0

    def send(self, number: int, *, at: float, tokens: float) -> None:
        """A request is sent."""
        self._log.append(_Sent(number=number, at=at, units=(1.0, tokens)))
        self._sent += 1

    def let_through(self, number: int) -> None:
        """A request was let through."""
        for sent in self._log:
            if sent.number == number:
                sent.passed = True
                return

    def withdraw(self, number: int) -> None:
        """A request was turned away for another reason."""
        self._log = [sent for sent in self._log if sent.number != number]
        self._sent -= 1

    def turn_away(
        self, number: int, *, now: float, retry_after_s: float | None, cause: int | None
    ) -> None:
        """A request was turned away by a limit; ``cause`` is the quantity, None = not said."""
        for sent in self._log:
            if sent.number == number:
                sent.passed = False
                sent.retry_after_s = retry_after_s
                sent.cause = cause
                self._transit_s = max(self._transit_s, min(now - sent.at, 2.0))
                self._rejected += 1
                self._one_by_one = True
                return

    def fits_surely(self, number: int) -> bool:
        """Whether hardly any guess explains that a limit turned the request away."""
        sent = next((sent for sent in self._log if sent.number == number), None)
        if sent is None or self._guesses is None:
            return False
        levels = self._projected(sent.at, until=number)
        short = [
            float(guesses.weights[_waits(guesses, level, units) > -self._transit_s].sum())
            for guesses, level, units in zip(self._guesses, levels, sent.units, strict=True)
        ]
        return max(short) < 1e-3

    def wait_for(self, tokens: float, now: float) -> float:
        """Seconds until a request of that size should be sent."""
        if not self.felt:
            return 0.0
        ready_at = self._play(now)
        if self._guesses is None:  # the verdicts on the first burst are still under way
            return ready_at - now
        if self._one_by_one and self._log:  # wait for the verdict on the one under way
            return max(self._log[0].at + 2.0 * self._transit_s - now, 1e-3)
        levels = self._projected(now)
        waits, shares = [], []
        for guesses, level, units in zip(self._guesses, levels, (1.0, tokens), strict=True):
            wait = _waits(guesses, level, units)
            order = np.argsort(wait)
            waits.append(wait[order])
            shares.append(np.cumsum(guesses.weights[order]))
        times = np.sort(np.concatenate(waits))
        fit = np.ones_like(times)
        for wait, share in zip(waits, shares, strict=True):
            upto = np.searchsorted(wait, times, side="right")
            fit *= np.where(upto > 0, share[np.maximum(upto - 1, 0)], 0.0)
        bold, safe = (
            float(times[min(int(np.searchsorted(fit, share)), len(times) - 1)])
            for share in (_BOLD, _SAFE)
        )
        if self._sent % _TEST_EVERY == 0 and self._rejected <= _TESTS_SHARE * self._sent:
            return max(0.0, 0.5 * bold)
        return max(0.0, safe if self._known_well(levels, (1.0, tokens)) else bold)

    def _known_well(self, levels: list[Floats], units: tuple[float, float]) -> bool:
        """Whether the rate of the quantity that is waited for is known closely."""
        assert self._guesses is not None
        longest = max(
            zip(self._guesses, levels, units, strict=True),
            key=lambda known: float(known[0].weights @ _waits(*known)),
        )
        logs = np.log(longest[0].rates)
        mean = longest[0].weights @ logs
        return bool(longest[0].weights @ (logs - mean) ** 2 < _CLOSE**2)

    def rates(self) -> tuple[float, float] | None:
        """The weighted guess at requests and tokens per second; None = nothing felt yet."""
        if self._guesses is None:
            return None
        requests, tokens = (
            math.exp(float(guesses.weights @ np.log(guesses.rates))) for guesses in self._guesses
        )
        return requests, tokens

    # --- playing forward ----------------------------------------------------------------------

    def _play(self, now: float) -> float:
        """Play all requests whose verdict is known, or can be told from silence.

        Returns:
            When the search can say something.
        """
        patience_s = 2.0 * self._transit_s
        if self._guesses is None:
            first = next(sent for sent in self._log if sent.passed is False)
            if now < first.at + patience_s:
                return first.at + patience_s
            self._begin(first)
        while (count := self._settled(now, patience_s)) > 0:
            together = self._log[:count]
            del self._log[:count]
            for sent in together:
                if sent.passed is not False:
                    self._weigh(sent)
            rejected = [sent for sent in together if sent.passed is False]
            self._one_by_one = bool(rejected)
            if rejected:
                # They were turned away for one and the same reason: that is one verdict.
                self._weigh(min(rejected, key=lambda sent: sent.units))
        return now

    def _settled(self, now: float, patience_s: float) -> int:
        """How many of the next requests, sent too close together to be told apart, have verdicts.

        Nothing is settled before all of them are.
        """
        if not self._log:
            return 0
        until = self._log[0].at + _TOGETHER * self._transit_s
        count = 0
        for sent in self._log:
            if sent.at > until:
                break
            if sent.passed is None and now < sent.at + patience_s:
                return 0
            count += 1
        return count if now >= until else 0

    def _begin(self, first: _Sent) -> None:
        index = self._log.index(first)
        for sent in self._log[:index]:
            self._use(sent)
        del self._log[:index]
        self._at = first.at
        half = GUESSES // 2
        requests, tokens = (
            _joined(
                _just_short(self._random, half, usage, now=first.at, units=units),
                _never_felt(self._random, GUESSES - half, usage, now=first.at, units=units),
            )
            for usage, units in zip(self._usage, first.units, strict=True)
        )
        self._guesses = (requests, tokens)

    def _use(self, sent: _Sent) -> None:
        for usage, units in zip(self._usage, sent.units, strict=True):
            usage.add(sent.at, units)

    def _projected(self, now: float, until: int | None = None) -> list[Floats]:
        """Levels at a time if everything under way is let through."""
        assert self._guesses is not None
        result = []
        for quantity, guesses in enumerate(self._guesses):
            at, levels = self._at, guesses.levels
            for sent in self._log:
                if sent.number == until:
                    break
                if sent.passed is not False:
                    levels = _refill(guesses, levels, sent.at - at) - sent.units[quantity]
                    at = max(at, sent.at)
            result.append(_refill(guesses, levels, now - at))
        return result

    def _weigh(self, sent: _Sent) -> None:
        """Weigh all guesses by one verdict."""
        assert self._guesses is not None
        gap_s = max(0.0, sent.at - self._at)
        # Not cut off at the capacity: how long a bucket has been full tells how wrong it was.
        waits = [
            (units - guesses.levels) / guesses.rates - gap_s
            for guesses, units in zip(self._guesses, sent.units, strict=True)
        ]
        for guesses in self._guesses:
            guesses.levels = _refill(guesses, guesses.levels, gap_s)
        self._at = max(self._at, sent.at)
        if sent.passed is False:
            likely = self._likely_rejection(sent, waits)
        else:
            scale_s = _JITTER_S + 0.25 * self._transit_s
            likely = [_near(np.maximum(wait, 0.0), scale_s) for wait in waits]
            for guesses, units in zip(self._guesses, sent.units, strict=True):
                guesses.levels = guesses.levels - units
            self._use(sent)
        for quantity, (guesses, likelihood) in enumerate(zip(self._guesses, likely, strict=True)):
            weights = guesses.weights * likelihood
            total = float(weights.sum())
            guesses.weights = weights / total
            if total < _SURPRISE:
                self._surprised(quantity, sent)
            elif 1.0 / float((guesses.weights**2).sum()) < _DEGENERATE * GUESSES:
                _redraw(self._random, guesses, least=2e-4)

    def _surprised(self, quantity: int, sent: _Sent) -> None:
        """All guesses were wrong: half of them make room for new ones."""
        assert self._guesses is not None
        guesses = self._guesses[quantity]
        if sent.passed is not False:
            _redraw(self._random, guesses, least=0.25)
            some = sent.units[quantity] * self._random.random(GUESSES)
            guesses.levels = np.minimum(guesses.full, np.maximum(guesses.levels, some))
            return
        if sent.cause not in (None, quantity):
            return
        _redraw(self._random, guesses, least=2e-4)
        half = GUESSES // 2
        units = sent.units[quantity]
        new = _just_short(self._random, half, self._usage[quantity], now=sent.at, units=units)
        explained = self._explained(sent, (units - new.levels) / new.rates)
        for column, values in (
            (guesses.rates, new.rates),
            (guesses.full, new.full),
            (guesses.levels, new.levels),
        ):
            column[:half] = values
        guesses.weights = np.full(GUESSES, 0.5 / (GUESSES - half))
        guesses.weights[:half] = 0.5 * explained / explained.sum()

    def _likely_rejection(self, sent: _Sent, waits: list[Floats]) -> list[Floats]:
        """How likely the rejection is by each guess, whichever quantity was the cause."""
        assert self._guesses is not None
        verdicts = [self._explained(sent, wait) for wait in waits]
        if sent.cause is not None:
            return [
                verdict if quantity == sent.cause else np.ones_like(verdict)
                for quantity, verdict in enumerate(verdicts)
            ]
        result = []
        for own in (REQUESTS, TOKENS):
            other = 1 - own
            order = np.argsort(waits[other])
            weights = self._guesses[other].weights[order]
            shorter = np.concatenate([[0.0], np.cumsum(weights)])
            explained = np.concatenate([[0.0], np.cumsum(weights * verdicts[other][order])])
            upto = np.searchsorted(waits[other][order], waits[own])
            # The longer of the two waits is the one that shows.
            result.append(shorter[upto] * verdicts[own] + explained[-1] - explained[upto])
        return result

    def _explained(self, sent: _Sent, waits: Floats) -> Floats:
        """How well a wait explains a rejection, and the waiting time that came with it."""
        scale_s = _JITTER_S + 0.25 * self._transit_s
        likely = _near(np.minimum(waits, 0.0), scale_s)
        told_s = sent.retry_after_s
        if told_s:
            exact = _near(waits - told_s, scale_s + 0.01 * told_s)
            rounded = np.where((waits > told_s - 1.1) & (waits <= told_s + 0.1), 1.0, 0.0)
            likely = likely * (0.05 + (0.95 * rounded if told_s % 1 == 0 else 0.95 * exact))
        return np.maximum(likely, _LEAST_LIKELY)
