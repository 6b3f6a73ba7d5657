"""Where in the context facts are lost: primacy, recency, middle dip, trend with length."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from niah.statistics.differences import Difference
from niah.statistics.intervals import jeffreys, replicate_half_width
from niah.statistics.scores import (
    BALANCED_SHARE,
    LEAST_REPLICATES,
    TOO_NARROW,
    replicate_of,
    score_of,
    shares_haystack,
)
from niah.store import TrialRecord

START_PERCENT = 20.0
MIDDLE_PERCENT = (40.0, 60.0)
END_PERCENT = 80.0

_Cell = tuple[float, int]
_Weights = dict[_Cell, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionStatistics:
    """Contrasts of a sweep's cells, each with its interval; NaN = the grid has no such cells.

    Means are over cells, each length weighing the same; a length counts when both sides of a
    contrast were measured there.

    Attributes:
        primacy: Accuracy at depths up to 20 % minus that at depths of 40-60 %.
        recency: Accuracy at depths from 80 % minus that at depths of 40-60 %.
        middle_dip: Mean of both ends minus the middle.
        length_trend: Least-squares slope of the accuracy per doubling of the context length.
    """

    primacy: Difference
    recency: Difference
    middle_dip: Difference
    length_trend: Difference


def by_name(positions: PositionStatistics) -> dict[str, Difference]:
    """The four statistics by their names, in the order in which they are read."""
    return {name: getattr(positions, name) for name in PositionStatistics.__slots__}


def position_statistics(records: Iterable[TrialRecord]) -> PositionStatistics:
    """The position statistics of one sweep's trials."""
    scored = [r for r in records if score_of(r) is not None]
    return PositionStatistics(
        primacy=_estimate(scored, lambda cells: _depth_contrast(cells, 1.0, 0.0)),
        recency=_estimate(scored, lambda cells: _depth_contrast(cells, 0.0, 1.0)),
        middle_dip=_estimate(scored, lambda cells: _depth_contrast(cells, 0.5, 0.5)),
        length_trend=_estimate(scored, _length_slope),
    )


def _estimate(
    records: Sequence[TrialRecord], contrast: Callable[[Iterable[_Cell]], _Weights]
) -> Difference:
    """The value of a contrast, with an interval that keeps to what the contrast can be.

    Where trials share haystacks, a t interval over the replicates that cover the cells, cut to
    that range, which takes nothing from its coverage. Otherwise the interval of a difference of
    two means from those of each.
    """
    cells = _by_cell(records)
    weights = contrast(cells)
    if not weights:
        return Difference(
            value=math.nan, lower=math.nan, upper=math.nan, n=0, method="no such cells"
        )
    value = _apply(weights, cells)
    n = sum(len(cells[cell]) for cell in weights)
    shared = any(map(shares_haystack, records))
    found = _over_replicates(records, cells, contrast) if shared else None
    lower, upper, method = found or _of_two_means(weights, cells)
    if shared and found is None:
        method += f" ({TOO_NARROW})"
    most = _scale(weights)
    return Difference(
        value=value, lower=max(-most, lower), upper=min(most, upper), n=n, method=method
    )


def _over_replicates(
    records: Sequence[TrialRecord],
    cells: Mapping[_Cell, Sequence[float]],
    contrast: Callable[[Iterable[_Cell]], _Weights],
) -> tuple[float, float, str] | None:
    """A t interval, or None where too few replicates cover the cells, or all agree exactly."""
    replicates: defaultdict[tuple[str, str], list[TrialRecord]] = defaultdict(list)
    for record in records:
        replicates[replicate_of(record)].append(record)
    parts = [_by_cell(part) for part in replicates.values()]
    if len(parts) < LEAST_REPLICATES or any(
        len(part) < BALANCED_SHARE * len(cells) for part in parts
    ):
        return None
    own = [(_apply(found, part)) for part in parts if (found := contrast(part))]
    half = replicate_half_width(own)
    if half is None:
        return None
    value = _apply(contrast(cells), cells)
    return value - half, value + half, f"t over {len(own)} replicates"


