"""What is asked for does not stand in the text; the right answer is to say so.

Source: OneRuler (Kim et al. 2025), its "none" tasks; Michelangelo's IDK (Vodrahalli et al. 2024).
Own wording.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from niah.tasks import Challenge, Family, Needle, Parameter, Task
from niah.tasks.families import multi_key
from niah.tasks.keys import key_at
from niah.tasks.parameters import flag, in_language, option, whole_number
from niah.tasks.placing import PLACEMENTS, place
from niah.tasks.values import number_drawer
from niah.tasks.wording import NOTHING

VERSION = "absent-1"

ANSWERS = {
    "en": "the text does not say it",
    "de": "der Text sagt es nicht",
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:
    """Near misses, or nothing, in a corpus; see ``registry.prepare_task``."""
    texts = in_language(multi_key.TEXTS, language, "absent")
    near = whole_number(parameters, "near_misses", 4, least=0, most=1_000)
    told = flag(parameters, "told", True)
    placement = option(parameters, "placement", PLACEMENTS)
    values = number_drawer(haystack)
    instruction = texts["instruction"] + (f" {NOTHING[language]}" if told else "")

    def draw(seed: int) -> Challenge:
        keys = [key_at(seed, "key", n, language) for n in range(near + 1)]
        drawn = [values(seed, f"value/{n}") for n in range(near)]
        needles = [
            Needle(
                text=texts["needle"].format(key=key, value=value), role="distractor", asked=False
            )
            for key, value in zip(keys[1:], drawn, strict=True)
        ]
        return Challenge(
            needles=place(needles, placement=placement, axis="query", seed=seed),
            instruction=instruction,
            question=texts["question"].format(key=keys[0]),
            answers=(ANSWERS[language],),
            forbidden=tuple(drawn),
            answer_kind="number",
            scorer="rejection",
        )

    return Task(kind="absent", version=VERSION, draw=draw)


FAMILY = Family(
    kind="absent",
    summary="only near misses are planted; the right answer is that the text does not say it",
    source='OneRuler "none" (Kim et al. 2025); Michelangelo IDK (Vodrahalli et al. 2024)',
    parameters=(
        Parameter(name="near_misses", description="other keys that are planted; 4 by default"),
        Parameter(
            name="told",
            description="whether the instruction says that the answer may be missing; true by "
            "default, false as a control",
        ),
        Parameter(name="placement", description="of the near misses; random by default"),
    ),
    prepare=prepare,
    example='kind = "absent"\nnear_misses = 4\ntold = true',
    no_control={
        "no-context": "without a text it is right to say that it does not tell",
        "absent": "nothing is planted that could be left out",
        "from-end": "what is asked for stands nowhere",
    },
)
