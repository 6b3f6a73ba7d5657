"""Scores: what share of the accepted answers a response states."""

from __future__ import annotations

from dataclasses import dataclass

from niah.tasks import Challenge


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The verdict on one response.

    Attributes:
        value: In [0, 1].
        reason: Why, in a few words: ``stated``, ``refusal``, ``several candidates``...
        found: The accepted answers that the response states.
        taken: The forbidden values (distractors') that it states as an answer.
    """

    value: float
    reason: str
    found: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()


def score(response: str, challenge: Challenge) -> Score:
    """The share of the accepted answers that stand in the response, letter case apart."""
    text = response.casefold()
    found = tuple(answer for answer in challenge.answers if answer.casefold() in text)
    value = len(found) / len(challenge.answers) if challenge.match == "all" else float(bool(found))
    return Score(value=value, reason="stated" if found else "not stated", found=found)
