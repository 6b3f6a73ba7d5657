"""A gate's re-tests: real trials, stored in a run of their own beside the one that is judged.

The run in question keeps its numbers; the re-tests went where it looked bad, and would bias them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from time import monotonic

import httpx

from niah.plan import Trial, trial_maker
from niah.runner.children import open_child
from niah.runner.keys import Keys
from niah.runner.prepared import Prepared
from niah.runner.progress import Progress
from niah.runner.run import run_experiment
from niah.statistics.scores import score_of
from niah.store import Run, TrialRecord
from niah.store.database import Store
from niah.store.runs import spent_usd
from niah.store.status import plan_more_trials
from niah.store.trials import iter_trials
from niah.streams import Cell

LEAST_MEASURED = 0.5
"""A round with a smaller share of scored trials decides nothing."""


@dataclass(slots=True, kw_only=True)
class Retests:
    """The re-tests of one run; everything up to ``log`` is fixed.

    Attributes:
        load: The experiment of the run that is judged, calibrated as it was, and the keys of its
            models; called when the first re-test is needed.
        of: That run.
        budget_usd: Most that the re-tests may cost, those of earlier sessions included; None = no
            limit.
        until_s: Time of ``monotonic`` after which nothing is sent; None = no limit.
        trials: Planned so far.
        rounds: Rounds sent or found in the store.
        run: Where they are stored, once there is one.
        reasons: Why no more can be sent, a sentence each.
        interrupted: Whether the user stopped them.
    """

    load: Callable[[], tuple[Prepared, Keys]]
    store: Store
    of: Run
    transports: Mapping[str, httpx.AsyncBaseTransport]
    budget_usd: float | None
    until_s: float | None
    progress: Callable[[Progress], None] = lambda _: None
    tell: Callable[[str], None] = lambda _: None
    log: Callable[[str], None] = lambda _: None
    trials: list[Trial] = field(default_factory=list)
    rounds: int = 0
    run: Run | None = None
    reasons: list[str] = field(default_factory=list)
    interrupted: bool = False
    _loaded: tuple[Prepared, Keys] | None = None

    @property
    def prepared(self) -> Prepared:
        """The experiment, loaded when it is first asked for."""
        return self._load()[0]

    @property
    def keys(self) -> Keys:
        """Of its models."""
        return self._load()[1]

    def _load(self) -> tuple[Prepared, Keys]:
        if self._loaded is None:
            self._loaded = self.load()
        return self._loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class SentRetests:
    """What came of the re-tests of a run.

    Attributes:
        run: Where they are stored; None = none was needed.
        trials: Planned.
        rounds: Measured.
        cost_usd: What they have cost, or may have; None = a price is unknown.
        budget_usd: Most that they may cost, all sessions together; None = no limit.
        reasons: Why no more could be sent, a sentence each.
        interrupted: Whether the user stopped them.
    """

    run: str | None
    trials: int
    rounds: int
    cost_usd: float | None
    budget_usd: float | None
    reasons: tuple[str, ...]
    interrupted: bool


def sent_retests(retests: Retests) -> SentRetests:
    """What has come of them so far."""
    cost_usd: float | None = 0.0
    if retests.run is not None:
        priced = all(model.price is not None for model in retests.prepared.models.values())
        cost_usd = spent_usd(retests.store, retests.run.run) if priced else None
    return SentRetests(
        run=None if retests.run is None else retests.run.run,
        trials=len(retests.trials),
        rounds=retests.rounds,
        cost_usd=cost_usd,
        budget_usd=retests.budget_usd,
        reasons=tuple(retests.reasons),
        interrupted=retests.interrupted,
    )


def fresh_trials(
    prepared: Prepared,
    model: str,
    cells: Iterable[Cell],
    *,
    asked: Mapping[Cell, int],
    known_repeats: Sequence[int],
    tonights_repeats: Iterable[int],
    each: int,
) -> list[Trial]:
    """The next trials of some cells, with prompts that tonight has not asked yet.

    First come the repeats that the baseline has asked, so that each has a twin there, Latin-wise:
    neighbouring cells take different ones, so that no repeat stands for a region. Then come new
    ones.

    Args:
        prepared: The experiment.
        model: By id.
        cells: Row and column of each.
        asked: Re-tests of each cell so far.
        known_repeats: Which the baseline has.
        tonights_repeats: Which tonight's run has.
        each: So many of every cell.
    """
    make = trial_maker(prepared.experiment, prepared.ingredients)
    used = set(tonights_repeats)
    twins = sorted(set(known_repeats) - used)
    first_new = 1 + max((*used, *known_repeats), default=-1)
    chosen = []
    for cell in cells:
        for visit in range(asked.get(cell, 0), asked.get(cell, 0) + each):
            if visit < len(twins):
                repeat = twins[(visit + sum(cell)) % len(twins)]
            else:
                repeat = first_new + visit - len(twins)
            chosen.append(make(model, cell, repeat))
    return chosen


def send_round(retests: Retests, trials: Sequence[Trial]) -> list[TrialRecord] | None:
    """Measure the trials, unless they are stored already; None when they could not be measured.

    Raises:
        ConfigurationError: if a budget is set and a price is unknown.
        StoreUnavailable: if they are being sent elsewhere, or the store cannot be written.
    """
    if retests.until_s is not None and monotonic() >= retests.until_s:
        retests.reasons.append("the time limit (--max-time) was reached")
        return None
    retests.trials += trials
    run = _open(retests)
    plan_more_trials(retests.store, run.run, len(retests.trials))
    left_s = None if retests.until_s is None else max(1.0, retests.until_s - monotonic())
    result = run_experiment(
        _as_planned(retests),
        retests.store,
        keys=retests.keys,
        transports=retests.transports,
        max_time_s=left_s,
        analysed=False,
        progress=retests.progress,
        tell=retests.tell,
        log=retests.log,
    )
    retests.run = result.run
    wanted = {trial.trial_id for trial in trials}
    records = [r for r in iter_trials(retests.store, run.run) if r.trial_id in wanted]
    scored = [r for r in records if score_of(r) is not None]
    retests.interrupted = result.interrupted
    unsent = len(records) < len(wanted)
    if result.interrupted or unsent or len(scored) < LEAST_MEASURED * len(wanted):
        outcomes = Counter(r.failure_kind or r.outcome for r in records if score_of(r) is None)
        retests.reasons += [
            reason for reason in result.reasons if reason not in retests.reasons
        ] or [
            f"{len(wanted) - len(scored):,} of {len(wanted):,} re-tests could not be measured"
            + (f" ({', '.join(outcomes)})" if outcomes else "")
        ]
        return None
    retests.rounds += 1
    return scored


def _open(retests: Retests) -> Run:
    """The run of the re-tests: the one that is there, or a new one."""
    retests.run = open_child(retests.store, _as_planned(retests), of=retests.of)
    return retests.run


def _as_planned(retests: Retests) -> Prepared:
    """The experiment with the re-tests as its trials, under a name and a hash of their own."""
    experiment = retests.prepared.experiment
    limits = experiment.limits.model_copy(update={"max_cost_usd": retests.budget_usd})
    # The gate chooses what is sent, whatever chose tonight's trials.
    sampling = experiment.sampling.model_copy(update={"mode": "uniform"})
    named = experiment.model_copy(
        update={
            "name": f"{experiment.name[:70]}-retests",
            "limits": limits,
            "sampling": sampling,
        }
    )
    return replace(
        retests.prepared,
        experiment=named,
        trials=tuple(retests.trials),
        sha256=hashlib.sha256(f"re-tests of {retests.of.run}".encode()).hexdigest(),
    )
