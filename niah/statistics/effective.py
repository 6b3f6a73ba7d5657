"""Effective context length: the longest tested length up to which a stated rule holds."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from niah.statistics import FloatGrid
from niah.statistics.grids import Marginal, length_marginal, marginal_of_estimates
from niah.statistics.intervals import CONFIDENCE, Estimate
from niah.store import TrialRecord

RULER_THRESHOLD = 0.856
"""Llama-2-7B's average over RULER's tasks at 4K. Source: Hsieh et al. (2024), RULER."""

NOLIMA_SHARE = 0.85
"""Share of the base score. Source: Modarressi et al. (2025), NoLiMa."""

NOLIMA_BASE_TOKENS = 1000
"""The base score is taken from contexts up to this length. Source: as above."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """When a context length counts as held.

    Attributes:
        name: Short, for a table's head.
        threshold: Least accuracy, in [0, 1].
        sentence: The whole rule, to print beside the number.
        void: Whether nothing can meet or miss it: a share of a base score of 0. Then there is no
            effective length, and no interval of one.
        base: The accuracy that the threshold is a share of, in [0, 1]; None = the threshold is
            the same for every sweep.
    """

    name: str
    threshold: float
    sentence: str
    void: bool = False
    base: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveLength:
    """An effective context length with its interval; lengths in tokens.

    Attributes:
        rule: What it holds to.
        value: The longest tested length such that it and all shorter tested ones meet the rule;
            None = the shortest tested length already fails.
        lower, upper: Ends of the 95 % interval, of the same kind as the value.
        shortest_tested, longest_tested: None when no length was measured. A value or an end at the
            longest tested length means "at least": the test did not reach the limit.
        untested: Lengths of the grid without a scored trial; the rule passes over them.
        method: How the interval was made, as a printable phrase.
    """

    rule: Rule
    value: int | None
    lower: int | None
    upper: int | None
    shortest_tested: int | None
    longest_tested: int | None
    untested: tuple[int, ...]
    method: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseScore:
    """What a model reaches where the context is no difficulty.

    Attributes:
        context_length: In tokens, where it was reached.
        accuracy: There.
    """

    context_length: int
    accuracy: Estimate


def ruler_rule() -> Rule:
    """RULER's rule: an average accuracy of at least 85.6 %."""
    return Rule(
        name="RULER",
        threshold=RULER_THRESHOLD,
        sentence="accuracy of at least 85.6% at this and every shorter tested length "
        "(RULER's threshold)",
    )


