"""A page in inches, and the text that is measured before it is placed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from matplotlib import get_data_path
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font

from niah.figures.picture import Picture
from niah.figures.styles import Ink

POINTS = 72.0
_JOINTS = "/-_:"
REPLACEMENT = "\u25a1"
"""Stands for a character that the embedded font does not have."""


@lru_cache(maxsize=2)
def font_file(bold: bool = False) -> str:
    """The font that every figure embeds: DejaVu Sans, which matplotlib brings along."""
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return f"{get_data_path()}/fonts/ttf/{name}"


@lru_cache(maxsize=2)
def _font(bold: bool) -> FT2Font:
    font = FT2Font(font_file(bold))
    font.set_size(100, 72)
    return font


@lru_cache(maxsize=2)
def _known_characters(bold: bool) -> frozenset[int]:
    return frozenset(_font(bold).get_charmap())


def drawable(text: str, *, bold: bool = False) -> str:
    """The text with every character that the font lacks replaced by `REPLACEMENT`."""
    known = _known_characters(bold)
    return "".join(c if c == "\n" or ord(c) in known else REPLACEMENT for c in text)


@lru_cache(maxsize=4096)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """Width in inches of one line of text at a size in points."""
    font = _font(bold)
    font.set_text(drawable(text, bold=bold))
    width, _ = font.get_width_height()
    return float(width / 64 * size / 100 / POINTS)


def wrapped(parts: Sequence[str], size: float, width: float, *, joint: str) -> list[str]:
    """Lines of at most ``width`` inches; breaks between parts first, then words, then letters."""
    lines: list[str] = []
    for part in parts:
        if lines and text_width(lines[-1] + joint + part, size) <= width:
            lines[-1] += joint + part
        else:
            lines += broken(part, size, width)
    return lines


def fitted(text: str, size: float, width: float) -> float:
    """The size in points at which a line of text is at most ``width`` inches wide."""
    return min(size, size * width / max(text_width(text, size), 1e-9))


def broken(text: str, size: float, width: float, bold: bool = False) -> list[str]:
    """Lines of at most ``width`` inches.

    Breaks between words first, but not between a number and its percent sign, then behind the
    joints of a name (``a/b-c_d``), then anywhere.
    """
    lines, line = [], ""
    for word in text.replace(" %", "\u00a0%").split(" "):
        longer = f"{line} {word}" if line else word
        if text_width(longer, size, bold) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while text_width(line, size, bold) > width and len(line) > 1:
            cut = _cut(line, size, width, bold)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line]


def _cut(word: str, size: float, width: float, bold: bool) -> int:
    """How many letters of a word that is too long stand on a line."""
    most = next(
        n
        for n in range(len(word) - 1, 0, -1)
        if n == 1 or text_width(word[:n], size, bold) <= width
    )
    joints = [n for n in range(1, most + 1) if word[n - 1] in _JOINTS and word[n] not in _JOINTS]
    return joints[-1] if joints else most


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A figure under construction; the origin is the upper left corner, y grows downwards.

    Attributes:
        figure: What is drawn on.
        width, height: In inches.
        ink: Colours of the theme.
    """

    figure: Picture
    width: float
    height: float
    ink: Ink

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float,
        *,
        bold: bool = False,
        colour: str | None = None,
        **where: Any,
    ) -> None:
        """Put one line of text, its top left corner at (x, y) unless ``where`` says otherwise."""
        font = FontProperties(fname=font_file(bold), size=size)
        self.figure.text(
            x / self.width,
            1 - y / self.height,
            drawable(text, bold=bold),
            fontproperties=font,
            color=colour or self.ink.text,
            parse_math=False,
            **{"ha": "left", "va": "top", **where},
        )

    def axes(self, x: float, y: float, width: float, height: float) -> Any:
        """Empty axes whose upper left corner stands at (x, y); one data unit is one inch."""
        axes = self.figure.add_axes(
            (
                x / self.width,
                1 - (y + height) / self.height,
                width / self.width,
                height / self.height,
            )
        )
        axes.set_axis_off()
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        return axes
