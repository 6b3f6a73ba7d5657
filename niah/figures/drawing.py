"""Any figure: drawn, described in words, written to files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from niah.figures.curves import CurvesData, curves_text
from niah.figures.describe import alt_text
from niah.figures.draw import draw_heatmap
from niah.figures.draw_curves import draw_curves
from niah.figures.draw_panels import draw_panels
from niah.figures.draw_points import draw_points
from niah.figures.heatmap import HeatmapData
from niah.figures.panels import PanelsData, panels_text
from niah.figures.picture import Picture
from niah.figures.points import PointsData
from niah.figures.styles import FORMATS, PRESETS, STYLES, THEMES
from niah.figures.text import Provenance, one_of
from niah.figures.write import own_settings, write_figure

FigureData = HeatmapData | PanelsData | CurvesData | PointsData


def draw(
    data: FigureData,
    *,
    style: str = "accessible",
    preset: str = "two-columns",
    theme: str = "light",
    margins: bool = False,
) -> Picture:
    """The figure of some data; nothing is written.

    Args:
        data: What to show.
        style: One of `styles.STYLES`; curves and points have no other colours.
        preset: One of `styles.PRESETS`.
        theme: One of `styles.THEMES`.
        margins: Also draw accuracy over length above a heatmap and over depth beside it, with
            95 % intervals.

    Raises:
        ConfigurationError: if a choice is unknown.
    """
    look = one_of("style", style, STYLES)
    size = PRESETS[one_of("preset", preset, tuple(PRESETS))]
    page = one_of("theme", theme, THEMES)
    with own_settings():
        if isinstance(data, HeatmapData):
            picture = draw_heatmap(data, style=look, preset=size, theme=page, margins=margins)
        elif isinstance(data, PanelsData):
            picture = draw_panels(data, style=look, preset=size, theme=page)
        elif isinstance(data, CurvesData):
            picture = draw_curves(data, preset=size, theme=page)
        else:
            picture = draw_points(data, preset=size, theme=page)
    picture.heading, picture.alt_text = data.title, describe(data)
    return picture


def describe(data: FigureData) -> str:
    """The figure in sentences, for readers who cannot see it."""
    if isinstance(data, HeatmapData):
        return alt_text(data)
    if isinstance(data, PanelsData):
        return panels_text(data)
    if isinstance(data, CurvesData):
        return curves_text(data)
    return data.description


def write(
    data: FigureData,
    stem: Path,
    *,
    formats: Sequence[str] = FORMATS,
    style: str = "accessible",
    preset: str = "two-columns",
    theme: str = "light",
    margins: bool = False,
    provenance: Provenance,
) -> list[Path]:
    """Write a figure as ``<stem>.png`` and so on, its alternative text as ``<stem>.alt.txt``.

    The same data gives the same bytes with the same matplotlib.

    Args:
        data: What to show.
        stem: Path without the format's suffix; directories are made.
        formats: Any of `styles.FORMATS`.
        style, preset, theme, margins: See `draw`.
        provenance: Written into each file.

    Raises:
        ConfigurationError: if a choice is unknown, or the files cannot be written.
    """
    chosen = [one_of("format", name, FORMATS) for name in formats]
    figure = draw(data, style=style, preset=preset, theme=theme, margins=margins)
    with own_settings():
        return write_figure(
            figure,
            stem,
            formats=chosen,
            dpi=PRESETS[one_of("preset", preset, tuple(PRESETS))].dpi,
            title=figure.heading,
            description=figure.alt_text,
            provenance=provenance,
        )
