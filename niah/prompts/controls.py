"""Prompts of the controls: without a haystack, without an answer, or with needles near its end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from niah.errors import PromptRefused
from niah.prompts import Layout, Message, Prompt
from niah.prompts.alone import compose_alone
from niah.prompts.frames import assemble, build_frame
from niah.prompts.index import CorpusIndex
from niah.prompts.planting import Haystack
from niah.prompts.writing import written_prompt
from niah.tasks import Challenge, Task, Writer
from niah.tasks.controls import Control, closed_book, needles_moved, without_answer

_TRIES = 64


def compose_control(
    index: CorpusIndex,
    task: Task,
    control: Control,
    *,
    context_length: int,
    depth_percent: float,
    distance_tokens: int,
    layout: Layout,
    language: str,
    seed: int,
    like_tokens: int | None = None,
) -> tuple[Challenge, Prompt]:
    """What a trial of a control plants and asks, and the prompt that does it.

    Args:
        index: The corpus under the model's tokenizer.
        task: What it is a control of; the control means something for it.
        control: Without a haystack, length and depth say nothing: the prompt is as long as it is.
        context_length: Tokens of all message contents, each encoded on its own.
        depth_percent: The trial's depth, 0..100; from-end counts it within the last tokens.
        distance_tokens: Of the haystack, for from-end: so many are the last.
        layout: What stands around the haystack; one without a haystack is in one message.
        language: Of the question.
        seed: Of the trial.
        like_tokens: Begin where the prompt of so many tokens begins; None = any stretch.

    Raises:
        PromptRefused: if there is no prompt of exactly that length; the message says why.
    """
    if control == "no-context":
        challenge = closed_book(task.draw(seed), language)
        return challenge, _question_alone(index, challenge, layout)
    if control == "needle-only":
        if task.writer is not None:
            return _smallest(index, task.writer, layout, seed)
        challenge = task.draw(seed)
        return challenge, _needles_alone(index, challenge, layout, depth_percent)

    def whole(changed: Task, depth_percent: float) -> tuple[Challenge, Prompt]:
        return compose_alone(
            index,
            changed,
            context_length=context_length,
            depth_percent=depth_percent,
            layout=layout,
            seed=seed,
            like_tokens=like_tokens,
        )

    if control == "absent":
        return whole(without_answer(task), depth_percent)

    def near_end(share: float) -> tuple[Challenge, Prompt]:
        changed = needles_moved(task, depth_percent, lambda depth: 100 - share * (100 - depth))
        return whole(changed, 100 - share * (100 - depth_percent))

    return _from_end(near_end, distance_tokens)


def _question_alone(index: CorpusIndex, challenge: Challenge, layout: Layout) -> Prompt:
    texts = (text for text in (challenge.instruction, challenge.question) if text)
    user = Message(role="user", content="\n\n".join(texts))
    system = () if layout.system is None else (Message(role="system", content=layout.system),)
    prompt = Prompt(messages=(*system, user), tokens=0, haystack_tokens=0, placements=())
    return _counted(index, prompt)


def _needles_alone(
    index: CorpusIndex, challenge: Challenge, layout: Layout, depth_percent: float
) -> Prompt:
    """The needles in the order in which they would stand in a haystack."""
    asked = tuple(needle.depth_in(depth_percent) for needle in challenge.needles)
    frame = build_frame(index, challenge=challenge, layout=layout, asked=asked, context_length=0)
    empty = Haystack(first=0, last=0, places=(0,) * len(asked))
    prompt = assemble(index, frame, empty, challenge=challenge, layout=layout, context_length=0)
    return _counted(index, prompt)


def _smallest(
    index: CorpusIndex, writer: Writer, layout: Layout, seed: int
) -> tuple[Challenge, Prompt]:
    written = writer.write(seed, writer.least, 0)
    prompt = written_prompt(index, written, layout, depth_percent=0)
    return written.challenge, _counted(index, prompt)


def _counted(index: CorpusIndex, prompt: Prompt) -> Prompt:
    return replace(prompt, tokens=sum(index.count(one.content) for one in prompt.messages))


def _from_end(
    near_end: Callable[[float], tuple[Challenge, Prompt]], distance_tokens: int
) -> tuple[Challenge, Prompt]:
    """The prompt whose needles stand within so many tokens from the end of its haystack.

    There they stand as they would in a haystack of that length. In one that is no longer they
    stand as ever.

    Args:
        near_end: The prompt whose needles have this share of their distance from the end.
        distance_tokens: Most haystack tokens behind any needle.
    """
    found, window = near_end(1.0), float(distance_tokens)
    for _ in range(_TRIES):
        total = found[1].haystack_tokens
        if total <= distance_tokens:
            return found
        found = near_end(max(0.0, window) / total)
        total = found[1].haystack_tokens
        offsets = [one.token_offset for one in found[1].placements if one.role == "needle"]
        excess = total - min(offsets, default=total) - distance_tokens
        if excess <= 0:
            return found
        window -= excess
    raise PromptRefused(
        f"no needle can stand within the last {distance_tokens:,} tokens; ask for more in "
        "prompt.control_distance_tokens"
    )
