"""When did a series of runs change? Binary segmentation with permutation tests.

A stretch of runs is cut where the two sides' weighted means differ most for their standard errors.
The cut is a change point when so large a difference is rare among random orders of the same runs,
which needs no assumption about their noise; then both sides are searched in turn.

Source: Scott and Knott (1974) and Vostrikova (1981), binary segmentation; Antoch and Huskova
(2001), Permutation tests in change point analysis.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from niah.statistics.intervals import Estimate

SIGNIFICANCE = 0.05
LEAST_RUNS = 2
"""A stretch of fewer runs is no level of its own."""
PERMUTATIONS = 1999
NUMBERS_AT_ONCE = 100_000
"""Random orders are drawn so many runs' worth at a time, so that memory does not grow with runs."""
_NORMAL_97_5 = 1.959963984540054

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A change point.

    Attributes:
        index: The first run of the new level.
        before, after: Weighted mean accuracies of the stretches that meet there.
        p: Of the permutation test; at least 1 / 2000.
    """

    index: int
    before: float
    after: float
    p: float


def change_points(
    estimates: Sequence[Estimate],
    *,
    significance: float = SIGNIFICANCE,
    permutations: int = PERMUTATIONS,
    seed: int = 0,
) -> list[Change]:
    """The change points of a series, in its order.

    Args:
        estimates: One per run, in order of time; runs without a scored trial are passed over.
        significance: Of each test. Only a stretch that has changed is searched further, so that
            a series without any change has one with this probability at most.
        permutations: Random orders per test.
        seed: Of the orders.
    """
    kept = [i for i, one in enumerate(estimates) if one.n > 0]
    value = np.array([estimates[i].value for i in kept], np.float64)
    error = np.array([_error(estimates[i]) for i in kept], np.float64)
    generator = np.random.default_rng(seed)
    cuts: list[tuple[int, float]] = []

    def search(start: int, stop: int) -> None:
        if stop - start < 2 * LEAST_RUNS:
            return
        found, p = _strongest(value[start:stop], error[start:stop], permutations, generator)
        if p > significance:
            return
        cuts.append((start + found, p))
        search(start, start + found)
        search(start + found, stop)

    search(0, len(kept))
    cuts.sort()
    edges = [0, *(cut for cut, _ in cuts), len(kept)]
    levels = [
        float(np.average(value[a:b], weights=error[a:b] ** -2)) for a, b in pairwise(edges) if b > a
    ]
    return [
        Change(index=kept[cut], before=levels[i], after=levels[i + 1], p=p)
        for i, (cut, p) in enumerate(cuts)
    ]


def _error(estimate: Estimate) -> float:
    """A standard error from an interval; never 0."""
    return max((estimate.upper - estimate.lower) / (2 * _NORMAL_97_5), 0.5 / (estimate.n + 1))


def _strongest(
    value: Floats, error: Floats, permutations: int, generator: np.random.Generator
) -> tuple[int, float]:
    """The best cut of a stretch, and how often a random order has one as good."""
    strengths = _strengths(value[None], error[None])[0]
    best = int(strengths.argmax())
    at_once = max(1, NUMBERS_AT_ONCE // value.size)
    as_good = 0
    for done in range(0, permutations, at_once):
        rows = min(at_once, permutations - done)
        orders = generator.permuted(np.tile(np.arange(value.size), (rows, 1)), axis=1)
        random = _strengths(value[orders], error[orders]).max(axis=1)
        as_good += int((random >= strengths[best] - 1e-12).sum())
    return best + LEAST_RUNS, (1 + as_good) / (1 + permutations)


def _strengths(value: Floats, error: Floats) -> Floats:
    """For each series (row) and each cut, the difference of the sides over its standard error."""
    weight = error**-2
    left, right = np.cumsum(weight, axis=1), np.cumsum(weight[:, ::-1], axis=1)[:, ::-1]
    total = value * weight
    left_sum, right_sum = np.cumsum(total, axis=1), np.cumsum(total[:, ::-1], axis=1)[:, ::-1]
    cuts = np.arange(LEAST_RUNS, value.shape[1] - LEAST_RUNS + 1)
    before, after = cuts - 1, cuts
    gap = left_sum[:, before] / left[:, before] - right_sum[:, after] / right[:, after]
    strengths: Floats = np.abs(gap) / np.sqrt(1 / left[:, before] + 1 / right[:, after])
    return strengths
