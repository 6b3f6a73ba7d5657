"""Whether two runs measured the same thing, so that one can be the other's baseline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from niah.console import inert, shorten
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


def check_planned(run: Run, sweeps: Iterable[tuple[str, str]], pool: Pool) -> None:
    """Refuse a baseline of another kind before a run is paid for that cannot be judged by it.

    Args:
        run: As it would begin.
        sweeps: Its models and tasks, but for models whose vocabulary is still to be found out.
        pool: The baseline.

    Raises:
        ConfigurationError: as `check_pool`.
    """
    own = list(sweeps)
    for other, others in pool.runs:
        _check_conditions(run, own, (other, others))


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
    _check_conditions(one[0], list(by_sweep(one[1])), other)


def _check_conditions(run: Run, sweeps: Sequence[tuple[str, str]], other: Measured) -> None:
    right = by_sweep(other[1])
    if not right:
        raise ConfigurationError(f"{other[0].run} has no finished trial; run it first")
    for sweep in sweeps:
        twin = twin_sweep(sweep, sweeps, right, other[0].run)
        a = conditions(_contestant(run, sweep))
        b = conditions(_contestant(other[0], twin))
        for what in _WHAT:
            mine, theirs = getattr(a, what), getattr(b, what)
            if mine != theirs and not (what == "scoring" and None in (mine, theirs)):
                raise ConfigurationError(
                    f"the experiment has changed: {run.run} and {other[0].run} differ in "
                    f"{_WHAT[what]}, {_apart(mine, theirs)}; set a new baseline "
                    "(niah baseline set)"
                )
    sharing = [
        "unknown" if experiment is None else experiment.sampling.sharing
        for experiment in (experiment_of(run), experiment_of(other[0]))
    ]
    if sharing[0] != sharing[1]:
        raise ConfigurationError(
            f"the experiment has changed: {run.run} and {other[0].run} differ in what their "
            f"prompts share, {sharing[0]} and {sharing[1]}; set a new baseline (niah baseline set)"
        )


_PLAIN = str.maketrans("", "", "{}'")
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


def _contestant(run: Run, sweep: tuple[str, str]) -> Contestant:
    return Contestant(run=run, model=sweep[0], task=sweep[1], records=())


def _apart(mine: str | None, theirs: str | None) -> str:
    """The parts of two descriptions that differ, short enough for a sentence."""
    a, b = (str(text).translate(_PLAIN).split(", ") for text in (mine, theirs))
    apart = set(a) ^ set(b)
    left, right = (
        inert(shorten(", ".join(part for part in parts if part in apart), 80)) for parts in (a, b)
    )
    return f"{left!r} and {right!r}"
