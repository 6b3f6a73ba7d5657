"""A long conversation with several requests that are all but the same; return the answer to one.

The conversation is written by niah: requests for short texts on many subjects, some of them on the
same subject in the same form, each with another answer. The model is asked to return one of these
word for word behind a random prefix.

Source: OpenAI MRCR (2025); Michelangelo's MRCR (Vodrahalli et al. 2024, arXiv:2409.12640), the
construction only. There, the conversation is sent as chat turns; here it is one transcript.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from niah.draws import Stream, choice, integer
from niah.tasks import Challenge, Family, Needle, Parameter, Task, Writer, Written
from niah.tasks.keys import ADJECTIVES, GERMAN_ADJECTIVES
from niah.tasks.made_words import coded_word
from niah.tasks.parameters import in_language, whole_number
from niah.tasks.values import CITIES, GERMAN_WORDS, WORDS
from niah.tasks.wording import PADDING

VERSION = "multi-round-1"
PREFIX_LETTERS = 10
MOST_ROUNDS = 100_000

TEXTS: Mapping[str, Mapping[str, Any]] = {
    "en": {
        "user": "User: Write a {form} about {subject}.",
        "assistant": "Assistant: {text}",
        "forms": ("riddle", "report", "letter", "toast", "song", "notice", "prayer", "recipe"),
        "subjects": tuple(f"the {word}" for word in WORDS),
        "sentences": (
            "In {city} the {a} {x} waits beside the {y}.",
            "Nobody in {city} has seen a {x} as {a} as this one.",
            "Bring the {x} to {city} before the {y} turns {a}.",
            "The {y} of {city} is {a}, and so is the {x}.",
            "We left {city} with a {x} and a {a} {y}.",
        ),
        "ordinals": ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"),
        "question": (
            "Write {prefix} and directly after it, word for word, the {ordinal} answer to the "
            "request for a {form} about {subject}. Write nothing else."
        ),
        "instruction": (
            "You are given a conversation between a user and an assistant. The same request may "
            "stand in it several times, each time with another answer. Afterwards you are asked to "
            "repeat one of the answers."
        ),
    },
    "de": {
        "user": "Nutzer: Schreib mir als {form} etwas zum Stichwort {subject}.",
        "assistant": "Assistent: {text}",
        "forms": ("Rätsel", "Bericht", "Brief", "Lied", "Aushang", "Gebet", "Rezept", "Gedicht"),
        "subjects": tuple(GERMAN_WORDS),
        "sentences": (
            "In {city} ist es heute {a}, und {x} steht neben {y}.",
            "Niemand in {city} kennt {x} so {a} wie heute.",
            "Bringt {x} nach {city}, ehe es {a} wird und {y} fehlt.",
            "Wer in {city} {y} sucht, findet {x}, und das ist {a}.",
            "Wir verließen {city} mit {x} und {y}, und der Weg war {a}.",
        ),
        "ordinals": ("erste", "zweite", "dritte", "vierte", "fünfte", "sechste", "siebte", "achte"),
        "question": (
            "Schreiben Sie {prefix} und unmittelbar danach, Wort für Wort, die {ordinal} Antwort "
            "auf die Bitte um {form} zum Stichwort {subject}. Schreiben Sie nichts sonst."
        ),
        "instruction": (
            "Sie erhalten ein Gespräch zwischen einem Nutzer und einem Assistenten. Dieselbe Bitte "
            "kann mehrmals darin stehen, jedes Mal mit einer anderen Antwort. Danach sollen Sie "
            "eine der Antworten wiederholen."
        ),
    },
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:  # noqa: ARG001
    """A conversation as long as it is asked to be; see ``registry.prepare_task``."""
    texts = in_language(TEXTS, language, "multi-round")
    same = whole_number(parameters, "same", 4, least=2, most=len(texts["ordinals"]))
    sentences = whole_number(parameters, "sentences", 4, least=1, most=40)

    @cache
    def answer(seed: int, name: str) -> str:
        return _answer(Stream(seed, name), texts, language, sentences)

    def write(seed: int, units: int, depth_percent: float) -> Written:
        form, subject = choice(seed, "form", texts["forms"]), choice(seed, "s", texts["subjects"])
        asked = integer(seed, "asked", same)
        rows = _rows(seed, same, asked, units, depth_percent)
        rounds, begins, length = [], [], 0
        for number in range(units):
            rank = rows.index(number) if number in rows else None
            if rank is None:
                request = _other_request(seed, number, texts, (form, subject))
                text = answer(seed, f"other/{number}")
            else:
                request, text = (form, subject), answer(seed, f"same/{rank}")
            user = texts["user"].format(form=request[0], subject=request[1])
            head, reply = f"{user}\n", texts["assistant"].format(text=text)
            if rank is not None:
                begins.append(length + len(head) + len(reply) - len(text))
            rounds.append(head + reply)
            length += len(head) + len(reply) + 2
        answers = [answer(seed, f"same/{rank}") for rank in range(same)]
        prefix = coded_word(seed, "prefix", 1, PREFIX_LETTERS)
        return Written(
            text="\n\n".join(rounds),
            begins=tuple(begins),
            challenge=Challenge(
                needles=tuple(
                    Needle(
                        text=text,
                        role="needle" if rank == asked else "distractor",
                        depth_percent=None
                        if rank == asked
                        else 100 * rows[rank] / max(1, units - 1),
                        asked=rank == asked,
                    )
                    for rank, text in enumerate(answers)
                ),
                instruction=texts["instruction"],
                question=texts["question"].format(
                    prefix=prefix, ordinal=texts["ordinals"][asked], form=form, subject=subject
                ),
                answers=(answers[asked],),
                forbidden=tuple(text for rank, text in enumerate(answers) if rank != asked),
                scorer="similarity",
                prefix=prefix,
            ),
        )

    return Task(
        kind="multi-round",
        version=VERSION,
        draw=lambda seed: write(seed, same, 50).challenge,
        writer=Writer(
            write=write, least=same, most=MOST_ROUNDS, padding=in_language(PADDING, language, "")
        ),
    )


def _rows(seed: int, same: int, asked: int, units: int, depth_percent: float) -> list[int]:
    """The rounds with the same request, ascending: the asked one at the depth, others around it.

    As many stand before it as its ordinal says; near an end of the conversation they stand close.
    """
    row = round(depth_percent * (units - 1) / 100)
    row = min(max(row, asked), units - same + asked)
    before = _some(seed, "before", asked, row)
    after = [row + 1 + n for n in _some(seed, "after", same - 1 - asked, units - row - 1)]
    return [*before, row, *after]


def _some(seed: int, name: str, count: int, below: int) -> list[int]:
    """So many different numbers below a bound, ascending."""
    drawn = sorted(integer(seed, f"{name}/{n}", below - count + 1) for n in range(count))
    return [value + n for n, value in enumerate(drawn)]


def _other_request(
    seed: int, number: int, texts: Mapping[str, Any], asked: tuple[str, str]
) -> tuple[str, str]:
    for redraw in range(1_000):
        name = f"request/{number}/{redraw}"
        request = (
            choice(seed, f"{name}/form", texts["forms"]),
            choice(seed, f"{name}/subject", texts["subjects"]),
        )
        if request != asked:
            break
    return request


def _answer(draws: Stream, texts: Mapping[str, Any], language: str, sentences: int) -> str:
    words = GERMAN_WORDS if language == "de" else WORDS
    adjectives = GERMAN_ADJECTIVES if language == "de" else ADJECTIVES
    return " ".join(
        texts["sentences"][draws.below(len(texts["sentences"]))].format(
            city=CITIES[draws.below(len(CITIES))],
            a=adjectives[draws.below(len(adjectives))],
            x=words[draws.below(len(words))],
            y=words[draws.below(len(words))],
        )
        for _ in range(sentences)
    )


FAMILY = Family(
    kind="multi-round",
    summary="a conversation with several requests alike; return the answer to one, word for word",
    source="OpenAI MRCR (2025); Michelangelo (Vodrahalli et al. 2024), own wording",
    parameters=(
        Parameter(name="same", description="requests alike, 2 to 8; 4 by default"),
        Parameter(name="sentences", description="of each answer; 4 by default"),
    ),
    prepare=prepare,
    output_tokens=2_048,
    example='kind = "multi-round"\nsame = 4',
    no_control={"absent": "without one answer the others are counted differently"},
)
