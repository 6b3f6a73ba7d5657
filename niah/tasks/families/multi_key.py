"""Several keys with a value each, one of them asked for; up to a haystack of nothing else.

Source: RULER niah_multikey_1 to _3 (Hsieh et al. 2024, arXiv:2404.06654). Own wording.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from niah.tasks import Challenge, Family, Lines, Needle, Parameter, Task
from niah.tasks.keys import key_at
from niah.tasks.lines import asked, lines_needed, other_keys, other_numbers, other_uuids
from niah.tasks.parameters import in_language, option, whole_number
from niah.tasks.placing import AXES, PARAMETERS, PLACEMENTS, place
from niah.tasks.values import number, number_drawer, uuid

VERSION = "multi-key-1"
LINES_VERSION = "multi-key-lines-2"
VARIANTS = ("essay", "lines", "uuid-lines")
MOST_KEYS = 1_000
_TOKENS_OF_LINE = 14
_TOKENS_OF_UUID_LINE = 40

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

    if variant == "essay":
        return Task(kind="multi-key", version=VERSION, draw=draw)
    uuids = variant == "uuid-lines"
    form, question = (
        texts[name] for name in (("code", "code-question") if uuids else ("needle", "question"))
    )

    def draw_line(seed: int) -> Challenge:
        key, value = _asked_pair(seed, language, uuids=uuids)
        return Challenge(
            needles=(Needle(text=form.format(key=key, value=value), own_paragraph=True),),
            instruction=texts["instruction"],
            question=question.format(key=key),
            answers=(value,),
            answer_kind="code" if uuids else "number",
        )

    def write(longest_context: int) -> list[str]:
        pairs = _other_pairs(longest_context, language, uuids=uuids)
        return [form.format(key=key, value=value) for key, value in pairs]

    return Task(kind="multi-key", version=LINES_VERSION, draw=draw_line, lines=Lines(write=write))


def _asked_pair(seed: int, language: str, *, uuids: bool) -> tuple[str, str]:
    if uuids:
        return uuid(seed, "key/0"), uuid(seed, "value/0")
    return (
        asked(lambda seed: key_at(seed, "key", 0, language), seed),
        asked(lambda seed: number(seed, "value/0"), seed),
    )


def _other_pairs(longest_context: int, language: str, *, uuids: bool) -> Iterator[tuple[str, str]]:
    tokens = _TOKENS_OF_UUID_LINE if uuids else _TOKENS_OF_LINE
    count = lines_needed(longest_context, tokens)
    if uuids:
        codes = other_uuids(LINES_VERSION, 2 * count)
        return zip(codes[::2], codes[1::2], strict=True)
    keys = other_keys(language, count, within=longest_context // tokens)
    return zip(keys, other_numbers(count), strict=True)


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
