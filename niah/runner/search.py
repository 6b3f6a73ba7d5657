"""Limits that the server does not state, found out from what it lets through and turns away.

A request is sent when half of the guesses' weight says that it fits, which halves what is unknown;
when more of it does as refusals add up; and when nearly all does once the rate is known well.
Source of the idea: set-membership estimation; every verdict is an inequality on rate and capacity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from niah.runner.guesses import Floats, Guesses, Verdict, begin, judge, refilled, waits

# How far a verdict may be from what a guess foretold: the network's jitter.
_JITTER_S = 0.02
_LEAST_PATIENCE_S = 0.35
# A rate known this closely, as a share of it, is known well enough.
_CLOSE = 0.015
# After so many in a row were let through one goes in half the time, in case the server allows
# more than is thought; each such test that fails makes the next one come later.
_TEST_SOON, _TEST_LATE, _TEST_LATER = 5.0, 40.0, 2.5
_BOLD, _WARY, _CAREFUL, _SAFE = 0.5, 0.85, 0.9, 0.95
# Refusals that boldness may cost, as a share of all requests; and so many of a short sweep.
_REFUSED_SHARE, _REFUSED_LEAST = 0.06, 3.0
# A tenth of all requests is turned away where nine trials have cost one refusal. Two before that
# nothing is tested any more; beyond it there is nothing left to spare, and only time counts.
_MOST_REFUSED, _LAST_REFUSALS = 1 / 9, 2


@dataclass(slots=True, kw_only=True)
class _Sent:
    number: int
    at: float
    units: tuple[float, float]
    passed: bool | None = None
    retry_after_s: float | None = None
    cause: int | None = None


class Search:
    """What is known about the limits of one host, from the first request on."""

    def __init__(self, *, began_at: float, seed: int = 0) -> None:
        self._draw = np.random.default_rng(seed)
        self._began_at = began_at
        self._guesses: Guesses | None = None
        self._log: list[_Sent] = []  # without verdict yet, in order of sending
        self._recent: list[_Sent] = []  # with verdict
        self._verdicts: list[Verdict] = []
        self._transit_s = 0.05  # the longest that a refusal took
        self._sent = 0
        self._rejected = 0
        self._first_felt_at: float | None = None
        self._guessed_wrong = 0  # refusals of what was sent by a guess, not before there was any
        self._passed = 0  # since the last rejection
        self._sent_at = began_at
        self._since_test = 0
        self._test_after = _TEST_SOON
        self._testing = False  # whether the next one is a test
        self._test = 0  # number of the last one

    @property
    def felt(self) -> bool:
        """Whether any request has been turned away."""
        return self._rejected > 0

    def send(self, number: int, *, at: float, tokens: float) -> None:
        """A request is sent."""
        self._log.append(_Sent(number=number, at=at, units=(1.0, tokens)))
        self._sent += 1
        self._sent_at = at
        self._since_test += 1
        if self._testing:
            self._testing, self._test, self._since_test = False, number, 0

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
                if self._first_felt_at is None:
                    self._first_felt_at = now
                self._guessed_wrong += sent.at > self._first_felt_at
                self._passed = 0
                self._since_test = 0
                if number == self._test:
                    self._test_after = min(_TEST_LATER * self._test_after, _TEST_LATE)
                return

    def wait_for(self, tokens: float, now: float, queued: int) -> float:
        """Seconds until a request should be sent.

        Args:
            tokens: Of the request.
            now: The time.
            queued: Requests that are still to be sent.
        """
        if not self.felt:
            return 0.0
        ready_at = self._play(now)
        if self._guesses is None:  # the verdicts on the first burst are still under way
            return max(ready_at - now, 0.01)
        if len(self._log) > self._passed:  # as many under way as were let through, and one more
            return max(self._log[0].at + self._patience_s() - now, 1e-3)
        levels = self._projected(now)
        each = waits(self._guesses, levels, (1.0, tokens))
        each[
            levels >= self._guesses.full * (1.0 - 1e-9)
        ] = -self._slack_s()  # waiting gains nothing
        wait, weights = each.max(axis=0), self._guesses.weights
        order = np.argsort(wait)
        trials = self._sent - self._rejected + queued
        spent = self._guessed_wrong / max(_REFUSED_LEAST, _REFUSED_SHARE * trials)
        most = _MOST_REFUSED * trials
        careful = most - _LAST_REFUSALS < self._rejected <= most
        bold_share = _CAREFUL if careful else _BOLD + (_WARY - _BOLD) * min(1.0, spent)
        upto = np.searchsorted(np.cumsum(weights[order]), (bold_share, _SAFE))
        bold, safe = wait[order[np.minimum(upto, wait.size - 1)]]
        due = self._since_test >= self._test_after and not careful
        self._testing = due and float(bold) > self._slack_s()
        if self._testing:
            return max(0.0, 0.5 * (self._sent_at + now + float(bold)) - now)
        scarce = int(np.argmax(each @ weights))
        known = _spread(self._guesses.rates[scarce], weights) < _CLOSE
        return max(0.0, float(safe) + self._slack_s() if known else float(bold))

    def _patience_s(self) -> float:
        """After so long without a refusal a request was let through."""
        return max(_LEAST_PATIENCE_S, 2.0 * self._transit_s)

    def _slack_s(self) -> float:
        """By how much the moment of a verdict may be wrong."""
        return _JITTER_S + 0.25 * self._transit_s

    def rates(self) -> tuple[float, float] | None:
        """The weighted guess at requests and tokens per second; None = nothing felt yet."""
        if self._guesses is None:
            return None
        requests, tokens = np.exp(np.log(self._guesses.rates) @ self._guesses.weights)
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
        return self._log[0].at + patience_s if self._log and self._guesses is None else now

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
        if sent.number == self._test and sent.passed is not False:
            self._test_after = _TEST_SOON
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
        if self._guesses is not None:
            self._guesses = judge(self._guesses, self._verdicts, self._began_at, self._draw)
        elif sent.passed is False:
            self._guesses = begin(self._verdicts, self._began_at, self._draw)

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

    def _projected(self, now: float, until: int | None = None) -> Floats:
        """Levels at a time if everything under way is let through."""
        assert self._guesses is not None
        at, levels = self._guesses.at, self._guesses.levels
        for sent in self._log:
            if sent.number == until:
                break
            if sent.passed is not False:
                levels = refilled(self._guesses, levels, sent.at - at)
                levels = levels - np.array(sent.units)[:, None]
                at = max(at, sent.at)
        return refilled(self._guesses, levels, now - at)


def _spread(rates: Floats, weights: Floats) -> float:
    """How far rates are apart: the standard deviation of their logarithms."""
    logs = np.log(rates)
    return float(np.sqrt(max(0.0, float(weights @ (logs - weights @ logs) ** 2))))
