"""A pooled map along its axes: per length, per depth, overall; every cell weighs the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from niah.statistics import FloatGrid
from niah.statistics.effective import EffectiveLength, Rule, held_lengths
from niah.statistics.grids import Marginal
from niah.statistics.intervals import Estimate
from niah.statistics.pooled import PooledMap, draw_maps

DRAWS = 1000
METHOD = "pooled map"


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledMargins:
    """Means of a pooled map, with 95 % credible intervals from draws of its posterior.

    Attributes:
        accuracy: Over all cells.
        by_length: Per context length.
        by_depth: Per depth.
        length_draws: Accuracies per length of maps drawn from the posterior, shape (draws,
            lengths): what is said about several lengths at once rests on these.
    """

    accuracy: Estimate
    by_length: Marginal
    by_depth: Marginal
    length_draws: FloatGrid


def pooled_margins(
    pooled: PooledMap, context_lengths: ArrayLike, depth_percents: ArrayLike, *, seed: int = 0
) -> PooledMargins:
    """The margins of a pooled map.

    A value is the mean of the map's own cells, so that figure and margin agree; the bounds are
    quantiles of the same mean over draws, widened where needed to contain the value.

    Args:
        pooled: A map of shape (depths, lengths).
        context_lengths, depth_percents: Its axes.
        seed: Of the draws.
    """
    draws = draw_maps(pooled, DRAWS, seed)
    value = float(pooled.accuracy.mean())
    lower, upper = _bounds(draws.mean(axis=(1, 2)), np.array(value))
    return PooledMargins(
        accuracy=Estimate(
            value=value,
            lower=float(lower),
            upper=float(upper),
            n=int(pooled.n.sum()),
            method=METHOD,
        ),
        by_length=_margin(pooled, draws, context_lengths, axis=0),
        by_depth=_margin(pooled, draws, depth_percents, axis=1),
        length_draws=draws.mean(axis=1),
    )


def pooled_effective_length(margins: PooledMargins, rule: Rule) -> EffectiveLength:
    """The effective context length of a pooled map, with a 95 % credible interval.

    The rule is applied to the map's own lengths for the value and to each drawn map's for the
    ends, which are widened where needed to contain the value. Every length has a pooled accuracy,
    those without a trial included.
    """
    lengths = [int(length) for length in margins.by_length.axis]
    held = held_lengths(margins.by_length.accuracy, rule.threshold)
    drawn = np.sort(held_lengths(margins.length_draws, rule.threshold))
    tail = int(0.025 * drawn.size)
    value, lower, upper = (
        lengths[int(count) - 1] if count else None
        for count in (held, min(held, drawn[tail]), max(held, drawn[-1 - tail]))
    )
    return EffectiveLength(
        rule=rule,
        value=value,
        lower=lower,
        upper=upper,
        shortest_tested=lengths[0],
        longest_tested=lengths[-1],
        untested=(),
        method="the rule applied to the pooled map and to draws of its posterior",
    )


def _margin(pooled: PooledMap, draws: FloatGrid, places: ArrayLike, axis: int) -> Marginal:
    value = pooled.accuracy.mean(axis=axis)
    lower, upper = _bounds(draws.mean(axis=axis + 1), value)
    return Marginal(
        axis=np.asarray(places, np.float64),
        accuracy=value,
        lower=lower,
        upper=upper,
        n=pooled.n.sum(axis=axis),
        methods=(METHOD,) * value.size,
    )


def _bounds(draws: FloatGrid, value: FloatGrid) -> tuple[FloatGrid, FloatGrid]:
    lower, upper = np.quantile(draws, [0.025, 0.975], axis=0)
    return np.minimum(lower, value), np.maximum(upper, value)
