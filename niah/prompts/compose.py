"""One prompt of exactly the asked number of tokens.

The haystack is a stretch of whole sentences from the corpus. Its tokens are known from the index,
so of all the stretches that begin near a drawn place, one that fits exactly is looked up rather
than built; nothing is left out of it or cut. What is planted changes tokens only around its seams:
those are encoded again (``tally.count``). Where no stretch fits, a sentence loses its last words.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from niah.draws import integer
from niah.errors import PromptRefused
from niah.prompts import Layout, Prompt
from niah.prompts.cutting import character_ends, cut_to_fit, word_ends
from niah.prompts.frames import Frame, assemble, build_frame, surplus_of, texts_around
from niah.prompts.index import CorpusIndex
from niah.prompts.planting import (
    Haystack,
    Laid,
    changes_nothing,
    nearest_gaps,
    planted,
    seam_tokens,
    usual_gap,
)
from niah.tasks import Challenge
from niah.tasks.wording import PADDING
from niah.tokenizers import Tokenizer

COMPOSITION_VERSION = 1

_STRETCHES_TRIED = 24
_CUT_STRETCHES_TRIED = 48
_FIRST_CHUNK = 64
# A line of the longest ones is made up for by fewer.
_MOST_DASHES = 80
# Below so many tokens of haystack, around it and around each needle, the seams may decide
# whether there is room for any.
_SHORT_HAYSTACK = 16


def compose(
    index: CorpusIndex,
    *,
    context_length: int,
    depth_percent: float,
    challenge: Challenge,
    layout: Layout,
    seed: int,
    like_tokens: int | None = None,
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
        like_tokens: Begin where the prompt of so many tokens begins, so that nearly all of the
            text is the same, though a sentence near its end may be cut; None = where it fits.

    Raises:
        PromptRefused: if there is no prompt of exactly that length; the message says why.
    """
    asked = tuple(needle.depth_in(depth_percent) for needle in challenge.needles)
    if asked and not (min(asked) >= 0 and max(asked) <= 100):
        raise PromptRefused(f"a depth of {depth_percent} percent is not between 0 and 100")
    framed = partial(
        build_frame,
        index,
        challenge=challenge,
        layout=layout,
        asked=asked,
        context_length=context_length,
    )
    first = None
    if like_tokens is not None:
        alike = partial(framed, context_length=like_tokens)
        first = _fit(index, alike, like_tokens, seed)[1].first
    frame, haystack, laid = _fit(index, framed, context_length, seed, first)
    return assemble(
        index,
        frame,
        haystack,
        challenge=challenge,
        layout=layout,
        context_length=context_length,
        laid=laid,
    )


def minimum_context_length(tokenizer: Tokenizer, challenge: Challenge, layout: Layout) -> int:
    """Tokens of a prompt that has the needles and the question and no haystack at all."""
    before, after = texts_around(challenge, layout)
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


def _fit(
    index: CorpusIndex,
    framed: Callable[..., Frame],
    context_length: int,
    seed: int,
    first: int | None = None,
) -> tuple[Frame, Haystack, Laid | None]:
    """A frame and a haystack that make the user message exactly as long as it has to be.

    Args:
        first: The gap that the haystack shall begin behind; None = the seed draws one.
    """
    frame = framed()
    inside = _tokens_inside(index, frame)
    room = inside - sum(index.count(needle.text) for needle in frame.needles)
    if room < _SHORT_HAYSTACK * (1 + len(frame.needles)):
        empty = Haystack(first=0, last=0, places=(0,) * len(frame.needles))
        surplus = surplus_of(index, frame, empty)
        if surplus > 0:
            raise PromptRefused(
                f"context length {context_length:,} is shorter than needle and question: at least "
                f"{context_length + surplus:,} tokens are needed"
            )
        if surplus == 0:
            return frame, empty, None
        room = -surplus
    # The same for every depth, so that a deeper needle only moves within the same haystack.
    starts = _count_starts(index, room)
    if not starts:
        raise PromptRefused(
            f"context length {context_length:,} needs a haystack of {room:,} tokens and "
            f"{index.corpus.name} has {index.tokens:,}; give it more text, or set "
            "haystack.repeat = true to lay it end to end"
        )
    start = integer(seed, "haystack", starts) if first is None else min(first, starts - 1)
    costs = tuple(
        seam_tokens(index, usual_gap(index, start, needle), needle) for needle in frame.needles
    )
    if first is None or index.corpus.parted_by:
        whole = _whole_sentences(index, frame, costs, inside - sum(costs), start, starts)
        if whole is not None:
            return frame, *whole
    if index.corpus.parted_by:  # a line cut short would be none of its kind
        padding = PADDING.get(index.corpus.language, PADDING["en"])
        for dashes in range(1, _MOST_DASHES + 1):
            padded = framed(padding=padding + " -" * dashes)
            needed = _tokens_inside(index, padded) - sum(costs)
            whole = _whole_sentences(index, padded, costs, needed, start, starts)
            if whole is not None:
                return padded, *whole
    else:
        most = min(starts, _CUT_STRETCHES_TRIED)
        firsts = [(start + attempt) % starts for attempt in range(most)]
        if first is not None:
            near = range(max(0, start - most), min(starts, start + most))
            firsts = sorted(near, key=lambda gap: abs(gap - start))[:most]
        cut = _cut_sentence(index, frame, costs, inside - sum(costs), firsts)
        if cut is not None:
            return frame, cut, None
    raise PromptRefused(
        f"no stretch of {index.corpus.name} makes exactly {context_length:,} tokens; "
        "ask for a few tokens more or less, or give it more text"
    )


