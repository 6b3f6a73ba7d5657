"""The gate's judgements: thresholds on bounds, suspicion, re-tests on fresh data, twins."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from niah.statistics import FloatGrid
from niah.statistics.adaptive import advance, begin
from niah.statistics.designs import Design, TrialKey
from niah.statistics.evidence import RULES, Group, groups, judge, suspicions
from niah.statistics.expectations import (
    Baseline,
    Scores,
    build_baseline,
    expect,
    scores_of,
    twin_weight,
)
from niah.statistics.gates import regression, threshold_verdict, worst
from niah.statistics.intervals import pooled_estimate
from niah.store import TrialRecord
from tests.benchmarks.gate_nights import ask, draw_prompts, known_map, measure, night
from tests.test_statistics_grids import record


def pool_of(share: int, *, repeats: int = 15, seed: int = 0) -> tuple[list[TrialRecord], Baseline]:
    g = np.random.default_rng(seed)
    truth = known_map(f"flat {share}", 15, 0)
    pool = measure(draw_prompts(truth.shape, repeats, 0.0, g), truth, range(repeats), g)
    baseline = build_baseline(pool)
    assert baseline is not None
    return pool, baseline


def test_thresholds_are_judged_on_bounds() -> None:
    """9 of 10 passes .5, fails .999, and is undecided about .9; nothing measured is undecided."""
    estimate = pooled_estimate(9, 10)
    assert threshold_verdict(estimate, 0.5) == "pass"
    assert threshold_verdict(estimate, 0.999) == "fail"
    assert threshold_verdict(estimate, 0.9) == "undecided"
    assert threshold_verdict(pooled_estimate(0, 0), 0.5) == "undecided"
    assert worst(["pass", "undecided", "fail"]) == "fail"
    assert worst(["pass", "undecided"]) == "undecided"
    assert worst([]) == "pass"


def test_groups_tile_the_grid() -> None:
    """Bands and tiles each cover every cell exactly once, and good cells are watched singly."""
    _, baseline = pool_of(90)
    every = groups(baseline)
    for kind in ("lengths", "depths", "tile", "cell"):
        covered = np.zeros(baseline.shape, int)
        for group in every:
            if group.kind == kind:
                covered[group.rows, group.columns] += 1
        assert (covered == 1).all(), kind
    assert [group.kind for group in every[:2]] == ["all", "lengths"]
    _, poor = pool_of(40)
    assert not [group for group in groups(poor) if group.kind == "cell"]


def test_the_drop_that_is_looked_for_is_one_that_can_be_found() -> None:
    """On a small grid the rule looks for a larger drop than 2 points, and says which."""
    _, baseline = pool_of(90)
    assert groups(baseline)[0].rule.drops == (0.02,)
    assert groups(baseline, drop=0.05)[0].rule.drops == (0.05,)
    g = np.random.default_rng(0)
    truth = known_map("flat 70", 4, 0)
    small = build_baseline(measure(draw_prompts((4, 4), 4, 0, g), truth, range(4), g))
    assert small is not None
    assert groups(small)[0].rule.drops[0] > 0.1


def test_several_sweeps_share_the_false_alarms() -> None:
    """With ten sweeps each alarm needs ten times the evidence."""
    _, baseline = pool_of(90)
    one, ten = groups(baseline)[0].rule, groups(baseline, sweeps=10)[0].rule
    assert ten.alarm == pytest.approx(one.alarm / 10)
    assert ten.last is not None
    assert one.last is not None
    assert stats.norm.sf(ten.last) == pytest.approx(stats.norm.sf(one.last) / 10)


def fails(cell: tuple[int, int], scores: Sequence[float]) -> Scores:
    n = len(scores)
    return Scores(
        rows=np.full(n, cell[0]),
        columns=np.full(n, cell[1]),
        score=np.asarray(scores, np.float64),
        twin=np.full(n, math.nan),
        twin_n=np.zeros(n),
    )


def test_a_dead_cell_alarms_within_its_rounds_and_a_living_one_is_cleared() -> None:
    """Misses alone alarm within eight trials; successes clear the cell."""
    _, baseline = pool_of(95)
    cell = Group(kind="cell", rows=slice(3, 4), columns=slice(5, 6), rule=RULES["cell"])
    findings = []
    for n in range(1, 9):
        one = judge(cell, baseline, fails((3, 5), [0.0] * n), rounds=n)
        assert one is not None
        findings.append(one.finding)
    assert findings[0] == "open"
    assert "alarm" in findings
    good = judge(cell, baseline, fails((3, 5), [1.0] * 3), rounds=3)
    assert good is not None
    assert good.finding == "clear"
    assert judge(cell, baseline, fails((0, 0), [0.0]), rounds=1) is None


def test_the_exact_ratio_is_the_quotient_of_the_likelihoods() -> None:
    """With a baseline without error it is the binomial likelihoods' quotient, over both drops."""
    _, baseline = pool_of(90)
    sure = replace(baseline, worth=baseline.worth * 1e9)
    rule = replace(RULES["tile"], drops=(0.2, 0.4))
    tile = Group(kind="tile", rows=slice(0, 1), columns=slice(0, 1), rule=rule)
    scores = fails((0, 0), [1.0, 0.0, 1.0, 1.0])
    p = float(expect(sure, scores, paired=False).accuracy[0])
    judged = judge(tile, sure, scores, rounds=1)
    assert judged is not None
    sides = [stats.binom.pmf(3, 4, p - d) for d in (0, 0.2, 0.4)]
    assert judged.evidence == pytest.approx((sides[1] + sides[2]) / 2 / sides[0], rel=1e-3)


