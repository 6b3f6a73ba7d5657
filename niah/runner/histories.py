"""The runs of an experiment over time, per model: what each measured, and when that changed."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from niah.runner.estimates import estimates_of, everywhere
from niah.runner.results import experiment_of, is_adaptive, run_grids
from niah.statistics.changes import Change, change_points
from niah.statistics.effective import (
    EffectiveLength,
    Rule,
    effective_length_of_estimates,
    ruler_rule,
    threshold_rule,
)
from niah.statistics.grids import by_sweep
from niah.statistics.intervals import CONFIDENCE, Estimate
from niah.statistics.scores import SCORED, ReplicateSum, estimate_of_replicates
from niah.store import Run, TrialRecord
from niah.store.tallies import TrialTally


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One sweep of one run.

    Attributes:
        run: As stored.
        at: When it ended, or else began; UTC, ISO 8601.
        accuracy: Over all its scored trials; of an adaptive run, over the cells of its pooled map.
        effective: Effective context length by the rule of the history, from the same estimate.
        pooled: Whether these two are pooled.
        cost_usd: Of its trials; None = unknown.
        latency_s: Mean over its trials; None = none was timed.
        outcomes: Trials by outcome, only outcomes that occurred.
        verdict: Of the newest gate on the run; empty = none.
        conditions: What tells whether two runs measured the same thing.
        note: What changed in the experiment since the run before; empty = nothing.
    """

    run: Run
    at: str
    accuracy: Estimate
    effective: EffectiveLength
    cost_usd: float | None
    latency_s: float | None
    outcomes: Mapping[str, int]
    verdict: str
    conditions: tuple[tuple[str, str], ...]
    pooled: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """One model and task over time.

    Attributes:
        points: Oldest first.
        changes: Change points of the accuracy; each one's index is into the points. They are
            searched for within stretches in which the experiment stayed the same.
    """

    model: str
    task: str
    simulated: bool
    points: tuple[Point, ...]
    changes: tuple[Change, ...]


def histories(
    runs: Iterable[Run],
    tallies: Callable[[str], Sequence[TrialTally]],
    records: Callable[[str], Iterable[TrialRecord]],
    verdicts: Mapping[str, str],
    *,
    threshold: float | None = None,
) -> list[History]:
    """The histories of an experiment's runs, by model and task.

    Args:
        runs: Oldest first; re-tests and imported runs left out.
        tallies: A run's trials, counted, by its id.
        records: The trials themselves, which only adaptive runs need.
        verdicts: By run.
        threshold: Least accuracy of the effective length; None = that of the newest run's
            experiment, or RULER's rule.
    """
    runs = list(runs)
    rule = _rule(runs, threshold)
    points: defaultdict[tuple[str, str], list[Point]] = defaultdict(list)
    for run in runs:
        sweeps: defaultdict[tuple[str, str], list[TrialTally]] = defaultdict(list)
        for tally in tallies(run.run):
            sweeps[tally.model, tally.task].append(tally)
        for key, own in sweeps.items():
            points[key].append(_point(run, own, rule, verdicts.get(run.run, "")))
        if is_adaptive(run):
            _pool(run, list(records(run.run)), rule, points)
    return [
        _history(model, task, sorted(found, key=lambda one: one.at))
        for (model, task), found in sorted(points.items())
    ]


def _rule(runs: Sequence[Run], threshold: float | None) -> Rule:
    newest = experiment_of(runs[-1]) if runs else None
    if threshold is None and newest is not None:
        threshold = newest.report.effective
    return ruler_rule() if threshold is None else threshold_rule(threshold)


def _pool(
    run: Run,
    records: Sequence[TrialRecord],
    rule: Rule,
    points: Mapping[tuple[str, str], list[Point]],
) -> None:
    """Put the pooled numbers of an adaptive run in the place of the raw ones, its newest points."""
    sweeps = by_sweep(records)
    for grid in run_grids(run, records):
        key = grid.model, grid.task
        estimates = estimates_of(run, grid, sweeps.get(key, []))
        if estimates.pooled:
            points[key][-1] = replace(
                points[key][-1],
                accuracy=estimates.within(everywhere),
                effective=estimates.effective(rule),
                pooled=True,
            )


