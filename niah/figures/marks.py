"""What is drawn onto cells, beside them and in the legend: strokes, marks, lines, outlines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.patches import Polygon

from niah.figures.pages import POINTS
from niah.figures.styles import MARKS, Ink, Preset, Theme

Point = tuple[float, float]
Box = tuple[Point, Point, Point, Point]
"""Corners of a cell in inches: upper left, upper right, lower right, lower left."""
Stroke = tuple[Point, Point]


def draw_strokes(
    axes: Any,
    strokes: Sequence[tuple[Stroke, str]],
    *,
    width: float,
    alpha: float = 1.0,
    zorder: float = 1.5,
) -> None:
    """Thin lines on coloured cells, each in its own ink."""
    if strokes:
        axes.add_collection(
            LineCollection(
                [stroke for stroke, _ in strokes],
                colors=[tone for _, tone in strokes],
                linewidths=width,
                alpha=alpha,
                capstyle="butt",
                zorder=zorder,
            ),
            autolim=False,
        )


def estimate_dash(box: Box) -> Stroke:
    """The dash of a cell without a trial, low in the cell, so that values fit above it."""
    (left, top), (right, bottom) = box[0], box[2]
    middle, y = (left + right) / 2, bottom - 0.07 * (bottom - top)
    reach = 0.14 * min(right - left, bottom - top)
    return (middle - reach, y), (middle + reach, y)


def doubt_strokes(box: Box, level: int) -> list[Stroke]:
    """Falling strokes over a cell: one for a wide interval, three for a very wide one."""
    (left, top), (right, bottom) = box[0], box[2]
    across, down = (left + right) / 2, (top + bottom) / 2
    strokes = [((left, top), (right, bottom))]
    if level > 1:
        strokes += [((across, top), (right, down)), ((left, down), (across, bottom))]
    return strokes


def draw_length(axes: Any, kind: str, stroke: Stroke, preset: Preset, ink: Ink) -> None:
    """The line of a marked context length: whole for the effective, dashed for the claimed one."""
    heavy = 0.2 * preset.tick
    dashes: Any = (0, (3.2, 2.2)) if kind == "claimed" else "solid"
    for tone, width, pattern in ((ink.page, 1.9 * heavy, "solid"), (ink.text, heavy, dashes)):
        axes.add_collection(
            LineCollection(
                [stroke],
                colors=tone,
                linewidths=width,
                linestyles=[pattern],
                capstyle="butt",
                zorder=3.8,
                clip_on=False,
            ),
            autolim=False,
        )


def draw_outline(axes: Any, strokes: Sequence[Stroke], preset: Preset) -> None:
    """A heavy black line with a white edge, to be seen on any cell and on either page."""
    heavy = 0.24 * preset.tick
    for tone, width in (("#ffffff", 1.8 * heavy), ("#000000", heavy)):
        axes.add_collection(
            LineCollection(
                strokes,
                colors=tone,
                linewidths=width,
                capstyle="projecting",
                zorder=3.5,
                clip_on=False,
            ),
            autolim=False,
        )


def draw_marks(axes: Any, cells: Sequence[tuple[Box, str]], ink: Ink, theme: Theme) -> None:
    """Cells without a score: fill, outline, and strokes whose spacing fits the cell."""
    fills = [getattr(MARKS[state], theme) or ink.page for _, state in cells]
    axes.add_collection(
        PolyCollection(
            [box for box, _ in cells],
            facecolors=fills,
            edgecolors=ink.line,
            linewidths=0.4,
            zorder=2,
            clip_on=False,
        ),
        autolim=False,
    )
    narrowest = min(min(c[0] - a[0], c[1] - a[1]) for (a, _, c, _), _ in cells)
    thin = min(0.6, 0.1 * POINTS * narrowest)
    strokes = [
        stroke
        for ((left, top), _, (right, bottom), _), state in cells
        for stroke in _strokes(MARKS[state].hatch, left, top, right - left, bottom - top)
    ]
    axes.add_collection(
        LineCollection(strokes, colors=ink.hatch, linewidths=thin, capstyle="butt", zorder=2.5),
        autolim=False,
    )


def _strokes(hatch: str, x: float, y: float, width: float, height: float) -> list[Stroke]:
    shares = (0.25, 0.5, 0.75)
    right, bottom, middle = x + width, y + height, (x + width / 2, y + height / 2)
    if hatch == "|":
        return [((x + s * width, y), (x + s * width, bottom)) for s in shares]
    if hatch == "-":
        return [((x, y + s * height), (right, y + s * height)) for s in shares]
    rising = ((x, bottom), (right, y))
    if hatch == "/":
        return [
            ((x, middle[1]), (middle[0], y)),
            rising,
            ((middle[0], bottom), (right, middle[1])),
        ]
    if hatch == "x":
        return [rising, ((x, y), (right, bottom))]
    reach = min(width, height) * 0.14
    return [((middle[0] - reach, middle[1]), (middle[0] + reach, middle[1]))]


def draw_corner(axes: Any, box: Box, ink: str) -> None:
    """The mark of a scored cell that also has trials without a score."""
    (left, top), (right, bottom) = box[0], box[2]
    side = 0.24 * min(right - left, bottom - top)
    corner = [(right - side, top), (right, top), (right, top + side)]
    axes.add_patch(Polygon(corner, facecolor=ink, linewidth=0, zorder=3))
