"""Means of trials that share haystacks: replicates are independent, trials are not."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy import stats

from niah.statistics.compare import compare
from niah.statistics.intervals import jeffreys
from niah.statistics.scores import sweep_estimate
from niah.store import TrialRecord
from tests.test_statistics_grids import record


def shared(
    length: int, depth: float, repeat: int, score: float, replicate: int, model: str = "m/a"
) -> TrialRecord:
    tags = {"sharing": "nested", "replicate": str(replicate), "stream": "0"}
    return dataclasses.replace(record(length, depth, repeat, score, model=model), tags=tags)


def test_replicates_are_haystacks_not_repeats() -> None:
    """With shared prompts, Student's interval is over the haystacks' means, df R - 1."""
    means = [0.5, 0.75, 1.0]
    records = [
        shared(1000 * (cell + 1), 0.0, (cell + replicate) % 3, float(cell < 4 * mean), replicate)
        for replicate, mean in enumerate(means)
        for cell in range(4)
    ]
    estimate = sweep_estimate(records)
    low, high = stats.t.interval(0.95, 2, loc=np.mean(means), scale=stats.sem(means))
    assert (estimate.lower, estimate.upper) == pytest.approx((low, min(high, 1)))
    assert estimate.method == "t over 3 replicates"


def test_unbalanced_haystacks_keep_their_interval_and_say_so() -> None:
    """Haystacks of different cells still make the interval, which says that they do."""
    records = [
        shared(1000 * (1 + cell), 0.0, 0, float(cell % 3 > 0), cell % 4) for cell in range(40)
    ]
    estimate = sweep_estimate(records)
    assert estimate.method == "t over 4 replicates of different cells"
    assert estimate.n == 40


def test_a_single_haystack_says_that_its_interval_is_too_narrow() -> None:
    """One replicate has no spread: Jeffreys' interval, with the warning in its method."""
    records = [shared(1000 * (1 + cell), 0.0, 0, float(cell > 0), 0) for cell in range(10)]
    estimate = sweep_estimate(records)
    assert estimate.method == "Jeffreys (trials share haystacks: too narrow if these matter)"
    assert (estimate.lower, estimate.upper) == jeffreys(9, 10)


def test_covers_where_haystacks_matter() -> None:
    """Whole haystacks easier or harder than others: the interval over them still covers."""
    rng = np.random.default_rng(3)
    covered = []
    for _ in range(200):
        recalls = np.clip(rng.normal(0.7, 0.15, 5), 0, 1)
        records = [
            shared(1000 * (1 + cell), 0.0, 0, float(rng.random() < recall), replicate)
            for replicate, recall in enumerate(recalls)
            for cell in range(20)
        ]
        estimate = sweep_estimate(records)
        covered.append(estimate.lower <= 0.7 <= estimate.upper)
    assert np.mean(covered) >= 0.9


@pytest.mark.parametrize("repeats", [1, 2, 3])
def test_independent_trials_are_covered_and_repeats_widen_nothing(repeats: int) -> None:
    """Cells of very different recall, each trial on its own: the interval covers their mean."""
    rng = np.random.default_rng(5)
    recalls = [0.05, 0.5, 0.6, 0.8, 0.95, 1.0] * 4
    covered, widths = [], []
    for _ in range(400):
        records = [
            record(1000 * (1 + cell), 0.0, repeat, float(rng.random() < recall))
            for repeat in range(repeats)
            for cell, recall in enumerate(recalls)
        ]
        estimate = sweep_estimate(records)
        covered.append(estimate.lower <= np.mean(recalls) <= estimate.upper)
        widths.append(estimate.upper - estimate.lower)
    assert np.mean(covered) >= 0.94
    assert np.mean(widths) < 0.42 / np.sqrt(repeats)


def test_a_difference_is_judged_over_haystacks() -> None:
    """Two sweeps over the same shared haystacks are compared by the haystacks' differences."""
    rng = np.random.default_rng(0)
    sides = [
        [
            shared(1000 * (1 + cell), 0.0, 0, float(rng.random() < 0.5), cell % 3, model)
            for cell in range(12)
        ]
        for model in ("m/a", "m/b")
    ]
    assert compare(*sides).difference.method == "paired, t over 3 replicates"
