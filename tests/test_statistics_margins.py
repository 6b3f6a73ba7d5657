"""Margins of pooled maps: means over lengths, depths and all cells whose intervals hold."""

from __future__ import annotations

import numpy as np
import pytest

from niah.statistics.effective import ruler_rule
from niah.statistics.margins import pooled_effective_length, pooled_margins, pooled_mean
from niah.statistics.pooled import pool
from niah.statistics.ruler import pooled_averages
from tests.benchmarks.truth_maps import truth_map

SIZE = 9
LENGTHS = 1000 * np.arange(1, SIZE + 1)


@pytest.mark.parametrize("family", ["bad patch", "isolated bad cells", "flat", "mottled decay"])
def test_intervals_of_a_single_pass_contain_the_means(family: str) -> None:
    """With one trial a cell and 15 % repeats, most intervals of lengths and sweeps hold."""
    sweep, lengths, depths, averages = [], [], [], []
    rising = np.arange(1.0, SIZE + 1) / np.arange(1.0, SIZE + 1).sum()
    for seed in range(20):
        truth = truth_map(family, SIZE, seed)
        rng = np.random.default_rng([seed, 5])
        n = 1 + (rng.random(truth.shape) < 0.176).astype(np.int64)
        margins = pooled_margins(pool(rng.binomial(n, truth), n), LENGTHS, np.arange(SIZE))
        by_length, by_depth = margins.by_length, margins.by_depth
        means = truth.mean(axis=0)
        lengths.append(((by_length.lower <= means) & (means <= by_length.upper)).mean())
        means = truth.mean(axis=1)
        depths.append(((by_depth.lower <= means) & (means <= by_depth.upper)).mean())
        sweep.append(margins.accuracy.lower <= truth.mean() <= margins.accuracy.upper)
        found = pooled_averages(margins).increasing
        averages.append(found.lower <= rising @ truth.mean(axis=0) <= found.upper)
    assert np.mean(sweep) >= 0.9
    assert np.mean(lengths) >= 0.93
    assert np.mean(depths) >= 0.88
    assert np.mean(averages) >= 0.9


def test_the_average_over_all_lengths_is_the_sweeps_accuracy() -> None:
    """Two outputs of one map agree: value, interval and n; a length without a trial is left out."""
    rng = np.random.default_rng(3)
    n = np.ones((5, SIZE), np.int64)
    margins = pooled_margins(pool(rng.binomial(n, 0.7), n), LENGTHS, np.arange(5))
    average, whole = pooled_averages(margins).equal, margins.accuracy
    assert average.value == pytest.approx(whole.value)
    assert (average.lower, average.upper) == pytest.approx((whole.lower, whole.upper))
    assert (average.n, average.method) == (whole.n, whole.method)
    n[:, -1] = 0
    margins = pooled_margins(pool(rng.binomial(n, 0.7), n), LENGTHS, np.arange(5))
    rest = float(margins.by_length.accuracy[:-1].mean())
    assert pooled_averages(margins).equal.value == pytest.approx(rest)


def test_a_reader_without_fault_may_be_perfect() -> None:
    """Where no trial failed, cells, lengths and the sweep have intervals that end at 1."""
    pooled = pool(np.full((5, SIZE), 3), np.full((5, SIZE), 3))
    margins = pooled_margins(pooled, LENGTHS, np.arange(5))
    assert (pooled.upper == 1).all()
    assert (margins.by_length.upper == 1).all()
    assert margins.accuracy.upper == 1
    assert (pooled.accuracy < 1).all()
    assert (pooled.lower > 0.5).all()


def test_a_single_failure_rules_certainty_out() -> None:
    """A cell that failed once cannot have a recall of 1, nor the sweep; its neighbours may."""
    sums = np.full((5, SIZE), 3.0)
    sums[2, 4] = 2.0
    pooled = pool(sums, np.full((5, SIZE), 3))
    assert pooled.upper[2, 4] < 1
    assert pooled.upper[0, 0] == 1
    assert pooled_margins(pooled, LENGTHS, np.arange(5)).accuracy.upper < 1


