"""Absolute demands on a sweep, each judged on the bounds of an interval.

A trial that could not be measured is no failure of the model: where too many are missing, the
demand is undecided.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from niah.axes import format_tokens
from niah.console import percent
from niah.errors import ConfigurationError
from niah.runner.estimates import Estimates, Inside, everywhere
from niah.statistics import Grid
from niah.statistics.effective import EffectiveLength, Rule, ruler_rule, threshold_rule
from niah.statistics.gates import Verdict, threshold_verdict
from niah.statistics.intervals import Estimate

MAX_UNMEASURED = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Demands:
    """What is asked of every sweep of a run.

    Attributes:
        accuracy: Least accuracy over the whole grid; None = not asked.
        lengths: Context length in tokens and the least accuracy there.
        depths: First and last depth in percent, both included, and the least accuracy there.
        effective: Least effective context length in tokens, and the accuracy of its rule; None =
            RULER's.
        max_unmeasured: Share of the planned trials without a score above which nothing is decided.
    """

    accuracy: float | None = None
    lengths: tuple[tuple[int, float], ...] = ()
    depths: tuple[tuple[float, float, float], ...] = ()
    effective: tuple[tuple[int, float | None], ...] = ()
    max_unmeasured: float = MAX_UNMEASURED

    @property
    def any(self) -> bool:
        """Whether anything is asked."""
        return self.accuracy is not None or bool(self.lengths or self.depths or self.effective)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One demand and what became of it.

    Attributes:
        subject: What is judged, such as ``accuracy at 64K tokens``.
        verdict: See `gates.threshold_verdict`.
        reason: One sentence.
        minimum: What was asked: an accuracy, or tokens.
        value, lower, upper: What was measured, with its 95 % interval; None = nothing.
        n: Scored trials behind it.
        method: How the interval was made; of an adaptive run, from its pooled map.
        unmeasured: Planned trials without a score.
    """

    subject: str
    verdict: Verdict
    reason: str
    minimum: float
    value: float | None
    lower: float | None
    upper: float | None
    n: int
    method: str
    unmeasured: int


def check_demands(demands: Demands, grid: Grid, estimates: Estimates) -> list[Check]:
    """Every demand judged on one sweep.

    Args:
        demands: Of every sweep.
        grid: The sweep's cells.
        estimates: Of its accuracies.

    Raises:
        ConfigurationError: if a demand is about a length or depth that the sweep does not have.
    """
    return list(_checks(demands, grid, estimates))


def missing(grid: Grid, inside: Inside = everywhere) -> tuple[int, int]:
    """Planned trials without a score, and planned trials, of the cells that are meant."""
    unmeasured = planned = 0
    for i, depth in enumerate(grid.depth_percents):
        for j, length in enumerate(grid.context_lengths):
            if inside(int(length), float(depth)):
                wanted, scored = int(grid.planned[i, j]), int(grid.n[i, j])
                planned += max(wanted, scored)
                unmeasured += max(0, wanted - scored)
    return unmeasured, planned


def _checks(demands: Demands, grid: Grid, estimates: Estimates) -> Iterator[Check]:
    most = demands.max_unmeasured
    if demands.accuracy is not None:
        yield _accuracy("accuracy", demands.accuracy, grid, everywhere, estimates, most)
    for length, minimum in demands.lengths:
        if length not in grid.context_lengths:
            known = ", ".join(format_tokens(int(n)) for n in grid.context_lengths)
            raise ConfigurationError(
                f"--min-length-accuracy {format_tokens(length)}: not a context length of this run; "
                f"it has {known}"
            )
        yield _accuracy(
            f"accuracy at {format_tokens(length)} tokens",
            minimum,
            grid,
            lambda n, _, wanted=length: n == wanted,  # type: ignore[misc]
            estimates,
            most,
        )
    for first, last, minimum in demands.depths:
        if not any(first <= depth <= last for depth in grid.depth_percents):
            known = ", ".join(f"{depth:g}" for depth in grid.depth_percents)
            raise ConfigurationError(
                f"--min-depth-accuracy {first:g}-{last:g}: no depth of this run lies there; it has "
                f"{known}"
            )
        yield _accuracy(
            f"accuracy at depths {first:g} to {last:g}%",
            minimum,
            grid,
            lambda _, depth, a=first, b=last: a <= depth <= b,  # type: ignore[misc]
            estimates,
            most,
        )
    for tokens, threshold in demands.effective:
        if tokens > grid.context_lengths[-1]:
            raise ConfigurationError(
                f"--min-effective {format_tokens(tokens)}: the longest context of this run has "
                f"{format_tokens(int(grid.context_lengths[-1]))} tokens; measure longer ones"
            )
        yield _effective(tokens, threshold, grid, estimates, most)


