"""One run judged: its demands, and its baseline, with re-tests where tonight looks worse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from niah.console import inert
from niah.errors import ConfigurationError
from niah.runner.estimates import estimates_of, everywhere
from niah.runner.gate_words import regression_words
from niah.runner.likeness import Pool, twin_sweep
from niah.runner.results import run_grids
from niah.runner.retests import Retests
from niah.runner.rounds import retest_rounds
from niah.runner.thresholds import Check, Demands, check_demands, missing
from niah.statistics import Grid
from niah.statistics.controls import ControlResult
from niah.statistics.evidence import Judgement, groups
from niah.statistics.expectations import Baseline, Scores, build_baseline, scores_of
from niah.statistics.gates import Regression, Verdict, regression, worst
from niah.statistics.grids import by_sweep
from niah.statistics.intervals import Estimate
from niah.store import Run, TrialRecord

LEAST_DROP = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One sweep against its baseline.

    Attributes:
        verdict, reason: As of the whole gate.
        against: The baseline's model, where its name is another one.
        baseline: Its trials put together.
        sought: The smallest drop of the whole grid that the rule was made to find here.
        outcome: Suspicions, and what became of them; None = too little was measured.
    """

    verdict: Verdict
    reason: str
    against: str
    baseline: Baseline
    sought: float
    outcome: Regression | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One sweep of the run.

    Attributes:
        accuracy: Of all its cells by its own trials, re-tests apart; demands are judged on such
            estimates.
        checks: One per demand.
        compared: With the baseline; None = there is none.
        controls: Measured beside it; they are told and not judged.
    """

    grid: Grid
    accuracy: Estimate
    checks: tuple[Check, ...]
    compared: Compared | None
    controls: tuple[ControlResult, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of all."""
        compared = () if self.compared is None else (self.compared.verdict,)
        return worst([*(check.verdict for check in self.checks), *compared])


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What a gate found.

    Attributes:
        run: That was judged.
        verdict: The worst of its sweeps'.
        reason: One sentence.
        sweeps: By model and task.
        pool: What it was compared with; None = nothing.
        notes: What the reader should know besides, a sentence each.
    """

    run: Run
    verdict: Verdict
    reason: str
    sweeps: tuple[Judged, ...]
    pool: Pool | None
    notes: tuple[str, ...]


def judge_run(
    run: Run,
    records: Sequence[TrialRecord],
    demands: Demands,
    pool: Pool | None,
    retests: Retests | None,
    *,
    drop: float = LEAST_DROP,
    controls: Sequence[ControlResult] = (),
    notes: Iterable[str] = (),
) -> Gate:
    """Judge every sweep of a run.

    Args:
        run: As stored.
        records: Its trials.
        demands: Of every sweep.
        pool: The baseline's runs, known to be comparable.
        retests: What sends re-tests; None = none may be sent.
        drop: Smallest drop of the whole grid's accuracy worth finding.
        controls: What stands beside the run's sweeps.
        notes: What the reader should know of the run, a sentence each.

    Raises:
        ConfigurationError: if a demand is about a length or depth that the run does not have, or
            the baseline has no sweep to compare with.
        StoreUnavailable: if re-tests cannot be stored.
    """
    own, before = by_sweep(records), by_sweep([] if pool is None else pool.records)
    judged: list[Judged] = []
    grids = run_grids(run, records)
    sweeps = [(grid.model, grid.task) for grid in grids]
    for grid in grids:
        trials = own.get((grid.model, grid.task), [])
        estimates = estimates_of(run, grid, trials)
        checks = tuple(check_demands(demands, grid, estimates))
        compared = None
        if pool is not None:
            against = twin_sweep((grid.model, grid.task), sweeps, before, pool.name)
            compared = _compare(
                grid, trials, before[against], against[0], demands, retests, drop, len(grids)
            )
        accuracy = estimates.within(everywhere)
        judged.append(
            Judged(
                grid=grid,
                accuracy=accuracy,
                checks=checks,
                compared=compared,
                controls=tuple(one for one in controls if one.model == grid.model),
            )
        )
    verdict = worst([one.verdict for one in judged]) if judged else "undecided"
    return Gate(
        run=run,
        verdict=verdict,
        reason=_reason(verdict, judged),
        sweeps=tuple(judged),
        pool=pool,
        notes=(*notes, *_notes(judged)),
    )


def _compare(
    grid: Grid,
    trials: Sequence[TrialRecord],
    before: Sequence[TrialRecord],
    against: str,
    demands: Demands,
    retests: Retests | None,
    drop: float,
    sweeps: int,
) -> Compared | None:
    baseline = build_baseline(before, trials)
    if baseline is None:
        raise ConfigurationError(f"the baseline of {inert(grid.model)} has no scored trial")
    tonight = scores_of(trials, baseline)
    each = max(1, round(tonight.n / max(1, len(_cells(tonight)))))
    watched = groups(baseline, trials=each, drop=drop, sweeps=sweeps)
    sought = watched[0].rule.drops[0]
    unmeasured, planned = missing(grid)
    outcome = None
    verdict: Verdict = "undecided"
    if unmeasured > demands.max_unmeasured * planned:
        reason = (
            f"{unmeasured:,} of {planned:,} planned trials could not be measured, too many to "
            "compare with the baseline."
        )
    elif tonight.n == 0:
        reason = "No cell was measured both tonight and for the baseline."
    else:
        outcome = regression(
            baseline,
            tonight,
            watched,
            retest_rounds(grid, baseline, trials, before, retests, each),
        )
        verdict = outcome.verdict
        reason = regression_words(
            baseline, outcome, sought, () if retests is None else retests.reasons
        )
    return Compared(
        verdict=verdict,
        reason=reason,
        against="" if against == grid.model else against,
        baseline=baseline,
        sought=sought,
        outcome=outcome,
    )


def _cells(scores: Scores) -> set[tuple[int, int]]:
    return set(zip(scores.rows.tolist(), scores.columns.tolist(), strict=True))


def _reason(verdict: Verdict, judged: Sequence[Judged]) -> str:
    """The first thing that decided the verdict, with its model where there are several."""
    for one in judged:
        named = f"{inert(one.grid.model)}: " if len(judged) > 1 else ""
        for check in one.checks:
            if check.verdict == verdict and verdict != "pass":
                return named + check.reason
        if one.compared is not None and one.compared.verdict == verdict and verdict != "pass":
            return named + one.compared.reason
    if not judged:
        return "The run has no trial."
    demands = sum(len(one.checks) for one in judged)
    words = [f"{demands:,} of {demands:,} demands are met"] if demands else []
    compared = [one.compared for one in judged if one.compared is not None]
    if compared:
        words.append(compared[0].reason.rstrip(".") if len(compared) == 1 else "no sweep is worse")
    text = "; ".join(words)
    return f"{text[:1].upper()}{text[1:]}."


def _notes(judged: Sequence[Judged]) -> Iterable[str]:
    for one in judged:
        compared = one.compared
        if compared is None:
            continue
        if compared.against:
            yield (
                f"{inert(one.grid.model)} is compared with {inert(compared.against)}, the "
                "baseline's model"
            )
        known = {
            (length, depth)
            for j, length in enumerate(compared.baseline.context_lengths)
            for i, depth in enumerate(compared.baseline.depth_percents)
            if compared.baseline.worth[i, j] > 0
        }
        new = sum(
            (int(length), float(depth)) not in known
            for length in one.grid.context_lengths
            for depth in one.grid.depth_percents
        )
        if new:
            yield (
                f"{new:,} cells of {inert(one.grid.model)} are not in the baseline and not compared"
            )


def alarms(compared: Compared) -> list[Judgement]:
    """The groups that alarmed, largest first."""
    found = [] if compared.outcome is None else compared.outcome.judged
    chosen = [one for one in found if one is not None and one.finding == "alarm"]
    return sorted(chosen, key=lambda one: -one.n)
