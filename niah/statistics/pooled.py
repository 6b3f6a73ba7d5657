"""The pooled map: neighbouring cells tell about each other.

The map's logit is a Gaussian process over the grid; its kernel is the sum of a constant, a
product of exponentials along the two axes, and a part of each cell's own:

    k(c, c') = 4 + s2 exp(-|dx| / l1) exp(-|dy| / l2) + g [c = c']

with lengths x and depths y scaled to 0..1. Trials are binomial, the posterior is Laplace's, and
the four parameters are averaged over 54 settings by their evidence. What is reported are quantiles
of this mixture: the median, because the mean is badly biased near 1, and the 95 % bounds.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from niah.statistics import FloatGrid, Grid
from niah.statistics.chains import Fit, Kernels, covariance, draw_logits, fit, kernels, sigmoid

ESTIMATOR = "pooled map, version 1"
"""Raised whenever the same trials give another map."""

PRIOR_MEAN = 2.2
"""Prior logit of an accuracy: 90 %."""

PRIOR_VARIANCE = 4.0
"""Prior variance of the map's overall level, in squared logits."""

Setting = tuple[float, float, float, float]
"""Kernel parameters: s2, l1 along the lengths, l2 along the depths, g."""

SETTINGS: tuple[Setting, ...] = tuple(
    itertools.product((1.0, 6.0, 30.0), (0.3, 1.2), (0.3, 1.2, 6.0), (0.02, 0.6, 4.0))
)
"""Smooth variances from near-flat maps to cliffs, cells' own variances from none to anything."""

OWN_PART_ODDS = 2.0
"""Prior odds of the largest g. Where there are too few repeats to tell a cell's own part from
chance, the intervals of an unstructured map must not be those of a smooth one."""

NEAR_CERTAIN = 0.99
"""A bound beyond this (or below its complement) is widened to 1 (or 0) where no trial speaks
against it: a logit never reaches a recall of exactly 1, and readers do."""

