"""Heatmaps as HTML tables: readable as text, by screen readers and without JavaScript."""

from __future__ import annotations

from collections.abc import Sequence

from niah.figures.describe import alt_text
from niah.figures.heatmap import HeatmapData
from niah.figures.styles import colour, ink_on
from niah.figures.text import depth_label
from niah.report import Pair, Report, Sweep
from niah.report.cards import cell_words
from niah.report.markup import Content, Html, element, together
from niah.report.words import points, whole, word

LEGEND_STEPS = 11
SMALL_COLUMNS = 16
"""Maps of at most so many columns stand side by side."""


def ramp_css() -> str:
    """One rule for each percentage of accuracy (.a0 to .a100) and of difference (.d0 to .d200)."""
    rules = []
    for step in range(101):
        rules.append(_rule(f"a{step}", colour("accessible", step / 100)))
    for step in range(0, 201, 2):
        rules.append(_rule(f"d{step}", colour("difference", step / 200)))
    return "\n".join(rules)


def _rule(name: str, tone: tuple[float, float, float]) -> str:
    shown = "#" + "".join(f"{round(255 * part):02x}" for part in tone)
    return f".{name}{{background-color:{shown};color:{ink_on(tone)}}}"


def sweep_figure(report: Report, number: int, sweep: Sweep) -> Html:
    """The heatmap of a sweep; its cells open their trials."""
    return _figure(sweep.map, f"map-{number}", report, heading=sweep.label, sweeps=(number,))


def pair_figure(report: Report, number: int, pair: Pair) -> Html:
    """The difference of two sweeps; its cells open the trials of both."""
    sweeps = (pair.first, pair.second)
    return _figure(pair.map, f"pair-{number}", report, heading=pair.map.title, sweeps=sweeps)


def _figure(
    data: HeatmapData, name: str, report: Report, *, heading: str, sweeps: Sequence[int]
) -> Html:
    columns = len(data.context_lengths)
    values = columns <= 12 and len(data.depth_percents) <= 24
    return element(
        "figure",
        element(
            "figcaption",
            element("h4" if len(sweeps) > 1 else "h3", heading, id=f"{name}-title"),
            *(element("p", data.warning, class_="simulated") if data.warning else "",),
            element("p", data.subtitle[-1], class_="overall"),
        ),
        element("p", alt_text(data), id=f"{name}-alt", class_="unseen"),
        element(
            "div",
            element(
                "table",
                _head(data, report),
                element("tbody", *(_row(data, row, report) for row in range(len(data.state)))),
                role="grid",
                aria_labelledby=f"{name}-title",
                aria_describedby=f"{name}-alt",
                aria_readonly="true",
                class_=f"map {data.kind}" + (" valued" if values else ""),
                data_sweeps=" ".join(map(str, sweeps)),
            ),
            class_="scroll",
        ),
        element("p", word(report.language, "length-axis"), class_="axis", aria_hidden="true"),
        class_="wide" if columns > SMALL_COLUMNS else None,
        id=name,
    )


def _head(data: HeatmapData, report: Report) -> Html:
    shown = _shown_ticks(data.length_ticks)
    corner = element(
        "th",
        element("span", word(report.language, "map-depth"), class_="corner"),
        scope="col",
    )
    heads = (
        element(
            "th",
            element("span", tick, class_=None if at in shown else "unseen"),
            scope="col",
            class_="edge" if at == _edge(data) else None,
        )
        for at, tick in enumerate(data.length_ticks)
    )
    return element("thead", element("tr", corner, *heads))


