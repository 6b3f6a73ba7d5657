"""Colours, sizes and hatches of figures; imports no matplotlib, so a command line may list them."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

Style = Literal["accessible", "classic"]
STYLES: tuple[Style, ...] = get_args(Style)
Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = get_args(Theme)
PresetName = Literal["two-columns", "one-column", "slide", "readme"]
Format = Literal["png", "svg", "pdf"]
FORMATS: tuple[Format, ...] = get_args(Format)

RAMP_STEPS = 256

Ramp = Literal["accessible", "classic", "difference"]

_ANCHORS: dict[Ramp, tuple[str, ...]] = {
    # dark to light, so that a miss is a hole in a light map; blue to yellow, which every common
    # form of colour-blindness keeps apart
    "accessible": ("#330f66", "#3d3d96", "#2c6f9e", "#2b9b97", "#74c58a", "#eef2a6"),
    # the field's own: 0 red, 0.5 yellow, 1 green
    "classic": ("#f0496e", "#ebb839", "#0cd79f"),
    # -1 orange, 0 nearly white, 1 blue: apart for every common form of colour-blindness
    "difference": ("#7a2f00", "#d9741a", "#f4f2ee", "#4f8fc9", "#0d3b7a"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """The size of a figure; lengths in inches, sizes in points.

    Attributes:
        width: Of the page.
        height: Of the page; None = as the content needs.
        dpi: Of the PNG.
        title, label, tick, small: Font sizes; ``small`` is the small print.
    """

    width: float
    height: float | None
    dpi: int
    title: float
    label: float
    tick: float
    small: float


PRESETS: dict[PresetName, Preset] = {
    "two-columns": Preset(
        width=7.0, height=None, dpi=300, title=11, label=8.5, tick=7.5, small=6.5
    ),
    "one-column": Preset(width=3.3, height=None, dpi=300, title=9, label=7, tick=6.5, small=5.5),
    "slide": Preset(width=13.333, height=7.5, dpi=150, title=24, label=16, tick=14, small=11),
    "readme": Preset(width=8.0, height=None, dpi=160, title=13, label=10, tick=9, small=8),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """The colours of a theme besides the ramp, as #rrggbb."""

    page: str
    text: str
    faint: str
    line: str
    warning_page: str
    warning_text: str
    hatch: str
    band: str


INKS: dict[Theme, Ink] = {
    "light": Ink(
        page="#ffffff",
        text="#1a1a1a",
        faint="#555555",
        line="#8a8a8a",
        warning_page="#ffe8b3",
        warning_text="#5c3a00",
        hatch="#5a5a5a",
        band="#b9c6d6",
    ),
    "dark": Ink(
        page="#101216",
        text="#f0f0f0",
        faint="#b4b8be",
        line="#7d828a",
        warning_page="#4d3800",
        warning_text="#ffe0a0",
        hatch="#c4c8ce",
        band="#4a5a70",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How a cell without a score looks.

    Attributes:
        light, dark: Fill on either theme; empty = the page shows through.
        hatch: Strokes across the cell: any of ``/ \\ - | x .``; empty = none.
    """

    light: str
    dark: str
    hatch: str


MARKS: dict[str, Mark] = {
    "not-measured": Mark(light="", dark="", hatch="."),
    "failed": Mark(light="#e3e3e3", dark="#3a3d42", hatch="x"),
    "blocked": Mark(light="#cfcfcf", dark="#4a4d53", hatch="|"),
    "context-exceeded": Mark(light="#f1f1f1", dark="#26292e", hatch="/"),
    "truncated": Mark(light="#d9d9d9", dark="#303338", hatch="-"),
}

CURVE_COLOURS: dict[Theme, tuple[str, ...]] = {
    "light": ("#0072b2", "#d55e00", "#009e73", "#b0559a", "#6c00d9", "#8c0000", "#1a1a1a"),
    "dark": ("#56b4e9", "#f08a3c", "#2fc79b", "#dd90c4", "#f0e442", "#8460ff", "#e6e6e6"),
}
"""The first after Okabe and Ito (2008), Color Universal Design, darkened or lightened for the page;
the others as far from all of them as any is for every eye."""
CURVE_MARKERS = ("o", "s", "^", "D", "v", "P", "X")

Colour = tuple[float, float, float]


@lru_cache(maxsize=8)
def ramp(style: Ramp) -> tuple[Colour, ...]:
    """`RAMP_STEPS` sRGB colours from accuracy 0 to 1, components in [0, 1].

    The accessible ramp walks its anchors in OKLab at constant speed, so that equal differences
    of accuracy look equally large anywhere.

    Source: OKLab is Ottosson (2020), A perceptual color space for image processing.
    """
    anchors = [_from_hex(colour) for colour in _ANCHORS[style]]
    if style != "accessible":
        return tuple(_along(anchors, i / (RAMP_STEPS - 1)) for i in range(RAMP_STEPS))
    labs = [_oklab(colour) for colour in anchors]
    fine = 4 * RAMP_STEPS
    path = [_along(labs, i / fine) for i in range(fine + 1)]
    walked = [0.0]
    for before, after in itertools.pairwise(path):
        walked.append(walked[-1] + _distance(before, after))
    colours, at = [], 0
    for step in range(RAMP_STEPS):
        target = walked[-1] * step / (RAMP_STEPS - 1)
        while at < fine and walked[at + 1] < target:
            at += 1
        colours.append(_srgb(path[min(at + 1, fine) if step else 0]))
    return tuple(colours)


def colour(style: Ramp, accuracy: float) -> Colour:
    """The colour of an accuracy in [0, 1]."""
    return ramp(style)[round(accuracy * (RAMP_STEPS - 1))]


@lru_cache(maxsize=4096)
def greyed(whole: Colour, share: float) -> Colour:
    """The colour with a share of its chroma and all of its lightness."""
    lightness, a, b = _oklab(whole)
    return _srgb((lightness, share * a, share * b))


def ink_on(background: Colour) -> str:
    """Black or white, whichever has more contrast by WCAG 2 on a background."""
    luminance = sum(
        weight * _linear(c) for weight, c in zip((0.2126, 0.7152, 0.0722), background, strict=True)
    )
    return "#000000" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "#ffffff"


def _from_hex(text: str) -> Colour:
    red, green, blue = (int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def _along(points: list[Colour], share: float) -> Colour:
    place = share * (len(points) - 1)
    index = min(int(place), len(points) - 2)
    rest = place - index
    a, b, c = (
        (1 - rest) * x + rest * y for x, y in zip(points[index], points[index + 1], strict=True)
    )
    return a, b, c


def _distance(one: Colour, other: Colour) -> float:
    return math.dist(one, other)


def _linear(c: float) -> float:
    return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4


def _gamma(c: float) -> float:
    c = min(max(c, 0.0), 1.0)
    return 12.92 * c if c <= 0.0031308 else 1.055 * c ** (1 / 2.4) - 0.055


def _oklab(srgb: Colour) -> Colour:
    r, g, b = (_linear(c) for c in srgb)
    l = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b) ** (1 / 3)  # noqa: E741
    m = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b) ** (1 / 3)
    s = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b) ** (1 / 3)
    return (
        0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    )


def _srgb(lab: Colour) -> Colour:
    lightness, a, b = lab
    l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3  # noqa: E741
    m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    s = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _gamma(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
        _gamma(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
        _gamma(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s),
    )
