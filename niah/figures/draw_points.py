"""Points with whiskers, drawn in the frame of every figure."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from matplotlib.lines import Line2D

from niah.figures.frame import Frame
from niah.figures.pages import POINTS
from niah.figures.picture import Picture
from niah.figures.points import PointsData, Series
from niah.figures.rulings import (
    DASHES,
    INSET,
    draw_line_legend,
    look_of,
    missing_mark,
    place,
    place_up,
    ruled_page,
)
from niah.figures.styles import Preset, Theme


def draw_points(data: PointsData, *, preset: Preset, theme: Theme) -> Picture:
    """The figure of some points; nothing is written."""
    page, frame, axes = ruled_page(
        data,
        preset,
        theme,
        across=data.across_ticks,
        up=[(_share_up(data, value), label) for value, label in data.up_ticks],
    )
    for index, series in enumerate(data.series):
        _draw_series(axes, data, series, index, frame, preset, theme)
    draw_line_legend(page, frame, preset, theme, joined=data.joined)
    return page.figure


def height_of(data: PointsData, accuracy: float, height: float) -> float:
    """Inches from the top of an accuracy."""
    return place_up(_share_up(data, accuracy), height)


def _share_up(data: PointsData, accuracy: float) -> float:
    low, high = data.up_ticks[0][0], data.up_ticks[-1][0]
    return (accuracy - low) / (high - low)


def _draw_series(
    axes: Any,
    data: PointsData,
    series: Series,
    index: int,
    frame: Frame,
    preset: Preset,
    theme: Theme,
) -> None:
    tone, marker = look_of(index, theme)
    width, height = frame.plot_width, frame.plot_height
    thin = 0.12 * preset.tick
    # whiskers and lines of several series at one place stand side by side
    aside = (
        0.2 * preset.tick * (index - (len(data.series) - 1) / 2) / POINTS if data.joined else 0.0
    )
    for change in series.changes:
        x = place(change, width) + aside
        axes.add_line(Line2D((x, x), (0, height), color=tone, lw=thin, ls=DASHES, zorder=1))
    for scored, group in groupby(series.points, key=lambda p: p.value is not None):
        piece = list(group)
        xs = [place(p.x, width) + aside for p in piece]
        if not scored:
            for x in xs:
                axes.add_line(missing_mark(x, height * (1 - INSET / 2), tone, preset))
            continue
        for x, p in zip(xs, piece, strict=True):
            ends = [height_of(data, v or 0.0, height) for v in (p.lower, p.upper)]
            axes.add_line(Line2D((x, x), ends, color=tone, lw=thin, alpha=0.55, zorder=2))
        axes.add_line(
            Line2D(
                xs,
                [height_of(data, p.value or 0.0, height) for p in piece],
                color=tone,
                lw=0.1 * preset.tick if data.joined else 0,
                marker=marker,
                markersize=(0.4 if data.joined else 0.7) * preset.tick,
                zorder=3,
                clip_on=False,
            )
        )
