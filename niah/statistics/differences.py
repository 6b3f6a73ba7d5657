"""Trials of two sweeps put in pairs, and the difference of the means with its interval."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from niah.statistics.intervals import Estimate, jeffreys, t_quantile
from niah.statistics.scores import (
    LEAST_REPLICATES,
    replicate_of,
    score_of,
    shares_haystack,
    sweep_estimate,
)
from niah.store import TrialRecord

PAIRED_SHARE = 0.5
"""Sweeps are compared by pairs when at least this share of the smaller one's trials has one."""

Cell = tuple[float, int]
"""Asked depth percent, context length in tokens."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Second accuracy minus first, in [-1, 1].

    Attributes:
        value: NaN when nothing can be compared.
        lower, upper: Bounds of its interval.
        n: Pairs, or trials of both sides when unpaired.
        method: How value and interval were made, as a printable phrase.
    """

    value: float
    lower: float
    upper: float
    n: int
    method: str


def scored(records: Iterable[TrialRecord]) -> list[TrialRecord]:
    """The records whose outcome is scored."""
    return [r for r in records if score_of(r) is not None]


def score(record: TrialRecord) -> float:
    """The score of a record that is known to be scored."""
    return score_of(record) or 0.0


def cell_of(record: TrialRecord) -> Cell:
    """The cell that a trial belongs to."""
    return record.depth_percent, record.context_length


def pair_trials(
    left: Sequence[TrialRecord], right: Sequence[TrialRecord], *, may_pair: bool = True
) -> tuple[list[tuple[TrialRecord, TrialRecord]], bool]:
    """Pairs of scored trials, and whether they are twins.

    Twins share cell, repeat, seed and answers. When less than half of the smaller side has one,
    trials of the same cell are put together in order of repeat, which is as good as at random.

    Args:
        left, right: Scored trials of two sweeps.
        may_pair: False = equal seeds mean nothing, because task or haystack differ.
    """
    twins = {(cell_of(r), r.repeat, r.seed, r.answers): r for r in right}
    pairs = [
        (r, twins[key]) for r in left if (key := (cell_of(r), r.repeat, r.seed, r.answers)) in twins
    ]
    if may_pair and pairs and len(pairs) >= PAIRED_SHARE * min(len(left), len(right)):
        return pairs, True
    cells: defaultdict[Cell, tuple[list[TrialRecord], list[TrialRecord]]]
    cells = defaultdict(lambda: ([], []))
    for side, records in enumerate((left, right)):
        for record in sorted(records, key=lambda r: (r.repeat, r.trial_id)):
            cells[cell_of(record)][side].append(record)
    return [pair for sides in cells.values() for pair in zip(*sides, strict=False)], False


def cell_means(records: Iterable[TrialRecord]) -> dict[Cell, tuple[float, int]]:
    """Mean score and number of trials of each cell."""
    scores: defaultdict[Cell, list[float]] = defaultdict(list)
    for record in records:
        scores[cell_of(record)].append(score(record))
    return {cell: (math.fsum(s) / len(s), len(s)) for cell, s in scores.items()}


def mean_difference(
    pairs: Sequence[tuple[TrialRecord, TrialRecord]],
    left: Sequence[TrialRecord],
    right: Sequence[TrialRecord],
    paired: bool,
    confidence: float,
) -> Difference:
    """Second mean score minus first, with an interval.

    Args:
        pairs, paired: As from `pair_trials`.
        left, right: The scored trials to compare when unpaired, on the same cells.
        confidence: In (0, 1).
    """
    if not pairs:
        return Difference(
            value=math.nan, lower=-1.0, upper=1.0, n=0, method="no cell measured by both"
        )
    if paired:
        return _paired_difference(pairs, confidence)
    return _unpaired_difference(left, right, confidence)


def _paired_difference(
    pairs: Sequence[tuple[TrialRecord, TrialRecord]], confidence: float
) -> Difference:
    """Agresti and Min's over the pairs; over haystacks where these are shared, by their replicates.

    Pairs with a haystack of their own are independent, and which repeat they are of says nothing:
    three repeats would leave a t interval two degrees of freedom, in which differences are lost
    that every test of the pairs sees. Shared haystacks make a t interval over replicates, unless
    there are too few of these or they agree.

    Source: Agresti and Min (2005), Simple improved confidence intervals for comparing matched
    proportions: half a pair is added to each of the four outcomes of a pair.
    """
    change = [score(b) - score(a) for a, b in pairs]
    n, total = len(pairs), math.fsum(change)
    mean = total / n
    by_replicate: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for (a, _), value in zip(pairs, change, strict=True):
        by_replicate[replicate_of(a)].append(value)
    replicates = len(by_replicate)
    if replicates >= LEAST_REPLICATES and any(shares_haystack(a) for a, _ in pairs):
        deviations = math.fsum(
            (math.fsum(values) - mean * len(values)) ** 2 for values in by_replicate.values()
        )
        error = math.sqrt(deviations * replicates / (replicates - 1)) / n
        if error > 1e-12:
            half = t_quantile((1 + confidence) / 2, replicates - 1) * error
            return Difference(
                value=mean,
                lower=max(-1.0, mean - half),
                upper=min(1.0, mean + half),
                n=n,
                method=f"paired, t over {replicates} replicates",
            )
    centre = total / (n + 2)
    squares = math.fsum(value**2 for value in change) + 1
    error = math.sqrt(squares - total**2 / (n + 2)) / (n + 2)
    half = t_quantile((1 + confidence) / 2, 1e6) * error
    return Difference(
        value=mean,
        lower=max(-1.0, min(mean, centre - half)),
        upper=min(1.0, max(mean, centre + half)),
        n=n,
        method="paired, Agresti-Min",
    )


def _unpaired_difference(
    left: Sequence[TrialRecord], right: Sequence[TrialRecord], confidence: float
) -> Difference:
    """Newcombe's interval: the two sides' own intervals, put together.

    Source: Newcombe (1998), Interval estimation for the difference between independent
    proportions, method 10.
    """
    a, b = (_even_estimate(side, confidence) for side in (left, right))
    value = b.value - a.value
    return Difference(
        value=value,
        lower=value - math.hypot(b.value - b.lower, a.upper - a.value),
        upper=value + math.hypot(b.upper - b.value, a.value - a.lower),
        n=a.n + b.n,
        method=f"unpaired, Newcombe from {b.method} and {a.method}",
    )


def _even_estimate(records: Sequence[TrialRecord], confidence: float) -> Estimate:
    """The mean of cell means: every cell weighs the same, however many trials it had."""
    means = cell_means(records)
    counts = {n for _, n in means.values()}
    if len(counts) == 1:
        return sweep_estimate(records, confidence=confidence)
    value = math.fsum(mean for mean, _ in means.values()) / len(means)
    worth = len(means) ** 2 / math.fsum(1 / n for _, n in means.values())
    lower, upper = jeffreys(value * worth, worth, confidence=confidence)
    return Estimate(value=value, lower=lower, upper=upper, n=len(records), method="Jeffreys")
