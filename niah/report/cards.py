"""One trial as a card of labelled lines, the same in every kind of report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from niah.console import inert, shorten
from niah.figures.text import Language, depth_label, length_label
from niah.report import Passage, Passages
from niah.report.words import decimal, money, outcome_word, reason_word, share, whole, word
from niah.statistics.scores import score_of
from niah.store import TrialRecord

Result = Literal["right", "partial", "wrong", "unscored"]
RESULTS: tuple[Result, ...] = ("unscored", "wrong", "partial", "right")
"""In the order in which a reader wants to see them."""

RESPONSE_CHARS = 4_000
THINKING_CHARS = 1_000
QUESTION_CHARS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One labelled line of a card; all texts are inert.

    Attributes:
        label: What it is.
        text: As it is.
        before, after: For a passage: what stands around ``text``, which is the needle.
    """

    label: str
    text: str
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One trial.

    Attributes:
        result: What came of it.
        badge: The same in words, with the score.
        place: Where in the grid, which repeat.
        outcome: The outcome's word.
        reason: Why the score, or what happened; may be empty.
        rows: The rest.
    """

    result: Result
    badge: str
    place: str
    outcome: str
    reason: str
    rows: tuple[Row, ...]


def result_of(record: TrialRecord) -> Result:
    """Right, partly right, wrong, or not scored at all."""
    score = score_of(record)
    if score is None:
        return "unscored"
    return "right" if score == 1 else "wrong" if score == 0 else "partial"


def card(
    record: TrialRecord,
    passages: Passages,
    language: Language,
    *,
    response_chars: int = RESPONSE_CHARS,
) -> Card:
    """The card of a trial.

    Args:
        record: The trial.
        passages: Of its run.
        language: Of all words.
        response_chars: Longer responses are cut, and say so.
    """
    score = score_of(record)
    badge = (
        word(language, "not-scored")
        if score is None
        else word(language, "score", value=decimal(language, score, 2))
    )
    reason = reason_word(language, record.score_reason) if score is not None else ""
    return Card(
        result=result_of(record),
        badge=badge,
        place=", ".join(
            (
                word(
                    language,
                    "cell",
                    tokens=length_label(record.context_length, language),
                    depth=depth_label(record.depth_percent, language),
                ),
                word(language, "repeat", value=record.repeat + 1),
            )
        ),
        outcome=outcome_word(language, record.outcome)
        + (f" ({record.failure_kind})" if record.failure_kind else ""),
        reason=inert(reason),
        rows=tuple(_rows(record, passages, language, response_chars)),
    )


def _rows(
    record: TrialRecord, passages: Passages, language: Language, response_chars: int
) -> Iterator[Row]:
    def row(key: str, text: str) -> Row:
        return Row(label=word(language, key), text=inert(text, multiline=True))

    if record.question:
        yield row("row-question", cut(record.question, QUESTION_CHARS, language))
    if record.answers:
        yield row("row-answers", cut(", ".join(record.answers), response_chars, language))
    response = cut(record.response, response_chars, language)
    yield row("row-response", response or word(language, "row-no-response"))
    yield row("row-verdict", _verdict(record, language))
    if record.message:
        yield row("row-message", record.message)
    if record.reasoning:
        yield row("row-thinking", cut(record.reasoning, THINKING_CHARS, language))
    yield from _passage_rows(record, passages, language)
    yield row("row-tokens", _tokens(record, language))
    yield row("row-cost", _cost(record, language))
    if record.served_model:
        yield row("row-served", record.served_model)
    yield row("row-id", f"{record.trial_id[:16]}, {record.started_at}".strip(", "))


def _verdict(record: TrialRecord, language: Language) -> str:
    score = score_of(record)
    if score is None:
        return ", ".join((word(language, "not-scored"), outcome_word(language, record.outcome)))
    parts = [
        word(language, "score", value=decimal(language, score, 2)),
        reason_word(language, record.score_reason),
    ]
    for key, texts in (("found", record.found), ("taken", record.taken)):
        if texts:
            named = cut(", ".join(texts), QUESTION_CHARS, language)
            parts.append(word(language, key, value=named))
    return "; ".join(part for part in parts if part)


def _passage_rows(record: TrialRecord, passages: Passages, language: Language) -> Iterator[Row]:
    found = passages.by_trial.get(record.trial_id)
    if found is None:
        if passages.missing:
            why = word(language, "row-no-passage", why=inert(passages.missing))
            place = record.placed_depth_percent
            depth = record.depth_percent if place is None else place
            depths = word(
                language,
                "depths",
                placed=decimal(language, depth, 2),
                asked=decimal(language, record.depth_percent, 2),
            )
            label = word(language, "row-passage", depth=depths)
            yield Row(label=label, text=why)
        return
    for passage in found:
        yield _passage_row(passage, language)
    if left_out := len(record.placements) - len(found):
        more = word(language, "more-passages", n=whole(language, left_out))
        yield Row(label=word(language, "row-planted"), text=more)


def _passage_row(passage: Passage, language: Language) -> Row:
    key = "row-passage" if passage.role == "needle" else "row-distractor"
    return Row(
        label=word(
            language,
            key,
            depth=word(
                language,
                "depths",
                placed=decimal(language, passage.placed_depth_percent, 2),
                asked=decimal(language, passage.asked_depth_percent, 2),
            ),
        ),
        text=inert(passage.needle),
        before=inert(passage.before, multiline=True),
        after=inert(passage.after, multiline=True),
    )


def _tokens(record: TrialRecord, language: Language) -> str:
    def said(key: str, number: int) -> str:
        return word(language, key, n=whole(language, number))

    parts = [
        word(language, "place-length", tokens=whole(language, record.context_length)),
        said("counted", record.prompt_tokens),
        word(language, "not-reported")
        if record.input_tokens is None
        else said("reported", record.input_tokens),
    ]
    if record.cached_input_tokens:
        parts.append(said("cached", record.cached_input_tokens))
    if record.output_tokens is not None:
        parts.append(said("output", record.output_tokens))
    if record.reasoning_tokens:
        parts.append(said("reasoning", record.reasoning_tokens))
    return ", ".join(parts)


def _cost(record: TrialRecord, language: Language) -> str:
    parts = [money(language, record.cost_usd)]
    if record.latency_s is not None:
        digits = 1 if record.latency_s >= 1 else 3
        parts.append(word(language, "latency", value=decimal(language, record.latency_s, digits)))
    key = "attempts-1" if record.attempts == 1 else "attempts"
    parts.append(word(language, key, n=record.attempts))
    return ", ".join(parts)


def cut(text: str, most: int, language: Language) -> str:
    """At most so many characters, and what was left out."""
    if len(text) <= most:
        return text
    left_out = whole(language, len(text) - most)
    return shorten(text, most)[:-1] + word(language, "cut", n=left_out)


def cell_words(value: float, lower: float, upper: float, n: int, language: Language) -> str:
    """A cell's accuracy with its interval and its n."""
    return word(
        language,
        "cell-value",
        value=share(language, value),
        lower=share(language, lower),
        upper=share(language, upper),
        n=whole(language, n),
    )
