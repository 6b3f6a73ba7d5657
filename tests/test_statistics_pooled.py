"""The pooled map: exact algebra, sensible maps, honest intervals."""

from __future__ import annotations

import math
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from niah.statistics.chains import covariance, draw_logits, fit, kernels
from niah.statistics.grids import build_grids
from niah.statistics.pooled import SETTINGS, draw_maps, logit_covariance, pool, pool_grid
from tests.test_statistics_grids import plan, record

Array = NDArray[np.float64]


def dense_laplace(
    steps: Array, places: Array, setting: tuple[float, float, float, float], sums: Array, n: Array
) -> tuple[Array, Array, float]:
    """Mode, covariance and log evidence from the textbook's dense formulas."""
    s2, l1, l2, g = setting
    along = np.exp(-np.abs(steps[:, None] - steps) / l1)
    across = np.exp(-np.abs(places[:, None] - places) / l2)
    size = sums.size
    k = 4 + s2 * np.kron(along, across) + g * np.eye(size)
    y, m = sums.ravel(), n.ravel()
    f, a = np.full(size, 2.2), np.zeros(size)

    def objective(f: Array, a: Array) -> float:
        return float((y * f - m * np.logaddexp(0, f)).sum() - ((f - 2.2) * a).sum() / 2)

    for _ in range(200):
        p = 1 / (1 + np.exp(-f))
        w = m * p * (1 - p)
        b = w * (f - 2.2) + y - m * p
        target = b - w * np.linalg.solve(np.eye(size) + k * w, k @ b)
        t = 1.0
        while t > 1e-9 and objective(
            f + t * (2.2 + k @ target - f), a + t * (target - a)
        ) < objective(f, a):
            t /= 2
        f, a = f + t * (2.2 + k @ target - f), a + t * (target - a)
    p = 1 / (1 + np.exp(-f))
    w = m * p * (1 - p)
    b_matrix = np.eye(size) + k * w
    spread = k - (k * w) @ np.linalg.solve(b_matrix, k)
    return f, spread, objective(f, a) - float(np.linalg.slogdet(b_matrix)[1]) / 2


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 6), st.integers(1, 5))
def test_chains_agree_with_dense_algebra(seed: int, steps: int, places: int) -> None:
    """Modes, covariances, evidences equal the dense formulas, unmeasured cells included."""
    rng = np.random.default_rng(seed)
    x, y = np.sort(rng.random(steps)), np.sort(rng.random(places))
    n = rng.integers(0, 4, (steps, places)).astype(float)
    sums = np.round(rng.random((steps, places)) * n * 4) / 4
    some = SETTINGS[seed % 5 :: 5]
    prior = kernels(x, y, some, prior_mean=2.2, level_variance=4.0)
    fitted = fit(prior, sums, n)
    spread = covariance(prior, fitted, np.arange(len(some)))
    for index, setting in enumerate(some):
        mode, expected, evidence = dense_laplace(x, y, setting, sums, n)
        np.testing.assert_allclose(fitted.mode[index].ravel(), mode, atol=2e-3)
        np.testing.assert_allclose(spread[index], expected, rtol=2e-3, atol=2e-3)
        np.testing.assert_allclose(
            fitted.variance[index].ravel(), np.diag(spread[index]), rtol=1e-6
        )
        assert fitted.log_evidence[index] == pytest.approx(evidence, abs=1e-4)


def test_draws_have_the_posterior_moments() -> None:
    """Drawn logits have the mode as mean and the covariance of the dense formulas."""
    rng = np.random.default_rng(0)
    n = rng.integers(0, 3, (4, 3)).astype(float)
    sums = np.where(rng.random((4, 3)) < 0.6, n, 0)
    prior = kernels(
        np.linspace(0, 1, 4),
        np.linspace(0, 1, 3),
        SETTINGS[4:5],
        prior_mean=2.2,
        level_variance=4.0,
    )
    fitted = fit(prior, sums, n)
    draws = draw_logits(prior, fitted, 0, 60_000, rng).reshape(60_000, -1)
    spread = covariance(prior, fitted, np.array([0]))[0]
    np.testing.assert_allclose(draws.mean(axis=0), fitted.mode[0].ravel(), atol=0.08)
    np.testing.assert_allclose(np.cov(draws.T), spread, atol=0.04 * float(spread.max()))


