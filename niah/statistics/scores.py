"""Which trials count, and the mean of their scores with the interval that their design allows."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace

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

TOO_NARROW = "trials share haystacks: too narrow if these matter"
"""What the method of an interval says where too few replicates are left to make it."""


def repeated_prompts(records: Iterable[TrialRecord]) -> int:
    """Scored trials of one sweep that were asked word for word what another one was asked.

    Intervals take trials as independent; of a model that answers alike, these tell nothing new. A
    few short documents with fixed questions make them.
    """
    prompts = [r.prompt_sha256 for r in records if r.outcome in SCORED and r.prompt_sha256]
    return len(prompts) - len(set(prompts))


def cut_before_text(records: Iterable[TrialRecord]) -> int:
    """Scored trials whose output limit was used up, by thinking, before any of the answer.

    They score 0, which says more about the limit than about the model.
    """
    return sum(r.outcome == "output-limit" and not r.response.strip() for r in records)


def tokens_read(record: TrialRecord) -> int:
    """Prompt tokens of a trial that were read for all that is known.

    As reported; else as counted where the model answered, and none where it may have been refused.
    """
    return record.input_tokens or (record.prompt_tokens if record.outcome in SCORED else 0)


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


@dataclass(slots=True, kw_only=True)
class ReplicateSum:
    """The scored trials of one replicate, added up.

    Attributes:
        total: Of their scores.
        n: How many.
        places: Where in the sweep they are: cells, or context lengths where these are all known.
    """

    total: float = 0.0
    n: int = 0
    places: set[Hashable] = field(default_factory=set)

    def add(self, total: float, n: int, place: Hashable) -> None:
        """Count some trials of one place."""
        self.total += total
        self.n += n
        self.places.add(place)


def sweep_estimate(records: Iterable[TrialRecord], *, confidence: float = CONFIDENCE) -> Estimate:
    """The mean score of some trials of one sweep with the interval that their design allows."""
    replicates: defaultdict[tuple[str, str], ReplicateSum] = defaultdict(ReplicateSum)
    shared = False
    for record in records:
        score = score_of(record)
        if score is None:
            continue
        cell = record.context_length, record.depth_percent
        replicates[replicate_of(record)].add(score, 1, cell)
        shared = shared or shares_haystack(record)
    ordered = [replicates[name] for name in sorted(replicates)]
    return estimate_of_replicates(ordered, shared=shared, confidence=confidence)


def estimate_of_replicates(
    replicates: Sequence[ReplicateSum], *, shared: bool, confidence: float = CONFIDENCE
) -> Estimate:
    """The mean score of a sweep's replicates with the interval that their design allows.

    Trials with a haystack of their own are independent, and which repeat they are of says nothing:
    Jeffreys' over all of them, in which two repeats count by their trials and not as two numbers.
    Where trials share haystacks, a t interval over the haystacks' replicates: of two or more that
    cover the same cells up to 20 %, or of three or more that do not, which is too wide rather than
    too narrow. One replicate has no spread: Jeffreys', and the method says what it leaves out.

    Args:
        replicates: Those with a scored trial.
        shared: Whether trials share haystacks.
        confidence: In (0, 1).
    """
    total, n = math.fsum(one.total for one in replicates), sum(one.n for one in replicates)
    if not shared:
        return pooled_estimate(total, n, confidence=confidence)
    places: set[Hashable] = set().union(*(one.places for one in replicates))
    balanced = all(len(one.places) >= BALANCED_SHARE * len(places) for one in replicates)
    if len(replicates) < (2 if balanced else LEAST_REPLICATES):
        return pooled_estimate(total, n, confidence=confidence, why=TOO_NARROW)
    estimate = replicate_estimate(
        [one.total for one in replicates], [one.n for one in replicates], confidence=confidence
    )
    if balanced:
        return estimate
    return replace(estimate, method=f"{estimate.method} of different cells")
