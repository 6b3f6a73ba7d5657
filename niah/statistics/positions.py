"""Where in the context facts are lost: primacy, recency, middle dip, trend with length."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from niah.statistics.differences import Difference
from niah.statistics.intervals import CONFIDENCE, t_quantile
from niah.statistics.scores import BALANCED_SHARE, LEAST_REPLICATES, replicate_of, score_of
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
    """A t interval over replicates that cover the cells, else a normal one over trials.

    The normal one estimates each cell's variance from its trials with one success and one failure
    added, so that a few equal scores do not pass for certainty (as Agresti and Coull's interval).
    """
    cells = _by_cell(records)
    weights = contrast(cells)
    if not weights:
        return Difference(
            value=math.nan, lower=math.nan, upper=math.nan, n=0, method="no such cells"
        )
    value = _apply(weights, cells)
    n = sum(len(cells[cell]) for cell in weights)
    replicates: defaultdict[tuple[str, str], list[TrialRecord]] = defaultdict(list)
    for record in records:
        replicates[replicate_of(record)].append(record)
    parts = [_by_cell(part) for part in replicates.values()]
    if len(parts) >= LEAST_REPLICATES and all(
        len(part) >= BALANCED_SHARE * len(cells) for part in parts
    ):
        own = [(_apply(found, part)) for part in parts if (found := contrast(part))]
        mean = math.fsum(own) / len(own)
        error = math.sqrt(math.fsum((v - mean) ** 2 for v in own) / (len(own) - 1) / len(own))
        if error > 1e-12:
            half = t_quantile((1 + CONFIDENCE) / 2, len(own) - 1) * error
            return Difference(
                value=value,
                lower=value - half,
                upper=value + half,
                n=n,
                method=f"t over {len(own)} replicates",
            )
    variance = 0.0
    for cell, weight in weights.items():
        share = (math.fsum(cells[cell]) + 1) / (len(cells[cell]) + 2)
        variance += weight**2 * share * (1 - share) / len(cells[cell])
    half = t_quantile((1 + CONFIDENCE) / 2, 1e6) * math.sqrt(variance)
    return Difference(value=value, lower=value - half, upper=value + half, n=n, method="normal")


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