LEAST_WEIGHT = 0.02
"""Settings with less than this share of the best one's weight are dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posterior:
    """The kept settings of a fit and their shares of the evidence.

    Attributes:
        prior: Their kernels, along the longer axis of the grid.
        fitted: Their fits.
        kept: Indexes of the kept settings.
        shares: Their weights, adding up to 1.
        transposed: Whether the fit's first axis is the depths.
    """

    prior: Kernels
    fitted: Fit
    kept: NDArray[np.int64]
    shares: NDArray[np.float64]
    transposed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledMap:
    """The pooled estimate of every cell, those without a trial included.

    Arrays have shape (depths, lengths). A pooled map is never mixed with raw accuracies: whoever
    shows it says "pooled".

    Attributes:
        accuracy: Posterior median.
        lower, upper: Bounds of the 95 % credible interval, 0 or 1 where certainty is possible.
        logit_mean, logit_sd: Of the posterior in logits.
        sums, n: Sum of the scores and scored trials.
        repeat_share: Share of the trials in cells that already had one. Below 0.15 the intervals
            hold only for maps whose neighbours resemble each other: say so beside the map.
        posterior: What `draw_maps` and the choice of further trials need.
    """

    accuracy: FloatGrid
    lower: FloatGrid
    upper: FloatGrid
    logit_mean: FloatGrid
    logit_sd: FloatGrid
    sums: FloatGrid
    n: NDArray[np.int64]
    repeat_share: float
    posterior: Posterior


def pool_grid(grid: Grid) -> PooledMap:
    """The pooled map of a measured grid, on the ranks of its lengths and depths."""
    sums = np.where(grid.n > 0, grid.accuracy, 0.0) * grid.n
    return pool(sums, grid.n)


def pool(
    sums: ArrayLike,
    n: ArrayLike,
    *,
    depth_positions: ArrayLike | None = None,
    length_positions: ArrayLike | None = None,
    settings: tuple[Setting, ...] = SETTINGS,
) -> PooledMap:
    """The pooled map from sums of scores and numbers of scored trials.

    Partial credit enters as a fraction of a success.

    Args:
        sums: Sum of the scores of each cell, shape (depths, lengths), in [0, n].
        n: Scored trials of each cell, same shape; 0 = not measured.
        depth_positions, length_positions: Strictly ascending places of the rows and columns; only
            their ratios matter. Default: their ranks, so that a logarithmic grid is even.
        settings: Kernel parameters to average over.

    Raises:
        ValueError: if shapes differ, a sum is not in [0, n], or positions do not ascend.
    """
    counts = np.asarray(n, np.int64)
    totals = np.asarray(sums, np.float64)
    if counts.ndim != 2 or 0 in counts.shape or totals.shape != counts.shape:
        raise ValueError(
            f"sums and n must be equal, not empty, two-dimensional shapes, got {totals.shape} "
            f"and {counts.shape}"
        )
    if (counts < 0).any() or not ((totals >= -1e-9) & (totals <= counts + 1e-9)).all():
        raise ValueError("every sum of scores must be between 0 and the cell's number of trials")
    depths = _scaled(depth_positions, counts.shape[0])
    lengths = _scaled(length_positions, counts.shape[1])
    transposed = depths.size > lengths.size
    if transposed:
        settings = tuple((s2, l2, l1, g) for s2, l1, l2, g in settings)
        axes, turned_sums, turned_n = (depths, lengths), totals, counts
    else:
        axes, turned_sums, turned_n = (lengths, depths), totals.T, counts.T
    prior = kernels(*axes, settings, prior_mean=PRIOR_MEAN, level_variance=PRIOR_VARIANCE)
    fitted = fit(prior, np.clip(turned_sums, 0, turned_n), turned_n.astype(np.float64))

    own = np.array([setting[3] for setting in settings])
    log_weight = fitted.log_evidence + np.log(OWN_PART_ODDS) * (own == own.max())
    evidence = np.exp(log_weight - log_weight.max())
    kept = np.flatnonzero(evidence >= LEAST_WEIGHT)
    shares = evidence[kept] / evidence[kept].sum()
    modes, deviations = fitted.mode[kept], np.sqrt(fitted.variance[kept])
    mean = np.tensordot(shares, modes, axes=1)
    variance = np.tensordot(shares, deviations**2 + (modes - mean) ** 2, axes=1)
    logits = [
        _mixture_quantile(probability, shares, modes, deviations)
        for probability in (0.5, 0.025, 0.975)
    ]
    maps = [sigmoid(logit) for logit in logits] + [mean, np.sqrt(variance)]
    if not transposed:
        maps = [turned.T for turned in maps]
    lower = np.where((maps[1] < 1 - NEAR_CERTAIN) & (totals <= 0), 0.0, maps[1])
    upper = np.where((maps[2] > NEAR_CERTAIN) & (totals >= counts), 1.0, maps[2])
    return PooledMap(
        accuracy=maps[0],
        lower=lower,
        upper=upper,
        logit_mean=maps[3],
        logit_sd=maps[4],
        sums=np.clip(totals, 0, counts),
        n=counts,
        repeat_share=float(np.maximum(counts - 1, 0).sum() / max(1, counts.sum())),
        posterior=Posterior(
            prior=prior, fitted=fitted, kept=kept, shares=shares, transposed=transposed
        ),
    )


def draw_maps(pooled: PooledMap, count: int, seed: int) -> FloatGrid:
    """Accuracy maps drawn from the posterior, shape (count, depths, lengths).

    Each kept setting contributes in proportion to its evidence; the same seed gives the same
    draws.
    """
    generator = np.random.default_rng(seed)
    posterior = pooled.posterior
    shares = generator.multinomial(count, posterior.shares)
    logits = np.concatenate(
        [
            draw_logits(posterior.prior, posterior.fitted, int(kind), int(share), generator)
            for kind, share in zip(posterior.kept, shares, strict=True)
            if share
        ]
    )
    return sigmoid(logits if posterior.transposed else logits.transpose(0, 2, 1))


def normal_probability(z: FloatGrid) -> FloatGrid:
    """P(Z <= z) of a standard normal Z, to 1e-7.

    Source: Abramowitz and Stegun (1964), Handbook of Mathematical Functions, 26.2.17.
    """
    t = 1 / (1 + 0.2316419 * np.abs(z))
    series = t * (
        0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429)))
    )
    tail = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) * series
    result: FloatGrid = np.where(z > 0, 1 - tail, tail)
    return result


def logit_covariance(pooled: PooledMap, *, least_share: float = 0.05) -> NDArray[np.float64]:
    """Posterior covariance of the logits, cells counted row by row of (depths, lengths).

    Only settings with at least ``least_share`` of the evidence enter (always the best one); what
    they disagree about counts as variance too.
    """
    posterior = pooled.posterior
    major = posterior.shares >= min(least_share, float(posterior.shares.max()))
    kinds = posterior.kept[major]
    shares = posterior.shares[major] / posterior.shares[major].sum()
    total = np.tensordot(shares, covariance(posterior.prior, posterior.fitted, kinds), axes=1)
    modes = posterior.fitted.mode[kinds].reshape(kinds.size, -1)
    apart = modes - shares @ modes
    total += (shares[:, None] * apart).T @ apart
    if posterior.transposed:
        return np.asarray(total)
    depths, lengths = pooled.n.shape
    order = np.arange(depths * lengths).reshape(lengths, depths).T.ravel()
    return np.asarray(total[np.ix_(order, order)])


def _mixture_quantile(
    probability: float, shares: FloatGrid, means: FloatGrid, deviations: FloatGrid
) -> FloatGrid:
    """Quantile of a mixture of normals in every cell, by bisection."""
    low = (means - 6 * deviations).min(axis=0)
    high = (means + 6 * deviations).max(axis=0)
    for _ in range(40):
        middle = (low + high) / 2
        below = np.tensordot(shares, normal_probability((middle - means) / deviations), axes=1)
        low, high = (
            np.where(below < probability, middle, low),
            np.where(below < probability, high, middle),
        )
    quantile: FloatGrid = (low + high) / 2
    return quantile


def _scaled(positions: ArrayLike | None, size: int) -> FloatGrid:
    if positions is None:
        return np.linspace(0.0, 1.0, size) if size > 1 else np.zeros(1)
    places = np.asarray(positions, np.float64)
    if places.shape != (size,) or not (np.diff(places) > 0).all():
        raise ValueError(f"positions must be {size} strictly ascending numbers, got {places}")
    return (places - places[0]) / (places[-1] - places[0]) if size > 1 else np.zeros(1)
