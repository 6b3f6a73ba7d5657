"""RULER's averages: over tasks at each length, over lengths with weights that rise or fall.

Source: Hsieh et al. (2024), RULER: What's the Real Context Size of Your Long-Context Language
Models?, section 4.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np

from niah.statistics.grids import Marginal
from niah.statistics.intervals import Estimate

Weighting = Literal["equal", "increasing", "decreasing"]


def task_average(by_task: Sequence[Marginal]) -> Marginal:
    """The mean accuracy over tasks at each length, every task weighing the same.

    A length at which some task was not measured has no average: NaN and n = 0. The tasks'
    intervals are put together as of independent numbers.

    Args:
        by_task: Accuracy per context length of each task, all on the same lengths.

    Raises:
        ValueError: if there is no task, or the tasks' lengths differ.
    """
    if not by_task or any(not np.array_equal(m.axis, by_task[0].axis) for m in by_task):
        raise ValueError("an average over tasks needs at least one task, all on the same lengths")
    accuracy = np.array([m.accuracy for m in by_task])
    lower, upper = np.array([m.lower for m in by_task]), np.array([m.upper for m in by_task])
    n = np.array([m.n for m in by_task])
    mean = accuracy.mean(axis=0)
    below = np.sqrt(((accuracy - lower) ** 2).sum(axis=0)) / len(by_task)
    above = np.sqrt(((upper - accuracy) ** 2).sum(axis=0)) / len(by_task)
    return Marginal(
        axis=by_task[0].axis,
        accuracy=mean,
        lower=mean - below,
        upper=mean + above,
        n=np.where((n > 0).all(axis=0), n.sum(axis=0), 0),
        methods=(f"mean of {len(by_task)} tasks",) * mean.size,
    )


def length_average(by_length: Marginal, weighting: Weighting = "equal") -> Estimate:
    """The mean over the measured lengths, with weights 1, 2, ... that rise or fall with length.

    Args:
        by_length: Accuracy per context length, ascending.
        weighting: ``increasing`` favours long contexts, ``decreasing`` short ones.
    """
    measured = by_length.n > 0
    count = int(np.count_nonzero(measured))
    if not count:
        return Estimate(value=math.nan, lower=math.nan, upper=math.nan, n=0, method="not measured")
    ranks = np.arange(1.0, count + 1)
    weights = {"equal": np.ones(count), "increasing": ranks, "decreasing": ranks[::-1]}[weighting]
    accuracy = by_length.accuracy[measured]
    total = float(weights.sum())
    value = float(weights @ accuracy) / total  # divided last, so that a mean of ones is one
    below = float(np.linalg.norm(weights * (accuracy - by_length.lower[measured]))) / total
    above = float(np.linalg.norm(weights * (by_length.upper[measured] - accuracy))) / total
    return Estimate(
        value=value,
        lower=value - below,
        upper=value + above,
        n=int(by_length.n.sum()),
        method=f"mean of {count} lengths, {weighting} weights",
    )
