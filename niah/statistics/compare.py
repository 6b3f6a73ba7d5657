"""Two runs, or several: do they differ, by how much, and where."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from niah.statistics import CountGrid, FloatGrid
from niah.statistics.grids import score_of, sweep_estimate
from niah.statistics.intervals import CONFIDENCE, Estimate, jeffreys, t_quantile
from niah.statistics.scan import Region, scan
from niah.store import TrialRecord

PAIRED_SHARE = 0.5
"""Sweeps are compared by pairs when at least this share of the smaller one's trials has one."""

LEAST_REPLICATES = 3
"""Fewer replicates carry no t interval worth printing for a difference (df 1: 12.7 errors)."""

_Cell = tuple[float, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Second accuracy minus first, in [-1, 1].

    Attributes:
        value: NaN when nothing can be compared.
        lower, upper: Bounds of its interval.
        n: Pairs, or trials of both sides when unpaired.
        method: How value and interval were made, as a printable phrase.
    """

    value: float
    lower: float
    upper: float
    n: int
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One sweep (second) against another (first), on the cells that both measured.

    Arrays have shape (depths, lengths) over the axes below.

    Attributes:
        paired: Whether trials were compared with their twins: same cell, repeat, seed, answers.
        pairing: The same in one sentence.
        first, second: Accuracies on the compared trials.
        difference: Second minus first.
        only_first: Pairs that the first scored higher; 0 when unpaired.
        only_second: Pairs that the second scored higher; 0 when unpaired.
        mcnemar_p: Exact two-sided p value of McNemar's test; None when unpaired.
        context_lengths, depth_percents: Ascending axes of the cells that both measured.
        cell_difference: Second minus first; NaN = not measured by both.
        cell_n: Pairs, or trials of the smaller side when unpaired.
        overall_p: p value of the whole grid in the scan, corrected for all regions looked at.
        regions: Regions that differ significantly, smallest p first; the whole grid not included.
        significant: True in the cells of these regions.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class LeagueRow:
    """One contestant of a league table.

    Attributes:
        label: As given.
        rank: 1 + the number of contestants that are significantly better.
        accuracy: Over all its scored trials.
        tied_with: Contestants whose difference to this one may be 0, best first.
    """

    label: str
    rank: int
    accuracy: Estimate
    tied_with: tuple[str, ...]


def compare(
    first: Iterable[TrialRecord], second: Iterable[TrialRecord], *, seed: int = 0
) -> Comparison:
    """Compares two sweeps, each the trials of one model and task.

    Paired, the difference is the mean over pairs; unpaired, the mean over the cells that both
    measured of the difference of cell means, and the scan pairs a cell's trials in order of
    repeat, which is as good as at random.

    Args:
        first, second: Records; only scored ones enter.
        seed: Of the scan's sign flips.
    """
    left, right = _scored(first), _scored(second)
    pairs, paired = _pairs(left, right)
    depths = sorted({pair[0].depth_percent for pair in pairs})
    lengths = sorted({pair[0].context_length for pair in pairs})
    row = {depth: i for i, depth in enumerate(depths)}
    column = {length: j for j, length in enumerate(lengths)}
    rows = np.array([row[a.depth_percent] for a, _ in pairs], np.int64)
    columns = np.array([column[a.context_length] for a, _ in pairs], np.int64)
    change = np.array([_score(b) - _score(a) for a, b in pairs], np.float64)

    cells = {(a.depth_percent, a.context_length) for a, _ in pairs}
    if paired:
        kept_left, kept_right = [a for a, _ in pairs], [b for _, b in pairs]
    else:
        kept_left = [r for r in left if _cell(r) in cells]
        kept_right = [r for r in right if _cell(r) in cells]
    shape = (len(depths), len(lengths))
    cell_difference, cell_n = np.full(shape, np.nan), np.zeros(shape, np.int64)
    left_means, right_means = _cell_means(kept_left), _cell_means(kept_right)
    for cell in cells:
        index = row[cell[0]], column[cell[1]]
        (mean_a, n_a), (mean_b, n_b) = left_means[cell], right_means[cell]
        cell_difference[index], cell_n[index] = mean_b - mean_a, min(n_a, n_b)

    found = scan(rows, columns, change, shape, seed=seed)
    significant = np.zeros(shape, bool)
    for region in found.regions:
        significant[region.rows, region.columns] = True
    lost, won = int((change < 0).sum()), int((change > 0).sum())
    return Comparison(
        paired=paired,
        pairing=(
            f"paired: {len(pairs):,} trials with the same cell, repeat, seed and answers"
            if paired
            else f"not paired: too few trials share seed and answers; {len(cells):,} cells that "
            "both measured are compared"
        ),
        first=sweep_estimate(kept_left),
        second=sweep_estimate(kept_right),
        difference=_difference(pairs, kept_left, kept_right, paired, CONFIDENCE),
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


def league(sweeps: Mapping[str, Sequence[TrialRecord]]) -> list[LeagueRow]:
    """Contestants from best to worst, and who is tied with whom.

    Two are tied when the interval of their difference contains 0; the intervals of all pairs hold
    together with a confidence of 95 % (Bonferroni).

    Args:
        sweeps: By label, the trials of one model and task.
    """
    estimates = {label: sweep_estimate(records) for label, records in sweeps.items()}
    order = sorted(
        sweeps,
        key=lambda label: (-1.0 if math.isnan(v := estimates[label].value) else v, label),
        reverse=True,
    )
    better: defaultdict[str, int] = defaultdict(int)
    tied: defaultdict[str, list[str]] = defaultdict(list)
    several = max(1, len(order) * (len(order) - 1) // 2)
    for high, low in combinations(order, 2):
        left, right = _scored(sweeps[high]), _scored(sweeps[low])
        pairs, paired = _pairs(left, right)
        cells = {_cell(a) for a, _ in pairs}
        difference = _difference(
            pairs,
            [r for r in left if _cell(r) in cells],
            [r for r in right if _cell(r) in cells],
            paired,
            1 - (1 - CONFIDENCE) / several,
        )
        if difference.upper < 0:
            better[low] += 1
        elif difference.lower > 0:
            better[high] += 1
        else:
            tied[high].append(low)
            tied[low].append(high)
    return [
        LeagueRow(
            label=label,
            rank=1 + better[label],
            accuracy=estimates[label],
            tied_with=tuple(sorted(tied[label], key=order.index)),
        )
        for label in order
    ]


def _scored(records: Iterable[TrialRecord]) -> list[TrialRecord]:
    return [r for r in records if score_of(r) is not None]


def _score(record: TrialRecord) -> float:
    return score_of(record) or 0.0


def _cell(record: TrialRecord) -> _Cell:
    return record.depth_percent, record.context_length


def _pairs(
    left: Sequence[TrialRecord], right: Sequence[TrialRecord]
) -> tuple[list[tuple[TrialRecord, TrialRecord]], bool]:
    """Twins if there are enough, otherwise trials of the same cell in order of repeat."""
    twins = {(_cell(r), r.repeat, r.seed, r.answers): r for r in right}
    pairs = [
        (r, twins[key]) for r in left if (key := (_cell(r), r.repeat, r.seed, r.answers)) in twins
    ]
    if pairs and len(pairs) >= PAIRED_SHARE * min(len(left), len(right)):
        return pairs, True
    cells: defaultdict[_Cell, tuple[list[TrialRecord], list[TrialRecord]]]
    cells = defaultdict(lambda: ([], []))
    for side, records in enumerate((left, right)):
        for record in sorted(records, key=lambda r: (r.repeat, r.trial_id)):
            cells[_cell(record)][side].append(record)
    return [pair for sides in cells.values() for pair in zip(*sides, strict=False)], False


def _cell_means(records: Iterable[TrialRecord]) -> dict[_Cell, tuple[float, int]]:
    scores: defaultdict[_Cell, list[float]] = defaultdict(list)
    for record in records:
        scores[_cell(record)].append(_score(record))
    return {cell: (math.fsum(s) / len(s), len(s)) for cell, s in scores.items()}


def _difference(
    pairs: Sequence[tuple[TrialRecord, TrialRecord]],
    left: Sequence[TrialRecord],
    right: Sequence[TrialRecord],
    paired: bool,
    confidence: float,
) -> Difference:
    if not pairs:
        return Difference(
            value=math.nan, lower=-1.0, upper=1.0, n=0, method="no cell measured by both"
        )
    if paired:
        return _paired_difference(pairs, confidence)
    return _unpaired_difference(left, right, confidence)


def _paired_difference(
    pairs: Sequence[tuple[TrialRecord, TrialRecord]], confidence: float
) -> Difference:
    """A t interval over replicates, or Agresti and Min's where these are few or agree.

    Source: Agresti and Min (2005), Simple improved confidence intervals for comparing matched
    proportions: half a pair is added to each of the four outcomes of a pair.
    """
    change = [_score(b) - _score(a) for a, b in pairs]
    n, total = len(pairs), math.fsum(change)
    by_replicate: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    cells: defaultdict[tuple[str, int], set[_Cell]] = defaultdict(set)
    for (a, _), value in zip(pairs, change, strict=True):
        by_replicate[a.run, a.repeat].append(value)
        cells[a.run, a.repeat].add(_cell(a))
    replicates = len(by_replicate)
    everywhere = len({_cell(a) for a, _ in pairs})
    balanced = all(len(c) >= 0.8 * everywhere for c in cells.values())
    mean = total / n
    if replicates >= LEAST_REPLICATES and balanced:
        deviations = math.fsum(
            (math.fsum(values) - mean * len(values)) ** 2 for values in by_replicate.values()
        )
        error = math.sqrt(deviations * replicates / (replicates - 1)) / n
        if error > 1e-12:
            half = t_quantile((1 + confidence) / 2, replicates - 1) * error
            return Difference(
                value=mean,
                lower=max(-1.0, mean - half),
                upper=min(1.0, mean + half),
                n=n,
                method=f"paired, t over {replicates} replicates",
            )
    centre = total / (n + 2)
    squares = math.fsum(value**2 for value in change) + 1
    error = math.sqrt(squares - total**2 / (n + 2)) / (n + 2)
    half = t_quantile((1 + confidence) / 2, 1e6) * error
    return Difference(
        value=mean,
        lower=max(-1.0, min(mean, centre - half)),
        upper=min(1.0, max(mean, centre + half)),
        n=n,
        method="paired, Agresti-Min",
    )


def _unpaired_difference(
    left: Sequence[TrialRecord], right: Sequence[TrialRecord], confidence: float
) -> Difference:
    """Newcombe's interval: the two sides' own intervals, put together.

    Source: Newcombe (1998), Interval estimation for the difference between independent
    proportions, method 10.
    """
    a, b = (_even_estimate(side, confidence) for side in (left, right))
    value = b.value - a.value
    return Difference(
        value=value,
        lower=value - math.hypot(b.value - b.lower, a.upper - a.value),
        upper=value + math.hypot(b.upper - b.value, a.value - a.lower),
        n=a.n + b.n,
        method=f"unpaired, Newcombe from {b.method} and {a.method}",
    )


def _even_estimate(records: Sequence[TrialRecord], confidence: float) -> Estimate:
    """The mean of cell means: every cell weighs the same, however many trials it had."""
    means = _cell_means(records)
    counts = {n for _, n in means.values()}
    if len(counts) == 1:
        return sweep_estimate(records, confidence=confidence)
    value = math.fsum(mean for mean, _ in means.values()) / len(means)
    worth = len(means) ** 2 / math.fsum(1 / n for _, n in means.values())
    lower, upper = jeffreys(value * worth, worth, confidence=confidence)
    return Estimate(value=value, lower=lower, upper=upper, n=len(records), method="Jeffreys")
