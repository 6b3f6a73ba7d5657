"""Counts scattered over the text, all of which are asked for.

Source: Counting-Stars (Song et al. 2024, arXiv:2403.11802). Own wording.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from niah.draws import integer
from niah.errors import TaskError
from niah.tasks import Challenge, Family, Needle, Parameter, Task
from niah.tasks.parameters import in_language, whole_number
from niah.tasks.values import long_numbers

REDRAWS = 10_000
VERSION = "counting-1"
PARAMETERS = (
    Parameter(name="counts", description="how many counts there are, 2 to 64; 8 by default"),
)
INSTRUCTIONS: Mapping[str, str] = {
    "en": (
        "You are given a long text and a question. The text answers it in several places. Give all "
        "the numbers in the order in which they stand in the text, separated by commas, and "
        "nothing else."
    ),
    "de": (
        "Sie erhalten einen langen Text und eine Frage. Der Text beantwortet sie an mehreren "
        "Stellen. Nennen Sie alle Zahlen in der Reihenfolge, in der sie im Text stehen, durch "
        "Kommas getrennt, und sonst nichts."
    ),
}
NEEDLES: Mapping[str, str] = {
    "en": "The lighthouse keeper's daughter counted {number} shooting stars.",
    "de": "Die Tochter des Leuchtturmwärters zählte {number} Sternschnuppen.",
}
QUESTIONS: Mapping[str, str] = {
    "en": "How many shooting stars did the lighthouse keeper's daughter count each time?",
    "de": "Wie viele Sternschnuppen zählte die Tochter des Leuchtturmwärters jedes Mal?",
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:
    """The counts evenly over the text; the score is the share reported in order."""
    count = whole_number(parameters, "counts", 8, least=2, most=64)
    instruction = in_language(INSTRUCTIONS, language, "counting")
    sentence = in_language(NEEDLES, language, "counting")
    question = in_language(QUESTIONS, language, "counting")
    taken = long_numbers(haystack)

    def draw(seed: int) -> Challenge:
        values: list[str] = []
        for redraw in range(REDRAWS):
            value = str(10_000 + integer(seed, f"count/{redraw}", 90_000))
            if value not in values and value not in taken:
                values.append(value)
            if len(values) == count:
                break
        else:
            raise TaskError(f"{count} numbers that do not stand in the haystack cannot be drawn")
        return Challenge(
            needles=tuple(
                Needle(text=sentence.format(number=value), depth_percent=100 * (k + 0.5) / count)
                for k, value in enumerate(values)
            ),
            instruction=instruction,
            question=question,
            answers=tuple(values),
            match="all",
            scorer="sequence",
            answer_kind="number",
        )

    return Task(kind="counting", version=VERSION, draw=draw)


FAMILY = Family(
    kind="counting",
    summary="counts scattered over the text, all asked for in order",
    source="Counting-Stars (Song et al. 2024), own wording",
    parameters=PARAMETERS,
    prepare=prepare,
    has_depth=False,
    example='kind = "counting"\ncounts = 8',
)
