"""Comparing sweeps: pairing, difference, McNemar, the scan, the league table."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar

from niah.statistics.compare import compare, mcnemar
from niah.statistics.differences import mean_difference, pair_trials
from niah.statistics.intervals import CONFIDENCE
from niah.statistics.league import league
from niah.statistics.scan import scan
from niah.store import TrialRecord
from tests.test_statistics_grids import record


def sweep(scores: NDArray[np.float64], model: str = "m/a", seed: int = 1) -> list[TrialRecord]:
    """Records of scores of shape (depths, lengths, repeats)."""
    return [
        dataclasses.replace(
            record(1000 * (j + 1), float(i), k, float(score), model=model), seed=seed
        )
        for (i, j, k), score in np.ndenumerate(scores)
    ]


@given(st.integers(0, 200), st.integers(0, 200))
def test_mcnemar_is_the_binomial_test(lost: int, won: int) -> None:
    """The exact p value is scipy's two-sided binomial test at 1/2."""
    expected = stats.binomtest(lost, lost + won).pvalue if lost + won else 1.0
    assert mcnemar(lost, won) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize(("lost", "won"), [(0, 1), (3, 9), (12, 5), (150, 86), (40, 40)])
def test_mcnemar_agrees_with_statsmodels(lost: int, won: int) -> None:
    """The exact p value is that of a second implementation."""
    expected = statsmodels_mcnemar([[10, lost], [won, 7]], exact=True).pvalue
    assert mcnemar(lost, won) == pytest.approx(min(1.0, expected), abs=1e-12)


def test_trials_of_the_same_seed_are_paired() -> None:
    """Same cell, repeat, seed and answers make a pair; the counts of McNemar's table come out."""
    first = np.ones((2, 2, 3))
    second = first.copy()
    second[0, 0, :2] = 0
    result = compare(sweep(first), sweep(second, "m/b"))
    assert result.paired
    assert (result.only_first, result.only_second) == (2, 0)
    assert result.mcnemar_p == mcnemar(2, 0)
    assert result.difference.value == pytest.approx(-2 / 12)
    assert result.difference.method == "paired, Agresti-Min"
    assert result.difference.lower < -2 / 12 < result.difference.upper
    expected = np.array([[-2 / 3, 0.0], [0.0, 0.0]])
    np.testing.assert_allclose(result.cell_difference, expected)


def test_few_repeats_of_independent_trials_hide_no_difference() -> None:
    """Three repeats with haystacks of their own are 180 pairs, not three numbers: the interval
    excludes 0 where the exact test of the pairs does."""
    rng = np.random.default_rng(3)
    first = np.ones((6, 10, 3))
    second = (rng.random((6, 10, 3)) < 0.9).astype(float)
    second[:, 5:, 0] = 0  # one unlucky repeat would widen a t interval over repeats beyond 0
    result = compare(sweep(first), sweep(second, "m/b"))
    assert result.mcnemar_p is not None
    assert result.mcnemar_p < 0.001
    assert result.difference.upper < 0
    assert not result.local


def test_a_local_difference_is_said_to_be_local() -> None:
    """Where one half is lost and the other won, the mean shows nothing and the regions do."""
    first, second = np.ones((6, 8, 3)), np.ones((6, 8, 3))
    first[:, 4:], second[:, :4] = 0, 0
    result = compare(sweep(first), sweep(second, "m/b"))
    assert result.difference.lower <= 0 <= result.difference.upper
    assert result.local


def test_different_seeds_are_not_paired_and_said_so() -> None:
    """Without common seeds the comparison is unpaired: no McNemar, Newcombe's interval."""
    first, second = np.ones((2, 2, 2)), np.ones((2, 2, 2))
    first[0, 0, 0] = 0
    result = compare(sweep(first), sweep(second, "m/b", seed=2))
    assert not result.paired
    assert result.pairing.startswith("not paired")
    assert result.mcnemar_p is None
    assert result.difference.method.startswith("unpaired, Newcombe")
    assert result.difference.lower < 1 / 8 < result.difference.upper


def test_newcombe_interval_as_published() -> None:
    """56/70 against 48/80, Newcombe (1998) example (a): 0.2, interval near 0.05 to 0.33."""
    first = np.zeros((1, 1, 80))
    first[..., :48] = 1
    second = np.zeros((1, 1, 70))
    second[..., :56] = 1
    left = [dataclasses.replace(r, repeat=0) for r in sweep(first)]
    right = [dataclasses.replace(r, repeat=0, seed=2) for r in sweep(second)]
    difference = compare(left, right).difference
    assert difference.value == pytest.approx(0.2)
    assert (difference.lower, difference.upper) == pytest.approx((0.0524, 0.3339), abs=0.004)


def test_equal_sweeps_do_not_differ_and_have_an_interval() -> None:
    """No discordant pair: p values of 1, no region, and an interval that is not a point."""
    scores = np.ones((3, 3, 1))
    result = compare(sweep(scores), sweep(scores, "m/b"))
    assert result.mcnemar_p == result.overall_p == 1
    assert not result.significant.any()
    assert result.difference.lower < 0 < result.difference.upper


def test_nothing_in_common_is_not_zero() -> None:
    """Sweeps without a common cell give NaN, not a difference of 0."""
    result = compare(sweep(np.ones((1, 1, 2))), [])
    assert math.isnan(result.difference.value)
    assert result.difference.n == 0