def _tokens_inside(index: CorpusIndex, frame: Frame) -> int:
    """Tokens of the user message that the frame leaves to haystack and needles."""
    _, close, question = frame.after
    around = index.count(frame.before) + index.count(close) + index.count(question)
    return frame.wanted - around


def _count_starts(index: CorpusIndex, tokens: int) -> int:
    """How many gaps, from the first one, have so many tokens behind them."""
    heads = index.heads.data
    return min(bisect_right(heads, int(index.tails[-1]) - tokens), len(heads) - 1)


def _plant(
    index: CorpusIndex, frame: Frame, costs: tuple[int, ...], first: int, last: int
) -> Haystack:
    places = nearest_gaps(index, first, last, frame.depths, frame.needles, costs)
    return Haystack(first=first, last=last, places=places)


def _whole_sentences(
    index: CorpusIndex,
    frame: Frame,
    costs: tuple[int, ...],
    needed: int,
    start: int,
    starts: int,
) -> tuple[Haystack, Laid] | None:
    """The first stretch of whole sentences that fits, from the drawn gap on and round again."""
    begun, tokens = 0, needed
    for _ in range(_STRETCHES_TRIED):
        stretch = _stretch_of(index, tokens, start, starts, begun)
        if stretch is None:
            return None
        begun, first, last = stretch
        haystack = _plant(index, frame, costs, first, last)
        laid = planted(index, haystack, frame.needles)
        adds_up = _adds_up(index, frame, haystack, costs)
        surplus = tokens - needed if adds_up else surplus_of(index, frame, haystack, laid)
        if surplus == 0:
            return haystack, laid
        # The seams differ from what was assumed; the next stretch probably has the same ones.
        tokens -= surplus
        begun += 1
    return None


def _adds_up(index: CorpusIndex, frame: Frame, haystack: Haystack, costs: tuple[int, ...]) -> bool:
    """Whether every seam is at a joint: then the prompt has the tokens that its parts have."""
    first, last, places = haystack.first, haystack.last, haystack.places
    end, close, question = frame.after
    return (
        end == "\n"
        and index.parts(frame.before, index.corpus.text[index.gap_starts[first]])
        and index.parts(end, close)
        and (not question or index.parts(close, question))
        and index.is_exact(first, last)
        and len(set(places)) == len(places)
        and all(
            first < gap < last
            and changes_nothing(index, gap, needle)
            and index.count(" " + needle.text) == cost
            for gap, needle, cost in zip(places, frame.needles, costs, strict=True)
        )
    )


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
        lasts = tails.searchsorted(wanted)
        fits = tails.take(lasts, mode="clip") == wanted
        hit = int(fits.argmax())
        if fits[hit] and lasts[hit] > begin + hit:
            return begun + hit, begin + hit, int(lasts[hit])
        begun += end - begin
        chunk *= 8
    return None


def _cut_sentence(
    index: CorpusIndex,
    frame: Frame,
    costs: tuple[int, ...],
    needed: int,
    firsts: Sequence[int],
) -> Haystack | None:
    """A stretch with one sentence cut short between words, else between characters."""
    for between in (word_ends, character_ends):
        for first in firsts:
            last = int(np.searchsorted(index.tails, index.heads[first] + needed))
            last = min(max(last, first + 1), len(index.tails) - 1)
            haystack = _plant(index, frame, costs, first, last)
            surplus = surplus_of(index, frame, haystack)
            while surplus < 0 and last < len(index.tails) - 1:
                last += 1
                haystack = _plant(index, frame, costs, first, last)
                surplus = surplus_of(index, frame, haystack)
            if surplus == 0:
                return haystack
            if surplus > 0:
                found = cut_to_fit(index, frame, haystack, surplus, between)
                if found is not None:
                    return found
    return None
