"""What stands beside the maps: position statistics, controls, NoLiMa's numbers, as rows of text."""

from __future__ import annotations

import math
from collections.abc import Sequence

from niah.figures.controls import control_lines
from niah.figures.text import Language, length_label, overall_words
from niah.report import Report, Sweep
from niah.report.sentences import bound, span
from niah.report.words import DASH, method_words, points, share, whole, word
from niah.statistics.controls import ControlResult
from niah.statistics.effective import NOLIMA_SHARE
from niah.statistics.grids import Marginal
from niah.statistics.intervals import Estimate
from niah.statistics.positions import by_name
from niah.statistics.published import NOLIMA

Rows = list[list[str]]


def position_header(report: Report) -> list[str]:
    """Titles of the table of position statistics."""
    columns = ("model", "position", "points", "interval", "n")
    return [word(report.language, f"column-{column}") for column in columns]


def position_rows(report: Report) -> Rows:
    """One row for each statistic that a sweep's grid allows."""
    language = report.language
    rows = []
    for sweep in report.sweeps:
        for name, found in by_name(sweep.positions).items():
            if not math.isnan(found.value):
                ends = word(
                    language,
                    "from-to",
                    start=points(language, found.lower),
                    end=points(language, found.upper),
                )
                rows.append(
                    [
                        sweep.label,
                        word(language, f"position-{name}"),
                        points(language, found.value),
                        ends,
                        whole(language, found.n),
                    ]
                )
    return rows


def position_help(report: Report) -> str:
    """How to read that table, and how its intervals were made."""
    language = report.language
    methods = dict.fromkeys(
        method_words(language, found.method)
        for sweep in report.sweeps
        for found in by_name(sweep.positions).values()
        if not math.isnan(found.value)
    )
    return word(language, "positions-help", methods=", ".join(methods))


def control_header(report: Report) -> list[str]:
    """Titles of the table of controls."""
    columns = ("model", "control", "share", "interval", "n")
    return [word(report.language, f"column-{column}") for column in columns]


def control_rows(report: Report) -> Rows:
    """One row for each share of each sweep's controls."""
    language = report.language
    rows = []
    for sweep in report.sweeps:
        for line in control_lines(sweep.controls, language):
            rows.append([sweep.label, line.label, *_numbers(line.estimate, language)])
    return rows


def near_end_header(report: Report) -> list[str]:
    """Titles of the table that sets needles near the end beside the map."""
    columns = ("model", "length", "all-depths", "near-end")
    return [word(report.language, f"column-{column}") for column in columns]


def near_end_rows(report: Report) -> Rows:
    """One row for each length at which a needle stood near the end."""
    language = report.language
    rows = []
    for sweep in report.sweeps:
        for result in _near_end(sweep):
            whole_map = sweep.summary.by_length
            for at, length in enumerate(result.by_length.axis):
                rows.append(
                    [
                        sweep.label,
                        length_label(int(length), language),
                        _at(whole_map, float(length), language),
                        _place(result.by_length, at, language),
                    ]
                )
    return rows


def nolima_sentences(report: Report) -> list[str]:
    """Base score and effective length of each sweep of an associative task."""
    language = report.language
    return [
        word(
            language,
            "said-nolima-none" if sweep.effective[-1].rule.void else "said-nolima",
            model=sweep.label,
            base=share(language, sweep.base.accuracy.value),
            lower=share(language, sweep.base.accuracy.lower),
            upper=share(language, sweep.base.accuracy.upper),
            n=whole(language, sweep.base.accuracy.n),
            tokens=length_label(sweep.base.context_length, language),
            value=bound(sweep.effective[-1], sweep.effective[-1].value, language),
            span=span(sweep.effective[-1], language),
        )
        for sweep in report.sweeps
        if sweep.base is not None and sweep.effective
    ]


def nolima_header(report: Report) -> list[str]:
    """Titles of the table of published rows."""
    language = report.language
    lengths = [length_label(int(length), language) for length in NOLIMA.rows[0].by_length.axis]
    return [word(language, f"column-{name}") for name in ("published", "base", "effective")] + (
        lengths
    )


def nolima_rows(report: Report) -> Rows:
    """NoLiMa's published rows."""
    language = report.language
    return [
        [
            row.model,
            share(language, row.effective.rule.threshold / NOLIMA_SHARE),
            bound(row.effective, row.effective.value, language),
            *(share(language, float(value)) for value in row.by_length.accuracy),
        ]
        for row in NOLIMA.rows
    ]


def _near_end(sweep: Sweep) -> Sequence[ControlResult]:
    return [result for result in sweep.controls if result.control == "from-end"]


def _numbers(found: Estimate, language: Language) -> list[str]:
    if not found.n:
        return [DASH, DASH, "0"]
    ends = word(
        language, "from-to", start=share(language, found.lower), end=share(language, found.upper)
    )
    return [share(language, found.value), ends, whole(language, found.n)]


def _at(marginal: Marginal, length: float, language: Language) -> str:
    places = [at for at, place in enumerate(marginal.axis) if place == length]
    return _place(marginal, places[0], language) if places else DASH


def _place(marginal: Marginal, at: int, language: Language) -> str:
    found = marginal.estimate(at)
    return overall_words(found, language, brief=True) if found.n else DASH
