"""What to do after a failed attempt: a returned decision, capped in count and time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from niah.providers import Failure, FailureKind

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 60.0
# A garbled answer may have been paid for; more than this is a server that speaks another format.
MALFORMED_ATTEMPTS = 3
# A host that never answered once is not there.
UNREACHED_ATTEMPTS = 3
# Finding out an unstated rate takes a few rejections, and they may all hit one trial.
RATE_LIMIT_SHARE = 10

_WAITING_CURES: frozenset[FailureKind] = frozenset(
    {"rate-limit", "overloaded", "server-error", "timeout", "connection", "tls", "malformed"}
)
_NOTHING_CURES: frozenset[FailureKind] = frozenset({"quota", "auth", "not-found"})
# What servers say of an allowance that comes back tomorrow, whatever they ask to wait.
_DAILY = re.compile(r"\bper day\b|\bdaily\b|\bRPD\b|\bTPD\b|PerDay", re.IGNORECASE)
_UNREACHED: frozenset[FailureKind] = frozenset({"connection", "tls"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryLimits:
    """Caps for one trial.

    Attributes:
        max_attempts: Requests for one trial, the first included; those that a rate limit turned
            away cost nothing and count a tenth.
        max_retry_s: Waited for one trial, in all.
    """

    max_attempts: int
    max_retry_s: float


@dataclass(slots=True, kw_only=True)
class Tries:
    """What one trial has taken so far: requests made, and waits decided between them."""

    attempts: int = 0
    waited_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Send it again after that many seconds."""

    after_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUp:
    """This trial could not be measured; the others go on."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StopModel:
    """No request to this model can succeed now; other models go on."""

    reason: str


Decision: TypeAlias = Retry | GiveUp | StopModel


def decide(
    failure: Failure,
    *,
    attempt: int,
    waited_s: float,
    limits: RetryLimits,
    jitter: float,
    answered: bool = True,
) -> Decision:
    """What follows from a failed attempt.

    Waits double from one second to a minute, spread over their upper half. What the server asks
    to wait is never cut short, and lengthened by up to a tenth so that not all come back at
    once; a rate limit that asks for more than ``max_retry_s`` stops the model, because it would
    ask the same of every other trial. Key, balance and name errors stop the model at once.

    Args:
        failure: What went wrong.
        attempt: Requests made for this trial so far, at least 1.
        waited_s: The waits decided for this trial so far, added up; time in the queue is none.
        limits: Caps in count and time.
        jitter: In [0, 1), drawn by the caller.
        answered: Whether the host answered any request of this run. Before it has, an
            unreachable host stops the model; after it has, a 403 concerns the one request
            (gateways filter texts that way).
    """
    filtered = failure.kind == "auth" and failure.status == 403 and answered
    if failure.kind in _NOTHING_CURES and not filtered:
        return StopModel(reason=failure.message)
    if filtered or failure.kind not in _WAITING_CURES:
        return GiveUp(reason=failure.message)
    if failure.kind in _UNREACHED and not answered and attempt >= UNREACHED_ATTEMPTS:
        return StopModel(reason=failure.message)
    most = limits.max_attempts
    if failure.kind == "malformed":
        most = min(most, MALFORMED_ATTEMPTS)
    elif failure.kind == "rate-limit":
        most *= RATE_LIMIT_SHARE
    if attempt >= most:
        return GiveUp(reason=f"gave up after {attempt} attempts: {failure.message}")
    wait_s = _wait_s(failure, attempt, jitter)
    if failure.kind == "rate-limit" and _DAILY.search(failure.message):
        return StopModel(
            reason=f"its allowance for the day is used up; the same command goes on when there is "
            f"more: {failure.message}"
        )
    if failure.kind == "rate-limit" and (failure.retry_after_s or 0.0) > limits.max_retry_s:
        return StopModel(
            reason=f"the server asks to wait {failure.retry_after_s:.0f} s, more than "
            f"max_retry_s = {limits.max_retry_s:.0f}: {failure.message}"
        )
    if waited_s + wait_s > limits.max_retry_s:
        return GiveUp(
            reason=f"gave up after waiting {waited_s:.0f} s: the next attempt is {wait_s:.0f} s "
            f"away and max_retry_s is {limits.max_retry_s:.0f}: {failure.message}"
        )
    return Retry(after_s=wait_s)


def _wait_s(failure: Failure, attempt: int, jitter: float) -> float:
    doubled_s = min(FIRST_WAIT_S * 2.0 ** min(attempt - 1, 30), LONGEST_WAIT_S)
    backoff_s = doubled_s * (0.5 + 0.5 * jitter)
    if not failure.retry_after_s:
        return backoff_s
    asked_s = failure.retry_after_s * (1.0 + 0.1 * jitter)
    return asked_s if failure.kind == "rate-limit" else max(asked_s, backoff_s)