def test_the_scan_finds_a_broken_patch() -> None:
    """Nine broken cells out of 100 are outlined, and little else."""
    rng = np.random.default_rng(1)
    first = (rng.random((10, 10, 5)) < 0.95).astype(float)
    second = (rng.random((10, 10, 5)) < 0.95).astype(float)
    second[2:5, 6:9] = rng.random((3, 3, 5)) < 0.2
    result = compare(sweep(first), sweep(second, "m/b"), seed=4)
    assert result.significant[2:5, 6:9].all()
    best = result.regions[0]
    assert best.p <= 0.001
    assert any(
        r.kind == "window" and (r.rows.start, r.columns.start) == (2, 6) for r in result.regions
    )
    assert not result.significant[6:, :5].any()


def test_the_scan_is_reproducible() -> None:
    """The same seed gives the same p values."""
    rng = np.random.default_rng(2)
    rows, columns = rng.integers(0, 6, (2, 150))
    change = rng.integers(-1, 2, 150).astype(float)
    results = [scan(rows, columns, change, (6, 6), seed=9, flips=500) for _ in range(2)]
    assert results[0] == results[1]


def test_partial_credit_is_compared() -> None:
    """Fractional scores enter the mean as they are, and McNemar by which side is higher."""
    result = compare(sweep(np.full((2, 2, 1), 0.5)), sweep(np.full((2, 2, 1), 0.75), "m/b"))
    assert result.difference.value == 0.25
    assert (result.only_first, result.only_second) == (0, 4)


def test_league_ranks_and_ties() -> None:
    """Close contestants share a rank; a clearly worse one ranks below both."""
    rng = np.random.default_rng(7)
    base = (rng.random((8, 8, 5)) < 0.9).astype(float)
    near = base.copy()
    near[0, 0, 0] = 1 - near[0, 0, 0]
    worse = base * (rng.random(base.shape) < 0.5)
    rows = league(
        {"near": sweep(near, "m/b"), "worse": sweep(worse, "m/c"), "base": sweep(base, "m/a")}
    )
    assert [r.rank for r in rows] == [1, 1, 3]
    assert rows[2].label == "worse"
    assert rows[0].tied_with == (rows[1].label,)
    assert rows[2].tied_with == ()


def test_what_was_not_measured_has_no_rank() -> None:
    """A contestant without a scored trial stands last, is tied with nobody and costs no power."""
    best, second = np.ones((3, 3, 5)), np.zeros((3, 3, 5))
    failed = [
        dataclasses.replace(trial, outcome="failed", score=None)
        for trial in sweep(np.ones((3, 3, 5)), "m/c")
    ]
    rows = league({"best": sweep(best), "failed": failed, "second": sweep(second, "m/b")})
    assert [(row.label, row.rank) for row in rows] == [("best", 1), ("second", 2), ("failed", None)]
    assert not any(row.tied_with for row in rows)


@pytest.mark.slow
def test_false_positives_of_the_scan() -> None:
    """Two sweeps of the same reader: some region is called different in at most 8 % of 250."""
    rng = np.random.default_rng(11)
    truth = np.linspace(0.98, 0.4, 12)[None, :, None]
    rows, columns = (a.ravel() for a in np.meshgrid(range(12), range(12), indexing="ij"))
    found = 0
    for seed in range(250):
        first, second = (rng.random((2, 12, 12, 3)) < truth).astype(float)
        change = (second - first).ravel()
        result = scan(
            np.repeat(rows, 3), np.repeat(columns, 3), change, (12, 12), seed=seed, flips=499
        )
        found += bool(result.regions) or result.overall_p <= 0.05
    assert found / 250 <= 0.08


@pytest.mark.slow
def test_coverage_of_the_paired_difference() -> None:
    """The interval of a paired difference covers the truth at least 93 % of the time."""
    rng = np.random.default_rng(13)
    covered = 0
    for repeats in (1, 4):
        for _ in range(150):
            first = (rng.random((5, 6, repeats)) < 0.9).astype(float)
            second = (rng.random((5, 6, repeats)) < 0.8).astype(float)
            left, right = sweep(first), sweep(second, "m/b")
            pairs, paired = pair_trials(left, right)
            difference = mean_difference(pairs, left, right, paired, CONFIDENCE)
            covered += difference.lower <= -0.1 <= difference.upper
        assert compare(left, right).difference == difference  # the one that users see
    assert covered / 300 >= 0.93


def test_the_pooled_difference_weighs_cells_alike() -> None:
    """Where one sweep repeats its bad cells, raw means mislead, and the pooled one does not."""
    rng = np.random.default_rng(4)
    first, second = [], []
    for i, j in np.ndindex(6, 6):
        bad = i < 2
        for k in range(2):
            first.append((i, j, k, float(rng.random() < 0.9)))
        for k in range(9 if bad else 2):
            second.append((i, j, k, float(rng.random() < (0.3 if bad else 0.95))))
    left, right = (
        [
            dataclasses.replace(record(1000 * (j + 1), float(i), k, s, model=model), seed=seed)
            for i, j, k, s in side
        ]
        for side, model, seed in ((first, "m/a", 1), (second, "m/b", 2))
    )
    found = compare(left, right).pooled_difference
    true = (0.3 * 2 + 0.95 * 4) / 6 - 0.9
    assert found is not None
    assert found.lower <= true <= found.upper
    assert abs(found.value - true) < 0.08
    raw = np.mean([s for *_, s in second]) - np.mean([s for *_, s in first])
    assert abs(raw - true) > 0.1


def test_maps_of_other_cells_have_no_pooled_difference() -> None:
    """Sweeps with different axes are compared on their common cells alone."""
    first, second = np.ones((2, 3, 2)), np.ones((2, 2, 2))
    assert compare(sweep(first), sweep(second, "m/b")).pooled_difference is None
