"""What stands around a haystack, and a prompt made of both."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from niah.prompts import Layout, Message, Placement, Prompt, Wrapper
from niah.prompts.index import CorpusIndex
from niah.prompts.planting import Haystack, Insert, Laid, planted
from niah.prompts.tally import count, write
from niah.tasks import Challenge

_BREAK = "\n\n"
_WRAPPERS = {
    "xml": ("<text>\n", "\n", "</text>"),
    "plain": ("", "\n", ""),
    "markdown": ("# Text\n\n", "\n", ""),
    "json": ('{"text": "', "", '"}'),
}
"""By the layout's wrapper: what opens a haystack, what stands right behind it, what closes it."""
_MARKDOWN_QUESTION = "# Question\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What is the same for every haystack that is tried.

    Attributes:
        before: The text before the haystack; it ends in a line feed.
        after: A line feed, and the texts after it.
        order: Of the challenge's needles, in which they stand.
        needles: As they are written, in that order.
        depths: Their asked depths in percent, ascending.
        wanted: Tokens that the user message has to have.
    """

    before: str
    after: tuple[str, str, str]
    order: tuple[int, ...]
    needles: tuple[Insert, ...]
    depths: tuple[float, ...]
    wanted: int


def texts_around(
    challenge: Challenge,
    layout: Layout,
    *,
    fence: tuple[str, str] | None = None,
    padding: str = "",
) -> tuple[str, tuple[str, str, str]]:
    """What stands before and after the haystack in the user message.

    Args:
        challenge: What is asked.
        layout: Where, and the haystack's wrapper.
        fence: What stands on lines of their own inside the wrapper; see `Corpus`.
        padding: A line before the wrapper that the reader is told to skip.
    """
    question, position = challenge.question, layout.question_position
    opening, end, closing = _WRAPPERS[layout.wrapper]
    if fence is not None:
        first, last = (as_wrapped(line, layout.wrapper) for line in fence)
        closing = last + (end + closing if closing else "")
        end = as_wrapped("\n", layout.wrapper)
        opening += first + end
    closing_break = closing + (_BREAK if closing else "\n")
    if layout.wrapper == "markdown":
        closing_break += _MARKDOWN_QUESTION
    before = challenge.instruction + _BREAK if challenge.instruction else ""
    if question and position != "after":
        before += question + _BREAK
    if padding:
        before += padding + _BREAK
    if question and position != "before":
        return before + opening, (end, closing_break, question)
    return before + opening, (end, closing, "")


def as_wrapped(text: str, wrapper: Wrapper) -> str:
    """A needle or a haystack as it reads inside the wrapper: escaped in JSON, else as it is."""
    return json.dumps(text, ensure_ascii=False)[1:-1] if wrapper == "json" else text


def surplus_of(
    index: CorpusIndex, frame: Frame, haystack: Haystack, laid: Laid | None = None
) -> int:
    """Tokens that the user message has too many; negative = too few.

    Args:
        laid: What ``planted`` says of the haystack, where that is known.
    """
    pieces, _ = laid or planted(index, haystack, frame.needles)
    return count(index, [frame.before, *pieces, *frame.after]) - frame.wanted


def build_frame(
    index: CorpusIndex,
    *,
    challenge: Challenge,
    layout: Layout,
    asked: Sequence[float],
    context_length: int,
    padding: str = "",
) -> Frame:
    """What the challenge and the layout put around a haystack.

    Args:
        index: The corpus under the model's tokenizer.
        challenge: What is planted and asked.
        layout: What stands around the haystack.
        asked: Depth of each needle in percent, in the challenge's order.
        context_length: Tokens of all message contents.
        padding: See `texts_around`.
    """
    before, after = texts_around(challenge, layout, fence=index.corpus.fence, padding=padding)
    blank_line = as_wrapped(_BREAK, layout.wrapper)
    order = tuple(sorted(range(len(asked)), key=asked.__getitem__))
    return Frame(
        before=before,
        after=after,
        order=order,
        needles=tuple(
            Insert(
                text=as_wrapped(challenge.needles[number].text, layout.wrapper),
                blank=index.corpus.parted_by
                or (blank_line if challenge.needles[number].own_paragraph else ""),
            )
            for number in order
        ),
        depths=tuple(asked[number] for number in order),
        wanted=context_length - (0 if layout.system is None else index.count(layout.system)),
    )


def assemble(
    index: CorpusIndex,
    frame: Frame,
    haystack: Haystack,
    *,
    challenge: Challenge,
    layout: Layout,
    context_length: int,
    laid: Laid | None = None,
) -> Prompt:
    """The prompt that the frame and a haystack which fits it make; ``laid`` as in `surplus_of`."""
    pieces, begins = laid or planted(index, haystack, frame.needles)
    total = haystack.tokens_before(index, haystack.last)
    placements = {}
    for number, depth, gap, begin in zip(
        frame.order, frame.depths, haystack.places, begins, strict=True
    ):
        tokens_before = haystack.tokens_before(index, gap)
        placements[number] = Placement(
            role=challenge.needles[number].role,
            asked_depth_percent=depth,
            placed_depth_percent=100 * tokens_before / total if total else 0.0,
            token_offset=tokens_before,
            char_offset=len(frame.before) + begin,
            asked=challenge.needles[number].asked,
        )
    user = Message(role="user", content=write(index, [frame.before, *pieces, *frame.after]))
    system = () if layout.system is None else (Message(role="system", content=layout.system),)
    return Prompt(
        messages=(*system, user),
        tokens=context_length,
        haystack_tokens=total,
        placements=tuple(placements[number] for number in range(len(frame.order))),
    )
