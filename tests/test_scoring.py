from __future__ import annotations

from collections import Counter
from typing import get_args

import pytest

from niah.scoring import SCORER_VERSION, Reason, score, score_answers
from niah.tasks import Challenge
from niah.tasks.needles import CATALOGUE
from tests.scoring_data import (
    PUBLISHED,
    PUBLISHED_CHALLENGE,
    RETRIEVED,
    Labelled,
    labelled,
    published,
)

PARAPHRASE = "paraphrase"
"""The category of answers in other words than those that are accepted."""

OSLO = Challenge(
    needles=(),
    instruction="",
    question="What is the magic number of Oslo?",
    answers=("4829133",),
    answer_kind="number",
    forbidden=("7391046",),
)
FOUR = Challenge(
    needles=(),
    instruction="",
    question="What are all the magic numbers of Oslo?",
    answers=("4829133", "6604218", "1937550", "8250967"),
    answer_kind="number",
    match="all",
)


def test_the_labelled_set_is_large_varied_and_free_of_repetitions() -> None:
    """At least 300 different responses, both right and wrong ones in most categories."""
    entries = labelled()
    assert len(entries) >= 300
    assert len({(entry.challenge, entry.response) for entry in entries}) == len(entries)
    right = Counter(entry.category for entry in entries if entry.expected == 1)
    wrong = Counter(entry.category for entry in entries if entry.expected == 0)
    assert len(right) >= 12
    assert len(wrong) >= 12
    assert min(sum(right.values()), sum(wrong.values())) >= 150


def test_precision_and_recall_on_the_labelled_set_are_at_least_99_percent() -> None:
    """Credit against the hand's credit: who got some without deserving it, and who got none."""
    verdicts = [
        (entry.expected > 0, entry.scored().value > 0)
        for entry in labelled()
        if entry.category != PARAPHRASE
    ]
    credited = [deserved for deserved, given in verdicts if given]
    deserving = [given for deserved, given in verdicts if deserved]
    assert sum(credited) / len(credited) >= 0.99
    assert sum(deserving) / len(deserving) >= 0.99


def test_paraphrases_are_missed_and_counted_apart() -> None:
    """An answer in other words than those listed is not found; the docs say how many there are."""
    paraphrases = [entry for entry in labelled() if entry.category == PARAPHRASE]
    assert all(entry.expected == 1 for entry in paraphrases)
    assert len(paraphrases) <= 0.01 * len(labelled())
    assert not any(entry.scored().value for entry in paraphrases)


def test_scores_of_the_labelled_set_are_exact() -> None:
    """Shares too are what the hand gave, in at least 99% of the responses."""
    off = [
        entry
        for entry in labelled()
        if entry.category != PARAPHRASE and abs(entry.scored().value - entry.expected) > 1e-5
    ]
    assert len(off) <= 0.01 * len(labelled()), [(e.response, e.expected, e.scored()) for e in off]


@pytest.mark.parametrize(
    "held_out", [f"held-out-{batch}" for batch in (1, 2, 3, 4, 5, *range(7, 15))]
)
def test_sets_written_before_their_rules_are_kept(held_out: str) -> None:
    """The held-out responses stay in the set, so that a simpler scorer is tried on them too."""
    assert sum(entry.set == held_out for entry in labelled()) >= 90


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="../shared/data is not here")
def test_agreement_with_the_published_judge_is_at_least_98_percent() -> None:
    """Claude 2.1's real responses, judge scores from 7 on taken as retrieved."""
    verdicts = [
        (judged >= RETRIEVED, score(response, PUBLISHED_CHALLENGE).value == 1.0)
        for _, judged, response in published()
    ]
    assert len(verdicts) >= 700
    assert sum(judge == niah for judge, niah in verdicts) / len(verdicts) >= 0.98
    assert not any(niah and not judge for judge, niah in verdicts)


def test_every_reason_is_from_the_closed_list_and_every_one_occurs() -> None:
    """Reports can count on the reasons."""
    reasons = {entry.scored().reason for entry in labelled()}
    assert reasons <= set(get_args(Reason))
    others = {"no list", "prefix missing"}  # of the scorers of lists and texts
    assert set(get_args(Reason)) == reasons | others


