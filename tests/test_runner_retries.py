"""Retry decisions: pure, capped in count and time."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niah.providers import Failure, FailureKind
from niah.runner.retries import (
    LONGEST_WAIT_S,
    MALFORMED_ATTEMPTS,
    Decision,
    GiveUp,
    Retry,
    RetryLimits,
    StopModel,
    decide,
)

LIMITS = RetryLimits(max_attempts=6, max_retry_s=1800.0)
KINDS: tuple[FailureKind, ...] = get_args(FailureKind)
CURABLE = {
    *("rate-limit", "overloaded", "server-error", "timeout", "connection", "tls", "malformed"),
}


def after(
    kind: FailureKind,
    *,
    attempt: int = 1,
    waited_s: float = 0.0,
    jitter: float = 0.0,
    retry_after_s: float | None = None,
    status: int | None = None,
    answered: bool = True,
) -> Decision:
    failure = Failure(kind=kind, message="why", retry_after_s=retry_after_s, status=status)
    return decide(
        failure,
        attempt=attempt,
        waited_s=waited_s,
        limits=LIMITS,
        jitter=jitter,
        answered=answered,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_decision(kind: FailureKind) -> None:
    """What waiting cures is retried, what nothing cures stops the model, the rest is given up."""
    expected = (
        Retry
        if kind in CURABLE
        else StopModel
        if kind in ("quota", "auth", "not-found")
        else GiveUp
    )
    assert isinstance(after(kind), expected)


@given(
    st.sampled_from(KINDS),
    st.integers(1, 200),
    st.floats(0, 4000),
    st.floats(0, 1, exclude_max=True),
    st.none() | st.floats(0, 1e6),
)
def test_no_trial_is_retried_beyond_its_caps(
    kind: FailureKind, attempt: int, waited_s: float, jitter: float, asked_s: float | None
) -> None:
    """Count and time both end the retries, and no wait is shorter than the server asked."""
    decision = after(kind, attempt=attempt, waited_s=waited_s, jitter=jitter, retry_after_s=asked_s)
    if isinstance(decision, Retry):
        assert attempt < LIMITS.max_attempts * (10 if kind == "rate-limit" else 1)
        assert waited_s + decision.after_s <= LIMITS.max_retry_s
        assert decision.after_s >= (asked_s or 0.5)
        assert decision.after_s <= max(LONGEST_WAIT_S, 1.1 * (asked_s or 0))
    else:
        assert "why" in decision.reason


def test_waits_double_and_are_spread() -> None:
    """From half a second to a minute; two draws of jitter give two waits."""
    waits = [after("server-error", attempt=n, jitter=0.0) for n in (1, 2, 3, 4, 5)]
    assert waits == [Retry(after_s=s) for s in (0.5, 1.0, 2.0, 4.0, 8.0)]
    assert after("server-error", jitter=0.5) == Retry(after_s=0.75)


def test_the_servers_word_counts() -> None:
    """A rate limit waits as long as asked, a busy server at least its backoff too."""
    assert after("rate-limit", attempt=5, retry_after_s=0.2) == Retry(after_s=0.2)
    assert after("overloaded", attempt=5, retry_after_s=0.2) == Retry(after_s=8.0)
    assert after("overloaded", retry_after_s=30.0) == Retry(after_s=30.0)
    hours = after("rate-limit", retry_after_s=7200.0), after("overloaded", retry_after_s=7200.0)
    assert isinstance(hours[0], StopModel)
    assert isinstance(hours[1], GiveUp)
    assert "max_retry_s" in hours[0].reason
    assert "max_retry_s" in hours[1].reason


def test_garbled_answers_are_not_bought_often() -> None:
    """A malformed answer may have been paid for and is retried less."""
    assert isinstance(after("malformed", attempt=MALFORMED_ATTEMPTS - 1), Retry)
    assert isinstance(after("malformed", attempt=MALFORMED_ATTEMPTS), GiveUp)


def test_a_host_that_never_answered_stops_its_model() -> None:
    """Three attempts at an unreachable host are enough; one that answered before is waited for."""
    assert isinstance(after("connection", attempt=2, answered=False), Retry)
    assert isinstance(after("connection", attempt=3, answered=False), StopModel)
    assert isinstance(after("connection", attempt=3, answered=True), Retry)
    assert isinstance(after("timeout", attempt=3, answered=False), Retry)


def test_a_403_after_answers_concerns_one_request() -> None:
    """A gateway that filters one text does not end the run; a key refused from the start does."""
    assert isinstance(after("auth", status=403, answered=True), GiveUp)
    assert isinstance(after("auth", status=403, answered=False), StopModel)
    assert isinstance(after("auth", status=401, answered=True), StopModel)
