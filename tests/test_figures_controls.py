"""Controls beside a figure: below the map in its colours, in small print of curves, in words."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from niah.figures.controls import control_entries, control_legend, control_lines
from niah.figures.describe import alt_text
from niah.figures.drawing import write
from niah.figures.heatmap import heatmap_data
from niah.figures.panels import PanelsData, panels_data, panels_text
from niah.figures.text import LANGUAGES, Facts, Provenance
from niah.providers import Outcome
from niah.statistics.controls import ControlResult, control_results
from niah.statistics.grids import build_grids
from niah.store import ABSENCE_TAG, TrialRecord
from tests import test_statistics_grids
from tests.test_figures_data import GOLDEN, as_json, data_of, make_grid

PROVENANCE = Provenance(run="r", experiment_sha256="0" * 64, niah_version="0")


def record(
    score: float | None, repeat: int = 0, outcome: Outcome = "answered", **other: Any
) -> TrialRecord:
    made = test_statistics_grids.record(4_000, 50.0, repeat, score, outcome)
    return replace(made, **other)


def results() -> list[ControlResult]:
    guessed = [record(score=float(k < 1), repeat=k) for k in range(10)]
    absent = [
        record(score=0.0, repeat=k, tags={ABSENCE_TAG: "stated" if k < 4 else "not stated"})
        for k in range(9)
    ]
    absent.append(record(score=1.0, repeat=9, tags={ABSENCE_TAG: "not stated"}))
    empty = record(score=0.0, repeat=10, outcome="empty", score_reason="empty")
    return [
        *control_results("no-context", guessed),
        *control_results("absent", [*absent, empty]),
        *control_results("from-end", guessed[1:], distance_tokens=1500),
    ]


def test_an_absent_needle_has_two_shares() -> None:
    """False answers are what is neither a refusal nor nothing; the right answer is one of them."""
    lines = {line.key: line.estimate for line in control_lines(results(), "en")}
    assert lines["no-context"].value == pytest.approx(0.1)
    assert lines["false"].n == 11
    assert lines["false"].value == pytest.approx(6 / 11)
    assert lines["known"].value == pytest.approx(1 / 11)
    assert lines["known"].lower < 1 / 11 < lines["known"].upper


def test_controls_are_told_in_both_languages_with_interval_and_n() -> None:
    """Each entry has its share, bounds and n; without a scored trial there is no entry."""
    english, german = (
        [words for _, words in control_legend(control_entries(results(), language), language)]
        for language in LANGUAGES
    )
    assert any(words.startswith("no context, right answer: 10.0% (") for words in english)
    assert any("Nadel in den letzten 1.500 Token" in words for words in german)
    assert all("n\u00a0=\u00a0" in words for words in [*english[1:], *german[1:]])
    unscored = control_results("absent", [record(None, outcome="failed")])
    assert control_legend(control_entries(unscored, "en"), "en") == ()


def golden_panels() -> dict[str, PanelsData]:
    """The data of the golden files by name; ``python -m tests.test_figures_controls`` rewrites."""
    return {
        f"panels-controls-{language}": panels_data(
            [
                data_of(make_grid([[1.0, 0.0]], model="a/with"), controls=results(), **in_language),
                data_of(make_grid([[1.0, 1.0]], model="b/without"), **in_language),
            ]
        )
        for language in LANGUAGES
        for in_language in ({"language": language},)
    }


@pytest.mark.parametrize("name", golden_panels())
def test_panels_with_controls_are_as_in_their_golden_file(name: str) -> None:
    """Each map has its own shares above it, briefly; what they are is said once, above all."""
    data = golden_panels()[name]
    assert as_json(data) == (GOLDEN / f"{name}.json").read_text(encoding="utf-8")
    told = panels_text(data)
    with_controls, without = data.panels
    assert all(entry.words in told for entry in with_controls.controls)
    assert not without.controls
    assert data.subtitle[-1] not in told
    assert data.subtitle[-1] not in panels_data([without.map]).subtitle


@pytest.mark.parametrize("suffix", ["png", "svg", "pdf"])
@pytest.mark.parametrize("style", ["classic", "accessible"])
def test_a_heatmap_with_controls_is_drawn(tmp_path: Path, suffix: str, style: str) -> None:
    """In every format; the words are in the picture's description too."""
    (grid,) = build_grids([record(score=1.0)], simulated=False, planned={})
    data = heatmap_data(grid, None, Facts(), controls=results(), language="de")
    (path, *_) = write(
        data, tmp_path / "map", formats=(suffix,), style=style, provenance=PROVENANCE
    )
    assert path.stat().st_size > 2_000
    assert "ohne Kontext, richtige Antwort: 10,0\u00a0% (" in alt_text(data).replace(
        " %", "\u00a0%"
    )
    if suffix == "svg":
        assert "Kontrollen" in path.read_text(encoding="utf-8")


def test_a_share_without_a_scored_trial_is_not_a_number() -> None:
    """What was not measured is neither 0 nor 1."""
    (found,) = control_results("absent", [record(None, outcome="failed")])
    assert math.isnan(found.accuracy.value)
    assert found.false_answers is not None
    assert np.isnan(found.by_length.accuracy).all()


if __name__ == "__main__":
    for _name, _data in golden_panels().items():
        (GOLDEN / f"{_name}.json").write_text(as_json(_data), encoding="utf-8", newline="\n")
