"""Fixed questions in a report: which are answered without what answers them, as rows of text."""

from __future__ import annotations

from collections.abc import Iterator

from niah.figures.text import Language, plain
from niah.report import Report, Sweep
from niah.report.words import share, whole, word
from niah.statistics.questions import (
    QuestionResult,
    QuestionsResult,
    fixed_questions,
    question_results,
)

WHEN = {
    "no-context": "question-without-text",
    "absent": "question-without-passage",
    "needle-only": "question-not-from-passage",
}
QUESTION_CHARACTERS = 160
DOCUMENT_CHARACTERS = 80


def question_sentences(report: Report) -> list[str]:
    """How many questions of each sweep are no test of retrieval, and the accuracy over the rest."""
    return [
        sentence
        for sweep in report.sweeps
        if (found := _questions(sweep)) is not None
        for sentence in _sentences(sweep, found, report.language)
    ]


def question_header(report: Report) -> list[str]:
    """Titles of the table of questions."""
    columns = ("model", "question", "accuracy", "beside", "n")
    return [word(report.language, f"column-{column}") for column in columns]


def question_rows(report: Report) -> list[list[str]]:
    """One row for each question that is answered without its passage, or not even from it alone."""
    language = report.language
    return [
        [
            sweep.label,
            _asked(one),
            share(language, one.accuracy.value) if one.accuracy.n else "",
            ", ".join(word(language, WHEN[name]) for name in _when(one)),
            whole(language, one.accuracy.n),
        ]
        for sweep in report.sweeps
        if (found := _questions(sweep)) is not None
        for one in found.questions
        if one.known or one.unreadable
    ]


def _asked(one: QuestionResult) -> str:
    """The question, and where what answers it stands."""
    question = plain(one.question.text, QUESTION_CHARACTERS)
    documents = plain(", ".join(one.documents), DOCUMENT_CHARACTERS)
    return f"{question} [{documents}]" if documents else question


def _questions(sweep: Sweep) -> QuestionsResult | None:
    if not sweep.controls:
        return None
    beside = {one.control: one.questions for one in sweep.controls}
    return question_results(fixed_questions(sweep.records), beside)


def _when(one: QuestionResult) -> tuple[str, ...]:
    return (*one.known, *(("needle-only",) if one.unreadable else ()))


def _sentences(sweep: Sweep, found: QuestionsResult, language: Language) -> Iterator[str]:
    known, tried = len(found.known), len(found.tried)
    yield word(
        language,
        "said-questions",
        model=sweep.label,
        known=whole(language, known),
        tried=whole(language, tried),
        asked=whole(language, len(found.questions)),
    )
    if known and found.not_known.n:
        numbers = {
            f"{name}{key}": share(language, value)
            for name, estimate in (("all_", found.all), ("", found.not_known))
            for key, value in (
                ("value", estimate.value),
                ("lower", estimate.lower),
                ("upper", estimate.upper),
            )
        }
        yield word(
            language,
            "said-questions-others",
            **numbers,
            n=whole(language, found.not_known.n),
            all_n=whole(language, found.all.n),
        )
