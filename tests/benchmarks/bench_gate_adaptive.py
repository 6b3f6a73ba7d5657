"""Does the gate stay quiet when baseline and nights are adaptive runs?

``python tests/benchmarks/bench_gate_adaptive.py [NIGHTS [uniform]]`` simulates the rule on grids of
8 x 8, as ``bench_gate.py rules`` does for uniform runs: for each known map a baseline of ten
passes, then nights of one and a half on which nothing happened, and as many on which every cell
lost a share of its recall, 5 points of the mean. With ``uniform``, baselines have ten trials in
every cell and nights one. No answer repeats (stability 0). Everything here is simulated.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from niah.statistics.adaptive import advance, begin
from niah.statistics.designs import Design, TrialKey
from niah.statistics.evidence import Group, groups
from niah.statistics.expectations import Scores, build_baseline, scores_of
from niah.statistics.gates import regression
from niah.statistics.intervals import wilson
from niah.store import TrialRecord
from tests.benchmarks.bench_gate import MAPS
from tests.benchmarks.gate_nights import (
    LENGTHS,
    Prompts,
    ask,
    changed,
    draw_prompts,
    known_map,
    measure,
)
from tests.benchmarks.truth_maps import Map

SIZE = 8
BASELINE_PASSES, NIGHT_PASSES = 10.0, 1.5
NIGHTS_EACH = 3
"""Nights of either kind for each baseline."""
Tally = defaultdict[str, list[float]]
"""Alarms, nights, passes of re-tests by change, and by change and map."""
REPEATS = 400
FRESH = 200
"""The first repeat of re-tests: more than any cell has of its own."""


def sweep(
    truth: Map, prompts: Prompts, passes: float, seed: int, g: np.random.Generator
) -> list[TrialRecord]:
    """The trials of an adaptive run, in which a token costs the same everywhere."""
    cost = np.broadcast_to(np.array(LENGTHS[:SIZE], np.float64), truth.shape)
    design = Design(cost=cost, seed=seed, target_error=0.001, max_passes=passes)
    progress = begin(design)
    scores: dict[TrialKey, float | None] = {}
    trials: list[TrialRecord] = []
    while progress.batch:
        for key in progress.batch:
            trials.append(ask(prompts, truth, *key, g))
            scores[key] = trials[-1].score
        progress = advance(design, progress, scores)
    return trials


def night(
    pool: Sequence[TrialRecord],
    tonight: Sequence[TrialRecord],
    truth: Map,
    prompts: Prompts,
    g: np.random.Generator,
) -> tuple[bool, float]:
    """Whether it alarmed, and the re-tests in passes over the grid."""
    baseline = build_baseline(pool, tonight)
    assert baseline is not None
    scores = scores_of(tonight, baseline)
    visited = len(set(zip(scores.rows.tolist(), scores.columns.tolist(), strict=True)))
    each = max(1, round(scores.n / visited))
    asked: defaultdict[tuple[int, int], int] = defaultdict(int)
    fresh: list[TrialRecord] = []

    def retest(open_: Sequence[Group]) -> Scores:
        cells = {
            (i, j)
            for group in open_
            for i in range(SIZE)[group.rows]
            for j in range(SIZE)[group.columns]
        }
        for cell in sorted(cells):
            for _ in range(each):
                fresh.append(ask(prompts, truth, *cell, FRESH + asked[cell], g))
                asked[cell] += 1
        return scores_of(fresh, baseline)

    found = regression(baseline, scores, groups(baseline, trials=each), retest)
    return found.verdict == "fail", len(fresh) / truth.size


def drawn(
    truth: Map, prompts: Prompts, passes: float, seed: int, g: np.random.Generator
) -> list[TrialRecord]:
    """The trials of a run of so many passes, adaptive or, if it was asked for, uniform."""
    if sys.argv[2:] == ["uniform"]:
        return measure(prompts, truth, range(int(passes)), g)
    return sweep(truth, prompts, passes, seed, g)


def judge_nights(tally: Tally, family: str, seed: int) -> None:
    """Quiet nights and drops against one baseline."""
    g = np.random.default_rng([seed, *family.encode()])
    truth = known_map(family, SIZE, seed)
    prompts = draw_prompts(truth.shape, REPEATS, 0.0, g)
    pool = drawn(truth, prompts, BASELINE_PASSES, seed, g)
    for change in ("none", "all by 5"):
        now = changed(truth, change, g)
        if now is None:
            continue
        for number in range(NIGHTS_EACH):
            tonight = drawn(now, prompts, NIGHT_PASSES, 1 + number, g)
            alarm, passes = night(pool, tonight, now, prompts, g)
            for name in (change, f"{change}, {family}"):
                entry = tally[name]
                entry[0] += alarm
                entry[1] += 1
                entry[2] += passes


def main() -> None:
    """See the module."""
    nights = int(sys.argv[1]) if sys.argv[1:] else 72
    tally: Tally = defaultdict(lambda: [0, 0, 0.0])
    for seed in range(-(-nights // (len(MAPS) * NIGHTS_EACH))):
        for family in MAPS:
            judge_nights(tally, family, seed)
    for name, (alarms, total, passes) in sorted(tally.items()):
        lower, upper = wilson(alarms, int(total))
        print(
            f"{name:34}{int(alarms):4} alarms in {int(total)} nights, {alarms / total:.3f} "
            f"({lower:.3f} to {upper:.3f}), re-tests {passes / total:.1f} passes"
        )


if __name__ == "__main__":
    main()
