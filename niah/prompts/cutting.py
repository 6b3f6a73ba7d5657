"""A haystack that loses the end of a sentence, so that a prompt has exactly the asked tokens."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace

from niah.prompts.frames import Frame, surplus_of
from niah.prompts.index import CorpusIndex
from niah.prompts.planting import Haystack

_NEAR_CUTS = 3


def cut_to_fit(
    index: CorpusIndex,
    frame: Frame,
    haystack: Haystack,
    surplus: int,
    between: Callable[[str, int, int], list[int]],
) -> Haystack | None:
    """The haystack without the end of a sentence that has at least so many tokens too many.

    It is the last one that no needle follows; where every sentence has one, the first sentence
    loses its beginning instead.
    """
    gap = _gap_to_cut(index, haystack, surplus)
    if gap is not None:
        begin, end = index.gap_starts[gap - 1], index.gap_ends[gap]
        cuts = [(place, end) for place in between(index.corpus.text, begin, end)]
    else:
        gap = haystack.first + 1
        begin, end = index.gap_starts[haystack.first], index.gap_ends[gap]
        cuts = [(begin, place) for place in reversed(between(index.corpus.text, begin, end))]

    def left_over(number: int) -> int:
        return surplus_of(index, frame, shorter(number))

    def shorter(number: int) -> Haystack:
        return replace(haystack, cut=cuts[number], cut_tokens=surplus, cut_gap=gap)

    # The longer the rest, the more tokens it has, give or take one where a token changes.
    near = bisect_left(range(len(cuts)), 0, key=left_over)
    for number in range(max(0, near - _NEAR_CUTS), min(len(cuts), near + _NEAR_CUTS)):
        if left_over(number) == 0:
            return shorter(number)
    return None


def _gap_to_cut(index: CorpusIndex, haystack: Haystack, surplus: int) -> int | None:
    """The last gap without a needle whose sentence before it has more tokens than that."""
    tokens = index.gap_tokens
    for gap in range(haystack.last, haystack.first, -1):
        if gap not in haystack.places and tokens[gap] - tokens[gap - 1] > surplus:
            return gap
    return None


def word_ends(text: str, begin: int, end: int) -> list[int]:
    """Where words end inside a stretch, ascending."""
    return [
        place
        for place in range(begin + 1, end)
        if text[place].isspace() and not text[place - 1].isspace()
    ]


def character_ends(text: str, begin: int, end: int) -> list[int]:
    """Where characters end inside a stretch, ascending."""
    return [place for place in range(begin + 1, end) if not text[place - 1].isspace()]
