"""Which trials go next where both limits are known: pure arithmetic of what would go unused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from niah.runner.balance import Outlook, balanced_tokens
from niah.runner.ratelimits import Bucket

# One request a second and 10,000 tokens a second: trials of 10,000 tokens use up both.
REQUESTS = Bucket(rate=1.0, capacity=2.0, level=2.0, at=0.0)
TOKENS = Bucket(rate=10_000.0, capacity=200_000.0, level=0.0, at=0.0)


def outlook(*, count: int, mean_tokens: float) -> Outlook:
    return Outlook(
        now=0.0,
        count=count,
        total=count * mean_tokens,
        requests=REQUESTS,
        tokens=TOKENS,
        places=16,
        first_s=1.0,
        per_token_s=1e-5,
        landing_s=[],
        short_tokens=2000.0,
        longest_tokens=100_000.0,
    )


def test_lengths_are_balanced_that_use_up_both_limits() -> None:
    """At one request and 10,000 tokens a second it is 10,000 tokens."""
    assert balanced_tokens(REQUESTS, TOKENS) == 10_000


@pytest.mark.parametrize(("mean_tokens", "expected"), [(20_000, True), (9900, False)])
def test_a_long_trial_goes_while_requests_are_plentiful(mean_tokens: float, expected: bool) -> None:
    """It waits ten seconds for tokens, and requests flow over: harmless where tokens count."""
    assert outlook(count=100, mean_tokens=mean_tokens).bears(100_000, 10.0) is expected


def test_a_long_trial_goes_where_nothing_flows_over() -> None:
    """An empty bucket of requests takes half a second's flow, however tight it is."""
    tight = outlook(count=100, mean_tokens=5000)
    tight = replace(tight, requests=replace(REQUESTS, level=0.0))
    assert tight.bears(100_000, 0.5)
    assert not tight.bears(100_000, 5.0)


def test_places_are_left_for_short_trials_where_requests_are_the_tightest() -> None:
    """Fifteen of sixteen places held for half a minute: requests would flow over until they end."""
    tight = outlook(count=100, mean_tokens=5000)
    assert tight.bears(100_000, 0.0)
    assert not replace(tight, landing_s=[30.0] * 15).bears(100_000, 0.0)
    plentiful = outlook(count=100, mean_tokens=40_000)
    assert replace(plentiful, landing_s=[5.0] * 15).bears(100_000, 0.0)


def test_the_last_places_are_not_given_to_trials_of_unknown_duration() -> None:
    """While none so long was answered, nobody knows how long fifteen places would be held."""
    crowded = replace(outlook(count=100, mean_tokens=40_000), landing_s=[5.0] * 15)
    assert crowded.bears(100_000, 0.0)
    assert not replace(crowded, longest_tokens=1000.0).bears(100_000, 0.0)


def test_no_place_stays_free_where_places_are_the_tightest() -> None:
    """A long trial that has to wait for tokens leaves its place to a short one."""
    slow = replace(outlook(count=100, mean_tokens=9000), first_s=20.0)
    assert slow.bears(100_000, 0.0)
    assert not slow.bears(100_000, 1.0)
