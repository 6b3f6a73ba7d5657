"""Dated events in shuffled places; name them in the order of their years.

Source: Sequential-NIAH (Yu et al. 2025, arXiv:2504.04713), the construction only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from niah.draws import choice, integer, permutation
from niah.errors import HaystackError
from niah.tasks import Challenge, Family, Needle, Parameter, Task
from niah.tasks.parameters import flag, in_language, option, whole_number
from niah.tasks.placing import PLACEMENTS, place
from niah.tasks.values import CITIES, GERMAN_WORDS, WORDS

VERSION = "sequence-1"
_WORD = re.compile(r"\w+")

TEXTS = {
    "en": {
        "needle": "In the year {year}, the archive of {city} acquired the seal called {word}.",
        "question": (
            "Which seals did the archive of {city} acquire? Name all of them in the order of the "
            "years, the earliest first."
        ),
        "instruction": (
            "You are given a long text in which dated events stand in any order. Afterwards you "
            "are asked for them in the order of time. Answer with the names alone, in that order, "
            "separated by commas."
        ),
    },
    "de": {
        "needle": "Im Jahr {year} erwarb das Archiv von {city} das Siegel mit dem Namen {word}.",
        "question": (
            "Welche Siegel erwarb das Archiv von {city}? Nennen Sie alle in der Reihenfolge der "
            "Jahre, das früheste zuerst."
        ),
        "instruction": (
            "Sie erhalten einen langen Text, in dem datierte Ereignisse in beliebiger Reihenfolge "
            "stehen. Danach werden Sie nach ihrer zeitlichen Reihenfolge gefragt. Antworten Sie "
            "nur mit den Namen, in dieser Reihenfolge, durch Kommas getrennt."
        ),
    },
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:
    """Events in a corpus around the asked depth; see ``registry.prepare_task``."""
    texts = in_language(TEXTS, language, "sequence")
    events = whole_number(parameters, "events", 5, least=2, most=60)
    placement = option(parameters, "placement", PLACEMENTS)
    exact = flag(parameters, "all_or_nothing", False)
    present = set(_WORD.findall(haystack.casefold()))
    words = [
        word
        for word in (GERMAN_WORDS if language == "de" else WORDS)
        if word.casefold() not in present
    ]
    if len(words) < events:
        raise HaystackError(
            f"the haystack has all but {len(words)} of the words that could name {events} events; "
            "ask for fewer in task.events, or use another haystack"
        )

    def draw(seed: int) -> Challenge:
        city = choice(seed, "city", CITIES)
        named = [words[n] for n in permutation(seed, "word", len(words))[:events]]
        year = 1300 + integer(seed, "year", 200)
        needles = []
        for n, word in enumerate(named):
            year += 1 + integer(seed, f"gap/{n}", 6)
            needles.append(Needle(text=texts["needle"].format(year=year, city=city, word=word)))
        return Challenge(
            needles=place(needles, placement=placement, axis="centre", seed=seed),
            instruction=texts["instruction"],
            question=texts["question"].format(city=city),
            answers=tuple(named),
            match="all",
            scorer="order-exact" if exact else "order",
        )

    return Task(kind="sequence", version=VERSION, draw=draw)


FAMILY = Family(
    kind="sequence",
    summary="dated events in shuffled places, asked for in the order of time",
    source="Sequential-NIAH (Yu et al. 2025), own wording",
    parameters=(
        Parameter(name="events", description="how many; 5 by default"),
        Parameter(
            name="placement",
            description="random, spread or together, around the asked depth; random by default",
        ),
        Parameter(
            name="all_or_nothing",
            description="true: only the whole list in order scores; false by default: the share of "
            "pairs in order",
        ),
    ),
    prepare=prepare,
    example='kind = "sequence"\nevents = 5',
)