def _history(model: str, task: str, points: Sequence[Point]) -> History:
    noted = list(points)
    changes: list[Change] = []
    start = 0
    for i in range(1, len(points) + 1):
        note = _changed(points[i - 1], points[i]) if i < len(points) else "end"
        if note:
            stretch = change_points([one.accuracy for one in points[start:i]])
            changes += [replace(one, index=one.index + start) for one in stretch]
            start = i
            if i < len(points):
                noted[i] = replace(points[i], note=note)
    return History(
        model=model,
        task=task,
        simulated=points[0].run.simulated,
        points=tuple(noted),
        changes=tuple(changes),
    )


def _changed(before: Point, after: Point) -> str:
    """What differs in the experiments of two runs, in words; empty = nothing that matters."""
    old = dict(before.conditions)
    named = [name for name, value in after.conditions if old.get(name) != value]
    return f"other {', '.join(named)}" if named else ""


def _point(run: Run, tallies: Sequence[TrialTally], rule: Rule, verdict: str) -> Point:
    experiment = experiment_of(run)
    shared = experiment is not None and experiment.sampling.sharing != "none"
    scored = [tally for tally in tallies if tally.outcome in SCORED]
    outcomes: defaultdict[str, int] = defaultdict(int)
    for tally in tallies:
        outcomes[tally.outcome] += tally.trials
    timed = sum(tally.timed for tally in tallies)
    unpriced = sum(tally.unpriced for tally in tallies if tally.outcome != "failed")
    return Point(
        run=run,
        at=run.finished_at or run.created_at,
        accuracy=_estimate(scored, shared=shared),
        effective=_effective(
            scored, {tally.context_length for tally in tallies}, rule, shared=shared
        ),
        cost_usd=None if unpriced else math.fsum(tally.cost_usd for tally in tallies),
        latency_s=math.fsum(t.latency_s for t in tallies) / timed if timed else None,
        outcomes=dict(sorted(outcomes.items())),
        verdict=verdict,
        conditions=_conditions(run, tallies[0].model),
    )


def _conditions(run: Run, model: str) -> tuple[tuple[str, str], ...]:
    experiment, versions = experiment_of(run), run.versions
    if experiment is None:
        return ()
    grid = experiment.grid
    return (
        ("task", versions.get("task", "")),
        ("haystack", versions.get("haystack_sha256", "")),
        ("tokenizer", versions.get(f"tokenizer_sha256 of {model}", "")),
        ("composition", versions.get("composition", "")),
        ("cells", f"{grid.context_lengths} {grid.depth_percents}"),
        ("prompt", str(experiment.prompt)),
        ("request settings", str(experiment.request)),
        ("scorer", run.scored_by or versions.get("scorer", "")),
        ("reference readers", versions.get("readers", "")),
    )


def _estimate(
    scored: Iterable[TrialTally], *, shared: bool, confidence: float = CONFIDENCE
) -> Estimate:
    """Their mean score; of trials that share haystacks, those of one repeat share them."""
    replicates: defaultdict[int, ReplicateSum] = defaultdict(ReplicateSum)
    for tally in scored:
        replicates[tally.repeat].add(tally.score_sum, tally.trials, tally.context_length)
    ordered = [replicates[repeat] for repeat in sorted(replicates)]
    return estimate_of_replicates(ordered, shared=shared, confidence=confidence)


def _effective(
    scored: Sequence[TrialTally], lengths: Iterable[int], rule: Rule, *, shared: bool
) -> EffectiveLength:
    at = {
        length: [tally for tally in scored if tally.context_length == length]
        for length in sorted(lengths)
    }
    return effective_length_of_estimates(
        list(at),
        lambda length, confidence: _estimate(at[length], shared=shared, confidence=confidence),
        rule,
    )
