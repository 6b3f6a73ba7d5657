"""One needle among near misses: the same thing of another place, time or kind.

Source: Context Rot (Hong et al., Chroma 2025). Own wording and construction: each distractor
differs from the needle in exactly one of three respects and has a value of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from niah.draws import permutation
from niah.tasks import Challenge, Family, Needle, Parameter, Task
from niah.tasks.parameters import in_language, option, whole_number
from niah.tasks.placing import PLACEMENTS, place
from niah.tasks.values import CITIES, number_drawer

VERSION = "distractors-1"
MOST = 12

TEXTS: Mapping[str, Mapping[str, Any]] = {
    "en": {
        "needle": "The {thing} of the {place} in {city} is {value}.",
        "question": "What is the {thing} of the {place} in {city}?",
        "things": ("door code", "inventory number", "safe code", "meter number", "permit number"),
        "places": ("north gate", "south gate", "old library", "harbour office", "east tower"),
        "instruction": (
            "You are given a long text and a question. The text has facts that resemble what is "
            "asked; only one of them answers the question exactly. Answer in one short sentence."
        ),
    },
    "de": {
        "needle": "{thing} {place} in {city} lautet {value}.",
        "question": "Wie lautet {thing} {place} in {city}?",
        "things": (
            "der Türcode",
            "die Inventarnummer",
            "der Tresorcode",
            "die Zählernummer",
            "die Genehmigungsnummer",
        ),
        "places": (
            "des Nordtors",
            "des Südtors",
            "der alten Bibliothek",
            "der Hafenmeisterei",
            "des Ostturms",
        ),
        "instruction": (
            "Sie erhalten einen langen Text und eine Frage. Im Text stehen Angaben, die der "
            "gefragten ähneln; nur eine beantwortet die Frage genau. Antworten Sie in einem "
            "kurzen Satz."
        ),
    },
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:
    """A needle and its near misses in a corpus; see ``registry.prepare_task``."""
    texts = in_language(TEXTS, language, "distractors")
    count = whole_number(parameters, "count", 4, least=0, most=MOST)
    placement = option(parameters, "placement", PLACEMENTS)
    values = number_drawer(haystack)

    def draw(seed: int) -> Challenge:
        facts = _facts(seed, texts)[: count + 1]
        drawn = [values(seed, f"value/{n}") for n in range(count + 1)]
        sentences = [
            _capital(texts["needle"].format(**fact, value=value))
            for fact, value in zip(facts, drawn, strict=True)
        ]
        needles = [
            Needle(text=text, role="distractor" if n else "needle", asked=not n)
            for n, text in enumerate(sentences)
        ]
        return Challenge(
            needles=place(needles, placement=placement, axis="query", seed=seed),
            instruction=texts["instruction"],
            question=texts["question"].format(**facts[0]),
            answers=(drawn[0],),
            forbidden=tuple(drawn[1:]),
            answer_kind="number",
        )

    return Task(kind="distractors", version=VERSION, draw=draw)


def _facts(seed: int, texts: Mapping[str, Any]) -> list[dict[str, str]]:
    """The asked fact, then all that differ from it in one respect, in turn of the respects."""
    orders = {
        "thing": [texts["things"][n] for n in permutation(seed, "thing", len(texts["things"]))],
        "place": [texts["places"][n] for n in permutation(seed, "place", len(texts["places"]))],
        "city": [CITIES[n] for n in permutation(seed, "city", len(CITIES))[:5]],
    }
    asked = {name: options[0] for name, options in orders.items()}
    near = [{**asked, name: orders[name][number]} for number, name in product(range(1, 5), orders)]
    return [asked, *near]


def _capital(sentence: str) -> str:
    return sentence[0].upper() + sentence[1:]


FAMILY = Family(
    kind="distractors",
    summary="a needle among near misses: another place, town or kind of number",
    source="Context Rot (Hong et al., Chroma 2025), own wording",
    parameters=(
        Parameter(name="count", description=f"near misses, 0 to {MOST}; 4 by default"),
        Parameter(name="placement", description="of the near misses; random by default"),
    ),
    prepare=prepare,
    example='kind = "distractors"\ncount = 4',
)
