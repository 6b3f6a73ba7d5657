"""The cells of a heatmap: colours, marks of what was not scored, outlines, values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from matplotlib.collections import PolyCollection
from matplotlib.font_manager import FontProperties

from niah.figures.heatmap import HeatmapData
from niah.figures.marks import (
    Box,
    Stroke,
    doubt_strokes,
    draw_corner,
    draw_length,
    draw_marks,
    draw_outline,
    draw_strokes,
    estimate_dash,
)
from niah.figures.pages import POINTS, font_file, text_width
from niah.figures.styles import Colour, Ink, Preset, Style, Theme, colour, greyed, ink_on

LINE_GAP = 0.48
"""Least distance between the lines of two context lengths, by the height of a tick label."""
VALUE_SHARE = 0.8
"""Of a cell's width or height, the most that a value takes."""
ABOVE_VALUES = 4.5
"""Where a mark is drawn that the ground behind a value must not hide."""
SMALLEST_SHARE = 0.72
"""Values in cells are at least this share of the ticks' size, or are not shown."""


def edges(values: Sequence[float], size: float, scale: str) -> list[float]:
    """Borders of the cells in inches: equal steps, or half-way between the true values."""
    count = len(values)
    if scale == "categorical" or count == 1:
        return [size * i / count for i in range(count + 1)]
    middles = [(a + b) / 2 for a, b in pairwise(values)]
    first = values[0] - (middles[0] - values[0])
    last = values[-1] + (values[-1] - middles[-1])
    borders = [first, *middles, last]
    return [size * (b - first) / (last - first) for b in borders]


def draw_cells(
    axes: Any,
    data: HeatmapData,
    columns: list[float],
    rows: list[float],
    style: Style,
    ink: Ink,
    theme: Theme,
) -> None:
    """Every cell in its colour, or marked with what happened instead of a score."""
    boxes, colours, marks = [], [], []
    dashes: list[tuple[Stroke, str]] = []
    hatches: list[tuple[Stroke, str]] = []
    gap = min(0.6, 0.04 * POINTS * min(columns[-1] / len(columns), rows[-1] / len(rows)))
    for row, values in enumerate(data.accuracy):
        for column, value in enumerate(values):
            box = _box(columns, rows, row, column)
            if value is None:
                marks.append((box, data.state[row][column]))
            else:
                boxes.append(box)
                colours.append(cell_colour(data, style, value, _kept(data, row, column)))
            if data.partial[row][column] and value is not None:
                draw_corner(axes, box, ink_on(colours[-1]))
            if data.state[row][column] == "estimated" and value is not None:
                dashes.append((estimate_dash(box), ink_on(colours[-1])))
            if data.doubt and data.doubt[row][column] and value is not None:
                level = data.doubt[row][column]
                hatches += [(s, ink_on(colours[-1])) for s in doubt_strokes(box, level)]
    axes.add_collection(
        PolyCollection(boxes, facecolors=colours, edgecolors=ink.page, linewidths=gap, zorder=1),
        autolim=False,
    )
    if marks:
        draw_marks(axes, marks, ink, theme)
    draw_strokes(axes, dashes, width=0.9, zorder=ABOVE_VALUES)
    draw_strokes(axes, hatches, width=0.5, alpha=0.55)


def draw_lengths(
    axes: Any,
    data: HeatmapData,
    columns: list[float],
    rows: list[float],
    preset: Preset,
    ink: Ink,
) -> None:
    """A line behind each marked context length, standing out a little above the map."""
    taken: list[float] = []
    gap = LINE_GAP * preset.tick / POINTS
    for mark in data.marks:
        if mark.tokens is None:
            continue
        x = length_place(mark.tokens, data, columns)
        while any(abs(x - other) < gap for other in taken):
            x += gap
        taken.append(x)
        draw_length(axes, mark.kind, ((x, -0.05), (x, rows[-1])), preset, ink)


