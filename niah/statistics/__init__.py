"""From trial records to cells, grids and intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatGrid = NDArray[np.float64]
CountGrid = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A sweep's cells as arrays of shape (depths, lengths); NaN = not measured.

    Attributes:
        model: ``provider/model``.
        task: Label of the task.
        simulated: True when the model is a reference reader.
        context_lengths: Ascending, tokens, shape (lengths,).
        depth_percents: Ascending, asked, shape (depths,).
        accuracy: Mean score of the scored trials.
        lower, upper: Bounds of the 95 % interval of the accuracy.
        n: Scored trials.
        planned: Trials that the plan has for the cell.
        outcomes: Count of trials by outcome, every outcome present.
        placed_depth_percent: Mean placed depth of the cell's trials.
    """

    model: str
    task: str
    simulated: bool
    context_lengths: NDArray[np.int64]
    depth_percents: NDArray[np.float64]
    accuracy: FloatGrid
    lower: FloatGrid
    upper: FloatGrid
    n: CountGrid
    planned: CountGrid
    outcomes: dict[str, CountGrid]
    placed_depth_percent: FloatGrid
