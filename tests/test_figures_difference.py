"""Difference heatmaps: second minus first, and where it is significant."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from niah.errors import ConfigurationError
from niah.figures.cells import cell_colour
from niah.figures.describe import alt_text
from niah.figures.difference import difference_data
from niah.figures.draw import bar_ticks
from niah.figures.drawing import write
from niah.figures.heatmap import HeatmapData
from niah.statistics.compare import Comparison
from niah.statistics.differences import Difference
from niah.statistics.intervals import pooled_estimate
from tests.test_figures_data import FACTS
from tests.test_figures_files import PROVENANCE


def make_comparison(cells: list[list[float]], *, significant: list[list[bool]]) -> Comparison:
    values = np.asarray(cells, np.float64)
    return Comparison(
        paired=True,
        pairing="",
        first=pooled_estimate(3, 10),
        second=pooled_estimate(4, 10),
        difference=Difference(value=-0.125, lower=-0.2, upper=0.05, n=10, method=""),
        only_first=0,
        only_second=0,
        mcnemar_p=None,
        context_lengths=np.array([1000 * (i + 1) for i in range(values.shape[1])]),
        depth_percents=np.linspace(0, 100, values.shape[0]),
        cell_difference=values,
        cell_n=np.where(np.isnan(values), 0, 3),
        overall_p=0.5,
        regions=(),
        significant=np.asarray(significant, bool),
    )


def data_of(comparison: Comparison, language: str = "en") -> HeatmapData:
    return difference_data(
        comparison, FACTS, first="a/old", second="b/new", task="single", language=language
    )


EXAMPLE = make_comparison(
    [[0.25, -0.5, float("nan")], [0.0, 0.001, -1.0]],
    significant=[[False, True, False], [False, False, True]],
)


def test_a_difference_is_second_minus_first_with_its_sign() -> None:
    """Signs are shown; a difference that is not zero is never shown as zero."""
    data = data_of(EXAMPLE)
    assert data.title == "b/new minus a/old"
    assert data.annotations == (("+0.25", "−0.50", ""), ("0", "+0.01", "−1.00"))
    assert "Overall −12.5 percentage points, 95% interval −20.0 to +5.0" in data.subtitle[1]
    assert data.subtitle[1] in alt_text(data)
    assert data_of(EXAMPLE, "de").annotations[0][0] == "+0,25"


def test_outlines_and_their_legend_follow_significance() -> None:
    """Only significant cells are outlined, and the legend says what an outline means."""
    data = data_of(EXAMPLE)
    assert data.outlined == ((False, True, False), (False, False, True))
    assert [key for key, _ in data.legend] == ["not-measured", "outlined"]
    assert "cells in regions that differ significantly: 2 of 5" in data.subtitle[-1]
    quiet = data_of(make_comparison([[0.0]], significant=[[False]]))
    assert quiet.outlined == ()
    assert quiet.legend == ()


def test_the_scale_is_symmetric_about_zero() -> None:
    """No difference is neutral, and the bar runs from -1 to 1."""
    data = data_of(EXAMPLE)
    assert [label for _, label in bar_ticks(data)] == ["−1.0", "−0.5", "0.0", "+0.5", "+1.0"]
    neutral = cell_colour(data, "accessible", 0.0)
    assert min(neutral) > 0.9
    assert cell_colour(data, "classic", 1.0)[2] > cell_colour(data, "classic", 1.0)[0]


def test_a_difference_draws(tmp_path: Path) -> None:
    """A difference heatmap is written in every format."""
    assert len(write(data_of(EXAMPLE), tmp_path / "map", provenance=PROVENANCE)) == 3


def test_sweeps_without_a_common_cell_are_refused() -> None:
    """Nothing in common gives one sentence."""
    with pytest.raises(ConfigurationError, match="no cell in common"):
        data_of(make_comparison([[]], significant=[[]]))
