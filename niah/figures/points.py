"""Accuracies as points with whiskers, over time or against cost, as plain values."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from niah.figures.text import Language, localized

if TYPE_CHECKING:
    from niah.statistics.intervals import Estimate

_SCALES = (
    (0.95, 0.01),
    (0.9, 0.02),
    (0.85, 0.05),
    (0.8, 0.05),
    (0.7, 0.05),
    (0.5, 0.1),
    (0.0, 0.2),
)
"""Where a vertical axis may start, and its steps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One sweep's accuracy.

    Attributes:
        x: Share of the way across, in [0, 1].
        words: Its place across in words: a day, a sum of money.
        value, lower, upper: The accuracy with its 95 % interval; None = no trial was scored.
        n: Scored trials.
    """

    x: float
    words: str
    value: float | None
    lower: float | None
    upper: float | None
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Points of one name.

    Attributes:
        label: The name.
        points: From left to right.
        changes: Shares of the way across at which it changes.
    """

    label: str
    points: tuple[Point, ...]
    changes: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsData:
    """Everything that a figure of points shows.

    Attributes:
        title, warning, subtitle, caption: As in `HeatmapData`.
        across, up: Axis labels.
        across_ticks: (share of the way across, label).
        up_ticks: (accuracy, label), ascending; the axis runs from the first to the last.
        series: In the order asked for.
        joined: Whether a line joins the points of a series.
        legend: (number of the series as text, words), then "change" and "missing" if they occur.
        description: The figure in sentences, for readers who cannot see it.
        language: Of all words.
    """

    title: str
    warning: str
    subtitle: tuple[str, ...]
    caption: tuple[str, ...]
    across: str
    up: str
    across_ticks: tuple[tuple[float, str], ...]
    up_ticks: tuple[tuple[float, str], ...]
    series: tuple[Series, ...]
    joined: bool
    legend: tuple[tuple[str, str], ...]
    description: str
    language: Language


def point(x: float, words: str, estimate: Estimate) -> Point:
    """The point of an estimate; without a scored trial it has no value."""
    scored = estimate.n > 0 and not math.isnan(estimate.value)
    return Point(
        x=x,
        words=words,
        value=estimate.value if scored else None,
        lower=estimate.lower if scored else None,
        upper=estimate.upper if scored else None,
        n=estimate.n,
    )


def up_ticks(series: Iterable[Series], language: Language) -> tuple[tuple[float, str], ...]:
    """Ticks of an axis that ends at 1 and starts below every interval, as high up as it may."""
    lowers = [p.lower for s in series for p in s.points if p.lower is not None]
    lowest = min(lowers, default=0.0)
    start, step = next(scale for scale in _SCALES if scale[0] < lowest or scale[0] == 0)
    decimals = 1 if step >= 0.1 else 2
    values = [start + i * step for i in range(round((1 - start) / step) + 1)]
    return tuple((round(v, 4), localized(f"{v:.{decimals}f}", language)) for v in values)
