"""A number stated twice in one block of sentences.

Source: Mohtashami & Jaggi 2023 (arXiv:2305.16300); InfiniteBench (Zhang et al. 2024). Own wording.
Their haystack is a noise block: ``haystack.source = "noise"``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from niah.tasks import Challenge, Family, Needle, Parameter, Task
from niah.tasks.parameters import in_language, whole_number
from niah.tasks.values import number_drawer

VERSION = "passkey-1"

TEXTS = {
    "en": {
        "needle": "The pass key is {value}. Keep it in mind. {value} is the pass key.",
        "question": "What is the pass key?",
        "instruction": (
            "A text follows that matters little, but a pass key stands in it. Find it and keep it "
            "in mind; you are asked for it afterwards. Answer with the pass key alone."
        ),
    },
    "de": {
        "needle": "Der Zugangscode lautet {value}. Merken Sie ihn sich. {value} ist der "
        "Zugangscode.",
        "question": "Wie lautet der Zugangscode?",
        "instruction": (
            "Es folgt ein Text, auf den es wenig ankommt, aber ein Zugangscode steht darin. Finden "
            "und merken Sie ihn sich; danach werden Sie nach ihm gefragt. Antworten Sie nur mit "
            "dem Zugangscode."
        ),
    },
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:
    """One block at the asked depth; see ``registry.prepare_task``."""
    texts = in_language(TEXTS, language, "passkey")
    digits = whole_number(parameters, "digits", 5, least=5, most=18)
    values = number_drawer(haystack, digits)

    def draw(seed: int) -> Challenge:
        value = values(seed, "value")
        return Challenge(
            needles=(Needle(text=texts["needle"].format(value=value)),),
            instruction=texts["instruction"],
            question=texts["question"],
            answers=(value,),
            answer_kind="number",
        )

    return Task(kind="passkey", version=VERSION, draw=draw)


FAMILY = Family(
    kind="passkey",
    summary="a number stated twice in one block; usually in the noise haystack",
    source="Mohtashami & Jaggi 2023; InfiniteBench (Zhang et al. 2024), own wording",
    parameters=(Parameter(name="digits", description="of the number; 5 by default"),),
    prepare=prepare,
    example='kind = "passkey"',
)
