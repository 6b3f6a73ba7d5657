"""A grid as the plain values of a heatmap: what is written and shown where, before any drawing."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from niah.errors import ConfigurationError
from niah.figures.controls import ControlEntry, control_entries
from niah.figures.lengths import LengthMark, length_marks
from niah.figures.states import (
    UNCERTAINTIES,
    CellState,
    Matrix,
    States,
    cell_state,
    colours_kept,
    doubts_of,
    is_partial,
    legend_of,
)
from niah.figures.text import (
    LANGUAGES,
    WORDS,
    Estimated,
    Facts,
    Language,
    caption,
    depth_label,
    length_label,
    one_of,
    overall_words,
    plain,
    share_label,
)
from niah.statistics import FloatGrid, Grid

if TYPE_CHECKING:
    from niah.statistics.controls import ControlResult
    from niah.statistics.effective import EffectiveLength
    from niah.statistics.grids import Marginal, Summary
    from niah.statistics.margins import PooledMargins
    from niah.statistics.pooled import PooledMap

Scale = Literal["categorical", "true"]
SCALES: tuple[Scale, ...] = get_args(Scale)

Values = Literal["small", "always", "never"]
VALUES: tuple[Values, ...] = get_args(Values)

ANNOTATED_CELLS = 12
"""Values stand in the cells of grids with at most this many rows and columns, if not asked for."""

FEW_REPEATS = 0.15
"""Share of repeats below which a pooled map says what its intervals rest on; see `PooledMap`."""

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
        state: What happened in each cell; ``estimated``: a value of the pooled map without a trial.
        partial: True where a scored cell also has trials that could not be scored.
        annotations: Text in each cell; no rows on large grids.
        legend: (key, words) of what occurs in this map and has no place on the colour bar; keys
            are states, ``partial``, ``outlined``, ``doubt-1``, ``doubt-2``, ``fade`` and kinds of
            marks.
        language: Of all words.
        kind: ``difference``: the values are differences of accuracies, in [-1, 1].
        outlined: True in cells of regions that stand out; no rows when nothing is outlined.
        by_length, by_depth: Accuracy over all depths and over all lengths, when it is known.
        doubt: How many of `DOUBTS` each cell's interval exceeds; no rows when not asked for.
        kept: Share of its chroma that each cell's colour keeps; no rows when colours are whole.
        marks: Context lengths that are marked by a line.
        estimate: Whether cells show raw accuracies or the pooled map.
        brief: What the last statement of the subtitle says, among other maps; empty = no such.
        controls: What was measured beside the map.
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
    doubt: tuple[tuple[int, ...], ...] = ()
    kept: tuple[tuple[float, ...], ...] = ()
    marks: tuple[LengthMark, ...] = ()
    estimate: Estimated = "raw"
    brief: str = ""
    controls: tuple[ControlEntry, ...] = ()


def heatmap_data(
    grid: Grid,
    summary: Summary | None,
    facts: Facts,
    *,
    pooled: PooledMap | None = None,
    pooled_margins: PooledMargins | None = None,
    effective: EffectiveLength | None = None,
    claimed_tokens: int | None = None,
    controls: Sequence[ControlResult] = (),
    uncertainty: str = "none",
    values: str = "small",
    language: str = "en",
    scale: str = "categorical",
) -> HeatmapData:
    """What the heatmap of one sweep shows: raw accuracies, or the pooled map, never both.

    Args:
        grid: The sweep's cells.
        summary: Adds the overall accuracy with its interval, and the strips; raw maps only.
        facts: The small print.
        pooled: Show this map of the same grid instead. Cells that could not be measured stay
            marked as such; cells without a trial show the estimate and say so.
        pooled_margins: Its overall accuracy and strips.
        effective: Marked by a line, with its interval and rule in the legend.
        claimed_tokens: The context length that the model's maker states; marked by a line.
        controls: What was measured beside the map.
        uncertainty: ``hatch`` cells whose interval is wider than `DOUBTS`, or ``fade`` the colour
            of a cell to grey the wider its interval is, or ``none``.
        values: Write accuracies into the cells: of ``small`` grids, ``always`` or ``never``.
        language: Of titles and labels.
        scale: See `HeatmapData`.

    Raises:
        ConfigurationError: if the grid has no cell, the pooled map has another shape, or a choice
            is unknown.
    """
    language = one_of("language", language, LANGUAGES)
    scale = one_of("scale", scale, SCALES)
    values = one_of("values", values, VALUES)
    uncertainty = one_of("uncertainty", uncertainty, UNCERTAINTIES)
    if grid.accuracy.size == 0:
        raise ConfigurationError(f"{plain(grid.model)} has no cell to plot; run the sweep first")
    if pooled is not None and pooled.accuracy.shape != grid.accuracy.shape:
        raise ConfigurationError(
            f"the pooled map has shape {pooled.accuracy.shape} and the grid of "
            f"{plain(grid.model)} {grid.accuracy.shape}; pool this grid"
        )
    words = WORDS[language]
    estimate: Estimated = "raw" if pooled is None else "pooled"
    state = _matrix(grid, lambda row, column: cell_state(grid, row, column, estimate))
    partial = _matrix(grid, lambda row, column: is_partial(grid, row, column))
    scored_n = [int(n) for n in grid.n.flat if n]
    shown = grid if pooled is None else pooled
    accuracy, lower, upper = (
        _where_shown(matrix, state) for matrix in (shown.accuracy, shown.lower, shown.upper)
    )
    doubt = doubts_of(lower, upper) if uncertainty == "hatch" else ()
    kept = colours_kept(lower, upper) if uncertainty == "fade" else ()
    marks = length_marks(effective, claimed_tokens, int(grid.context_lengths.max()), language)
    margins = summary if pooled is None else pooled_margins
    counts = scored_n if pooled is None else [int(n) for n in grid.n.flat]
    small = max(grid.accuracy.shape) <= ANNOTATED_CELLS
    few = pooled is not None and pooled.repeat_share < FEW_REPEATS
    return HeatmapData(
        title=plain(grid.model),
        subtitle=(
            words["subtitle"].format(task=plain(grid.task)),
            *(
                ()
                if margins is None
                else (overall_words(margins.accuracy, language, estimated=estimate),)
            ),
        ),
        warning=words["simulated"] if grid.simulated else "",
        caption=(
            *caption(
                facts,
                n_low=min(counts, default=0),
                n_high=max(counts, default=0),
                language=language,
                estimate=estimate,
            ),
            *((words["few-repeats"],) if few else ()),
        ),
        length_axis=words["length"],
        depth_axis=words["depth"],
        accuracy_axis=words["accuracy"],
        context_lengths=tuple(int(v) for v in grid.context_lengths),
        depth_percents=tuple(float(v) for v in grid.depth_percents),
        length_ticks=tuple(length_label(int(v), language) for v in grid.context_lengths),
        depth_ticks=tuple(depth_label(float(v), language) for v in grid.depth_percents),
        scale=scale,
        accuracy=accuracy,
        lower=lower,
        upper=upper,
        n=_matrix(grid, lambda row, column: int(grid.n[row, column])),
        state=state,
        partial=partial,
        annotations=_annotations(accuracy, grid, varying=len(set(counts)) > 1, language=language)
        if values == "always" or (values == "small" and small)
        else (),
        legend=(
            *legend_of(state, partial, doubt, bool(kept), language),
            *(("" if mark.tokens is None else mark.kind, mark.words) for mark in marks),
        ),
        language=language,
        by_length=None if margins is None else _margin(margins.by_length),
        by_depth=None if margins is None else _margin(margins.by_depth),
        doubt=doubt,
        kept=kept,
        marks=marks,
        estimate=estimate,
        brief="" if margins is None else overall_words(margins.accuracy, language, brief=True),
        controls=control_entries(controls, language),
    )


def _margin(marginal: Marginal) -> Margin:
    accuracy, lower, upper = _numbers(
        [marginal.accuracy.tolist(), marginal.lower.tolist(), marginal.upper.tolist()]
    )
    return Margin(accuracy=accuracy, lower=lower, upper=upper)


def _annotations(accuracy: Matrix, grid: Grid, *, varying: bool, language: Language) -> Words:
    def words(row: int, column: int) -> str:
        share = accuracy[row][column]
        if share is None:
            return ""
        value = share_label(share, language)
        return f"{value}\nn={int(grid.n[row, column])}" if varying else value

    return _matrix(grid, words)


def _matrix(grid: Grid, cell: Callable[[int, int], T]) -> tuple[tuple[T, ...], ...]:
    rows, columns = grid.accuracy.shape
    return tuple(tuple(cell(row, column) for column in range(columns)) for row in range(rows))


def _where_shown(values: FloatGrid, state: States) -> Matrix:
    """The numbers of cells that show a value, None in the others."""
    return tuple(
        tuple(
            v if what in ("scored", "estimated") and not math.isnan(v) else None
            for v, what in zip(row, states, strict=True)
        )
        for row, states in zip(values.tolist(), state, strict=True)
    )


def _numbers(rows: list[list[float]]) -> Matrix:
    return tuple(tuple(None if math.isnan(v) else v for v in row) for row in rows)
