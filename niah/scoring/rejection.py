"""The score of saying that the text does not tell what was asked."""

from __future__ import annotations

import re
from dataclasses import replace

from niah.scoring import cues
from niah.scoring.normalise import clean, fold, without_thinking
from niah.scoring.verdict import Score, score_answers
from niah.tasks import Challenge

_ANY_NUMBER = "1111111"
"""What a value looks like where no distractor shows it."""

_GUESS_REACH = 80
_NUMBER = re.compile(r"\d{3}|\d[.,' ]\d{3}")


def score_rejection(response: str, challenge: Challenge) -> Score:
    """1 when a response says that the text does not tell, and gives no value as its answer.

    A value that was planted for something else and a value from nowhere are both false answers;
    values that the response gives to what they belong to are none. A guess after a refusal is one.
    """
    verdict = score_answers(
        response,
        question=challenge.question,
        answers=challenge.forbidden[:1] or (_ANY_NUMBER,),
        forbidden=challenge.forbidden[1:],
        answer_kind=challenge.answer_kind,
    )
    if verdict.reason == "refusal":
        if guessed := _guessed(response, challenge):
            taken = tuple(value for value in challenge.forbidden if value in guessed)
            return Score(
                value=0.0, reason="distractor taken" if taken else "another value", taken=taken
            )
        return Score(value=1.0, reason="absence stated", found=challenge.answers[:1])
    taken = verdict.taken + (verdict.found if challenge.forbidden else ())
    if taken:
        return Score(value=0.0, reason="distractor taken", taken=taken)
    reason = "another value" if verdict.reason == "stated" else verdict.reason
    return Score(value=0.0, reason=reason)


def _guessed(response: str, challenge: Challenge) -> str:
    """What a response offers as a guess after it has refused; empty when it guesses nothing."""
    text = clean(without_thinking(response))
    for found in cues.GUESS.finditer(fold(text)):
        after = text[found.end() : found.end() + _GUESS_REACH]
        known = any(fold(clean(value)) in fold(after) for value in challenge.forbidden)
        if known or (challenge.answer_kind == "number" and _NUMBER.search(after)):
            return after
    return ""


def states_absence(response: str, challenge: Challenge) -> bool:
    """Whether a response says that the text does not tell, where the answer was left out of it.

    The answer itself is then as false as any other value: it was known, or guessed.
    """
    nothing_true = replace(challenge, forbidden=(*challenge.answers, *challenge.forbidden))
    return score_rejection(response, nothing_true).value == 1.0
