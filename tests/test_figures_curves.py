"""Accuracy along an axis: several sweeps on one scale."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from niah.errors import ConfigurationError
from niah.figures.curves import MOST_CURVES, curves_data, curves_text
from niah.figures.draw_curves import across
from niah.figures.drawing import write
from niah.figures.provenance import read_provenance
from niah.figures.rulings import place_up
from niah.figures.styles import CURVE_COLOURS, CURVE_MARKERS
from niah.statistics.effective import (
    effective_length,
    nolima_rule,
    ruler_rule,
    threshold_rule,
)
from niah.statistics.grids import Summary
from tests.test_figures_data import FACTS, NAN, make_grid, make_summary
from tests.test_figures_files import PROVENANCE


def sweep(model: str, rows: list[list[float]], *, simulated: bool = False) -> Summary:
    return make_summary(make_grid(rows, model=model, simulated=simulated))


GOOD = sweep("a/good", [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]])
WORSE = sweep("b/worse", [[1.0, 0.0, NAN], [1.0, 1.0, NAN]])
OTHER = sweep("c/other", [[1.0, 1.0, 1.0], [0.0, 0.0, 1.0]])


def test_curves_carry_the_summaries_numbers() -> None:
    """Accuracies, intervals and n are the summary's; what was not measured is a gap, not a zero."""
    data = curves_data([GOOD, WORSE], FACTS)
    curve = data.curves[1]
    assert curve.at == (1000, 2000, 4000)
    assert curve.accuracy == (1.0, 0.5, None)
    assert curve.n == (6, 6, 0)
    assert curve.lower[1] == WORSE.by_length.lower[1]
    assert data.caption[0] == "Raw accuracy, n = 6 per point"
    assert curves_data([WORSE], FACTS, axis="depth").curves[0].accuracy == (0.5, 1.0)


def test_the_legend_names_each_curve_and_the_rule() -> None:
    """Accuracy and effective length stand beside each name with their intervals; the rule below."""
    rule = threshold_rule(0.85)
    found = {s.model: effective_length(s.by_length, rule) for s in (GOOD, WORSE)}
    data = curves_data([GOOD, WORSE], FACTS, effective=found)
    assert [curve.effective for curve in data.curves] == [4000, 1000]
    assert data.legend[0] == (
        "0",
        "a/good: 100.0% (87.1% to 100.0%), n\u00a0=\u00a018; "
        "effective at least 4K (below 1K to at least 4K)",
    )
    assert data.legend[2][0] == "effective"
    assert rule.sentence.replace(" %", "%") in data.legend[2][1]
    alone = curves_data([GOOD], FACTS, axis="depth", effective=found)
    assert [words for _, words in alone.legend] == [
        "a/good: 100.0% (87.1% to 100.0%), n\u00a0=\u00a018"
    ]


def test_a_length_below_all_tested_ones_has_words_and_no_line() -> None:
    """A curve without a line of its effective length still says what it is."""
    low = replace(WORSE.by_length, accuracy=np.zeros(3), lower=np.zeros(3), upper=np.full(3, 0.2))
    found = {"b/worse": effective_length(low, threshold_rule(0.5))}
    data = curves_data([WORSE], FACTS, effective=found)
    assert "effective below 1K" in data.legend[0][1]
    assert data.legend[1][0] == ""


def test_one_rule_with_a_base_score_for_each_sweep_is_one_rule() -> None:
    """NoLiMa's rule takes another base score of each model; the legend names them all."""
    found = {
        s.model: effective_length(s.by_length, nolima_rule(s.by_length)) for s in (GOOD, OTHER)
    }
    assert found["a/good"].rule != found["c/other"].rule
    data = curves_data([GOOD, OTHER], FACTS, effective=found)
    assert data.legend[-1][1].endswith("base scores: a/good 100.0%, c/other 50.0%")
    german = curves_data([GOOD, OTHER], FACTS, effective=found, language="de")
    assert german.legend[-1][1].endswith("Grundwerte: a/good 100,0 %, c/other 50,0 %")


def test_rules_are_not_mixed() -> None:
    """Effective lengths by two rules do not share a figure."""
    found = {
        "a/good": effective_length(GOOD.by_length, threshold_rule(0.85)),
        "b/worse": effective_length(WORSE.by_length, ruler_rule()),
    }
    with pytest.raises(ConfigurationError, match="use one rule"):
        curves_data([GOOD, WORSE], FACTS, effective=found)


def test_a_simulated_sweep_among_others_is_named() -> None:
    """The warning says which of the curves is a reference reader."""
    data = curves_data([GOOD, sweep("reference/exact", [[1.0]], simulated=True)], FACTS)
    assert data.warning.startswith("reference/exact: Reference reader")
    assert data.warning in curves_text(data)


def test_places_are_true_to_scale() -> None:
    """Doubling the length is one step across everywhere; accuracy rises upwards, evenly."""
    data = curves_data([GOOD], FACTS)
    one, two, four = (across(data, v, 5.0) for v in (1000, 2000, 4000))
    assert two - one == pytest.approx(four - two)
    assert place_up(1.0, 3.0) < place_up(0.5, 3.0) < place_up(0.0, 3.0)
    assert place_up(1.0, 3.0) + place_up(0.0, 3.0) == pytest.approx(3.0)


def test_curves_are_written_with_their_origin(tmp_path: Path) -> None:
    """Curves of one point, with gaps and on both axes are written, and read back."""
    single = sweep("c/single", [[1.0]])
    for axis in ("length", "depth"):
        data = curves_data([GOOD, WORSE, single], FACTS, axis=axis, language="de")
        formats = ("png", "pdf") if axis == "length" else ("svg",)
        for path in write(data, tmp_path / axis, formats=formats, provenance=PROVENANCE):
            assert read_provenance(path)["run"] == PROVENANCE.run
        assert (tmp_path / f"{axis}.alt.txt").read_text(encoding="utf-8") == curves_text(
            data
        ) + "\n"


def test_as_many_looks_as_curves() -> None:
    """Every curve that is allowed has its own colour and its own marker."""
    assert len(set(CURVE_MARKERS)) == MOST_CURVES
    assert all(len(set(colours)) == MOST_CURVES for colours in CURVE_COLOURS.values())
    with pytest.raises(ConfigurationError, match="8 curves"):
        curves_data([GOOD] * 8, FACTS)