def threshold_rule(threshold: float) -> Rule:
    """The user's own rule: an accuracy of at least the threshold.

    Raises:
        ValueError: if the threshold is not in [0, 1].
    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"the threshold of a rule must be in [0, 1], got {threshold}")
    return Rule(
        name=f"{100 * threshold:.4g}%",
        threshold=threshold,
        sentence=f"accuracy of at least {100 * threshold:.4g}% at this and every shorter "
        "tested length",
    )


def nolima_rule(by_length: Marginal, *, raw: Marginal | None = None) -> Rule:
    """NoLiMa's rule from a sweep: at least 0.85 of the base score.

    The base score is the best accuracy among the tested lengths up to 1,000 tokens; when there is
    none, the accuracy at the shortest tested length. It is taken as known: its own uncertainty is
    not in the interval of the effective length.

    Args:
        by_length: What the rule will be applied to, raw or pooled.
        raw: Of a pooled sweep, its raw accuracies. Where nothing at all was right at the base
            lengths, these decide: the little that a pooled map lends to them is no base score.

    Raises:
        ValueError: if no length was measured.
    """
    if raw is not None and base_score(raw).accuracy.value == 0:
        by_length = raw
    base = base_score(by_length)
    if base.context_length <= NOLIMA_BASE_TOKENS:
        how = f"best of the lengths up to {NOLIMA_BASE_TOKENS:,} tokens"
    else:
        how = f"accuracy at the shortest length, {base.context_length:,}"
    return _nolima_rule(base.accuracy.value, how)


def base_score(by_length: Marginal) -> BaseScore:
    """NoLiMa's base score of a sweep; see `nolima_rule`.

    Its interval is that of the chosen length alone: it does not know that the best was chosen.

    Raises:
        ValueError: if no length was measured.
    """
    tested = np.flatnonzero(by_length.n > 0)
    if not tested.size:
        raise ValueError("no length has a scored trial, so there is no base score")
    short = [at for at in tested if by_length.axis[at] <= NOLIMA_BASE_TOKENS] or [tested[0]]
    best = max(short, key=lambda at: float(by_length.accuracy[at]))
    return BaseScore(
        context_length=int(by_length.axis[best]),
        accuracy=by_length.estimate(int(best)),
    )


def nolima_rule_of_pairs(scores: Mapping[str, Sequence[float]]) -> Rule:
    """NoLiMa's rule as published: base = mean over question-needle pairs of each pair's best.

    Args:
        scores: By pair, its mean scores at the base lengths (250, 500 and 1,000 tokens).

    Raises:
        ValueError: if there is no pair, or a pair without a score.
    """
    if not scores or not all(scores.values()):
        raise ValueError("a base score needs at least one score for every question-needle pair")
    base = float(np.mean([max(values) for values in scores.values()]))
    return _nolima_rule(base, f"mean of the best short-context scores of {len(scores)} pairs")


def effective_length(
    by_length: Marginal, rule: Rule, *, joint_upper: ArrayLike | None = None
) -> EffectiveLength:
    """The effective context length from accuracies per length and their bounds, raw or pooled.

    The lower end applies the rule to the lower bounds. It is too long only if the bound at the
    first truly failing length is, so its confidence is that of a single bound. The upper end
    applies the rule to the upper bounds; it is too short if the bound of any truly held length
    is, so it needs bounds that hold jointly.

    Args:
        by_length: Accuracy per context length, ascending.
        rule: What counts as held.
        joint_upper: Upper bounds that hold jointly; without them the 95 % bounds of single lengths
            are used and the method says so.
    """
    tested = by_length.n > 0
    lengths = by_length.axis[tested]
    upper = by_length.upper if joint_upper is None else np.asarray(joint_upper, np.float64)
    ends = [
        _last_held(lengths, bounds[tested] >= rule.threshold)
        for bounds in (by_length.accuracy, by_length.lower, upper)
    ]
    if rule.void:
        ends = [None, None, None]
    joint = "of single lengths" if joint_upper is None else "jointly for all lengths"
    return EffectiveLength(
        rule=rule,
        value=ends[0],
        lower=ends[1],
        upper=ends[2],
        shortest_tested=int(lengths[0]) if lengths.size else None,
        longest_tested=int(lengths[-1]) if lengths.size else None,
        untested=tuple(int(length) for length in by_length.axis[~tested]),
        method=f"the rule applied to the 95 % bounds per length (upper ones {joint})",
    )


def measured_effective_length(
    records: Iterable[TrialRecord], rule: Rule, *, context_lengths: Iterable[int] | None = None
) -> EffectiveLength:
    """The effective context length of one sweep's trials, with bounds that hold jointly.

    The upper bounds share the error of 2.5 % equally among the tested lengths (Bonferroni).

    Args:
        records: Trials of one model and task.
        rule: What counts as held.
        context_lengths: The grid's lengths; default: those that occur in the records.
    """
    records = list(records)
    lengths = sorted(set(context_lengths or ()) | {r.context_length for r in records})
    by_length = length_marginal(records, lengths)
    tested = max(1, int(np.count_nonzero(by_length.n)))
    joint = length_marginal(records, lengths, confidence=1 - (1 - CONFIDENCE) / tested)
    return effective_length(by_length, rule, joint_upper=joint.upper)


def effective_length_of_estimates(
    context_lengths: Sequence[int], estimate: Callable[[int, float], Estimate], rule: Rule
) -> EffectiveLength:
    """The effective context length from any estimate per length, with bounds that hold jointly.

    Args:
        context_lengths: Ascending.
        estimate: The accuracy at a length, with an interval of some confidence.
        rule: What counts as held.
    """
    found = [estimate(length, CONFIDENCE) for length in context_lengths]
    tested = max(1, sum(one.n > 0 for one in found))
    joint = 1 - (1 - CONFIDENCE) / tested
    by_length = marginal_of_estimates(context_lengths, found)
    upper = [estimate(length, joint).upper for length in context_lengths]
    return effective_length(by_length, rule, joint_upper=upper)


def held_lengths(accuracy: FloatGrid, threshold: float) -> FloatGrid:
    """How many leading lengths reach the threshold, along the last axis (ascending lengths)."""
    held: FloatGrid = np.logical_and.accumulate(accuracy >= threshold, axis=-1).sum(axis=-1)
    return held


def _nolima_rule(base: float, how: str) -> Rule:
    return Rule(
        name="NoLiMa",
        threshold=NOLIMA_SHARE * base or sys.float_info.min,  # 0.85 of nothing is not reached by 0
        void=base == 0,
        base=base,
        sentence=f"accuracy of at least 0.85 x base score ({100 * base:.1f}%, {how}) = "
        f"{100 * NOLIMA_SHARE * base:.1f}% at this and every shorter tested length (NoLiMa's "
        "rule)",
    )


def _last_held(lengths: FloatGrid, holds: ArrayLike) -> int | None:
    held = int(np.logical_and.accumulate(np.asarray(holds, bool)).sum())
    return int(lengths[held - 1]) if held else None
