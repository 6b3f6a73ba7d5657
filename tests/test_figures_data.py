"""Heatmaps as data: what is shown, before anything is drawn."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from niah.errors import ConfigurationError
from niah.figures.heatmap import CELL_STATES, HeatmapData, alt_text, heatmap_data
from niah.figures.text import WORDS, Facts, percent_label, share_label
from niah.statistics import CountGrid, FloatGrid, Grid
from niah.statistics.grids import OUTCOMES, Marginal, Summary, Total
from niah.statistics.intervals import jeffreys, pooled_estimate

GOLDEN = Path(__file__).parent / "golden" / "figures"
NAN = float("nan")
FACTS = Facts(
    date="2025-06-01",
    haystack="gazetteer-en-1",
    tokenizer="o200k_base",
    trials_per_cell=3,
    cost_usd=12.345,
    run="20250601-demo",
    niah_version="1.2.3",
)


def make_grid(
    accuracy: list[list[float]],
    *,
    trials: int = 3,
    model: str = "local/my-model",
    task: str = "single/magic-number",
    simulated: bool = False,
    unscored: dict[str, dict[tuple[int, int], int]] | None = None,
) -> Grid:
    """A grid of given accuracies, NaN = no scored trial, with counts of unscored outcomes."""
    values: FloatGrid = np.asarray(accuracy, np.float64)
    shape = values.shape
    n = np.where(np.isnan(values), 0, trials).astype(np.int64)
    lower, upper = np.full(shape, NAN), np.full(shape, NAN)
    for cell in np.ndindex(*shape):
        if n[cell]:
            lower[cell], upper[cell] = jeffreys(float(values[cell]) * trials, trials)
    outcomes: dict[str, CountGrid] = {outcome: np.zeros(shape, np.int64) for outcome in OUTCOMES}
    outcomes["answered"] = n
    for outcome, counts in (unscored or {}).items():
        for cell, count in counts.items():
            outcomes[outcome][cell] = count
    depths = np.linspace(0, 100, shape[0])
    return Grid(
        model=model,
        task=task,
        simulated=simulated,
        context_lengths=np.array([1000 * 2**i for i in range(shape[1])], np.int64),
        depth_percents=depths,
        accuracy=values,
        lower=lower,
        upper=upper,
        n=n,
        planned=np.full(shape, trials, np.int64),
        outcomes=outcomes,
        placed_depth_percent=np.tile(depths[:, None], (1, shape[1])),
    )


def make_summary(grid: Grid) -> Summary:
    """The numbers of a grid's sweep that a heatmap shows."""
    nothing = Total(value=None, unreported=0)
    scores = np.nan_to_num(grid.accuracy) * grid.n

    def marginal(axis: int, values: list[float]) -> Marginal:
        found = [
            pooled_estimate(float(s), int(n))
            for s, n in zip(scores.sum(axis), grid.n.sum(axis), strict=True)
        ]
        return Marginal(
            axis=np.array(values),
            accuracy=np.array([e.value for e in found]),
            lower=np.array([e.lower for e in found]),
            upper=np.array([e.upper for e in found]),
            n=np.array([e.n for e in found]),
            methods=tuple(e.method for e in found),
        )

    return Summary(
        model=grid.model,
        task=grid.task,
        simulated=grid.simulated,
        accuracy=pooled_estimate(float(scores.sum()), int(grid.n.sum())),
        by_length=marginal(0, grid.context_lengths.astype(float).tolist()),
        by_depth=marginal(1, grid.depth_percents.tolist()),
        trials=int(grid.n.sum()),
        planned=int(grid.planned.sum()),
        outcomes={},
        failures={},
        prompt_tokens=0,
        input_tokens=nothing,
        cached_input_tokens=nothing,
        cache_write_tokens=nothing,
        output_tokens=nothing,
        reasoning_tokens=nothing,
        cost_usd=nothing,
        attempts=0,
    )


def every_state() -> Grid:
    """A grid in which every state occurs, a partly scored cell included."""
    return make_grid(
        [[1.0, 2 / 3, NAN, NAN], [NAN, 0.0, NAN, 1.0], [1.0, 1 / 3, NAN, 1.0]],
        unscored={
            "context-exceeded": {(0, 2): 3, (0, 3): 1},
            "truncated": {(0, 3): 2},
            "blocked": {(1, 0): 3},
            "failed": {(1, 2): 3, (2, 1): 1},
        },
    )


def data_of(grid: Grid, **options: str) -> HeatmapData:
    return heatmap_data(grid, make_summary(grid), FACTS, **options)


def as_json(data: HeatmapData) -> str:
    return json.dumps(dataclasses.asdict(data), indent=1, ensure_ascii=False) + "\n"


def golden_data() -> dict[str, HeatmapData]:
    """The data of the golden files by name; ``python -m tests.test_figures_data`` rewrites them."""
    reader = make_grid([[1.0, 0.5], [0.25, NAN]], trials=4, simulated=True, model="reference/exact")
    return {
        "every-state": data_of(every_state()),
        "every-state-german": data_of(every_state(), language="de"),
        "simulated": data_of(reader),
    }


@pytest.mark.parametrize("name", golden_data())
def test_golden_data(name: str) -> None:
    """The shown values and words of known grids change only on purpose."""
    golden = (GOLDEN / f"{name}.json").read_text(encoding="utf-8")
    assert as_json(golden_data()[name]) == golden


