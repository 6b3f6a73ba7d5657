"""Several keys in one text, one of which is asked for: another task than a single needle.

The keys that are not asked for are distractors: stating one of their values is a wrong answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from niah.draws import derive_seed
from niah.errors import TaskError
from niah.tasks import Challenge, Task

REDRAWS = 100


def pack(
    task: Task, seeds: Sequence[int], depth_percents: Sequence[float], asked: int
) -> Challenge:
    """The challenge of a text with a needle at each depth, which asks for one of them.

    Args:
        task: Draws each needle; it has one needle and no answer in the haystack.
        seeds: One for each needle; the same ones give the same needles whatever is asked.
        depth_percents: Where each stands.
        asked: Which of them is asked for.

    Raises:
        TaskError: if no needles with different questions and answers can be drawn.
    """
    drawn: list[Challenge] = []
    for seed in seeds:
        drawn.append(_another(task, seed, drawn))
    wanted = drawn[asked]
    return replace(
        wanted,
        needles=tuple(
            replace(
                challenge.needles[0],
                role="needle" if number == asked else "distractor",
                depth_percent=depth,
                asked=number == asked,
            )
            for number, (challenge, depth) in enumerate(zip(drawn, depth_percents, strict=True))
        ),
        forbidden=(
            *wanted.forbidden,
            *(answer for other in drawn if other is not wanted for answer in other.answers),
        ),
    )


def _another(task: Task, seed: int, drawn: Sequence[Challenge]) -> Challenge:
    questions = {challenge.question for challenge in drawn}
    answers = {answer for challenge in drawn for answer in challenge.answers}
    for redraw in range(REDRAWS):
        challenge = task.draw(derive_seed(seed, redraw) if redraw else seed)
        if challenge.question not in questions and answers.isdisjoint(challenge.answers):
            return challenge
    raise TaskError(
        f'sampling.sharing = "packed" needs needles that each have a question and an answer of '
        f"their own, and this task has no {len(drawn) + 1}; let the needle's text and question "
        "have a {word} or a {city}, and its answer a {number}"
    )
