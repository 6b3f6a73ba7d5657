"""Several keys with a value each, one of them asked for; up to a haystack of nothing else.

Source: RULER niah_multikey_1 to _3 (Hsieh et al. 2024, arXiv:2404.06654). Own wording.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

from niah.tasks import Challenge, Family, Needle, Parameter, Task, Writer, Written
from niah.tasks.controls import withheld
from niah.tasks.keys import key_at
from niah.tasks.parameters import in_language, option, whole_number
from niah.tasks.placing import AXES, PARAMETERS, PLACEMENTS, place
from niah.tasks.values import number, number_drawer, uuid
from niah.tasks.wording import PADDING

VERSION = "multi-key-1"
VARIANTS = ("essay", "lines", "uuid-lines")
MOST_KEYS = 1_000

TEXTS = {
    "en": {
        "needle": "The special number of {key} is {value}.",
        "code": "The special code of {key} is {value}.",
        "question": "What is the special number of {key}?",
        "code-question": "What is the special code of {key}?",
        "instruction": (
            "You are given a long text in which several names have a special number or code. "
            "Afterwards you are asked for one of them. Answer in one short sentence."
        ),
    },
    "de": {
        "needle": "Die Sonderzahl von {key} lautet {value}.",
        "code": "Der Sondercode von {key} lautet {value}.",
        "question": "Wie lautet die Sonderzahl von {key}?",
        "code-question": "Wie lautet der Sondercode von {key}?",
        "instruction": (
            "Sie erhalten einen langen Text, in dem mehrere Namen eine Sonderzahl oder einen "
            "Sondercode haben. Danach werden Sie nach einem davon gefragt. Antworten Sie in einem "
            "kurzen Satz."
        ),
    },
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:
    """Keys in a corpus, or a haystack of keys; see ``registry.prepare_task``."""
    texts = in_language(TEXTS, language, "multi-key")
    variant = option(parameters, "variant", VARIANTS)
    keys = whole_number(parameters, "keys", 4, least=2, most=MOST_KEYS)
    placement = option(parameters, "placement", PLACEMENTS)
    axis = option(parameters, "axis", AXES)
    values = number_drawer(haystack)

    def draw(seed: int) -> Challenge:
        pairs = [
            (key_at(seed, "key", n, language), values(seed, f"value/{n}")) for n in range(keys)
        ]
        needles = [
            Needle(
                text=texts["needle"].format(key=key, value=value),
                role="distractor" if n else "needle",
                asked=not n,
            )
            for n, (key, value) in enumerate(pairs)
        ]
        return Challenge(
            needles=place(needles, placement=placement, axis=axis, seed=seed),
            instruction=texts["instruction"],
            question=texts["question"].format(key=pairs[0][0]),
            answers=(pairs[0][1],),
            forbidden=tuple(value for _, value in pairs[1:]),
            answer_kind="number",
        )

    uuids = variant == "uuid-lines"

    def write(seed: int, units: int, depth_percent: float) -> Written:
        return _lines(seed, units, depth_percent, language, texts, uuids=uuids)

    def without(seed: int, units: int, depth_percent: float) -> Written:  # noqa: ARG001
        return _lines_without(seed, units, language, texts, uuids=uuids)

    if variant == "essay":
        return Task(kind="multi-key", version=VERSION, draw=draw)
    writer = Writer(
        write=write,
        least=2,
        padding=in_language(PADDING, language, "multi-key"),
        without=without,
    )
    return Task(
        kind="multi-key",
        version=VERSION,
        draw=lambda seed: write(seed, keys, 50).challenge,
        writer=writer,
    )


def _lines(
    seed: int,
    units: int,
    depth_percent: float,
    language: str,
    texts: Mapping[str, str],
    *,
    uuids: bool,
) -> Written:
    pair = _pair(seed, language, uuids)
    form = texts["code" if uuids else "needle"]
    others = [form.format(key=key, value=value) for key, value in map(pair, range(1, units))]
    row = round(depth_percent * (units - 1) / 100)
    challenge = _asked_line(pair(0), texts, uuids=uuids)
    lines = [*others[:row], challenge.needles[0].text, *others[row:]]
    begin = sum(map(len, lines[:row])) + row
    return Written(text="\n".join(lines), begins=(begin,), challenge=challenge)


def _lines_without(
    seed: int, units: int, language: str, texts: Mapping[str, str], *, uuids: bool
) -> Written:
    pair = _pair(seed, language, uuids)
    form = texts["code" if uuids else "needle"]
    lines = [form.format(key=key, value=value) for key, value in map(pair, range(1, units + 1))]
    challenge = withheld(_asked_line(pair(0), texts, uuids=uuids))
    return Written(text="\n".join(lines), begins=(), challenge=challenge)


def _asked_line(asked: tuple[str, str], texts: Mapping[str, str], *, uuids: bool) -> Challenge:
    key, value = asked
    return Challenge(
        needles=(Needle(text=texts["code" if uuids else "needle"].format(key=key, value=value)),),
        instruction=texts["instruction"],
        question=texts["code-question" if uuids else "question"].format(key=key),
        answers=(value,),
        answer_kind="code" if uuids else "number",
    )


@lru_cache(maxsize=4)
def _pair(seed: int, language: str, uuids: bool) -> Callable[[int], tuple[str, str]]:
    """Draws the pairs of a trial, each once however often its haystack is tried for size."""

    @cache
    def pair(n: int) -> tuple[str, str]:
        if uuids:
            return uuid(seed, f"key/{n}"), uuid(seed, f"value/{n}")
        return key_at(seed, "key", n, language), number(seed, f"value/{n}")

    return pair


FAMILY = Family(
    kind="multi-key",
    summary="several keys with a number each, one of them asked for",
    source="RULER niah_multikey_1 to 3 (Hsieh et al. 2024), own wording",
    parameters=(
        Parameter(
            name="variant",
            description="essay (keys in the haystack), lines (the haystack is nothing but keys "
            "with numbers), uuid-lines (UUIDs for both); essay by default",
        ),
        Parameter(name="keys", description="how many in an essay; 4 by default"),
        *PARAMETERS,
    ),
    prepare=prepare,
    example='kind = "multi-key"\nkeys = 4\nplacement = "random"',
)
