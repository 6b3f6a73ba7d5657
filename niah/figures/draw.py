"""Heatmap data to a page: everything is measured in inches first, then placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Polygon, Rectangle

from niah.figures.heatmap import HeatmapData, alt_text
from niah.figures.pages import POINTS, Page, broken, font_file, text_width, wrapped
from niah.figures.styles import (
    FORMATS,
    INKS,
    MARKS,
    PRESETS,
    RAMP_STEPS,
    STYLES,
    THEMES,
    Colour,
    Ink,
    Preset,
    Style,
    Theme,
    colour,
    ink_on,
    ramp,
)
from niah.figures.text import Provenance, localized, one_of
from niah.figures.write import own_settings, write_figure

Point = tuple[float, float]
Box = tuple[Point, Point, Point, Point]
"""Corners of a cell in inches: upper left, upper right, lower right, lower left."""
Stroke = tuple[Point, Point]

SMALLEST_SHARE = 0.72
"""Values in cells are at least this share of the ticks' size, or are not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where the parts of a heatmap stand, in inches from the upper left corner."""

    height: float
    map_x: float
    map_y: float
    map_width: float
    map_height: float
    head: tuple[tuple[float, str, float, bool, str], ...]
    legend: tuple[tuple[float, float, str, str], ...]
    small: tuple[tuple[float, str], ...]


def write_heatmap(
    data: HeatmapData,
    stem: Path,
    *,
    formats: Sequence[str] = FORMATS,
    style: str = "accessible",
    preset: str = "two-columns",
    theme: str = "light",
    provenance: Provenance,
) -> list[Path]:
    """Write a heatmap as ``<stem>.png`` and so on, its alternative text as ``<stem>.txt``.

    The same data gives the same bytes with the same matplotlib.

    Args:
        data: What to show.
        stem: Path without the format's suffix; directories are made.
        formats: Any of `styles.FORMATS`.
        style: One of `styles.STYLES`.
        preset: One of `styles.PRESETS`.
        theme: One of `styles.THEMES`.
        provenance: Written into each file.

    Raises:
        ConfigurationError: if a choice is unknown, or the files cannot be written.
    """
    look = one_of("style", style, STYLES)
    size = PRESETS[one_of("preset", preset, tuple(PRESETS))]
    chosen = [one_of("format", name, FORMATS) for name in formats]
    with own_settings():
        figure = draw_heatmap(data, style=look, preset=size, theme=one_of("theme", theme, THEMES))
        return write_figure(
            figure,
            stem,
            formats=chosen,
            dpi=size.dpi,
            title=data.title,
            description=alt_text(data),
            provenance=provenance,
        )


def draw_heatmap(data: HeatmapData, *, style: Style, preset: Preset, theme: Theme) -> Figure:
    """The figure of a heatmap; nothing is written."""
    ink = INKS[theme]
    layout = _layout(data, preset)
    figure = Figure(figsize=(preset.width, layout.height), dpi=preset.dpi, facecolor=ink.page)
    page = Page(figure=figure, width=preset.width, height=layout.height, ink=ink)
    _draw_head(page, layout, preset)
    columns = _edges(data.context_lengths, layout.map_width, data.scale)
    rows = _edges(data.depth_percents, layout.map_height, data.scale)
    axes = page.axes(layout.map_x, layout.map_y, layout.map_width, layout.map_height)
    _draw_cells(axes, data, columns, rows, style, ink, theme)
    if data.outlined:
        _draw_outlines(axes, data, columns, rows, ink)
    _draw_annotations(axes, data, columns, rows, style, preset)
    _draw_axes(page, data, layout, columns, rows, preset)
    _draw_bar(page, data, layout, style, preset)
    _draw_legend(page, layout, preset, theme)
    for y, line in layout.small:
        page.text(_margin(preset), y, line, preset.small, colour=ink.faint)
    return figure


def _margin(preset: Preset) -> float:
    return preset.width * 0.022


def _line(size: float) -> float:
    return size * 1.32 / POINTS


