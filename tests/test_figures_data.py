"""Heatmaps as data: what is shown, before anything is drawn."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from niah.errors import ConfigurationError
from niah.figures.describe import alt_text
from niah.figures.heatmap import HeatmapData, heatmap_data
from niah.figures.lengths import length_marks
from niah.figures.states import CELL_STATES
from niah.figures.text import WORDS, Facts, percent_label, share_label
from niah.statistics import CountGrid, FloatGrid, Grid
from niah.statistics.effective import effective_length, ruler_rule, threshold_rule
from niah.statistics.grids import OUTCOMES, Marginal, Summary, Total
from niah.statistics.intervals import jeffreys, pooled_estimate
from niah.statistics.margins import pooled_margins
from niah.statistics.pooled import PooledMap, pool_grid

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
        tokens_read=0,
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


def data_of(grid: Grid, **options: Any) -> HeatmapData:
    return heatmap_data(grid, make_summary(grid), FACTS, **options)


def as_json(data: Any) -> str:
    """A figure's data as in a golden file; the last digits of a float are the machine's."""
    exact = json.dumps(dataclasses.asdict(data))
    rounded = json.loads(exact, parse_float=lambda digits: round(float(digits), 9))
    return json.dumps(rounded, indent=1, ensure_ascii=False) + "\n"


def known_map(grid: Grid) -> PooledMap:
    """A pooled map of round numbers, so that golden files do not depend on the estimator."""
    return dataclasses.replace(
        pool_grid(grid),
        accuracy=np.nan_to_num(grid.accuracy, nan=0.5) * 0.75 + 0.125,
        lower=np.nan_to_num(grid.accuracy, nan=0.0) * 0.5,
        upper=np.nan_to_num(grid.accuracy, nan=1.0) * 0.5 + 0.5,
        repeat_share=0.125,
    )


def golden_data() -> dict[str, HeatmapData]:
    """The data of the golden files by name; ``python -m tests.test_figures_data`` rewrites them."""
    marked = make_grid([[1.0, 1.0, NAN], [1.0, 0.0, 0.0]], trials=8)
    reader = make_grid([[1.0, 0.5], [0.25, NAN]], trials=4, simulated=True, model="reference/exact")
    return {
        "every-state": data_of(every_state()),
        "every-state-german": data_of(every_state(), language="de"),
        "simulated": data_of(reader),
        "pooled-marked": heatmap_data(
            marked,
            None,
            FACTS,
            pooled=known_map(marked),
            effective=effective_length(make_summary(marked).by_length, ruler_rule()),
            claimed_tokens=4000,
            uncertainty="hatch",
            language="de",
        ),
    }


@pytest.mark.parametrize("name", golden_data())
def test_golden_data(name: str) -> None:
    """The shown values and words of known grids change only on purpose."""
    golden = (GOLDEN / f"{name}.json").read_text(encoding="utf-8")
    assert as_json(golden_data()[name]) == golden


def test_every_state_is_in_the_legend_and_only_those_that_occur() -> None:
    """Each unscored state that occurs is in the legend once; on a full grid there is none."""
    data = data_of(every_state())
    assert [key for key, _ in data.legend] == [*CELL_STATES[2:], "partial"]
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
    assert "Kosten 1.234,50\u00a0$" in data.caption


def test_a_pooled_map_estimates_what_was_not_measured_and_nothing_else() -> None:
    """Unmeasured cells show the estimate and say so; what could not be measured stays marked."""
    grid = every_state()
    pooled = pool_grid(grid)
    margins = pooled_margins(pooled, grid.context_lengths, grid.depth_percents)
    data = heatmap_data(grid, make_summary(grid), FACTS, pooled=pooled, pooled_margins=margins)
    raw = data_of(grid)
    for row, states in enumerate(data.state):
        for column, state in enumerate(states):
            before = raw.state[row][column]
            assert state == ("estimated" if before == "not-measured" else before)
            shown = state in ("scored", "estimated")
            value = data.accuracy[row][column]
            assert value == (float(pooled.accuracy[row, column]) if shown else None)
    assert data.subtitle[-1].startswith("Pooled accuracy")
    assert data.by_length is not None
    assert data.by_length.accuracy == tuple(margins.by_length.accuracy.tolist())
    assert data.caption[0].startswith("Pooled")
    assert "n = 0 to 3" in data.caption[0]
    assert "pooled accuracy" in alt_text(data)
    assert ("estimated", WORDS["en"]["estimated"]) in data.legend


def test_a_pooled_map_takes_nothing_from_the_raw_summary() -> None:
    """Without its own margins, a pooled map has no overall accuracy and no strips."""
    grid = make_grid([[1.0, 0.5]])
    data = heatmap_data(grid, make_summary(grid), FACTS, pooled=pool_grid(grid))
    assert len(data.subtitle) == 1
    assert data.by_length is None
    with pytest.raises(ConfigurationError, match="pool this grid"):
        heatmap_data(grid, None, FACTS, pooled=pool_grid(make_grid([[1.0]])))


def test_a_pooled_map_with_few_repeats_says_so() -> None:
    """Intervals that lean on the likeness of neighbours are not shown without that sentence."""
    for trials, says in ((1, True), (5, False)):
        grid = make_grid([[1.0, 0.0], [1.0, 1.0]], trials=trials)
        data = heatmap_data(grid, None, FACTS, pooled=pool_grid(grid))
        assert (data.caption[-1] == WORDS["en"]["few-repeats"]) == says


def test_uncertainty_is_shown_where_asked_for() -> None:
    """Hatching follows the width of each cell's interval; the legend holds what occurs."""
    narrow, wide = make_grid([[1.0]], trials=100), make_grid([[1.0, NAN]], trials=1)
    assert data_of(wide).doubt == ()
    assert data_of(narrow, uncertainty="hatch").doubt == ((0,),)
    assert data_of(narrow, uncertainty="hatch").legend == ()
    data = data_of(wide, uncertainty="hatch")
    assert data.doubt == ((2, 0),)
    assert ("doubt-2", "95% interval wider than 0.5") in data.legend
    assert "95% interval wider than 0.5: 1." in alt_text(data)
    both = make_grid([[0.5, 0.5]], trials=10)
    both = dataclasses.replace(both, lower=np.array([[0.1, 0.3]]), upper=np.array([[0.9, 0.7]]))
    text = alt_text(data_of(both, uncertainty="hatch"))
    assert "95% interval wider than 0.2: 2. 95% interval wider than 0.5: 1." in text


