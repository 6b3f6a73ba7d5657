"""Chains of assignments scattered over the text: which variables have a given value?

Source: RULER's variable tracking (Hsieh et al. 2024, arXiv:2404.06654). Own wording; other chains
take the place of its solved example.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from niah.draws import Stream, integer
from niah.errors import TaskError
from niah.tasks import Challenge, Family, Needle, Parameter, Task
from niah.tasks.parameters import in_language, whole_number
from niah.tasks.values import long_numbers

REDRAWS = 1_000
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
VERSION = "variable-tracking-2"
PARAMETERS = (
    Parameter(name="hops", description="assignments after the first, 1 to 16; 4 by default"),
    Parameter(name="chains", description="how many chains there are, 1 to 8; 1 by default"),
)
INSTRUCTIONS: Mapping[str, str] = {
    "en": (
        "You are given a long text in which values are assigned to variables, and a question. "
        "Follow the assignments and answer from the text with the names alone, separated by commas."
    ),
    "de": (
        "Sie erhalten einen langen Text, in dem Variablen Werte zugewiesen werden, und eine Frage. "
        "Verfolgen Sie die Zuweisungen und antworten Sie anhand des Textes nur mit den Namen, "
        "durch Kommas getrennt."
    ),
}
FIRST: Mapping[str, str] = {
    "en": "The variable {name} is set to {value}.",
    "de": "Die Variable {name} wird auf {value} gesetzt.",
}
NEXT: Mapping[str, str] = {
    "en": "The variable {name} takes over the value of {before}.",
    "de": "Die Variable {name} übernimmt den Wert von {before}.",
}
QUESTIONS: Mapping[str, str] = {
    "en": "Which variables, directly or through others, have the value {value}?",
    "de": "Welche Variablen haben, direkt oder über andere, den Wert {value}?",
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:
    """Each chain in order at random depths; the score is the share of the asked one's names."""
    hops = whole_number(parameters, "hops", 4, least=1, most=16)
    chains = whole_number(parameters, "chains", 1, least=1, most=8)
    instruction = in_language(INSTRUCTIONS, language, "variable-tracking")
    first = in_language(FIRST, language, "variable-tracking")
    following = in_language(NEXT, language, "variable-tracking")
    question = in_language(QUESTIONS, language, "variable-tracking")
    taken = long_numbers(haystack)

    def draw(seed: int) -> Challenge:
        names, values = _names(seed, chains * (hops + 1)), _values(seed, chains, taken)
        needles: list[Needle] = []
        for chain in range(chains):
            own = names[chain * (hops + 1) : (chain + 1) * (hops + 1)]
            texts = [first.format(name=own[0], value=values[chain])]
            texts += [following.format(name=name, before=before) for before, name in pairwise(own)]
            drawn = (integer(seed, f"at/{chain}/{k}", 10_001) / 100 for k in range(len(texts)))
            needles += [
                Needle(text=text, role="distractor" if chain else "needle", depth_percent=depth)
                for text, depth in zip(texts, sorted(drawn), strict=True)
            ]
        return Challenge(
            needles=tuple(needles),
            instruction=instruction,
            question=question.format(value=values[0]),
            answers=tuple(names[: hops + 1]),
            match="all",
            forbidden=tuple(names[hops + 1 :]),
            answer_kind="code",
        )

    return Task(kind="variable-tracking", version=VERSION, draw=draw)


def _names(seed: int, count: int) -> list[str]:
    """Different names of five capitals; without vowels, so that none is a word."""
    letters = Stream(seed, "names")
    names: dict[str, None] = {}
    while len(names) < count:
        names["".join(_LETTERS[letters.below(len(_LETTERS))] for _ in range(5))] = None
    return list(names)


def _values(seed: int, count: int, taken: frozenset[str]) -> list[str]:
    values: list[str] = []
    for redraw in range(REDRAWS):
        value = str(10_000 + integer(seed, f"value/{redraw}", 90_000))
        if value not in values and value not in taken:
            values.append(value)
        if len(values) == count:
            return values
    raise TaskError("values that do not stand in the haystack cannot be drawn")


FAMILY = Family(
    kind="variable-tracking",
    summary="chains of assignments; which variables have a value",
    source="RULER variable tracking (Hsieh et al. 2024), own wording",
    parameters=PARAMETERS,
    prepare=prepare,
    has_depth=False,
    example='kind = "variable-tracking"\nhops = 4',
)
