"""The part of the page that shows trials: filters, and a list that stands without JavaScript."""

from __future__ import annotations

from collections.abc import Sequence

from niah.figures.text import depth_label, length_label
from niah.report import Report
from niah.report.cards import RESULTS, Card, Row
from niah.report.markup import Html, element
from niah.report.words import DASH, whole, word
from niah.store import TrialRecord

STATIC_CARDS = 40
"""Trials in the page's own HTML; the script replaces them by what is asked for."""


def trials_section(
    report: Report, cards: Sequence[tuple[int, TrialRecord, Card]], packed: str
) -> Html:
    """All trials: packed for the script, and some of them, the misses first, as plain HTML."""
    language = report.language
    chosen = sorted(range(len(cards)), key=lambda at: RESULTS.index(cards[at][2].result))
    chosen = sorted(chosen[:STATIC_CARDS])
    note = (
        element(
            "p",
            word(
                language,
                "trials-static",
                shown=whole(language, len(chosen)),
                all=whole(language, len(cards)),
            ),
            class_="static",
        )
        if len(chosen) < len(cards)
        else None
    )
    return element(
        "section",
        element("h2", word(language, "trials"), id="trials-title", tabindex="-1"),
        element("p", report.warning, class_="simulated") if report.warning else None,
        element("p", word(language, "trials-help"), class_="scripted"),
        _filters(report, cards),
        note,
        element("p", class_="count", role="status", aria_live="polite", id="count"),
        element(
            "div",
            *(_card(report, cards[at][0], cards[at][2]) for at in chosen),
            id="list",
        ),
        element("button", word(language, "more"), type="button", id="more", hidden=True),
        element("script", Html(packed), type="text/plain", id="packed"),
        id="trials",
        aria_labelledby="trials-title",
    )


def _filters(report: Report, cards: Sequence[tuple[int, TrialRecord, Card]]) -> Html:
    language = report.language
    results = [r for r in RESULTS if any(shown.result == r for _, _, shown in cards)]
    lengths = sorted({v for sweep in report.sweeps for v in sweep.map.context_lengths})
    depths = sorted({v for sweep in report.sweeps for v in sweep.map.depth_percents})
    fields = [
        _select("model", [(str(n), s.label) for n, s in enumerate(report.sweeps)], report)
        if len(report.sweeps) > 1
        else None,
        _select(
            "result",
            [(str(RESULTS.index(r)), word(language, f"result-{r}")) for r in results],
            report,
        ),
        _select("outcome", _distinct([shown.outcome for _, _, shown in cards]), report),
        _select("reason", _distinct([shown.reason for _, _, shown in cards]), report),
        _select("length", [(str(v), length_label(v, language)) for v in lengths], report),
        _select(
            "depth",
            [
                (f"{v:g}", depth_label(v, language) + ("%" if language == "en" else " %"))
                for v in depths
            ],
            report,
        ),
        element(
            "label",
            word(language, "filter-text"),
            element("input", type="search", id="f-text", autocomplete="off"),
        ),
        element("button", word(language, "reset"), type="button", id="clear"),
    ]
    return element("form", *fields, class_="filters scripted", id="filters")


def _distinct(texts: Sequence[str]) -> list[tuple[str, str]]:
    return [(text, text) for text in sorted(set(texts)) if text]


def _select(name: str, options: Sequence[tuple[str, str]], report: Report) -> Html:
    language = report.language
    return element(
        "label",
        word(language, f"filter-{name}"),
        element(
            "select",
            element("option", word(language, "any"), value=""),
            *(element("option", text, value=value) for value, text in options),
            id=f"f-{name}",
        ),
    )


def _card(report: Report, number: int, shown: Card) -> Html:
    """A trial; page.js builds the same from the packed values."""
    place = (
        f"{report.sweeps[number].label}, {shown.place}" if len(report.sweeps) > 1 else (shown.place)
    )
    said = f" {DASH} ".join(part for part in (shown.outcome, shown.reason) if part)
    return element(
        "details",
        element(
            "summary",
            element("span", shown.badge, class_=f"badge r-{shown.result}"),
            element("span", place, class_="place"),
            element("span", said, class_="said"),
        ),
        element("dl", *(_row(row) for row in shown.rows)),
        class_="trial",
    )


def _row(row: Row) -> Html:
    content: list[Html | str] = (
        [row.before, element("mark", row.text), row.after]
        if row.before or row.after
        else [row.text]
    )
    return element("div", element("dt", row.label), element("dd", *content))