def test_a_flat_map_is_recovered() -> None:
    """One trial in each of 225 cells of a reader of 90 %: an error of 5 points, covered."""
    rng = np.random.default_rng(0)
    sums = (rng.random((15, 15)) < 0.9).astype(float)
    pooled = pool(sums, np.ones((15, 15)))
    assert np.abs(pooled.accuracy - 0.9).mean() < 0.05
    assert ((pooled.lower <= 0.9) & (pooled.upper >= 0.9)).all()


@pytest.mark.parametrize("trials", [1, 5, 1000])
def test_sharp_edges_do_not_diverge(trials: int) -> None:
    """Half of the map at 0 and half at 1 stays finite and on the right sides."""
    truth = np.zeros((12, 12))
    truth[:, :6] = 1
    pooled = pool(truth * trials, np.full((12, 12), trials))
    assert np.isfinite(pooled.logit_mean).all()
    assert np.isfinite(pooled.logit_sd).all()
    assert (pooled.accuracy[:, :5] > 0.6).all()
    assert (pooled.accuracy[:, 7:] < 0.4).all()


def test_unvisited_cells_are_estimated_with_wider_intervals() -> None:
    """A cell without a trial has a value, and an interval wider than if it had been measured."""
    rng = np.random.default_rng(4)
    sums = rng.binomial(2, 0.8, (9, 9))
    n = np.full((9, 9), 2)
    whole = pool(sums, n)
    n[3:6, 3:6] = 0
    holed = pool(np.where(n, sums, 0), n)
    assert np.isfinite(holed.accuracy).all()
    width, measured = holed.upper - holed.lower, whole.upper - whole.lower
    assert (width[3:6, 3:6] > 1.1 * measured[3:6, 3:6]).all()


def test_nothing_measured_gives_the_prior() -> None:
    """Without any trial the interval of every cell spans nearly everything."""
    pooled = pool(np.zeros((3, 4)), np.zeros((3, 4)))
    assert (pooled.upper - pooled.lower > 0.9).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 1000))
def test_bounds_are_ordered_and_the_map_turns_with_the_grid(
    depths: int, lengths: int, seed: int
) -> None:
    """0 <= lower <= accuracy <= upper <= 1; mirrored trials give the mirrored map."""
    rng = np.random.default_rng(seed)
    n = rng.integers(0, 4, (depths, lengths))
    sums = rng.integers(0, 4, (depths, lengths)).clip(max=n)
    pooled = pool(sums, n)
    assert (pooled.lower >= 0).all()
    assert (pooled.lower <= pooled.accuracy).all()
    assert (pooled.accuracy <= pooled.upper).all()
    assert (pooled.upper <= 1).all()
    mirrored = pool(sums[::-1, ::-1], n[::-1, ::-1])
    np.testing.assert_allclose(mirrored.accuracy[::-1, ::-1], pooled.accuracy, atol=1e-3)


def test_tall_and_wide_grids_are_the_same_model() -> None:
    """Swapping the axes and the axes' kernel scales swaps the map."""
    rng = np.random.default_rng(3)
    n = rng.integers(0, 3, (4, 7))
    sums = rng.integers(0, 3, (4, 7)).clip(max=n)
    swapped = tuple((s2, l2, l1, g) for s2, l1, l2, g in SETTINGS)
    wide, tall = pool(sums, n), pool(sums.T, n.T, settings=swapped)
    np.testing.assert_allclose(tall.accuracy.T, wide.accuracy, atol=1e-3)
    np.testing.assert_allclose(tall.logit_sd.T, wide.logit_sd, rtol=1e-3)
    order = np.arange(28).reshape(4, 7).T.ravel()
    np.testing.assert_allclose(
        logit_covariance(tall), logit_covariance(wide)[np.ix_(order, order)], rtol=0.01, atol=0.01
    )


