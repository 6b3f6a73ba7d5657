"""Position statistics: what each contrast measures, and how sure it is."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from niah.statistics.positions import position_statistics
from niah.store import TrialRecord
from tests.test_statistics_grids import record

DEPTHS = [0.0, 25.0, 50.0, 75.0, 100.0]
LENGTHS = [1000, 2000, 4000, 8000]


def sweep(scores: NDArray[np.float64]) -> list[TrialRecord]:
    """Records of scores of shape (depths, lengths, repeats)."""
    return [record(LENGTHS[j], DEPTHS[i], k, float(s)) for (i, j, k), s in np.ndenumerate(scores)]


def test_each_contrast_measures_its_effect() -> None:
    """A dip of .5 in the middle and .1 at the end, and a slope of -.05 per doubling come out."""
    column = np.array([0.9, 0.8, 0.4, 0.8, 0.8])[:, None, None]
    slope = -0.05 * np.arange(4)[None, :, None]
    result = position_statistics(sweep(np.repeat(column + slope, 2, axis=2)))
    assert result.primacy.value == pytest.approx(0.5)
    assert result.recency.value == pytest.approx(0.4)
    assert result.middle_dip.value == pytest.approx(0.45)
    assert result.length_trend.value == pytest.approx(-0.05)
    assert result.primacy.n == 16
    assert result.primacy.lower < 0.5 < result.primacy.upper


def test_missing_depths_are_not_an_effect_of_zero() -> None:
    """Without a middle depth there is no dip to speak of; one length has no trend."""
    records = [record(1000, 0.0, 0, 1.0), record(1000, 100.0, 0, 1.0)]
    result = position_statistics(records)
    assert math.isnan(result.middle_dip.value)
    assert math.isnan(result.length_trend.value)
    assert result.primacy.n == 0


def test_only_lengths_with_both_sides_count() -> None:
    """A length at which the middle was never measured does not shift the contrast."""
    records = [record(1000, d, 0, s) for d, s in ((0.0, 1.0), (50.0, 0.5))]
    records += [record(2000, 0.0, 0, 0.0)]
    assert position_statistics(records).primacy.value == pytest.approx(0.5)


@given(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=40, max_size=40))
@settings(max_examples=40)
def test_no_bound_leaves_what_a_difference_can_be(scores: list[float]) -> None:
    """A contrast of shares is between -100 and 100 points, and its interval holds it."""
    result = position_statistics(sweep(np.array(scores).reshape(5, 4, 2)))
    for found in (result.primacy, result.recency, result.middle_dip):
        assert -1 <= found.lower <= found.value <= found.upper <= 1


def test_shared_haystacks_are_counted_by_their_replicates() -> None:
    """Trials about one text are not independent: there, the interval is one over replicates."""
    rng = np.random.default_rng(5)
    records = [
        replace(one, tags={"replicate": str(one.repeat)})
        for one in sweep((rng.random((5, 4, 6)) < 0.7).astype(float))
    ]
    result = position_statistics(records)
    assert result.primacy.method == "t over 6 replicates"
    assert result.primacy.lower < result.primacy.value < result.primacy.upper


@pytest.mark.slow
@pytest.mark.parametrize("repeats", [2, 5])
def test_intervals_cover(repeats: int) -> None:
    """For a lost-in-the-middle reader each interval covers its truth at least 92 % of the time."""
    rng = np.random.default_rng(repeats)
    truth = np.array([0.95, 0.8, 0.6, 0.8, 0.9])[:, None] - 0.05 * np.arange(4)
    expected = (0.35, 0.3, 0.325, -0.05)
    covered = np.zeros(4)
    for _ in range(300):
        result = position_statistics(
            sweep((rng.random((5, 4, repeats)) < truth[..., None]).astype(float))
        )
        parts = (result.primacy, result.recency, result.middle_dip, result.length_trend)
        covered += [p.lower <= e <= p.upper for p, e in zip(parts, expected, strict=True)]
    assert (covered / 300 >= 0.92).all(), covered / 300
