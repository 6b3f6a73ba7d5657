"""Records to grids and summaries: what is counted, what is scored, what is left open."""

from __future__ import annotations

import math

import numpy as np
import pytest

from niah.errors import StoreError
from niah.prompts import Placement
from niah.providers import Outcome
from niah.statistics.grids import CellKey, build_grids, summarize
from niah.statistics.intervals import jeffreys
from niah.store import TrialRecord

MODEL = "reference/exact"
TASK = "single/magic-number"


def record(
    length: int,
    depth: float,
    repeat: int,
    score: float | None,
    outcome: Outcome = "answered",
    model: str = MODEL,
    cost_usd: float | None = 0.01,
) -> TrialRecord:
    return TrialRecord(
        run="r",
        trial_id=f"{model}/{length}/{depth}/{repeat}",
        model=model,
        task=TASK,
        context_length=length,
        depth_percent=depth,
        repeat=repeat,
        seed=1,
        prompt_sha256="",
        prompt_tokens=length,
        placements=(
            Placement(
                role="needle",
                asked_depth_percent=depth,
                placed_depth_percent=depth + 1,
                token_offset=0,
                char_offset=0,
            ),
        ),
        question="?",
        answers=("1",),
        outcome=outcome,
        failure_kind="timeout" if outcome == "failed" else None,
        score=score,
        input_tokens=length,
        cost_usd=cost_usd,
        attempts=2,
    )


def plan(lengths: list[int], depths: list[float], trials: int) -> dict[CellKey, int]:
    return {(MODEL, TASK, length, depth): trials for length in lengths for depth in depths}


def test_axes_ascend_and_unmeasured_cells_are_nan() -> None:
    """Rows are depths, columns lengths, both ascending; a planned cell without trial is NaN."""
    (grid,) = build_grids(
        [record(8000, 50.0, 0, 1.0), record(8000, 50.0, 1, 0.5), record(1000, 0.0, 0, 0.0)],
        simulated=True,
        planned=plan([8000, 1000], [50.0, 0.0], 2),
    )
    assert grid.context_lengths.tolist() == [1000, 8000]
    assert grid.depth_percents.tolist() == [0, 50]
    np.testing.assert_array_equal(grid.accuracy, [[0, np.nan], [np.nan, 0.75]])
    np.testing.assert_array_equal(grid.n, [[1, 0], [0, 2]])
    np.testing.assert_array_equal(grid.planned, [[2, 2], [2, 2]])
    assert (grid.lower[1, 1], grid.upper[1, 1]) == jeffreys(1.5, 2)
    assert math.isnan(grid.lower[0, 1])
    assert grid.placed_depth_percent[1, 1] == 51
    assert grid.simulated


def test_only_scored_outcomes_count() -> None:
    """Blocked, overflowed, truncated and failed trials are counted but never in an accuracy."""
    unscored: list[Outcome] = ["blocked", "context-exceeded", "truncated", "failed"]
    records = [record(1000, 0.0, i, None, outcome) for i, outcome in enumerate(unscored)]
    records += [record(1000, 0.0, 4, None, "empty"), record(1000, 0.0, 5, 1.0, "output-limit")]
    (grid,) = build_grids(records, simulated=False, planned={})
    assert grid.n.item() == 2
    assert grid.accuracy.item() == 0.5
    assert {name: int(c.item()) for name, c in grid.outcomes.items()} == {
        "answered": 0,
        "empty": 1,
        "output-limit": 1,
        "blocked": 1,
        "context-exceeded": 1,
        "truncated": 1,
        "failed": 1,
    }
    (summary,) = summarize(records, simulated=False, planned={})
    assert summary.accuracy.n == 2
    assert summary.failures == {"timeout": 1}
    assert summary.trials == 6


def test_a_scored_record_without_score_is_refused() -> None:
    """A missing score is never taken for a zero."""
    with pytest.raises(StoreError, match="needs a score"):
        build_grids([record(1000, 0.0, 0, None)], simulated=False, planned={})


def test_one_grid_per_model_and_task() -> None:
    """Models and tasks never mix, and a planned model without a record still has its grid."""
    records = [record(1000, 0.0, 0, 1.0, model="b/x"), record(1000, 0.0, 0, 0.0, model="a/x")]
    grids = build_grids(records, simulated=False, planned=plan([1000], [0.0], 1))
    assert [g.model for g in grids] == ["a/x", "b/x", MODEL]
    assert [g.accuracy.item() for g in grids[:2]] == [0, 1]
    assert math.isnan(grids[2].accuracy.item())


def test_repeats_that_share_nothing_are_pooled() -> None:
    """Trials with haystacks of their own are independent: repeats make no interval wider."""
    records = [
        record(length, depth, repeat, float(repeat != 1 or depth > 0))
        for length in (1000, 2000)
        for depth in (0.0, 50.0, 100.0)
        for repeat in range(3)
    ]
    (summary,) = summarize(records, simulated=False, planned={})
    assert summary.accuracy.method == "Jeffreys"
    assert (summary.accuracy.lower, summary.accuracy.upper) == jeffreys(16, 18)
    assert summary.accuracy.value == pytest.approx(16 / 18)
    assert summary.accuracy.n == 18
    assert summary.by_length.n.tolist() == [9, 9]
    assert set(summary.by_depth.methods) == {"Jeffreys"}
    assert summary.by_depth.accuracy.tolist() == [pytest.approx(2 / 3), 1, 1]


def test_unreported_cost_is_never_zero() -> None:
    """Costs add up over what is known, and the number of unknown ones stands beside the sum."""
    records = [record(1000, 0.0, 0, 1.0), record(1000, 0.0, 1, 1.0, cost_usd=None)]
    (summary,) = summarize(records, simulated=False, planned={})
    assert summary.cost_usd.value == 0.01
    assert summary.cost_usd.unreported == 1
    assert summary.output_tokens.value is None
    assert summary.input_tokens.value == 2000
    assert summary.attempts == 4