def test_covariance_has_the_maps_variances() -> None:
    """With every setting kept, the covariance's diagonal is the map's squared deviation."""
    rng = np.random.default_rng(5)
    n = rng.integers(0, 3, (5, 4))
    sums = rng.integers(0, 3, (5, 4)).clip(max=n)
    pooled = pool(sums, n)
    diagonal = np.diag(logit_covariance(pooled, least_share=0.0)).reshape(5, 4)
    np.testing.assert_allclose(diagonal, pooled.logit_sd**2, rtol=1e-6)


def test_draws_are_reproducible_and_match_the_map() -> None:
    """The same seed gives the same maps; their medians are the reported accuracies."""
    rng = np.random.default_rng(8)
    sums = (rng.random((6, 5)) < 0.8).astype(float)
    pooled = pool(sums, np.ones((6, 5)))
    draws = draw_maps(pooled, 4000, seed=1)
    assert draws.shape == (4000, 6, 5)
    np.testing.assert_array_equal(draws, draw_maps(pooled, 4000, seed=1))
    assert np.abs(np.median(draws, axis=0) - pooled.accuracy).max() < 0.03


def test_a_measured_grid_is_pooled_by_its_counts() -> None:
    """`pool_grid` uses sums and counts of the cells; an unmeasured one counts as no trial."""
    records = [record(1000, 0.0, 0, 1.0), record(1000, 0.0, 1, 0.5), record(2000, 50.0, 0, 0.0)]
    (grid,) = build_grids(records, simulated=True, planned=plan([1000, 2000], [0.0, 50.0], 2))
    direct = pool(np.array([[1.5, 0], [0, 0]]), [[2, 0], [0, 1]])
    np.testing.assert_array_equal(pool_grid(grid).accuracy, direct.accuracy)


def test_impossible_input_is_refused() -> None:
    """Sums above n, shapes that differ and positions that do not ascend raise."""
    with pytest.raises(ValueError, match="between 0"):
        pool([[2.0]], [[1]])
    with pytest.raises(ValueError, match="shapes"):
        pool([[1.0, 0.0]], [[1]])
    with pytest.raises(ValueError, match="ascending"):
        pool([[1.0, 0.0]], [[1, 1]], length_positions=[2, 1])


@pytest.mark.slow
@pytest.mark.parametrize(("size", "limit_s"), [(15, 2.0), (35, 30.0)])
def test_fits_are_fast_enough(size: int, limit_s: float) -> None:
    """A 15 x 15 map takes under 2 s, a 35 x 35 one under 30 s (measured: .06 and .5)."""
    rng = np.random.default_rng(1)
    n = np.full((size, size), 2)
    sums = rng.binomial(2, np.linspace(0.99, 0.1, size)[None, :].repeat(size, 0))
    start = time.perf_counter()
    pool(sums, n)
    assert time.perf_counter() - start < limit_s


@pytest.mark.slow
def test_intervals_cover_several_kinds_of_map() -> None:
    """With one trial a cell and 20 % repeats, 95 % intervals cover at least .90 on each map.

    The unstructured one needs more: its own part is only known from repeats.
    """
    depth, length = np.meshgrid(np.linspace(0, 1, 12), np.linspace(0, 1, 12), indexing="ij")
    logistic = 1 / (1 + np.exp(8 * (length - 0.6)))
    rng = np.random.default_rng(21)
    maps = {
        "flat": np.full((12, 12), 0.93),
        "soft cliff": 0.05 + 0.9 * logistic,
        "middle": 0.97 - 0.7 * length * np.exp(-(((depth - 0.5) / 0.2) ** 2)),
        "edge": np.where(length + depth > 1.1, 0.1, 0.95),
        "unstructured": rng.choice([0.1, 0.95], (12, 12)),
    }
    for name, truth in maps.items():
        covered = []
        for _ in range(12):
            n = 1 + (rng.random((12, 12)) < (0.5 if name == "unstructured" else 0.2))
            pooled = pool(rng.binomial(n, truth), n)
            covered.append(((pooled.lower <= truth) & (truth <= pooled.upper)).mean())
        assert math.fsum(covered) / 12 >= 0.90, (name, covered)