def test_values_are_written_when_asked_for() -> None:
    """Values stand in small grids by default, in any grid when asked, in none when not wanted."""
    large, small = make_grid([[1.0] * 13]), make_grid([[1.0]])
    assert data_of(large).annotations == ()
    assert data_of(large, values="always").annotations == (("1.00",) * 13,)
    assert data_of(small).annotations == (("1.00",),)
    assert data_of(small, values="never").annotations == ()


def test_marked_lengths_state_value_interval_and_rule() -> None:
    """The legend carries the effective length with interval and rule, and the claimed one."""
    grid = make_grid([[1.0, 1.0, 0.0]], trials=100)
    summary = make_summary(grid)
    rule = threshold_rule(0.9)
    data = heatmap_data(
        grid,
        summary,
        FACTS,
        effective=effective_length(summary.by_length, rule),
        claimed_tokens=128_000,
    )
    effective, claimed = data.marks
    assert (effective.kind, effective.tokens) == ("effective", 2000)
    assert effective.words.startswith("effective context length 2K (95% interval 2K to 2K): ")
    assert effective.words.endswith(rule.sentence.replace(" %", "%"))
    assert claimed.words == "claimed context length 128K, beyond the tested lengths"
    assert data.legend[-2:] == (("effective", effective.words), ("claimed", claimed.words))
    assert "Effective context length 2K" in alt_text(data)


def test_an_effective_length_at_an_end_is_not_overstated() -> None:
    """Nothing held is "below" the shortest length, everything held "at least" the longest."""
    rule = threshold_rule(0.5)
    for accuracy, start in (
        (0.0, "effektive Kontextlänge unter 1K"),
        (1.0, "effektive Kontextlänge mindestens 2K"),
    ):
        summary = make_summary(make_grid([[accuracy] * 2], trials=100))
        found = effective_length(summary.by_length, rule)
        (mark,) = length_marks(found, None, 2000, "de")
        assert mark.words.startswith(start)
        assert "Trefferquote mindestens 50 %" in mark.words
        assert bool(mark.tokens) == bool(accuracy)


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
    pooled = heatmap_data(grid, None, Facts(), pooled=pool_grid(grid))
    assert pooled.caption[0].startswith("Pooled")
    imported = heatmap_data(grid, None, Facts(source="published rows"))
    assert imported.caption[1:] == ("imported from published rows",)
    at_least = heatmap_data(grid, None, Facts(cost_usd=2, cost_at_least=True))
    assert "cost at least $2.00" in at_least.caption


def test_alt_text_names_the_worst_cell_and_counts_what_was_not_measured() -> None:
    """The alternative text carries the figure's message without the picture."""
    text = alt_text(data_of(every_state()))
    assert "4 of 7 scored cells reach 100%" in text
    assert "lowest cell has 0.0% at 2K tokens and 50% depth" in text
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


@pytest.mark.parametrize("option", [{"language": "fr"}, {"scale": "cubic"}, {"values": "some"}])
def test_unknown_choices_are_named(option: dict[str, Any]) -> None:
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
