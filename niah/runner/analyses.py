"""An analysed sweep as plain values: rows of cells for files and the store, and JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from niah.runner.results import analyse_run, estimate_json, finite, summary_json
from niah.statistics.analysis import Analysis, LengthRuling
from niah.statistics.differences import Difference
from niah.statistics.effective import EffectiveLength
from niah.statistics.grids import Marginal
from niah.statistics.pooled import ESTIMATOR
from niah.statistics.positions import PositionStatistics, by_name
from niah.store import Run, TrialRecord
from niah.store.cells import StoredCell


def cells_of(analysis: Analysis) -> list[StoredCell]:
    """The cells of a sweep, raw and pooled, by context length and depth."""
    grid = analysis.grid
    pooled = analysis.pooled.map if analysis.pooled else None
    return [
        StoredCell(
            model=grid.model,
            task=grid.task,
            context_length=int(grid.context_lengths[column]),
            depth_percent=float(grid.depth_percents[row]),
            n=int(grid.n[row, column]),
            planned=int(grid.planned[row, column]),
            raw_accuracy=finite(grid.accuracy[row, column]),
            raw_lower=finite(grid.lower[row, column]),
            raw_upper=finite(grid.upper[row, column]),
            raw_method="Jeffreys" if grid.n[row, column] else "not measured",
            pooled_accuracy=None if pooled is None else float(pooled.accuracy[row, column]),
            pooled_lower=None if pooled is None else float(pooled.lower[row, column]),
            pooled_upper=None if pooled is None else float(pooled.upper[row, column]),
            pooled_method="not measured" if pooled is None else ESTIMATOR,
        )
        for column in range(grid.context_lengths.size)
        for row in range(grid.depth_percents.size)
    ]


def run_cells(run: Run, records: Iterable[TrialRecord]) -> list[StoredCell]:
    """The cells of all sweeps of a run."""
    return [cell for analysis in analyse_run(run, records) for cell in cells_of(analysis)]


def analysis_json(analysis: Analysis) -> dict[str, Any]:
    """One sweep in all its numbers, as JSON values; NaN becomes null."""
    pooled = analysis.pooled
    return {
        **summary_json(analysis.summary),
        "by_depth": marginal_json(analysis.summary.by_depth, "depth_percent"),
        **lengths_json(analysis),
        "positions": positions_json(analysis.positions),
        "cells": [cell_json(cell) for cell in cells_of(analysis)],
        "pooled": None
        if pooled is None
        else {
            "estimator": ESTIMATOR,
            **estimate_json(pooled.margins.accuracy),
            "repeat_share": pooled.map.repeat_share,
            "shares_haystacks": analysis.shares_haystacks,
            "by_length": marginal_json(pooled.margins.by_length, "context_length"),
            "by_depth": marginal_json(pooled.margins.by_depth, "depth_percent"),
        },
    }


def positions_json(positions: PositionStatistics) -> dict[str, Any]:
    """Primacy, recency, middle dip and trend with length; null where the grid has no such cells."""
    return {name: difference_json(found) for name, found in by_name(positions).items()}


def difference_json(difference: Difference) -> dict[str, Any]:
    """A difference of accuracies with its n and its interval; NaN becomes null."""
    return {
        "value": finite(difference.value),
        "interval": [finite(difference.lower), finite(difference.upper)],
        "n": difference.n,
        "method": difference.method,
    }


def lengths_json(analysis: Analysis) -> dict[str, Any]:
    """Claimed and effective context length of a sweep, each effective one with its rule."""
    return {
        "claimed_tokens": analysis.claimed_tokens,
        "effective_lengths": [_ruling_json(ruling) for ruling in analysis.rulings],
    }


def marginal_json(marginal: Marginal, axis: str) -> list[dict[str, Any]]:
    """One object for each place along an axis."""
    return [
        {
            axis: float(place) if axis == "depth_percent" else int(place),
            **estimate_json(marginal.estimate(i)),
        }
        for i, place in enumerate(marginal.axis)
    ]


def cell_json(cell: StoredCell) -> dict[str, Any]:
    """One cell with its raw and its pooled accuracy under names of their own."""
    return {
        "context_length": cell.context_length,
        "depth_percent": cell.depth_percent,
        "n": cell.n,
        "planned": cell.planned,
        "raw": {
            "accuracy": cell.raw_accuracy,
            "interval": [cell.raw_lower, cell.raw_upper],
            "method": cell.raw_method,
        },
        "pooled": {
            "accuracy": cell.pooled_accuracy,
            "interval": [cell.pooled_lower, cell.pooled_upper],
            "method": cell.pooled_method,
        },
    }


def _ruling_json(ruling: LengthRuling) -> dict[str, Any]:
    return {
        "rule": ruling.raw.rule.name,
        "raw": _length_json(ruling.raw),
        "pooled": _length_json(ruling.pooled),
    }


def _length_json(length: EffectiveLength) -> dict[str, Any]:
    """An effective length; a null value or end is below the shortest tested length."""
    return {
        "tokens": length.value,
        "interval": [length.lower, length.upper],
        "at_least": length.value == length.longest_tested,
        "threshold": length.rule.threshold,
        "sentence": length.rule.sentence,
        "shortest_tested": length.shortest_tested,
        "longest_tested": length.longest_tested,
        "untested": list(length.untested),
        "method": length.method,
    }
