"""Whether two runs measured the same thing, so that one can be the other's baseline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from niah.console import inert
from niah.errors import ConfigurationError
from niah.runner.contestants import Contestant, conditions
from niah.runner.results import experiment_of
from niah.statistics.grids import by_sweep
from niah.store import Run, TrialRecord

Sweeps = dict[tuple[str, str], list[TrialRecord]]
Measured = tuple[Run, Sequence[TrialRecord]]
"""A run with its trials."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """The runs of a baseline.

    Attributes:
        name: The baseline's, or the run's id.
        runs: Each with its trials.
    """

    name: str
    runs: tuple[tuple[Run, tuple[TrialRecord, ...]], ...] = field(repr=False)

    @property
    def records(self) -> list[TrialRecord]:
        """All of their trials."""
        return [record for _, records in self.runs for record in records]


def check_pool(run: Run, records: Sequence[TrialRecord], pool: Pool) -> None:
    """Refuse a baseline that was measured in another way, with the difference named.

    Raises:
        ConfigurationError: if it is the run itself, or differs in haystack, tokenizer, task,
            composition, prompt or request.
    """
    if run.run in {other.run for other, _ in pool.runs}:
        raise ConfigurationError(
            f"{run.run} is part of the baseline {pool.name}; a run is not judged against itself"
        )
    for other, others in pool.runs:
        check_alike((run, records), (other, others))


def check_alike(one: Measured, other: Measured) -> None:
    """Refuse two runs whose trials are not of one kind; their models may have other names.

    Raises:
        ConfigurationError: naming the runs and the difference.
    """
    for run, _ in (one, other):
        if run.source != "measured":
            raise ConfigurationError(
                f"{run.run} is imported from {inert(run.source)}; a baseline needs runs that niah "
                "measured"
            )
    left, right = (by_sweep(records) for _, records in (one, other))
    if not right:
        raise ConfigurationError(f"{other[0].run} has no finished trial; run it first")
    for sweep in left:
        twin = twin_sweep(sweep, list(left), right, other[0].run)
        a = conditions(_contestant(one[0], sweep, left[sweep]))
        b = conditions(_contestant(other[0], twin, right[twin]))
        for what in _WHAT:
            mine, theirs = getattr(a, what), getattr(b, what)
            if mine != theirs and not (what == "scoring" and None in (mine, theirs)):
                raise ConfigurationError(
                    f"the experiment has changed: {one[0].run} and {other[0].run} differ in "
                    f"{_WHAT[what]}, {_apart(mine, theirs)}; set a new baseline "
                    "(niah baseline set)"
                )
    sharing = [
        "unknown" if experiment is None else experiment.sampling.sharing
        for experiment in (experiment_of(one[0]), experiment_of(other[0]))
    ]
    if sharing[0] != sharing[1]:
        raise ConfigurationError(
            f"the experiment has changed: {one[0].run} and {other[0].run} differ in what their "
            f"prompts share, {sharing[0]} and {sharing[1]}; set a new baseline (niah baseline set)"
        )


_WHAT = {
    "task": "the task",
    "haystack": "the haystack",
    "tokenizer": "the tokenizer",
    "prompt": "the prompt around the haystack",
    "request": "the request settings",
    "scoring": "the scorer (niah score RUN --use scores an older run by today's)",
}


def twin_sweep(
    sweep: tuple[str, str], own: Sequence[tuple[str, str]], others: Sweeps, where: str
) -> tuple[str, str]:
    """The sweep that one is compared with: of the same model, or of the only one there is.

    A reference reader's name without its modifiers counts as the same.

    Raises:
        ConfigurationError: if there is none.
    """
    model, task = sweep
    if sweep in others:
        return sweep
    same_task = [other for other in others if other[1] == task]
    if model.startswith("reference/"):
        plain = [o for o in same_task if o[0].partition("@")[0] == model.partition("@")[0]]
        if len(plain) == 1:
            return plain[0]
    if len(same_task) == 1 and len([o for o in own if o[1] == task]) == 1:
        return same_task[0]
    known = ", ".join(sorted(f"{inert(m)} ({inert(t)})" for m, t in others)) or "nothing"
    raise ConfigurationError(
        f"{inert(where)} has no sweep of {inert(model)} on {inert(task)}; it has {known}"
    )


def _contestant(run: Run, sweep: tuple[str, str], records: Sequence[TrialRecord]) -> Contestant:
    return Contestant(run=run, model=sweep[0], task=sweep[1], records=tuple(records))


def _apart(mine: str | None, theirs: str | None) -> str:
    """The parts of two descriptions that differ, short enough for a sentence."""
    a, b = str(mine), str(theirs)
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), 0)
    start = max(0, a.rfind(" ", 0, start) - 24)
    left, right = (inert(text[start : start + 80].strip()) for text in (a, b))
    return f"{left!r} and {right!r}"
