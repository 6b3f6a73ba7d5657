"""Limits that the server does not state, found out from what it lets through and turns away.

What all verdicts say of two buckets is a belief (``belief``). A request is sent at the moment that
costs least by it (``moments``): refusals are dear when few are left of those that the sweep may
cost, and cheap beside limits that would stay unused.
Source of the idea: set-membership estimation; every verdict is an inequality on rate and capacity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from niah.runner.belief import Belief, Pairs
from niah.runner.guesses import Floats, Verdict
from niah.runner.moments import Prices, best_moment
from niah.runner.ratelimits import Bucket

# How far a verdict may be from what a guess foretold: the network's jitter.
_JITTER_S = 0.02
_LEAST_PATIENCE_S = 0.35
# A tenth of all requests is turned away where nine trials have cost one refusal. All of them
# together may cost this share of the sweep's time; the last ones are the dearest.
_MOST_REFUSED, _REFUSALS_SHARE, _LEAST_SPARE = 1 / 9, 0.015, 0.3
# How long the sweep is going to take, as these many of the guesses say at most.
_LASTS_SHARE = 0.7
# A second of a limit that flows over: this, and more for what is still to come, up to a limit.
_LOST, _LOST_PER_TRIAL, _LOST_AT_MOST = 2.0, 0.2, 6.0
# A second's delay costs a whole one for the last trial, and this at least.
_LEAST_DELAY = 0.05
# Rates are known when the middle three fifths of the guesses lie within this share.
_KNOWN = 0.1


@dataclass(slots=True, kw_only=True)
class _Sent:
    number: int
    at: float
    units: tuple[float, float]
    passed: bool | None = None
    risk: float = 0.0
    retry_after_s: float | None = None
    cause: int | None = None


class Search:
    """What is known about the limits of one host, from the first request on."""

    def __init__(self, *, began_at: float, seed: int = 0) -> None:
        self._draw = np.random.default_rng(seed)
        self._began_at = began_at
        self._belief: Belief | None = None
        self._pairs: Pairs | None = None
        self._log: list[_Sent] = []  # without verdict yet, in order of sending
        self._recent: list[_Sent] = []  # with verdict
        self._verdicts: list[Verdict] = []
        self._transit_s = 0.05  # the longest that a refusal took
        self._sent = 0
        self._rejected = 0
        self._passed = 0  # since the last rejection
        self._risk = 0.0  # that the next one is turned away

    @property
    def felt(self) -> bool:
        """Whether any request has been turned away."""
        return self._rejected > 0

    def send(self, number: int, *, at: float, tokens: float) -> None:
        """A request is sent."""
        self._log.append(_Sent(number=number, at=at, units=(1.0, tokens), risk=self._risk))
        self._sent += 1

    def let_through(self, number: int) -> None:
        """A request was let through."""
        for sent in reversed(self._log):
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
        for sent in reversed(self._log):
            if sent.number == number:
                sent.passed = False
                sent.retry_after_s = retry_after_s
                sent.cause = cause
                self._transit_s = max(self._transit_s, min(now - sent.at, 2.0))
                self._rejected += 1
                self._passed = 0
                return

    def wait_for(self, tokens: float, now: float, queued: int, queued_tokens: float) -> float:
        """Seconds until a request should be sent.

        Args:
            tokens: Of the request.
            now: The time.
            queued: Requests that are still to be sent, with this one.
            queued_tokens: Of all of them.
        """
        if not self.felt:
            return 0.0
        ready_at = self._play(now)
        if self._belief is None:  # the verdicts on the first burst are still under way
            return max(ready_at - now, 0.01)
        if len(self._log) > self._passed:  # as many under way as were let through, and one more
            return max(self._log[0].at + self._patience_s() - now, 1e-3)
        pairs, levels = self._guessed(), self._projected(now)
        slack_s = self._slack_s()
        each = (np.minimum(np.array((1.0, tokens))[:, None], pairs.full) - levels) / pairs.rates
        each[levels >= pairs.full * (1.0 - 1e-9)] = -slack_s  # waiting gains nothing
        needed = (np.array((float(queued), queued_tokens))[:, None] - levels) / pairs.rates
        scarce, column = needed.argmax(axis=0), np.arange(needed.shape[1])
        needed_s = np.maximum(needed[scarce, column], 0.0)
        full_s = ((pairs.full - levels) / pairs.rates)[scarce, column]
        lasts_s = now - self._began_at + float(np.quantile(needed_s, _LASTS_SHARE))
        wait_s, self._risk = best_moment(
            each.max(axis=0) + 0.5 * slack_s,
            np.minimum(full_s, needed_s),
            Prices(
                refusal_s=self._refusal_share(queued) * lasts_s,
                lost=_LOST + min(_LOST_PER_TRIAL * queued, _LOST_AT_MOST),
                delay=max(_LEAST_DELAY, 1.0 / max(1, queued)),
            ),
        )
        return wait_s

    def _refusal_share(self, queued: int) -> float:
        """The share of the sweep's time that the next refusal may cost."""
        most = _MOST_REFUSED * (self._sent - self._rejected + queued)
        expected = sum(sent.risk for sent in self._log if sent.passed is None)
        spare = max(_LEAST_SPARE, most - self._rejected - expected)
        return _REFUSALS_SHARE * most / spare**2

    def buckets(self, now: float) -> tuple[Bucket, Bucket] | None:
        """Limits on requests and on tokens as they are thought to be; None = not known well."""
        if self._belief is None:
            return None
        pairs, levels = self._guessed(), self._projected(now)
        if any(_width(np.log(rates)) > _KNOWN for rates in pairs.rates):
            return None
        requests, tokens = (
            Bucket(rate=float(rate), capacity=float(full), level=float(level), at=now)
            for rate, full, level in (
                (pairs.rates[q, at], pairs.full[q, at], levels[q, at])
                for q, at in enumerate(np.argsort(pairs.rates, axis=1)[:, levels.shape[1] // 2])
            )
        )
        return requests, tokens

    def _patience_s(self) -> float:
        """After so long without a refusal a request was let through."""
        return max(_LEAST_PATIENCE_S, 2.0 * self._transit_s)

    def _slack_s(self) -> float:
        """By how much the moment of a verdict may be wrong."""
        return _JITTER_S + 0.25 * self._transit_s

    def rates(self) -> tuple[float, float] | None:
        """The weighted guess at requests and tokens per second; None = nothing felt yet."""
        if self._belief is None:
            return None
        requests, tokens = np.exp(np.log(self._guessed().rates).mean(axis=1))
        return float(requests), float(tokens)

    def _play(self, now: float) -> float:
        """Judge by all requests whose verdict is known, or can be told from silence.

        Returns:
            When the search can say something.
        """
        patience_s = self._patience_s()
        while self._log and self._settled(now, patience_s):
            count = self._together()
            group, self._log = self._log[:count], self._log[count:]
            self._recent = [sent for sent in self._recent if sent.at > group[0].at - 2.0]
            self._recent += group
            # What was sent together arrives in any order, and is turned away for one reason.
            for sent in group:
                if sent.passed is not False:
                    self._judge(sent, at=sent.at)
            refused = [sent for sent in group if sent.passed is False]
            self._passed = 0 if refused else self._passed + count
            if refused:
                self._judge(min(refused, key=lambda sent: sent.units), at=group[-1].at)
        return self._log[0].at + patience_s if self._log and self._belief is None else now

    def _together(self) -> int:
        """How many of the next requests were sent too close together to be told apart."""
        until = self._log[0].at + 0.5 * self._transit_s
        return sum(sent.at <= until for sent in self._log)

    def _settled(self, now: float, patience_s: float) -> bool:
        """Whether all of the next requests that go together have their verdicts."""
        count = self._together()
        if now < self._log[0].at + 0.5 * self._transit_s:
            return False
        return all(
            sent.passed is not None or now >= sent.at + patience_s for sent in self._log[:count]
        )

    def _judge(self, sent: _Sent, *, at: float) -> None:
        self._verdicts.append(
            Verdict(
                at=at,
                units=sent.units,
                passed=sent.passed is not False,
                retry_after_s=sent.retry_after_s,
                cause=sent.cause,
                slack_s=self._slack_s(),
                unordered=self._unordered(sent),
            )
        )
        if self._belief is not None:
            self._belief.judge()
        elif sent.passed is False:
            self._belief = Belief(self._verdicts, self._began_at, self._draw)
        self._pairs = None

    def _unordered(self, sent: _Sent) -> tuple[float, float]:
        """Units let through that may have arrived before the request or after it."""
        near = [
            other.units
            for other in (*self._recent, *self._log)
            if other is not sent
            and other.passed is not False
            and abs(other.at - sent.at) <= 0.5 * self._transit_s
        ]
        return sum(units[0] for units in near), sum(units[1] for units in near)

    def _guessed(self) -> Pairs:
        """Pairs of guesses by all verdicts so far."""
        assert self._belief is not None
        if self._pairs is None:
            self._pairs = self._belief.pairs()
        return self._pairs

    def _projected(self, now: float) -> Floats:
        """Levels at a time if everything under way is let through."""
        pairs = self._guessed()
        at, levels = pairs.at, pairs.levels
        for sent in self._log:
            if sent.passed is not False:
                levels = pairs.refilled(levels, sent.at - at) - np.array(sent.units)[:, None]
                at = max(at, sent.at)
        return pairs.refilled(levels, now - at)


def _width(logs: Floats) -> float:
    """How far the middle three fifths are apart."""
    return float(np.quantile(logs, 0.8) - np.quantile(logs, 0.2))
