"""A gate for scheduled jobs: quiet when nothing happened, loud when something did.

Thresholds are judged on the bounds of intervals, never on values; a baseline by the two stages of
`evidence`. Sending the re-tests is the caller's business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from niah.statistics.evidence import Group, Judgement, judge, suspicions
from niah.statistics.expectations import Baseline, Scores
from niah.statistics.intervals import Estimate

Verdict = Literal["pass", "fail", "undecided"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """What became of tonight's suspicions.

    Attributes:
        verdict: ``fail`` when a group alarmed, ``undecided`` when one stayed open, else ``pass``.
        suspected: Judgements of tonight's trials that called for a re-test.
        judged: The same groups on fresh trials alone, in the same order; None = none were sent.
        rounds: Rounds of re-tests.
    """

    verdict: Verdict
    suspected: tuple[Judgement, ...]
    judged: tuple[Judgement | None, ...]
    rounds: int


def threshold_verdict(estimate: Estimate, minimum: float) -> Verdict:
    """Judges an accuracy by the bounds of its interval, never by its value.

    Returns:
        ``pass`` when the lower bound reaches the minimum, ``fail`` when the upper bound does not,
        ``undecided`` otherwise or when nothing was measured.
    """
    if estimate.lower >= minimum:
        return "pass"
    return "fail" if estimate.upper < minimum else "undecided"


def worst(verdicts: Sequence[Verdict]) -> Verdict:
    """One verdict for several: a failure counts most, then what is undecided."""
    if "fail" in verdicts:
        return "fail"
    return "undecided" if "undecided" in verdicts else "pass"


def regression(
    baseline: Baseline,
    tonight: Scores,
    watched: Sequence[Group],
    retest: Callable[[Sequence[Group]], Scores | None],
) -> Regression:
    """Raises suspicions from tonight's trials and has each tested again until it is settled.

    The first alarm settles the night; what is still open then stays so.

    Args:
        baseline: Of the sweep.
        tonight: The sweep's own trials.
        watched: From `evidence.groups`.
        retest: Sends another round for the groups that are open and returns all fresh trials so
            far; None = no more can be sent.
    """
    suspected = suspicions(watched, baseline, tonight)
    judged: dict[int, Judgement] = {}
    open_ = list(range(len(suspected)))
    rounds = 0
    while open_:
        fresh = retest([suspected[i].group for i in open_])
        if fresh is None:
            break
        rounds += 1
        for i in open_:
            one = judge(suspected[i].group, baseline, fresh, rounds=rounds)
            if one is not None:
                judged[i] = one
        open_ = [i for i in open_ if i not in judged or judged[i].finding == "open"]
        if any(one.finding == "alarm" for one in judged.values()):
            break
    alarmed = any(one.finding == "alarm" for one in judged.values())
    return Regression(
        verdict="fail" if alarmed else ("undecided" if open_ else "pass"),
        suspected=suspected,
        judged=tuple(judged.get(i) for i in range(len(suspected))),
        rounds=rounds,
    )
