"""All trials for the page's script: compact, compressed, and nothing but data."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from typing import Any

from niah.report import Report
from niah.report.cards import RESPONSE_CHARS, RESULTS, Card, card
from niah.store import TrialRecord

RESPONSES_CHARS = 5_000_000
"""All responses together have at most about so many characters, so that a page can be mailed."""
LEAST_RESPONSE_CHARS = 300

COMPRESSION = 6


def all_cards(report: Report) -> Iterator[tuple[int, TrialRecord, Card]]:
    """Number of the sweep, record and card of every trial, in the order of the sweeps."""
    most = response_chars(report)
    for number, sweep in enumerate(report.sweeps):
        passages = report.passages[sweep.run]
        for record in sweep.records:
            yield number, record, card(record, passages, report.language, response_chars=most)


def response_chars(report: Report) -> int:
    """How much of a response is shown: less where very many trials would make the page too large.

    The length of what each trial has beyond its response is bounded already.
    """
    lengths = [
        min(len(record.response), RESPONSE_CHARS)
        for sweep in report.sweeps
        for record in sweep.records
    ]
    if sum(lengths) <= RESPONSES_CHARS:
        return RESPONSE_CHARS
    return max(LEAST_RESPONSE_CHARS, RESPONSES_CHARS // len(lengths))


def packed(report: Report, cards: list[tuple[int, TrialRecord, Card]]) -> str:
    """The trials as base64 of a zlib stream of JSON: none of its letters means anything in HTML.

    The JSON is ``{"texts": [...], "trials": [...]}``; a trial is ``[sweep, column, row, result,
    badge, place, outcome, reason, [line, ...]]`` with badge, outcome, reason and a line's label as
    indexes of ``texts``; a line is ``[label, text]`` or ``[label, text, before, after]``.
    """
    texts: dict[str, int] = {}

    def index(text: str) -> int:
        return texts.setdefault(text, len(texts))

    axes = [
        (
            {length: at for at, length in enumerate(sweep.map.context_lengths)},
            {depth: at for at, depth in enumerate(sweep.map.depth_percents)},
        )
        for sweep in report.sweeps
    ]
    trials: list[Any] = [
        [
            number,
            axes[number][0][record.context_length],
            axes[number][1][record.depth_percent],
            RESULTS.index(shown.result),
            index(shown.badge),
            shown.place,
            index(shown.outcome),
            index(shown.reason),
            [
                [index(row.label), row.text]
                + ([row.before, row.after] if row.before or row.after else [])
                for row in shown.rows
            ],
        ]
        for number, record, shown in cards
    ]
    content = json.dumps(
        {"texts": list(texts), "trials": trials}, ensure_ascii=False, separators=(",", ":")
    )
    squeezed = zlib.compress(content.encode("utf-8"), COMPRESSION)
    return base64.b64encode(squeezed).decode("ascii")
