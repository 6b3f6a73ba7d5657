"""Limits that the server does not state, found out from what it lets through and turns away.

A few thousand guesses at the two token buckets, of requests and of tokens, are played forward
with every request (a particle filter). Those that foretold the verdict gain weight; now and then
the guesses are drawn anew around the good ones. A request is sent when half of the weight says
that it fits while much is still to be learned, and when nearly all says so afterwards.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GUESSES = 1500
MINUTE_S = 60.0
# A bucket holds between a hundredth of a minute's allowance and somewhat more than all of it.
_BURST_S = (0.6, 72.0)
# A limit that has not been felt may be this many times what was seen.
_UNFELT = 1000.0
# How far a verdict may be from what a guess foretold, in seconds and as a share of the time
# since the request before it: the network's jitter, and the steps of the server's own clock.
_JITTER_S = 0.03
_LEAST_LIKELY = 1e-4
# A verdict less likely than this by all guesses together means that all of them are wrong.
_SURPRISE = 0.02
# Guesses are drawn anew when their weights have come down to this share of them.
_DEGENERATE = 0.5
# Bounds this close, as a share of the time since the search began, are close enough.
_CLOSE = 0.01
_BOLD, _SAFE = 0.5, 0.95
# Above this share of rejections nothing is tried any more.
_BOLD_SHARE = 0.06


@dataclass(slots=True, kw_only=True)
class _Sent:
    number: int
    at: float
    tokens: float
    passed: bool | None = None
    retry_after_s: float | None = None
    cause: int | None = None


class Search:
    """What is known about the limits of one host, from the first request on.

    Quantities are numbered: 0 requests, 1 tokens.
    """

    def __init__(self, *, began_at: float, seed: int = 0) -> None:
        self._random = np.random.default_rng(seed)
        self._began_at = began_at
        self._log: list[_Sent] = []  # not yet played, in order of sending
        self._sums = np.zeros(2)  # let through before the first rejection
        self._felt_at: float | None = None
        self._transit_s = 0.05
        self._sent = 0
        self._rejected = 0
        self._rates = np.zeros((0, 2))
        self._full = np.zeros((0, 2))
        self._levels = np.zeros((0, 2))
        self._weights = np.zeros(0)
        self._at = began_at

    @property
    def felt(self) -> bool:
        """Whether any request has been turned away."""
        return self._rejected > 0

    def send(self, number: int, *, at: float, tokens: float) -> None:
        """A request is sent."""
        self._log.append(_Sent(number=number, at=at, tokens=tokens))
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
                return

    def fits_surely(self, number: int) -> bool:
        """Whether hardly any guess explains that a limit turned the request away."""
        sent = next((sent for sent in self._log if sent.number == number), None)
        if sent is None or self._weights.size == 0:
            return False
        _, levels = self._projected(sent.at, until=number)
        short = (levels < np.array([1.0, sent.tokens])).any(axis=1)
        return bool(self._weights[short].sum() < 0.01)

    def wait_for(self, tokens: float, now: float) -> float:
        """Seconds until a request of that size should be sent."""
        if not self.felt:
            return 0.0
        settled_at = self._play(now)
        if settled_at > now:  # the verdicts on the first burst are still under way
            return settled_at - now
        at, levels = self._projected(now)
        missing = np.minimum(np.array([1.0, tokens]), self._full) - levels
        waits = (missing / self._rates).max(axis=1)
        order = np.argsort(waits)
        heap = np.cumsum(self._weights[order])
        bold, safe = (
            float(waits[order[min(int(np.searchsorted(heap, q)), len(order) - 1)]])
            for q in (_BOLD, _SAFE)
        )
        close = safe - bold <= _CLOSE * (at + max(safe, 0.0) - self._began_at)
        trying = self._rejected <= max(4, _BOLD_SHARE * self._sent)
        return max(0.0, bold if trying and not close else safe)

    def rates(self) -> tuple[float, float] | None:
        """The weighted guess at requests and tokens per second; None = nothing felt yet."""
        if self._weights.size == 0:
            return None
        logs = self._weights @ np.log(self._rates)
        return float(math.exp(logs[0])), float(math.exp(logs[1]))

    # --- playing forward ----------------------------------------------------------------------

    def _play(self, now: float) -> float:
        """Play all requests whose verdict is known, or can be told from silence.

        Returns:
            When the search can say something: now, or once the first verdicts are in.
        """
        patience_s = 2.0 * self._transit_s
        if self._weights.size == 0:
            first = next(index for index, sent in enumerate(self._log) if sent.passed is False)
            ready_at = self._log[first].at + patience_s
            if now < ready_at:
                return ready_at
            for sent in self._log[:first]:
                self._sums += (1.0, sent.tokens)
            self._guess(self._log[first])
            del self._log[: first + 1]
        played = 0
        for sent in self._log:
            if sent.passed is None and now < sent.at + patience_s:
                break
            self._weigh(sent)
            played += 1
        del self._log[:played]
        return now

    def _projected(self, now: float, until: int | None = None) -> tuple[float, Floats]:
        """Time and levels if everything under way is let through."""
        at, levels = self._at, self._levels
        for sent in self._log:
            if sent.number == until:
                break
            if sent.passed is False:
                continue
            levels = self._refilled(levels, sent.at - at) - (1.0, sent.tokens)
            at = max(at, sent.at)
        return max(at, now), self._refilled(levels, now - at)

    def _refilled(self, levels: Floats, seconds: float) -> Floats:
        result: Floats = np.minimum(self._full, levels + self._rates * max(0.0, seconds))
        return result

    def _guess(self, first: _Sent) -> None:
        """First guesses, all of which explain the first rejection and everything before it."""
        count = GUESSES
        draw = self._random
        needs = np.array([1.0, first.tokens])
        elapsed_s = first.at - self._began_at
        causes = draw.random(count) < 0.6 if first.cause is None else np.full(count, first.cause)
        least_s, most_s = _BURST_S
        burst_s = least_s * (most_s / least_s) ** draw.random((count, 2))
        burst_s[draw.random((count, 2)) < 0.4] = MINUTE_S
        rates, full, levels = np.empty((count, 2)), np.empty((count, 2)), np.empty((count, 2))
        for index in (0, 1):
            felt = causes == index
            left = np.where(felt, draw.random(count), 1.0) * needs[index]
            rate = (self._sums[index] + left) / (burst_s[:, index] + elapsed_s)
            rate *= np.where(felt, 1.0, np.exp(draw.uniform(0, math.log(_UNFELT), count)))
            rates[:, index] = rate
            full[:, index] = np.maximum(rate * burst_s[:, index], needs[index])
            levels[:, index] = np.where(
                felt,
                left,
                np.minimum(
                    full[:, index],
                    np.maximum(full[:, index] + rate * elapsed_s - self._sums[index], needs[index]),
                ),
            )
        self._rates, self._full, self._levels = rates, full, levels
        self._weights = np.full(count, 1.0 / count)
        self._at = first.at
        if first.retry_after_s:
            self._reweigh(self._told(first, np.array(needs)))

    def _weigh(self, sent: _Sent) -> None:
        """Weigh the guesses by one verdict."""
        gap_s = max(0.0, sent.at - self._at)
        self._levels = self._refilled(self._levels, gap_s)
        self._at = max(self._at, sent.at)
        needs = np.array([1.0, sent.tokens])
        spare_s = ((self._levels - needs) / self._rates).min(axis=1)
        scale_s = _JITTER_S + 0.3 * self._transit_s
        if sent.passed is False:
            if sent.cause is not None:
                spare_s = ((self._levels - needs) / self._rates)[:, sent.cause]
            likely = np.exp(-np.maximum(spare_s, 0.0) / scale_s)
            likely = np.maximum(likely, _LEAST_LIKELY)
            if sent.retry_after_s:
                told = self._told(sent, needs)
                likely = likely * told / told.max()
            # Whoever thought that it fits learns that it did not, and not by how much.
            column = (
                self._tightest(needs) if sent.cause is None else np.full(len(likely), sent.cause)
            )
            rows = np.flatnonzero(spare_s > 0)
            short = needs[column[rows]] * (1.0 - self._random.random(rows.size) ** 2)
            self._levels[rows, column[rows]] = short
        else:
            likely = np.maximum(np.exp(np.minimum(spare_s, 0.0) / scale_s), _LEAST_LIKELY)
            self._levels = np.maximum(self._levels - needs, -0.1 * needs)
        self._reweigh(likely)

    def _tightest(self, needs: Floats) -> NDArray[np.intp]:
        result: NDArray[np.intp] = ((self._levels - needs) / self._rates).argmin(axis=1)
        return result

    def _told(self, sent: _Sent, needs: Floats) -> Floats:
        """How well each guess explains the waiting time that the server named, if it is one."""
        waits_s = ((needs - self._levels) / self._rates).max(axis=1)
        told_s = sent.retry_after_s or 0.0
        off_s = np.abs(waits_s - told_s)
        exact = np.exp(-off_s / (_JITTER_S + 0.02 * told_s))
        rounded = ((waits_s > told_s - 1.1) & (waits_s <= told_s + 0.1)).astype(float)
        result: Floats = 0.1 + rounded + (exact if told_s % 1 else 0.0 * exact) * 3.0
        return result

    def _reweigh(self, likely: Floats) -> None:
        weights = self._weights * likely
        total = float(weights.sum())
        self._weights = weights / total
        if total < _SURPRISE:
            self._redraw(least=0.3)
        elif 1.0 / float((self._weights**2).sum()) < _DEGENERATE * self._weights.size:
            self._redraw()

    def _redraw(self, least: float = 1e-4) -> None:
        """Draw the guesses anew from the good ones, each a little off its parent.

        Args:
            least: How far off at least, as a standard deviation of the rates' logarithms.
        """
        draw = self._random
        count = self._weights.size
        logs = np.log(self._rates)
        mean = self._weights @ logs
        spread = np.sqrt(self._weights @ (logs - mean) ** 2)
        ticks = (np.arange(count) + draw.random()) / count
        parents = np.minimum(np.searchsorted(np.cumsum(self._weights), ticks), count - 1)
        width = np.maximum(0.15 * spread, least)
        step = draw.normal(size=(count, 2)) * width
        self._rates = self._rates[parents] * np.exp(step)
        grown = np.exp(0.05 * draw.normal(size=(count, 2)))
        self._full = self._full[parents] * grown
        shaken = self._rates * _JITTER_S * draw.normal(size=(count, 2))
        self._levels = np.minimum(self._full, self._levels[parents] + shaken)
        self._weights = np.full(count, 1.0 / count)
