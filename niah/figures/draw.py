"""Heatmaps drawn: the cells in their frame, with axes, colour bar and legend."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from matplotlib.collections import PolyCollection

from niah.figures.cells import (
    draw_annotations,
    draw_cells,
    draw_lengths,
    draw_outlines,
    edges,
)
from niah.figures.controls import control_legend
from niah.figures.frame import (
    Frame,
    fitting,
    frame_of,
    line_of,
    margin_of,
    open_page,
    tick_gap_of,
)
from niah.figures.heatmap import HeatmapData
from niah.figures.legend import draw_legend
from niah.figures.margins import draw_margins
from niah.figures.pages import POINTS, Page, fitted, text_width
from niah.figures.picture import Picture
from niah.figures.styles import (
    RAMP_STEPS,
    Preset,
    Style,
    Theme,
    ramp,
)
from niah.figures.text import WORDS, localized


def draw_heatmap(
    data: HeatmapData, *, style: Style, preset: Preset, theme: Theme, margins: bool = False
) -> Picture:
    """The figure of a heatmap; nothing is written."""
    controls = control_legend(data.controls, data.language)
    data = replace(data, legend=(*data.legend, *controls))
    margins = margins and data.by_length is not None and data.by_depth is not None
    if margins:
        data = replace(data, caption=(*data.caption, WORDS[data.language]["margins"]))
    margin, gap = margin_of(preset), tick_gap_of(preset)
    ticks = max(text_width(t, preset.tick) for t in data.depth_ticks)
    frame = frame_of(
        data,
        preset,
        left=margin + line_of(preset.label) + ticks + 2 * gap,
        right=right_of(data, preset),
    )
    page = open_page(frame, preset, theme)
    bar_x = frame.x + frame.plot_width + 1.5 * gap
    if margins:
        frame = draw_margins(page, data, frame, preset)
    draw_map(page, data, frame, style, preset, theme)
    draw_labels(page, data, frame, preset)
    draw_bar(page, data, frame, bar_x, style, preset)
    draw_legend(page, frame, preset, theme, style)
    return page.figure


def right_of(data: HeatmapData, preset: Preset) -> float:
    """Space right of the plot for the colour bar with its labels, in inches."""
    marks = max(text_width(label, preset.tick) for _, label in bar_ticks(data))
    return (
        margin_of(preset)
        + line_of(preset.label)
        + marks
        + bar_width(preset)
        + 3.5 * tick_gap_of(preset)
    )


def draw_map(
    page: Page, data: HeatmapData, frame: Frame, style: Style, preset: Preset, theme: Theme
) -> None:
    """The cells of a map in the frame's plot, with tick labels."""
    columns = edges(data.context_lengths, frame.plot_width, data.scale)
    rows = edges(data.depth_percents, frame.plot_height, data.scale)
    axes = page.axes(frame.x, frame.y, frame.plot_width, frame.plot_height)
    draw_cells(axes, data, columns, rows, style, page.ink, theme)
    if data.outlined:
        draw_outlines(axes, data, columns, rows, preset)
    draw_lengths(axes, data, columns, rows, preset, page.ink)
    draw_annotations(axes, data, columns, rows, style, preset)
    tick_gap = tick_gap_of(preset)
    bottom = frame.y + frame.plot_height
    widths = [text_width(t, preset.tick) for t in data.length_ticks]
    middles = [(a + b) / 2 for a, b in pairwise(columns)]
    for i in fitting(middles, widths, 0.7 * preset.tick / POINTS):
        page.text(
            frame.x + middles[i],
            bottom + tick_gap,
            data.length_ticks[i],
            preset.tick,
            ha="center",
        )
    middles = [(a + b) / 2 for a, b in pairwise(rows)]
    heights = [preset.tick / POINTS] * len(middles)
    for i in fitting(middles, heights, 0.2 * preset.tick / POINTS):
        page.text(
            frame.x - tick_gap,
            frame.y + middles[i],
            data.depth_ticks[i],
            preset.tick,
            ha="right",
            va="center_baseline",
        )


def draw_labels(page: Page, data: HeatmapData, frame: Frame, preset: Preset) -> None:
    """The names of both axes, below and left of the frame's plot."""
    page.text(
        frame.x + frame.plot_width / 2,
        frame.y + frame.plot_height + tick_gap_of(preset) + 1.1 * line_of(preset.tick),
        data.length_axis,
        preset.label,
        ha="center",
    )
    page.text(
        margin_of(preset),
        frame.y + frame.plot_height / 2,
        data.depth_axis,
        fitted(data.depth_axis, preset.label, frame.plot_height),
        ha="left",
        va="center",
        rotation=90,
    )


def bar_width(preset: Preset) -> float:
    """Of the colour bar, in inches."""
    return 1.3 * preset.tick / POINTS


def bar_ticks(data: HeatmapData) -> list[tuple[float, str]]:
    """Places on the colour bar, as shares of its height from below, with their labels."""
    tenths = range(-10, 11, 5) if data.kind == "difference" else range(0, 11, 2)
    low = tenths[0]
    sign = "+" if low < 0 else ""
    return [
        (
            (tenth - low) / (tenths[-1] - low),
            localized(f"{tenth / 10:{sign if tenth else ''}.1f}", data.language).replace(
                "-", "\u2212"
            ),
        )
        for tenth in tenths
    ]


def draw_bar(
    page: Page, data: HeatmapData, frame: Frame, x: float, style: Style, preset: Preset
) -> None:
    """The colour bar at ``x`` inches, as high as the frame's plot."""
    tick_gap = tick_gap_of(preset)
    width, height = bar_width(preset), frame.plot_height
    axes = page.axes(x, frame.y, width, height)
    steps = [height * i / RAMP_STEPS for i in range(RAMP_STEPS + 1)]
    signed = data.kind == "difference"
    colours = ramp("difference" if signed else style)[::-1]
    boxes = [
        [
            (0, a),
            (width, a),
            (width, min(b + height / RAMP_STEPS, height)),
            (0, min(b + height / RAMP_STEPS, height)),
        ]
        for a, b in pairwise(steps)
    ]
    axes.add_collection(
        PolyCollection(boxes, facecolors=colours, edgecolors="none", linewidths=0), autolim=False
    )
    for share, label in bar_ticks(data):
        y = frame.y + height * (1 - share)
        page.text(x + width + tick_gap, y, label, preset.tick, va="center_baseline")
    page.text(
        page.width - margin_of(preset),
        frame.y + height / 2,
        data.accuracy_axis,
        fitted(data.accuracy_axis, preset.label, height),
        ha="right",
        va="center",
        rotation=90,
    )
