"""Has a model got worse than its baseline? Two stages, so that no region is judged by the luck
that made it look bad.

Tonight's pass only raises suspicions, in the whole grid, bands of lengths and of depths, tiles of
about 3 x 3 cells, and single cells. Each suspicion is tested again, and judged on these fresh
trials alone, by a sequential probability ratio test: how much more likely are they if the group
has dropped by so much than if it has not? The baseline's own error is averaged over, and where the
baseline has asked the same prompts, trials are compared with their twins. Everything here is a pure
function of scores; sending the re-tests is the caller's business.

Source: Wald (1945), Sequential tests of statistical hypotheses; a partial score enters as a share
of a success, which can only understate the evidence (Jensen's inequality).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import NormalDist
from typing import Literal

import numpy as np

from niah.statistics.expectations import (
    Baseline,
    Expected,
    Floats,
    Scores,
    expect,
    twin_weight,
)

Kind = Literal["all", "lengths", "depths", "tile", "cell"]
Finding = Literal["alarm", "clear", "open"]

BANDS = 5
TILE = 3
WATCHED_CELL = 0.75
"""Single cells are watched where the baseline expects at least this accuracy."""

_LEAST = 0.003
"""No trial is expected to fail or succeed more surely than this."""
_REACH = 2.2
"""A drop can be found that is so many standard errors of the most that may be sent."""
_LARGE: frozenset[Kind] = frozenset({"all", "lengths", "depths"})
"""Groups of so many trials that their mean is close to normal, and that twins are worth while."""
_PRIOR_TRIALS = 20.0
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(7)
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How groups of one kind are judged.

    Attributes:
        drops: The drops in accuracy that are looked for, each as likely as the other.
        suspicion: Likelihood ratio of tonight's trials above which the group is tested again.
        alarm: Probability of a false alarm that one test may have: it alarms at the likelihood
            ratio 1 / alarm.
        clear: Likelihood ratio below which it is cleared.
        rounds: Rounds of re-tests, each as many trials of every cell as tonight's pass had.
        last: After the last round, so many standard errors alarm too; None = only the ratio does.
    """

    drops: tuple[float, ...]
    suspicion: float
    alarm: float
    clear: float
    rounds: int
    last: float | None = None