def test_effective_lengths_of_pooled_maps_are_covered() -> None:
    """Over soft cliffs, the interval of the pooled effective length contains the true one."""
    covered = []
    for seed in range(25):
        truth = truth_map("soft cliff", SIZE, seed)
        rng = np.random.default_rng([seed, 6])
        n = np.full(truth.shape, 2)
        margins = pooled_margins(pool(rng.binomial(n, truth), n), LENGTHS, np.arange(SIZE))
        found = pooled_effective_length(margins, ruler_rule())
        held = np.logical_and.accumulate(truth.mean(axis=0) >= ruler_rule().threshold).sum()
        covered.append((found.lower or 0) <= 1000 * held <= (found.upper or 0))
    assert np.mean(covered) >= 0.9


def test_lengths_that_nobody_measured_do_not_count() -> None:
    """A perfect reader of the short contexts alone is not said to hold up to the longest."""
    n = np.full((5, SIZE), 3)
    n[:, 1:] = 0
    margins = pooled_margins(pool(n.astype(float), n), LENGTHS, np.arange(5))
    found = pooled_effective_length(margins, ruler_rule())
    assert (found.value, found.upper, found.longest_tested) == (1000, 1000, 1000)
    assert found.untested == tuple(LENGTHS[1:])


@pytest.mark.parametrize(
    ("n", "sums"),
    [
        (
            [
                [10, 6, 2, 2, 1],
                [9, 7, 5, 4, 3],
                [7, 6, 2, 1, 1],
                [8, 12, 4, 2, 1],
                [10, 11, 4, 1, 1],
            ],
            [
                [10, 6, 2, 1, 1],
                [9, 7, 2, 2, 2],
                [7, 6, 2, 1, 1],
                [8, 10, 3, 1, 1],
                [10, 9, 3, 1, 1],
            ],
        ),
        (
            [
                [13, 6, 6, 1, 1],
                [12, 5, 11, 4, 1],
                [7, 10, 4, 2, 1],
                [13, 4, 4, 2, 2],
                [19, 6, 2, 2, 0],
            ],
            [
                [12, 6, 3, 1, 1],
                [11, 5, 8, 3, 0],
                [7, 9, 4, 1, 1],
                [13, 4, 4, 1, 1],
                [19, 6, 2, 2, 0],
            ],
        ),
    ],
)
def test_the_overall_interval_makes_up_for_long_contexts_that_were_lucky(
    n: list[list[int]], sums: list[list[int]]
) -> None:
    """Two adaptive sweeps of a reader whose accuracy falls from 98% to 48%: 73% is inside."""
    pooled = pool(np.array(sums, float), np.array(n))
    overall = pooled_margins(pooled, LENGTHS[:5], np.arange(5)).accuracy
    assert overall.value == pytest.approx(pooled.accuracy.mean())
    assert overall.lower <= 0.73 <= overall.upper
    assert overall.lower > 0.69
    assert pooled_mean(pooled, np.ones((5, 5), np.bool_)) == overall


def test_the_mean_of_a_row_or_a_column_is_the_margin_of_its_depth_or_length() -> None:
    """A gate that judges one length or depth sees the interval that tables show of it."""
    rng = np.random.default_rng(4)
    n = rng.integers(1, 6, (4, 5))
    pooled = pool(rng.binomial(n, np.linspace(0.95, 0.4, 5)).astype(float), n)
    margins = pooled_margins(pooled, LENGTHS[:5], np.arange(4))
    row, column = np.indices((4, 5))
    for margin, places in ((margins.by_depth, row), (margins.by_length, column)):
        for at in range(margin.axis.size):
            found, shown = pooled_mean(pooled, places == at), margin.estimate(at)
            assert found.value == pytest.approx(shown.value)
            assert (found.lower, found.upper) == pytest.approx((shown.lower, shown.upper))


def test_the_overall_interval_stays_narrow_near_certainty() -> None:
    """Ten failures in 500 trials, anywhere: the interval reaches no further down than 94%."""
    rng = np.random.default_rng(8)
    n = np.full((5, SIZE), 11)
    failed = np.zeros(n.size, np.int64)
    failed[rng.choice(n.size, 10, replace=False)] = 1
    pooled = pool((n - failed.reshape(n.shape)).astype(float), n)
    assert pooled_margins(pooled, LENGTHS, np.arange(5)).accuracy.lower > 0.94
