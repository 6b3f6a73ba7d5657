"""A sweep's fixed questions one by one, for programs and notebooks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from niah.console import percent
from niah.errors import ConfigurationError
from niah.figures.text import plain
from niah.interface.frames import frame_of
from niah.interface.html import html_table
from niah.interface.sweeps import Sweep, origin_of
from niah.statistics.intervals import Estimate
from niah.statistics.questions import (
    PASSAGE_ALONE,
    WITHOUT_PASSAGE,
    QuestionResult,
    QuestionsResult,
    each_question,
    fixed_questions,
)

if TYPE_CHECKING:
    import pandas

CONTROLS = (*WITHOUT_PASSAGE, PASSAGE_ALONE)
COLUMNS = (
    *("run", "simulated", "model", "task", "question", "answers", "documents"),
    *("accuracy", "low", "high", "n", *CONTROLS, "answered_without"),
)
"""Columns of a frame of questions; those of controls hold mean scores."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Questions:
    """The questions of one sweep that are the same in every trial that asks them.

    Iteration gives each question with its accuracy, its documents and its score in each control.

    Attributes:
        model: Of the sweep.
        origin: ``measured``, ``simulated`` or ``imported``.
        result: All of them.
    """

    model: str
    origin: str
    result: QuestionsResult

    def __iter__(self) -> Iterator[QuestionResult]:
        return iter(self.result.questions)

    def __len__(self) -> int:
        return len(self.result.questions)

    @property
    def tried(self) -> tuple[QuestionResult, ...]:
        """Those that a control asked without what answers them."""
        return self.result.tried

    @property
    def known(self) -> tuple[QuestionResult, ...]:
        """Those that were answered then: no find in the text."""
        return self.result.known

    @property
    def unreadable(self) -> tuple[QuestionResult, ...]:
        """Those that were not answered even from what answers them alone."""
        return self.result.unreadable

    @property
    def all(self) -> Estimate:
        """Accuracy over the trials of all questions."""
        return self.result.all

    @property
    def not_known(self) -> Estimate:
        """Accuracy over the trials of those that were tried and are not known."""
        return self.result.not_known

    def _repr_html_(self) -> str:
        simulated = ", reference reader, simulated" if self.origin == "simulated" else ""
        caption = (
            f"{plain(self.model)}{simulated}: {len(self.known):,} of {len(self.tried):,} questions "
            "answered without what answers them"
        )
        header = ("question", "documents", "accuracy", "95% interval", "n", *CONTROLS)
        return html_table(caption, header, [_shown(one) for one in self])


def questions_of(sweep: Sweep) -> Questions:
    """The fixed questions of a sweep, beside what its controls made of them.

    Raises:
        ConfigurationError: if it asked none.
    """
    asked = fixed_questions(sweep.records)
    if not asked:
        raise ConfigurationError(
            f"{plain(sweep.grid.task)} asks no question that is the same in every trial; "
            "question-answering does"
        )
    controls = {one.control: one.questions for one in sweep.controls}
    return Questions(
        model=sweep.grid.model, origin=origin_of(sweep), result=each_question(asked, controls)
    )


def questions_frame(sweeps: Iterable[Sweep]) -> pandas.DataFrame:
    """One row a fixed question of each sweep; none of a sweep that asked none.

    Raises:
        ConfigurationError: if pandas is not installed.
    """
    asking = [sweep for sweep in sweeps if fixed_questions(sweep.records)]
    return frame_of(COLUMNS, [_row(sweep, one) for sweep in asking for one in questions_of(sweep)])


def _row(sweep: Sweep, one: QuestionResult) -> dict[str, Any]:
    return {
        "run": sweep.run.run,
        "simulated": sweep.grid.simulated,
        "model": sweep.grid.model,
        "task": sweep.grid.task,
        "question": one.question.text,
        "answers": one.question.answers,
        "documents": one.documents,
        "accuracy": one.accuracy.value,
        "low": one.accuracy.lower,
        "high": one.accuracy.upper,
        "n": one.accuracy.n,
        **{control: one.controls.get(control) for control in CONTROLS},
        "answered_without": bool(one.known) if one.tried else None,
    }


def _shown(one: QuestionResult) -> tuple[str, ...]:
    accuracy = one.accuracy
    measured = accuracy.n > 0
    return (
        one.question.text,
        ", ".join(one.documents),
        percent(accuracy.value) if measured else "not measured",
        f"{percent(accuracy.lower)} to {percent(accuracy.upper)}" if measured else "",
        f"{accuracy.n:,}",
        *(percent(one.controls[name]) if name in one.controls else "" for name in CONTROLS),
    )