RULES: dict[Kind, Rule] = {
    "all": Rule(drops=(0.02,), suspicion=0.4, alarm=0.025, clear=0.25, rounds=20, last=1.85),
    "lengths": Rule(drops=(0.07, 0.15), suspicion=1.5, alarm=0.02, clear=0.2, rounds=6),
    "depths": Rule(drops=(0.07, 0.15), suspicion=1.5, alarm=0.02, clear=0.2, rounds=6),
    "tile": Rule(drops=(0.2, 0.4), suspicion=3.0, alarm=0.006, clear=0.2, rounds=6),
    "cell": Rule(drops=(0.5, 0.8), suspicion=2.0, alarm=0.0003, clear=0.2, rounds=8),
}
"""Tuned on simulated nights; tests/benchmarks/bench_gate.py prints what they reach."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A block of cells that is judged as one.

    Attributes:
        kind: Which rule applies.
        rows, columns: Its cells.
        rule: That rule, adapted to what can be found in this grid.
    """

    kind: Kind
    rows: slice
    columns: slice
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What some trials of a group say of a drop.

    Attributes:
        finding: ``open`` = another round decides.
        evidence: Likelihood ratio, drop against none.
        expected, accuracy: Means over the trials.
        drop: Expected minus measured accuracy.
        lower, upper: Bounds of its 95 % interval, the baseline's error included.
        n: Scored trials.
    """

    group: Group
    finding: Finding
    evidence: float
    expected: float
    accuracy: float
    drop: float
    lower: float
    upper: float
    n: int


def groups(
    baseline: Baseline, *, trials: int = 1, drop: float = 0.02, sweeps: int = 1
) -> tuple[Group, ...]:
    """Every group that is watched, largest first.

    Args:
        baseline: Of the sweep.
        trials: Of each cell tonight.
        drop: Smallest drop of the whole grid's accuracy that is worth finding. Where so small a
            drop is lost in the noise of all re-tests that may be sent, the smallest that is not.
        sweeps: Judged tonight; they share the probability of a false alarm.
    """
    depths, lengths = baseline.shape
    everywhere = slice(0, depths), slice(0, lengths)
    rules = {kind: _shared(rule, sweeps) for kind, rule in RULES.items()}
    least = max(drop, findable_drop(baseline, rules["all"], trials))
    rules["all"] = replace(rules["all"], drops=(least,))
    blocks: list[tuple[Kind, slice, slice]] = [("all", *everywhere)]
    if lengths > 1:
        blocks += [("lengths", everywhere[0], b) for b in _blocks(lengths, min(BANDS, lengths))]
    if depths > 1:
        blocks += [("depths", b, everywhere[1]) for b in _blocks(depths, min(BANDS, depths))]
    if depths > TILE and lengths > TILE:
        blocks += [
            ("tile", rows, columns)
            for rows in _blocks(depths, -(-depths // TILE))
            for columns in _blocks(lengths, -(-lengths // TILE))
        ]
    with np.errstate(invalid="ignore"):
        watched = np.argwhere(baseline.likely >= WATCHED_CELL)
    blocks += [("cell", slice(i, i + 1), slice(j, j + 1)) for i, j in watched.tolist()]
    return tuple(
        Group(kind=kind, rows=rows, columns=columns, rule=rules[kind])
        for kind, rows, columns in blocks
    )


def findable_drop(baseline: Baseline, rule: Rule, trials: int) -> float:
    """The smallest drop of the whole grid that all re-tests of the rule together can show."""
    measured = baseline.worth > 0
    accuracy = baseline.likely[measured]
    answers = np.mean([n for _, n in baseline.prompts.values()])
    weight = float(twin_weight(baseline.stability, np.asarray([answers]))[0])
    noise = float((accuracy * (1 - accuracy)).mean())
    fresh = noise * (1 - weight * baseline.stability) / (rule.rounds * trials * accuracy.size)
    known = noise * (1 - weight) ** 2 / float(baseline.worth[measured].sum())
    return _REACH * math.sqrt(fresh + known)


def judge(group: Group, baseline: Baseline, scores: Scores, *, rounds: int) -> Judgement | None:
    """What the trials within the group say; None when there is none.

    Args:
        group: Of the grid.
        baseline: Of the whole grid.
        scores: Fresh trials only, of the whole grid.
        rounds: How many rounds they are; after the last, what does not alarm is clear.
    """
    own = within(group, scores)
    if not own.n:
        return None
    rule, paired = group.rule, group.kind in _LARGE
    expected = expect(baseline, own, paired=paired)
    drop = float((expected.accuracy - own.score).mean())
    error = math.sqrt(_variance(own, expected.accuracy) + expected.error**2)
    if paired:
        evidence = _normal_ratio(own, expected, rule.drops)
    else:
        evidence = _exact_ratio(own, expected, rule.drops)
    over = rounds >= rule.rounds
    late = over and rule.last is not None and drop >= rule.last * error
    finding: Finding = "open"
    if late or evidence >= -math.log(rule.alarm):
        finding = "alarm"
    elif over or evidence < math.log(rule.clear):
        finding = "clear"
    half = _NORMAL.inv_cdf(0.975) * error
    return Judgement(
        group=group,
        finding=finding,
        evidence=math.exp(min(evidence, 700.0)),
        expected=float(expected.accuracy.mean()),
        accuracy=float(own.score.mean()),
        drop=drop,
        lower=max(-1.0, drop - half),
        upper=min(1.0, drop + half),
        n=own.n,
    )


def suspicions(
    watched: Iterable[Group], baseline: Baseline, tonight: Scores
) -> tuple[Judgement, ...]:
    """What tonight's trials say of the groups that they call to test again."""
    failing = set(
        zip(
            tonight.rows[tonight.score < 0.5].tolist(),
            tonight.columns[tonight.score < 0.5].tolist(),
            strict=True,
        )
    )
    found = []
    for group in watched:
        if group.kind == "cell" and (group.rows.start, group.columns.start) not in failing:
            continue
        one = judge(group, baseline, tonight, rounds=0)
        if one is not None and one.evidence > group.rule.suspicion:
            found.append(one)
    return tuple(found)