def _layout(data: HeatmapData, preset: Preset) -> Layout:
    margin = _margin(preset)
    inner = preset.width - 2 * margin
    y = margin
    head: list[tuple[float, str, float, bool, str]] = []
    for line in broken(data.title, preset.title, inner, bold=True):
        head.append((y, line, preset.title, True, "text"))
        y += _line(preset.title)
    if data.warning:
        y += 0.3 * _line(preset.label)
        for line in broken(data.warning, preset.label, inner - 0.1, bold=True):
            head.append((y, line, preset.label, True, "warning"))
            y += 1.45 * _line(preset.label)
    for statement in data.subtitle:
        for line in broken(statement, preset.label, inner):
            head.append((y, line, preset.label, False, "faint"))
            y += _line(preset.label)
    gap = 0.9 * _line(preset.label)
    map_y = y + gap

    tick_gap = 0.45 * preset.tick / POINTS
    depth_ticks = max(text_width(t, preset.tick) for t in data.depth_ticks)
    map_x = margin + _line(preset.label) + tick_gap + depth_ticks + tick_gap
    bar = (
        _bar_width(preset)
        + tick_gap
        + max(text_width(label, preset.tick) for _, label in bar_ticks(data))
        + tick_gap
    )
    map_width = preset.width - margin - map_x - bar - _line(preset.label) - 1.5 * tick_gap

    small = wrapped(data.caption, preset.small, inner, joint=" · ")
    legend, legend_rows = _legend_places(data, preset, inner)
    under = tick_gap + _line(preset.tick) + 1.15 * _line(preset.label)
    below = (
        under
        + (0.5 * _line(preset.tick) + legend_rows * 1.25 * _line(preset.tick) if legend else 0)
        + 0.6 * _line(preset.small)
        + len(small) * _line(preset.small)
        + margin
    )
    map_height = map_width * 0.62 if preset.height is None else preset.height - map_y - below
    height = map_y + map_height + below if preset.height is None else preset.height
    bottom = map_y + map_height + under
    legend_y = bottom + 0.5 * _line(preset.tick)
    if legend:
        bottom = legend_y + legend_rows * 1.25 * _line(preset.tick)
    small_y = bottom + 0.6 * _line(preset.small)
    return Layout(
        height=height,
        map_x=map_x,
        map_y=map_y,
        map_width=map_width,
        map_height=map_height,
        head=tuple(head),
        legend=tuple((margin + x, legend_y + y, key, words) for x, y, key, words in legend),
        small=tuple((small_y + i * _line(preset.small), line) for i, line in enumerate(small)),
    )


def _legend_places(
    data: HeatmapData, preset: Preset, inner: float
) -> tuple[list[tuple[float, float, str, str]], int]:
    places: list[tuple[float, float, str, str]] = []
    x, row = 0.0, 0
    swatch = 1.9 * preset.tick / POINTS
    for key, words in data.legend:
        width = swatch + 0.5 * preset.tick / POINTS + text_width(words, preset.tick)
        if x and x + width > inner:
            x, row = 0.0, row + 1
        places.append((x, row * 1.25 * _line(preset.tick), key, words))
        x += width + 1.4 * preset.tick / POINTS
    return places, row + 1


def _edges(values: Sequence[float], size: float, scale: str) -> list[float]:
    """Borders of the cells in inches: equal steps, or half-way between the true values."""
    count = len(values)
    if scale == "categorical" or count == 1:
        return [size * i / count for i in range(count + 1)]
    middles = [(a + b) / 2 for a, b in pairwise(values)]
    first = values[0] - (middles[0] - values[0])
    last = values[-1] + (values[-1] - middles[-1])
    borders = [first, *middles, last]
    return [size * (b - first) / (last - first) for b in borders]


def _draw_head(page: Page, layout: Layout, preset: Preset) -> None:
    margin = _margin(preset)
    for y, line, size, bold, kind in layout.head:
        if kind == "warning":
            pad = 0.35 * size / POINTS
            width = text_width(line, size, bold) + 2 * pad
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


def _draw_cells(
    axes: Any,
    data: HeatmapData,
    columns: list[float],
    rows: list[float],
    style: Style,
    ink: Ink,
    theme: Theme,
) -> None:
    boxes, colours, marks = [], [], []
    gap = min(0.6, 0.04 * POINTS * min(columns[-1] / len(columns), rows[-1] / len(rows)))
    for row, values in enumerate(data.accuracy):
        for column, value in enumerate(values):
            box = _box(columns, rows, row, column)
            if value is None:
                marks.append((box, data.state[row][column]))
            else:
                boxes.append(box)
                colours.append(cell_colour(data, style, value))
            if data.partial[row][column]:
                _draw_corner(axes, box, ink_on(colours[-1]))
    axes.add_collection(
        PolyCollection(boxes, facecolors=colours, edgecolors=ink.page, linewidths=gap, zorder=1),
        autolim=False,
    )
    if marks:
        _draw_marks(axes, marks, ink, theme)


def cell_colour(data: HeatmapData, style: Style, value: float) -> Colour:
    """The colour of a cell's value: an accuracy by its style, a difference by its sign."""
    if data.kind == "difference":
        return colour("difference", (value + 1) / 2)
    return colour(style, value)


