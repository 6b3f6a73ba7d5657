"""Simulated nights of scores: recall maps, what becomes of them, and answers that repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from niah.statistics.evidence import Group, groups
from niah.statistics.expectations import Baseline, Scores, build_baseline, scores_of
from niah.statistics.gates import Regression, regression
from niah.store import TrialRecord
from tests.benchmarks.truth_maps import Map, truth_map

CHANGES = ("none", "all by 2", "all by 3", "all by 5", "patch", "two rows", "edge")
LENGTHS = tuple(range(200, 950, 50))
DEPTHS = tuple(float(round(100 * i / 14, 3)) for i in range(15))


def known_map(family: str, size: int, seed: int) -> Map:
    """A family's map, or the same recall everywhere for a name such as ``flat 90``."""
    name, _, share = family.partition(" ")
    if name == "flat" and share.isdigit():
        return np.full((size, size), int(share) / 100)
    return truth_map(family, size, seed)


def changed(truth: Map, change: str, generator: np.random.Generator) -> Map | None:
    """The map after a change that costs at least 2 points of its mean; None = it cannot."""
    depths, lengths = truth.shape
    where = np.zeros_like(truth)
    if change == "none":
        return truth
    if change == "edge":
        moved = np.concatenate([truth[:, 1:], truth[:, -1:]], axis=1)
        return moved if (truth - moved).mean() >= 0.02 else None
    points = 2.0
    if change.startswith("all by "):
        points = float(change.removeprefix("all by "))
        where[:] = 1
    elif change == "patch":
        i, j = generator.integers(0, depths - 3), generator.integers(0, lengths - 3)
        where[i : i + 4, j : j + 4] = 1
    else:
        i = generator.integers(0, depths - 1)
        where[i : i + 2] = 1
    lost = points / 100 * truth.size / float((truth * where).sum())
    return truth * (1 - lost * where) if lost <= 0.95 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompts:
    """How hard each prompt is: the same for all nights.

    Attributes:
        hardness: Shape (depths, lengths, repeats), uniform.
        sticky: Prompts that are answered by their hardness alone; the others by a draw a night.
    """

    hardness: np.ndarray[tuple[int, int, int], np.dtype[np.float64]]
    sticky: np.ndarray[tuple[int, int, int], np.dtype[np.bool_]]


def draw_prompts(
    shape: tuple[int, int], repeats: int, stability: float, g: np.random.Generator
) -> Prompts:
    size = (*shape, repeats)
    return Prompts(hardness=g.random(size), sticky=g.random(size) < stability)


def ask(
    prompts: Prompts, truth: Map, i: int, j: int, repeat: int, g: np.random.Generator
) -> TrialRecord:
    """One scored trial."""
    drawn = prompts.hardness[i, j, repeat] if prompts.sticky[i, j, repeat] else g.random()
    return TrialRecord(
        run="simulated",
        trial_id=f"{i}/{j}/{repeat}",
        model="simulated/map",
        task="simulated",
        context_length=LENGTHS[j],
        depth_percent=DEPTHS[i],
        repeat=repeat,
        seed=0,
        prompt_sha256=f"{i}/{j}/{repeat}",
        prompt_tokens=LENGTHS[j],
        placements=(),
        question="",
        answers=(),
        outcome="answered",
        score=float(drawn < truth[i, j]),
    )


def measure(
    prompts: Prompts, truth: Map, repeats: Sequence[int], g: np.random.Generator
) -> list[TrialRecord]:
    """Every cell once for each repeat."""
    return [
        ask(prompts, truth, i, j, repeat, g)
        for repeat in repeats
        for i, j in np.ndindex(*truth.shape)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """What came of a night.

    Attributes:
        passes: Re-tests sent, in passes over the grid.
    """

    outcome: Regression
    passes: float


def night(
    pool: Sequence[TrialRecord],
    prompts: Prompts,
    truth: Map,
    g: np.random.Generator,
    *,
    known: Baseline | None = None,
) -> Night:
    """One pass, and the re-tests that it calls for.

    Args:
        known: The baseline of the pool, when twins need not tell of the stability.
    """
    trials = measure(prompts, truth, [0], g)
    baseline = known or build_baseline(pool, trials)
    assert baseline is not None
    fresh: list[TrialRecord] = []
    asked = np.zeros(truth.shape, int)

    def retest(open_: Sequence[Group]) -> Scores:
        wanted = np.zeros(truth.shape, bool)
        for group in open_:
            wanted[group.rows, group.columns] = True
        repeats = prompts.hardness.shape[2]
        for i, j in np.argwhere(wanted).tolist():
            latin = 1 + (asked[i, j] + i + j) % (repeats - 1)
            asked[i, j] += 1
            fresh.append(ask(prompts, truth, i, j, latin, g))
        return scores_of(fresh, baseline)

    outcome = regression(baseline, scores_of(trials, baseline), groups(baseline), retest)
    return Night(outcome=outcome, passes=len(fresh) / truth.size)