def within(group: Group, scores: Scores) -> Scores:
    """The trials in the group's cells."""
    inside = (
        (scores.rows >= group.rows.start)
        & (scores.rows < group.rows.stop)
        & (scores.columns >= group.columns.start)
        & (scores.columns < group.columns.stop)
    )
    return Scores(
        rows=scores.rows[inside],
        columns=scores.columns[inside],
        score=scores.score[inside],
        twin=scores.twin[inside],
        twin_n=scores.twin_n[inside],
    )


def _normal_ratio(scores: Scores, expected: Expected, drops: tuple[float, ...]) -> float:
    """Log likelihood of the mean with one of the drops, minus that without any.

    The mean of many trials is close to normal. Its variance is that half way between the two sides,
    where the ratio is closest to the exact one when few trials fail.
    """
    drop = float((expected.accuracy - scores.score).mean())
    variance = _variance(scores, expected.accuracy)
    plain = _noise(expected.accuracy)
    ratios = []
    for sought in drops:
        half = expected.accuracy * (1 - sought / 2 / float(expected.accuracy.mean()))
        more = max(0.0, _noise(np.clip(half, 0, 1)) - plain) / scores.n
        whole = variance + more + expected.error**2
        ratios.append((sought * drop - sought**2 / 2) / whole)
    return float(np.logaddexp.reduce(ratios)) - math.log(len(ratios))


def _exact_ratio(scores: Scores, expected: Expected, drops: tuple[float, ...]) -> float:
    """The same trial by trial, for few trials.

    A drop makes every cell lose the same share of its accuracy. Both sides are averaged over the
    baseline's error, as if it were normal.
    """
    mean = float(expected.accuracy.mean())
    shares = np.asarray(
        [[1 - (drop - node * expected.error) / mean for node in _NODES] for drop in (0, *drops)]
    )
    accuracy = np.clip(expected.accuracy[:, None, None] * shares, _LEAST, 1 - _LEAST)
    score = scores.score[:, None, None]
    total = (score * np.log(accuracy) + (1 - score) * np.log1p(-accuracy)).sum(axis=0)
    highest = float(total.max())
    likelihood = np.exp(total - highest) @ (_WEIGHTS / _WEIGHTS.sum())
    with np.errstate(divide="ignore"):
        logs = np.log(np.asarray([likelihood[0], likelihood[1:].mean()]))
    return float(np.clip(logs[1], -1e4, 0) - np.clip(logs[0], -1e4, 0))


def _variance(scores: Scores, expected: Floats) -> float:
    """Of the mean difference: as expected without a drop, or as seen where that is smaller.

    It is smaller where twins tell more than the lower bound of the stability says.
    """
    noise = _noise(expected)
    seen = float((expected - scores.score).var()) if scores.n > 1 else noise
    blended = (scores.n * seen + _PRIOR_TRIALS * noise) / (scores.n + _PRIOR_TRIALS)
    return min(blended, noise) / scores.n


def _noise(accuracy: Floats) -> float:
    bounded = np.clip(accuracy, _LEAST, 1 - _LEAST)
    return float((bounded * (1 - bounded)).mean())


def _shared(rule: Rule, sweeps: int) -> Rule:
    if sweeps == 1:
        return rule
    last = rule.last
    if last is not None:
        last = _NORMAL.inv_cdf(1 - (1 - _NORMAL.cdf(last)) / sweeps)
    return replace(rule, alarm=rule.alarm / sweeps, last=last)


def _blocks(size: int, count: int) -> list[slice]:
    ends = [round(size * k / count) for k in range(count + 1)]
    return [slice(a, b) for a, b in pairwise(ends)]