def _shown_ticks(ticks: Sequence[str]) -> set[int]:
    """Every tick of a small map, some of a large one, the first always."""
    step = max(1, -(-len(ticks) // 12))
    return set(range(0, len(ticks), step))


def _edge(data: HeatmapData) -> int | None:
    """The first column behind the effective context length; None = not inside the map."""
    for mark in data.marks:
        if mark.kind == "effective" and mark.tokens is not None:
            behind = sum(length <= mark.tokens for length in data.context_lengths)
            return behind if behind < len(data.context_lengths) else None
    return None


def _row(data: HeatmapData, row: int, report: Report) -> Html:
    step = max(1, -(-len(data.depth_ticks) // 12))
    label = element("span", data.depth_ticks[row], class_=None if row % step == 0 else "unseen")
    cells = (_cell(data, row, column, report) for column in range(len(data.context_lengths)))
    return element("tr", element("th", label, scope="row"), *cells)


def _cell(data: HeatmapData, row: int, column: int, report: Report) -> Html:
    label = cell_label(data, row, column, report)
    value = data.accuracy[row][column]
    classes = ["c"]
    shown: Content = None
    bounds = None
    if value is None:
        classes.append(f"u-{data.state[row][column]}")
    elif data.kind == "difference":
        classes.append(f"d{2 * round(50 * (value + 1))}")
        shown = points(report.language, value).removesuffix(".0").removesuffix(",0")
    else:
        percents = [_percent(v) for v in (value, data.lower[row][column], data.upper[row][column])]
        classes.append(f"a{percents[0]}")
        shown = str(percents[0])
        bounds = " ".join(map(str, percents))
    if data.state[row][column] == "estimated":
        classes.append("estimated")
    if data.partial[row][column]:
        classes.append("partial")
    if data.outlined and data.outlined[row][column]:
        classes += ["out", *_open_sides(data.outlined, row, column)]
    if column == _edge(data):
        classes.append("edge")
    return element(
        "td",
        shown,
        class_=" ".join(classes),
        role="gridcell",
        title=label,
        aria_label=label,
        data_b=bounds,
    )


def _open_sides(flags: Sequence[Sequence[bool]], row: int, column: int) -> list[str]:
    """Which sides of an outlined cell border on cells that are not."""

    def inside(r: int, c: int) -> bool:
        return 0 <= r < len(flags) and 0 <= c < len(flags[0]) and flags[r][c]

    sides = (("t", -1, 0), ("r", 0, 1), ("b", 1, 0), ("l", 0, -1))
    return [f"o{side}" for side, down, right in sides if not inside(row + down, column + right)]


def _percent(share: float | None) -> int:
    """A whole percentage, 0 and 100 only if it is exactly that."""
    if share is None:
        return 0
    shown = round(100 * share)
    if shown == 100 and share < 1:
        return 99
    return 1 if shown == 0 and share > 0 else shown


def cell_label(data: HeatmapData, row: int, column: int, report: Report) -> str:
    """One cell in words: where it is, its number with interval and n, or why it has none."""
    language = report.language
    where = word(
        language,
        "cell",
        tokens=data.length_ticks[column],
        depth=depth_label(data.depth_percents[row], language),
    )
    value = data.accuracy[row][column]
    if value is None:
        legend = dict(data.legend)
        state = data.state[row][column]
        return f"{where}: {legend.get(state, state)}"
    n = data.n[row][column]
    if data.kind == "difference":
        said = word(
            language, "cell-difference", points=points(language, value), n=whole(language, n)
        )
        if data.outlined and data.outlined[row][column]:
            said += "; " + word(language, "cell-outlined")
    else:
        lower, upper = data.lower[row][column] or 0.0, data.upper[row][column] or 0.0
        said = cell_words(value, lower, upper, n, language)
        if data.state[row][column] == "estimated":
            said += "; " + dict(data.legend)["estimated"]
        if data.partial[row][column]:
            said += "; " + dict(data.legend)["partial"]
    return f"{where}: {said}"


def legend(maps: Sequence[HeatmapData], report: Report, *, difference: bool) -> Html:
    """The colour bar and what the other marks mean, once for all maps."""
    language = report.language
    ends = ("minus", "plus") if difference else ("low", "high")
    steps = [
        element(
            "span",
            class_=f"d{20 * step}" if difference else f"a{10 * step}",
            aria_hidden="true",
        )
        for step in range(LEGEND_STEPS)
    ]
    keys: dict[str, str] = {}
    for data in maps:
        keys.update((key, text) for key, text in data.legend if key not in keys)
    marks = [
        element("li", element("span", class_=f"key k-{key}", aria_hidden="true"), text)
        for key, text in keys.items()
        if key not in ("", "effective", "claimed")
    ]
    lengths = {
        mark.words
        for data in maps
        for mark in data.marks
        if mark.kind == "effective" and mark.tokens is not None
    }
    if lengths and not difference:
        marks.append(
            element(
                "li",
                element("span", class_="key k-edge", aria_hidden="true"),
                word(language, "effective-line"),
            )
        )
    return element(
        "div",
        element(
            "p",
            element("span", word(language, f"legend-{ends[0]}")),
            element("span", together(steps), class_="bar"),
            element("span", word(language, f"legend-{ends[1]}")),
            class_="scale",
        ),
        element("ul", *marks) if marks else None,
        class_="legend",
    )
