"""A sweep's map as numpy arrays, raw or pooled under the same names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from niah.interface.sweeps import Sweep, pooled_of
from niah.statistics import CountGrid, FloatGrid


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrays:
    """The cells of one sweep, of shape (depths, lengths): depth 0 % is row 0.

    Attributes:
        model, task: Of the sweep.
        simulated: True when the model is a reference reader.
        estimate: ``raw``: mean scores of each cell's own trials, NaN where none was scored;
            ``pooled``: the pooled map, which neighbouring cells have part in, without NaN.
        context_lengths: Tokens, ascending, shape (lengths,).
        depth_percents: Asked depths, ascending, shape (depths,).
        accuracy: In [0, 1].
        low, high: Bounds of the 95 % interval.
        n: Scored trials, the same for both estimates.
    """

    model: str
    task: str
    simulated: bool
    estimate: Literal["raw", "pooled"]
    context_lengths: NDArray[np.int64]
    depth_percents: FloatGrid
    accuracy: FloatGrid
    low: FloatGrid
    high: FloatGrid
    n: CountGrid


def arrays_of(sweep: Sweep, *, pooled: bool = False) -> Arrays:
    """The arrays of a sweep.

    Raises:
        ConfigurationError: if the pooled map is asked for and no trial was scored.
    """
    grid = sweep.grid
    cells = pooled_of(sweep).map if pooled else grid
    return Arrays(
        model=grid.model,
        task=grid.task,
        simulated=grid.simulated,
        estimate="pooled" if pooled else "raw",
        context_lengths=grid.context_lengths,
        depth_percents=grid.depth_percents,
        accuracy=cells.accuracy,
        low=cells.lower,
        high=cells.upper,
        n=grid.n,
    )
