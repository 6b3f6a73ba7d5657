"""The colours of accuracy, seen by every kind of eye."""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray

from niah.figures.styles import (
    CURVE_COLOURS,
    CURVE_MARKERS,
    INKS,
    MARKS,
    STYLES,
    THEMES,
    Mark,
    Style,
    Theme,
    colour,
    greyed,
    ink_on,
    ramp,
)

Matrix = NDArray[np.float64]

# Machado, Oliveira, Fernandes (2009), severity 1.0; applied to linear RGB.
DEFICIENCIES = {
    "none": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
JUST_NOTICEABLE = 2.3
"""In CIE76 units. Source: Mahy, Van Eycken, Oosterlinck (1994)."""


def seen_as_lab(colours: Matrix, deficiency: str) -> Matrix:
    """CIE L*a*b* (D65) of sRGB colours as an eye with a deficiency sees them."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    linear = np.clip(linear @ DEFICIENCIES[deficiency].T, 0, 1)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    relative = linear @ to_xyz.T / np.array([0.95047, 1.0, 1.08883])
    f = np.where(
        relative > (6 / 29) ** 3, np.cbrt(relative), relative / (3 * (6 / 29) ** 2) + 4 / 29
    )
    return np.stack(
        [116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1
    )


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_the_accessible_ramp_rises_in_lightness_for_every_eye(deficiency: str) -> None:
    """More accuracy is always lighter, so that the order survives any deficiency and grey print."""
    lightness = seen_as_lab(np.array(ramp("accessible")), deficiency)[:, 0]
    assert np.all(np.diff(lightness) > 0)
    assert lightness[-1] - lightness[0] > 60


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_neighbouring_tenths_differ_for_every_eye(deficiency: str) -> None:
    """0.9 and 1.0, and every other pair of neighbouring tenths, are told apart with a margin."""
    tenths = np.array([colour("accessible", i / 10) for i in range(11)])
    steps = np.linalg.norm(np.diff(seen_as_lab(tenths, deficiency), axis=0), axis=1)
    assert steps.min() > 2 * JUST_NOTICEABLE


def test_the_accessible_ramp_is_perceptually_even() -> None:
    """Equal differences of accuracy look about equally large anywhere on the ramp."""
    tenths = np.array([colour("accessible", i / 10) for i in range(11)])
    steps = np.linalg.norm(np.diff(seen_as_lab(tenths, "none"), axis=0), axis=1)
    assert steps.max() / steps.min() < 2.5


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_fading_keeps_the_order_of_lightness_for_every_eye(deficiency: str) -> None:
    """A cell that fades for its wide interval keeps its lightness, so it still reads as it did."""
    for share in (0.15, 0.5):
        faded = np.array([greyed(c, share) for c in ramp("accessible")])
        lightness = seen_as_lab(faded, deficiency)[:, 0]
        assert np.all(np.diff(lightness) > 0)
        whole = seen_as_lab(np.array(ramp("accessible")), "none")[:, 0]
        assert np.abs(seen_as_lab(faded, "none")[:, 0] - whole).max() < 8


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_gains_and_losses_differ_for_every_eye(deficiency: str) -> None:
    """A difference of +0.2 or more never looks like one of -0.2, nor like none."""
    for size in (0.2, 0.5, 1.0):
        loss, none, gain = (
            np.array([colour("difference", (value + 1) / 2)]) for value in (-size, 0.0, size)
        )
        seen = [seen_as_lab(c, deficiency)[0] for c in (loss, none, gain)]
        for one, other in ((0, 1), (1, 2), (0, 2)):
            assert np.linalg.norm(seen[one] - seen[other]) > 3 * JUST_NOTICEABLE


def test_the_classic_ramp_runs_from_red_over_yellow_to_green() -> None:
    """The classic style keeps the order of colours that the field knows."""
    red, yellow, green = (colour("classic", v) for v in (0.0, 0.5, 1.0))
    assert red[0] > 0.8 > red[1]
    assert yellow[0] > 0.8
    assert yellow[1] > 0.6 > yellow[2]
    assert green[1] > 0.8 > green[0]


@pytest.mark.parametrize("style", STYLES)
def test_values_in_cells_are_readable(style: Style) -> None:
    """Text on any colour of a ramp has a contrast of at least 4.5 (WCAG 2 AA)."""

    def luminance(c: tuple[float, float, float]) -> float:
        rgb = np.array(c)
        linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
        return float(linear @ [0.2126, 0.7152, 0.0722])

    for background in ramp(style):
        ink = 1.0 if ink_on(background) == "#ffffff" else 0.0
        light, dark = sorted((ink, luminance(background)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_curves_differ_for_every_eye(theme: Theme, deficiency: str) -> None:
    """Any two curves differ by colour, beside their markers, and stand out from the page."""
    hexes = [*CURVE_COLOURS[theme], INKS[theme].page]
    colours = np.array([[int(c[i : i + 2], 16) / 255 for i in (1, 3, 5)] for c in hexes])
    seen = seen_as_lab(colours, deficiency)
    for one, other in itertools.combinations(range(len(hexes)), 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 4 * JUST_NOTICEABLE, (
            hexes[one],
            hexes[other],
        )
    assert len(set(CURVE_MARKERS)) == len(CURVE_MARKERS) == len(CURVE_COLOURS[theme])


def test_marks_differ_in_pattern_and_in_colour() -> None:
    """No two unscored states share their strokes, or their fill on either theme."""
    marks = list(MARKS.values())
    for attribute in ("hatch", "light", "dark"):
        values = [getattr(mark, attribute) for mark in marks]
        assert len(set(values)) == len(values)
    assert all(isinstance(mark, Mark) and mark.hatch for mark in marks)
    assert INKS["light"].page != INKS["dark"].page


def test_listing_styles_loads_no_matplotlib() -> None:
    """The command line can list styles and read provenance without loading matplotlib."""
    code = (
        "import sys, niah.figures.styles, niah.figures.heatmap, niah.figures.provenance;"
        "sys.exit('matplotlib' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
