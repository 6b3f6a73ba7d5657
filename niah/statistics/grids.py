"""Trial records to grids, and a grid's sweep to the numbers that a report prints."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from niah.providers import Outcome
from niah.statistics import CountGrid, FloatGrid, Grid
from niah.statistics.intervals import (
    CONFIDENCE,
    Estimate,
    jeffreys,
)
from niah.statistics.scores import (
    SCORED,
    cut_before_text,
    repeated_prompts,
    score_of,
    sweep_estimate,
    tokens_read,
)
from niah.store import TrialRecord

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)

CellKey = tuple[str, str, int, float]
"""Model, task, context length in tokens, asked depth percent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marginal:
    """Accuracy along one axis of a grid; every array has one entry per axis value.

    Attributes:
        axis: Context lengths in tokens or asked depths in percent, ascending.
        accuracy: Mean score of the scored trials; NaN = not measured.
        lower, upper: Bounds of the interval, 95 % unless asked otherwise.
        n: Scored trials.
        methods: How each interval was made.
    """

    axis: FloatGrid
    accuracy: FloatGrid
    lower: FloatGrid
    upper: FloatGrid
    n: CountGrid
    methods: tuple[str, ...]

    def estimate(self, at: int) -> Estimate:
        """The accuracy at the ``at``-th axis value."""
        return Estimate(
            value=float(self.accuracy[at]),
            lower=float(self.lower[at]),
            upper=float(self.upper[at]),
            n=int(self.n[at]),
            method=self.methods[at],
        )


