"""Kinship statements in shuffled order and nothing else; name the eldest known ancestor.

Source: NeedleBench's Ancestral Trace Challenge (Li et al. 2024, arXiv:2407.11963), the
construction only. There, every statement is a step to follow, so that the number of steps grows
with the context. Here ``generations`` fixes it, and the statements of other families fill up; 0
makes all statements one line of descent, as there.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from niah.draws import Stream, choice
from niah.tasks import Challenge, Family, Parameter, Task, Writer, Written
from niah.tasks.made_words import made_name
from niah.tasks.parameters import in_language, whole_number
from niah.tasks.wording import PADDING

VERSION = "ancestral-trace-1"
MOST = 50_000
_OTHER_FAMILY = 12

TEXTS: Mapping[str, Mapping[str, Any]] = {
    "en": {
        "statements": (
            "{elder} is the father of {younger}.",
            "{elder} is the mother of {younger}.",
            "{younger} is a son of {elder}.",
            "{younger} is a daughter of {elder}.",
        ),
        "question": "Who is the eldest known ancestor of {name}?",
        "instruction": (
            "You are given statements about who descends from whom, in any order. Trace back one "
            "person's line as far as the statements go. Answer with the name of the eldest "
            "ancestor alone."
        ),
    },
    "de": {
        "statements": (
            "{elder} ist der Vater von {younger}.",
            "{elder} ist die Mutter von {younger}.",
            "{younger} ist ein Sohn von {elder}.",
            "{younger} ist eine Tochter von {elder}.",
        ),
        "question": "Wer ist der älteste bekannte Vorfahr von {name}?",
        "instruction": (
            "Sie erhalten Aussagen darüber, wer von wem abstammt, in beliebiger Reihenfolge. "
            "Verfolgen Sie die Linie einer Person so weit zurück, wie die Aussagen reichen. "
            "Antworten Sie nur mit dem Namen des ältesten Vorfahren."
        ),
    },
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:  # noqa: ARG001
    """As many statements as are asked for; see ``registry.prepare_task``."""
    texts = in_language(TEXTS, language, "ancestral-trace")
    generations = whole_number(parameters, "generations", 4, least=0, most=500)

    @lru_cache(maxsize=4)
    def write(seed: int, units: int, depth_percent: float) -> Written:  # noqa: ARG001
        steps = generations or units
        names = [made_name(seed, "name", n) for n in range(units + units // _OTHER_FAMILY + 3)]
        line, others = names[: steps + 1], names[steps + 1 :]
        pairs = list(zip(line[1:], line, strict=False))  # elder, younger
        while len(pairs) < units:
            size = min(_OTHER_FAMILY, units - len(pairs))
            family, others = others[: size + 1], others[size + 1 :]
            pairs += zip(family[1:], family, strict=False)
        statements = [
            choice(seed, f"statement/{n}", texts["statements"]).format(elder=elder, younger=younger)
            for n, (elder, younger) in enumerate(pairs)
        ]
        Stream(seed, f"order/{units}").shuffle(statements)
        return Written(
            text="\n".join(statements),
            begins=(),
            challenge=Challenge(
                needles=(),
                instruction=texts["instruction"],
                question=texts["question"].format(name=line[0]),
                answers=(line[-1],),
                forbidden=tuple(line[1:-1]),
            ),
        )

    return Task(
        kind="ancestral-trace",
        version=VERSION,
        draw=lambda seed: write(seed, generations or 4, 0).challenge,
        writer=Writer(write=write, least=max(2, generations), most=MOST, padding=PADDING[language]),
    )


FAMILY = Family(
    kind="ancestral-trace",
    summary="nothing but kinship statements in shuffled order; name the eldest known ancestor",
    source="NeedleBench ATC (Li et al. 2024), own wording",
    parameters=(
        Parameter(
            name="generations",
            description="steps from the person to the eldest ancestor, 4 by default; 0: as many as "
            "there are statements",
        ),
    ),
    prepare=prepare,
    has_depth=False,
    output_tokens=1_024,
    example='kind = "ancestral-trace"\ngenerations = 4',
    no_control={"absent": "without one statement the rest has another answer"},
)
