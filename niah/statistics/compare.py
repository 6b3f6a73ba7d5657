"""Two sweeps: do they differ, by how much, and where."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from niah.statistics import CountGrid, FloatGrid
from niah.statistics.differences import (
    Difference,
    cell_means,
    cell_of,
    mean_difference,
    pair_trials,
    score,
    scored,
)
from niah.statistics.intervals import CONFIDENCE, Estimate
from niah.statistics.margins import pooled_margins
from niah.statistics.pooled import pool
from niah.statistics.scan import Region, scan
from niah.statistics.scores import shares_haystack, sweep_estimate
from niah.store import TrialRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One sweep (second) against another (first), on the cells that both measured.

    Arrays have shape (depths, lengths) over the axes below.

    Attributes:
        paired: Whether trials were compared with their twins: same cell, repeat, seed, answers.
        pairing: The same in one sentence.
        first, second: Accuracies on the compared trials.
        difference: Second minus first, on the compared trials.
        pooled_difference: The same of both pooled maps' means over all of their cells, each
            weighing the same however many trials it had; None when their cells differ.
        only_first: Pairs that the first scored higher; 0 when unpaired.
        only_second: Pairs that the second scored higher; 0 when unpaired.
        mcnemar_p: Exact two-sided p value of McNemar's test; None when unpaired.
        context_lengths, depth_percents: Ascending axes of the cells that both measured.
        cell_difference: Second minus first; NaN = not measured by both.
        cell_n: Pairs, or trials of the smaller side when unpaired.
        overall_p: p value of the whole grid in the scan, corrected for all regions looked at.
        regions: Regions that differ significantly, smallest p first; the whole grid not included.
        significant: True in the cells of these regions.
        pooled_first, pooled_second: Those means.
        shares_haystacks: Whether trials share haystacks: the difference's interval then speaks of
            other haystacks too, the tests of pairs and regions of these alone.
    """

    paired: bool
    pairing: str
    first: Estimate
    second: Estimate
    difference: Difference
    only_first: int
    only_second: int
    mcnemar_p: float | None
    context_lengths: NDArray[np.int64]
    depth_percents: FloatGrid
    cell_difference: FloatGrid
    cell_n: CountGrid
    overall_p: float
    regions: tuple[Region, ...]
    significant: NDArray[np.bool_]
    pooled_difference: Difference | None = None
    pooled_first: Estimate | None = None
    pooled_second: Estimate | None = None
    shares_haystacks: bool = False

    @property
    def local(self) -> bool:
        """Whether regions differ although the mean over the whole does not tell the two apart."""
        return bool(self.significant.any()) and self.difference.lower <= 0 <= self.difference.upper


