"""Scores of texts: how similar two are, and how many words they share."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher

from niah.scoring.normalise import clean, fold, without_thinking
from niah.scoring.verdict import Score
from niah.scoring.words import split_words
from niah.tasks import Challenge

SAME = 0.98
"""A ratio from which on a text counts as returned whole."""


def score_similarity(response: str, challenge: Challenge) -> Score:
    """How similar a response is to the accepted text; 0 unless it begins with the prefix.

    Source: OpenAI's MRCR: Python's ``difflib`` ratio of what stands after the prefix, 0 where the
    response does not begin with it.
    """
    visible = without_thinking(response).strip()
    if not visible:
        return Score(value=0.0, reason="thinking only" if response.strip() else "empty")
    if not visible.startswith(challenge.prefix):
        return Score(value=0.0, reason="prefix missing")
    given = visible[len(challenge.prefix) :].strip()
    value, best = max(
        (SequenceMatcher(None, given, answer, autojunk=False).ratio(), answer)
        for answer in challenge.answers
    )
    taken = tuple(
        other
        for other in challenge.forbidden
        if SequenceMatcher(None, given, other, autojunk=False).ratio() >= SAME
    )
    if value >= SAME:
        return Score(value=value, reason="stated", found=(best,))
    return Score(value=value, reason="distractor taken" if taken else "partly stated", taken=taken)


def score_token_f1(response: str, challenge: Challenge) -> Score:
    """F1 of the words of a response and of the accepted answer that it is nearest to.

    Articles are left out, case and punctuation do not matter. A list of guesses has many words and
    therefore little precision.

    Source: the F1 measure of SQuAD (Rajpurkar et al. 2016).
    """
    visible = without_thinking(response)
    if not visible.strip():
        return Score(value=0.0, reason="thinking only" if response.strip() else "empty")
    given = Counter(word.text for word in split_words(clean(visible)))
    value, best = max((_f1(given, answer), answer) for answer in challenge.answers)
    if not value:
        return Score(value=0.0, reason="another value")
    return Score(value=value, reason="stated" if value == 1 else "partly stated", found=(best,))


def score_substring(response: str, challenge: Challenge) -> Score:
    """The share of accepted answers that stand anywhere in a response, whatever else does.

    RULER's measure, for its published numbers; it gives a list of all candidates full marks. With
    ``match`` "any", 1 when one of them stands there.

    Source: RULER (Hsieh et al. 2024), string_match_all and string_match_part.
    """
    text = without_thinking(response)
    if not text.strip():
        return Score(value=0.0, reason="thinking only" if response.strip() else "empty")
    folded = text.lower()
    found = tuple(answer for answer in challenge.answers if answer.lower() in folded)
    if not found:
        return Score(value=0.0, reason="not stated")
    value = 1.0 if challenge.match == "any" else len(found) / len(challenge.answers)
    return Score(value=value, reason="stated" if value == 1 else "partly stated", found=found)


def _f1(given: Counter[str], answer: str) -> float:
    wanted = Counter(word.text for word in split_words(fold(clean(answer))))
    common = (given & wanted).total()
    return 2 * common / (given.total() + wanted.total()) if common else 0.0
