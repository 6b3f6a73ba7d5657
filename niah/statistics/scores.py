"""Which trials count, and the mean of their scores with the interval that their design allows."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from niah.errors import StoreError
from niah.providers import Outcome
from niah.statistics.intervals import CONFIDENCE, Estimate, pooled_estimate, replicate_estimate
from niah.store import TrialRecord

SCORED: frozenset[Outcome] = frozenset({"answered", "output-limit", "empty"})

BALANCED_SHARE = 0.8
"""Replicates carry a t interval when each scored at least this share of the measured cells."""

LEAST_REPLICATES = 3
"""Fewer replicates carry no t interval worth printing where they differ in more than chance (df 1:
12.7 errors)."""


def score_of(record: TrialRecord) -> float | None:
    """The score that counts in an accuracy: None unless the outcome is scored, 0 when empty.

    Raises:
        StoreError: if a scored record holds no score in [0, 1]; niah writes none such.
    """
    if record.outcome not in SCORED:
        return None
    if record.outcome == "empty":
        return 0.0
    if record.score is None or not 0 <= record.score <= 1:
        raise StoreError(
            f"trial {record.trial_id} has the outcome {record.outcome} and the score "
            f"{record.score}, and a scored trial needs a score in [0, 1]; the store was changed by "
            "something else"
        )
    return record.score


def replicate_of(record: TrialRecord) -> tuple[str, str]:
    """What a trial belongs to that is independent of all else: its run's haystack or repeat.

    Trials that share prompts share a haystack with all of their replicate, whatever their repeat.
    """
    return record.run, record.tags.get("replicate", str(record.repeat))


def shares_haystack(record: TrialRecord) -> bool:
    """Whether other trials were asked about the same text, so that they are not independent."""
    return "replicate" in record.tags


def sweep_estimate(records: Iterable[TrialRecord], *, confidence: float = CONFIDENCE) -> Estimate:
    """The mean score of some trials of one sweep with the interval that their design allows.

    Trials with a haystack of their own are independent, and which repeat they are of says nothing:
    Jeffreys' over all of them, in which two repeats count by their trials and not as two numbers.
    Where trials share haystacks, a t interval over the haystacks' replicates: of two or more that
    cover the same cells up to 20 %, or of three or more that do not, which is too wide rather than
    too narrow. One replicate has no spread: Jeffreys', and the method says what it leaves out.
    """
    sums: defaultdict[tuple[str, str], float] = defaultdict(float)
    counts: defaultdict[tuple[str, str], int] = defaultdict(int)
    cells: defaultdict[tuple[str, str], set[tuple[int, float]]] = defaultdict(set)
    shared = False
    for record in records:
        score = score_of(record)
        if score is None:
            continue
        replicate = replicate_of(record)
        sums[replicate] += score
        counts[replicate] += 1
        cells[replicate].add((record.context_length, record.depth_percent))
        shared = shared or shares_haystack(record)
    total, n = math.fsum(sums.values()), sum(counts.values())
    if not shared:
        return pooled_estimate(total, n, confidence=confidence)
    replicates = sorted(sums)
    measured: set[tuple[int, float]] = set().union(*cells.values())
    balanced = all(len(c) >= BALANCED_SHARE * len(measured) for c in cells.values())
    if len(replicates) < (2 if balanced else LEAST_REPLICATES):
        why = "trials share haystacks: too narrow if these matter"
        return pooled_estimate(total, n, confidence=confidence, why=why)
    estimate = replicate_estimate(
        [sums[r] for r in replicates], [counts[r] for r in replicates], confidence=confidence
    )
    if balanced:
        return estimate
    return replace(estimate, method=f"{estimate.method} of different cells")
