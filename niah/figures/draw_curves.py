"""Curves with their bands, drawn in the frame of every figure."""

from __future__ import annotations

import math
from itertools import groupby
from typing import Any

from matplotlib.lines import Line2D

from niah.figures.curves import Curve, CurvesData
from niah.figures.frame import (
    Frame,
)
from niah.figures.pages import POINTS
from niah.figures.picture import Picture
from niah.figures.rulings import (
    DASHES,
    draw_line_legend,
    look_of,
    place,
    place_up,
    ruled_page,
)
from niah.figures.styles import (
    Preset,
    Theme,
)
from niah.figures.text import localized


def draw_curves(data: CurvesData, *, preset: Preset, theme: Theme) -> Picture:
    """The figure of some curves; nothing is written."""
    page, frame, axes = ruled_page(
        data,
        preset,
        theme,
        across=[(_share_across(data, value), label) for value, label in data.ticks],
        up=[
            (tenth / 10, localized(f"{tenth / 10:.1f}", data.language)) for tenth in range(0, 11, 2)
        ],
    )
    for index, curve in enumerate(data.curves):
        _draw_curve(axes, data, curve, index, frame, preset, theme)
    draw_line_legend(page, frame, preset, theme, joined=True)
    return page.figure


def across(data: CurvesData, value: float, width: float) -> float:
    """Inches from the left of an axis value: lengths on a logarithmic scale, depths linear."""
    return place(_share_across(data, value), width)


def _share_across(data: CurvesData, value: float) -> float:
    values = [v for v, _ in data.ticks]
    scaled = math.log if data.axis == "length" else float
    low, high = scaled(values[0]), scaled(values[-1])
    return 0.5 if high == low else (scaled(value) - low) / (high - low)


def _draw_curve(
    axes: Any,
    data: CurvesData,
    curve: Curve,
    index: int,
    frame: Frame,
    preset: Preset,
    theme: Theme,
) -> None:
    """The curve in pieces: where nothing was scored the line is broken."""
    tone, marker = look_of(index, theme)
    width, height = frame.plot_width, frame.plot_height
    veil = min(0.18, 0.6 / len(data.curves))
    points = [
        (across(data, at, width), accuracy, lower, upper)
        for at, accuracy, lower, upper in zip(
            curve.at, curve.accuracy, curve.lower, curve.upper, strict=True
        )
    ]
    for measured, group in groupby(points, key=lambda point: point[1] is not None):
        if not measured:
            continue
        piece = list(group)
        xs = [x for x, _, _, _ in piece]
        bounds = [[place_up(p[i] or 0.0, height) for p in piece] for i in (2, 3)]
        if len(piece) == 1:
            axes.add_line(
                Line2D((xs[0], xs[0]), (bounds[0][0], bounds[1][0]), color=tone, lw=2.5, alpha=0.3)
            )
        else:
            axes.fill_between(xs, *bounds, color=tone, alpha=veil, linewidth=0, zorder=2)
        axes.add_line(
            Line2D(
                xs,
                [place_up(p[1] or 0.0, height) for p in piece],
                color=tone,
                lw=0.16 * preset.tick,
                marker=marker,
                markersize=0.55 * preset.tick,
                zorder=3,
                clip_on=False,
            )
        )
    if curve.effective is not None:
        # lines at one length stand side by side
        aside = 0.2 * preset.tick * (index - (len(data.curves) - 1) / 2) / POINTS
        x = across(data, curve.effective, width) + aside
        axes.add_line(
            Line2D((x, x), (0, height), color=tone, lw=0.12 * preset.tick, ls=DASHES, zorder=1)
        )