@pytest.mark.parametrize(
    ("response", "reason", "found", "taken"),
    [
        ("It is 4829133.", "stated", ("4829133",), ()),
        ("It is 7391046.", "distractor taken", (), ("7391046",)),
        ("It is 4829133 or 7391046.", "several candidates", ("4829133",), ("7391046",)),
        ("It is 1234567.", "another value", (), ()),
        ("It is not 4829133.", "denied", (), ()),
        ("I could not find it.", "refusal", (), ()),
        ("Oslo is large.", "not stated", (), ()),
        ("", "empty", (), ()),
        ("<think>4829133", "thinking only", (), ()),
    ],
)
def test_a_verdict_says_why_and_names_values(
    response: str, reason: str, found: tuple[str, ...], taken: tuple[str, ...]
) -> None:
    """Reason, accepted answers stated, forbidden values taken."""
    verdict = score(response, OSLO)
    assert (verdict.reason, verdict.found, verdict.taken) == (reason, found, taken)
    assert verdict.value == float(reason == "stated")


def test_listing_more_values_than_asked_for_costs_in_proportion() -> None:
    """found / max(accepted, listed): four of eight listed is a half, four of forty a tenth."""
    others = [str(1_111_111 + 13_577 * i) for i in range(36)]
    for listed in (0, 4, 36):
        response = ", ".join((*FOUR.answers, *others[:listed]))
        assert score(response, FOUR).value == pytest.approx(4 / (4 + listed))
    assert score("4829133, 6604218", FOUR).value == 0.5
    assert score("4829133, 6604218, 1111111, 2222222", FOUR).value == 0.5


def test_old_responses_can_be_scored_from_plain_fields() -> None:
    """A store needs no challenge to score again; what it stores is the version."""
    verdict = score_answers(
        "Oslo: 4.829.133",
        question=OSLO.question,
        answers=list(OSLO.answers),
        forbidden=list(OSLO.forbidden),
        answer_kind="number",
    )
    assert verdict == score("Oslo: 4.829.133", OSLO)
    assert SCORER_VERSION


def test_synonyms_count_once_under_any() -> None:
    """Both accepted names of one thing are no list of guesses; found names both."""
    verdict = score_answers(
        "An automobile, that is, a car.", question="What?", answers=("automobile", "car")
    )
    assert verdict.value == 1.0
    assert verdict.found == ("automobile", "car")


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("name", list(CATALOGUE))
def test_every_needle_of_the_catalogue_scores_1_when_quoted(name: str, language: str) -> None:
    """The planted sentence itself answers its question; the question alone does not."""
    form = CATALOGUE[name][language]
    values = {
        "city": "Oslo",
        "word": "amber",
        "number": "4829133",
        "code": "904417",
        "uuid": "8f14e45f-ceea-467f-a8f0-2b1c9d3e4a55",
    }
    question = form.question.format_map(values)
    answers = tuple(answer.format_map(values) for answer in form.answers)

    def scored(response: str) -> float:
        return score_answers(
            response,
            question=question,
            answers=answers,
            answer_kind=form.answer_kind or "words",
            keywords=form.keywords,
        ).value

    assert scored(form.text.format_map(values)) == 1.0
    assert scored(answers[0]) == 1.0
    assert scored(question) == 0.0


def test_thinking_in_front_changes_no_verdict() -> None:
    """Whatever stands between thinking tags, the labelled responses keep their scores."""
    tags = ("think", "<|", "<answer")
    thought = "<think>It is 1111111, or 7391046, or Stuart? I cannot find it.</think>\n"
    plain: list[Labelled] = [
        entry
        for entry in labelled()
        if entry.response.strip() and not any(tag in entry.response.casefold() for tag in tags)
    ]
    assert len(plain) > 500
    changed = [e.response for e in plain if score(thought + e.response, e.challenge) != e.scored()]
    assert not changed
