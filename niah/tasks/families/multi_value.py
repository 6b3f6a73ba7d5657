"""One key that has several values, stated at several places; all are asked for.

Source: RULER niah_multivalue (Hsieh et al. 2024, arXiv:2404.06654). Own wording.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from niah.tasks import Challenge, Family, Needle, Parameter, Task
from niah.tasks.keys import key_at
from niah.tasks.parameters import in_language, option, whole_number
from niah.tasks.placing import AXES, PARAMETERS, PLACEMENTS, place
from niah.tasks.values import number_drawer

VERSION = "multi-value-1"

TEXTS = {
    "en": {
        "needle": "One of the special numbers of {key} is {value}.",
        "question": "Which are all the special numbers of {key} that the text mentions?",
        "instruction": (
            "You are given a long text in which a name has special numbers, each stated at another "
            "place. List all that you are asked for and nothing else."
        ),
    },
    "de": {
        "needle": "Eine der Sonderzahlen von {key} lautet {value}.",
        "question": "Wie lauten alle Sonderzahlen von {key}, die der Text nennt?",
        "instruction": (
            "Sie erhalten einen langen Text, in dem ein Name Sonderzahlen hat, jede an einer "
            "anderen Stelle. Nennen Sie alle, nach denen gefragt wird, und sonst nichts."
        ),
    },
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:
    """Values of one key in a corpus; see ``registry.prepare_task``."""
    texts = in_language(TEXTS, language, "multi-value")
    count = whole_number(parameters, "values", 4, least=2, most=200)
    placement = option(parameters, "placement", PLACEMENTS)
    axis = option(parameters, "axis", AXES)
    values = number_drawer(haystack)

    def draw(seed: int) -> Challenge:
        key = key_at(seed, "key", 0, language)
        answers = tuple(values(seed, f"value/{n}") for n in range(count))
        needles = [Needle(text=texts["needle"].format(key=key, value=value)) for value in answers]
        return Challenge(
            needles=place(needles, placement=placement, axis=axis, seed=seed),
            instruction=texts["instruction"],
            question=texts["question"].format(key=key),
            answers=answers,
            match="all",
            answer_kind="number",
        )

    return Task(kind="multi-value", version=VERSION, draw=draw)


FAMILY = Family(
    kind="multi-value",
    summary="one key with several numbers at several places, all of them asked for",
    source="RULER niah_multivalue (Hsieh et al. 2024), own wording",
    parameters=(
        Parameter(name="values", description="how many numbers the key has; 4 by default"),
        *PARAMETERS,
    ),
    prepare=prepare,
    example='kind = "multi-value"\nvalues = 4\nplacement = "spread"',
)
