"""A sweep in all its numbers: raw and pooled apart, each effective length with its rule."""

from __future__ import annotations

import numpy as np
import pytest

from niah.statistics.analysis import Analysis, analyse
from niah.store import TrialRecord
from tests.test_statistics_grids import MODEL, plan, record

LENGTHS = [1000, 2000, 4000, 8000]
DEPTHS = [0.0, 25.0, 50.0, 75.0, 100.0]


def measured(window: int, *, trials: int = 4, gap: int = 0) -> list[TrialRecord]:
    """All right up to the window, all wrong beyond; no trial at the length of ``gap``."""
    return [
        record(length, depth, repeat, float(length <= window))
        for length in LENGTHS
        for depth in DEPTHS
        for repeat in range(trials)
        if length != gap
    ]


def analysed(records: list[TrialRecord], *thresholds: float) -> Analysis:
    (analysis,) = analyse(
        records,
        simulated=True,
        planned=plan(LENGTHS, DEPTHS, 4),
        thresholds=thresholds,
        claimed_tokens={MODEL: 128_000},
    )
    return analysis


def test_raw_and_pooled_stand_side_by_side() -> None:
    """A cell without a trial has no raw accuracy and a pooled one; both keep their own n."""
    analysis = analysed(measured(8000, gap=4000))
    assert analysis.pooled is not None
    assert np.isnan(analysis.grid.accuracy[:, 2]).all()
    assert not analysis.grid.n[:, 2].any()
    pooled = analysis.pooled.map
    assert (pooled.accuracy[:, 2] > 0.8).all()
    assert (pooled.upper - pooled.lower)[:, 2].min() > (pooled.upper - pooled.lower)[:, 1].max()
    np.testing.assert_array_equal(pooled.n, analysis.grid.n)


def test_effective_lengths_name_their_rules_beside_the_claim() -> None:
    """RULER's, NoLiMa's and the user's rule each find the cliff, raw and pooled."""
    analysis = analysed(measured(4000), 0.9)
    assert analysis.claimed_tokens == 128_000
    assert [r.raw.rule.name for r in analysis.rulings] == ["RULER", "NoLiMa", "90%"]
    for ruling in analysis.rulings:
        for length in (ruling.raw, ruling.pooled):
            assert length.value == 4000
            assert (length.lower or 0) <= 4000 <= (length.upper or 0)
            assert "at this and every shorter tested length" in length.rule.sentence


def test_nothing_scored_has_no_pooled_map_and_no_effective_length() -> None:
    """A sweep whose trials all failed keeps its counts and claims nothing else."""
    analysis = analysed([record(1000, 0.0, 0, None, "failed")])
    assert (analysis.pooled, analysis.rulings) == (None, ())
    assert analysis.summary.outcomes["failed"] == 1


def test_a_threshold_outside_0_1_is_refused() -> None:
    """90 in place of 0.9 raises."""
    with pytest.raises(ValueError, match="got 90"):
        analysed(measured(4000), 90)
