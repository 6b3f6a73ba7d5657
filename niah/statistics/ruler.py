"""RULER's averages: over tasks at each length, over lengths with weights that rise or fall.

Source: Hsieh et al. (2024), RULER: What's the Real Context Size of Your Long-Context Language
Models?, section 4.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from niah.statistics import FloatGrid
from niah.statistics.grids import Marginal
from niah.statistics.intervals import Estimate, replicate_half_width
from niah.statistics.margins import PooledMargins, pooled_weighted_mean
from niah.statistics.scores import replicate_of, score_of, shares_haystack
from niah.store import TrialRecord

Weighting = Literal["equal", "increasing", "decreasing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Averages:
    """The averages over lengths of one sweep, by their weights."""

    equal: Estimate
    increasing: Estimate
    decreasing: Estimate


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

    Its interval takes the lengths as independent; see `pooled_averages` for those that are not.

    Args:
        by_length: Accuracy per context length, ascending.
        weighting: ``increasing`` favours long contexts, ``decreasing`` short ones.
    """
    measured = by_length.n > 0
    count = int(np.count_nonzero(measured))
    if not count:
        return Estimate(value=math.nan, lower=math.nan, upper=math.nan, n=0, method="not measured")
    value, lower, upper = _independent_mean(
        np.array([by_length.accuracy, by_length.lower, by_length.upper])[:, measured],
        _weights(count, weighting),
    )
    return Estimate(
        value=value,
        lower=lower,
        upper=upper,
        n=int(by_length.n.sum()),
        method=f"mean of {count} lengths, {weighting} weights",
    )


def averages_of(by_length: Marginal) -> Averages:
    """The averages of a sweep whose lengths are independent."""
    return _each(partial(length_average, by_length))


def pooled_averages(margins: PooledMargins) -> Averages:
    """The averages of a pooled map over the lengths with a scored trial.

    The lengths of one map are estimated from each other, so their errors do not cancel as those of
    independent numbers do: the intervals are made from draws of the whole map.
    """
    measured = margins.by_length.n > 0

    def average(weighting: Weighting) -> Estimate:
        weights = np.zeros(measured.size)
        weights[measured] = _weights(int(np.count_nonzero(measured)), weighting)
        return pooled_weighted_mean(margins, weights)

    return _each(average)


def measured_averages(records: Iterable[TrialRecord], by_length: Marginal) -> Averages:
    """The averages of a sweep's own trials, with the interval that their design allows.

    Where trials share haystacks, the lengths share them too: a t interval over the replicates, of
    which each has to have all measured lengths; otherwise as `averages_of`.

    Args:
        records: Trials of one model and task.
        by_length: Their accuracy per context length.
    """
    lengths = [int(length) for length in by_length.axis[by_length.n > 0]]
    scores: defaultdict[tuple[str, str], defaultdict[int, list[float]]] = defaultdict(
        lambda: defaultdict(list)
    )
    shared = False
    for record in records:
        score = score_of(record)
        if score is not None:
            scores[replicate_of(record)][record.context_length].append(score)
            shared = shared or shares_haystack(record)
    whole = all(set(of) == set(lengths) for of in scores.values())
    if not shared or not whole or len(scores) < 2:
        return averages_of(by_length)
    means = np.array([[np.mean(scores[name][at]) for at in lengths] for name in sorted(scores)])

    def average(weighting: Weighting) -> Estimate:
        plain = length_average(by_length, weighting)
        weights = _weights(len(lengths), weighting)
        of_replicates = (means @ weights) / weights.sum()
        half = replicate_half_width(of_replicates)
        if half is None:
            return plain
        return replace(
            plain,
            lower=max(0.0, plain.value - half),
            upper=min(1.0, plain.value + half),
            method=f"{plain.method}, t over {len(means)} replicates",
        )

    return _each(average)


def mean_of_averages(by_task: Sequence[Averages]) -> Averages:
    """The mean over tasks of each average, every task weighing the same.

    The tasks' intervals are put together as of independent numbers.
    """

    def mean(averages: Sequence[Estimate]) -> Estimate:
        value, lower, upper = _independent_mean(
            np.array([(one.value, one.lower, one.upper) for one in averages]).T,
            np.ones(len(averages)),
        )
        return Estimate(
            value=value,
            lower=lower,
            upper=upper,
            n=sum(one.n for one in averages),
            method=f"mean of {len(averages)} tasks",
        )

    return Averages(
        equal=mean([one.equal for one in by_task]),
        increasing=mean([one.increasing for one in by_task]),
        decreasing=mean([one.decreasing for one in by_task]),
    )


def _each(average: Callable[[Weighting], Estimate]) -> Averages:
    return Averages(
        equal=average("equal"),
        increasing=average("increasing"),
        decreasing=average("decreasing"),
    )


def _independent_mean(numbers: FloatGrid, weights: FloatGrid) -> tuple[float, float, float]:
    """A weighted mean of independent numbers with its bounds, whose distances add in squares.

    Args:
        numbers: Values, lower and upper bounds, shape (3, numbers).
        weights: Of each number.
    """
    values, lower, upper = numbers
    total = float(weights.sum())
    value = float(weights @ values) / total  # divided last, so that a mean of ones is one
    below = float(np.linalg.norm(weights * (values - lower))) / total
    above = float(np.linalg.norm(weights * (upper - values))) / total
    return value, value - below, value + above


def _weights(count: int, weighting: Weighting) -> FloatGrid:
    ranks = np.arange(1.0, count + 1)
    return {"equal": np.ones(count), "increasing": ranks, "decreasing": ranks[::-1]}[weighting]
