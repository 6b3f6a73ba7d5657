"""The scorers of lists, texts, refusals and substrings against responses labelled by hand."""

from __future__ import annotations

from collections import Counter

import pytest

from niah.scoring import SCORERS
from tests.scoring_data import Labelled, other_labelled

SCORERS_OF_THEIR_OWN = sorted(set(SCORERS) - {"values"})


def precision_recall(entries: list[Labelled]) -> tuple[float, float]:
    """Of credit: who got some without deserving it, and who got none."""
    verdicts = [(entry.expected > 0, entry.scored().value > 0) for entry in entries]
    credited = [deserved for deserved, given in verdicts if given]
    deserving = [given for deserved, given in verdicts if deserved]
    return sum(credited) / len(credited), sum(deserving) / len(deserving)


def test_the_set_is_large_varied_and_free_of_repetitions() -> None:
    """At least 300 different responses, right and wrong ones for every scorer."""
    entries = other_labelled()
    assert len(entries) >= 300
    assert len({(entry.challenge, entry.response) for entry in entries}) == len(entries)
    right = Counter(entry.challenge.scorer for entry in entries if entry.expected == 1)
    wrong = Counter(entry.challenge.scorer for entry in entries if entry.expected == 0)
    assert set(right) == set(wrong) == set(SCORERS_OF_THEIR_OWN)
    assert min(right.values()) >= 7
    assert min(wrong.values()) >= 6


def test_precision_and_recall_are_at_least_99_percent() -> None:
    """Over all of these scorers together."""
    precision, recall = precision_recall(other_labelled())
    assert precision >= 0.99
    assert recall >= 0.99


@pytest.mark.parametrize("scorer", SCORERS_OF_THEIR_OWN)
def test_shares_are_what_the_hand_gave(scorer: str) -> None:
    """Partial credit too, within half a percent, in at least 98% of each scorer's responses."""
    entries = [entry for entry in other_labelled() if entry.challenge.scorer == scorer]
    off = [entry for entry in entries if abs(entry.scored().value - entry.expected) > 0.005]
    assert len(off) <= 0.02 * len(entries), [(e.response, e.expected, e.scored()) for e in off]


@pytest.mark.parametrize("scorer", SCORERS_OF_THEIR_OWN)
def test_thinking_in_front_changes_no_verdict(scorer: str) -> None:
    """Whatever stands between thinking tags is not the answer."""
    thought = "<think>[1, 2] 1111111, or 7391046? I cannot find it. Final Answer: [x]</think>\n"
    for entry in other_labelled():
        if (
            entry.challenge.scorer == scorer
            and entry.response.strip()
            and "<think" not in (entry.response)
        ):
            assert SCORERS[scorer](thought + entry.response, entry.challenge) == entry.scored()


@pytest.mark.parametrize("scorer", SCORERS_OF_THEIR_OWN)
@pytest.mark.parametrize("unit", ["[", "1, ", "not ", "[1], ", "a\n", "\u202e7", "my guess "])
def test_hostile_responses_are_scored_soon_and_in_range(scorer: str, unit: str) -> None:
    """200,000 characters of anything end in a score in [0, 1]."""
    (entry, *_) = (e for e in other_labelled() if e.challenge.scorer == scorer)
    length = 2_000 if scorer == "similarity" else 200_000
    verdict = SCORERS[scorer](unit * (length // len(unit)), entry.challenge)
    assert 0 <= verdict.value <= 1