def marginal_of_estimates(axis: ArrayLike, estimates: Sequence[Estimate]) -> Marginal:
    """The estimates of an axis, one for each value."""
    return Marginal(
        axis=np.asarray(axis, np.float64),
        accuracy=np.array([one.value for one in estimates], np.float64),
        lower=np.array([one.lower for one in estimates], np.float64),
        upper=np.array([one.upper for one in estimates], np.float64),
        n=np.array([one.n for one in estimates], np.int64),
        methods=tuple(one.method for one in estimates),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A sum over trials of something that providers may leave unreported.

    Attributes:
        value: Sum of the reported ones; None when no trial reported it.
        unreported: Trials that did not report it: above 0, the true sum is larger.
    """

    value: float | None
    unreported: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One sweep in numbers, each with its n and its interval.

    Attributes:
        model, task, simulated: As in the grid.
        accuracy: Mean score over all scored trials of the sweep.
        by_length: The same per context length.
        by_depth: The same per asked depth.
        trials: Finished trials, whatever their outcome.
        planned: Trials of the plan.
        outcomes: Trials by outcome, every outcome present.
        failures: Trials of outcome ``failed`` by kind of failure, only kinds that occurred.
        tokens_read: Prompt tokens that were read; see `scores.tokens_read`.
        input_tokens, cached_input_tokens, cache_write_tokens: As reported by the provider.
        output_tokens, reasoning_tokens: As reported by the provider.
        cost_usd: From the usage fields and prices.
        attempts: HTTP requests.
        repeated_prompts: Scored trials that ask what another one asks; see `repeated_prompts`.
        unscored_examples: What one trial of each outcome says that is neither scored nor failed.
        cut_before_text: Scored trials without a word of answer; see `cut_before_text`.
        length_deviation: How far a scored trial's reported prompt tokens are from the asked
            context length at most, the provider's template included: 0.01 = 1%. None = unreported.
    """

    model: str
    task: str
    simulated: bool
    accuracy: Estimate
    by_length: Marginal
    by_depth: Marginal
    trials: int
    planned: int
    outcomes: dict[str, int]
    failures: dict[str, int]
    tokens_read: int
    input_tokens: Total
    cached_input_tokens: Total
    cache_write_tokens: Total
    output_tokens: Total
    reasoning_tokens: Total
    cost_usd: Total
    attempts: int
    repeated_prompts: int = 0
    cut_before_text: int = 0
    unscored_examples: dict[str, str] = field(default_factory=dict)
    length_deviation: float | None = None

    @property
    def cached_share(self) -> float | None:
        """Of the reported prompt tokens, the share read from a cache; None = nobody reports it."""
        if self.cached_input_tokens.value is None or not self.input_tokens.value:
            return None
        return self.cached_input_tokens.value / self.input_tokens.value


def build_grids(
    records: Iterable[TrialRecord], *, simulated: bool, planned: Mapping[CellKey, int]
) -> list[Grid]:
    """One grid per model and task, in order of model and task.

    A grid's axes hold every planned and every measured length and depth; cells that were neither
    planned nor measured have ``planned`` 0. Bounds are Jeffreys' (see `intervals.jeffreys`).

    Args:
        records: Finished trials; they may belong to several models, tasks and runs.
        simulated: Whether the models are reference readers.
        planned: Trials that the plan has for each cell.
    """
    sweeps = by_sweep(records)
    cells: defaultdict[tuple[str, str], dict[tuple[int, float], int]] = defaultdict(dict)
    for (model, task, length, depth), trials in planned.items():
        cells[model, task][length, depth] = trials
    return [
        _grid(key, sweeps.get(key, []), cells.get(key, {}), simulated)
        for key in sorted(set(sweeps) | set(cells))
    ]


def summarize(
    records: Iterable[TrialRecord], *, simulated: bool, planned: Mapping[CellKey, int]
) -> list[Summary]:
    """One summary per model and task, in the order of `build_grids`; arguments as there.

    An interval over more than one cell is a t interval over replicates (a replicate = all trials
    of one run's repeat index) when there are at least two and they cover the same cells up to 20 %;
    otherwise Jeffreys' over all trials. Each number says which.
    """
    records = list(records)
    sweeps = by_sweep(records)
    return [
        _summary(grid, sweeps.get((grid.model, grid.task), []))
        for grid in build_grids(records, simulated=simulated, planned=planned)
    ]


def length_marginal(
    records: Iterable[TrialRecord],
    context_lengths: Iterable[int] | NDArray[np.int64],
    *,
    confidence: float = CONFIDENCE,
) -> Marginal:
    """Accuracy per context length over trials of one sweep, with intervals of some confidence."""
    axis = np.asarray(list(context_lengths), np.int64)
    return _marginal(axis, [(r.context_length, r) for r in records], confidence)


def by_sweep(records: Iterable[TrialRecord]) -> dict[tuple[str, str], list[TrialRecord]]:
    """The records of each model and task."""
    sweeps: defaultdict[tuple[str, str], list[TrialRecord]] = defaultdict(list)
    for record in records:
        sweeps[record.model, record.task].append(record)
    return dict(sweeps)


def _grid(
    key: tuple[str, str],
    records: Sequence[TrialRecord],
    planned_cells: Mapping[tuple[int, float], int],
    simulated: bool,
) -> Grid:
    lengths = sorted({c[0] for c in planned_cells} | {r.context_length for r in records})
    depths = sorted({c[1] for c in planned_cells} | {r.depth_percent for r in records})
    column = {length: index for index, length in enumerate(lengths)}
    row = {depth: index for index, depth in enumerate(depths)}
    shape = (len(depths), len(lengths))

    planned = np.zeros(shape, np.int64)
    for (length, depth), trials in planned_cells.items():
        planned[row[depth], column[length]] = trials
    sums, n = np.zeros(shape), np.zeros(shape, np.int64)
    placed_sums, placed_n = np.zeros(shape), np.zeros(shape, np.int64)
    outcomes: dict[str, CountGrid] = {outcome: np.zeros(shape, np.int64) for outcome in OUTCOMES}
    for record in records:
        cell = row[record.depth_percent], column[record.context_length]
        outcomes[record.outcome][cell] += 1
        if (score := score_of(record)) is not None:
            sums[cell] += score
            n[cell] += 1
        if (placed := record.placed_depth_percent) is not None:
            placed_sums[cell] += placed
            placed_n[cell] += 1

    lower, upper = np.full(shape, np.nan), np.full(shape, np.nan)
    for index in np.ndindex(*shape):
        if n[index]:
            lower[index], upper[index] = jeffreys(float(sums[index]), int(n[index]))
    return Grid(
        model=key[0],
        task=key[1],
        simulated=simulated,
        context_lengths=np.array(lengths, np.int64),
        depth_percents=np.array(depths, np.float64),
        accuracy=_quotient(sums, n),
        lower=lower,
        upper=upper,
        n=n,
        planned=planned,
        outcomes=outcomes,
        placed_depth_percent=_quotient(placed_sums, placed_n),
    )


def _quotient(sums: FloatGrid, n: NDArray[np.int64]) -> FloatGrid:
    means = np.full(sums.shape, np.nan)
    np.divide(sums, n, out=means, where=n > 0)
    return means


def _summary(grid: Grid, records: Sequence[TrialRecord]) -> Summary:
    failures: defaultdict[str, int] = defaultdict(int)
    for record in records:
        if record.outcome == "failed":
            failures[record.failure_kind or "unknown"] += 1
    sent = [r for r in records if r.failure_kind != "refused"]
    return Summary(
        model=grid.model,
        task=grid.task,
        simulated=grid.simulated,
        accuracy=sweep_estimate(records),
        by_length=length_marginal(records, grid.context_lengths),
        by_depth=_marginal(grid.depth_percents, [(r.depth_percent, r) for r in records]),
        trials=len(records),
        planned=int(grid.planned.sum()),
        outcomes={outcome: int(counts.sum()) for outcome, counts in grid.outcomes.items()},
        failures=dict(sorted(failures.items())),
        tokens_read=sum(map(tokens_read, sent)),
        input_tokens=_total([r.input_tokens for r in sent]),
        cached_input_tokens=_total([r.cached_input_tokens for r in sent]),
        cache_write_tokens=_total([r.cache_write_tokens for r in sent]),
        output_tokens=_total([r.output_tokens for r in sent]),
        reasoning_tokens=_total([r.reasoning_tokens for r in sent]),
        cost_usd=_total([r.cost_usd for r in sent]),
        attempts=sum(r.attempts for r in sent),
        repeated_prompts=repeated_prompts(records),
        cut_before_text=cut_before_text(records),
        unscored_examples={
            r.outcome: r.message
            for r in records
            if r.outcome not in SCORED and r.outcome != "failed" and r.message
        },
        length_deviation=max(
            (
                abs(r.input_tokens / r.context_length - 1)
                for r in sent
                if r.score is not None and r.input_tokens and r.context_length
            ),
            default=None,
        ),
    )


def _marginal(
    axis: NDArray[np.int64] | NDArray[np.float64],
    keyed: Iterable[tuple[float, TrialRecord]],
    confidence: float = CONFIDENCE,
) -> Marginal:
    groups: defaultdict[float, list[TrialRecord]] = defaultdict(list)
    for value, record in keyed:
        groups[float(value)].append(record)
    estimates = [
        sweep_estimate(groups.get(float(value), []), confidence=confidence) for value in axis
    ]
    return marginal_of_estimates(axis, estimates)


def _total(values: Sequence[float | None]) -> Total:
    reported = [v for v in values if v is not None]
    return Total(
        value=math.fsum(reported) if reported else None, unreported=len(values) - len(reported)
    )