def _accuracy(
    subject: str, minimum: float, grid: Grid, inside: Inside, estimates: Estimates, most: float
) -> Check:
    estimate = estimates.within(inside)
    unmeasured, planned = missing(grid, inside)
    verdict = threshold_verdict(estimate, minimum)
    if _too_few(unmeasured, planned, most):
        verdict, reason = "undecided", _too_few_words(subject, unmeasured, planned)
    else:
        measured = ("pooled " if estimates.pooled else "") + subject
        reason = f"{_capital(measured)} {_measured(estimate)}, {_accuracy_words(verdict, minimum)}"
    return Check(
        subject=subject,
        verdict=verdict,
        reason=reason,
        minimum=minimum,
        value=_known(estimate.value),
        lower=_known(estimate.lower),
        upper=_known(estimate.upper),
        n=estimate.n,
        method=estimate.method,
        unmeasured=unmeasured,
    )


def _effective(
    tokens: int, threshold: float | None, grid: Grid, estimates: Estimates, most: float
) -> Check:
    rule = ruler_rule() if threshold is None else threshold_rule(threshold)
    found = estimates.effective(rule)
    unmeasured, planned = missing(grid, lambda n, _: n <= tokens)
    needed = next(int(n) for n in grid.context_lengths if n >= tokens)
    verdict: Verdict = "undecided"
    if found.lower is not None and found.lower >= needed:
        verdict = "pass"
    elif found.shortest_tested is not None and (found.upper or 0) < tokens:
        verdict = "fail"
    if _too_few(unmeasured, planned, most):
        verdict = "undecided"
        reason = _too_few_words("contexts up to there", unmeasured, planned)
    else:
        reason = _effective_words(verdict, tokens, found, rule, estimates)
    return Check(
        subject=f"effective context length ({rule.name})",
        verdict=verdict,
        reason=reason,
        minimum=tokens,
        value=found.value,
        lower=found.lower,
        upper=found.upper,
        n=int(grid.n.sum()),
        method=found.method,
        unmeasured=unmeasured,
    )


def _too_few(unmeasured: int, planned: int, most: float) -> bool:
    return planned == unmeasured or unmeasured > most * planned


def _measured(estimate: Estimate) -> str:
    return (
        f"is {percent(estimate.value)} (95% interval {percent(estimate.lower)} to "
        f"{percent(estimate.upper)}, n = {estimate.n:,})"
    )


def _accuracy_words(verdict: Verdict, minimum: float) -> str:
    least = percent(minimum)
    if verdict == "pass":
        return f"surely at least {least}."
    if verdict == "fail":
        return f"surely below {least}."
    return f"so that it may be above or below {least}: more trials would tell."


def _effective_words(
    verdict: Verdict, tokens: int, found: EffectiveLength, rule: Rule, estimates: Estimates
) -> str:
    value, lower, upper = (
        "below the shortest tested" if n is None else format_tokens(n)
        for n in (found.value, found.lower, found.upper)
    )
    subject = "Pooled effective" if estimates.pooled else "Effective"
    measured = (
        f"{subject} context length is {value} (95% interval {lower} to {upper}; {rule.sentence})"
    )
    asked = format_tokens(tokens)
    if verdict == "pass":
        return f"{measured}, surely at least {asked}."
    if verdict == "fail":
        return f"{measured}, surely below {asked}."
    return f"{measured}, so that it may be above or below {asked}: more trials would tell."


def _too_few_words(subject: str, unmeasured: int, planned: int) -> str:
    if not planned:
        return f"{_capital(subject)}: the run sent no trial there."
    return (
        f"{_capital(subject)}: {unmeasured:,} of {planned:,} planned trials could not be measured, "
        "too many to decide."
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)
