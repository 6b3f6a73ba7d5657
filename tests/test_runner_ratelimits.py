"""Stated limits as buckets: pure arithmetic of levels and waits."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niah.providers.limits import Allowance
from niah.runner.ratelimits import (
    Bucket,
    debit,
    full_bucket,
    level_at,
    observe,
    refused,
    wait_for,
)

units = st.floats(1, 1e6)


def seen(
    bucket: Bucket | None,
    allowance: Allowance | None,
    *,
    now: float = 10.0,
    sent_at: float = 10.0,
    others: Sequence[tuple[float, float]] = (),
) -> Bucket | None:
    return observe(bucket, allowance, units=1.0, sent_at=sent_at, now=now, others=others)


@given(units, units, st.floats(0, 1e4))
def test_after_its_wait_a_request_fits(limit: float, need: float, now: float) -> None:
    """Waiting as long as it says makes the level reach what is needed, or the bucket full."""
    bucket = debit(full_bucket(limit, now=0.0), limit, 0.0)
    wait_s = wait_for(bucket, need, now)
    level = level_at(bucket, now + wait_s)
    assert level >= min(need, limit) * (1 - 1e-5)
    assert wait_for(bucket, need, now + wait_s) <= 1e-6 * 60 + 1e-9


def test_a_configured_limit_starts_full_and_refills_by_the_minute() -> None:
    """Sixty a minute allow sixty at once, then one a second."""
    bucket = full_bucket(60.0, now=0.0)
    assert wait_for(bucket, 60.0, 0.0) == 0.0
    bucket = debit(bucket, 50.0, 5.0)
    assert wait_for(bucket, 15.0, 10.0) == pytest.approx(15 - level_at(bucket, 10.0), abs=0.01)


def test_a_first_statement_makes_the_bucket() -> None:
    """Rate from the limit, capacity from what is left and how long it takes to fill up."""
    bucket = seen(None, Allowance(limit=60_000, remaining=20_000, reset_s=10.0))
    assert bucket is not None
    assert bucket.rate == 1000
    assert bucket.capacity == pytest.approx(30_000, abs=1)
    assert level_at(bucket, 10.0) <= 20_000


def test_a_long_reset_is_no_limit_by_the_minute() -> None:
    """A limit by the day is recognised by how long its bucket takes to fill up."""
    bucket = seen(None, Allowance(limit=14_400, remaining=14_370, reset_s=180.0))
    assert bucket is not None
    assert bucket.rate == pytest.approx(30 / 180)


def test_nothing_stated_changes_nothing() -> None:
    """Half a statement is none."""
    bucket = full_bucket(60.0, now=0.0)
    assert seen(bucket, None) is bucket
    assert seen(bucket, Allowance(limit=None, remaining=5)) is bucket
    assert seen(None, Allowance(limit=60, remaining=None)) is None


def test_the_own_count_is_kept_and_follows_the_server_down() -> None:
    """Small differences are the network's; a large one is somebody else with the same key."""
    bucket = Bucket(rate=1000.0, capacity=60_000.0, level=30_000.0, at=10.0)
    near = seen(bucket, Allowance(limit=60_000, remaining=29_500, reset_s=30.5))
    assert near is not None
    assert level_at(near, 10.0) == 30_000
    far = seen(bucket, Allowance(limit=60_000, remaining=5_000, reset_s=55.0))
    assert far is not None
    assert level_at(far, 10.0) < 7_000


def test_what_is_stated_in_whole_units_takes_nothing_from_the_own_count() -> None:
    """Of a level of 1.9 a server states 1: those nine tenths of a request are not lost."""
    bucket = Bucket(rate=0.1, capacity=3.0, level=1.9, at=10.0)
    after = seen(bucket, Allowance(limit=6, remaining=1, reset_s=11.0))
    assert after is not None
    assert level_at(after, 10.0) == pytest.approx(1.9)


def test_a_slow_answer_does_not_tell_of_what_flowed_over() -> None:
    """Let in a minute ago with 20 of 22 left, and ten sent since: less than 14 are left.

    A minute's refill on top of those 20 would have flowed over long before the ten were sent.
    """
    others = [(55.0 + number / 2, 1.0) for number in range(10)]
    bucket = Bucket(rate=22 / 60, capacity=22.0, level=13.8, at=60.0)
    stated = Allowance(limit=22, remaining=20, reset_s=5.5)
    after = seen(bucket, stated, now=60.0, sent_at=0.0, others=others)
    assert after is not None
    assert level_at(after, 60.0) == pytest.approx(13.8)


def test_a_first_statement_counts_what_was_sent_once() -> None:
    """Two requests of a bucket of 100 went out together: whichever was counted, 40 are left."""
    others = [(9.99, 50.0)]
    for remaining in (40.0, 90.0):  # the other one had arrived, or had not
        stated = Allowance(limit=100, remaining=remaining, reset_s=(100 - remaining) * 0.6)
        bucket = observe(None, stated, units=10.0, sent_at=9.98, now=10.0, others=others)
        assert bucket is not None
        assert level_at(bucket, 10.0) == pytest.approx(40.0, abs=0.1)


def test_a_first_statement_of_a_shared_key_is_believed() -> None:
    """With half of the bucket gone to somebody else, the own count is not what is left."""
    stated = Allowance(limit=100, remaining=30, reset_s=42.0)
    bucket = observe(None, stated, units=10.0, sent_at=9.98, now=10.0, others=[])
    assert bucket is not None
    assert level_at(bucket, 10.0) <= 30.0


def test_a_refusal_empties_the_bucket_to_what_the_server_says() -> None:
    """Stated remains count; without them half of what was needed is the best guess."""
    bucket = Bucket(rate=1.0, capacity=100.0, level=90.0, at=0.0)
    assert refused(bucket, Allowance(limit=60, remaining=3), 10.0, 0.0).level == 3
    assert refused(bucket, None, 10.0, 0.0).level == 5
