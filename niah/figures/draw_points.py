"""Points with whiskers, drawn in the frame of every figure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from niah.figures.frame import Frame, draw_frame, frame_of, line_of, margin_of, tick_gap_of
from niah.figures.pages import POINTS, Page, text_width
from niah.figures.points import PointsData, Series
from niah.figures.rulings import DASHES, draw_line_legend, draw_rulings, look_of, missing_mark
from niah.figures.styles import FORMATS, INKS, PRESETS, THEMES, Preset, Theme
from niah.figures.text import Provenance, one_of
from niah.figures.write import own_settings, write_figure

INSET = 0.03
"""Share of the plot that stays free at each end, for markers and lines."""


def write_points(
    data: PointsData,
    stem: Path,
    *,
    formats: Sequence[str] = FORMATS,
    preset: str = "two-columns",
    theme: str = "light",
    provenance: Provenance,
) -> list[Path]:
    """Write points as ``<stem>.png`` and so on, their text as ``<stem>.alt.txt``.

    Arguments and errors as for `draw.write_heatmap`.
    """
    size = PRESETS[one_of("preset", preset, tuple(PRESETS))]
    chosen = [one_of("format", name, FORMATS) for name in formats]
    with own_settings():
        figure = draw_points(data, preset=size, theme=one_of("theme", theme, THEMES))
        return write_figure(
            figure,
            stem,
            formats=chosen,
            dpi=size.dpi,
            title=data.title,
            description=data.description,
            provenance=provenance,
        )


def draw_points(data: PointsData, *, preset: Preset, theme: Theme) -> Figure:
    """The figure of some points; nothing is written."""
    ink = INKS[theme]
    gap = tick_gap_of(preset)
    ticks = max(text_width(label, preset.tick) for _, label in data.up_ticks)
    widest = max(text_width(label, preset.tick) for _, label in data.across_ticks)
    frame = frame_of(
        data,
        preset,
        left=margin_of(preset) + line_of(preset.label) + ticks + 2 * gap,
        right=margin_of(preset) + widest / 2,
    )
    figure = Figure(figsize=(preset.width, frame.height), dpi=preset.dpi, facecolor=ink.page)
    page = Page(figure=figure, width=preset.width, height=frame.height, ink=ink)
    draw_frame(page, frame, preset)
    axes = page.axes(frame.x, frame.y, frame.plot_width, frame.plot_height)
    draw_rulings(
        page,
        axes,
        frame,
        preset,
        across=[(place(x, frame.plot_width), label) for x, label in data.across_ticks],
        up=[(height_of(data, v, frame.plot_height), label) for v, label in data.up_ticks],
        names=(data.across, data.up),
    )
    for index, series in enumerate(data.series):
        _draw_series(axes, data, series, index, frame, preset, theme)
    draw_line_legend(page, frame, preset, theme, joined=data.joined)
    return figure


def place(share: float, width: float) -> float:
    """Inches from the left of a share of the way across."""
    return width * (INSET + (1 - 2 * INSET) * share)


def height_of(data: PointsData, accuracy: float, height: float) -> float:
    """Inches from the top of an accuracy."""
    low, high = data.up_ticks[0][0], data.up_ticks[-1][0]
    share = (accuracy - low) / (high - low)
    return height * (INSET + (1 - 2 * INSET) * (1 - share))


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
    aside = 1.5 * (index - (len(data.series) - 1) / 2) / POINTS if data.joined else 0.0
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
