"""A comparison with a baseline in words."""

from __future__ import annotations

from collections.abc import Sequence

from niah.axes import format_tokens
from niah.console import percent
from niah.statistics.evidence import Group
from niah.statistics.expectations import Baseline
from niah.statistics.gates import Regression


def region(baseline: Baseline, group: Group) -> str:
    """Where a group lies, in words."""
    lengths = baseline.context_lengths[group.columns]
    depths = baseline.depth_percents[group.rows]
    at = " to ".join(dict.fromkeys(format_tokens(n) for n in (lengths[0], lengths[-1])))
    deep = " to ".join(dict.fromkeys(f"{d:.4g}" for d in (depths[0], depths[-1])))
    if group.kind == "all":
        return "the whole grid"
    if group.kind == "lengths":
        return f"{at} tokens"
    if group.kind == "depths":
        return f"depths {deep}%" if " to " in deep else f"depth {deep}%"
    return f"{at} tokens at depth {deep}%"


def regression_words(
    baseline: Baseline, outcome: Regression, sought: float, stopped: Sequence[str]
) -> str:
    """What became of the comparison with a baseline, in one sentence.

    Args:
        baseline: Of the sweep.
        outcome: Of its suspicions.
        sought: The drop of the whole grid that was looked for.
        stopped: Why no more re-tests could be sent.
    """
    alarms = [j for j in outcome.judged if j is not None and j.finding == "alarm"]
    if alarms:
        first = max(alarms, key=lambda one: (one.n, one.evidence))
        more = f", and {len(alarms) - 1} more regions" if len(alarms) > 1 else ""
        return (
            f"Accuracy in {region(baseline, first.group)} has dropped by "
            f"{points(first.drop)} (95% interval {points(first.lower)} to {points(first.upper)}, "
            f"{first.n:,} re-tests): {percent(first.accuracy)}, where the baseline leads one to "
            f"expect {percent(first.expected)}{more}."
        )
    if outcome.verdict == "undecided":
        why = stopped[-1].rstrip(".") if stopped else "no re-test may be sent"
        open_ = [
            suspect.group
            for suspect, found in zip(outcome.suspected, outcome.judged, strict=True)
            if found is None or found.finding == "open"
        ]
        return (
            f"Tonight looks worse in {_regions(baseline, open_)}, and re-tests did not settle it: "
            f"{why}."
        )
    if outcome.suspected:
        suspected = _regions(baseline, [one.group for one in outcome.suspected])
        return (
            f"What looked worse in tonight's pass ({suspected}) did not in the re-tests; a drop of "
            f"{points(sought)} or more was looked for."
        )
    return (
        f"Nothing looks worse than the baseline; a drop of {points(sought)} or more was looked for."
    )


def points(share: float) -> str:
    """A difference of accuracies in percentage points."""
    return f"{100 * share:.1f} points"


def _regions(baseline: Baseline, of: Sequence[Group]) -> str:
    names = [region(baseline, group) for group in of[:3]]
    return ", ".join(names) + (f" and {len(of) - 3} more" if len(of) > 3 else "")
