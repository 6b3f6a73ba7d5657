"""The gate's judgements: thresholds on bounds, suspicion, re-tests on fresh data."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import integrate, stats

from niah.statistics.gates import (
    RETEST_ROUNDS,
    Counts,
    Group,
    cell_finding,
    drop_probability,
    groups,
    retest_finding,
    suspicious,
    suspicious_cells,
    threshold_verdict,
)
from niah.statistics.intervals import pooled_estimate

Array = NDArray[np.float64]


def test_thresholds_are_judged_on_bounds() -> None:
    """9 of 10 passes .5, fails .999, and is undecided about .9; nothing measured is undecided."""
    estimate = pooled_estimate(9, 10)
    assert threshold_verdict(estimate, 0.5) == "pass"
    assert threshold_verdict(estimate, 0.999) == "fail"
    assert threshold_verdict(estimate, 0.9) == "undecided"
    assert threshold_verdict(pooled_estimate(0, 0), 0.5) == "undecided"


@pytest.mark.parametrize(
    ("before", "now", "delta"),
    [
        ((14, 15), (5, 9), 0.1),
        ((15, 15), (1, 1), 0.0),
        ((30, 60), (3, 10), 0.2),
        ((0, 3), (2, 2), 0),
    ],
)
def test_drop_probability_agrees_with_integration(
    before: tuple[float, float], now: tuple[float, float], delta: float
) -> None:
    """The probability of a drop is the double integral over both Jeffreys posteriors."""
    a = stats.beta(before[0] + 0.5, before[1] - before[0] + 0.5)
    b = stats.beta(now[0] + 0.5, now[1] - now[0] + 0.5)
    expected, _ = integrate.quad(lambda q: b.cdf(a.ppf(q) - delta), 0, 1, limit=200)
    assert drop_probability(before, now, delta) == pytest.approx(expected, abs=2e-4)


@pytest.mark.parametrize("shape", [(15, 15), (1, 1), (7, 4), (35, 35)])
def test_groups_tile_the_grid(shape: tuple[int, int]) -> None:
    """Bands and tiles each cover every cell exactly once."""
    every = groups(shape)
    assert every[0].name == "all"
    for delta in (0.04, 0.10):
        covered = np.zeros(shape, int)
        for group in every:
            if group.delta == delta:
                covered[group.rows, group.columns] += 1
        assert (covered == 1).all()
    if shape == (15, 15):
        assert len(every) == 1 + 5 + 25


def test_unequal_retests_are_not_a_drop() -> None:
    """Testing the bad cells more often tonight does not look like a drop of the group."""
    baseline = Counts(sums=np.array([[100.0, 0.0]]), n=np.array([[100, 100]]))
    fresh = Counts(sums=np.array([[5.0, 0.0]]), n=np.array([[5, 45]]))
    (whole, *_) = groups((1, 2))
    assert not suspicious(whole, baseline, fresh)


def test_a_cell_clears_after_two_passes_and_alarms_after_misses() -> None:
    """Two passes clear a cell at once; misses alone alarm within eight trials."""
    assert cell_finding((15, 15), 2, 3) == "clear"
    assert cell_finding((15, 15), 0, 1) == "open"
    findings = [cell_finding((15, 15), 0, n) for n in range(9)]
    assert "alarm" in findings
    assert cell_finding((12, 15), 1, 8) != "open"


def night(
    truth: Array, baseline: Counts, rng: np.random.Generator, every: tuple[Group, ...]
) -> bool:
    """One night through both stages; True = alarm."""
    tonight = Counts(sums=rng.binomial(1, truth).astype(float), n=np.ones(truth.shape, np.int64))
    for group in every:
        if not suspicious(group, baseline, tonight):
            continue
        sums, n = np.zeros(truth.shape), np.zeros(truth.shape, np.int64)
        for rounds in range(1, RETEST_ROUNDS + 1):
            block = group.rows, group.columns
            sums[block] += rng.binomial(1, truth[block])
            n[block] += 1
            finding = retest_finding(group, baseline, Counts(sums=sums, n=n), rounds)
            if finding != "open":
                break
        if finding == "alarm":
            return True
    for cell in zip(*np.nonzero(suspicious_cells(baseline, tonight)), strict=True):
        hits = trials = 0
        finding = "open"
        while finding == "open":
            hits += rng.binomial(1, truth[cell])
            trials += 1
            before = float(baseline.sums[cell]), int(baseline.n[cell])
            finding = cell_finding(before, hits, trials)
        if finding == "alarm":
            return True
    return False


@pytest.mark.slow
def test_false_alarms_and_detection() -> None:
    """Over simulated nights false alarms stay at 6 % or less, and a drop of a patch is found."""
    rng = np.random.default_rng(17)
    length = np.linspace(0, 1, 15)[None, :].repeat(15, 0)
    maps = [np.full((15, 15), 0.97), 0.98 - 0.4 * length, np.where(length > 0.7, 0.15, 0.95)]
    every = groups((15, 15))
    alarms = patches = 0
    for index in range(150):
        truth = maps[index % 3]
        baseline = Counts(sums=rng.binomial(15, truth).astype(float), n=np.full(truth.shape, 15))
        alarms += night(truth, baseline, rng, every)
        broken = truth.copy()
        broken[3:7, 2:6] -= 0.35
        patches += night(broken, baseline, rng, every)
    assert alarms / 150 <= 0.06
    assert patches / 150 >= 0.70
