"""Adaptive sweeps: which trials to send next, and when to stop.

Everything is a pure function of the design and of the scores so far: an interrupted sweep is
replayed from its records and goes on in the middle of a batch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from niah.statistics import FloatGrid
from niah.statistics.chains import sigmoid
from niah.statistics.effective import RULER_THRESHOLD
from niah.statistics.pooled import PooledMap, logit_covariance, normal_probability, pool
from niah.statistics.scores import score_of
from niah.store import TrialRecord

TrialKey = tuple[int, int, int]
"""Row (depth), column (length), repeat: all 0-based."""

LEAST_REPEATS = 0.15
"""Least share of trials in cells that already have one: without repeats, maps without structure
are undercovered (a cell's own part cannot be told from chance)."""

GIVE_UP = 3
"""A cell with this many trials that could not be scored is not chosen again."""

MOST_PER_CELL = 8
"""A cell gets at most this many trials plus as many for each pass spent. Without a limit, a map
that looks flat is judged from its cheapest cells alone."""

GOLDEN = (math.sqrt(5) - 1) / 2

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


class Pricing(Protocol):
    """What the next trial of each cell costs, while trials are chosen one after another.

    A trial may make others cheaper, where a prompt cache reads what it leaves there.
    """

    def costs(self) -> FloatGrid:
        """Cost of one more trial in each cell, shape (depths, lengths), all positive."""
        ...

    def choose(self, key: TrialKey) -> None:
        """The trial is chosen."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Design:
    """An adaptive sweep of one model and task.

    Attributes:
        cost: Cost of one trial in each cell with nothing cached, shape (depths, lengths), all
            positive: dollars, or tokens where the price is unknown.
        seed: Of the start design and of ties.
        target_error: Mean absolute error of the pooled map to stop at, predicted, on two
            consecutive rounds.
        max_passes: Cap on the cost, in units of one trial in every cell.
        growth: Cost of a batch as a share of what is spent; 1 doubles, for batch interfaces.
        threshold: Accuracy of the effective-length rule that lengths are compared with.
        length_weight: Weight of the lengths' means beside the map.
        least_repeats: Least share of trials in cells that already have one.
        pricing: From the trials asked so far, by cell, to what further ones cost; None = always
            as in ``cost``.
    """

    cost: FloatGrid
    seed: int
    target_error: float = 0.06
    max_passes: float = 2.2
    growth: float = 0.10
    threshold: float = RULER_THRESHOLD
    length_weight: float = 8.0
    least_repeats: float = LEAST_REPEATS
    pricing: Callable[[NDArray[np.int64]], Pricing] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """An adaptive sweep between two batches.

    Attributes:
        round: 0 for the start design.
        batch: Trials to finish before the next round, in order of dispatch; empty when finished.
        sums, n: Sum of scores and scored trials, shape (depths, lengths), earlier batches only.
        asked: Trials chosen so far, the batch included.
        spent: Their cost.
        spent_passes: The same in units of one trial in every cell with nothing cached.
        predicted_error: Predicted mean absolute error of the pooled map; NaN before the first fit.
        calm: Consecutive rounds with the predicted error at the target.
        sizes: Trials of each batch so far, this one included.
        finished: Why the sweep ended; empty while it goes on.
    """

    round: int
    batch: tuple[TrialKey, ...]
    sums: FloatGrid
    n: NDArray[np.int64]
    asked: NDArray[np.int64]
    spent: float
    spent_passes: float
    predicted_error: float = math.nan
    calm: int = 0
    finished: str = ""
    sizes: tuple[int, ...] = ()


def begin(design: Design) -> Progress:
    """The start design: two depths per length, spread by the golden ratio from a random offset.

    Raises:
        ValueError: if costs are not positive numbers on a grid, or a limit is out of range.
    """
    _check(design)
    depths, lengths = design.cost.shape
    generator = np.random.default_rng(design.seed)
    offset = generator.random()
    chosen: list[tuple[int, int]] = []
    for position in range(2 * lengths):
        place = (offset + position * GOLDEN) % 1
        cell = int(place * depths), position // 2
        if cell in chosen and depths > 1:
            cell = (cell[0] + 1) % depths, cell[1]
        chosen.append(cell)
    asked = np.zeros(design.cost.shape, np.int64)
    pricing = _pricing(design, asked)
    batch = _numbered(chosen, asked)
    spent = 0.0
    for key in sorted(batch, key=lambda key: key[1]):
        spent += float(pricing.costs()[key[:2]])
        pricing.choose(key)
    return Progress(
        round=0,
        batch=batch,
        sums=np.zeros(design.cost.shape),
        n=np.zeros(design.cost.shape, np.int64),
        asked=asked,
        spent=spent,
        spent_passes=spent / float(design.cost.sum()),
        sizes=(len(batch),),
    )


def replay(design: Design, scores: Mapping[TrialKey, float | None]) -> Progress:
    """Where the sweep stands after some trials; its batch may be partly finished.

    Args:
        design: As given to `begin`.
        scores: Finished trials; None = could not be scored.
    """
    progress = begin(design)
    while progress.batch and all(key in scores for key in progress.batch):
        progress = advance(design, progress, scores)
    return progress


def scores_by_key(
    records: Iterable[TrialRecord],
    context_lengths: Sequence[int],
    depth_percents: Sequence[float],
) -> dict[TrialKey, float | None]:
    """What `replay` needs, from one sweep's records; None = the outcome is not scored.

    Raises:
        KeyError: if a record's length or depth is not on the axes.
    """
    column = {length: j for j, length in enumerate(context_lengths)}
    row = {depth: i for i, depth in enumerate(depth_percents)}
    return {
        (row[r.depth_percent], column[r.context_length], r.repeat): score_of(r) for r in records
    }


def advance(
    design: Design, progress: Progress, scores: Mapping[TrialKey, float | None]
) -> Progress:
    """The next round: takes the batch's scores, then stops or chooses the next batch.

    Args:
        design: As given to `begin`.
        progress: The round whose batch is finished.
        scores: At least the batch's trials; None = could not be scored.

    Raises:
        KeyError: if a trial of the batch is missing.
    """
    sums, n, asked = progress.sums.copy(), progress.n.copy(), progress.asked.copy()
    for row, column, repeat in progress.batch:
        score = scores[row, column, repeat]
        if score is not None:
            sums[row, column] += score
            n[row, column] += 1
    pooled = pool(sums, n)
    error = predicted_error(pooled)
    calm = progress.calm + 1 if error <= design.target_error else 0
    finished = ""
    cells: list[tuple[int, int]] = []
    spent = progress.spent
    if calm >= 2:
        finished = f"predicted error {error:.3f} within the target of {design.target_error:g}"
    else:
        cells, cost = _choose(design, pooled, asked, progress.spent)
        spent += cost
        if not cells:
            left = ((asked - n) < GIVE_UP).any()
            finished = (
                f"the cap of {design.max_passes:g} passes is reached"
                if left
                else "no cell is left whose trials can be scored"
            )
    batch = _numbered(cells, asked)
    return Progress(
        round=progress.round + 1,
        batch=batch,
        sums=sums,
        n=n,
        asked=asked,
        spent=spent,
        spent_passes=spent / float(design.cost.sum()),
        predicted_error=error,
        calm=calm,
        finished=finished,
        sizes=(*progress.sizes, len(batch)) if batch else progress.sizes,
    )


def predicted_error(pooled: PooledMap) -> float:
    """The mean absolute error that the pooled map expects of itself, over all cells."""
    logits = pooled.logit_mean[..., None] + pooled.logit_sd[..., None] * _NODES
    off = np.abs(sigmoid(logits) - pooled.accuracy[..., None])
    return float((off @ _WEIGHTS).mean())


def _choose(
    design: Design, pooled: PooledMap, asked: NDArray[np.int64], spent_before: float
) -> tuple[list[tuple[int, int]], float]:
    """Greedily, the cells that remove most variance per cost, and what they cost together.

    At least 15 % of all trials are repeats.
    """
    depths, lengths = asked.shape
    a_pass = float(design.cost.sum())
    pricing = _pricing(design, asked)
    count = asked.ravel().copy()
    usable = ((asked - pooled.n) < GIVE_UP).ravel()
    budget = a_pass * design.max_passes - spent_before
    goal = design.growth * spent_before

    logits = pooled.logit_mean.ravel()[:, None] + pooled.logit_sd.ravel()[:, None] * _NODES
    p = sigmoid(logits)
    information = (p * (1 - p)) @ _WEIGHTS
    slope = information
    column = np.arange(depths * lengths) % lengths
    member = np.zeros((lengths, depths * lengths))
    member[column, np.arange(depths * lengths)] = slope / depths
    mean = np.array([(p[column == j] @ _WEIGHTS).mean() for j in range(lengths)])
    order = np.random.default_rng([design.seed, int(count.sum())]).permutation(count.size)

    # What a pick at cell c removes needs sums over c's column of the covariance; they follow each
    # pick's rank-one change, so that the matrix itself is never rewritten.
    covariance = logit_covariance(pooled)
    variance = np.diag(covariance).copy()
    map_term = (slope**2) @ (covariance**2)
    length_rows = member @ covariance
    picks: list[tuple[float, FloatGrid]] = []

    chosen: list[tuple[int, int]] = []
    spent = 0.0
    while spent < goal:
        cost = pricing.costs().ravel()
        most = MOST_PER_CELL * (1 + (spent_before + spent) / a_pass)
        affordable = usable & (cost <= budget - spent) & (count < most)
        repeats = int(np.maximum(count - 1, 0).sum())
        if (
            repeats < design.least_repeats * (int(count.sum()) + 1)
            and (affordable & (count > 0)).any()
        ):
            affordable &= count > 0
        if not affordable.any():
            break
        removed = 1 / (variance + 1 / information)
        spread = np.sqrt(np.maximum((length_rows * member).sum(axis=1), 1e-12))
        above = normal_probability((mean - design.threshold) / spread)
        length_term = (4 * above * (1 - above)) @ (length_rows**2) * depths
        gain = (map_term + design.length_weight * length_term) * removed / cost
        gain[~affordable] = -1.0
        # In single precision, so that the order of summation on another machine breaks no tie.
        best = int(order[np.argmax(gain.astype(np.float32)[order])])

        share = float(removed[best])
        affected = covariance[best].copy()
        for earlier, vector in picks:
            affected -= earlier * vector[best] * vector
        weighted = slope**2 * affected
        reached = weighted @ covariance
        for earlier, vector in picks:
            reached -= earlier * float(vector @ weighted) * vector
        map_term += affected * (
            share**2 * float(weighted @ affected) * affected - 2 * share * reached
        )
        length_rows -= share * np.outer(member @ affected, affected)
        variance -= share * affected**2
        picks.append((share, affected))
        cell = divmod(best, lengths)
        chosen.append(cell)
        pricing.choose((*cell, int(count[best])))
        count[best] += 1
        spent += float(cost[best])
    return chosen, spent


def _numbered(cells: list[tuple[int, int]], asked: NDArray[np.int64]) -> tuple[TrialKey, ...]:
    """Trials of the cells with their repeat numbers; counts them in ``asked``."""
    keys: list[TrialKey] = []
    for row, column in cells:
        keys.append((row, column, int(asked[row, column])))
        asked[row, column] += 1
    return tuple(keys)


class _Fixed:
    """Costs that no trial changes."""

    def __init__(self, cost: FloatGrid) -> None:
        self._cost = cost

    def costs(self) -> FloatGrid:
        return self._cost

    def choose(self, key: TrialKey) -> None:
        """Nothing becomes cheaper."""


def _pricing(design: Design, asked: NDArray[np.int64]) -> Pricing:
    return _Fixed(design.cost) if design.pricing is None else design.pricing(asked)


def _check(design: Design) -> None:
    cost = design.cost
    if cost.ndim != 2 or 0 in cost.shape or not (np.isfinite(cost) & (cost > 0)).all():
        raise ValueError("cost must be positive finite numbers of shape (depths, lengths)")
    if not design.target_error > 0 or not design.max_passes > 0 or not 0 < design.growth <= 10:
        raise ValueError(
            f"target_error and max_passes must be positive and growth in (0, 10], got "
            f"{design.target_error}, {design.max_passes}, {design.growth}"
        )
