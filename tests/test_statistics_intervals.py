"""Intervals and quantiles against scipy, statsmodels, published values and definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import DescrStatsW

from niah.statistics.intervals import (
    beta_probability,
    beta_quantile,
    jeffreys,
    pooled_estimate,
    replicate_estimate,
    t_quantile,
    wilson,
)

counts = st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(
    st.floats(1e-6, 1 - 1e-6),
    st.floats(0.5, 5000, allow_subnormal=False),
    st.floats(0.5, 5000, allow_subnormal=False),
)
def test_beta_quantile_agrees_with_scipy(probability: float, a: float, b: float) -> None:
    """Quantiles and probabilities of Beta(a, b) agree with scipy to 1e-9."""
    x = beta_quantile(probability, a, b)
    assert x == pytest.approx(stats.beta.ppf(probability, a, b), abs=1e-9)
    assert beta_probability(x, a, b) == pytest.approx(stats.beta.cdf(x, a, b), abs=1e-9)


@pytest.mark.parametrize("degrees", [1, 1.5, 2, 3, 4, 9, 14, 30, 224, 1e4, 1e6])
@pytest.mark.parametrize("probability", [1e-6, 0.025, 0.4, 0.5, 0.6, 0.75, 0.95, 0.975, 0.99999])
def test_t_quantile_agrees_with_scipy(probability: float, degrees: float) -> None:
    """Quantiles of Student's t agree with scipy to 1e-9 relative."""
    expected = stats.t.ppf(probability, degrees)
    assert t_quantile(probability, degrees) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_t_quantile_reproduces_the_printed_tables() -> None:
    """The two-sided 95 % points of the usual tables."""
    table = {1: 12.706, 2: 4.303, 4: 2.776, 9: 2.262, 30: 2.042}
    assert {df: round(t_quantile(0.975, df), 3) for df in table} == table


@given(counts)
def test_jeffreys_is_the_beta_quantile_with_the_endpoint_fix(case: tuple[int, int]) -> None:
    """Inside, the bounds are scipy's Beta(s + 1/2, n - s + 1/2) quantiles; at the ends 0 and 1."""
    s, n = case
    lower, upper = jeffreys(s, n)
    expected = stats.beta.ppf([0.025, 0.975], s + 0.5, n - s + 0.5)
    assert lower == (0 if s == 0 else pytest.approx(expected[0], abs=1e-9))
    assert upper == (1 if s == n else pytest.approx(expected[1], abs=1e-9))


@given(counts)
def test_wilson_agrees_with_scipy(case: tuple[int, int]) -> None:
    """Wilson's bounds are those of scipy's binomial test."""
    s, n = case
    expected = stats.binomtest(s, n).proportion_ci(0.95, method="wilson")
    assert wilson(s, n) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize("case", [(1, 3), (3, 5), (7, 10), (199, 225), (12, 225)])
def test_bounds_agree_with_statsmodels(case: tuple[int, int]) -> None:
    """Wilson's and, inside, Jeffreys' bounds are those of a second implementation."""
    s, n = case
    for interval, method in ((wilson, "wilson"), (jeffreys, "jeffreys")):
        expected = proportion_confint(s, n, alpha=0.05, method=method)
        assert interval(s, n) == pytest.approx(expected, abs=1e-9)


def test_student_agrees_with_statsmodels() -> None:
    """The interval over equal replicates is statsmodels' t interval of their means."""
    sums = [18, 21, 15, 19, 22]
    expected = DescrStatsW([s / 25 for s in sums]).tconfint_mean(0.05)
    estimate = replicate_estimate(sums, [25] * 5)
    assert (estimate.lower, estimate.upper) == pytest.approx(expected, abs=1e-9)


def test_published_values() -> None:
    """Newcombe (1998), table I (Wilson): 81/263, 15/148, 0/20, 1/29; Jeffreys as in R binom."""
    for s, n, low, high in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ]:
        assert wilson(s, n) == pytest.approx((low, high), abs=5e-5)
    assert jeffreys(4, 10) == pytest.approx((0.153_06, 0.696_29), abs=5e-5)


