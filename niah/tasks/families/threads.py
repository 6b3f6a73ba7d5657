"""Follow a thread: each entry's value is the next entry's key.

Source: Needle Threading (Roberts et al. 2024, arXiv:2411.05000). Own wording: sentences in a
haystack in place of one JSON object.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from niah.draws import permutation
from niah.tasks import Challenge, Family, Needle, Parameter, Task
from niah.tasks.parameters import in_language, option, whole_number
from niah.tasks.values import uuid

VERSION = "threads-1"
PARAMETERS = (
    Parameter(name="steps", description="entries to follow, 1 to 32; 4 by default"),
    Parameter(name="threads", description="how many threads there are, 1 to 8; 1 by default"),
    Parameter(
        name="direction",
        description="forward (default), backward or random: how the entries stand in the text",
    ),
)
INSTRUCTIONS: Mapping[str, str] = {
    "en": (
        "You are given a long text in which entries point to other entries, and a question. Follow "
        "the entries and answer from the text with the last identifier alone."
    ),
    "de": (
        "Sie erhalten einen langen Text, in dem Einträge auf andere Einträge verweisen, und eine "
        "Frage. Folgen Sie den Einträgen und antworten Sie anhand des Textes nur mit der letzten "
        "Kennung."
    ),
}
NEEDLES: Mapping[str, str] = {
    "en": "The entry {key} points to {value}.",
    "de": "Der Eintrag {key} verweist auf {value}.",
}
QUESTIONS: Mapping[str, str] = {
    "en": (
        "Begin at the entry {key} and follow the entries until one points to an identifier that is "
        "no entry itself. Which identifier is that?"
    ),
    "de": (
        "Beginnen Sie beim Eintrag {key} und folgen Sie den Einträgen, bis einer auf eine Kennung "
        "verweist, die selbst kein Eintrag ist. Welche Kennung ist das?"
    ),
}


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:  # noqa: ARG001
    """The entries evenly over the whole text."""
    steps = whole_number(parameters, "steps", 4, least=1, most=32)
    threads = whole_number(parameters, "threads", 1, least=1, most=8)
    direction = option(parameters, "direction", ("forward", "backward", "random"))
    instruction = in_language(INSTRUCTIONS, language, "threads")
    sentence = in_language(NEEDLES, language, "threads")
    question = in_language(QUESTIONS, language, "threads")

    def draw(seed: int) -> Challenge:
        needles: list[Needle] = []
        ends: list[str] = []
        for thread in range(threads):
            own = [uuid(seed, f"thread/{thread}/{step}") for step in range(steps + 1)]
            ends.append(own[-1])
            texts = [sentence.format(key=key, value=value) for key, value in pairwise(own)]
            if direction == "backward":
                texts.reverse()
            if direction == "random":
                texts = [texts[k] for k in permutation(seed, f"order/{thread}", steps)]
            needles += [
                Needle(
                    text=text,
                    role="distractor" if thread else "needle",
                    depth_percent=100 * (step + (1 + thread) / (1 + threads)) / steps,
                )
                for step, text in enumerate(texts)
            ]
        return Challenge(
            needles=tuple(needles),
            instruction=instruction,
            question=question.format(key=uuid(seed, "thread/0/0")),
            answers=(ends[0],),
            forbidden=tuple(
                [uuid(seed, f"thread/0/{step}") for step in range(1, steps)] + ends[1:]
            ),
            answer_kind="code",
        )

    return Task(kind="threads", version=VERSION, draw=draw)


FAMILY = Family(
    kind="threads",
    summary="entries that point to entries; where the thread ends",
    source="Needle Threading (Roberts et al. 2024), own wording",
    parameters=PARAMETERS,
    prepare=prepare,
    has_depth=False,
    example='kind = "threads"\nsteps = 4',
)
