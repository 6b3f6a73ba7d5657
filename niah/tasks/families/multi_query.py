"""Several keys with a value each, all of them asked for at once.

Source: RULER niah_multiquery (Hsieh et al. 2024, arXiv:2404.06654). Own wording.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from niah.tasks import Challenge, Family, Needle, Parameter, Task
from niah.tasks.families import multi_key
from niah.tasks.keys import key_at
from niah.tasks.parameters import in_language, option, whole_number
from niah.tasks.placing import AXES, PARAMETERS, PLACEMENTS, place
from niah.tasks.values import number_drawer

VERSION = "multi-query-1"

TEXTS = {
    "en": {
        "question": "What are the special numbers of {keys}?",
        "and": "and",
        "instruction": (
            "You are given a long text in which several names have a special number. Afterwards "
            "you are asked for some of them. Give one number for each, and no others."
        ),
    },
    "de": {
        "question": "Wie lauten die Sonderzahlen von {keys}?",
        "and": "und",
        "instruction": (
            "Sie erhalten einen langen Text, in dem mehrere Namen eine Sonderzahl haben. Danach "
            "werden Sie nach einigen davon gefragt. Nennen Sie zu jedem eine Zahl, und keine "
            "anderen."
        ),
    },
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:
    """Keys in a corpus, some or all of them asked for; see ``registry.prepare_task``."""
    texts = in_language(TEXTS, language, "multi-query")
    form = multi_key.TEXTS[language]["needle"]
    asked = whole_number(parameters, "queries", 4, least=2, most=100)
    others = whole_number(parameters, "others", 0, least=0, most=1_000)
    placement = option(parameters, "placement", PLACEMENTS)
    axis = option(parameters, "axis", AXES)
    values = number_drawer(haystack)

    def draw(seed: int) -> Challenge:
        keys = [key_at(seed, "key", n, language) for n in range(asked + others)]
        drawn = [values(seed, f"value/{n}") for n in range(asked + others)]
        needles = [
            Needle(
                text=form.format(key=key, value=value),
                role="needle" if n < asked else "distractor",
                asked=n < asked,
            )
            for n, (key, value) in enumerate(zip(keys, drawn, strict=True))
        ]
        named = f"{', '.join(keys[: asked - 1])} {texts['and']} {keys[asked - 1]}"
        return Challenge(
            needles=place(needles, placement=placement, axis=axis, seed=seed),
            instruction=texts["instruction"],
            question=texts["question"].format(keys=named),
            answers=tuple(drawn[:asked]),
            match="all",
            forbidden=tuple(drawn[asked:]),
            answer_kind="number",
        )

    return Task(kind="multi-query", version=VERSION, draw=draw)


FAMILY = Family(
    kind="multi-query",
    summary="several keys with a number each, several asked for at once",
    source="RULER niah_multiquery (Hsieh et al. 2024), own wording",
    parameters=(
        Parameter(name="queries", description="how many keys are asked for; 4 by default"),
        Parameter(name="others", description="further keys that are not; 0 by default"),
        *PARAMETERS,
    ),
    prepare=prepare,
    example='kind = "multi-query"\nqueries = 4',
)
