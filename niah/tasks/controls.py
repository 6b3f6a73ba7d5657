"""Controls: what a sweep's accuracy would be if nothing were read, or everything were easy.

Source: NoLiMa (Modarressi et al. 2025) for the fixed distance from the end; the absent needle after
OneRuler (Kim et al. 2025); the closed book and the needle alone are common practice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

from niah.tasks import Challenge, Family, Task

Control = Literal["no-context", "needle-only", "absent", "from-end"]

SUMMARIES: Mapping[Control, str] = {
    "no-context": "instruction and question without any text: guessing and memory",
    "needle-only": "what is planted and no haystack, or the smallest that the family writes: the "
    "ceiling",
    "absent": "the whole haystack without what answers the question: false answers",
    "from-end": "the needles in the last tokens of the haystack while the context grows: tells "
    "length from position",
}
CONTROLS: tuple[Control, ...] = tuple(SUMMARIES)

WITHOUT_HAYSTACK: frozenset[str] = frozenset({"no-context", "needle-only"})
"""Their prompts are as long as they come out; the context length of such a trial is just that."""

EACH_QUESTION: frozenset[Control] = frozenset({"no-context", "needle-only", "absent"})
"""Of fixed questions they ask each one: what is answered without the text is no find."""

DISTANCE_TOKENS = 500

NO_TEXT = {
    "en": "This time there is no text: answer from what you know, or guess.",
    "de": "Diesmal gibt es keinen Text: Antworten Sie aus Ihrem Wissen, oder raten Sie.",
}


def reasons_against(family: Family) -> dict[Control, str]:
    """The controls that mean nothing for a family, each with the reason."""
    reasons = {control: family.no_control.get(control, "") for control in CONTROLS}
    if not family.has_depth and not reasons["from-end"]:
        reasons["from-end"] = "depth means nothing here"
    return {control: reason for control, reason in reasons.items() if reason}


def reason_against(family: Family, task: Task, control: Control) -> str:
    """Why the control means nothing for a task of the family; empty when it means something."""
    reason = reasons_against(family).get(control, "")
    if not reason and control == "absent" and task.writer:
        reason = "it writes its own haystack and cannot leave out what is asked"
    return reason


def closed_book(challenge: Challenge, language: str) -> Challenge:
    """The challenge with nothing planted, and told so; answers and question stay."""
    told = NO_TEXT.get(language, NO_TEXT["en"])
    instruction = f"{challenge.instruction} {told}" if challenge.instruction else told
    return replace(challenge, instruction=instruction, needles=())


def withheld(challenge: Challenge) -> Challenge:
    """The challenge without the needles that answer it; distractors stay where they stood."""
    needles = tuple(needle for needle in challenge.needles if needle.role != "needle")
    return replace(challenge, needles=needles, withheld=True)


def without_answer(task: Task) -> Task:
    """The task whose haystacks do not hold what answers its questions."""
    return replace(task, draw=lambda seed: withheld(task.draw(seed)))


def needles_moved(task: Task, depth_percent: float, move: Callable[[float], float]) -> Task:
    """The task whose needles stand at other depths; of a written haystack, the task as it is.

    Args:
        task: Plants needles in a corpus, or writes its haystack.
        depth_percent: Of the trial.
        move: From the depth of a needle to its new one, 0..100.
    """

    def draw(seed: int) -> Challenge:
        challenge = task.draw(seed)
        return replace(
            challenge,
            needles=tuple(
                replace(
                    needle,
                    depth_percent=move(needle.depth_in(depth_percent)),
                    turn_percent=0.0,
                    sway=0.0,
                )
                for needle in challenge.needles
            ),
        )

    return task if task.writer else replace(task, draw=draw)
