"""Prompts that begin alike: one haystack and its needles, cut at several lengths.

The haystack of a stream begins in one place, and its needles stand in gaps that depend on nothing
but their offsets. So two prompts of a stream are the same text up to the end of the shorter one;
what makes a prompt exact is done in its last sentences: some are left out, or one is cut.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from niah.draws import integer
from niah.errors import PromptRefused
from niah.prompts import Layout, Prompt, Split
from niah.prompts.cutting import character_ends, cut_to_fit, word_ends
from niah.prompts.frames import Frame, assemble, build_frame, surplus_of
from niah.prompts.index import CorpusIndex
from niah.prompts.planting import Haystack, planted
from niah.tasks import Challenge

SHARED_VERSION = 1

TAIL_TOKENS = 128
"""What stands before the last so many tokens of a haystack is the same in every longer one."""

_SENTENCES_ADDED = 12
# Leaving sentences out may change the tokens where the rest meets by so many.
_SEAM_TOKENS = 2
_NEAR_CUTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Where a prompt is cut into blocks for a cache that keeps what it is asked to keep.

    Attributes:
        blocks: Context lengths, ascending; a block ends where the trunk of each does.
        breakpoints: Of these, those up to which the provider is asked to keep the prompt.
    """

    blocks: tuple[int, ...] = ()
    breakpoints: tuple[int, ...] = ()


NO_MARKS = Marks()


def compose_shared(
    index: CorpusIndex,
    *,
    context_length: int,
    longest_length: int,
    frame_tokens: int,
    offsets_tokens: Sequence[int | None],
    depth_percent: float,
    challenge: Challenge,
    layout: Layout,
    seed: int,
    marks: Marks = NO_MARKS,
) -> Prompt:
    """The prompt of a trial whose text others begin with; the same arguments give the same bytes.

    Each needle stands in the gap between sentences that is nearest to its offset, whatever the
    context length; one without an offset, or beyond the end, stands behind the whole haystack.

    Args:
        index: The corpus under the model's tokenizer.
        context_length: Tokens of all message contents, each encoded on its own.
        longest_length: Of all prompts with this seed.
        frame_tokens: Tokens of a usual prompt that are not haystack; the same for all of them.
        offsets_tokens: Haystack tokens before each needle, in the challenge's order.
        depth_percent: Asked depth of needles without a depth of their own.
        challenge: What is planted and asked.
        layout: What stands around the haystack; the question after it.
        seed: Draws where the haystack begins.
        marks: For a cache that keeps what it is asked to keep.

    Raises:
        PromptRefused: if there is no prompt of exactly that length; the message says why.
    """
    asked = [
        depth_percent if needle.depth_percent is None else needle.depth_percent
        for needle in challenge.needles
    ]
    frame = build_frame(
        index, challenge=challenge, layout=layout, asked=asked, context_length=context_length
    )
    empty = Haystack(first=0, last=0, places=(0,) * len(frame.needles))
    too_many = surplus_of(index, frame, empty)
    if too_many > 0:
        raise PromptRefused(
            f"context length {context_length:,} is shorter than needle and question: at least "
            f"{context_length + too_many:,} tokens are needed"
        )
    first = _begin(index, longest_length, seed)
    gaps = _gaps(index, first, [offsets_tokens[number] for number in frame.order])
    trunk = _trunk(index, first, context_length - frame_tokens)
    haystack = _fit_end(index, frame, first, gaps, trunk, room=-too_many)
    if haystack is None:
        raise PromptRefused(
            f"no end of a stretch of {index.corpus.name} makes exactly {context_length:,} tokens; "
            "ask for a few tokens more or less, or give it more text"
        )
    prompt = assemble(
        index,
        frame,
        haystack,
        challenge=challenge,
        layout=layout,
        context_length=context_length,
    )
    if not marks.blocks:
        return prompt
    ends = {
        tokens: _trunk_end(index, frame, haystack, _trunk(index, first, tokens - frame_tokens))
        for tokens in marks.blocks
    }
    usable = [tokens for tokens in marks.blocks if ends[tokens] > len(frame.before)]
    split = Split(
        blocks=tuple(ends[tokens] for tokens in usable),
        breakpoints=tuple(ends[tokens] for tokens in usable if tokens in marks.breakpoints),
    )
    *others, user = prompt.messages
    return replace(prompt, messages=(*others, replace(user, split=split)))


def _begin(index: CorpusIndex, longest_length: int, seed: int) -> int:
    """The gap that every haystack with this seed begins behind."""
    last = int(index.tails[-1]) - longest_length
    starts = min(bisect_right(index.heads.data, last), len(index.heads) - 1)
    if starts < 1:
        raise PromptRefused(
            f"the longest context of {longest_length:,} tokens needs a haystack as long, and "
            f"{index.corpus.name} has {index.tokens:,}; give it more text, or set "
            "haystack.repeat = true to lay it end to end"
        )
    return integer(seed, "haystack", starts)


