"""How far a run has come, as one frozen value per finished trial."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from niah.plan import Trial
from niah.statistics.scores import tokens_read
from niah.store import TrialRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The state of a run after its latest finished trial.

    Attributes:
        planned: Trials of the plan.
        done: Trials that are stored, those of earlier sessions included.
        cells, cells_done: Cells of all models, and those with all their trials stored.
        scored: Trials with a score.
        score_sum: Sum of their scores.
        outcomes: Stored trials by outcome.
        input_tokens, output_tokens: Of this session; see `scores.tokens_read`.
        cost_usd: Of the whole run; None when any price is unknown.
        session_done: Trials finished in this session.
        session_planned: Trials that this session set out to finish.
        elapsed_s: Since this session's first request.
        open_end: Whether more trials will be planned on the way.
    """

    planned: int
    done: int = 0
    cells: int = 0
    cells_done: int = 0
    scored: int = 0
    score_sum: float = 0.0
    outcomes: Mapping[str, int] = field(default_factory=dict)
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float | None = 0.0
    session_done: int = 0
    session_planned: int = 0
    elapsed_s: float = 0.0
    open_end: bool = False

    @property
    def remaining_s(self) -> float | None:
        """Time left at this session's rate; None when there is no telling."""
        if not self.session_done or self.open_end:
            return None
        return self.elapsed_s / self.session_done * (self.session_planned - self.session_done)


class Tally:
    """Adds finished trials up; the only mutable part of a run's progress."""

    def __init__(self, trials: Iterable[Trial | TrialRecord], *, open_end: bool = False) -> None:
        self._open_end = open_end
        self._open = Counter(_cell(trial) for trial in trials)
        self._planned = self._open.total()
        self._cells = len(self._open)
        self._outcomes: Counter[str] = Counter()
        self._scored = 0
        self._score_sum = 0.0
        self._input_tokens = 0
        self._output_tokens = 0
        self._session_planned = self._planned
        self._session_done = 0

    @property
    def session_done(self) -> int:
        """Trials finished in this session."""
        return self._session_done

    def expect(self, trials: Iterable[Trial | TrialRecord]) -> None:
        """These trials are planned too."""
        more = Counter(_cell(trial) for trial in trials)
        self._cells += sum(cell not in self._open for cell in more)
        self._open.update(more)
        self._planned += more.total()
        self._session_planned += more.total()

    def resume(self, records: Iterable[TrialRecord]) -> None:
        """Count what earlier sessions have finished."""
        for record in records:
            self._count(record)
            self._session_planned -= 1

    def add(self, record: TrialRecord) -> None:
        """Count one trial that this session has finished."""
        self._count(record)
        self._session_done += 1
        self._input_tokens += tokens_read(record)
        self._output_tokens += record.output_tokens or 0

    def progress(self, *, elapsed_s: float, cost_usd: float | None) -> Progress:
        """The state as of now."""
        return Progress(
            planned=self._planned,
            done=self._outcomes.total(),
            cells=self._cells,
            cells_done=sum(left <= 0 for left in self._open.values()),
            scored=self._scored,
            score_sum=self._score_sum,
            outcomes=dict(self._outcomes),
            input_tokens=self._input_tokens,
            output_tokens=self._output_tokens,
            cost_usd=cost_usd,
            session_done=self._session_done,
            session_planned=self._session_planned,
            elapsed_s=elapsed_s,
            open_end=self._open_end,
        )

    def _count(self, record: TrialRecord) -> None:
        self._open[_cell(record)] -= 1
        self._outcomes[record.outcome] += 1
        if record.score is not None:
            self._scored += 1
            self._score_sum += record.score


def _cell(trial: Trial | TrialRecord) -> tuple[str, int, float]:
    return trial.model, trial.context_length, trial.depth_percent
