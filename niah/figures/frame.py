"""The frame of every figure: heading, plot, legend and small print, measured before placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

from matplotlib.patches import Rectangle

from niah.figures.pages import POINTS, Page, broken, text_width, wrapped
from niah.figures.picture import Picture
from niah.figures.styles import INKS, Preset, Theme

ASPECT = 0.62
"""Height of a plot by its width, where the page's height is free."""
LEAST_HEIGHT = 1.5
"""Of a plot, in inches."""


class Heading(Protocol):
    """What every figure's data says above and below its plot."""

    @property
    def title(self) -> str:
        """The model or models."""

    @property
    def warning(self) -> str:
        """That the model is simulated; empty for a real one."""

    @property
    def subtitle(self) -> tuple[str, ...]:
        """Statements below the title."""

    @property
    def caption(self) -> tuple[str, ...]:
        """Statements of the small print."""

    @property
    def legend(self) -> tuple[tuple[str, str], ...]:
        """Keys with their words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where the parts of a figure stand, in inches from the upper left corner.

    Attributes:
        height: Of the page.
        x, y, plot_width, plot_height: The plot.
        head: (y, line, size, bold, kind) of the lines above the plot.
        legend: (x, y, key, words) of its entries.
        small: (y, line) of the small print.
    """

    height: float
    x: float
    y: float
    plot_width: float
    plot_height: float
    head: tuple[tuple[float, str, float, bool, str], ...]
    legend: tuple[tuple[float, float, str, str], ...]
    small: tuple[tuple[float, str], ...]


def margin_of(preset: Preset) -> float:
    """Space at the edges of the page, in inches."""
    return preset.width * 0.022


def line_of(size: float) -> float:
    """Height of a line of text in inches."""
    return size * 1.32 / POINTS


def tick_gap_of(preset: Preset) -> float:
    """Space between a plot and its tick labels, in inches."""
    return 0.45 * preset.tick / POINTS


def frame_of(
    heading: Heading,
    preset: Preset,
    *,
    left: float,
    right: float,
    tall: float | None = None,
    least: float = LEAST_HEIGHT,
) -> Frame:
    """The frame around a plot that leaves ``left`` and ``right`` inches for its axes.

    ``tall`` is the plot's height in inches where the page's height is free; by default it follows
    from the width. A page of fixed height grows only where the plot would be lower than ``least``.
    """
    margin = margin_of(preset)
    inner = preset.width - 2 * margin
    y = margin
    head: list[tuple[float, str, float, bool, str]] = []
    for line in broken(heading.title, preset.title, inner, bold=True):
        head.append((y, line, preset.title, True, "text"))
        y += line_of(preset.title)
    if heading.warning:
        y += 0.3 * line_of(preset.label)
        for line in broken(heading.warning, preset.label, inner - 0.1, bold=True):
            head.append((y, line, preset.label, True, "warning"))
            y += 1.45 * line_of(preset.label)
    for statement in heading.subtitle:
        for line in broken(statement, preset.label, inner):
            head.append((y, line, preset.label, False, "faint"))
            y += line_of(preset.label)
    y += 0.9 * line_of(preset.label)

    small = wrapped(heading.caption, preset.small, inner, joint=" · ")
    legend, legend_height = _legend_places(heading.legend, preset, inner)
    under = tick_gap_of(preset) + line_of(preset.tick) + 1.15 * line_of(preset.label)
    above_small = under + legend_height + 0.6 * line_of(preset.small)
    below = above_small + len(small) * line_of(preset.small) + margin
    width = preset.width - left - right
    wished = width * ASPECT if tall is None else tall
    plot_height = max(wished if preset.height is None else preset.height - y - below, least)
    legend_y = y + plot_height + under + 0.5 * line_of(preset.tick)
    small_y = y + plot_height + above_small
    return Frame(
        height=y + plot_height + below,
        x=left,
        y=y,
        plot_width=width,
        plot_height=plot_height,
        head=tuple(head),
        legend=tuple((margin + x, legend_y + down, key, words) for x, down, key, words in legend),
        small=tuple((small_y + i * line_of(preset.small), line) for i, line in enumerate(small)),
    )