def _draw_outlines(
    axes: Any, data: HeatmapData, columns: list[float], rows: list[float], ink: Ink
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
    for colour_, width in ((ink.page, 3.0), (ink.text, 1.6)):
        axes.add_collection(
            LineCollection(
                strokes,
                colors=colour_,
                linewidths=width,
                capstyle="projecting",
                zorder=3.5,
                clip_on=False,
            ),
            autolim=False,
        )


def _box(columns: list[float], rows: list[float], row: int, column: int) -> Box:
    left, right, top, bottom = columns[column], columns[column + 1], rows[row], rows[row + 1]
    return (left, top), (right, top), (right, bottom), (left, bottom)


def _draw_marks(axes: Any, cells: Sequence[tuple[Box, str]], ink: Ink, theme: Theme) -> None:
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
    strokes = [
        stroke
        for ((left, top), _, (right, bottom), _), state in cells
        for stroke in _strokes(MARKS[state].hatch, left, top, right - left, bottom - top)
    ]
    axes.add_collection(
        LineCollection(strokes, colors=ink.hatch, linewidths=0.6, capstyle="butt", zorder=2.5),
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


def _draw_corner(axes: Any, box: Box, ink: str) -> None:
    (left, top), (right, bottom) = box[0], box[2]
    side = 0.24 * min(right - left, bottom - top)
    corner = [(right - side, top), (right, top), (right, top + side)]
    axes.add_patch(Polygon(corner, facecolor=ink, linewidth=0, zorder=3))


def _draw_annotations(
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
        size = min(preset.tick, 0.86 * width / widest, 0.86 * height * POINTS / (1.25 * deepest))
        if size >= SMALLEST_SHARE * preset.tick:
            break
    else:
        return
    font = FontProperties(fname=font_file(), size=size)
    for row, cells in enumerate(words):
        for column, text in enumerate(cells):
            value = data.accuracy[row][column]
            if text and value is not None:
                axes.text(
                    (columns[column] + columns[column + 1]) / 2,
                    (rows[row] + rows[row + 1]) / 2,
                    text,
                    color=ink_on(cell_colour(data, style, value)),
                    fontproperties=font,
                    ha="center",
                    va="center_baseline" if "\n" not in text else "center",
                    linespacing=1.1,
                    parse_math=False,
                    zorder=4,
                )


def _draw_axes(
    page: Page,
    data: HeatmapData,
    layout: Layout,
    columns: list[float],
    rows: list[float],
    preset: Preset,
) -> None:
    tick_gap = 0.45 * preset.tick / POINTS
    bottom = layout.map_y + layout.map_height
    widths = [text_width(t, preset.tick) for t in data.length_ticks]
    middles = [(a + b) / 2 for a, b in pairwise(columns)]
    for i in _fitting(middles, widths, 0.7 * preset.tick / POINTS):
        page.text(
            layout.map_x + middles[i],
            bottom + tick_gap,
            data.length_ticks[i],
            preset.tick,
            ha="center",
        )
    middles = [(a + b) / 2 for a, b in pairwise(rows)]
    heights = [preset.tick / POINTS] * len(middles)
    for i in _fitting(middles, heights, 0.2 * preset.tick / POINTS):
        page.text(
            layout.map_x - tick_gap,
            layout.map_y + middles[i],
            data.depth_ticks[i],
            preset.tick,
            ha="right",
            va="center_baseline",
        )
    page.text(
        layout.map_x + layout.map_width / 2,
        bottom + tick_gap + 1.1 * _line(preset.tick),
        data.length_axis,
        preset.label,
        ha="center",
    )
    page.text(
        _margin(preset),
        layout.map_y + layout.map_height / 2,
        data.depth_axis,
        preset.label,
        ha="left",
        va="center",
        rotation=90,
    )


def _fitting(middles: list[float], sizes: list[float], gap: float) -> list[int]:
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


def _bar_width(preset: Preset) -> float:
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


def _draw_bar(page: Page, data: HeatmapData, layout: Layout, style: Style, preset: Preset) -> None:
    tick_gap = 0.45 * preset.tick / POINTS
    x = layout.map_x + layout.map_width + 1.5 * tick_gap
    width, height = _bar_width(preset), layout.map_height
    axes = page.axes(x, layout.map_y, width, height)
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
        y = layout.map_y + height * (1 - share)
        page.text(x + width + tick_gap, y, label, preset.tick, va="center_baseline")
    page.text(
        page.width - _margin(preset),
        layout.map_y + height / 2,
        data.accuracy_axis,
        preset.label,
        ha="right",
        va="center",
        rotation=90,
    )


def _draw_legend(page: Page, layout: Layout, preset: Preset, theme: Theme) -> None:
    width, height = 1.9 * preset.tick / POINTS, 1.15 * preset.tick / POINTS
    for x, y, key, words in layout.legend:
        axes = page.axes(x, y, width, height)
        box = (0.0, 0.0), (width, 0.0), (width, height), (0.0, height)
        if key == "outlined":
            outline = Polygon(
                box, facecolor=page.ink.page, edgecolor=page.ink.text, lw=1.6, clip_on=False
            )
            axes.add_patch(outline)
        elif key == "partial":
            axes.add_patch(
                Polygon(
                    box, facecolor=page.ink.page, edgecolor=page.ink.line, lw=0.5, clip_on=False
                )
            )
            _draw_corner(axes, box, page.ink.text)
        else:
            _draw_marks(axes, [(box, key)], page.ink, theme)
        page.text(
            x + width + 0.5 * preset.tick / POINTS,
            y + height / 2,
            words,
            preset.tick,
            va="center_baseline",
        )
