"""The accuracies of one sweep by its design, as its tables show them.

Where every cell had as many trials, they are means over trials. An adaptive run sends trials where
accuracy is in doubt, so that such a mean says more of the doubtful cells than of the sweep: there,
they are means over the cells of the pooled map.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from niah.runner.results import is_adaptive
from niah.statistics import Grid
from niah.statistics.analysis import Pooled, pooled_estimate_of
from niah.statistics.effective import EffectiveLength, Rule, measured_effective_length
from niah.statistics.intervals import Estimate
from niah.statistics.margins import pooled_effective_length, pooled_mean
from niah.statistics.scores import sweep_estimate
from niah.store import Run, TrialRecord

Inside = Callable[[int, float], bool]
"""Whether a cell is meant, by its context length in tokens and its asked depth percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """How the accuracies of one sweep are estimated.

    Attributes:
        pooled: Whether by its pooled map.
        within: The accuracy in some cells of it; without a scored trial in these, n is 0.
        effective: The effective context length by a rule.
    """

    pooled: bool
    within: Callable[[Inside], Estimate]
    effective: Callable[[Rule], EffectiveLength]


def estimates_of(run: Run, grid: Grid, records: Sequence[TrialRecord]) -> Estimates:
    """How the accuracies of a run's sweep are estimated.

    Args:
        run: As stored.
        grid: The sweep's cells.
        records: Its trials.
    """
    if not is_adaptive(run):
        return _over_trials(grid, records)
    pooled = pooled_estimate_of(grid)
    return _over_trials(grid, records) if pooled is None else _over_cells(grid, pooled)


def everywhere(_length: int, _depth: float) -> bool:
    """Every cell is meant."""
    return True


def _over_trials(grid: Grid, records: Sequence[TrialRecord]) -> Estimates:
    lengths = [int(length) for length in grid.context_lengths]
    return Estimates(
        pooled=False,
        within=lambda inside: sweep_estimate(
            record for record in records if inside(record.context_length, record.depth_percent)
        ),
        effective=lambda rule: measured_effective_length(records, rule, context_lengths=lengths),
    )


def _over_cells(grid: Grid, pooled: Pooled) -> Estimates:
    def within(inside: Inside) -> Estimate:
        meant = np.array(
            [
                [inside(int(length), float(depth)) for length in grid.context_lengths]
                for depth in grid.depth_percents
            ]
        )
        if not grid.n[meant].sum():
            # What neighbouring cells suggest is no measurement of these.
            nothing = math.nan
            return Estimate(value=nothing, lower=nothing, upper=nothing, n=0, method="not measured")
        return pooled_mean(pooled.map, meant)

    return Estimates(
        pooled=True,
        within=within,
        effective=lambda rule: pooled_effective_length(pooled.margins, rule),
    )
