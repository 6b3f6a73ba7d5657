"""Where two sweeps differ: a sign-flip test over the regions of a grid.

Under the null hypothesis the sign of a pair's difference is a fair coin. Every region's sum is
compared with the largest sum of any region under random flips (max-T), so the p values are
corrected for the number of regions however much these overlap.

Source: Westfall and Young (1993), Resampling-Based Multiple Testing; Nichols and Holmes (2002),
Nonparametric permutation tests for functional neuroimaging.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIGNIFICANCE = 0.05
FLIPS = 4999
WINDOW = 3

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A block of cells whose trials differ between two sweeps.

    Attributes:
        kind: ``depth`` (a whole row), ``length`` (a whole column), ``window`` (3 x 3 cells).
        rows, columns: Its cells.
        difference: Mean over its pairs, second minus first.
        n: Its pairs.
        p: Two-sided p value, corrected for all regions looked at.
    """

    kind: str
    rows: slice
    columns: slice
    difference: float
    n: int
    p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Outcome of a scan.

    Attributes:
        overall_p: Of the whole grid, corrected.
        regions: Significant ones, smallest p first.
    """

    overall_p: float
    regions: tuple[Region, ...]


def scan(
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    change: Floats,
    shape: tuple[int, int],
    *,
    seed: int,
    flips: int = FLIPS,
) -> Scan:
    """Tests the whole grid, each row, each column and each 3 x 3 window at once.

    Args:
        rows, columns: Cell of each pair, shape (pairs,).
        change: Second score minus first of each pair, in [-1, 1], shape (pairs,).
        shape: Of the grid.
        seed: Of the flips.
        flips: How many; p values are at least 1 / (flips + 1).
    """
    differs = change != 0
    if not differs.any():
        return Scan(overall_p=1.0, regions=())
    blocks = _blocks(shape)
    cell = rows * shape[1] + columns
    size = shape[0] * shape[1]
    n = _block_sums(_cell_sums(cell, np.ones_like(change), size), shape)[0]
    total = _block_sums(_cell_sums(cell, change, size), shape)[0]
    square = _block_sums(_cell_sums(cell, change**2, size), shape)[0]
    scale = np.sqrt(np.where(square > 0, square, np.inf))
    statistic = np.abs(total) / scale

    order = np.argsort(cell[differs], kind="stable")
    ordered_cell, ordered_change = cell[differs][order], change[differs][order]
    starts = np.flatnonzero(np.r_[True, np.diff(ordered_cell) > 0])
    generator = np.random.default_rng(seed)
    exceeded = np.zeros(statistic.size)
    for first in range(0, flips, 250):
        count = min(250, flips - first)
        signs = 2 * generator.integers(0, 2, (count, ordered_change.size)) - 1
        sums = np.zeros((count, size))
        sums[:, ordered_cell[starts]] = np.add.reduceat(signs * ordered_change, starts, axis=1)
        largest = (np.abs(_block_sums(sums, shape)) / scale).max(axis=1)
        exceeded += (largest[:, None] >= statistic - 1e-9).sum(axis=0)
    p = (1 + exceeded) / (1 + flips)
    regions = [
        Region(
            kind=kind,
            rows=block_rows,
            columns=block_columns,
            difference=float(total[index] / n[index]),
            n=int(n[index]),
            p=float(p[index]),
        )
        for index, (kind, block_rows, block_columns) in enumerate(blocks)
        if index and p[index] <= SIGNIFICANCE
    ]
    return Scan(
        overall_p=float(p[0]),
        regions=tuple(sorted(regions, key=lambda r: (r.p, r.kind, r.rows.start, r.columns.start))),
    )


def _blocks(shape: tuple[int, int]) -> list[tuple[str, slice, slice]]:
    """The whole grid first, then rows, columns and windows, in the order of `_block_sums`."""
    height, width = min(WINDOW, shape[0]), min(WINDOW, shape[1])
    return [
        ("all", slice(0, shape[0]), slice(0, shape[1])),
        *(("depth", slice(i, i + 1), slice(0, shape[1])) for i in range(shape[0])),
        *(("length", slice(0, shape[0]), slice(j, j + 1)) for j in range(shape[1])),
        *(
            ("window", slice(i, i + height), slice(j, j + width))
            for i in range(shape[0] - height + 1)
            for j in range(shape[1] - width + 1)
        ),
    ]


def _cell_sums(cell: NDArray[np.int64], values: Floats, size: int) -> Floats:
    return np.asarray(np.bincount(cell, values, size), np.float64)[None]


def _block_sums(cells: Floats, shape: tuple[int, int]) -> Floats:
    """Sums over every block of each of some flattened grids, shape (grids, blocks)."""
    grids = cells.reshape(-1, *shape)
    height, width = min(WINDOW, shape[0]), min(WINDOW, shape[1])
    views = np.lib.stride_tricks.sliding_window_view(grids, (height, width), axis=(1, 2))
    windows = views.sum(axis=(3, 4)).reshape(len(grids), -1)
    by_row, by_column = grids.sum(axis=2), grids.sum(axis=1)
    return np.concatenate([by_row.sum(axis=1, keepdims=True), by_row, by_column, windows], axis=1)
