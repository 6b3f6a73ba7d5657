"""Several maps drawn on one page, under one heading, beside one colour bar."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from niah.figures.draw import draw_bar, draw_labels, draw_map, right_of
from niah.figures.frame import Frame, frame_of, line_of, margin_of, open_page, tick_gap_of
from niah.figures.legend import draw_legend
from niah.figures.pages import POINTS, Page, broken, text_width
from niah.figures.panels import PanelsData
from niah.figures.picture import Picture
from niah.figures.styles import Preset, Style, Theme

LEAST_WIDTH = 15.0
"""Of a panel's map, by the height of a tick label, where the page's height is free."""
LEAST_WIDTH_FIXED = 8.0
"""The same on a page of fixed height, where maps are as large as they can be."""
PANEL_ASPECT = 0.74
"""Height of a panel's map by its width, where the page's height is free."""
LEAST_PANEL = 0.45
"""Height of a panel's map in inches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How panels share a plot; lengths in inches.

    Attributes:
        columns, rows: Of panels.
        width: Of a panel's map.
        ticks: Width of the depth labels with their gap.
        headings: Lines of each panel's heading, then of its statements.
        above: Height of the highest heading.
        below: From a panel's map to the next heading.
    """

    columns: int
    rows: int
    width: float
    ticks: float
    headings: tuple[tuple[list[str], list[str]], ...]
    above: float
    below: float

    @property
    def fixed(self) -> float:
        """Height that is no map."""
        return self.rows * self.above + (self.rows - 1) * self.below


def layout_of(data: PanelsData, preset: Preset, plot_width: float, columns: int) -> Layout:
    """The panels in so many columns."""
    gap = tick_gap_of(preset)
    ticks = gap + max(text_width(t, preset.tick) for p in data.panels for t in p.map.depth_ticks)
    between = ticks + 2.5 * gap
    width = (plot_width - (columns - 1) * between) / columns
    headings = tuple(
        (
            broken(panel.heading, preset.tick, width, bold=True),
            [line for s in panel.brief for line in broken(s, preset.small, width)],
        )
        for panel in data.panels
    )
    return Layout(
        columns=columns,
        rows=math.ceil(len(data.panels) / columns),
        width=width,
        ticks=between,
        headings=headings,
        above=gap
        + max(len(h) * line_of(preset.tick) + len(s) * line_of(preset.small) for h, s in headings),
        below=gap + 1.6 * line_of(preset.tick),
    )


def layouts_of(data: PanelsData, preset: Preset, plot_width: float) -> list[Layout]:
    """The layouts whose maps are wide enough, no column more than makes even rows."""
    least = (LEAST_WIDTH if preset.height is None else LEAST_WIDTH_FIXED) * preset.tick / POINTS
    count = len(data.panels)
    even = {math.ceil(count / math.ceil(count / columns)) for columns in range(1, count + 1)}
    layouts = [layout_of(data, preset, plot_width, columns) for columns in sorted(even)]
    return [layout for layout in layouts if layout.width >= least] or layouts[:1]


def draw_panels(data: PanelsData, *, style: Style, preset: Preset, theme: Theme) -> Picture:
    """The figure of several maps; nothing is written."""
    gap = tick_gap_of(preset)
    first = data.panels[0].map
    ticks = max(text_width(t, preset.tick) for p in data.panels for t in p.map.depth_ticks)
    left = margin_of(preset) + line_of(preset.label) + ticks + 2 * gap
    right = right_of(first, preset)

    def framed(layout: Layout) -> Frame:
        fixed = layout.fixed
        return frame_of(
            data,
            preset,
            left=left,
            right=right,
            tall=fixed + layout.rows * PANEL_ASPECT * layout.width,
            least=fixed + layout.rows * LEAST_PANEL,
        )

    def map_height_of(layout: Layout) -> float:
        return (framed(layout).plot_height - layout.fixed) / layout.rows

    layouts = layouts_of(data, preset, preset.width - left - right)
    # where the page's height is free, as many columns as fit; else those that leave maps largest
    layout = (
        layouts[-1]
        if preset.height is None
        else max(layouts, key=lambda one: min(one.width * PANEL_ASPECT, map_height_of(one)))
    )
    frame, map_height = framed(layout), map_height_of(layout)
    page = open_page(frame, preset, theme)
    for index, panel in enumerate(data.panels):
        row, column = divmod(index, layout.columns)
        own = replace(
            frame,
            x=frame.x + column * (layout.width + layout.ticks),
            y=frame.y + row * (layout.above + map_height + layout.below) + layout.above,
            plot_width=layout.width,
            plot_height=map_height,
        )
        _draw_heading(page, layout, index, own, preset)
        draw_map(page, panel.map, own, style, preset, theme)
    maps = replace(frame, y=frame.y + layout.above, plot_height=frame.plot_height - layout.above)
    draw_labels(page, first, maps, preset)
    draw_bar(page, first, maps, frame.x + frame.plot_width + 1.5 * gap, style, preset)
    draw_legend(page, frame, preset, theme, style)
    return page.figure


def _draw_heading(page: Page, layout: Layout, index: int, frame: Frame, preset: Preset) -> None:
    """The panel's lines, standing directly on its map."""
    heading, statements = layout.headings[index]
    y = frame.y - tick_gap_of(preset)
    y -= len(heading) * line_of(preset.tick) + len(statements) * line_of(preset.small)
    for line in heading:
        page.text(frame.x, y, line, preset.tick, bold=True)
        y += line_of(preset.tick)
    for line in statements:
        page.text(frame.x, y, line, preset.small, colour=page.ink.faint)
        y += line_of(preset.small)