def test_every_state_is_in_the_legend_and_only_those_that_occur() -> None:
    """Each unscored state that occurs is in the legend once; on a full grid there is none."""
    data = data_of(every_state())
    assert [key for key, _ in data.legend] == [*CELL_STATES[1:], "partial"]
    assert data_of(make_grid([[1.0, 0.0]])).legend == ()


def test_a_cell_without_scored_trials_has_no_accuracy() -> None:
    """Failures to measure never become an accuracy, and zero accuracy is not a failure."""
    data = data_of(every_state())
    for row, states in enumerate(data.state):
        for column, state in enumerate(states):
            assert (data.accuracy[row][column] is not None) == (state == "scored")
    assert data.accuracy[1][1] == 0.0
    assert data.state[0][3] == "truncated"  # two of its three trials


def test_the_simulated_line_stands_on_every_simulated_grid_and_no_other() -> None:
    """A reference reader's figure says that it is simulated, in its picture and its alt text."""
    simulated = data_of(make_grid([[1.0]], simulated=True))
    assert simulated.warning in alt_text(simulated)
    assert "simulated" in simulated.warning
    assert data_of(make_grid([[1.0]])).warning == ""


def test_values_stand_in_the_cells_of_small_grids_only() -> None:
    """Up to 12 x 12 cells carry their value; n stands there only when it varies."""
    assert data_of(make_grid([[1.0] * 12] * 12)).annotations[0][0] == "1.00"
    assert data_of(make_grid([[1.0] * 13] * 12)).annotations == ()
    grid = make_grid([[1.0, 0.5]], trials=2)
    grid.n[0, 0] = 1
    assert data_of(grid).annotations == (("1.00\nn=1", "0.50\nn=2"),)
    assert "n = 1 to 2 per cell" in data_of(grid).caption[0]


@given(st.floats(0, 1), st.integers(1, 4))
def test_shown_shares_keep_clear_of_perfection(share: float, decimals: int) -> None:
    """A share below 1 is never shown as 1, one above 0 never as 0, and none is off by a step."""
    shown = float(share_label(share, "en", decimals=decimals))
    assert (shown == 1) == (share == 1)
    assert (shown == 0) == (share == 0)
    assert abs(shown - share) <= 10**-decimals


def test_german_numbers() -> None:
    """German labels use the decimal comma and the full stop for thousands."""
    assert percent_label(0.9996, "de") == "99,9 %"
    assert share_label(0.5, "de") == "0,50"
    data = heatmap_data(make_grid([[1.0]]), None, Facts(cost_usd=1234.5), language="de")
    assert "Kosten $1.234,50" in data.caption


def test_both_languages_have_the_same_words() -> None:
    """No word is missing in one language."""
    assert WORDS["en"].keys() == WORDS["de"].keys()


def test_the_small_print_says_raw_or_pooled_and_what_it_does_not_know() -> None:
    """A map says whether it is raw or pooled, and an unknown cost is called unknown."""
    grid = make_grid([[1.0]])
    assert heatmap_data(grid, None, Facts()).caption == (
        "Raw accuracy, n = 3 per cell",
        "cost unknown",
    )
    assert heatmap_data(grid, None, Facts(estimate="pooled")).caption[0].startswith("Pooled")
    imported = heatmap_data(grid, None, Facts(source="published rows"))
    assert imported.caption[1:] == ("imported from published rows",)
    at_least = heatmap_data(grid, None, Facts(cost_usd=2, cost_at_least=True))
    assert "cost at least $2.00" in at_least.caption


def test_alt_text_names_the_worst_cell_and_counts_what_was_not_measured() -> None:
    """The alternative text carries the figure's message without the picture."""
    text = alt_text(data_of(every_state()))
    assert "4 of 7 scored cells reach 100%" in text
    assert "lowest has 0.0% at 2K tokens and 50% depth" in text
    assert "Not measured: 1." in text
    assert "Every scored cell reaches 100%." in alt_text(data_of(make_grid([[1.0]])))


def test_margins_are_the_summarys() -> None:
    """Accuracy along each axis comes from the summary, with its interval; gaps stay gaps."""
    summary = make_summary(every_state())
    data = heatmap_data(every_state(), summary, FACTS)
    assert data.by_length is not None
    assert data.by_length.accuracy[2] is None
    assert data.by_length.lower[0] == summary.by_length.lower[0]
    assert data.by_depth is not None
    assert data.by_depth.accuracy == tuple(summary.by_depth.accuracy.tolist())


def test_a_sweep_without_a_scored_trial_says_so() -> None:
    """Nothing measured is stated, never shown as zero."""
    grid = make_grid([[NAN, NAN]], unscored={"failed": {(0, 0): 3}})
    data = data_of(grid)
    assert data.subtitle[-1] == "No trial was scored"
    assert "%" not in data.subtitle[-1]
    assert "scored cells" not in alt_text(data)


@pytest.mark.parametrize("option", [{"language": "fr"}, {"scale": "cubic"}])
def test_unknown_choices_are_named(option: dict[str, str]) -> None:
    """An unknown language or scale is refused with the known ones."""
    with pytest.raises(ConfigurationError, match="; use "):
        heatmap_data(make_grid([[1.0]]), None, FACTS, **option)


def test_an_empty_grid_is_refused() -> None:
    """A sweep without cells gives one sentence."""
    with pytest.raises(ConfigurationError, match="no cell to plot"):
        heatmap_data(make_grid([[]]), None, FACTS)


if __name__ == "__main__":
    for name, data in golden_data().items():
        (GOLDEN / f"{name}.json").write_text(as_json(data), encoding="utf-8", newline="\n")
