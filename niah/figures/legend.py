"""The legend below a map: a swatch for whatever the colour bar does not explain."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from matplotlib.patches import Polygon

from niah.figures.frame import Frame, swatch_of
from niah.figures.marks import (
    Box,
    doubt_strokes,
    draw_corner,
    draw_length,
    draw_marks,
    draw_outline,
    draw_strokes,
    estimate_dash,
)
from niah.figures.pages import POINTS, Page
from niah.figures.states import LEAST_COLOUR
from niah.figures.styles import MARKS, Ink, Preset, Style, Theme, colour, greyed

FADED = 0.8
"""The accuracy whose colour shows in the legend how colours fade."""


def draw_legend(page: Page, frame: Frame, preset: Preset, theme: Theme, style: Style) -> None:
    """Draw the legend's entries in their places."""
    width, height = swatch_of(preset)
    ink = page.ink
    for x, y, key, words in frame.legend:
        if key == "heading":
            page.text(x, y + height / 2, words, preset.tick, va="center_baseline")
            continue
        axes = page.axes(x, y, width, height)
        box: Box = ((0.0, 0.0), (width, 0.0), (width, height), (0.0, height))
        if key in MARKS:
            draw_marks(axes, [(box, key)], ink, theme)
        elif key == "outlined":
            draw_outline(axes, list(pairwise((*box, box[0]))), preset)
        elif key in ("effective", "claimed"):
            draw_length(axes, key, ((0.0, height / 2), (width, height / 2)), preset, ink)
        elif key.startswith("control"):
            draw_share(axes, box, key, style, ink)
        elif key == "fade":
            _draw_fading(axes, width, height, style)
        elif key:
            axes.add_patch(
                Polygon(box, facecolor=ink.page, edgecolor=ink.line, lw=0.5, clip_on=False)
            )
            if key == "partial":
                draw_corner(axes, box, ink.text)
            elif key == "estimated":
                draw_strokes(axes, [(estimate_dash(box), ink.text)], width=0.9)
            else:
                strokes = doubt_strokes(box, int(key.removeprefix("doubt-")))
                draw_strokes(axes, [(s, ink.text) for s in strokes], width=0.5, alpha=0.55)
        page.text(
            x + width + 0.5 * preset.tick / POINTS,
            y + height / 2,
            words,
            preset.tick,
            va="center_baseline",
        )


def draw_share(axes: Any, box: Box, key: str, style: Style, ink: Ink) -> None:
    """The swatch of a control: in the map's colour of its share, or the page's where it has none.

    ``key`` is as in `ControlEntry.swatch`.
    """
    _, _, share = key.partition("-")
    face = colour(style, float(share)) if share else ink.page
    axes.add_patch(Polygon(box, facecolor=face, edgecolor=ink.line, lw=0.5, clip_on=False))


def _draw_fading(axes: Any, width: float, height: float, style: Style) -> None:
    """One colour from whole to its greyest, in steps."""
    steps = 4
    for step in range(steps):
        share = 1 - (1 - LEAST_COLOUR) * step / (steps - 1)
        left, right = width * step / steps, width * (step + 1) / steps
        box = ((left, 0.0), (right, 0.0), (right, height), (left, height))
        axes.add_patch(Polygon(box, facecolor=greyed(colour(style, FADED), share), linewidth=0))
