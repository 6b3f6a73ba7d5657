"""Several maps in one figure: what is shared is said once, what is not stays with its map."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from niah.errors import ConfigurationError
from niah.figures.draw_panels import draw_panels
from niah.figures.drawing import write
from niah.figures.heatmap import heatmap_data
from niah.figures.panels import MOST_PANELS, panels_data, panels_text
from niah.figures.provenance import read_provenance
from niah.figures.styles import PRESETS, PresetName
from niah.figures.write import own_settings
from niah.interface.sweeps import labels_of
from niah.statistics.effective import effective_length, threshold_rule
from niah.statistics.pooled import pool_grid
from tests.report_data import measured, sweep_trials
from tests.test_figures_controls import results
from tests.test_figures_data import FACTS, NAN, data_of, every_state, make_grid, make_summary
from tests.test_figures_files import PROVENANCE

GOOD = data_of(make_grid([[1.0, NAN], [1.0, 1.0]], model="a/good"))
WORSE = data_of(make_grid([[1.0, 0.0], [1.0, 0.0]], model="b/worse"))


def test_what_maps_share_is_said_once() -> None:
    """Subtitle and small print are shared where equal; accuracies stay with their maps."""
    data = panels_data([GOOD, WORSE])
    assert data.subtitle[:-1] == GOOD.subtitle[:1]
    assert data.subtitle[-1].startswith("Above each map: accuracy")
    assert [panel.brief for panel in data.panels] == [(GOOD.brief,), (WORSE.brief,)]
    assert data.caption == GOOD.caption
    assert [panel.statements for panel in data.panels] == [GOOD.subtitle[1:], WORSE.subtitle[1:]]
    assert [panel.heading for panel in data.panels] == ["a/good", "b/worse"]
    assert data.legend == GOOD.legend
    for map_data in (GOOD, WORSE):
        assert map_data.subtitle[1] in panels_text(data)


def test_small_print_that_differs_names_its_map() -> None:
    """A cost or haystack of one map is never taken for that of all."""
    other = heatmap_data(
        make_grid([[1.0]], model="b/other"), None, dataclasses.replace(FACTS, haystack="essays")
    )
    data = panels_data([GOOD, other])
    assert "a/good: haystack gazetteer-en-1" in data.caption
    assert "b/other: haystack essays" in data.caption
    assert "tokenizer o200k_base" in data.caption


def test_a_simulated_map_among_others_is_named() -> None:
    """The warning names the reference readers unless all maps are simulated."""
    reader = data_of(make_grid([[1.0]], model="reference/exact", simulated=True))
    assert panels_data([GOOD, reader]).warning.startswith("reference/exact: Reference reader")
    assert panels_data([reader]).warning == reader.warning
    assert panels_data([GOOD]).warning == ""


def test_marked_lengths_stand_beside_their_map_and_their_rule_once_below() -> None:
    """Each map states its own length; the legend has the rule, by name where rules differ."""
    grid = make_grid([[1.0, 1.0]], model="a/marked")
    summary = make_summary(grid)
    one, other = (
        heatmap_data(
            grid, summary, FACTS, effective=effective_length(summary.by_length, threshold_rule(t))
        )
        for t in (0.5, 0.7)
    )
    same = panels_data([WORSE, one, one])
    assert [words for key, words in same.legend if key == "effective"] == [
        "effective context length: accuracy of at least 50% at this and every shorter tested length"
    ]
    assert same.panels[0].statements[-1].startswith("Accuracy")
    assert same.panels[1].statements[-1] == (
        "effective context length at least 2K (95% interval below 1K to at least 2K)"
    )
    words = [w for key, w in panels_data([one, other], labels=["x", "y"]).legend if key != "n"]
    assert [w.partition(":")[0] for w in words] == ["x", "y"]


def test_maps_that_mean_different_things_do_not_share_a_scale() -> None:
    """Raw and pooled, or two languages, are refused; so are none and too many."""
    grid = make_grid([[1.0]])
    pooled = heatmap_data(grid, None, FACTS, pooled=pool_grid(grid))
    for maps, sentence in (
        ([GOOD, pooled], "all be raw"),
        ([GOOD, data_of(grid, language="de")], "one language"),
        ([], "give 1 to"),
        ([GOOD] * (MOST_PANELS + 1), "give 1 to"),
    ):
        with pytest.raises(ConfigurationError, match=sentence):
            panels_data(maps)
    with pytest.raises(ConfigurationError, match="one for each"):
        panels_data([GOOD, WORSE], labels=["one"])


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("count", [1, 5, MOST_PANELS])
def test_panels_stay_on_the_page_and_apart(preset: PresetName, count: int) -> None:
    """In every size and number, text stays on the page, and headings clear of the maps above."""
    long = data_of(make_grid([[1.0, 0.5] * 7] * 15, model="provider/" + "long-name-" * 4))
    beside = data_of(every_state(), controls=results())
    maps = [beside, long, WORSE, GOOD][:count] * 3
    with own_settings():
        data = panels_data(maps[:count])
        figure = draw_panels(data, style="classic", preset=PRESETS[preset], theme="dark")
        renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
        boxes = [text.get_window_extent(renderer) for text in figure.texts]
    for index, (box, text) in enumerate(zip(boxes, figure.texts, strict=True)):
        assert 0 <= box.x0 <= box.x1 <= figure.bbox.width, text
        assert 0 <= box.y0 <= box.y1 <= figure.bbox.height, text
        for other, words in zip(boxes[:index], figure.texts, strict=False):
            width = min(box.x1, other.x1) - max(box.x0, other.x0)
            height = min(box.y1, other.y1) - max(box.y0, other.y0)
            assert width <= 0 or height <= 0.1 * min(box.height, other.height), (text, words)


def test_panels_are_written_with_their_origin(tmp_path: Path) -> None:
    """Each format is written, says where it comes from, and has its text beside it."""
    data = panels_data([GOOD, WORSE], title="Two models")
    for path in write(data, tmp_path / "maps", provenance=PROVENANCE):
        assert read_provenance(path)["run"] == PROVENANCE.run
    text = (tmp_path / "maps.alt.txt").read_text(encoding="utf-8")
    assert text == panels_text(data) + "\n"
    assert text.startswith("Two models.")


def test_labels_keep_what_tells_sweeps_apart() -> None:
    """Two runs of a model whose name is long have their ids whole, and no task that is the same."""
    sweeps = [
        one
        for run in ("night-20261127-020457-4ac5bf", "night-20261128-020457-9fe1c2")
        for one in measured(sweep_trials("acme/" + "m" * 120, run=run)).sweeps
    ]
    names = labels_of(sweeps)
    assert [name.rpartition(", ")[2] for name in names] == [sweep.run.run for sweep in sweeps]
    assert len(set(names)) == 2
    assert not any("single/magic-number" in name for name in names)
