"""A long list of words, ten of them far more often than the others; name these.

Source: RULER common words extraction (Hsieh et al. 2024, arXiv:2404.06654); own wording, and
made-up words, so that no model knows which words are common elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from niah.draws import Stream
from niah.errors import TaskError
from niah.tasks import Challenge, Family, Parameter, Task, Writer, Written
from niah.tasks.made_words import made_word
from niah.tasks.parameters import in_language, whole_number
from niah.tasks.wording import PADDING

VERSION = "common-words-1"
MOST_OTHERS = 50_000

TEXTS = {
    "en": {
        "question": "Which {count} words are the most common ones in the list?",
        "instruction": (
            "You are given a numbered list of words. Some stand in it far more often than the "
            "others; keep in mind which. Answer with these words alone, separated by commas."
        ),
    },
    "de": {
        "question": "Welche {count} Wörter stehen am häufigsten in der Liste?",
        "instruction": (
            "Sie erhalten eine nummerierte Liste von Wörtern. Einige stehen weit öfter darin als "
            "die übrigen; merken Sie sich, welche. Antworten Sie nur mit diesen Wörtern, durch "
            "Kommas getrennt."
        ),
    },
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:  # noqa: ARG001
    """A list as long as it is asked to be; see ``registry.prepare_task``."""
    texts = in_language(TEXTS, language, "common-words")
    common = whole_number(parameters, "words", 10, least=1, most=100)
    often = whole_number(parameters, "times", 30, least=2, most=10_000)
    seldom = whole_number(parameters, "other_times", 3, least=1, most=9_999)
    if seldom >= often:
        raise TaskError(f"task.other_times = {seldom} is not under task.times = {often}")

    @lru_cache(maxsize=4)
    def write(seed: int, units: int, depth_percent: float) -> Written:  # noqa: ARG001
        words = [made_word(seed, "word", n) for n in range(common + units)]
        listed = words[:common] * often + words[common:] * seldom
        Stream(seed, f"{VERSION}/{units}").shuffle(listed)
        text = " ".join(f"{n}. {word}" for n, word in enumerate(listed, 1))
        return Written(
            text=text,
            begins=(),
            challenge=Challenge(
                needles=(),
                instruction=texts["instruction"],
                question=texts["question"].format(count=common),
                answers=tuple(words[:common]),
                match="all",
            ),
        )

    return Task(
        kind="common-words",
        version=VERSION,
        draw=lambda seed: write(seed, common, 0).challenge,
        writer=Writer(write=write, least=common, most=MOST_OTHERS, padding=PADDING[language]),
    )


FAMILY = Family(
    kind="common-words",
    summary="a list of words, ten of them ten times as often as the others; name the ten",
    source="RULER cwe (Hsieh et al. 2024), own wording; no solved example stands before it",
    parameters=(
        Parameter(name="words", description="how many common ones; 10 by default"),
        Parameter(name="times", description="how often each stands; 30 by default"),
        Parameter(name="other_times", description="how often each other one does; 3 by default"),
    ),
    prepare=prepare,
    has_depth=False,
    example='kind = "common-words"\n# under 4K, RULER has times = 6, other_times = 1',
    no_control={"absent": "the answer is the haystack as a whole"},
)
