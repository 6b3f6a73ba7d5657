"""Needles in a haystack: which gap each stands in, and what stands around it there."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from niah.prompts.index import REACH_CHARS, CorpusIndex
from niah.prompts.tally import Piece

_CLOSING_MARKS = frozenset(
    ".!?\u2026\u203d\u061f\u06d4\u0964\u0965\u1362\u104b\"'\u201d\u2019\u00bb)]"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Haystack:
    """A stretch of the corpus with needles in it.

    Attributes:
        first: The gap that it begins behind.
        last: The gap that it ends before; the same as ``first`` when it is empty.
        places: The gap of each needle, ascending.
        cut: Characters that are left out, by offset; None = none.
        cut_tokens: How many tokens they have.
        cut_gap: The first gap that the cut lies before.
    """

    first: int
    last: int
    places: tuple[int, ...]
    cut: tuple[int, int] | None = None
    cut_tokens: int = 0
    cut_gap: int = 0

    def tokens_before(self, index: CorpusIndex, gap: int) -> int:
        """Tokens of the haystack before the gap, needles not counted."""
        tokens = index.gap_tokens[gap] - index.gap_tokens[self.first]
        return tokens - self.cut_tokens if self.cut and gap >= self.cut_gap else tokens


def planted(
    index: CorpusIndex, haystack: Haystack, needles: Sequence[str]
) -> tuple[list[Piece], list[int]]:
    """The haystack with its needles as pieces, and where each needle begins, in characters."""
    pieces: list[Piece] = []
    begins: list[int] = []
    first, last = haystack.first, haystack.last
    here, length = index.gap_starts[first], 0
    for needle, gap in zip(needles, haystack.places, strict=True):
        if first == last:
            before, after = (" " if begins else ""), ""
        else:
            before, after = glue(index, gap)
            if gap == first:
                before, after = "", after or before
            else:
                end = index.gap_ends[gap]
                length += _add_stretch(pieces, here, end, haystack.cut)
                here = end
                if gap == last:
                    after = ""
        begins.append(length + len(before))
        text = before + needle + after
        pieces.append(text)
        length += len(text)
    if first != last:
        _add_stretch(pieces, here, index.gap_ends[last], haystack.cut)
    return pieces, begins


def _add_stretch(pieces: list[Piece], begin: int, end: int, cut: tuple[int, int] | None) -> int:
    """Add what is not cut of a stretch; its length in characters."""
    if cut is not None and begin <= cut[0] and cut[1] <= end:
        return _add_stretch(pieces, begin, cut[0], None) + _add_stretch(pieces, cut[1], end, None)
    if begin < end:
        pieces.append((begin, end))
    return max(0, end - begin)


def glue(index: CorpusIndex, gap: int) -> tuple[str, str]:
    """What stands before and after a needle in the gap, besides the gap's own white space.

    A needle is put where the sentence before the gap ends. It goes on in the same paragraph; after
    a line without closing mark it gets a line of its own. Scripts without spaces get none.
    """
    if index.gap_opens[gap]:
        return " ", ""
    text = index.corpus.text
    end, start = index.gap_ends[gap], index.gap_starts[gap]
    left = text[end - 1] if end else " "
    right = text[start] if start < len(text) else " "
    if end < start or gap == len(index.gap_ends) - 1:
        if _is_wide(left):
            return "", ""
        own_line = "\n" in text[end:start] and left not in _CLOSING_MARKS
        return ("\n" if own_line else " "), ""
    if _is_wide(left) or _is_wide(right):
        return "", ""
    return " ", " "


def _is_wide(character: str) -> bool:
    """Ideographs, kana, full-width punctuation: scripts that put no space between sentences."""
    return "\u2e80" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"


def seam_tokens(index: CorpusIndex, gap: int, needle: str) -> int:
    """How many tokens the needle adds when it stands in the gap alone."""
    if index.gap_opens[gap] and index.joint.match(needle[-1] + " ", 1):
        return index.count(" " + needle)
    text = index.corpus.text
    before, after = glue(index, gap)
    needle = before + needle + after
    end = index.gap_ends[gap]
    left = bisect_left(index.joints, end) - 1
    right = bisect_right(index.joints, end)
    begin = index.joints[left] if left >= 0 else 0
    stop = index.joints[right] if right < len(index.joints) else len(text)
    if stop - begin > REACH_CHARS:
        return index.count(needle)
    whole = index.count(text[begin:end] + needle + text[end:stop])
    return whole - index.count(text[begin:stop])


def nearest_gaps(
    index: CorpusIndex,
    first: int,
    last: int,
    depths: Sequence[float],
    needles: Sequence[str],
    costs: Sequence[int],
) -> tuple[int, ...]:
    """The gap for each needle: next to its depth, and each its own while there are enough.

    Of the two gaps around a depth, the farther one is taken when the needle adds as many tokens as
    ``costs`` says only there: then the same haystack fits whatever the depth. Depths ascend; so
    do the gaps.
    """
    base = index.gap_tokens[first]
    total = index.gap_tokens[last] - base
    gaps = []
    for depth, needle, cost in zip(depths, needles, costs, strict=True):
        target = base + depth * total / 100
        gaps.append(_nearest_gap(index, first, last, target, needle, cost))
    if len(gaps) > 1 and last - first + 1 >= len(gaps):
        for rank in range(1, len(gaps)):
            gaps[rank] = max(gaps[rank], gaps[rank - 1] + 1)
        gaps[-1] = min(gaps[-1], last)
        for rank in range(len(gaps) - 2, -1, -1):
            gaps[rank] = min(gaps[rank], gaps[rank + 1] - 1)
    return tuple(gaps)


def _nearest_gap(
    index: CorpusIndex, first: int, last: int, target: float, needle: str, cost: int
) -> int:
    tokens = index.gap_tokens
    after = bisect_left(tokens, target, first, last)
    before = max(first, after - 1)
    if target - tokens[before] <= tokens[after] - target:
        nearest, other = before, after
    else:
        nearest, other = after, before
    for gap in (nearest, other):
        if gap in (first, last) or seam_tokens(index, gap, needle) == cost:
            return gap
    return nearest
