"""Scores: what share of the accepted answers a response states."""

from __future__ import annotations

from dataclasses import dataclass


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
