"""The store: runs and finished trials in one SQLite file, durable and replayable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from niah.prompts import Placement
from niah.providers import FailureKind, Outcome

ADAPTIVE_NOTE = "adaptive sweep of "
BILL_NOTE = "expected bill of "
CALIBRATION_NOTE = "calibration of "
_NOTES = (ADAPTIVE_NOTE, BILL_NOTE, CALIBRATION_NOTE)


def is_note(name: str) -> bool:
    """Whether an entry of a run's versions is no version, but what was found out on the way."""
    return name.startswith(_NOTES)


ABSENCE_TAG = "absence"
"""Of a trial whose answer was left out of the text: whether the response says so."""

QUESTION_TAG = "question"
"""Of a trial whose question and accepted answers are the same in every trial that asks it."""

DOCUMENT_TAG = "document"
"""Of a trial whose answer stands in one of the user's documents: the document's name."""

LIKE_TAG = "composed like"
"""Of a trial that was asked again, because the provider counted another length than was asked: the
tokens of its first prompt, whose beginning it shares."""

SCORED_BY_TAG = "scored by"
"""Of a trial whose score is another scorer's than the one that it was measured with."""

MEASURED_SCORE_TAG = "score as measured"
"""Of the same trial: its score by the scorer that it was measured with."""

RunStatus = Literal["running", "complete", "incomplete", "interrupted"]
"""``interrupted`` is never stored: it is what ``running`` comes to when the process was killed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of an experiment.

    Attributes:
        run: Its id: experiment name, UTC date and time, and 6 hexadecimal digits.
        name: The experiment's name.
        experiment_sha256: Hash over everything that affects any request of the run.
        experiment: The whole experiment as canonical JSON.
        versions: niah, Python, each library and vocabulary that shapes a prompt, by name.
        simulated: True when any model was a reference reader, under whatever name.
        planned_trials: How many trials the plan has.
        created_at: UTC, ISO 8601.
        finished_at: The same, None while unfinished.
        source: ``measured``, or where an imported run comes from.
        scored_by: The scorer whose scores are in use in place of those that the run was measured
            with; empty = those.
    """

    run: str
    name: str
    experiment_sha256: str
    experiment: str
    versions: dict[str, str]
    simulated: bool
    planned_trials: int
    created_at: str
    status: RunStatus = "running"
    finished_at: str | None = None
    source: str = "measured"
    scored_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One line of the list of runs: the run without its experiment, and what came of it.

    Attributes:
        outcomes: Trials by outcome; an outcome that no trial had is absent.
        cost_usd: All that was billed or may have been, replaced attempts and requests that were in
            flight when a process died included; None = nothing is known about the cost.
        unsettled_usd: Of this, worst cases of requests whose answer was never recorded.
        unpriced_trials: Finished trials whose cost nobody knows and that are not in ``cost_usd``.
    """

    run: str
    name: str
    experiment_sha256: str
    simulated: bool
    planned_trials: int
    created_at: str
    status: RunStatus
    finished_at: str | None
    source: str
    outcomes: Mapping[Outcome, int]
    cost_usd: float | None
    unsettled_usd: float
    unpriced_trials: int
    scored_by: str = ""

    @property
    def finished_trials(self) -> int:
        """Trials that need no further request: every outcome but "failed"."""
        return sum(count for outcome, count in self.outcomes.items() if outcome != "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRecord:
    """One finished trial: what was asked, what came back, what it scored, what it cost.

    Attributes:
        run: Id of the run.
        trial_id: SHA-256 over everything that affects the request.
        model: ``provider/model``.
        task: Label of the task, such as ``single/magic-number``.
        context_length: Asked context length in tokens.
        depth_percent: Asked depth, 0..100.
        repeat: 0-based.
        seed: The trial's seed.
        prompt_sha256: Empty when the prompt was refused.
        prompt_tokens: Counted by the tokenizer.
        question: What was asked.
        answers: The accepted answers.
        outcome: Exactly one; the score is None unless it is scored.
        response: The model's text, thinking excluded.
        attempts: HTTP requests made for it, the last included.
        latency_s: Of the last attempt, from sending to the whole answer.
        started_at: UTC, ISO 8601, of the last attempt.
        cost_usd: From the usage fields and prices; None = unknown price or usage, never 0.
        usage: The provider's usage object as JSON text.
    """

    run: str
    trial_id: str
    model: str
    task: str
    context_length: int
    depth_percent: float
    repeat: int
    seed: int
    prompt_sha256: str
    prompt_tokens: int
    placements: tuple[Placement, ...]
    question: str
    answers: tuple[str, ...]
    outcome: Outcome
    failure_kind: FailureKind | None = None
    message: str = ""
    response: str = ""
    reasoning: str = ""
    finish_reason: str | None = None
    served_model: str | None = None
    system_fingerprint: str | None = None
    score: float | None = None
    score_reason: str = ""
    found: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    usage: str = "{}"
    cost_usd: float | None = None
    latency_s: float | None = None
    attempts: int = 1
    started_at: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def placed_depth_percent(self) -> float | None:
        """Placed depth of the first needle that holds the answer; None when nothing was placed."""
        for placement in self.placements:
            if placement.role == "needle":
                return placement.placed_depth_percent
        return None
