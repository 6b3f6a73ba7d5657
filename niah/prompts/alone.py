"""The prompt of a trial that has nothing in common with another one."""

from __future__ import annotations

from niah.prompts import Layout, Prompt
from niah.prompts.compose import compose
from niah.prompts.index import CorpusIndex
from niah.prompts.turns import compose_turns
from niah.prompts.writing import compose_written
from niah.tasks import Challenge, Task


def compose_alone(
    index: CorpusIndex,
    task: Task,
    *,
    context_length: int,
    depth_percent: float,
    layout: Layout,
    seed: int,
    like_tokens: int | None = None,
) -> tuple[Challenge, Prompt]:
    """What a trial plants and asks, and the prompt that does it in exactly so many tokens.

    Args:
        index: The corpus under the model's tokenizer.
        task: Draws the challenge, or writes the haystack.
        context_length: Tokens of all message contents, each encoded on its own.
        depth_percent: The trial's depth, 0..100.
        layout: What stands around the haystack.
        seed: Of the trial.
        like_tokens: Begin where the prompt of so many tokens begins; None = any stretch.

    Raises:
        PromptRefused: if there is no prompt of exactly that length; the message says why.
    """
    if task.writer is not None:
        return compose_written(
            index,
            task.writer,
            context_length=context_length,
            depth_percent=depth_percent,
            layout=layout,
            seed=seed,
        )
    challenge = task.draw(seed)

    def in_one_message(tokens: int, like_tokens: int | None = None) -> Prompt:
        return compose(
            index,
            context_length=tokens,
            depth_percent=depth_percent,
            challenge=challenge,
            layout=layout,
            seed=seed,
            like_tokens=like_tokens,
        )

    def in_turns(tokens: int, like_tokens: int | None = None) -> tuple[Prompt, int]:
        """The prompt, and the tokens of the one message that it was cut from."""
        whole: list[int] = []

        def note(tokens: int) -> Prompt:
            whole.append(tokens)
            return in_one_message(tokens, like_tokens)

        prompt = compose_turns(
            note, index, context_length=tokens, challenge=challenge, layout=layout
        )
        return prompt, whole[-1]

    if layout.turns == 1:
        return challenge, in_one_message(context_length, like_tokens)
    if like_tokens is not None:
        like_tokens = in_turns(like_tokens)[1]
    return challenge, in_turns(context_length, like_tokens)[0]