def test_unequal_retests_are_not_a_drop() -> None:
    """Testing the bad cells more often does not look like a drop of the group."""
    g = np.random.default_rng(0)
    truth = np.tile([0.95, 0.1], (15, 7))
    prompts = draw_prompts(truth.shape, 40, 0.0, g)
    baseline = build_baseline(measure(prompts, truth, range(15), g))
    assert baseline is not None
    bad = [ask(prompts, truth, i, 1, r, g) for i in range(15) for r in range(15, 40)]
    good = [ask(prompts, truth, i, 0, 15, g) for i in range(15)]
    judged = judge(groups(baseline)[0], baseline, scores_of(bad + good, baseline), rounds=1)
    assert judged is not None
    assert judged.lower < 0 < judged.upper
    assert judged.expected < 0.2


def adaptive_trials(truth: FloatGrid, *, passes: float, seed: int) -> list[TrialRecord]:
    """The trials of an adaptive sweep of a known map, each with a prompt of its own."""
    g = np.random.default_rng(seed)
    cost = np.ones(truth.shape)
    design = Design(cost=cost, seed=seed, target_error=0.001, max_passes=passes, growth=0.5)
    progress, scores = begin(design), dict[TrialKey, float | None]()
    while progress.batch:
        scores |= {key: float(g.random() < truth[key[:2]]) for key in progress.batch}
        progress = advance(design, progress, scores)
    return [
        replace(
            record(1000 * (1 + column), 20.0 * row, repeat, score),
            prompt_sha256=f"{seed}/{row}/{column}/{repeat}",
        )
        for (row, column, repeat), score in scores.items()
    ]


def test_an_adaptive_baseline_expects_no_more_than_it_measured() -> None:
    """It asks again where a cell failed: cells alike, its means lie above the map, by much."""
    truth = np.full((6, 6), 0.9)
    off, raw, errors = [], [], []
    for seed in range(12):
        baseline = build_baseline(adaptive_trials(truth, passes=4, seed=seed))
        assert baseline is not None
        tonight = Scores(
            rows=np.repeat(np.arange(6), 6),
            columns=np.tile(np.arange(6), 6),
            score=np.ones(36),
            twin=np.full(36, np.nan),
            twin_n=np.zeros(36),
        )
        found = expect(baseline, tonight, paired=False)
        off.append(float(found.accuracy.mean()) - 0.9)
        errors.append(found.error)
        raw.append(float(baseline.mean.mean()) - 0.9)
    spread = float(np.std(off, ddof=1) / math.sqrt(len(off)))
    assert abs(np.mean(off)) < 3 * spread
    assert np.mean(raw) > 3 * spread
    assert np.mean(np.abs(off) < 2 * np.array(errors)) >= 0.9


