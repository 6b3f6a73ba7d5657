"""Fixed questions one by one: which of them a model answers without what answers them.

A question that is answered from memory, or by a lucky guess, tests no retrieval; one that is not
answered from its passage alone tests something else than the context's length.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from niah.statistics.intervals import Estimate
from niah.statistics.scores import score_of, sweep_estimate
from niah.store import DOCUMENT_TAG, QUESTION_TAG, TrialRecord

ANSWERED = 0.5
"""A question whose mean score is at least this counts as answered."""

WITHOUT_PASSAGE = ("no-context", "absent")
PASSAGE_ALONE = "needle-only"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question that is the same in every trial that asks it.

    Attributes:
        text: What is asked.
        answers: What is accepted.
    """

    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionResult:
    """One question in a sweep and in the controls beside it.

    Attributes:
        question: What is asked.
        accuracy: In the sweep, over all its cells.
        controls: Mean score by control, of those that asked it and were scored.
        documents: Names of the user's documents that hold what answers it, as far as known; more
            than one where several facts have one question and one answer.
    """

    question: Question
    accuracy: Estimate
    controls: Mapping[str, float]
    documents: tuple[str, ...] = ()

    @property
    def tried(self) -> bool:
        """Whether it was asked without what answers it."""
        return any(control in self.controls for control in WITHOUT_PASSAGE)

    @property
    def known(self) -> tuple[str, ...]:
        """The controls without what answers it in which it was answered nevertheless."""
        return tuple(c for c in WITHOUT_PASSAGE if self.controls.get(c, 0.0) >= ANSWERED)

    @property
    def unreadable(self) -> bool:
        """Whether it was not answered even from what answers it alone."""
        return self.controls.get(PASSAGE_ALONE, 1.0) < ANSWERED


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionsResult:
    """All fixed questions of a sweep.

    Attributes:
        questions: One by one, in alphabetical order.
        all: Accuracy over the trials of all questions.
        not_known: Accuracy over the trials of those that were asked without what answers them and
            were not answered then.
    """

    questions: tuple[QuestionResult, ...]
    all: Estimate
    not_known: Estimate

    @property
    def tried(self) -> tuple[QuestionResult, ...]:
        """Those that were asked without what answers them."""
        return tuple(one for one in self.questions if one.tried)

    @property
    def known(self) -> tuple[QuestionResult, ...]:
        """Those that were answered then."""
        return tuple(one for one in self.questions if one.known)

    @property
    def unreadable(self) -> tuple[QuestionResult, ...]:
        """Those that were not answered even from what answers them alone."""
        return tuple(one for one in self.questions if one.unreadable)


def fixed_questions(records: Iterable[TrialRecord]) -> dict[Question, list[TrialRecord]]:
    """The trials of each question that is the same in every trial that asks it."""
    asked: dict[Question, list[TrialRecord]] = {}
    for record in records:
        if QUESTION_TAG in record.tags:
            question = Question(text=record.question, answers=record.answers)
            asked.setdefault(question, []).append(record)
    return asked


def question_results(
    asked: Mapping[Question, Sequence[TrialRecord]],
    controls: Mapping[str, Mapping[Question, Sequence[TrialRecord]]],
) -> QuestionsResult | None:
    """What controls tell of a sweep's questions; None where none of them asked one of these.

    Args:
        asked, controls: See `each_question`.
    """
    found = each_question(asked, controls)
    return found if any(one.controls for one in found.questions) else None


def each_question(
    asked: Mapping[Question, Sequence[TrialRecord]],
    controls: Mapping[str, Mapping[Question, Sequence[TrialRecord]]],
) -> QuestionsResult:
    """A sweep's questions one by one, beside what controls made of them.

    Args:
        asked: The sweep's trials by question.
        controls: The same of each control of the same model, by its name.
    """
    beside = {control: _mean_scores(own) for control, own in controls.items()}
    questions = tuple(
        QuestionResult(
            question=question,
            accuracy=sweep_estimate(asked[question]),
            controls={
                name: scores[question] for name, scores in beside.items() if question in scores
            },
            documents=_documents(asked[question]),
        )
        for question in sorted(asked, key=lambda one: (one.text, one.answers))
    )
    left = [one.question for one in questions if one.tried and not one.known]
    return QuestionsResult(
        questions=questions,
        all=sweep_estimate(record for own in asked.values() for record in own),
        not_known=sweep_estimate(record for question in left for record in asked[question]),
    )


def _documents(records: Iterable[TrialRecord]) -> tuple[str, ...]:
    return tuple(sorted({name for one in records if (name := one.tags.get(DOCUMENT_TAG))}))


def _mean_scores(asked: Mapping[Question, Sequence[TrialRecord]]) -> dict[Question, float]:
    """The mean score of each question that was scored at all."""
    means = {}
    for question, records in asked.items():
        scores = [score for record in records if (score := score_of(record)) is not None]
        if scores:
            means[question] = sum(scores) / len(scores)
    return means