@given(st.integers(1, 60), st.floats(0, 1), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_bounds_are_ordered_and_symmetric(n: int, share: float, confidence: float) -> None:
    """0 <= lower <= accuracy <= upper <= 1, and failures mirror successes, partial credit too."""
    s = share * n
    for interval in (jeffreys, wilson):
        lower, upper = interval(s, n, confidence=confidence)
        mirrored_lower, mirrored_upper = interval(n - s, n, confidence=confidence)
        assert 0 <= lower <= upper <= 1
        assert (mirrored_lower, mirrored_upper) == pytest.approx((1 - upper, 1 - lower), abs=1e-9)
        if confidence >= 0.9:
            assert lower <= share + 1e-9
            assert upper >= share - 1e-9


@given(st.integers(1, 30), st.integers(2, 8), st.data())
def test_more_trials_narrow_the_interval(n: int, factor: int, data: st.DataObject) -> None:
    """The same accuracy from more trials gives a narrower interval."""
    s = data.draw(st.integers(0, n))
    for interval in (jeffreys, wilson):
        lower, upper = interval(s, n)
        low, high = interval(s * factor, n * factor)
        assert high - low < upper - lower


def test_coverage_of_cell_intervals() -> None:
    """Averaged over accuracies, Jeffreys covers .945 to .985 and Wilson .93 to .98, n = 1..10."""
    truths = np.linspace(0.005, 0.995, 199)
    for interval, least, most in ((jeffreys, 0.945, 0.985), (wilson, 0.93, 0.98)):
        for n in range(1, 11):
            covered = np.zeros_like(truths)
            for s in range(n + 1):
                lower, upper = interval(s, n)
                inside = (lower <= truths) & (truths <= upper)
                covered += inside * stats.binom.pmf(s, n, truths)
            assert least <= covered.mean() <= most, (interval.__name__, n, covered.mean())


@given(st.lists(st.integers(0, 20), min_size=2, max_size=12))
def test_equal_replicates_give_students_interval(sums: list[int]) -> None:
    """With equal counts the interval is scipy's t interval of the means, cut to [0, 1]."""
    estimate = replicate_estimate(sums, [20] * len(sums))
    means = np.array(sums) / 20
    assert estimate.value == pytest.approx(means.mean())
    assert estimate.n == 20 * len(sums)
    if len(set(sums)) == 1:
        assert estimate.method == "Jeffreys (replicates agree exactly)"
        assert estimate.lower < estimate.upper
    else:
        low, high = stats.t.interval(0.95, len(sums) - 1, loc=means.mean(), scale=stats.sem(means))
        assert (estimate.lower, estimate.upper) == pytest.approx((max(0, low), min(1, high)))
        assert estimate.method == f"t over {len(sums)} replicates"


def test_unmeasured_is_not_zero() -> None:
    """Without a trial there is no number: NaN, n = 0, and the method says so."""
    estimate = pooled_estimate(0, 0)
    assert math.isnan(estimate.value)
    assert math.isnan(estimate.lower)
    assert (estimate.n, estimate.method) == (0, "not measured")


def test_impossible_counts_are_refused() -> None:
    """More successes than trials, or a confidence of 1, raise."""
    with pytest.raises(ValueError, match="must be in"):
        jeffreys(3, 2)
    with pytest.raises(ValueError, match="confidence"):
        wilson(1, 2, confidence=1)
    with pytest.raises(ValueError, match="probability"):
        t_quantile(0, 3)


@pytest.mark.slow
def test_replicate_interval_covers_with_a_haystack_effect() -> None:
    """Trials that share a haystack within a replicate: the t interval covers at least .93."""
    rng = np.random.default_rng(5)
    covered = 0
    rounds = 1500
    cells = np.linspace(-1, 3, 50)
    shift = rng.normal(size=20_000)
    truth = float(np.mean(1 / (1 + np.exp(-(cells + shift[:, None])))))
    for _ in range(rounds):
        logits = cells + rng.normal(size=(5, 1))
        sums = (rng.random((5, 50)) < 1 / (1 + np.exp(-logits))).sum(axis=1)
        estimate = replicate_estimate([float(s) for s in sums], [50] * 5)
        covered += estimate.lower <= truth <= estimate.upper
    assert covered / rounds >= 0.93
