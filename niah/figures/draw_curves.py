"""Curves with their bands, drawn in the frame of every figure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from niah.figures.curves import Curve, CurvesData, curves_text
from niah.figures.frame import (
    Frame,
    draw_frame,
    frame_of,
    line_of,
    margin_of,
    tick_gap_of,
)
from niah.figures.pages import POINTS, Page, text_width
from niah.figures.rulings import DASHES, draw_line_legend, draw_rulings, look_of
from niah.figures.styles import (
    FORMATS,
    INKS,
    PRESETS,
    THEMES,
    Preset,
    Theme,
)
from niah.figures.text import Provenance, localized, one_of
from niah.figures.write import own_settings, write_figure

HEADROOM = 0.03
"""Share of the plot's height that stays free above 1 and below 0, for lines and markers."""


def write_curves(
    data: CurvesData,
    stem: Path,
    *,
    formats: Sequence[str] = FORMATS,
    preset: str = "two-columns",
    theme: str = "light",
    provenance: Provenance,
) -> list[Path]:
    """Write curves as ``<stem>.png`` and so on, the alternative text as ``<stem>.alt.txt``.

    Arguments and errors as for `draw.write_heatmap`.
    """
    size = PRESETS[one_of("preset", preset, tuple(PRESETS))]
    chosen = [one_of("format", name, FORMATS) for name in formats]
    with own_settings():
        figure = draw_curves(data, preset=size, theme=one_of("theme", theme, THEMES))
        return write_figure(
            figure,
            stem,
            formats=chosen,
            dpi=size.dpi,
            title=data.title,
            description=curves_text(data),
            provenance=provenance,
        )


def draw_curves(data: CurvesData, *, preset: Preset, theme: Theme) -> Figure:
    """The figure of some curves; nothing is written."""
    ink = INKS[theme]
    gap = tick_gap_of(preset)
    left = margin_of(preset) + line_of(preset.label) + text_width("0.0", preset.tick) + 2 * gap
    widest = max((text_width(label, preset.tick) for _, label in data.ticks), default=0.0)
    frame = frame_of(data, preset, left=left, right=margin_of(preset) + widest / 2)
    figure = Figure(figsize=(preset.width, frame.height), dpi=preset.dpi, facecolor=ink.page)
    page = Page(figure=figure, width=preset.width, height=frame.height, ink=ink)
    draw_frame(page, frame, preset)
    axes = page.axes(frame.x, frame.y, frame.plot_width, frame.plot_height)
    draw_rulings(
        page,
        axes,
        frame,
        preset,
        across=[(across(data, value, frame.plot_width), label) for value, label in data.ticks],
        up=[
            (
                down(tenth / 10, frame.plot_height),
                localized(f"{tenth / 10:.1f}", data.language),
            )
            for tenth in range(0, 11, 2)
        ],
        names=(data.across, data.up),
    )
    for index, curve in enumerate(data.curves):
        _draw_curve(axes, data, curve, index, frame, preset, theme)
    draw_line_legend(page, frame, preset, theme, joined=True)
    return figure


def across(data: CurvesData, value: float, width: float) -> float:
    """Inches from the left of an axis value: lengths on a logarithmic scale, depths linear."""
    values = [v for v, _ in data.ticks]
    scaled = math.log if data.axis == "length" else float
    low, high = scaled(values[0]), scaled(values[-1])
    inset = 0.03
    share = 0.5 if high == low else (scaled(value) - low) / (high - low)
    return width * (inset + (1 - 2 * inset) * share)


def down(share: float, height: float) -> float:
    """Inches from the top of an accuracy in [0, 1]."""
    return height * (HEADROOM + (1 - 2 * HEADROOM) * (1 - share))


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
        bounds = [[down(p[i] or 0.0, height) for p in piece] for i in (2, 3)]
        if len(piece) == 1:
            axes.add_line(
                Line2D((xs[0], xs[0]), (bounds[0][0], bounds[1][0]), color=tone, lw=2.5, alpha=0.3)
            )
        else:
            axes.fill_between(xs, *bounds, color=tone, alpha=0.18, linewidth=0, zorder=2)
        axes.add_line(
            Line2D(
                xs,
                [down(p[1] or 0.0, height) for p in piece],
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
        aside = 1.5 * (index - (len(data.curves) - 1) / 2) / POINTS
        x = across(data, curve.effective, width) + aside
        axes.add_line(
            Line2D((x, x), (0, height), color=tone, lw=0.12 * preset.tick, ls=DASHES, zorder=1)
        )
