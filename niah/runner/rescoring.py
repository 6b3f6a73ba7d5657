"""Stored responses scored again, without a request: what was asked is drawn again and proven.

A response is scored by more than question and accepted answers: by what was planted as a
distractor, by keywords, by a prefix. None of that is stored; it follows from the trial's seed. It
is drawn again, and where it does not come out as it is on record, nothing is scored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from niah import __version__
from niah.console import inert, shorten
from niah.errors import ConfigurationError
from niah.runner.analyses import run_cells
from niah.runner.rebuilding import challenge_drawer
from niah.runner.results import original_scorer
from niah.scoring import SCORER_VERSION, SCORERS, score
from niah.statistics.agreement import Agreement, agreement
from niah.statistics.scores import SCORED, score_of
from niah.store import Run, TrialRecord
from niah.store.cells import save_cells
from niah.store.database import Store
from niah.store.runs import find_run
from niah.store.scorings import (
    Rescore,
    Scoring,
    rescores_of,
    save_scoring,
    scorings_of,
    use_scoring,
)
from niah.store.trials import iter_trials
from niah.tasks import Challenge

ORIGINAL = "original"
"""What the scores as they were measured are called beside the names of scorers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A run's responses as one scorer sees them.

    Attributes:
        scorer: Its name with its version, as it is stored and shown.
        rescores: By trial id; only trials whose outcome is scored.
    """

    scorer: str
    rescores: Mapping[str, Rescore]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A trial that two scorers give different scores."""

    record: TrialRecord
    first: Rescore
    second: Rescore

    @property
    def kind(self) -> tuple[str, str]:
        """Both reasons: disagreements of one kind usually have one cause."""
        return self.first.reason, self.second.reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """Two scorers compared on the same responses.

    Attributes:
        first, second: What each makes of them.
        agreement: Over the trials that both could score.
        disagreements: The most informative first.
        unscored: Trials that one of them could not score.
    """

    first: Scored
    second: Scored
    agreement: Agreement
    disagreements: tuple[Disagreement, ...]
    unscored: int


def as_measured(run: Run, records: Iterable[TrialRecord]) -> Scored:
    """The scores that the run was measured with; the records must be those of the measurement."""
    found = {}
    for record in records:
        value = score_of(record)
        if value is not None:
            found[record.trial_id] = Rescore(
                trial_id=record.trial_id,
                score=value,
                reason=record.score_reason,
                found=record.found,
                taken=record.taken,
            )
    return Scored(scorer=original_scorer(run), rescores=found)


def rescore(run: Run, records: Sequence[TrialRecord], scorer: str | None = None) -> Scored:
    """Every scored trial once more, by a scorer of that name or by the task's own of today.

    Args:
        run: As stored.
        records: Its trials, as measured.
        scorer: One of ``SCORERS``; None = the one that the task has now.

    Raises:
        ConfigurationError: if there is no such scorer, the run is imported, or what a trial was
            asked does not come out as it was.
        ModelError, TokenizerError, HaystackError, TaskError: if what the experiment names is no
            longer at hand.
    """
    if scorer is not None and scorer not in SCORERS:
        raise ConfigurationError(
            f"there is no scorer {inert(shorten(scorer, 60))}; use one of {', '.join(SCORERS)}"
        )
    draw: Callable[[TrialRecord], Challenge] | None = None
    found: dict[str, Rescore] = {}
    used: Counter[str] = Counter()
    for record in records:
        if record.outcome not in SCORED:
            continue
        draw = draw or challenge_drawer(run)
        challenge = draw(record)
        if scorer is not None:
            challenge = replace(challenge, scorer=scorer)
        used[challenge.scorer] += 1
        verdict = score(record.response, challenge)
        found[record.trial_id] = Rescore(
            trial_id=record.trial_id,
            score=0.0 if record.outcome == "empty" else verdict.value,
            reason=verdict.reason,
            found=verdict.found,
            taken=verdict.taken,
        )
    name = " and ".join(used) or scorer or "no scorer"
    return Scored(scorer=f"{name} {SCORER_VERSION}", rescores=found)


