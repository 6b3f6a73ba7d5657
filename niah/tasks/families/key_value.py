"""A JSON object of UUID pairs, one value asked for.

Source: key-value retrieval of Lost in the Middle (Liu et al. 2023, arXiv:2307.03172). Own wording.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from niah.tasks import Challenge, Family, Lines, Needle, Task
from niah.tasks.lines import lines_needed, other_uuids
from niah.tasks.parameters import in_language
from niah.tasks.values import uuid

VERSION = "key-value-2"
_TOKENS_OF_ENTRY = 40

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

    def draw(seed: int) -> Challenge:
        key, value = uuid(seed, "key/0"), uuid(seed, "value/0")
        return Challenge(
            needles=(Needle(text=entry(key, value), own_paragraph=True),),
            instruction=texts["instruction"],
            question=texts["question"].format(key=key),
            answers=(value,),
            answer_kind="code",
        )

    return Task(
        kind="key-value",
        version=VERSION,
        draw=draw,
        lines=Lines(write=entries, parted_by=",\n", fence=("{", "}")),
    )


def entries(longest_context: int) -> list[str]:
    """Pairs that are not asked for."""
    count = lines_needed(longest_context, _TOKENS_OF_ENTRY)
    uuids = other_uuids(VERSION, 2 * count)
    return [entry(key, value) for key, value in zip(uuids[::2], uuids[1::2], strict=True)]


def entry(key: str, value: str) -> str:
    """One pair as JSON."""
    return f'"{key}": "{value}"'


FAMILY = Family(
    kind="key-value",
    summary="a JSON object of UUID pairs, as large as the context; one value asked for",
    source="Lost in the Middle (Liu et al. 2023), own wording",
    parameters=(),
    prepare=prepare,
    example='kind = "key-value"',
)