def compare(
    first: Iterable[TrialRecord],
    second: Iterable[TrialRecord],
    *,
    may_pair: bool = True,
    seed: int = 0,
) -> Comparison:
    """Compares two sweeps, each the trials of one model and task.

    Paired, the difference is the mean over pairs; unpaired, the mean over the cells that both
    measured of the difference of cell means, and the scan pairs a cell's trials in order of
    repeat, which is as good as at random.

    Args:
        first, second: Records; only scored ones enter.
        may_pair: False = equal seeds mean nothing, because task or haystack differ.
        seed: Of the scan's sign flips.
    """
    left, right = scored(first), scored(second)
    pairs, paired = pair_trials(left, right, may_pair=may_pair)
    depths = sorted({pair[0].depth_percent for pair in pairs})
    lengths = sorted({pair[0].context_length for pair in pairs})
    row = {depth: i for i, depth in enumerate(depths)}
    column = {length: j for j, length in enumerate(lengths)}
    rows = np.array([row[a.depth_percent] for a, _ in pairs], np.int64)
    columns = np.array([column[a.context_length] for a, _ in pairs], np.int64)
    change = np.array([score(b) - score(a) for a, b in pairs], np.float64)

    cells = {(a.depth_percent, a.context_length) for a, _ in pairs}
    if paired:
        kept_left, kept_right = [a for a, _ in pairs], [b for _, b in pairs]
    else:
        kept_left = [r for r in left if cell_of(r) in cells]
        kept_right = [r for r in right if cell_of(r) in cells]
    shape = (len(depths), len(lengths))
    cell_difference, cell_n = np.full(shape, np.nan), np.zeros(shape, np.int64)
    left_means, right_means = cell_means(kept_left), cell_means(kept_right)
    for cell in cells:
        index = row[cell[0]], column[cell[1]]
        (mean_a, n_a), (mean_b, n_b) = left_means[cell], right_means[cell]
        cell_difference[index], cell_n[index] = mean_b - mean_a, min(n_a, n_b)

    found = scan(rows, columns, change, shape, seed=seed)
    significant = np.zeros(shape, bool)
    for region in found.regions:
        significant[region.rows, region.columns] = True
    pooled = _pooled_means(left, right)
    lost, won = int((change < 0).sum()), int((change > 0).sum())
    return Comparison(
        paired=paired,
        pairing=(
            f"paired: {len(pairs):,} trials with the same cell, repeat, seed and answers"
            if paired
            else "not paired: "
            + ("too few trials share seed and answers" if may_pair else "not the same trials")
            + f"; {len(cells):,} cells that both measured are compared"
        ),
        first=sweep_estimate(kept_left),
        second=sweep_estimate(kept_right),
        difference=mean_difference(pairs, kept_left, kept_right, paired, CONFIDENCE),
        pooled_difference=None if pooled is None else _pooled_difference(*pooled),
        pooled_first=None if pooled is None else pooled[0],
        pooled_second=None if pooled is None else pooled[1],
        only_first=lost if paired else 0,
        only_second=won if paired else 0,
        mcnemar_p=mcnemar(lost, won) if paired else None,
        context_lengths=np.array(lengths, np.int64),
        depth_percents=np.array(depths, np.float64),
        cell_difference=cell_difference,
        cell_n=cell_n,
        overall_p=found.overall_p,
        regions=found.regions,
        significant=significant & (cell_n > 0),
        shares_haystacks=any(shares_haystack(a) for a, _ in pairs),
    )


def _pooled_means(
    left: Sequence[TrialRecord], right: Sequence[TrialRecord]
) -> tuple[Estimate, Estimate] | None:
    """Both maps' means; None where their cells differ."""
    if not left or not right or _axes(left) != _axes(right):
        return None
    return _pooled_mean(left), _pooled_mean(right)


def _pooled_difference(a: Estimate, b: Estimate) -> Difference:
    """Second mean minus first, their own intervals put together (Newcombe's method 10)."""
    value = b.value - a.value
    return Difference(
        value=value,
        lower=value - math.hypot(b.value - b.lower, a.upper - a.value),
        upper=value + math.hypot(b.upper - b.value, a.value - a.lower),
        n=a.n + b.n,
        method="pooled maps, every cell weighing the same, Newcombe",
    )


def _pooled_mean(records: Sequence[TrialRecord]) -> Estimate:
    depths, lengths = _axes(records)
    sums, n = np.zeros((len(depths), len(lengths))), np.zeros((len(depths), len(lengths)), np.int64)
    for record in records:
        cell = depths.index(record.depth_percent), lengths.index(record.context_length)
        sums[cell] += score(record)
        n[cell] += 1
    return pooled_margins(pool(sums, n), lengths, depths).accuracy


def _axes(records: Sequence[TrialRecord]) -> tuple[list[float], list[int]]:
    return (
        sorted({record.depth_percent for record in records}),
        sorted({record.context_length for record in records}),
    )


def mcnemar(lost: int, won: int) -> float:
    """The exact two-sided p value of McNemar's test from the pairs that differ.

    With partial credit the counts are those of the sign test: pairs that one side scored higher.

    Source: McNemar (1947); exact form: the binomial test of lost among lost + won at 1/2.
    """
    total, fewer = lost + won, min(lost, won)
    term = tail = 1
    for k in range(1, fewer + 1):
        term = term * (total - k + 1) // k
        tail += term
    return min(1.0, 2 * tail / 2**total) if total else 1.0
