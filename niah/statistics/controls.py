"""Controls in numbers: what a sweep's model answers when there is less to read."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from niah.statistics.grids import Marginal, by_sweep, marginal_of_estimates
from niah.statistics.intervals import Estimate, pooled_estimate
from niah.statistics.questions import Question, fixed_questions
from niah.statistics.scores import score_of
from niah.store import ABSENCE_TAG, TrialRecord

_NO_ANSWER = ("empty", "thinking only")


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlResult:
    """One control of one sweep.

    Its trials share no haystack, so every interval is Jeffreys' over trials.

    Attributes:
        control: Its name.
        model: Of the sweep.
        task: Its label, the control included.
        accuracy: Share of the true answer, by the sweep's own scorer; where the answer was left out
            of the text, how often it came nevertheless.
        false_answers: Of the responses to questions whose answer was left out, the share that
            answers instead of saying that the text does not tell; None for other controls.
        by_length: Accuracy per context length; for controls without a haystack, a prompt's length.
        trials: Finished, whatever their outcome.
        distance_tokens: For from-end, in how many last tokens the needles stood; None for others.
        questions: Its trials by question, where that is the same in every trial that asks it.
    """

    control: str
    model: str
    task: str
    accuracy: Estimate
    false_answers: Estimate | None
    by_length: Marginal
    trials: int
    distance_tokens: int | None = None
    questions: Mapping[Question, Sequence[TrialRecord]] = field(default_factory=dict)

    @property
    def shown(self) -> Estimate:
        """The number that the control is there for."""
        return self.accuracy if self.false_answers is None else self.false_answers


def control_results(
    control: str, records: Iterable[TrialRecord], *, distance_tokens: int | None = None
) -> list[ControlResult]:
    """The results of one control's trials, one for each model and task, in their order."""
    return [
        ControlResult(
            control=control,
            model=model,
            task=task,
            accuracy=_mean([score for r in own if (score := score_of(r)) is not None]),
            false_answers=_mean(_false_answers(own)) if control == "absent" else None,
            by_length=_by_length(own),
            trials=len(own),
            distance_tokens=distance_tokens if control == "from-end" else None,
            questions=fixed_questions(own),
        )
        for (model, task), own in sorted(by_sweep(list(records)).items())
    ]


def _false_answers(records: Sequence[TrialRecord]) -> list[float]:
    """1 for each response that says anything but that the text does not tell."""
    return [
        float(record.tags.get(ABSENCE_TAG) != "stated" and record.score_reason not in _NO_ANSWER)
        for record in records
        if score_of(record) is not None
    ]


def _by_length(records: Sequence[TrialRecord]) -> Marginal:
    scores: dict[int, list[float]] = {}
    for record in records:
        own = scores.setdefault(record.context_length, [])
        if (score := score_of(record)) is not None:
            own.append(score)
    lengths = sorted(scores)
    return marginal_of_estimates(lengths, [_mean(scores[length]) for length in lengths])


def _mean(values: Sequence[float]) -> Estimate:
    return pooled_estimate(math.fsum(values), len(values))
