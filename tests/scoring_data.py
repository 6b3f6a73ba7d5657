"""The labelled responses and the published ones, read for tests and benchmarks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from niah.scoring import Score, score
from niah.tasks import Challenge

ROOT = Path(__file__).parent
PUBLISHED = ROOT.parent.parent / "shared" / "data" / "needlehaystack-results" / "claude-2.1"
RETRIEVED = 7
"""The published judge's scores from here on mean retrieved."""

PUBLISHED_CHALLENGE = Challenge(
    needles=(),
    instruction="",
    question="What is the most fun thing to do in San Francisco?",
    answers=("eat a sandwich and sit in Dolores Park on a sunny day",),
    answer_kind="phrase",
    keywords=(("sandwich",), ("Dolores Park",)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A response with the score that a person gave it.

    Attributes:
        challenge: What was asked.
        category: What makes it easy or hard.
        set: ``tuned``, or ``held-out-N``: written before the rules that it was first scored by.
        expected: The score by hand.
        response: The text.
    """

    challenge: Challenge
    category: str
    set: str
    expected: float
    response: str

    def scored(self) -> Score:
        """What niah makes of it."""
        return score(self.response, self.challenge)


def challenges(file: str = "challenges.json") -> dict[str, Challenge]:
    """The questions of the labelled set by name."""
    text = (ROOT / "data" / file).read_text(encoding="utf-8")
    named: dict[str, dict[str, Any]] = json.loads(text)
    return {
        name: Challenge(
            needles=(),
            instruction="",
            question=given["question"],
            answers=tuple(given["answers"]),
            match=given.get("match", "any"),
            forbidden=tuple(given.get("forbidden", ())),
            answer_kind=given.get("answer_kind", "words"),
            keywords=tuple(tuple(group) for group in given.get("keywords", ())),
            scorer=given.get("scorer", "values"),
            prefix=given.get("prefix", ""),
        )
        for name, given in named.items()
    }


def labelled() -> list[Labelled]:
    """The labelled set of the scorer of values."""
    return _labelled("responses.jsonl", challenges())


def other_labelled() -> list[Labelled]:
    """That of the other scorers: of lists, texts, refusals and substrings."""
    return _labelled("other_responses.jsonl", challenges("other_challenges.json"))


def _labelled(file: str, named: dict[str, Challenge]) -> list[Labelled]:
    lines = (ROOT / "data" / file).read_text(encoding="utf-8").split("\n")
    return [
        Labelled(
            challenge=named[entry["challenge"]],
            category=entry["category"],
            set=entry.get("set", ""),
            expected=entry["score"],
            response=entry["response"],
        )
        for entry in map(json.loads, filter(None, lines))
    ]


def published() -> Iterator[tuple[str, int, str]]:
    """(file name, judge's score of 1-10, response) of each published trial of Claude 2.1."""
    for path in sorted(PUBLISHED.glob("*.json")):
        trial = json.loads(path.read_text(encoding="utf-8"))
        yield path.name, trial["score"], trial["model_response"]
