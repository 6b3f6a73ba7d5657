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

PARAGRAPH_REACH = 0.05
"""A share of the haystack: farther than that from its depth no needle stands for a blank line."""

PARAGRAPH_GAPS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Insert:
    """A needle as it is written into a haystack.

    Attributes:
        text: As the wrapper shows it.
        blank: The blank line, or what else parts it from its neighbours, as the wrapper shows it;
            empty for a needle that goes on in the paragraph where it stands.
    """

    text: str
    blank: str = ""


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


Laid = tuple[list[Piece], list[int]]
"""A haystack with its needles as pieces, and where each needle begins, in characters."""


def planted(index: CorpusIndex, haystack: Haystack, needles: Sequence[Insert]) -> Laid:
    """The haystack with its needles as pieces, and where each needle begins, in characters."""
    pieces: list[Piece] = []
    begins: list[int] = []
    first, last = haystack.first, haystack.last
    here, length = index.gap_starts[first], 0
    for needle, gap in zip(needles, haystack.places, strict=True):
        if first == last:
            before, after = ((needle.blank or " ") if begins else ""), ""
        else:
            before, after = glue(index, gap, needle)
            if gap == first:
                before, after = "", after or before
            else:
                end = index.gap_ends[gap]
                length += _add_stretch(pieces, here, end, haystack.cut)
                here = end
                if gap == last:
                    after = ""
        begins.append(length + len(before))
        text = before + needle.text + after
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


def glue(index: CorpusIndex, gap: int, needle: Insert) -> tuple[str, str]:
    """What stands before and after a needle in the gap, besides the gap's own white space.

    A needle is put where the sentence before the gap ends. It goes on in the same paragraph, unless
    it is one of its own; after a line without closing mark it gets a line of its own. Scripts
    without spaces get none.
    """
    if needle.blank:
        return needle.blank, ("" if _between_paragraphs(index, gap) else needle.blank)
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


def _between_paragraphs(index: CorpusIndex, gap: int) -> bool:
    """Whether a needle can stand in the gap by itself: a blank line is there, or an end."""
    if index.corpus.parted_by or gap in (0, len(index.gap_ends) - 1):
        return True
    return index.corpus.text.count("\n", index.gap_ends[gap], index.gap_starts[gap]) > 1


def _is_wide(character: str) -> bool:
    """Ideographs, kana, full-width punctuation: scripts that put no space between sentences."""
    return "\u2e80" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef"


def seam_tokens(index: CorpusIndex, gap: int, needle: Insert) -> int:
    """How many tokens the needle adds when it stands in the gap alone."""
    if changes_nothing(index, gap, needle):
        return index.count(" " + needle.text)
    text = index.corpus.text
    before, after = glue(index, gap, needle)
    inserted = before + needle.text + after
    end = index.gap_ends[gap]
    left = bisect_left(index.joints, end) - 1
    right = bisect_right(index.joints, end)
    begin = index.joints[left] if left >= 0 else 0
    stop = index.joints[right] if right < len(index.joints) else len(text)
    if stop - begin > REACH_CHARS:
        return index.count(inserted)
    whole = index.count(text[begin:end] + inserted + text[end:stop])
    return whole - index.count(text[begin:stop])


def changes_nothing(index: CorpusIndex, gap: int, needle: Insert) -> bool:
    """Whether the needle adds its own tokens to the gap and those around it stay as they are."""
    return not needle.blank and bool(index.gap_opens[gap]) and index.parts(needle.text, " ")


def usual_gap(index: CorpusIndex, start: int, needle: Insert) -> int:
    """A gap after the given one, of the kind that the needle will probably stand in."""
    if needle.blank:
        end = min(start + PARAGRAPH_GAPS, len(index.gap_ends) - 1)
        for gap in range(start + 1, end):
            if _between_paragraphs(index, gap):
                return gap
    return start + 1


def nearest_gaps(
    index: CorpusIndex,
    first: int,
    last: int,
    depths: Sequence[float],
    needles: Sequence[Insert],
    costs: Sequence[int],
) -> tuple[int, ...]:
    """The gap for each needle: next to its depth, and each its own while there are enough.

    Of the two gaps around a depth, the farther one is taken when the needle adds as many tokens as
    ``costs`` says only there: then the same haystack fits whatever the depth. A needle that is a
    paragraph of its own stands between two, where there are any near. Depths ascend; so do the
    gaps.
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
    index: CorpusIndex, first: int, last: int, target: float, needle: Insert, cost: int
) -> int:
    tokens = index.gap_tokens
    after = bisect_left(tokens, target, first, last)
    before = max(first, after - 1)
    if needle.blank:
        before, after = _paragraph_gaps(index, first, last, before, after)
    if target - tokens[before] <= tokens[after] - target:
        nearest, other = before, after
    else:
        nearest, other = after, before
    for gap in (nearest, other):
        if gap in (first, last) or seam_tokens(index, gap, needle) == cost:
            return gap
    return nearest


def _paragraph_gaps(
    index: CorpusIndex, first: int, last: int, before: int, after: int
) -> tuple[int, int]:
    """The gaps between paragraphs on either side, each where it is not too far from the depth."""
    tokens = index.gap_tokens
    reach = PARAGRAPH_REACH * (tokens[last] - tokens[first])
    down, up = before, after
    while down > first and not _between_paragraphs(index, down):
        down -= 1
    while up < last and not _between_paragraphs(index, up):
        up += 1
    near_below = tokens[before] - tokens[down] <= reach
    near_above = tokens[up] - tokens[after] <= reach
    if near_below or near_above:
        return (down if near_below else up), (up if near_above else down)
    return before, after
