"""A grid as the plain values of a heatmap: what is written and shown where, before any drawing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from niah.errors import ConfigurationError
from niah.figures.text import (
    LANGUAGES,
    WORDS,
    Facts,
    Language,
    caption,
    depth_label,
    length_label,
    localized,
    one_of,
    percent_label,
    plain,
    share_label,
)
from niah.statistics import Grid

if TYPE_CHECKING:
    from niah.statistics.grids import Marginal, Summary

CellState = Literal["scored", "not-measured", "failed", "blocked", "context-exceeded", "truncated"]
CELL_STATES: tuple[CellState, ...] = get_args(CellState)
Scale = Literal["categorical", "true"]
SCALES: tuple[Scale, ...] = get_args(Scale)

UNSCORED: tuple[CellState, ...] = ("truncated", "context-exceeded", "blocked", "failed")
"""Outcomes without a score, in the order that decides a tie within a cell."""

ANNOTATED_CELLS = 12
"""Values stand in the cells of grids with at most this many rows and columns."""

Matrix = tuple[tuple[float | None, ...], ...]
Words = tuple[tuple[str, ...], ...]
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """Accuracy along one axis of the map, one entry per row or column; None = not measured.

    Attributes:
        accuracy: In [0, 1].
        lower, upper: The 95 % interval.
    """

    accuracy: tuple[float | None, ...]
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatmapData:
    """Everything that a heatmap shows; matrices are rows of depths (0 % first) by lengths.

    Attributes:
        title, subtitle: Above the map.
        warning: The line that says that the model is simulated; empty for a real one.
        caption: Statements of the small print.
        length_axis, depth_axis, accuracy_axis: Axis labels.
        context_lengths, depth_percents: Axis values, ascending.
        length_ticks, depth_ticks: Their labels.
        scale: ``categorical``: equal cells; ``true``: lengths and depths in true proportion.
        accuracy: In [0, 1]; None = no scored trial.
        lower, upper: The 95 % interval of each cell.
        n: Scored trials of each cell.
        state: What happened in each cell.
        partial: True where a scored cell also has trials that could not be scored.
        annotations: Text in each cell; no rows on large grids.
        legend: (state, "partial" or "outlined", words) of what occurs in this map and has no
            place on the colour bar.
        language: Of all words.
        kind: ``difference``: the values are differences of accuracies, in [-1, 1].
        outlined: True in cells of regions that stand out; no rows when nothing is outlined.
        by_length, by_depth: Accuracy over all depths and over all lengths, when it is known.
    """

    title: str
    subtitle: tuple[str, ...]
    warning: str
    caption: tuple[str, ...]
    length_axis: str
    depth_axis: str
    accuracy_axis: str
    context_lengths: tuple[int, ...]
    depth_percents: tuple[float, ...]
    length_ticks: tuple[str, ...]
    depth_ticks: tuple[str, ...]
    scale: Scale
    accuracy: Matrix
    lower: Matrix
    upper: Matrix
    n: tuple[tuple[int, ...], ...]
    state: tuple[tuple[CellState, ...], ...]
    partial: tuple[tuple[bool, ...], ...]
    annotations: Words
    legend: tuple[tuple[str, str], ...]
    language: Language
    kind: Literal["accuracy", "difference"] = "accuracy"
    outlined: tuple[tuple[bool, ...], ...] = ()
    by_length: Margin | None = None
    by_depth: Margin | None = None


def heatmap_data(
    grid: Grid,
    summary: Summary | None,
    facts: Facts,
    *,
    language: str = "en",
    scale: str = "categorical",
) -> HeatmapData:
    """What the heatmap of one sweep shows.

    Args:
        grid: The sweep's cells.
        summary: Adds the overall accuracy with its interval.
        facts: The small print.
        language: Of titles and labels.
        scale: See `HeatmapData`.

    Raises:
        ConfigurationError: if the grid has no cell, or the language or scale is unknown.
    """
    language = one_of("language", language, LANGUAGES)
    scale = one_of("scale", scale, SCALES)
    if grid.accuracy.size == 0:
        raise ConfigurationError(f"{plain(grid.model)} has no cell to plot; run the sweep first")
    words = WORDS[language]
    state = _matrix(grid, lambda row, column: _state(grid, row, column))
    partial = _matrix(grid, lambda row, column: _is_partial(grid, row, column))
    scored_n = [int(n) for n in grid.n.flat if n]
    return HeatmapData(
        title=plain(grid.model),
        subtitle=_subtitle(grid, summary, language),
        warning=words["simulated"] if grid.simulated else "",
        caption=caption(
            facts,
            n_low=min(scored_n, default=0),
            n_high=max(scored_n, default=0),
            language=language,
        ),
        length_axis=words["length"],
        depth_axis=words["depth"],
        accuracy_axis=words["accuracy"],
        context_lengths=tuple(int(v) for v in grid.context_lengths),
        depth_percents=tuple(float(v) for v in grid.depth_percents),
        length_ticks=tuple(length_label(int(v), language) for v in grid.context_lengths),
        depth_ticks=tuple(depth_label(float(v), language) for v in grid.depth_percents),
        scale=scale,
        accuracy=_numbers(grid.accuracy.tolist()),
        lower=_numbers(grid.lower.tolist()),
        upper=_numbers(grid.upper.tolist()),
        n=_matrix(grid, lambda row, column: int(grid.n[row, column])),
        state=state,
        partial=partial,
        annotations=_annotations(grid, varying=len(set(scored_n)) > 1, language=language),
        legend=_legend(state, partial, language),
        language=language,
        by_length=None if summary is None else _margin(summary.by_length),
        by_depth=None if summary is None else _margin(summary.by_depth),
    )


def alt_text(data: HeatmapData) -> str:
    """One or two sentences that tell a reader who cannot see the figure what it shows."""
    if data.kind == "difference":
        return _difference_text(data)
    values = [
        (value, row, column)
        for row, cells in enumerate(data.accuracy)
        for column, value in enumerate(cells)
        if value is not None
    ]
    german = data.language == "de"
    size = f"{len(data.depth_ticks)} x {len(data.length_ticks)}"
    first, last = data.length_ticks[0], data.length_ticks[-1]
    start = (
        f"Heatmap der Trefferquote von {data.title} auf {size} Zellen (Tiefe mal Kontextlänge), "
        f"{first} bis {last} Token."
        if german
        else f"Heatmap of the retrieval accuracy of {data.title} on {size} cells (depth by "
        f"context length), {first} to {last} tokens."
    )
    sentences = [f"{data.warning}." if data.warning else "", start, f"{data.subtitle[-1]}."]
    if values:
        worst, row, column = min(values)
        at = (data.length_ticks[column], data.depth_ticks[row])
        perfect = sum(value == 1 for value, _, _ in values)
        if perfect == len(values):
            sentences.append(
                "Jede gewertete Zelle erreicht 100 %."
                if german
                else "Every scored cell reaches 100%."
            )
        else:
            low = percent_label(worst, data.language)
            sentences.append(
                f"{perfect} von {len(values)} gewerteten Zellen erreichen 100 %; die niedrigste "
                f"hat {low} bei {at[0]} Token und {at[1]} % Tiefe."
                if german
                else f"{perfect} of {len(values)} scored cells reach 100%; the lowest has {low} "
                f"at {at[0]} tokens and {at[1]}% depth."
            )
    sentences += [f"{words}: {count}." for words, count in _counts(data)]
    return " ".join(s for s in sentences if s)


def _difference_text(data: HeatmapData) -> str:
    size = f"{len(data.depth_ticks)} x {len(data.length_ticks)}"
    kind = "Differenz-Heatmap" if data.language == "de" else "Difference heatmap"
    cells = "Zellen" if data.language == "de" else "cells"
    warning = f"{data.warning}. " if data.warning else ""
    return f"{warning}{kind}, {data.title}, {size} {cells}. {data.subtitle[-1]}."


def _counts(data: HeatmapData) -> list[tuple[str, int]]:
    flat: list[str] = [state for row in data.state for state in row]
    partial = sum(flag for row in data.partial for flag in row)
    return [
        (words[0].upper() + words[1:], partial if key == "partial" else flat.count(key))
        for key, words in data.legend
    ]


def _subtitle(grid: Grid, summary: Summary | None, language: Language) -> tuple[str, ...]:
    words = WORDS[language]
    first = words["subtitle"].format(task=plain(grid.task))
    if summary is None:
        return (first,)
    estimate = summary.accuracy
    if not estimate.n or math.isnan(estimate.value):
        return first, words["no-trials"]
    return first, words["overall"].format(
        value=percent_label(estimate.value, language),
        lower=percent_label(estimate.lower, language),
        upper=percent_label(estimate.upper, language),
        n=localized(f"{estimate.n:,}", language),
    )


def _margin(marginal: Marginal) -> Margin:
    accuracy, lower, upper = _numbers(
        [marginal.accuracy.tolist(), marginal.lower.tolist(), marginal.upper.tolist()]
    )
    return Margin(accuracy=accuracy, lower=lower, upper=upper)


def _state(grid: Grid, row: int, column: int) -> CellState:
    if grid.n[row, column]:
        return "scored"
    counts = {state: _count(grid, state, row, column) for state in UNSCORED}
    state = max(UNSCORED, key=counts.__getitem__)
    return state if counts[state] else "not-measured"


def _is_partial(grid: Grid, row: int, column: int) -> bool:
    return bool(grid.n[row, column]) and any(_count(grid, state, row, column) for state in UNSCORED)


def _count(grid: Grid, outcome: str, row: int, column: int) -> int:
    counts = grid.outcomes.get(outcome)
    return 0 if counts is None else int(counts[row, column])


def _annotations(grid: Grid, *, varying: bool, language: Language) -> Words:
    if max(grid.accuracy.shape) > ANNOTATED_CELLS:
        return ()

    def words(row: int, column: int) -> str:
        n = int(grid.n[row, column])
        if not n:
            return ""
        value = share_label(float(grid.accuracy[row, column]), language)
        return f"{value}\nn={n}" if varying else value

    return _matrix(grid, words)


def _legend(
    state: Sequence[Sequence[CellState]], partial: Sequence[Sequence[bool]], language: Language
) -> tuple[tuple[str, str], ...]:
    present = {s for row in state for s in row} - {"scored"}
    keys: list[str] = [s for s in CELL_STATES if s in present]
    if any(flag for row in partial for flag in row):
        keys.append("partial")
    return tuple((key, WORDS[language][key]) for key in keys)


def _matrix(grid: Grid, cell: Callable[[int, int], T]) -> tuple[tuple[T, ...], ...]:
    rows, columns = grid.accuracy.shape
    return tuple(tuple(cell(row, column) for column in range(columns)) for row in range(rows))


def _numbers(rows: list[list[float]]) -> Matrix:
    return tuple(tuple(None if math.isnan(v) else v for v in row) for row in rows)