def test_twins_tell_of_the_stability_and_count_by_it() -> None:
    """Repeated answers show how stable they are; a stable model's twins predict its answers."""
    g = np.random.default_rng(4)
    truth = known_map("flat 80", 15, 0)
    for stability in (0.0, 0.9):
        prompts = draw_prompts(truth.shape, 4, stability, g)
        pool = [r for _ in range(3) for r in measure(prompts, truth, range(4), g)]
        baseline = build_baseline(pool)
        assert baseline is not None
        assert baseline.stability == pytest.approx(stability, abs=0.08)
        # Twelve answers to four prompts are worth twelve trials, or hardly more than four.
        assert (baseline.worth.mean() < 5) == (stability > 0.5)
    assert baseline is not None
    tonight = scores_of(measure(prompts, truth, [0], g), baseline)
    paired = expect(baseline, tonight, paired=True)
    plain = expect(baseline, tonight, paired=False)
    loss = [((e.accuracy - tonight.score) ** 2).mean() for e in (paired, plain)]
    assert loss[0] < 0.5 * loss[1]
    assert paired.error < plain.error
    assert twin_weight(0.5, np.asarray([0.0, 1.0, 3.0])) == pytest.approx([0, 0.5, 0.75])


def test_what_is_not_scored_and_cells_without_a_baseline_say_nothing() -> None:
    """A failed trial and a new length are in no score; a baseline of failures is none."""
    pool, baseline = pool_of(90, repeats=2)
    failed = replace(pool[0], outcome="failed", score=None)
    elsewhere = replace(pool[0], context_length=9999)
    assert scores_of([failed, elsewhere, pool[0]], baseline).n == 1
    assert build_baseline([failed]) is None


def test_suspicions_are_judged_on_fresh_trials_alone() -> None:
    """A bad first pass with good re-tests passes; when re-tests cannot be sent it is undecided."""
    _, baseline = pool_of(90)
    g = np.random.default_rng(1)
    watched = groups(baseline)
    prompts = draw_prompts(baseline.shape, 30, 0.0, g)
    unlucky = scores_of(measure(prompts, known_map("flat 60", 15, 0), [15], g), baseline)
    truth = known_map("flat 90", 15, 0)
    fresh: list[TrialRecord] = []

    def honest(_: Sequence[Group]) -> Scores:
        fresh.extend(measure(prompts, truth, [16 + len(fresh) // truth.size], g))
        return scores_of(fresh, baseline)

    assert any(one.group.kind == "all" for one in suspicions(watched, baseline, unlucky))
    cleared = regression(baseline, unlucky, watched, honest)
    assert cleared.verdict == "pass"
    assert cleared.rounds >= 1
    assert all(one is not None and one.finding == "clear" for one in cleared.judged)
    stuck = regression(baseline, unlucky, watched, lambda _: None)
    assert (stuck.verdict, stuck.rounds) == ("undecided", 0)
    assert set(stuck.judged) == {None}


@pytest.mark.slow
def test_false_alarms_and_detection() -> None:
    """Over simulated nights false alarms are rare, and a patch and a general drop are found."""
    g = np.random.default_rng(17)
    alarms = patches = drops = 0
    for seed, family in enumerate(("flat 97", "linear decay", "cliff")):
        truth = known_map(family, 15, seed)
        prompts = draw_prompts(truth.shape, 15, 0.8, g)
        pool = measure(prompts, truth, range(15), g)
        broken = truth.copy()
        broken[3:7, 2:6] *= 0.6
        for _ in range(20):
            alarms += night(pool, prompts, truth, g).outcome.verdict == "fail"
            patches += night(pool, prompts, broken, g).outcome.verdict == "fail"
            drops += night(pool, prompts, truth * 0.96, g).outcome.verdict == "fail"
    assert alarms <= 5  # of 60: 3 expected at 5 %
    assert patches >= 42
    assert drops >= 42
