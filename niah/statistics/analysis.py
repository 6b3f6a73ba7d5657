"""One sweep in all its numbers: raw and pooled side by side, claimed and effective length."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from niah.statistics import Grid
from niah.statistics.effective import (
    EffectiveLength,
    measured_effective_length,
    nolima_rule,
    ruler_rule,
    threshold_rule,
)
from niah.statistics.grids import CellKey, Summary, build_grids, by_sweep, summarize
from niah.statistics.margins import PooledMargins, pooled_effective_length, pooled_margins
from niah.statistics.pooled import PooledMap, pool_grid
from niah.statistics.positions import PositionStatistics, position_statistics
from niah.statistics.questions import Question, fixed_questions
from niah.statistics.scores import shares_haystack
from niah.store import TrialRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """The pooled estimate of one sweep.

    Attributes:
        map: Every cell, those without a trial included.
        margins: Over lengths, depths and all cells, from draws of the same posterior.
    """

    map: PooledMap
    margins: PooledMargins


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthRuling:
    """An effective context length by one rule, from raw accuracies and from the pooled map.

    Where the rule has a base score (NoLiMa's), each takes it from its own accuracies.
    """

    raw: EffectiveLength
    pooled: EffectiveLength


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """One sweep analysed: all trials of one model and task.

    Attributes:
        grid: Its cells, raw.
        summary: Its numbers, raw.
        pooled: The pooled estimate on the same axes; None when nothing was scored.
        positions: Where in the context facts are lost, from raw accuracies.
        rulings: Effective context length by RULER's rule, NoLiMa's and the user's own ones, in
            this order; none when nothing was scored.
        claimed_tokens: The context window that the model's maker states; None = unknown.
        shares_haystacks: Whether trials share haystacks: the pooled map takes them as independent.
        questions: Its trials by question, where that is the same in every trial that asks it.
    """

    grid: Grid
    summary: Summary
    pooled: Pooled | None
    positions: PositionStatistics
    rulings: tuple[LengthRuling, ...]
    claimed_tokens: int | None = None
    shares_haystacks: bool = False
    questions: Mapping[Question, Sequence[TrialRecord]] = field(default_factory=dict)


def analyse(
    records: Iterable[TrialRecord],
    *,
    simulated: bool,
    planned: Mapping[CellKey, int],
    thresholds: Sequence[float] = (),
    claimed_tokens: Mapping[str, int | None] | None = None,
) -> list[Analysis]:
    """Every sweep of some trials analysed, in order of model and task.

    Args:
        records: Finished trials; they may belong to several models, tasks and runs.
        simulated, planned: See `grids.build_grids`.
        thresholds: Least accuracies of the user's own rules of effective length, in [0, 1].
        claimed_tokens: Stated context window by model.

    Raises:
        ValueError: if a threshold is not in [0, 1].
    """
    records = list(records)
    sweeps = by_sweep(records)
    grids = build_grids(records, simulated=simulated, planned=planned)
    summaries = summarize(records, simulated=simulated, planned=planned)
    return [
        _analysis(
            grid,
            summary,
            sweeps.get((grid.model, grid.task), []),
            thresholds,
            (claimed_tokens or {}).get(grid.model),
        )
        for grid, summary in zip(grids, summaries, strict=True)
    ]


def pooled_estimate_of(grid: Grid) -> Pooled | None:
    """The pooled map of a grid with its margins; None when no trial was scored."""
    if not grid.n.any():
        return None
    pooled = pool_grid(grid)
    return Pooled(
        map=pooled, margins=pooled_margins(pooled, grid.context_lengths, grid.depth_percents)
    )


def _analysis(
    grid: Grid,
    summary: Summary,
    records: Sequence[TrialRecord],
    thresholds: Sequence[float],
    claimed_tokens: int | None,
) -> Analysis:
    pooled = pooled_estimate_of(grid)
    own = [threshold_rule(threshold) for threshold in thresholds]
    lengths = [int(length) for length in grid.context_lengths]
    rulings: list[LengthRuling] = []
    if pooled is not None:
        margins = pooled.margins
        ruler, raw = ruler_rule(), summary.by_length
        rulings = [
            LengthRuling(
                raw=measured_effective_length(records, rule, context_lengths=lengths),
                pooled=pooled_effective_length(margins, smooth),
            )
            for rule, smooth in (
                (ruler, ruler),
                (nolima_rule(raw), nolima_rule(margins.by_length, raw=raw)),
                *zip(own, own, strict=True),
            )
        ]
    return Analysis(
        grid=grid,
        summary=summary,
        pooled=pooled,
        positions=position_statistics(records),
        rulings=tuple(rulings),
        claimed_tokens=claimed_tokens,
        shares_haystacks=any(shares_haystack(record) for record in records),
        questions=fixed_questions(records),
    )
