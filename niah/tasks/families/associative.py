"""Needle and question share no content word: common knowledge is what joins them.

A person sees a landmark from a window; the question asks who has been to its city (one hop) or its
country (two hops). Both orders of the sentence occur.

Source: the construction follows NoLiMa (Modarressi et al. 2025, arXiv:2502.05167); pairs, names and
wording are our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from niah.draws import choice, integer
from niah.errors import TaskError
from niah.tasks import Challenge, Family, Needle, Parameter, Task
from niah.tasks.landmarks import LANDMARKS
from niah.tasks.parameters import flag, in_language, option

VERSION = "associative-1"
PARAMETERS = (
    Parameter(name="hops", description="one (the city, default), two (the country) or mixed"),
    Parameter(
        name="order",
        description="mixed (default), name-first or name-last: where the name stands in the needle",
    ),
    Parameter(
        name="direct",
        description="true asks with the needle's own words, the literal control; false by default",
    ),
    Parameter(
        name="distractor",
        description="true plants another person's sentence too; false by default",
    ),
)
NAMES = (
    "Adelheid Alaric Amalia Anselm Aurelia Balthazar Benedikta Cordelia Cosima Crispin Dagmar "
    "Edmund Eleonora Emmeline Ferdinand Florentine Gideon Griselda Hedwig Henrike Isidor Jolanda "
    "Kasimir Leopold Lucinda Ludmilla Magnus Melchior Mirabel Octavia Ottilie Percival Philippa "
    "Quentin Rosalind Rupert Sibylle Silvester Theodora Thaddeus Ulrike Valentin Veronika Wendelin "
    "Wilhelmina Xaver Yvette Zacharias"
).split()
INSTRUCTIONS: Mapping[str, str] = {
    "en": (
        "You are given a long text and a question. What the text says and what everybody knows "
        "answer it together. Answer with the name alone."
    ),
    "de": (
        "Sie erhalten einen langen Text und eine Frage. Was der Text sagt und was jeder weiß, "
        "beantwortet sie zusammen. Antworten Sie nur mit dem Namen."
    ),
}
NEEDLES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "name-first": "From the kitchen window {name} looks straight at {landmark}.",
        "name-last": "With {landmark} just across the street, it is never quiet for {name}.",
    },
    "de": {
        "name-first": "Vom Küchenfenster aus blickt {name} direkt auf {landmark}.",
        "name-last": "Direkt auf {landmark} geht der Blick aus dem Küchenfenster von {name}.",
    },
}
QUESTIONS: Mapping[str, str] = {
    "en": "Which person has already been in {place}?",
    "de": "Welche Person ist schon einmal in {place} gewesen?",
}
DIRECT: Mapping[str, str] = {
    "en": "Which person lives with {landmark} in front of the kitchen window?",
    "de": "Welche Person blickt vom Küchenfenster aus auf {landmark}?",
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:
    """The needle at the asked depth; the name is drawn, and stands nowhere else."""
    hops = option(parameters, "hops", ("one", "two", "mixed"))
    order = option(parameters, "order", ("mixed", "name-first", "name-last"))
    direct = flag(parameters, "direct", False)
    distractor = flag(parameters, "distractor", False)
    instruction = in_language(INSTRUCTIONS, language, "associative")
    question = in_language(DIRECT if direct else QUESTIONS, language, "associative")
    forms = NEEDLES[language]
    folded = haystack.casefold()
    names = [name for name in NAMES if name.casefold() not in folded]
    if len(names) < 2:
        raise TaskError("every name that could be drawn stands in the haystack already")

    def draw(seed: int) -> Challenge:
        landmark = choice(seed, "landmark", LANDMARKS)
        name = choice(seed, "name", names)
        place = landmark.city if _hop(seed, hops) == "one" else landmark.country
        needles = [
            Needle(text=_sentence(forms, seed, "needle", order, name, landmark.name[language]))
        ]
        forbidden: tuple[str, ...] = ()
        if distractor:
            others = [mark for mark in LANDMARKS if mark.country["en"] != landmark.country["en"]]
            other = choice(seed, "other landmark", others)
            somebody = choice(seed, "other name", [known for known in names if known != name])
            text = _sentence(forms, seed, "other", order, somebody, other.name[language])
            depth = integer(seed, "depth/other", 10_001) / 100
            needles.append(Needle(text=text, role="distractor", depth_percent=depth))
            forbidden = (somebody,)
        return Challenge(
            needles=tuple(needles),
            instruction=instruction,
            question=question.format(place=place[language], landmark=landmark.name[language]),
            answers=(name,),
            forbidden=forbidden,
            answer_kind="words",
        )

    return Task(
        kind="associative",
        version=VERSION,
        draw=draw,
        knowledge="" if direct else "where a landmark stands is common knowledge",
    )


def pairs(language: str) -> list[tuple[str, str]]:
    """Every needle with every question that it answers, the name left open.

    Raises:
        TaskError: if there are none in the language.
    """
    question = in_language(QUESTIONS, language, "associative")
    return [
        (form.format(name="{name}", landmark=landmark.name[language]), question.format(place=place))
        for landmark in LANDMARKS
        for place in (landmark.city[language], landmark.country[language])
        for form in NEEDLES[language].values()
    ]


def _hop(seed: int, hops: str) -> str:
    return ("one", "two")[integer(seed, "hops", 2)] if hops == "mixed" else hops


def _sentence(
    forms: Mapping[str, str], seed: int, what: str, order: str, name: str, landmark: str
) -> str:
    chosen = choice(seed, f"{what}/order", sorted(forms)) if order == "mixed" else order
    return forms[chosen].format(name=name, landmark=landmark)


FAMILY = Family(
    kind="associative",
    summary="needle and question share no word, common knowledge joins them",
    source="NoLiMa (Modarressi et al. 2025), own pairs and wording",
    parameters=PARAMETERS,
    prepare=prepare,
    example='kind = "associative"\nhops = "one"',
)
