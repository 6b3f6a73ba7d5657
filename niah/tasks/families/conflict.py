"""The same fact with several values at several depths; dates or corrections tell which one holds.

Source: none; the construction is niah's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from niah.draws import choice, integer
from niah.tasks import Challenge, Family, Needle, Parameter, Task
from niah.tasks.parameters import in_language, option, whole_number
from niah.tasks.placing import PLACEMENTS, place
from niah.tasks.values import CITIES, number_drawer

VERSION = "conflict-1"
VARIANTS = ("dated", "correction")

TEXTS: Mapping[str, Mapping[str, Any]] = {
    "en": {
        "dated": "On {date}, the gate code of {city} was set to {value}.",
        "first": "The gate code of {city} is {value}.",
        "correction": "Correction: the gate code of {city} is no longer {old}; it is now {value}.",
        "question": "What is the gate code of {city} by the latest change?",
        "months": (
            "January February March April May June July August September October November December"
        ).split(),
        "date": "{day} {month} {year}",
        "instruction": (
            "You are given a long text in which one value was changed several times, stated in any "
            "order. Find the value that holds by the latest date or the last correction. Answer "
            "with this value alone."
        ),
    },
    "de": {
        "dated": "Am {date} wurde der Torcode von {city} auf {value} gesetzt.",
        "first": "Der Torcode von {city} lautet {value}.",
        "correction": "Berichtigung: Der Torcode von {city} lautet nicht mehr {old}, sondern "
        "jetzt {value}.",
        "question": "Wie lautet der Torcode von {city} nach der letzten Änderung?",
        "months": (
            "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
        ).split(),
        "date": "{day}. {month} {year}",
        "instruction": (
            "Sie erhalten einen langen Text, in dem ein Wert mehrmals geändert wurde; die "
            "Änderungen stehen in beliebiger Reihenfolge. Finden Sie den Wert, der nach dem "
            "spätesten Datum oder der letzten Berichtigung gilt. Antworten Sie nur mit diesem Wert."
        ),
    },
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:
    """Changes of one value in a corpus; see ``registry.prepare_task``."""
    texts = in_language(TEXTS, language, "conflict")
    variant = option(parameters, "variant", VARIANTS)
    count = whole_number(parameters, "values", 3, least=2, most=50)
    placement = option(parameters, "placement", PLACEMENTS)
    values = number_drawer(haystack)

    def draw(seed: int) -> Challenge:
        city = choice(seed, "city", CITIES)
        drawn = [values(seed, f"value/{n}") for n in range(count)]
        sentences = []
        for n, value in enumerate(drawn):
            if variant == "dated":
                sentences.append(
                    texts["dated"].format(date=_date(seed, n, texts), city=city, value=value)
                )
            elif n == 0:
                sentences.append(texts["first"].format(city=city, value=value))
            else:
                sentences.append(
                    texts["correction"].format(city=city, old=drawn[n - 1], value=value)
                )
        needles = [
            Needle(text=sentence, role="distractor" if n else "needle", asked=not n)
            for n, sentence in enumerate(reversed(sentences))
        ]
        return Challenge(
            needles=place(needles, placement=placement, axis="query", seed=seed),
            instruction=texts["instruction"],
            question=texts["question"].format(city=city),
            answers=(drawn[-1],),
            forbidden=tuple(drawn[:-1]),
            answer_kind="number",
        )

    return Task(kind="conflict", version=VERSION, draw=draw)


def _date(seed: int, change: int, texts: Mapping[str, Any]) -> str:
    """A date of the change's own year: later changes have later years."""
    year = 1950 + integer(seed, "year", 20) + change
    day = 1 + integer(seed, f"day/{change}", 28)
    date: str = texts["date"].format(
        day=day, month=choice(seed, f"month/{change}", texts["months"]), year=year
    )
    return date


FAMILY = Family(
    kind="conflict",
    summary="one fact stated with several values; dates or corrections tell which one holds",
    source="own construction",
    parameters=(
        Parameter(name="variant", description="dated or correction; dated by default"),
        Parameter(name="values", description="how many are stated; 3 by default"),
        Parameter(
            name="placement", description="of the values that hold no longer; random by default"
        ),
    ),
    prepare=prepare,
    example='kind = "conflict"\nvariant = "correction"\nvalues = 3',
    no_control={"absent": "without the newest value an older one holds"},
)
