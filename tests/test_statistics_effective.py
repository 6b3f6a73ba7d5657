"""Effective context length: the rule, its interval, and what is said about both."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from niah.statistics.effective import (
    effective_length,
    measured_effective_length,
    nolima_rule,
    nolima_rule_of_pairs,
    ruler_rule,
    threshold_rule,
)
from niah.statistics.grids import Marginal
from niah.statistics.intervals import jeffreys
from niah.statistics.margins import pooled_margins
from niah.statistics.pooled import pool
from tests.test_statistics_grids import record

# Accuracy at 4K .. 128K, as published with the RULER and NoLiMa papers.
RULER_ROWS = {
    "gpt-4-1106": ([96.6, 96.3, 95.2, 93.2, 87.0, 81.2], 64_000),
    "llama3.1-70b": ([96.5, 95.8, 95.4, 94.8, 88.4, 66.6], 64_000),
    "llama3.1-8b": ([95.5, 93.8, 91.6, 87.4, 84.7, 77.0], 32_000),
    "gemini-1.5-pro": ([96.7, 95.8, 96.0, 95.9, 95.9, 94.4], 128_000),
}
NOLIMA_ROWS = {
    "gpt-4o": (99.3, [98.1, 98.0, 95.7, 89.2, 81.6, 69.7], 8_000),
    "llama3.3-70b": (97.3, [94.2, 87.4, 81.5, 72.1, 59.5, 42.7], 2_000),
    "gemini-1.5-pro": (92.6, [86.4, 82.7, 75.4, 63.9, 55.5, 48.2], 2_000),
    "claude-3.5-sonnet": (87.6, [85.4, 84.0, 77.6, 61.7, 45.7, 29.8], 4_000),
    "gpt-4o-mini": (84.9, [67.7, 58.2, 44.1, 32.6, 20.6, 13.7], None),
}


def marginal(lengths: list[int], accuracy: list[float], n: int = 100) -> Marginal:
    bounds = [jeffreys(a * n, n) for a in accuracy]
    return Marginal(
        axis=np.array(lengths, np.float64),
        accuracy=np.array(accuracy),
        lower=np.array([b[0] for b in bounds]),
        upper=np.array([b[1] for b in bounds]),
        n=np.full(len(lengths), n),
        methods=("Jeffreys",) * len(lengths),
    )


@pytest.mark.parametrize("model", RULER_ROWS)
def test_ruler_rule_reproduces_published_lengths(model: str) -> None:
    """The threshold of 85.6 % gives the effective lengths of RULER's own table."""
    scores, expected = RULER_ROWS[model]
    lengths = [4_000, 8_000, 16_000, 32_000, 64_000, 128_000]
    result = effective_length(marginal(lengths, [s / 100 for s in scores]), ruler_rule())
    assert result.value == expected


@pytest.mark.parametrize("model", NOLIMA_ROWS)
def test_nolima_rule_reproduces_published_lengths(model: str) -> None:
    """0.85 of the published base scores gives the published effective lengths."""
    base, scores, expected = NOLIMA_ROWS[model]
    lengths = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000]
    rule = nolima_rule_of_pairs({"all": [base / 100]})
    result = effective_length(marginal(lengths, [s / 100 for s in scores]), rule)
    assert result.value == expected


def test_nolima_base_is_the_best_of_the_short_contexts() -> None:
    """The base is the best accuracy up to 1,000 tokens, or the shortest length's; printed."""
    rule = nolima_rule(marginal([250, 500, 1000, 2000], [0.8, 0.9, 0.7, 1.0]))
    assert rule.threshold == pytest.approx(0.85 * 0.9)
    assert "90.0%, best of the lengths up to 1,000 tokens" in rule.sentence
    rule = nolima_rule(marginal([4000, 8000], [0.6, 0.9]))
    assert rule.threshold == pytest.approx(0.85 * 0.6)
    assert "accuracy at the shortest length, 4,000" in rule.sentence


def test_a_later_recovery_does_not_count() -> None:
    """A length counts only when every shorter tested length holds as well."""
    result = effective_length(marginal([1, 2, 3, 4], [0.9, 0.5, 0.9, 0.9]), threshold_rule(0.8))
    assert result.value == 1
    result = effective_length(marginal([1, 2], [0.5, 0.9]), threshold_rule(0.8))
    assert result.value is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=8), st.integers(1, 50), st.floats(0, 1))
def test_the_interval_contains_the_value(accuracy: list[float], n: int, threshold: float) -> None:
    """lower <= value <= upper, where None stands before the shortest length."""
    lengths = [1000 * (i + 1) for i in range(len(accuracy))]
    result = effective_length(marginal(lengths, accuracy, n), threshold_rule(threshold))
    assert (result.lower or 0) <= (result.value or 0) <= (result.upper or 0)


def test_unmeasured_lengths_are_passed_over_and_named() -> None:
    """A length without a scored trial is not tested, and the result lists it."""
    records = [record(1000, float(d), 0, 1.0) for d in range(30)]
    records += [record(2000, 0.0, 0, None, "blocked")]
    records += [record(4000, float(d), 0, float(d > 20)) for d in range(30)]
    result = measured_effective_length(records, ruler_rule())
    assert (result.value, result.lower, result.upper) == (1000, 1000, 1000)
    assert result.untested == (2000,)
    assert result.longest_tested == 4000


def test_a_pooled_map_has_an_effective_length() -> None:
    """From a pooled map of a reader with a cliff, the rule finds the cliff, between its ends."""
    rng = np.random.default_rng(2)
    truth = np.broadcast_to(np.where(np.arange(10) < 6, 0.99, 0.1), (10, 10))
    pooled = pool(rng.binomial(3, truth), np.full((10, 10), 3))
    lengths = 1000 * np.arange(1, 11)
    margins = pooled_margins(pooled, lengths, np.arange(10))
    result = effective_length(margins.by_length, ruler_rule())
    assert result.value == 6000
    assert (result.lower or 0) <= 6000 <= (result.upper or 0)
    assert margins.by_length.n.tolist() == [30] * 10
    assert margins.by_depth.accuracy == pytest.approx(pooled.accuracy.mean(axis=1))
    overall = margins.accuracy
    assert overall.lower <= overall.value <= overall.upper
    assert overall.n == 300


def test_a_threshold_outside_0_1_is_refused() -> None:
    """A threshold of 85 instead of 0.85 raises."""
    with pytest.raises(ValueError, match="got 85"):
        threshold_rule(85)


@pytest.mark.slow
def test_interval_covers_the_true_effective_length() -> None:
    """In simulated sweeps of a decaying reader the interval covers at least .95 of the time."""
    rng = np.random.default_rng(3)
    truth = np.array([0.99, 0.97, 0.93, 0.89, 0.82, 0.7])
    covered, rounds = 0, 300
    for _ in range(rounds):
        records = [
            record(1000 * (i + 1), float(depth), repeat, float(rng.random() < truth[i]))
            for i in range(6)
            for depth in range(10)
            for repeat in range(4)
        ]
        result = measured_effective_length(records, ruler_rule())
        covered += (result.lower or 0) <= 4000 <= (result.upper or 0)
    assert covered / rounds >= 0.95
