"""A league table of several sweeps: ranks, and who is tied with whom."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from niah.statistics.differences import cell_of, mean_difference, pair_trials, scored
from niah.statistics.intervals import CONFIDENCE, Estimate
from niah.statistics.scores import sweep_estimate
from niah.store import TrialRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class LeagueRow:
    """One contestant of a league table.

    Attributes:
        label: As given.
        rank: 1 + the number of contestants that are significantly better; None = not measured.
        accuracy: Over all its scored trials.
        tied_with: Contestants whose difference to this one may be 0, best first.
    """

    label: str
    rank: int | None
    accuracy: Estimate
    tied_with: tuple[str, ...]


def league(
    sweeps: Mapping[str, Sequence[TrialRecord]],
    *,
    may_pair: Callable[[str, str], bool] = lambda _one, _other: True,
) -> list[LeagueRow]:
    """Contestants from best to worst, and who is tied with whom.

    Two are tied when the interval of their difference contains 0; the intervals of all pairs hold
    together with a confidence of 95 % (Bonferroni). One without a scored trial comes last, without
    a rank.

    Args:
        sweeps: By label, the trials of one model and task.
        may_pair: Whether equal seeds of two sweeps, by their labels, mean the same trials.
    """
    estimates = {label: sweep_estimate(records) for label, records in sweeps.items()}
    order = sorted(
        sweeps,
        key=lambda label: (-1.0 if math.isnan(v := estimates[label].value) else v, label),
        reverse=True,
    )
    better: defaultdict[str, int] = defaultdict(int)
    tied: defaultdict[str, list[str]] = defaultdict(list)
    measured = [label for label in order if estimates[label].n]
    several = max(1, len(measured) * (len(measured) - 1) // 2)
    for high, low in combinations(measured, 2):
        left, right = scored(sweeps[high]), scored(sweeps[low])
        pairs, paired = pair_trials(left, right, may_pair=may_pair(high, low))
        cells = {cell_of(a) for a, _ in pairs}
        difference = mean_difference(
            pairs,
            [r for r in left if cell_of(r) in cells],
            [r for r in right if cell_of(r) in cells],
            paired,
            1 - (1 - CONFIDENCE) / several,
        )
        if difference.upper < 0:
            better[low] += 1
        elif difference.lower > 0:
            better[high] += 1
        else:
            tied[high].append(low)
            tied[low].append(high)
    return [
        LeagueRow(
            label=label,
            rank=1 + better[label] if estimates[label].n else None,
            accuracy=estimates[label],
            tied_with=tuple(sorted(tied[label], key=order.index)),
        )
        for label in order
    ]