def _of_two_means(
    weights: _Weights, cells: Mapping[_Cell, Sequence[float]]
) -> tuple[float, float, str]:
    """The interval of a difference of two weighted means from the interval of each.

    Each mean's is Jeffreys' for as many equal trials as its variance is worth; in that variance
    each cell has one success and one failure added, so that a few equal scores do not pass for
    certainty (as Agresti and Coull's interval). The bounds cannot leave what a difference can be.

    Source: the square-and-add rule of Newcombe (1998), Interval estimation for the difference
    between independent proportions, method 10; for weighted means Zou and Donner (2008),
    Construction of confidence limits about effect measures.
    """
    scale = _scale(weights)
    (plus, low_plus, high_plus), (minus, low_minus, high_minus) = (
        _mean_interval({c: abs(w) / scale for c, w in weights.items() if w * sign > 0}, cells)
        for sign in (1, -1)
    )
    value = plus - minus
    lower = value - math.hypot(plus - low_plus, high_minus - minus)
    upper = value + math.hypot(high_plus - plus, minus - low_minus)
    return scale * lower, scale * upper, "square-and-add of Jeffreys' bounds"


def _mean_interval(
    weights: _Weights, cells: Mapping[_Cell, Sequence[float]]
) -> tuple[float, float, float]:
    """A weighted mean of cells with its bounds; the weights sum to 1."""
    mean = min(1.0, max(0.0, _apply(weights, cells)))
    smooth = variance = 0.0
    for cell, weight in weights.items():
        n = len(cells[cell])
        share = (math.fsum(cells[cell]) + 1) / (n + 2)
        smooth += weight * share
        # Without the divisor the variance would be too small on average where the share is 1/2.
        variance += weight**2 * share * (1 - share) / n / (1 - n / (n + 2) ** 2)
    worth = smooth * (1 - smooth) / variance
    lower, upper = jeffreys(mean * worth, worth)
    return mean, lower, upper


def _scale(weights: _Weights) -> float:
    """The sum of the positive weights, and of the negative ones: the most a contrast can be."""
    return math.fsum(weight for weight in weights.values() if weight > 0)


def _by_cell(records: Iterable[TrialRecord]) -> dict[_Cell, list[float]]:
    cells: defaultdict[_Cell, list[float]] = defaultdict(list)
    for record in records:
        cells[record.depth_percent, record.context_length].append(score_of(record) or 0.0)
    return dict(cells)


def _apply(weights: Mapping[_Cell, float], cells: Mapping[_Cell, Sequence[float]]) -> float:
    return math.fsum(
        weight * math.fsum(cells[cell]) / len(cells[cell]) for cell, weight in weights.items()
    )


def _depth_contrast(cells: Iterable[_Cell], start: float, end: float) -> _Weights:
    by_length: defaultdict[int, list[float]] = defaultdict(list)
    for depth, length in cells:
        by_length[length].append(depth)
    usable: list[_Weights] = []
    for length, depths in by_length.items():
        parts = [
            (start, [d for d in depths if d <= START_PERCENT]),
            (end, [d for d in depths if d >= END_PERCENT]),
            (-1.0, [d for d in depths if MIDDLE_PERCENT[0] <= d <= MIDDLE_PERCENT[1]]),
        ]
        needed = [(share, members) for share, members in parts if share]
        if all(members for _, members in needed):
            usable.append(
                {(d, length): share / len(members) for share, members in needed for d in members}
            )
    return {cell: weight / len(usable) for part in usable for cell, weight in part.items()}


def _length_slope(cells: Iterable[_Cell]) -> _Weights:
    by_length: defaultdict[int, list[float]] = defaultdict(list)
    for depth, length in cells:
        by_length[length].append(depth)
    if len(by_length) < 2:
        return {}
    doublings = {length: math.log2(length) for length in by_length}
    middle = math.fsum(doublings.values()) / len(doublings)
    square = math.fsum((x - middle) ** 2 for x in doublings.values())
    return {
        (depth, length): (doublings[length] - middle) / square / len(depths)
        for length, depths in by_length.items()
        for depth in depths
    }
