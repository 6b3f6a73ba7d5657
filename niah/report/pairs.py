"""Which sweeps of a report are compared, and which comparison would mislead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from niah.figures.difference import difference_data
from niah.figures.text import Language
from niah.interface import sweeps as measured_sweeps
from niah.report import Pair, Refusal, Sweep
from niah.runner.contestants import Contestant, differing, is_refused, same_trials
from niah.statistics.compare import compare

MOST_PAIRED = 4
"""Up to so many sweeps are all compared with each other, more of them with the first only."""


def compare_sweeps(
    sweeps: Sequence[Sweep], measured: Sequence[measured_sweeps.Sweep], language: Language
) -> tuple[tuple[Pair, ...], tuple[Refusal, ...]]:
    """Every comparison of two sweeps of one task that says something about their models.

    Sweeps of different runs that differ in task, haystack, tokenizer or prompt are not compared.
    Sweeps of one run may count in vocabularies of their own: that is said, not refused.

    Args:
        sweeps: Of the report.
        measured: What they were made of, in the same order.
        language: Of the maps.
    """
    contestants = [
        Contestant(run=s.run, model=s.grid.model, task=s.grid.task, records=s.records)
        for s in measured
    ]
    pairs: list[Pair] = []
    refusals: list[Refusal] = []
    for first, second in _chosen(len(sweeps)):
        one, other = contestants[first], contestants[second]
        found = differing(one, other)
        if any(what == "sharing" or is_refused(one, other, what) for what in found):
            refusals.append(Refusal(first=first, second=second, differing=found))
            continue
        numbers = compare(one.records, other.records, may_pair=same_trials(one, other))
        if numbers.cell_difference.size == 0:
            refusals.append(Refusal(first=first, second=second, differing=("cells",)))
            continue
        a, b = sweeps[first], sweeps[second]
        pairs.append(
            Pair(
                first=first,
                second=second,
                numbers=numbers,
                differing=found,
                map=difference_data(
                    numbers,
                    measured_sweeps.merged_facts([measured[first], measured[second]]),
                    first=a.label,
                    second=b.label,
                    task=a.grid.task,
                    simulated=a.grid.simulated or b.grid.simulated,
                    language=language,
                ),
            )
        )
    return tuple(pairs), tuple(refusals)


def _chosen(count: int) -> Iterator[tuple[int, int]]:
    if count <= MOST_PAIRED:
        return combinations(range(count), 2)
    return ((0, other) for other in range(1, count))
