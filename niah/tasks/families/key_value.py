"""A JSON object of UUID pairs, one value asked for.

Source: key-value retrieval of Lost in the Middle (Liu et al. 2023, arXiv:2307.03172). Own wording.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

from niah.tasks import Challenge, Family, Needle, Task, Writer, Written
from niah.tasks.controls import withheld
from niah.tasks.parameters import in_language
from niah.tasks.values import uuid
from niah.tasks.wording import PADDING

VERSION = "key-value-1"

TEXTS = {
    "en": {
        "question": 'What is the value of the key "{key}"?',
        "instruction": (
            "You are given a JSON object whose keys and values are UUIDs. Afterwards you are asked "
            "for one value. Answer with the value alone."
        ),
    },
    "de": {
        "question": 'Welchen Wert hat der Schlüssel "{key}"?',
        "instruction": (
            "Sie erhalten ein JSON-Objekt, dessen Schlüssel und Werte UUIDs sind. Danach werden "
            "Sie nach einem Wert gefragt. Antworten Sie nur mit dem Wert."
        ),
    },
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:  # noqa: ARG001
    """An object as large as it is asked to be; see ``registry.prepare_task``."""
    texts = in_language(TEXTS, language, "key-value")

    def write(seed: int, units: int, depth_percent: float) -> Written:
        pair = _pair(seed)
        pairs = [pair(number) for number in range(1, units)]
        row = round(depth_percent * (units - 1) / 100)
        asked = pair(0)
        text, begins = json_object([*pairs[:row], asked, *pairs[row:]], [row])
        return Written(text=text, begins=begins, challenge=challenge(asked))

    def without(seed: int, units: int, depth_percent: float) -> Written:  # noqa: ARG001
        pair = _pair(seed)
        text, _ = json_object([pair(number) for number in range(1, units + 1)], [])
        return Written(text=text, begins=(), challenge=withheld(challenge(pair(0))))

    def challenge(asked: tuple[str, str]) -> Challenge:
        return Challenge(
            needles=(Needle(text=entry(*asked)),),
            instruction=texts["instruction"],
            question=texts["question"].format(key=asked[0]),
            answers=(asked[1],),
            answer_kind="code",
        )

    return Task(
        kind="key-value",
        version=VERSION,
        draw=lambda seed: write(seed, 4, 50).challenge,
        writer=Writer(write=write, least=2, padding=PADDING[language], without=without),
    )


@lru_cache(maxsize=4)
def _pair(seed: int) -> Callable[[int], tuple[str, str]]:
    """Draws the pairs of a trial, each once however often its haystack is tried for size."""

    @cache
    def pair(number: int) -> tuple[str, str]:
        return uuid(seed, f"key/{number}"), uuid(seed, f"value/{number}")

    return pair


def entry(key: str, value: str) -> str:
    """One pair as JSON."""
    return f'"{key}": "{value}"'


def json_object(pairs: list[tuple[str, str]], rows: list[int]) -> tuple[str, tuple[int, ...]]:
    """A JSON object with a pair a line, and where the pairs in some rows begin."""
    lines = [entry(key, value) for key, value in pairs]
    starts = [2]
    for line in lines:
        starts.append(starts[-1] + len(line) + 2)
    return "{\n" + ",\n".join(lines) + "\n}", tuple(starts[row] for row in rows)


FAMILY = Family(
    kind="key-value",
    summary="a JSON object of UUID pairs, as large as the context; one value asked for",
    source="Lost in the Middle (Liu et al. 2023), own wording",
    parameters=(),
    prepare=prepare,
    example='kind = "key-value"',
)
