"""Adaptive sweeps: which trials to send next, and when to stop.

Everything is a pure function of the design and of the scores so far: an interrupted sweep is
replayed from its records and goes on in the middle of a batch.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from niah.statistics import FloatGrid
from niah.statistics.choosing import GIVE_UP, choose_cells, predicted_error
from niah.statistics.designs import Design, TrialKey, check_design, pricing_of
from niah.statistics.pooled import pool
from niah.statistics.scores import score_of
from niah.store import TrialRecord

GOLDEN = (math.sqrt(5) - 1) / 2


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
    check_design(design)
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
    pricing = pricing_of(design, asked)
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
        cells, cost = choose_cells(design, pooled, asked, progress.spent)
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


def _numbered(cells: list[tuple[int, int]], asked: NDArray[np.int64]) -> tuple[TrialKey, ...]:
    """Trials of the cells with their repeat numbers; counts them in ``asked``."""
    keys: list[TrialKey] = []
    for row, column in cells:
        keys.append((row, column, int(asked[row, column])))
        asked[row, column] += 1
    return tuple(keys)
