"""One prompt of exactly the asked number of tokens.

The haystack is a stretch of whole sentences from the corpus. Its tokens are known from the index,
so of all the stretches that begin near a drawn place, one that fits exactly is looked up rather
than built; nothing is left out of it or cut. What is planted changes tokens only around its seams:
those are encoded again (``tally.count``). Where no stretch fits, a sentence loses its last words.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from niah.draws import integer
from niah.errors import PromptRefused
from niah.prompts import Layout, Message, Placement, Prompt
from niah.prompts.index import CorpusIndex
from niah.prompts.planting import Haystack, nearest_gaps, planted, seam_tokens
from niah.prompts.tally import count, write
from niah.tasks import Challenge
from niah.tokenizers import Tokenizer

COMPOSITION_VERSION = 1

_OPEN = "<text>\n"
_CLOSE = "</text>"
_BREAK = "\n\n"

_STRETCHES_TRIED = 24
_CUT_STRETCHES_TRIED = 48
_NEAR_CUTS = 3
_FIRST_CHUNK = 64
# Below so many tokens of haystack, around it and around each needle, the seams may decide
# whether there is room for any.
_SHORT_HAYSTACK = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What is the same for every haystack that is tried.

    Attributes:
        before: The text before the haystack; it ends in a line feed.
        after: A line feed, and the texts after it.
        needles: Their texts, in the order in which they stand.
        depths: Their asked depths in percent, ascending.
        wanted: Tokens that the user message has to have.
    """

    before: str
    after: tuple[str, str, str]
    needles: tuple[str, ...]
    depths: tuple[float, ...]
    wanted: int


def compose(
    index: CorpusIndex,
    *,
    context_length: int,
    depth_percent: float,
    challenge: Challenge,
    layout: Layout,
    seed: int,
) -> Prompt:
    """The prompt of a trial; the same arguments give the same bytes everywhere.

    Each needle stands in the gap between sentences that is nearest to its depth: at 0 before the
    whole haystack, at 100 behind it. Several needles stand in gaps of their own while there are
    enough.

    Args:
        index: The corpus under the model's tokenizer.
        context_length: Tokens of all message contents, each encoded on its own.
        depth_percent: Where needles without a depth of their own stand, 0..100.
        challenge: What is planted and asked.
        layout: What stands around the haystack.
        seed: Draws the stretch of the corpus.

    Raises:
        PromptRefused: if there is no prompt of exactly that length; the message says why.
    """
    asked = [
        depth_percent if needle.depth_percent is None else needle.depth_percent
        for needle in challenge.needles
    ]
    order = sorted(range(len(asked)), key=asked.__getitem__)
    if order and not (asked[order[0]] >= 0 and asked[order[-1]] <= 100):
        raise PromptRefused(f"a depth of {depth_percent} percent is not between 0 and 100")
    before, after = _around(challenge, layout)
    system_tokens = 0 if layout.system is None else index.count(layout.system)
    frame = _Frame(
        before=before,
        after=after,
        needles=tuple(challenge.needles[number].text for number in order),
        depths=tuple(asked[number] for number in order),
        wanted=context_length - system_tokens,
    )
    haystack = _fit(index, frame, context_length, seed)
    needles_and_text, begins = planted(index, haystack, frame.needles)
    total = haystack.tokens_before(index, haystack.last)
    placements = {}
    for number, gap, begin in zip(order, haystack.places, begins, strict=True):
        tokens_before = haystack.tokens_before(index, gap)
        placements[number] = Placement(
            role=challenge.needles[number].role,
            asked_depth_percent=asked[number],
            placed_depth_percent=100 * tokens_before / total if total else 0.0,
            token_offset=tokens_before,
            char_offset=len(before) + begin,
        )
    user = Message(role="user", content=write(index, [before, *needles_and_text, *after]))
    system = () if layout.system is None else (Message(role="system", content=layout.system),)
    return Prompt(
        messages=(*system, user),
        tokens=context_length,
        haystack_tokens=total,
        placements=tuple(placements[number] for number in range(len(order))),
    )


def minimum_context_length(tokenizer: Tokenizer, challenge: Challenge, layout: Layout) -> int:
    """Tokens of a prompt that has the needles and the question and no haystack at all."""
    before, after = _around(challenge, layout)
    needles = " ".join(
        needle.text for needle in sorted(challenge.needles, key=lambda n: n.depth_percent or 0)
    )
    contents = [before + needles + "".join(after)]
    if layout.system is not None:
        contents.append(layout.system)
    return sum(len(tokenizer.encode(content)) for content in contents)


def recount(prompt: Prompt, tokenizer: Tokenizer) -> int:
    """The prompt's tokens, every message content encoded whole: the audit of ``compose``."""
    return sum(len(tokenizer.encode(message.content)) for message in prompt.messages)


def _around(challenge: Challenge, layout: Layout) -> tuple[str, tuple[str, str, str]]:
    """What stands before and after the haystack in the user message."""
    question, position = challenge.question, layout.question_position
    before = challenge.instruction + _BREAK if challenge.instruction else ""
    if question and position != "after":
        before += question + _BREAK
    if question and position != "before":
        return before + _OPEN, ("\n", _CLOSE + _BREAK, question)
    return before + _OPEN, ("\n", _CLOSE, "")


def _surplus(index: CorpusIndex, frame: _Frame, haystack: Haystack) -> int:
    """Tokens that the user message has too many; negative = too few."""
    pieces, _ = planted(index, haystack, frame.needles)
    return count(index, [frame.before, *pieces, *frame.after]) - frame.wanted


