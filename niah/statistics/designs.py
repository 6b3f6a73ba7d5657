"""What an adaptive sweep is to reach, and what its trials cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from niah.statistics import FloatGrid
from niah.statistics.effective import RULER_THRESHOLD

TrialKey = tuple[int, int, int]
"""Row (depth), column (length), repeat: all 0-based."""

LEAST_REPEATS = 0.15
"""Least share of trials in cells that already have one: without repeats, maps without structure
are undercovered (a cell's own part cannot be told from chance)."""


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


def check_design(design: Design) -> None:
    """Refuse a design that no sweep can follow.

    Raises:
        ValueError: if costs are not positive numbers on a grid, or a limit is out of range.
    """
    cost = design.cost
    if cost.ndim != 2 or 0 in cost.shape or not (np.isfinite(cost) & (cost > 0)).all():
        raise ValueError("cost must be positive finite numbers of shape (depths, lengths)")
    if not design.target_error > 0 or not design.max_passes > 0 or not 0 < design.growth <= 10:
        raise ValueError(
            f"target_error and max_passes must be positive and growth in (0, 10], got "
            f"{design.target_error}, {design.max_passes}, {design.growth}"
        )


class _Fixed:
    """Costs that no trial changes."""

    def __init__(self, cost: FloatGrid) -> None:
        self._cost = cost

    def costs(self) -> FloatGrid:
        return self._cost

    def choose(self, key: TrialKey) -> None:
        """Nothing becomes cheaper."""


def pricing_of(design: Design, asked: NDArray[np.int64]) -> Pricing:
    """What further trials cost after those asked so far, by cell."""
    return _Fixed(design.cost) if design.pricing is None else design.pricing(asked)
