"""RULER's averages over tasks and lengths."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from niah.statistics.grids import length_marginal
from niah.statistics.ruler import (
    averages_of,
    length_average,
    mean_of_averages,
    measured_averages,
    task_average,
)
from niah.statistics.scores import sweep_estimate
from tests.test_statistics_effective import RULER_ROWS, marginal
from tests.test_statistics_grids import record

LENGTHS = [4_000, 8_000, 16_000, 32_000, 64_000, 128_000]


def test_published_averages() -> None:
    """GPT-4's row gives the published averages: 91.6, 89.0 increasing, 94.1 decreasing."""
    row = marginal(LENGTHS, [s / 100 for s in RULER_ROWS["gpt-4-1106"][0]])
    for weighting, published in (("equal", 91.6), ("increasing", 89.0), ("decreasing", 94.1)):
        average = length_average(row, weighting)  # type: ignore[arg-type]
        assert round(100 * average.value, 1) == published
        assert 0 <= average.lower < average.value < average.upper <= 1
        assert average.n == 600


def test_a_task_that_was_not_measured_leaves_no_average() -> None:
    """The mean of 12 of 13 tasks is not shown as the mean of 13."""
    whole = marginal(LENGTHS, [0.9] * 6)
    holed = dataclasses.replace(
        whole,
        n=np.array([100, 100, 0, 100, 100, 100]),
        accuracy=np.array([0.5, 0.5, np.nan, 0.5, 0.5, 0.5]),
    )
    average = task_average([whole, holed])
    assert average.accuracy[0] == pytest.approx(0.7)
    assert average.n.tolist() == [200, 200, 0, 200, 200, 200]
    assert math.isnan(average.accuracy[2])
    assert length_average(average).value == pytest.approx(0.7)


def test_tasks_narrow_the_interval() -> None:
    """The mean of four equal tasks has half the interval of one."""
    one = marginal(LENGTHS, [0.8] * 6)
    four = task_average([one] * 4)
    np.testing.assert_allclose(four.upper - four.accuracy, (one.upper - one.accuracy) / 2)


def test_different_lengths_are_refused() -> None:
    """Tasks measured at other lengths cannot be averaged."""
    with pytest.raises(ValueError, match="same lengths"):
        task_average([marginal(LENGTHS, [1.0] * 6), marginal([4000], [1.0])])


def test_lengths_of_shared_haystacks_are_not_independent() -> None:
    """The average over all lengths has the sweep's own interval, over replicates; trials with
    haystacks of their own have the narrower one of independent lengths."""
    own = [
        record(length, depth, repeat, float((length + repeat) % 3 > 0 or depth == 0))
        for length in (1000, 2000, 4001)
        for depth in (0, 50, 100)
        for repeat in (0, 1, 2)
        if not (length == 2000 and repeat == 1 and depth == 100)
    ] + [record(2000, 100, 1, 1.0)]
    shared = [dataclasses.replace(one, tags={"replicate": str(one.repeat)}) for one in own]
    by_length = length_marginal(shared, [1000, 2000, 4001])
    average, sweep = measured_averages(shared, by_length).equal, sweep_estimate(shared)
    assert sweep.method == "t over 3 replicates"
    assert average.n == sweep.n
    assert average.value == pytest.approx(sweep.value)
    assert (average.lower, average.upper) == pytest.approx((sweep.lower, sweep.upper))
    by_length = length_marginal(own, [1000, 2000, 4001])
    assert measured_averages(own, by_length) == averages_of(by_length)


def test_the_mean_of_averages_is_the_average_of_means() -> None:
    """Of independent tasks, either order gives the same value and interval."""
    tasks = [marginal(LENGTHS, [0.9, 0.8, 0.9, 0.7, 0.6, 0.5]), marginal(LENGTHS, [0.5] * 6)]
    one = mean_of_averages([averages_of(task) for task in tasks]).increasing
    other = length_average(task_average(tasks), "increasing")
    assert (one.value, one.lower, one.upper) == pytest.approx(
        (other.value, other.lower, other.upper)
    )
