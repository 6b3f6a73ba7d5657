"""Task families: from a seed to needles, question, accepted answers and a scorer's name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["needle", "distractor"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needle:
    """One planted sentence.

    Attributes:
        text: The sentence, no line feeds, no space at either end, ends in punctuation.
        role: ``needle`` holds the answer, ``distractor`` resembles one that does.
        depth_percent: Where it stands, 0..100; None = at the trial's asked depth.
    """

    text: str
    role: Role = "needle"
    depth_percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge:
    """What one trial plants and asks, drawn from the trial's seed.

    Attributes:
        needles: In the order in which they stand in the prompt where depths are equal.
        instruction: What the model is told about the text and the form of the answer.
        question: What is asked.
        answers: Accepted answers. With ``match`` "any" one suffices, with "all" the score is the
            share of them that the response states.
        match: See ``answers``.
        forbidden: Values whose statement as an answer makes the response wrong (distractors').
        answer_kind: How the scorer normalises: a number, a code such as a UUID, or words.
        keywords: For ``answer_kind`` "phrase": groups of alternatives; every group must be met.
    """

    needles: tuple[Needle, ...]
    instruction: str
    question: str
    answers: tuple[str, ...]
    match: Literal["any", "all"] = "any"
    forbidden: tuple[str, ...] = ()
    answer_kind: Literal["number", "code", "words", "phrase"] = "words"
    keywords: tuple[tuple[str, ...], ...] = field(default=())


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task family with its parameters, ready to draw challenges.

    Attributes:
        kind: Name of the family.
        version: Of its construction and wording, and of the user's own facts.
        draw: From a trial's seed to what it plants and asks.
    """

    kind: str
    version: str
    draw: Callable[[int], Challenge]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One key that a family takes in ``[task]``."""

    name: str
    description: str