def _gaps(index: CorpusIndex, first: int, offsets_tokens: Sequence[int | None]) -> list[int | None]:
    """The gap of each needle, in ascending order and each its own; None = behind everything."""
    tokens = index.gap_tokens
    gaps: list[int | None] = []
    least = first
    for offset in offsets_tokens:
        if offset is None:
            gaps.append(None)
            continue
        target = tokens[first] + offset
        after = min(bisect_left(tokens, target, first), len(tokens) - 1)
        before = max(first, after - 1)
        nearest = before if target - tokens[before] <= tokens[after] - target else after
        gaps.append(max(nearest, least))
        least = gaps[-1] + 1 if gaps[-1] is not None else least
    return gaps


def _trunk(index: CorpusIndex, first: int, haystack_tokens: int) -> int:
    """The last gap up to which the haystack is the same in every longer prompt."""
    limit = index.gap_tokens[first] + haystack_tokens - TAIL_TOKENS
    return max(first, bisect_right(index.gap_tokens, limit) - 1)


def _fit_end(
    index: CorpusIndex,
    frame: Frame,
    first: int,
    gaps: Sequence[int | None],
    trunk: int,
    *,
    room: int,
) -> Haystack | None:
    """A haystack that makes the prompt exact, and is the corpus as it stands up to the trunk."""
    final = len(index.gap_tokens) - 1
    near = bisect_left(index.gap_tokens, index.gap_tokens[first] + room, first)
    last = min(max(first + 1, near), final)
    while last > first + 1 and surplus_of(index, frame, _upto(first, last - 1, gaps)) >= 0:
        last -= 1
    while last < final and surplus_of(index, frame, _upto(first, last, gaps)) < 0:
        last += 1
    longer = [
        _upto(first, end, gaps) for end in range(last, min(last + _SENTENCES_ADDED, final) + 1)
    ]
    surpluses = [surplus_of(index, frame, haystack) for haystack in longer]
    for haystack, surplus in zip(longer, surpluses, strict=True):
        if surplus == 0:
            return haystack
    kept = [
        max([trunk, *(place for place in haystack.places if place < haystack.last)])
        for haystack in longer
    ]
    tried = [
        (haystack, surplus, least)
        for haystack, surplus, least in zip(longer, surpluses, kept, strict=True)
        if surplus > 0
    ]
    for haystack, surplus, least in tried:
        for shorter in _without_sentences(index, haystack, least, surplus):
            if surplus_of(index, frame, shorter) == 0:
                return shorter
    for between in (word_ends, character_ends):
        for haystack, surplus, least in tried:
            for end in range(haystack.last, least, -1):
                cut = _without_words(index, frame, haystack, (least, end), surplus, between)
                if cut is not None:
                    return cut
    for haystack, surplus, _ in tried:
        cut = cut_to_fit(index, frame, haystack, surplus, character_ends)
        if cut is not None:
            return cut
    return None


def _upto(first: int, last: int, gaps: Sequence[int | None]) -> Haystack:
    places = tuple(last if gap is None else min(gap, last) for gap in gaps)
    return Haystack(first=first, last=last, places=places)


def _without_sentences(
    index: CorpusIndex, haystack: Haystack, kept: int, surplus: int
) -> Iterator[Haystack]:
    """The haystack without some whole sentences of its end that have about so many tokens."""
    tokens = index.gap_tokens
    for begin in range(haystack.last - 2, kept - 1, -1):
        least = tokens[begin] + surplus - _SEAM_TOKENS
        for end in range(bisect_left(tokens, least, begin + 1), haystack.last):
            if tokens[end] > least + 2 * _SEAM_TOKENS:
                break
            yield replace(
                haystack,
                cut=(index.gap_ends[begin], index.gap_ends[end]),
                cut_tokens=tokens[end] - tokens[begin],
                cut_gap=end,
            )


def _without_words(
    index: CorpusIndex,
    frame: Frame,
    haystack: Haystack,
    between_gaps: tuple[int, int],
    surplus: int,
    between: Callable[[str, int, int], list[int]],
) -> Haystack | None:
    """The haystack without what stands from some place up to the end of a sentence."""
    kept, gap = between_gaps
    end = index.gap_ends[gap]
    begins = between(index.corpus.text, index.gap_starts[kept], end)

    def shorter(number: int) -> Haystack:
        return replace(haystack, cut=(begins[number], end), cut_tokens=surplus, cut_gap=gap)

    def left_over(number: int) -> int:
        return surplus_of(index, frame, shorter(number))

    # The later the cut begins, the more tokens are left, give or take one where a token changes.
    near = bisect_left(range(len(begins)), 0, key=left_over)
    for number in range(max(0, near - _NEAR_CUTS), min(len(begins), near + _NEAR_CUTS)):
        if left_over(number) == 0:
            return shorter(number)
    return None


def _trunk_end(index: CorpusIndex, frame: Frame, haystack: Haystack, trunk: int) -> int:
    """Where a trunk ends in the user message, in characters; before the haystack when it cannot."""
    if not haystack.first < trunk <= haystack.last:
        return 0
    if haystack.cut is not None and haystack.cut[0] < index.gap_ends[trunk]:
        return 0
    places = [place for place in haystack.places if place < trunk]
    stem = Haystack(first=haystack.first, last=trunk, places=tuple(places))
    pieces, _ = planted(index, stem, frame.needles[: len(places)])
    return len(frame.before) + sum(
        len(piece) if isinstance(piece, str) else piece[1] - piece[0] for piece in pieces
    )
