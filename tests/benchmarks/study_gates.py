"""The study's gates, as its notes describe them: what ours is compared with.

Arrays have shape (depths, lengths): ``sums`` of scores and numbers ``n`` of scored trials. The
study's two-stage rule judges pooled counts by Jeffreys posteriors.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from niah.statistics import CountGrid, FloatGrid
from niah.store import TrialRecord
from tests.benchmarks.gate_nights import DEPTHS, LENGTHS
from tests.benchmarks.truth_maps import Map

Finding = Literal["alarm", "clear", "open"]
NAMES = ("any cell dropped", "mean dropped > 2 points", "one-shot", "the study's two-stage")

SUSPICION = 0.90
"""Suspicious when P(drop > 0) exceeds this ..."""
LIKELY = 0.5
"""... and P(drop > the group's delta) this."""
CLEARED = 0.25
"""A re-test clears a group when P(drop > delta) on fresh data falls below this."""
RETEST_ROUNDS = 4
"""Rounds of re-tests, one trial in every cell of an open group each."""

CELL_BASELINE = 0.75
"""Single cells are watched where the baseline is at least this good."""
CELL_DELTA = 0.2
CELL_CONFIDENCE = 0.995
CELL_TRIALS = 8
CELL_PASSES = 2

BANDS = 5
TILE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Scores of some cells.

    Attributes:
        sums: Sum of the scores of each cell.
        n: Scored trials of each cell.
    """

    sums: FloatGrid
    n: CountGrid


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A block of cells that is judged as one.

    Attributes:
        name: Printable.
        rows, columns: Its cells.
        delta: The drop in accuracy that matters.
        confidence: P(drop > delta) that alarms.
    """

    name: str
    rows: slice
    columns: slice
    delta: float
    confidence: float


def groups(shape: tuple[int, int]) -> tuple[Group, ...]:
    """The whole grid, five bands of lengths, tiles of about 3 x 3 cells."""
    depths, lengths = shape
    bands = _blocks(lengths, min(BANDS, lengths))
    tiles = [
        (rows, columns)
        for rows in _blocks(depths, -(-depths // TILE))
        for columns in _blocks(lengths, -(-lengths // TILE))
    ]
    everywhere = slice(0, depths)
    return (
        Group(name="all", rows=everywhere, columns=slice(0, lengths), delta=0.02, confidence=0.95),
        *(
            Group(
                name=f"lengths {b.start + 1}-{b.stop}",
                rows=everywhere,
                columns=b,
                delta=0.04,
                confidence=0.97,
            )
            for b in bands
        ),
        *(
            Group(
                name=f"depths {r.start + 1}-{r.stop}, lengths {c.start + 1}-{c.stop}",
                rows=r,
                columns=c,
                delta=0.10,
                confidence=0.99,
            )
            for r, c in tiles
        ),
    )


def suspicious(group: Group, baseline: Counts, tonight: Counts) -> bool:
    """Whether tonight's trials make a drop of the group likely enough to test it again."""
    before, now = _pooled(group, baseline, tonight)
    return (
        drop_probability(before, now, 0.0) > SUSPICION
        and drop_probability(before, now, group.delta) > LIKELY
    )


def retest_finding(group: Group, baseline: Counts, fresh: Counts, rounds: int) -> Finding:
    """Judges a suspicion on the trials sent since it arose; ``open`` = send another round.

    Args:
        group: As flagged.
        baseline: Of the whole grid.
        fresh: Re-tests only.
        rounds: How many rounds of re-tests are in ``fresh``; after the last, what is not an alarm
            is clear.
    """
    before, now = _pooled(group, baseline, fresh)
    probability = drop_probability(before, now, group.delta)
    if probability > group.confidence:
        return "alarm"
    return "clear" if probability < CLEARED or rounds >= RETEST_ROUNDS else "open"


def suspicious_cells(baseline: Counts, tonight: Counts) -> NDArray[np.bool_]:
    """Cells that failed tonight although their baseline is good."""
    good = (baseline.n > 0) & (baseline.sums >= CELL_BASELINE * baseline.n)
    result: NDArray[np.bool_] = good & (tonight.n > 0) & (tonight.sums < 0.5 * tonight.n)
    return result


def cell_finding(baseline: tuple[float, int], fresh_sum: float, fresh_n: int) -> Finding:
    """Judges one suspicious cell on up to eight fresh trials; ``open`` = send another.

    Args:
        baseline: Its sum of scores and trials.
        fresh_sum: Sum of the fresh scores.
        fresh_n: Fresh trials.
    """
    if fresh_sum >= CELL_PASSES:
        return "clear"
    if drop_probability(baseline, (fresh_sum, fresh_n), CELL_DELTA) > CELL_CONFIDENCE:
        return "alarm"
    return "clear" if fresh_n >= CELL_TRIALS else "open"


def drop_probability(before: tuple[float, float], now: tuple[float, float], delta: float) -> float:
    """P(accuracy before - accuracy now > delta) under Jeffreys posteriors.

    Integrated over the angle whose squared sine is the accuracy, where no posterior is singular.

    Args:
        before, now: Sum of scores and number of trials.
        delta: In [0, 1).
    """
    angle = np.asarray((np.arange(4000) + 0.5) * (np.pi / 8000), np.float64)
    accuracy = np.sin(angle) ** 2
    weight_before, weight_now = (_angle_weights(angle, *counts) for counts in (before, now))
    below = np.concatenate([[0.0], np.cumsum(weight_now)])
    edges = np.arange(4001) * (np.pi / 8000)
    reach = np.arcsin(np.sqrt(np.clip(accuracy - delta, 0, 1)))
    return float(weight_before @ np.interp(reach, edges, below))


def _angle_weights(angle: FloatGrid, total: float, n: float) -> FloatGrid:
    log_density = 2 * total * np.log(np.sin(angle)) + 2 * (n - total) * np.log(np.cos(angle))
    weights: FloatGrid = np.exp(log_density - log_density.max())
    weights /= weights.sum()
    return weights


def _pooled(
    group: Group, baseline: Counts, now: Counts
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Both sides of a group on the cells measured now.

    The baseline's mean is taken over cells with the weights of the trials now, so that cells that
    were tested more often now do not pass for a drop.
    """
    where = group.rows, group.columns
    n_now, n_before = now.n[where], baseline.n[where]
    both = (n_now > 0) & (n_before > 0)
    if not both.any():
        return (0.0, 0.0), (0.0, 0.0)
    weight = n_now[both] / n_now[both].sum()
    means = baseline.sums[where][both] / n_before[both]
    worth = 1 / float((weight**2 / n_before[both]).sum())
    before = float(weight @ means) * worth, worth
    return before, (float(now.sums[where][both].sum()), float(n_now[both].sum()))


def _blocks(size: int, count: int) -> list[slice]:
    ends = [round(size * k / count) for k in range(count + 1)]
    return [slice(a, b) for a, b in pairwise(ends)]


def counts_of(pool: Iterable[TrialRecord], shape: tuple[int, int]) -> Counts:
    """A baseline's scores by cell."""
    sums, n = np.zeros(shape), np.zeros(shape, np.int64)
    for record in pool:
        cell = DEPTHS.index(record.depth_percent), LENGTHS.index(record.context_length)
        sums[cell] += record.score or 0.0
        n[cell] += 1
    return Counts(sums=sums, n=n)


def judge_night(baseline: Counts, truth: Map, g: np.random.Generator) -> dict[str, bool]:
    """Whether each gate alarms on a night of independent answers."""
    every = groups(truth.shape)
    tonight = Counts(sums=g.binomial(1, truth).astype(np.float64), n=np.ones(truth.shape, np.int64))
    means = baseline.sums / baseline.n
    one_shot = any(
        drop_probability(*_pooled(group, baseline, tonight), group.delta) > group.confidence
        for group in every
    )
    return dict(
        zip(
            NAMES,
            (
                bool((tonight.sums < means).any()),
                float((means - tonight.sums).mean()) > 0.02,
                one_shot,
                _two_stage(baseline, tonight, truth, every, g),
            ),
            strict=True,
        )
    )


def _two_stage(
    baseline: Counts, tonight: Counts, truth: Map, every: tuple[Group, ...], g: np.random.Generator
) -> bool:
    for group in every:
        if not suspicious(group, baseline, tonight):
            continue
        sums, n = np.zeros(truth.shape), np.zeros(truth.shape, np.int64)
        block = group.rows, group.columns
        finding: Finding = "open"
        for rounds in range(1, RETEST_ROUNDS + 1):
            sums[block] += g.binomial(1, truth[block])
            n[block] += 1
            finding = retest_finding(group, baseline, Counts(sums=sums, n=n), rounds)
            if finding != "open":
                break
        if finding == "alarm":
            return True
    for i, j in np.argwhere(suspicious_cells(baseline, tonight)).tolist():
        hits = trials = 0
        finding = "open"
        while finding == "open":
            hits += int(g.binomial(1, truth[i, j]))
            trials += 1
            before = float(baseline.sums[i, j]), int(baseline.n[i, j])
            finding = cell_finding(before, hits, trials)
        if finding == "alarm":
            return True
    return False