def length_place(tokens: int, data: HeatmapData, columns: list[float]) -> float:
    """Inches from the left of a context length.

    On a true scale its own place; between equal cells the border behind the last column that is
    not longer. Lengths beyond the map stand at its edge.
    """
    if data.scale == "categorical" or len(columns) == 2:
        return columns[sum(length <= tokens for length in data.context_lengths)]
    lengths = data.context_lengths
    first = lengths[0] - (lengths[1] - lengths[0]) / 2
    last = lengths[-1] + (lengths[-1] - lengths[-2]) / 2
    return columns[-1] * min(max((tokens - first) / (last - first), 0.0), 1.0)


def cell_colour(data: HeatmapData, style: Style, value: float, kept: float = 1.0) -> Colour:
    """The colour of a cell's value: an accuracy by its style, a difference by its sign."""
    if data.kind == "difference":
        return colour("difference", (value + 1) / 2)
    whole = colour(style, value)
    return whole if kept == 1 else greyed(whole, kept)


def _kept(data: HeatmapData, row: int, column: int) -> float:
    return data.kept[row][column] if data.kept else 1.0


def draw_outlines(
    axes: Any, data: HeatmapData, columns: list[float], rows: list[float], preset: Preset
) -> None:
    """A heavy line around every outlined region, none between its cells."""
    flags = data.outlined

    def inside(row: int, column: int) -> bool:
        return 0 <= row < len(flags) and 0 <= column < len(flags[0]) and flags[row][column]

    strokes = []
    for row in range(len(flags)):
        for column in range(len(flags[row])):
            if not flags[row][column]:
                continue
            a, b, c, d = _box(columns, rows, row, column)
            for stroke, (down, right) in (
                ((a, b), (-1, 0)),
                ((b, c), (0, 1)),
                ((c, d), (1, 0)),
                ((d, a), (0, -1)),
            ):
                if not inside(row + down, column + right):
                    strokes.append(stroke)
    draw_outline(axes, strokes, preset)


def _box(columns: list[float], rows: list[float], row: int, column: int) -> Box:
    left, right, top, bottom = columns[column], columns[column + 1], rows[row], rows[row + 1]
    return (left, top), (right, top), (right, bottom), (left, bottom)


def draw_annotations(
    axes: Any,
    data: HeatmapData,
    columns: list[float],
    rows: list[float],
    style: Style,
    preset: Preset,
) -> None:
    """Values in the cells, where all of them fit at a readable size."""
    texts = [t for row in data.annotations for t in row if t]
    if not texts:
        return
    width = min(b - a for a, b in pairwise(columns))
    height = min(b - a for a, b in pairwise(rows))
    for kept in (2, 1):
        words = tuple(tuple("\n".join(c.split("\n")[:kept]) for c in r) for r in data.annotations)
        lines = [line for row in words for cell in row for line in cell.split("\n")]
        deepest = max(cell.count("\n") + 1 for row in words for cell in row)
        widest = max(text_width(line, 1.0) for line in lines)
        size = min(
            preset.tick,
            VALUE_SHARE * width / widest,
            VALUE_SHARE * height * POINTS / (1.25 * deepest),
        )
        if size >= SMALLEST_SHARE * preset.tick:
            break
    else:
        return
    font = FontProperties(fname=font_file(), size=size)
    for row, cells in enumerate(words):
        for column, text in enumerate(cells):
            value = data.accuracy[row][column]
            if text and value is not None:
                tone = cell_colour(data, style, value, _kept(data, row, column))
                # keeps the hatching of uncertain cells out of the digits
                behind = {"facecolor": tone, "linewidth": 0, "pad": 0.8} if data.doubt else None
                axes.text(
                    (columns[column] + columns[column + 1]) / 2,
                    (rows[row] + rows[row + 1]) / 2,
                    text,
                    color=ink_on(tone),
                    bbox=behind,
                    fontproperties=font,
                    ha="center",
                    va="center_baseline" if "\n" not in text else "center",
                    linespacing=1.1,
                    parse_math=False,
                    zorder=4,
                )
