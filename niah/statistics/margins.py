"""A pooled map along its axes: per length, per depth, overall; every cell weighs the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from niah.statistics import CountGrid, FloatGrid
from niah.statistics.chains import sigmoid
from niah.statistics.effective import EffectiveLength, Rule, held_lengths
from niah.statistics.grids import Marginal
from niah.statistics.intervals import Estimate
from niah.statistics.pooled import PooledMap, draw_maps

DRAWS = 1000
METHOD = "pooled map"

WIDENED = 1.15
"""How much wider than the posterior's the margins' intervals are, in logits: the factor with which
they cover known maps as often as they claim. The fit pulls every length towards its neighbours,
and its own posterior knows nothing of that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledMargins:
    """Means of a pooled map, with 95 % credible intervals from draws of its posterior.

    Attributes:
        accuracy: Over all cells.
        by_length: Per context length.
        by_depth: Per depth.
        length_draws: Accuracies per length of maps drawn from the posterior and moved likewise,
            shape (draws, lengths): what is said about several lengths at once rests on these.
        length_means: The same as drawn, not moved: what a mean over lengths rests on.
        length_centres: Accuracies per length on which intervals of means over several lengths are
            centred, shape (centres, lengths): the map's own first.
        sums: Summed scores per context length.
    """

    accuracy: Estimate
    by_length: Marginal
    by_depth: Marginal
    length_draws: FloatGrid
    length_means: FloatGrid
    length_centres: FloatGrid
    sums: FloatGrid


def pooled_margins(
    pooled: PooledMap, context_lengths: ArrayLike, depth_percents: ArrayLike, *, seed: int = 0
) -> PooledMargins:
    """The margins of a pooled map.

    A value is the mean of the map's own cells, so that figure and margin agree; the bounds are
    quantiles of the same mean over draws, moved in logits so that their median is the value. Those
    of means over several lengths reach on to a second centre (`_centres`).

    Args:
        pooled: A map of shape (depths, lengths).
        context_lengths, depth_percents: Its axes.
        seed: Of the draws.
    """
    maps = draw_maps(pooled, DRAWS, seed)
    length_draws = _centred(maps.mean(axis=1), pooled.accuracy.mean(axis=0))
    means = maps.mean(axis=2)
    centres = _centres(pooled, maps, across_lengths=pooled.n.shape[1] > 1)
    depth_draws = [_centred(means, centre.mean(axis=1)) for centre in centres]
    return PooledMargins(
        accuracy=_mean(pooled, maps, np.ones(pooled.n.shape, np.bool_)),
        by_length=_margin(pooled, [length_draws], context_lengths, axis=0),
        by_depth=_margin(pooled, depth_draws, depth_percents, axis=1),
        length_draws=length_draws,
        length_means=maps.mean(axis=1),
        length_centres=np.array([centre.mean(axis=0) for centre in centres]),
        sums=pooled.sums.sum(axis=0),
    )


def pooled_mean(pooled: PooledMap, cells: NDArray[np.bool_], *, seed: int = 0) -> Estimate:
    """The mean of a pooled map over some of its cells, made as `pooled_margins` makes its own.

    Args:
        pooled: A map of shape (depths, lengths).
        cells: Which are meant, at least one, same shape.
        seed: Of the draws.
    """
    return _mean(pooled, draw_maps(pooled, DRAWS, seed), cells)


def pooled_weighted_mean(margins: PooledMargins, weights: FloatGrid) -> Estimate:
    """A weighted mean over the lengths of a pooled map, made as `pooled_margins` makes its own.

    Args:
        margins: Of the map.
        weights: Of each length, at least 0 and not all 0; a length of weight 0 is left out.
    """
    kept = weights > 0
    share = weights / weights.sum()
    value = float(weights @ margins.by_length.accuracy) / float(weights.sum())
    n = margins.by_length.n[kept].sum()
    means = margins.length_means @ share
    centres = margins.length_centres if kept.sum() > 1 else margins.length_centres[:1]
    draws = [_centred(means, centre @ share) for centre in centres]
    lower, upper = _bounds(draws, margins.sums[kept].sum(), n)
    return Estimate(value=value, lower=float(lower), upper=float(upper), n=int(n), method=METHOD)


