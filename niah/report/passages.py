"""The sentences around each needle, cut out of the prompt that a model was sent."""

from __future__ import annotations

from collections.abc import Sequence

from niah.console import shorten
from niah.prompts import Prompt
from niah.report import Passage

REACH_CHARS = 180
"""Text shown on each side of a needle, to the nearest word."""

NEEDLE_CHARS = 600
"""A planted text that is longer is shown by its beginning."""

MOST_PASSAGES = 12
"""A prompt of many needles and distractors shows as many, those that hold the answer first."""


def cut_passages(prompt: Prompt, needles: Sequence[str]) -> tuple[Passage, ...]:
    """What stands around each needle, in the order of the placed depths.

    Args:
        prompt: As it was sent.
        needles: The planted texts, in the order of the prompt's placements.
    """
    placed = list(zip(prompt.placements, needles, strict=True))
    placed.sort(key=lambda pair: pair[0].role != "needle")
    passages = []
    for placement, needle in placed[:MOST_PASSAGES]:
        start = placement.char_offset
        content = next(
            (m.content for m in prompt.messages if m.content.startswith(needle, start)), None
        )
        if content is None:
            continue
        end = start + len(needle)
        passages.append(
            Passage(
                role=placement.role,
                asked_depth_percent=placement.asked_depth_percent,
                placed_depth_percent=placement.placed_depth_percent,
                before=_tail(content[max(0, start - REACH_CHARS) : start], whole=start),
                needle=shorten(needle, NEEDLE_CHARS),
                after=_head(content[end : end + REACH_CHARS], whole=len(content) - end),
            )
        )
    return tuple(sorted(passages, key=lambda passage: passage.placed_depth_percent))


def _tail(text: str, *, whole: int) -> str:
    """The end of a longer text, begun at a word."""
    if whole <= len(text):
        return text.lstrip()
    cut = text.partition(" ")[2]
    return "… " + (cut or text)


def _head(text: str, *, whole: int) -> str:
    """The beginning of a longer text, ended at a word."""
    if whole <= len(text):
        return text.rstrip()
    cut = text.rpartition(" ")[0]
    return (cut or text) + " …"
