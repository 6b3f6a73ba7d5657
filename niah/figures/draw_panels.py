"""Several maps drawn on one page, under one heading, beside one colour bar."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from niah.figures.draw import draw_bar, draw_labels, draw_map, right_of
from niah.figures.frame import Frame, frame_of, line_of, margin_of, open_page, tick_gap_of
from niah.figures.legend import draw_legend, draw_share
from niah.figures.pages import POINTS, Page, broken, text_width
from niah.figures.panels import Panel, PanelsData
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
LEAST_ASPECT = 0.4
"""Height of a panel's map by its width below controls, which would leave it no room."""

_GAP = 0.4
"""Between a control's swatch and its words, by the height of a letter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Above:
    """What stands above a panel's map, from above.

    Attributes:
        heading: Its lines.
        statements: Lines of small print.
        controls: The same with their swatches; without one, a line goes on.
    """

    heading: tuple[str, ...]
    statements: tuple[str, ...]
    controls: tuple[tuple[str, str], ...]

    def height(self, preset: Preset) -> float:
        """In inches."""
        small = len(self.statements) + len(self.controls)
        return len(self.heading) * line_of(preset.tick) + small * line_of(preset.small)


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How panels share a plot; lengths in inches.

    Attributes:
        columns, rows: Of panels.
        width: Of a panel's map.
        ticks: Width of the depth labels with their gap.
        headings: What stands above each panel's map.
        above: Height of the highest heading.
        below: From a panel's map to the next heading.
    """

    columns: int
    rows: int
    width: float
    ticks: float
    headings: tuple[Above, ...]
    above: float
    below: float

    @property
    def least(self) -> float:
        """Least height of a panel's map."""
        beside = any(above.controls for above in self.headings)
        return max(LEAST_PANEL, LEAST_ASPECT * self.width if beside else 0.0)

    @property
    def fixed(self) -> float:
        """Height that is no map."""
        return self.rows * self.above + (self.rows - 1) * self.below


def above_of(panel: Panel, preset: Preset, width: float) -> Above:
    """What stands above a panel's map of so many inches."""
    beside = width - _swatch(preset) - _GAP * preset.small / POINTS
    return Above(
        heading=tuple(broken(panel.heading, preset.tick, width, bold=True)),
        statements=tuple(line for s in panel.brief for line in broken(s, preset.small, width)),
        controls=tuple(
            ("" if at else entry.swatch, line)
            for entry in panel.controls
            for at, line in enumerate(broken(entry.brief, preset.small, beside))
        ),
    )


def layout_of(data: PanelsData, preset: Preset, plot_width: float, columns: int) -> Layout:
    """The panels in so many columns."""
    gap = tick_gap_of(preset)
    ticks = gap + max(text_width(t, preset.tick) for p in data.panels for t in p.map.depth_ticks)
    between = ticks + 2.5 * gap
    width = (plot_width - (columns - 1) * between) / columns
    headings = tuple(above_of(panel, preset, width) for panel in data.panels)
    return Layout(
        columns=columns,
        rows=math.ceil(len(data.panels) / columns),
        width=width,
        ticks=between,
        headings=headings,
        above=gap + max(above.height(preset) for above in headings),
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
            least=fixed + layout.rows * layout.least,
        )

    def map_height_of(layout: Layout) -> float:
        return (framed(layout).plot_height - layout.fixed) / layout.rows

    layouts = layouts_of(data, preset, preset.width - left - right)
    # where the page's height is free, as many columns as fit; else those that leave maps largest
    # on the lowest page: it grows where the maps' least height asks for it
    layout = (
        layouts[-1]
        if preset.height is None
        else max(
            layouts,
            key=lambda one: (
                -round(framed(one).height, 6),
                min(one.width * PANEL_ASPECT, map_height_of(one)),
            ),
        )
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
        _draw_above(page, layout.headings[index], own, style, preset)
        draw_map(page, panel.map, own, style, preset, theme)
    maps = replace(frame, y=frame.y + layout.above, plot_height=frame.plot_height - layout.above)
    draw_labels(page, first, maps, preset)
    draw_bar(page, first, maps, frame.x + frame.plot_width + 1.5 * gap, style, preset)
    draw_legend(page, frame, preset, theme, style)
    return page.figure


def _swatch(preset: Preset) -> float:
    """Width and height of a control's swatch in inches."""
    return 0.9 * preset.small / POINTS


def _draw_above(page: Page, above: Above, frame: Frame, style: Style, preset: Preset) -> None:
    """The lines above a map, standing directly on it."""
    y = frame.y - tick_gap_of(preset) - above.height(preset)
    for line in above.heading:
        page.text(frame.x, y, line, preset.tick, bold=True)
        y += line_of(preset.tick)
    for line in above.statements:
        page.text(frame.x, y, line, preset.small, colour=page.ink.faint)
        y += line_of(preset.small)
    side = _swatch(preset)
    for swatch, line in above.controls:
        middle = y + line_of(preset.small) / 2
        if swatch:
            axes = page.axes(frame.x, middle - side / 2, side, side)
            box = ((0.0, 0.0), (side, 0.0), (side, side), (0.0, side))
            draw_share(axes, box, swatch, style, page.ink)
        page.text(
            frame.x + side + _GAP * preset.small / POINTS,
            middle,
            line,
            preset.small,
            colour=page.ink.faint,
            va="center_baseline",
        )
        y += line_of(preset.small)
