"""Accuracy along one axis as an inline picture: bands are intervals, the table beneath is exact."""

from __future__ import annotations

import math
from collections.abc import Sequence

from niah.figures.text import Language
from niah.report import Report, Sweep
from niah.report.markup import Html, element, table, together
from niah.report.tables import margin_header, margin_rows, marginal_of, tick
from niah.report.words import share, word
from niah.statistics.grids import Marginal

WIDTH, HEIGHT = 640.0, 240.0
LEFT, RIGHT, TOP, BOTTOM = 50.0, 12.0, 10.0, 26.0
CURVES = 7
"""Looks of curves; more sweeps begin again with the first."""
_MOST_TICKS = 9


def margin_figure(report: Report, axis: str) -> Html:
    """Accuracy over ``length`` or ``depth``, one curve a sweep, with its numbers as a table."""
    language = report.language
    margins = [marginal_of(sweep, axis) for sweep in report.sweeps]
    title = word(language, f"over-{axis}")
    places = sorted({float(v) for marginal in margins for v in marginal.axis})
    parts = [
        part
        for sweep, marginal in zip(report.sweeps, margins, strict=True)
        if (part := _said(sweep, marginal, axis, language))
    ]
    key = [
        element(
            "li",
            element("span", class_=f"key s{n % CURVES}", aria_hidden="true"),
            _name(sweep, language),
        )
        for n, sweep in enumerate(report.sweeps)
    ]
    return element(
        "figure",
        element("figcaption", element("h3", title)),
        element(
            "svg",
            *_frame(places, axis, language),
            *(_threshold(report) if axis == "length" else ()),
            *(_curve(m, places, n) for n, m in enumerate(margins)),
            viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
            role="img",
            aria_label=word(language, "chart-alt", title=title, parts="; ".join(parts)),
            class_="chart",
        ),
        element("p", word(language, f"{axis}-axis"), class_="axis", aria_hidden="true"),
        element("ul", *key, class_="curves"),
        element(
            "details",
            element("summary", word(language, "as-table")),
            table(
                margin_header(report, axis),
                margin_rows(report, axis),
                caption=title,
            ),
        ),
    )


def _name(sweep: Sweep, language: Language) -> str:
    key = "pooled-title" if sweep.map.estimate == "pooled" else "accuracy-title"
    return f"{sweep.label}: {word(language, key)}"


def _said(sweep: Sweep, marginal: Marginal, axis: str, language: Language) -> str:
    measured = [at for at in range(len(marginal.axis)) if marginal.n[at]]
    if not measured:
        return ""
    first, last = measured[0], measured[-1]
    unit = " %" if axis == "depth" else ""
    return word(
        language,
        "chart-part",
        model=sweep.label,
        first=share(language, float(marginal.accuracy[first])),
        start=tick(float(marginal.axis[first]), axis, language) + unit,
        last=share(language, float(marginal.accuracy[last])),
        end=tick(float(marginal.axis[last]), axis, language) + unit,
    )


def _across(places: Sequence[float], value: float) -> float:
    """Equal steps from one tested value to the next, as in the maps."""
    at = places.index(value)
    return LEFT + (WIDTH - LEFT - RIGHT) * (at + 0.5) / len(places)


def _down(value: float) -> float:
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - value)


def _frame(places: Sequence[float], axis: str, language: Language) -> list[Html]:
    shapes = []
    for percent in range(0, 101, 25):
        y = _down(percent / 100)
        shapes.append(_line(LEFT, y, WIDTH - RIGHT, y, "rule"))
        label = f"{percent}%" if language == "en" else f"{percent} %"
        shapes.append(_label(LEFT - 6, y + 4, label, "end"))
    step = max(1, math.ceil(len(places) / _MOST_TICKS))
    for number, at in enumerate(range(0, len(places), step)):
        x, text = _across(places, places[at]), tick(places[at], axis, language)
        shapes.append(_label(x, HEIGHT - 6, text, "middle", "odd" if number % 2 else None))
    return shapes


def _threshold(report: Report) -> list[Html]:
    thresholds = {s.effective[0].rule.threshold for s in report.sweeps if s.effective}
    if len(thresholds) != 1:
        return []
    (threshold,) = thresholds
    y = _down(threshold)
    said = word(report.language, "threshold", value=share(report.language, threshold))
    return [
        _line(LEFT, y, WIDTH - RIGHT, y, "threshold"),
        _label(WIDTH - RIGHT - 2, y - 4, said, "end"),
    ]


def _curve(marginal: Marginal, places: Sequence[float], number: int) -> Html:
    known = [
        (
            _across(places, float(marginal.axis[at])),
            _down(float(marginal.accuracy[at])),
            _down(float(marginal.lower[at])),
            _down(float(marginal.upper[at])),
        )
        for at in range(len(marginal.axis))
        if marginal.n[at]
    ]
    band = [(x, upper) for x, _, _, upper in known] + [(x, low) for x, _, low, _ in known[::-1]]
    look = f"s{number % CURVES}"
    pieces = [
        element("polygon", points=_points(band), class_="band"),
        element("polyline", points=_points([(x, y) for x, y, _, _ in known]), class_="line"),
        *(_marker(x, y, number) for x, y, _, _ in known),
    ]
    return element("g", together(pieces), class_=look)


def _marker(x: float, y: float, number: int) -> Html:
    if number % 3 == 0:
        return element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r="2.6", class_="dot")
    shape = (
        [(x - 2.6, y - 2.6), (x + 2.6, y - 2.6), (x + 2.6, y + 2.6), (x - 2.6, y + 2.6)]
        if number % 3 == 1
        else [(x, y - 3.4), (x + 3.2, y + 2.4), (x - 3.2, y + 2.4)]
    )
    return element("polygon", points=_points(shape), class_="dot")


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)


def _line(x1: float, y1: float, x2: float, y2: float, look: str) -> Html:
    return element(
        "line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", class_=look
    )


def _label(x: float, y: float, text: str, anchor: str, look: str | None = None) -> Html:
    return element("text", text, x=f"{x:.1f}", y=f"{y:.1f}", text_anchor=anchor, class_=look)