def _fit(index: CorpusIndex, frame: _Frame, context_length: int, seed: int) -> Haystack:
    """A haystack that makes the user message exactly as long as it has to be."""
    _, close, question = frame.after
    around = index.count(frame.before) + index.count(close) + index.count(question)
    room = frame.wanted - around - sum(map(index.count, frame.needles))
    if room < _SHORT_HAYSTACK * (1 + len(frame.needles)):
        empty = Haystack(first=0, last=0, places=(0,) * len(frame.needles))
        surplus = _surplus(index, frame, empty)
        if surplus > 0:
            raise PromptRefused(
                f"context length {context_length:,} is shorter than needle and question: at least "
                f"{context_length + surplus:,} tokens are needed"
            )
        if surplus == 0:
            return empty
        room = -surplus
    # The same for every depth, so that a deeper needle only moves within the same haystack.
    starts = _count_starts(index, room)
    if not starts:
        raise PromptRefused(
            f"context length {context_length:,} needs a haystack of {room:,} tokens and "
            f"{index.corpus.name} has {index.tokens:,}; give it more text, or set "
            "haystack.repeat = true to lay it end to end"
        )
    start = integer(seed, "haystack", starts)
    costs = tuple(seam_tokens(index, start + 1, needle) for needle in frame.needles)
    needed = frame.wanted - around - sum(costs)
    found = _whole_sentences(index, frame, costs, needed, start, starts)
    found = found or _cut_sentence(index, frame, costs, needed, start, starts)
    if found is None:
        raise PromptRefused(
            f"no stretch of {index.corpus.name} makes exactly {context_length:,} tokens; "
            "ask for a few tokens more or less, or give it more text"
        )
    return found


def _count_starts(index: CorpusIndex, tokens: int) -> int:
    """How many gaps, from the first one, have so many tokens behind them."""
    heads = index.heads.data
    return min(bisect_right(heads, int(index.tails[-1]) - tokens), len(heads) - 1)


def _plant(
    index: CorpusIndex, frame: _Frame, costs: tuple[int, ...], first: int, last: int
) -> Haystack:
    places = nearest_gaps(index, first, last, frame.depths, frame.needles, costs)
    return Haystack(first=first, last=last, places=places)


def _whole_sentences(
    index: CorpusIndex,
    frame: _Frame,
    costs: tuple[int, ...],
    needed: int,
    start: int,
    starts: int,
) -> Haystack | None:
    """The first stretch of whole sentences that fits, from the drawn gap on and round again."""
    begun = 0
    for _ in range(_STRETCHES_TRIED):
        stretch = _stretch_of(index, needed, start, starts, begun)
        if stretch is None:
            return None
        begun, first, last = stretch
        haystack = _plant(index, frame, costs, first, last)
        surplus = _surplus(index, frame, haystack)
        if surplus == 0:
            return haystack
        # The seams differ from what was assumed; the next stretch probably has the same ones.
        needed -= surplus
        begun += 1
    return None


def _stretch_of(
    index: CorpusIndex, tokens: int, start: int, starts: int, begun: int
) -> tuple[int, int, int] | None:
    """The next stretch of so many tokens: how many gaps were passed, its first and last gap."""
    heads, tails = index.heads, index.tails
    chunk = _FIRST_CHUNK
    while begun < starts:
        begin = (start + begun) % starts
        end = min(begin + chunk, starts, begin + starts - begun)
        wanted = heads[begin:end] + tokens
        lasts = np.searchsorted(tails, wanted)
        fits = tails.take(lasts, mode="clip") == wanted
        hit = int(fits.argmax())
        if fits[hit] and lasts[hit] > begin + hit:
            return begun + hit, begin + hit, int(lasts[hit])
        begun += end - begin
        chunk *= 8
    return None


def _cut_sentence(
    index: CorpusIndex,
    frame: _Frame,
    costs: tuple[int, ...],
    needed: int,
    start: int,
    starts: int,
) -> Haystack | None:
    """A stretch with one sentence cut short between words, else between characters."""
    for between in (_word_ends, _character_ends):
        for attempt in range(min(starts, _CUT_STRETCHES_TRIED)):
            first = (start + attempt) % starts
            last = int(np.searchsorted(index.tails, index.heads[first] + needed))
            last = min(max(last, first + 1), len(index.tails) - 1)
            haystack = _plant(index, frame, costs, first, last)
            surplus = _surplus(index, frame, haystack)
            while surplus < 0 and last < len(index.tails) - 1:
                last += 1
                haystack = _plant(index, frame, costs, first, last)
                surplus = _surplus(index, frame, haystack)
            if surplus == 0:
                return haystack
            if surplus > 0:
                found = _cut_to_fit(index, frame, haystack, surplus, between)
                if found is not None:
                    return found
    return None


def _cut_to_fit(
    index: CorpusIndex,
    frame: _Frame,
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
        return _surplus(index, frame, shorter(number))

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


def _word_ends(text: str, begin: int, end: int) -> list[int]:
    """Where words end inside a stretch, ascending."""
    return [
        place
        for place in range(begin + 1, end)
        if text[place].isspace() and not text[place - 1].isspace()
    ]


def _character_ends(text: str, begin: int, end: int) -> list[int]:
    """Where characters end inside a stretch, ascending."""
    return [place for place in range(begin + 1, end) if not text[place - 1].isspace()]
