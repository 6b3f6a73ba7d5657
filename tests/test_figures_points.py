"""Accuracy over dates and against cost: points that carry their intervals."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from niah.errors import ConfigurationError
from niah.figures.costs import MOST_POINTS, Priced, cost_data
from niah.figures.draw_points import draw_points, height_of
from niah.figures.drawing import write
from niah.figures.points import PointsData
from niah.figures.provenance import read_provenance
from niah.figures.rulings import look_of
from niah.figures.styles import PRESETS, PresetName
from niah.figures.trend import Measured, trend_data
from niah.figures.write import own_settings
from niah.statistics.intervals import Estimate
from tests.test_figures_data import FACTS, GOLDEN, NAN, as_json
from tests.test_figures_files import HOSTILE, PROVENANCE

TASK = "single/magic-number"
NOTHING = Estimate(value=NAN, lower=NAN, upper=NAN, n=0, method="none")


def estimate(value: float, *, n: int = 100) -> Estimate:
    return Estimate(value=value, lower=value * 0.75, upper=0.5 + value * 0.5, n=n, method="known")


def history(*values: float) -> list[Measured]:
    return [
        Measured(at=f"2025-06-{day:02}", estimate=estimate(v) if v == v else NOTHING)
        for day, v in enumerate(values, 1)
    ]


def known_trend(**options: Any) -> PointsData:
    nights = {"a/one": history(1.0, 0.5, NAN, 0.5), "b/two": history(1.0, 1.0)[::-1]}
    changes = {"a/one": ["2025-06-02T00:00:00Z"]}
    return trend_data(nights, FACTS, task=TASK, changes=changes, **options)


def known_costs(**options: Any) -> PointsData:
    sweeps = [
        Priced(label="a/cheap", estimate=estimate(0.5), cost_usd=0.5, at_least=True),
        Priced(label="b/dear", estimate=estimate(1.0), cost_usd=50.0),
        Priced(label="c/unknown", estimate=estimate(1.0), cost_usd=None),
        Priced(label="d/unscored", estimate=NOTHING, cost_usd=1.0),
    ]
    return cost_data(sweeps, FACTS, task=TASK, **options)


def golden_data() -> dict[str, PointsData]:
    """The data of the golden files by name; ``python -m tests.test_figures_points`` writes them."""
    return {"trend": known_trend(), "costs-german": known_costs(language="de")}


@pytest.mark.parametrize("name", golden_data())
def test_golden_data(name: str) -> None:
    """The shown values and words of known points change only on purpose."""
    assert as_json(golden_data()[name]) == (GOLDEN / f"{name}.json").read_text(encoding="utf-8")


def test_a_trend_is_true_to_time_and_sorted() -> None:
    """Nights stand where their dates are, in order, whatever order they came in."""
    one, two = known_trend().series
    assert [p.x for p in one.points] == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert [p.words for p in two.points] == ["2025-06-01", "2025-06-02"]
    assert one.changes == pytest.approx((1 / 3,))
    assert two.changes == ()


def test_a_night_without_a_scored_trial_is_a_gap_with_a_mark() -> None:
    """Nothing measured is never a zero: the point has no value and the legend names the mark."""
    data = known_trend()
    assert data.series[0].points[2].value is None
    assert ("missing", "no trial was scored") in data.legend
    assert ("change", "change point") in data.legend
    keys = [key for key, _ in trend_data({"a": history(1.0)}, FACTS, task=TASK).legend]
    assert keys == ["0"]


def test_the_axis_shows_every_interval_and_says_where_it_starts() -> None:
    """No whisker is cut off; an axis that does not start at 0 says so in the small print."""
    for value in (0.0, 0.4, 0.8, 0.96, 0.99, 1.0):
        tight = Estimate(value=value, lower=value * 0.97, upper=1.0, n=50, method="known")
        runs = {"a": [Measured(at="2025-06-01", estimate=tight)]}
        data = trend_data(runs, FACTS, task=TASK)
        start, label = data.up_ticks[0]
        assert start <= tight.lower
        assert data.up_ticks[-1] == (1.0, "1.0" if len(label) == 3 else "1.00")
        assert (f"the vertical axis starts at {label}" in data.caption) == (start > 0)
        assert height_of(data, 1.0, 2.0) < height_of(data, start, 2.0) < 2.0


def test_simulated_sweeps_are_named_in_both_figures() -> None:
    """A reference reader among models is named by the warning."""
    data = known_trend(simulated=["b/two"])
    assert data.warning.startswith("b/two: Reference reader")
    assert data.description.startswith(data.warning)
    reader = Priced(label="reference/exact", estimate=estimate(1.0), cost_usd=0.0, simulated=True)
    assert (
        cost_data([reader], FACTS, task=TASK).warning == "Reference reader - simulated, not a "
        "language model"
    )


def test_costs_far_apart_stand_on_a_logarithmic_axis() -> None:
    """From tenfold on equal ratios are equal steps; a cost of 0 has a linear axis from 0."""
    cheap, dear = known_costs().series
    assert cheap.points[0].x == pytest.approx(1 - dear.points[0].x)
    assert "$10" in [label for _, label in known_costs().across_ticks]
    free = [Priced(label=str(c), estimate=estimate(1.0), cost_usd=c) for c in (0.0, 2.0, 4.0)]
    data = cost_data(free, FACTS, task=TASK)
    xs = [s.points[0].x for s in data.series]
    assert xs[0] == 0
    assert xs[2] == pytest.approx(2 * xs[1])
    assert data.across_ticks[0] == (0.0, "$0")
    alone = cost_data(free[:1], FACTS, task=TASK)
    assert alone.series[0].points[0].x == 0


def test_what_a_cost_figure_cannot_show_is_named() -> None:
    """Unknown cost and nothing scored are stated; an incomplete sum is a lower bound."""
    data = known_costs()
    assert "not shown, cost unknown: c/unknown" in data.caption
    assert "not shown, no trial was scored: d/unscored" in data.caption
    assert "at least $0.50" in data.legend[0][1]
    assert not any(line.startswith("cost") for line in data.caption)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: trend_data({}, FACTS, task=TASK), "at least one run"),
        (lambda: trend_data({"a": []}, FACTS, task=TASK), "at least one run"),
        (
            lambda: trend_data(
                {"a": [Measured(at="yesterday", estimate=NOTHING)]}, FACTS, task=TASK
            ),
            "write it like 2025-06-01",
        ),
        (
            lambda: trend_data(
                {"a": history(1.0)}, FACTS, task=TASK, changes={"b": ["2025-06-01"]}
            ),
            "not shown",
        ),
        (lambda: cost_data([], FACTS, task=TASK), "0 sweeps"),
        (
            lambda: cost_data(
                [Priced(label="a", estimate=estimate(1.0), cost_usd=-1.0)], FACTS, task=TASK
            ),
            "not a cost",
        ),
        (
            lambda: cost_data(
                [Priced(label="a", estimate=estimate(1.0), cost_usd=1.0)] * (MOST_POINTS + 1),
                FACTS,
                task=TASK,
            ),
            "a figure shows",
        ),
    ],
)
def test_what_cannot_be_shown_gives_one_sentence(make: Any, sentence: str) -> None:
    """Nothing, too much and unreadable times are refused by name."""
    with pytest.raises(ConfigurationError, match=sentence):
        make()


def test_every_point_has_its_own_look() -> None:
    """Colour and marker together tell all allowed points apart."""
    for theme in ("light", "dark"):
        assert len({look_of(i, theme) for i in range(MOST_POINTS)}) == MOST_POINTS


@pytest.mark.parametrize("preset", PRESETS)
def test_text_of_points_stays_on_the_page_and_apart(preset: PresetName) -> None:
    """In every size, a month of nights and a priced league keep their labels apart."""
    month = {"provider/" + "long-name-" * 6: history(*[0.9, 1.0] * 15), "b/two": history(1.0)}
    league = [
        Priced(label=f"provider/model-{i}", estimate=estimate(1 - i / 20), cost_usd=2.0**i)
        for i in range(MOST_POINTS)
    ]
    for data in (
        trend_data(month, FACTS, task=TASK, language="de"),
        cost_data(league, FACTS, task=TASK),
    ):
        with own_settings():
            figure = draw_points(data, preset=PRESETS[preset], theme="dark")
            renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
            boxes = [text.get_window_extent(renderer) for text in figure.texts]
        for index, (box, text) in enumerate(zip(boxes, figure.texts, strict=True)):
            assert 0 <= box.x0 <= box.x1 <= figure.bbox.width, text
            assert 0 <= box.y0 <= box.y1 <= figure.bbox.height, text
            for other, words in zip(boxes[:index], figure.texts, strict=False):
                width = min(box.x1, other.x1) - max(box.x0, other.x0)
                height = min(box.y1, other.y1) - max(box.y0, other.y0)
                assert width <= 0 or height <= 0.1 * min(box.height, other.height), (text, words)


def test_points_are_written_with_their_origin_and_hostile_names_are_inert(tmp_path: Path) -> None:
    """Each format says where it comes from; a hostile name neither acts nor warns."""
    data = trend_data({HOSTILE: history(1.0, 0.5)}, FACTS, task=HOSTILE, simulated=[HOSTILE])
    for path in write(data, tmp_path / "trend", provenance=PROVENANCE):
        assert read_provenance(path)["run"] == PROVENANCE.run
    text = (tmp_path / "trend.alt.txt").read_text(encoding="utf-8")
    assert text == data.description + "\n"
    assert not any(c in text for c in "\x1b\u202e")


if __name__ == "__main__":
    for name, data in golden_data().items():
        (GOLDEN / f"{name}.json").write_text(as_json(data), encoding="utf-8", newline="\n")
