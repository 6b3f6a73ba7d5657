"""A haystack split over several messages of the user, exact to the token.

A prompt is composed as one message first, a little shorter than asked, and cut between sentences
into parts of about the same length. Each part has the wrapper of its own, the assistant confirms
each but the last, and the question stands where the layout says. What the cuts cost in tokens is
known only when every message is encoded; so the first prompt is composed anew, some tokens longer
or shorter, until all messages together are exact. Where that does not happen soon, a few dots after
the assistant's last reply make up the rest.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from niah.errors import PromptRefused
from niah.prompts import Layout, Message, Placement, Prompt
from niah.prompts.frames import as_wrapped, texts_around
from niah.prompts.index import CorpusIndex
from niah.prompts.sentences import sentence_gaps
from niah.tasks import Challenge

_TRIES = 24
_MOST_DOTS = 16
_VARIANTS = 8


def compose_turns(
    compose: Callable[[int], Prompt],
    index: CorpusIndex,
    *,
    context_length: int,
    challenge: Challenge,
    layout: Layout,
) -> Prompt:
    """The prompt of a trial with its haystack split over ``layout.turns`` messages.

    Args:
        compose: The prompt of so many tokens in one message, its needles in one haystack.
        index: What counts.
        context_length: Tokens of all message contents, each encoded on its own.
        challenge: What is planted and asked.
        layout: What stands around the haystack.

    Raises:
        PromptRefused: if there is no prompt of exactly that length; the message says why.
    """
    tried: set[int] = set()
    tokens = context_length
    nearly: tuple[Prompt, int] | None = None
    for _ in range(_TRIES):
        tokens = min(
            (near for near in range(tokens - _TRIES, tokens + _TRIES) if near not in tried),
            key=lambda near: abs(near - tokens),
        )
        tried.add(tokens)
        try:
            base = compose(tokens)
        except PromptRefused as refusal:
            if len(tried) == 1:
                raise
            raise PromptRefused(
                f"context length {context_length:,} is too short for {layout.turns} turns: "
                f"{refusal}"
            ) from None
        missing = 0
        for variant in range(_VARIANTS):
            prompt = _split(base, challenge, layout, variant)
            if prompt is None:
                break
            counted = sum(index.count(message.content) for message in prompt.messages)
            if counted == context_length:
                return replace(prompt, tokens=context_length)
            missing = missing or context_length - counted
            if 0 < context_length - counted < (nearly[1] if nearly else _MOST_DOTS):
                nearly = prompt, context_length - counted
            if abs(context_length - counted) > layout.turns:
                break  # no other cut makes up for that
        if not missing:
            raise PromptRefused(
                f"context length {context_length:,} has too few sentences for {layout.turns} "
                "turns; ask for fewer in prompt.turns"
            )
        tokens += missing
    if nearly is not None:
        prompt, short = nearly
        last = len(prompt.messages) - 2  # the assistant's last reply
        for dots in range(1, short + 2):
            messages = list(prompt.messages)
            reply = messages[last].content + " ." * dots
            messages[last] = replace(messages[last], content=reply)
            if sum(index.count(message.content) for message in messages) == context_length:
                return replace(prompt, messages=tuple(messages), tokens=context_length)
    raise PromptRefused(
        f"no split into {layout.turns} turns makes exactly {context_length:,} tokens; ask for a "
        "few tokens more or less"
    )


def _split(base: Prompt, challenge: Challenge, layout: Layout, variant: int) -> Prompt | None:
    """The prompt with its one user message cut into turns; None when there are too few gaps."""
    *system, user = base.messages
    before, after = texts_around(challenge, layout)
    closing = "".join(after)
    haystack = user.content[len(before) : len(user.content) - len(closing)]
    cuts = _cuts(
        haystack, layout.turns, _needle_spans(base, challenge, layout, len(before)), variant
    )
    if cuts is None:
        return None
    bare = replace(challenge, instruction="", question="")
    opening, ends = texts_around(bare, layout)
    messages: list[Message] = []
    moved: list[Placement | None] = [None] * len(base.placements)
    begin = 0
    for turn, (end, following) in enumerate([*cuts, (len(haystack), len(haystack))]):
        first, last = turn == 0, turn == layout.turns - 1
        head = before if first else opening
        tail = closing if last else "".join(ends)
        content = head + haystack[begin:end] + tail
        stripped = content.strip()
        lost = len(content) - len(content.lstrip())
        messages.append(Message(role="user", content=stripped))
        if not last:
            messages.append(Message(role="assistant", content=layout.reply))
        for number, placement in enumerate(base.placements):
            at = placement.char_offset - len(before)
            if begin <= at < max(end, begin + 1) or (last and at >= begin):
                moved[number] = replace(
                    placement, char_offset=len(head) + at - begin - lost, turn=turn
                )
        begin = following
    return replace(
        base,
        messages=(*system, *messages),
        placements=tuple(new or old for new, old in zip(moved, base.placements, strict=True)),
    )


def _needle_spans(
    base: Prompt, challenge: Challenge, layout: Layout, begin: int
) -> list[tuple[int, int]]:
    return [
        (
            placement.char_offset - begin,
            placement.char_offset - begin + len(as_wrapped(needle.text, layout.wrapper)),
        )
        for needle, placement in zip(challenge.needles, base.placements, strict=True)
    ]


def _cuts(
    haystack: str, turns: int, needles: list[tuple[int, int]], variant: int
) -> list[tuple[int, int]] | None:
    """Where parts end and the next ones begin: the gaps nearest to equal parts, in no needle.

    Further variants move one cut after the other to the next nearest gap.
    """
    gaps = [
        (end, start)
        for end, start in sentence_gaps(haystack)[1:-1]
        if not any(first < end < last for first, last in needles)
    ]
    cuts: list[tuple[int, int]] = []
    for part in range(1, turns):
        target = part * len(haystack) / turns
        later = [gap for gap in gaps if not cuts or gap[0] > cuts[-1][0]]
        if len(later) < turns - part:
            return None
        usable = later[: len(later) - (turns - part - 1)]
        usable.sort(key=lambda gap: abs(gap[0] - target))
        rank = variant // (turns - 1) + (variant % (turns - 1) >= part)
        cuts.append(usable[min(rank, len(usable) - 1)])
    return cuts
