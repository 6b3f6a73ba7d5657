"""The axes and the legend of curves and points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from matplotlib.lines import Line2D

from niah.figures.frame import (
    Frame,
    Heading,
    fitting,
    frame_of,
    line_of,
    margin_of,
    open_page,
    swatch_of,
    tick_gap_of,
)
from niah.figures.pages import POINTS, Page, fitted, text_width
from niah.figures.styles import CURVE_COLOURS, CURVE_MARKERS, Preset, Theme

Ticks = Sequence[tuple[float, str]]
"""(place along an axis, label)."""

DASHES: Any = (0, (4, 3))


INSET = 0.03
"""Share of the plot that stays free at each end, for markers and lines."""


class Ruled(Heading, Protocol):
    """What curves and points say besides their heading."""

    @property
    def across(self) -> str:
        """Name of the axis across."""

    @property
    def up(self) -> str:
        """Name of the axis up."""


def place(share: float, width: float) -> float:
    """Inches from the left of a share of the way across."""
    return width * (INSET + (1 - 2 * INSET) * share)


def place_up(share: float, height: float) -> float:
    """Inches from the top of a share of the way up."""
    return height * (INSET + (1 - 2 * INSET) * (1 - share))


def ruled_page(
    data: Ruled, preset: Preset, theme: Theme, *, across: Ticks, up: Ticks
) -> tuple[Page, Frame, Any]:
    """A page with an empty plot and its rulings; the axes have inches from the upper left corner.

    Args:
        data: Heading, legend, small print and the names of the axes.
        preset, theme: Of the page.
        across, up: (share of the way, label).
    """
    labels = max(text_width(label, preset.tick) for _, label in up)
    widest = max((text_width(label, preset.tick) for _, label in across), default=0.0)
    frame = frame_of(
        data,
        preset,
        left=margin_of(preset) + line_of(preset.label) + labels + 2 * tick_gap_of(preset),
        right=margin_of(preset) + widest / 2,
    )
    page = open_page(frame, preset, theme)
    axes = page.axes(frame.x, frame.y, frame.plot_width, frame.plot_height)
    _draw_rulings(
        page,
        axes,
        frame,
        preset,
        across=[(place(share, frame.plot_width), label) for share, label in across],
        up=[(place_up(share, frame.plot_height), label) for share, label in up],
        names=(data.across, data.up),
    )
    return page, frame, axes


def _draw_rulings(
    page: Page,
    axes: Any,
    frame: Frame,
    preset: Preset,
    *,
    across: Ticks,
    up: Ticks,
    names: tuple[str, str],
) -> None:
    """Level lines, ticks where their labels fit, and the names of the axes; places in inches."""
    gap = tick_gap_of(preset)
    width, height = frame.plot_width, frame.plot_height
    for y, label in up:
        axes.add_line(Line2D((0, width), (y, y), color=page.ink.line, lw=0.4, alpha=0.6))
        page.text(frame.x - gap, frame.y + y, label, preset.tick, ha="right", va="center_baseline")
    axes.add_line(Line2D((0, width), (height, height), color=page.ink.line, lw=0.8, clip_on=False))
    places = [x for x, _ in across]
    widths = [text_width(label, preset.tick) for _, label in across]
    for i in fitting(places, widths, 0.7 * preset.tick / POINTS):
        x, label = across[i]
        page.text(frame.x + x, frame.y + height + 1.3 * gap, label, preset.tick, ha="center")
        axes.add_line(
            Line2D((x, x), (height, height + 0.5 * gap), color=page.ink.line, lw=0.8, clip_on=False)
        )
    page.text(
        frame.x + width / 2,
        frame.y + height + 1.3 * gap + 1.1 * line_of(preset.tick),
        names[0],
        preset.label,
        ha="center",
    )
    page.text(
        margin_of(preset),
        frame.y + height / 2,
        names[1],
        fitted(names[1], preset.label, height),
        va="center",
        rotation=90,
    )


def look_of(index: int, theme: Theme) -> tuple[str, str]:
    """Colour and marker of a series; beyond the colours the same ones with other markers."""
    colours = CURVE_COLOURS[theme]
    marker = CURVE_MARKERS[(index + index // len(colours)) % len(CURVE_MARKERS)]
    return colours[index % len(colours)], marker


def draw_line_legend(
    page: Page, frame: Frame, preset: Preset, theme: Theme, *, joined: bool
) -> None:
    """A swatch for each series by its number, and for what lines across the plot mean."""
    width, height = swatch_of(preset)
    middle = (width / 2, height / 2)
    for x, y, key, words in frame.legend:
        axes = page.axes(x, y, width, height)
        if key in ("effective", "change"):
            line = Line2D((middle[0],) * 2, (0, height), color=page.ink.text, ls=DASHES)
            line.set_linewidth(0.12 * preset.tick)
            axes.add_line(line)
        elif key == "missing":
            axes.add_line(missing_mark(*middle, page.ink.text, preset))
        elif key:
            tone, marker = look_of(int(key), theme)
            line = Line2D(
                (0, middle[0], width) if joined else (middle[0],),
                (middle[1],) * (3 if joined else 1),
                color=tone,
                lw=0.16 * preset.tick,
                marker=marker,
                markersize=0.55 * preset.tick,
                clip_on=False,
            )
            if joined:
                line.set_markevery([1])
            axes.add_line(line)
        page.text(
            x + width + 0.5 * preset.tick / POINTS,
            y + height / 2,
            words,
            preset.tick,
            va="center_baseline",
        )


def missing_mark(x: float, y: float, tone: str, preset: Preset) -> Line2D:
    """The cross of a run without a scored trial."""
    return Line2D(
        (x,),
        (y,),
        color=tone,
        ls="none",
        marker="x",
        markersize=0.5 * preset.tick,
        markeredgewidth=0.12 * preset.tick,
        clip_on=False,
    )