def pooled_effective_length(margins: PooledMargins, rule: Rule) -> EffectiveLength:
    """The effective context length of a pooled map, with a 95 % credible interval.

    The rule is applied to the map's own lengths for the value and to each drawn map's for the
    ends, which are widened where needed to contain the value. A length without a scored trial is
    passed over: what its neighbours suggest of it is not a measurement.
    """
    tested = margins.by_length.n > 0
    lengths = [int(length) for length in margins.by_length.axis[tested]]
    held = held_lengths(margins.by_length.accuracy[tested], rule.threshold)
    drawn = np.sort(held_lengths(margins.length_draws[..., tested], rule.threshold))
    tail = int(0.025 * drawn.size)
    value, lower, upper = (
        lengths[int(count) - 1] if count else None
        for count in (held, min(held, drawn[tail]), max(held, drawn[-1 - tail]))
    )
    if rule.void:
        value = lower = upper = None
    return EffectiveLength(
        rule=rule,
        value=value,
        lower=lower,
        upper=upper,
        shortest_tested=lengths[0] if lengths else None,
        longest_tested=lengths[-1] if lengths else None,
        untested=tuple(int(length) for length in margins.by_length.axis[~tested]),
        method="the rule applied to the pooled map and to draws of its posterior",
    )


def _mean(pooled: PooledMap, maps: FloatGrid, cells: NDArray[np.bool_]) -> Estimate:
    value = float(pooled.accuracy[cells].mean())
    n = pooled.n[cells].sum()
    means = maps[:, cells].mean(axis=1)
    centres = _centres(pooled, maps, across_lengths=int(cells.any(axis=0).sum()) > 1)
    draws = [_centred(means, np.array(centre[cells].mean())) for centre in centres]
    lower, upper = _bounds(draws, pooled.sums[cells].sum(), n)
    return Estimate(value=value, lower=float(lower), upper=float(upper), n=int(n), method=METHOD)


def _centres(pooled: PooledMap, maps: FloatGrid, *, across_lengths: bool) -> list[FloatGrid]:
    """Maps on whose means intervals are centred: the map itself, for means over several lengths
    also one with every cell moved from its median to the mean of its draws, 4 p (1 - p) of the way.

    A mean of medians is somewhat high where long contexts have few trials and accuracies fall
    towards a half; a mean of means is too low near 1. The second map lies between, nearer to the
    right one of both. Its own mean is no better an estimate on every map, so that the value stays;
    an interval that reaches on to it makes up for misses that are nearly all on one side.
    """
    p = pooled.accuracy
    return [p, p + 4 * p * (1 - p) * (maps.mean(axis=0) - p)] if across_lengths else [p]


def _margin(
    pooled: PooledMap, draws: Sequence[FloatGrid], places: ArrayLike, axis: int
) -> Marginal:
    value = pooled.accuracy.mean(axis=axis)
    n = pooled.n.sum(axis=axis)
    lower, upper = _bounds(draws, pooled.sums.sum(axis=axis), n)
    return Marginal(
        axis=np.asarray(places, np.float64),
        accuracy=value,
        lower=lower,
        upper=upper,
        n=n,
        methods=(METHOD,) * value.size,
    )


def _centred(draws: FloatGrid, value: FloatGrid) -> FloatGrid:
    """Draws moved in logits so that their median is the value, and spread by `WIDENED`.

    A draw's mean over many cells near 1 is biased low like the posterior mean of each; the value
    is made of medians and is not. Left where they are, the draws' bounds cover four times in five.
    """
    return sigmoid(_logit(value) + WIDENED * (_logit(draws) - _logit(np.median(draws, axis=0))))


def _logit(share: FloatGrid) -> FloatGrid:
    inside = np.clip(share, 1e-12, 1 - 1e-12)
    result: FloatGrid = np.log(inside / (1 - inside))
    return result


def _bounds(
    draws: Sequence[FloatGrid], sums: FloatGrid, n: CountGrid
) -> tuple[FloatGrid, FloatGrid]:
    """Outermost quantiles; 1 where nothing failed and 0 where everything did, as Jeffreys' are.

    Neighbours pull a faultless length down by more than its own trials allow.
    """
    ends = np.array([np.quantile(some, [0.025, 0.975], axis=0) for some in draws])
    return (
        np.where((n > 0) & (sums <= 0), 0.0, ends[:, 0].min(axis=0)),
        np.where((n > 0) & (sums >= n), 1.0, ends[:, 1].max(axis=0)),
    )
