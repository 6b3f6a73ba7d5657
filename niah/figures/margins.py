"""Accuracy over length above a map and over depth beside it, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from matplotlib.collections import LineCollection, PolyCollection

from niah.figures.cells import edges
from niah.figures.frame import Frame, line_of, tick_gap_of
from niah.figures.heatmap import HeatmapData, Margin
from niah.figures.pages import Page
from niah.figures.styles import Ink, Preset
from niah.figures.text import localized

SHARE = 0.13
"""Thickness of a strip by the width of the plot."""
LARGEST_SHARE = 0.2
"""Of the strip above by the height of the plot."""

Point = tuple[float, float]


def draw_margins(page: Page, data: HeatmapData, frame: Frame, preset: Preset) -> Frame:
    """Draw both strips within the frame's plot; returns the frame of the map that is left."""
    strip = min(SHARE * frame.plot_width, LARGEST_SHARE * frame.plot_height)
    gap = tick_gap_of(preset)
    taken = strip + 2 * gap
    inner = replace(
        frame,
        y=frame.y + taken,
        plot_width=frame.plot_width - taken - 2 * gap,
        plot_height=frame.plot_height - taken,
    )
    zero, one = (localized(text, data.language) for text in ("0.0", "1.0"))
    if data.by_length is not None:
        borders = edges(data.context_lengths, inner.plot_width, data.scale)
        axes = page.axes(inner.x, frame.y, inner.plot_width, strip)
        _draw_strip(axes, data.by_length, borders, strip, page.ink, upright=True)
        for share, label in ((0.0, zero), (1.0, one)):
            page.text(
                inner.x - gap,
                frame.y + strip * (1 - share),
                label,
                preset.tick,
                ha="right",
                va="center_baseline",
            )
    if data.by_depth is not None:
        borders = edges(data.depth_percents, inner.plot_height, data.scale)
        x = inner.x + inner.plot_width + 3 * gap
        axes = page.axes(x, inner.y, strip, inner.plot_height)
        _draw_strip(axes, data.by_depth, borders, strip, page.ink, upright=False)
        for share, label in ((0.0, zero), (1.0, one)):
            page.text(
                x + strip * share,
                inner.y - 0.5 * gap - line_of(preset.tick),
                label,
                preset.tick,
                ha="center",
            )
    return inner


def _draw_strip(
    axes: Any, margin: Margin, borders: Sequence[float], size: float, ink: Ink, *, upright: bool
) -> None:
    """Per row or column a box from the lower to the upper bound, and a stroke at the accuracy."""

    def point(along: float, share: float) -> Point:
        return (along, size * (1 - share)) if upright else (size * share, along)

    boxes: list[list[Point]] = []
    strokes: list[tuple[Point, Point]] = []
    for index, accuracy in enumerate(margin.accuracy):
        low, high = margin.lower[index], margin.upper[index]
        start, stop = borders[index], borders[index + 1]
        if accuracy is None or low is None or high is None:
            continue
        inset = 0.12 * (stop - start)
        a, b = start + inset, stop - inset
        boxes.append([point(a, low), point(b, low), point(b, high), point(a, high)])
        strokes.append((point(a, accuracy), point(b, accuracy)))
    rules = [(point(borders[0], s), point(borders[-1], s)) for s in (0.0, 0.5, 1.0)]
    axes.add_collection(
        LineCollection(rules, colors=ink.line, linewidths=0.5, zorder=1, clip_on=False),
        autolim=False,
    )
    axes.add_collection(
        PolyCollection(boxes, facecolors=ink.band, edgecolors="none", linewidths=0, zorder=2),
        autolim=False,
    )
    axes.add_collection(
        LineCollection(strokes, colors=ink.text, linewidths=1.2, zorder=3, clip_on=False),
        autolim=False,
    )
