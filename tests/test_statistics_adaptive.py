"""Adaptive sweeps: determinism, resumption, repeats, caps, stopping."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from niah.statistics.adaptive import Progress, advance, begin, replay, scores_by_key
from niah.statistics.designs import LEAST_REPEATS, Design, TrialKey
from niah.statistics.pooled import pool
from tests.benchmarks.truth_maps import truth_map
from tests.test_statistics_grids import record

COST = np.broadcast_to(np.linspace(1, 16, 8), (7, 8)).copy()
CLIFF = np.broadcast_to(np.where(np.arange(8) < 5, 0.95, 0.1), (7, 8))


def answer(key: TrialKey, truth: NDArray[np.float64] = CLIFF, seed: int = 0) -> float:
    return float(np.random.default_rng([seed, *key]).random() < truth[key[:2]])


def run(
    design: Design, truth: NDArray[np.float64] = CLIFF
) -> tuple[dict[TrialKey, float | None], Progress]:
    scores: dict[TrialKey, float | None] = {}
    progress = begin(design)
    while progress.batch:
        scores |= {key: answer(key, truth) for key in progress.batch}
        progress = advance(design, progress, scores)
    return scores, progress


@given(st.integers(1, 20), st.integers(1, 20), st.integers(0, 99))
def test_the_start_design_spreads_two_depths_per_length(
    depths: int, lengths: int, seed: int
) -> None:
    """Every length starts with two trials, at different depths where there are two."""
    progress = begin(Design(cost=np.ones((depths, lengths)), seed=seed))
    assert len(progress.batch) == len(set(progress.batch)) == 2 * lengths
    for column in range(lengths):
        rows = {row for row, j, _ in progress.batch if j == column}
        assert len(rows) == min(2, depths)


def test_the_same_seed_and_scores_give_the_same_sweep() -> None:
    """Two runs of one design are the same trials in the same order; another seed differs."""
    first, second = (run(Design(cost=COST, seed=3))[0] for _ in range(2))
    assert list(first) == list(second)
    assert list(first) != list(run(Design(cost=COST, seed=4))[0])


def test_a_sweep_resumes_in_the_middle_of_a_batch() -> None:
    """Replayed from any set of finished trials, the rest of its batch comes next."""
    design = Design(cost=COST, seed=3, max_passes=1.0)
    scores, end = run(design)
    keys = list(scores)
    for cut in (0, 5, 16, 20, 33, len(keys) - 1):
        done = {key: scores[key] for key in keys[:cut]}
        progress = replay(design, done)
        pending = [key for key in progress.batch if key not in done]
        assert pending
        assert pending == keys[cut : cut + len(pending)]
    finished = replay(design, scores)
    assert finished.finished == end.finished
    assert not finished.batch


@pytest.mark.parametrize("passes", [0.6, 1.5])
def test_at_least_15_percent_are_repeats(passes: float) -> None:
    """At the end of a sweep at least 15 % of its trials are repeats of a visited cell."""
    scores, _ = run(Design(cost=COST, seed=1, max_passes=passes, target_error=1e-6))
    cells = {key[:2] for key in scores}
    assert 1 - len(cells) / len(scores) >= LEAST_REPEATS
    assert all((row, column, k - 1) in scores for row, column, k in scores if k)


@settings(max_examples=6, deadline=None)
@given(st.floats(0.3, 2.0), st.integers(0, 5))
def test_the_cap_is_never_exceeded(passes: float, seed: int) -> None:
    """Unless the start design alone is dearer, the cost stays within the cap, and it says why."""
    design = Design(cost=COST, seed=seed, max_passes=passes, target_error=1e-6)
    scores, progress = run(design)
    spent = sum(COST[key[:2]] for key in scores) / COST.sum()
    assert spent == pytest.approx(progress.spent_passes)
    assert spent <= max(passes, begin(design).spent_passes) + 1e-9
    assert "cap" in progress.finished


def test_it_stops_when_the_predicted_error_is_small() -> None:
    """A reader that always answers right needs few trials to be within .06."""
    design = Design(cost=COST, seed=0)
    _, progress = run(design, np.ones((7, 8)))
    assert progress.finished.startswith("predicted error")
    assert progress.predicted_error <= design.target_error
    assert progress.calm == 2
    assert progress.spent_passes < 1


def test_cells_that_cannot_be_scored_are_given_up() -> None:
    """A cell whose trials are always blocked is tried a few times and does not stop the sweep."""
    design = Design(cost=COST, seed=2, max_passes=1.5, target_error=1e-6)
    scores: dict[TrialKey, float | None] = {}
    progress = begin(design)
    while progress.batch:
        for key in progress.batch:
            scores[key] = None if key[1] == 7 else answer(key)
        progress = advance(design, progress, scores)
    tries = np.zeros(COST.shape, int)
    for key in scores:
        tries[key[:2]] += 1
    assert tries[:, 7].max() <= 4
    assert progress.n[:, 7].sum() == 0
    assert progress.n[:, :7].sum() > 50


def test_records_become_scores() -> None:
    """A record is found by row, column and repeat; one that was not scored is None."""
    records = [record(2000, 50.0, 1, 0.5), record(1000, 0.0, 0, None, "blocked")]
    scores = scores_by_key(records, [1000, 2000], [0.0, 50.0])
    assert scores == {(1, 1, 1): 0.5, (0, 0, 0): None}


def test_everything_unscorable_ends() -> None:
    """When no trial can be scored the sweep ends and says so."""
    design = Design(cost=np.ones((2, 2)), seed=2, max_passes=100, target_error=1e-6)
    progress = begin(design)
    rounds = 0
    while progress.batch:
        rounds += 1
        progress = advance(design, progress, dict.fromkeys(progress.batch))
    assert rounds < 40
    assert "no cell is left" in progress.finished


def test_dear_cells_are_bought_less_often() -> None:
    """On a flat map trials go where they are cheap: dollars decide, not trials."""
    design = Design(cost=COST, seed=5, max_passes=1.0, target_error=1e-6)
    scores, _ = run(design, np.full((7, 8), 0.7))
    tries = np.zeros(COST.shape)
    for key in scores:
        tries[key[:2]] += 1
    assert tries[:, :2].mean() > 1.5 * tries[:, -2:].mean()


def test_impossible_designs_are_refused() -> None:
    """Free or negative cells and a target of 0 raise."""
    with pytest.raises(ValueError, match="positive"):
        begin(Design(cost=np.zeros((2, 2)), seed=0))
    with pytest.raises(ValueError, match="target_error"):
        begin(Design(cost=COST, seed=0, target_error=0))


@pytest.mark.slow
def test_half_a_pass_is_worth_five() -> None:
    """On smooth maps an adaptive sweep of half a pass has no more error than five raw passes.

    And its intervals cover at least 90 % of the cells of each family.
    """
    for family in ("flat", "soft cliff", "lost in the middle"):
        errors, raw, covered = [], [], []
        for seed in range(4):
            truth = truth_map(family, 15, seed)
            design = Design(
                cost=np.broadcast_to(np.linspace(2, 128, 15), (15, 15)).copy(),
                seed=seed,
                target_error=1e-6,
                max_passes=0.5,
            )
            _, progress = run(design, truth)
            pooled = pool(progress.sums, progress.n)
            errors.append(np.abs(pooled.accuracy - truth).mean())
            covered.append(((pooled.lower <= truth) & (truth <= pooled.upper)).mean())
            five = np.random.default_rng(seed).binomial(5, truth) / 5
            raw.append(np.abs(five - truth).mean())
        assert np.mean(errors) <= np.mean(raw), family
        assert np.mean(covered) >= 0.90, family