def scores_by(store: Store, run: Run, records: Sequence[TrialRecord], name: str) -> Scored:
    """A run's scores by a name: ``original``, a scorer's, or the beginning of a stored one's.

    Raises:
        ConfigurationError: if it is none of these; also as `rescore` does.
    """
    if name == ORIGINAL:
        return as_measured(run, records)
    if name in SCORERS:
        return rescore(run, records, name)
    stored = [s.scorer for s in scorings_of(store, run.run) if s.scorer.startswith(name)]
    if len(stored) == 1:
        found = rescores_of(store, run.run, stored[0])
        return Scored(scorer=stored[0], rescores={r.trial_id: r for r in found})
    known = [ORIGINAL, *SCORERS, *(s.scorer for s in scorings_of(store, run.run))]
    raise ConfigurationError(
        f"{inert(shorten(name, 60))} names {'no' if not stored else 'more than one'} scorer of "
        f"{run.run}; use one of {', '.join(map(inert, known))}"
    )


def audit(records: Sequence[TrialRecord], first: Scored, second: Scored) -> Audit:
    """Where two scorers of the same responses disagree, and how far they agree."""
    pairs: list[tuple[float, float]] = []
    apart: list[Disagreement] = []
    unscored = 0
    for record in records:
        if record.outcome not in SCORED:
            continue
        one, other = first.rescores.get(record.trial_id), second.rescores.get(record.trial_id)
        if one is None or other is None or one.score is None or other.score is None:
            unscored += 1
            continue
        pairs.append((one.score, other.score))
        if abs(one.score - other.score) > 1e-9:
            apart.append(Disagreement(record=record, first=one, second=other))
    return Audit(
        first=first,
        second=second,
        agreement=agreement(pairs),
        disagreements=tuple(_most_informative_first(apart)),
        unscored=unscored,
    )


def _most_informative_first(apart: Sequence[Disagreement]) -> list[Disagreement]:
    """One of each kind before a second of any, the rarer kind and the larger gap first.

    A hundred disagreements of one kind are one finding; read in this order, the first few lines
    hold every kind there is.
    """
    often = Counter(disagreement.kind for disagreement in apart)

    def gap(one: Disagreement) -> float:
        return abs((one.first.score or 0.0) - (one.second.score or 0.0))

    place: Counter[tuple[str, str]] = Counter()
    keyed = []
    for number, one in enumerate(sorted(apart, key=gap, reverse=True)):
        keyed.append(((place[one.kind], often[one.kind], number), one))
        place[one.kind] += 1
    return [one for _, one in sorted(keyed, key=lambda pair: pair[0])]


def rescored_records(records: Iterable[TrialRecord], scored: Scored) -> list[TrialRecord]:
    """The trials with a scorer's scores in place; without those that it could not score."""
    changed = []
    for record in records:
        if record.outcome not in SCORED:
            changed.append(record)
            continue
        other = scored.rescores.get(record.trial_id)
        if other is not None and other.score is not None:
            changed.append(replace(record, score=other.score, score_reason=other.reason))
    return changed


def keep(store: Store, run: Run, scored: Scored) -> None:
    """Store a scorer's scores beside the run's own.

    Raises:
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    scoring = Scoring(
        scorer=scored.scorer,
        niah_version=__version__,
        scored_at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    save_scoring(store, run.run, scoring, scored.rescores.values())


def put_to_use(store: Store, run: Run, scorer: str) -> Run:
    """Show a run by a stored scorer's scores, or by its own (``original``); cells follow.

    Raises:
        StoreError: if that scorer never passed over the run.
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    use_scoring(store, run.run, "" if scorer == ORIGINAL else scorer)
    changed = find_run(store, run.run)
    save_cells(store, run.run, run_cells(changed, iter_trials(store, run.run)))
    return changed