def swatch_of(preset: Preset) -> tuple[float, float]:
    """Width and height of a legend's swatch in inches."""
    return 1.9 * preset.tick / POINTS, 1.15 * preset.tick / POINTS


def _legend_places(
    entries: Sequence[tuple[str, str]], preset: Preset, inner: float
) -> tuple[list[tuple[float, float, str, str]], float]:
    """Each entry's place within the legend, and the height that the legend takes."""
    places: list[tuple[float, float, str, str]] = []
    x, row = 0.0, 0
    pitch = 1.25 * line_of(preset.tick)
    for key, words in entries:
        heading = key == "heading"
        if heading and places:
            x, row = 0.0, row + 1
        taken = 0.0 if heading else swatch_of(preset)[0] + 0.5 * preset.tick / POINTS
        lines = broken(words, preset.tick, inner - taken)
        width = taken + max(text_width(line, preset.tick) for line in lines)
        if x and x + width > inner:
            x, row = 0.0, row + 1
        for line in lines:
            places.append((x, row * pitch, key, line))
            key, row = "", row + 1
        row -= not heading
        x = 0.0 if heading else x + width + 1.4 * preset.tick / POINTS
    return places, 0.5 * line_of(preset.tick) + (row + 1) * pitch if entries else 0.0


def open_page(frame: Frame, preset: Preset, theme: Theme) -> Page:
    """A new page of the frame's size with its heading and small print."""
    ink = INKS[theme]
    figure = Picture(figsize=(preset.width, frame.height), dpi=preset.dpi, facecolor=ink.page)
    page = Page(figure=figure, width=preset.width, height=frame.height, ink=ink)
    _draw_words(page, frame, preset)
    return page


def _draw_words(page: Page, frame: Frame, preset: Preset) -> None:
    margin = margin_of(preset)
    for y, line, size, bold, kind in frame.head:
        if kind == "warning":
            pad = 0.35 * size / POINTS
            width = 1.02 * text_width(line, size, bold) + 2 * pad
            box = page.axes(margin, y - 0.1 * size / POINTS, width, 1.5 * size / POINTS)
            box.add_patch(
                Rectangle((0, 0), width, 1.5 * size / POINTS, facecolor=page.ink.warning_page, lw=0)
            )
            page.text(
                margin + pad,
                y + 0.65 * size / POINTS,
                line,
                size,
                bold=True,
                colour=page.ink.warning_text,
                va="center_baseline",
            )
        else:
            tone = page.ink.text if kind == "text" else page.ink.faint
            page.text(margin, y, line, size, bold=bold, colour=tone)
    for y, line in frame.small:
        page.text(margin, y, line, preset.small, colour=page.ink.faint)


def fitting(middles: list[float], sizes: list[float], gap: float) -> list[int]:
    """Indexes of labels that stand clear of each other, first and last included where possible.

    Every k-th one for the smallest k that fits; on a true scale, where no small k does, as many
    as fit from the last one backwards.
    """
    count = len(middles)

    def clear(a: int, b: int) -> bool:
        return middles[b] - middles[a] >= (sizes[a] + sizes[b]) / 2 + gap

    best: list[int] = [count - 1]
    for step in range(1, count):
        chosen = list(range(0, count, step))
        if chosen[-1] != count - 1:
            if len(chosen) > 1 and count - 1 - chosen[-1] < (step + 1) / 2:
                chosen.pop()
            chosen.append(count - 1)
        if all(clear(a, b) for a, b in pairwise(chosen)):
            best = chosen
            break
    backwards = [count - 1]
    for index in range(count - 2, 0, -1):
        if clear(index, backwards[-1]) and clear(0, index):
            backwards.append(index)
    if count > 1 and clear(0, backwards[-1]):
        backwards.append(0)
    steps = [b - a for a, b in pairwise(middles)] or [0.0]
    uneven = max(steps) > 1.01 * min(steps)
    return backwards[::-1] if uneven and len(backwards) > len(best) else best
