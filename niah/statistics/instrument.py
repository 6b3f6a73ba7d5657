"""The instrument against a standard: what was measured beside what is known to be true.

A reader of known recall is measured like any model. Then the error of every number is known, and
whether its interval contains the truth; over many sweeps, 95 % of the intervals should.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from niah.statistics import FloatGrid
from niah.statistics.analysis import Analysis
from niah.statistics.effective import held_lengths
from niah.statistics.grids import Marginal
from niah.statistics.scores import SCORED
from niah.store import TrialRecord

KINDS = (
    "cell",
    "length",
    "depth",
    "sweep",
    "pooled cell",
    "pooled length",
    "pooled depth",
    "pooled sweep",
    "effective length",
    "pooled effective length",
)
"""The intervals that are held against the truth."""

MOST_DEVIATION = 4.0
"""Standard errors that a reader's mean accuracy may be off: beyond, 1 in 16,000 by chance. A
reader that always or never recalls must be measured without any error."""

LEAST_COVERAGE = 0.93
"""Of a kind of interval over all readers, from `ENOUGH` intervals on."""

LEAST_READER_COVERAGE = 0.85
"""Of a kind of interval for one reader, from `ENOUGH` intervals on."""

ENOUGH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One measured sweep of a reader beside its known recall.

    Attributes:
        measured, known: Mean score of the scored trials, and the mean of their known recalls.
        variance: Of the measured mean, as the known recalls have it.
        trials, scored: How many.
        raw_error, pooled_error: Mean absolute error of the cells.
        covered, intervals: By kind of interval, how many contain the truth, and how many there are.
    """

    measured: float
    known: float
    variance: float
    trials: int
    scored: int
    raw_error: float
    pooled_error: float
    covered: dict[str, int]
    intervals: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What several sweeps of one reader, or of all, say about the instrument.

    Attributes:
        reader: Its name, or ``all readers``.
        sweeps, trials, scored: How many.
        error: Measured mean accuracy minus known.
        standard_error: Of this error, as the known recalls have it; 0 where they are all 0 or 1.
        raw_error, pooled_error: Mean absolute error of the cells, over the sweeps.
        coverage: By kind, the share of the intervals that contain the truth.
        intervals: By kind, how many there are.
        faults: Why the instrument is out of tolerance, a sentence each; empty = it is in.
    """

    reader: str
    sweeps: int
    trials: int
    scored: int
    error: float
    standard_error: float
    raw_error: float
    pooled_error: float
    coverage: dict[str, float]
    intervals: dict[str, int]
    faults: tuple[str, ...]


def read_sweep(
    analysis: Analysis, records: Iterable[TrialRecord], recall: Callable[[float, int], float]
) -> Reading:
    """Holds every number of one measured sweep against the known recall.

    A cell's truth is the mean recall at the depths at which its needles were placed.

    Args:
        analysis: Of the sweep.
        records: Its trials.
        recall: From (depth in percent, context length in tokens) to a probability.

    Raises:
        ValueError: if no trial was scored.
    """
    records = list(records)
    grid, pooled = analysis.grid, analysis.pooled
    if pooled is None:
        raise ValueError(f"{grid.model}: no trial was scored")
    truth, weight = _truth(analysis, records, recall)
    covered: dict[str, int] = {}
    intervals: dict[str, int] = {}

    def hold(kind: str, lower: ArrayLike, upper: ArrayLike, true: ArrayLike) -> None:
        low, high, value = np.broadcast_arrays(lower, upper, true)
        known = np.isfinite(low) & np.isfinite(value)
        inside = (low - 1e-9 <= value) & (value <= high + 1e-9) & known
        covered[kind], intervals[kind] = int(inside.sum()), int(known.sum())

    def hold_marginal(kind: str, marginal: Marginal, true: FloatGrid) -> None:
        hold(kind, marginal.lower, marginal.upper, true)

    summary, margins = analysis.summary, pooled.margins
    hold("cell", grid.lower, grid.upper, truth)
    hold_marginal("length", summary.by_length, _mean(truth, weight, axis=0))
    hold_marginal("depth", summary.by_depth, _mean(truth, weight, axis=1))
    overall = float((truth * weight).sum() / weight.sum())
    hold("sweep", summary.accuracy.lower, summary.accuracy.upper, overall)
    hold("pooled cell", pooled.map.lower, pooled.map.upper, truth)
    hold_marginal("pooled length", margins.by_length, truth.mean(axis=0))
    hold_marginal("pooled depth", margins.by_depth, truth.mean(axis=1))
    hold("pooled sweep", margins.accuracy.lower, margins.accuracy.upper, truth.mean())
    for kind, length in (
        ("effective length", analysis.rulings[0].raw),
        ("pooled effective length", analysis.rulings[0].pooled),
    ):
        held = int(held_lengths(truth.mean(axis=0), length.rule.threshold))
        true_length = int(grid.context_lengths[held - 1]) if held else 0
        hold(kind, length.lower or 0, length.upper or 0, true_length)
    scored = int(weight.sum())
    return Reading(
        measured=summary.accuracy.value,
        known=overall,
        variance=float((truth * (1 - truth) * weight).sum()) / scored**2,
        trials=len(records),
        scored=scored,
        raw_error=float(np.nanmean(np.abs(grid.accuracy - truth))),
        pooled_error=float(np.abs(pooled.map.accuracy - truth).mean()),
        covered=covered,
        intervals=intervals,
    )


def judge(reader: str, readings: Sequence[Reading], *, least_coverage: float) -> Verdict:
    """Several sweeps together, and whether they are within tolerance.

    Args:
        reader: Its name, for the sentences.
        readings: At least one.
        least_coverage: Of each kind of interval of which there are `ENOUGH`.
    """
    count = len(readings)
    error = math.fsum(r.measured - r.known for r in readings) / count
    standard_error = math.sqrt(math.fsum(r.variance for r in readings)) / count
    intervals = {kind: sum(r.intervals[kind] for r in readings) for kind in KINDS}
    coverage = {
        kind: sum(r.covered[kind] for r in readings) / intervals[kind]
        for kind in KINDS
        if intervals[kind]
    }
    trials, scored = sum(r.trials for r in readings), sum(r.scored for r in readings)
    faults = []
    if abs(error) > MOST_DEVIATION * standard_error + 1e-9:
        faults.append(
            f"{reader}: the measured accuracy is off by {100 * error:+.2f} points, more than "
            f"{MOST_DEVIATION:g} standard errors of {100 * standard_error:.2f}"
        )
    if scored < trials:
        faults.append(f"{reader}: {trials - scored:,} of {trials:,} trials were not scored")
    faults += [
        f"{reader}: {100 * share:.1f}% of {intervals[kind]:,} {kind} intervals contain the truth, "
        f"fewer than {100 * least_coverage:g}%"
        for kind, share in coverage.items()
        if intervals[kind] >= ENOUGH and share < least_coverage
    ]
    return Verdict(
        reader=reader,
        sweeps=count,
        trials=trials,
        scored=scored,
        error=error,
        standard_error=standard_error,
        raw_error=math.fsum(r.raw_error for r in readings) / count,
        pooled_error=math.fsum(r.pooled_error for r in readings) / count,
        coverage=coverage,
        intervals=intervals,
        faults=tuple(faults),
    )


def _truth(
    analysis: Analysis, records: Sequence[TrialRecord], recall: Callable[[float, int], float]
) -> tuple[FloatGrid, FloatGrid]:
    """Known recall of each cell and how many scored trials it has, shape (depths, lengths)."""
    grid = analysis.grid
    row = {float(depth): i for i, depth in enumerate(grid.depth_percents)}
    column = {int(length): j for j, length in enumerate(grid.context_lengths)}
    sums, weight = np.zeros(grid.n.shape), np.zeros(grid.n.shape)
    for record in records:
        placed = record.placed_depth_percent
        if record.outcome in SCORED and placed is not None:
            cell = row[record.depth_percent], column[record.context_length]
            sums[cell] += recall(placed, record.context_length)
            weight[cell] += 1
    asked = np.array(
        [
            [recall(float(depth), int(length)) for length in grid.context_lengths]
            for depth in grid.depth_percents
        ]
    )
    return np.where(weight > 0, sums / np.maximum(weight, 1), asked), weight


def _mean(truth: FloatGrid, weight: FloatGrid, axis: int) -> FloatGrid:
    total = weight.sum(axis=axis)
    means = np.full(total.shape, np.nan)
    np.divide((truth * weight).sum(axis=axis), total, out=means, where=total > 0)
    return means
