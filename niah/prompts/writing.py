"""Prompts around a haystack that its task family writes itself, of exactly the asked length.

The family is asked for as many of its units (lines, words, edges) as there is room for; a line of
padding before the haystack, which the reader is told to ignore, brings the prompt to the exact
number of tokens. What the family wrote is never cut.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from niah.errors import PromptRefused
from niah.prompts import Layout, Message, Placement, Prompt
from niah.prompts.frames import as_wrapped, texts_around
from niah.prompts.index import CorpusIndex
from niah.tasks import Challenge, Writer, Written

WRITING_VERSION = 1

_SEARCHES = 40
_FEWER = 40
# Tokens that a padding surely fits in; twice as many are short enough.
_ROOM = 32
_PADS = (" -", " .", " x", " a", "-", "x", " ab", "\u00b7")
_MOST_PADDING = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fit:
    """A haystack and how many tokens its prompt has without padding."""

    written: Written
    tokens: int


def compose_written(
    index: CorpusIndex,
    writer: Writer,
    *,
    context_length: int,
    depth_percent: float,
    layout: Layout,
    seed: int,
) -> tuple[Challenge, Prompt]:
    """The challenge and the prompt of a trial whose family writes its own haystack.

    Args:
        index: Of any corpus under the model's tokenizer, which counts.
        writer: Of the task.
        context_length: Tokens of all message contents, each encoded on its own.
        depth_percent: Where the asked needle stands, 0..100.
        layout: What stands around the haystack.
        seed: Of the trial.

    Raises:
        PromptRefused: if there is no prompt of exactly that length; the message says why.
    """
    system_tokens = 0 if layout.system is None else index.count(layout.system)
    wanted = context_length - system_tokens

    @cache
    def fit(units: int) -> _Fit:
        written = writer.write(seed, units, depth_percent)
        content, _ = _content(written, layout, "")
        return _Fit(written=written, tokens=index.count(content))

    units = _most_units(writer, fit, wanted, context_length)
    room = wanted - index.count(writer.padding + "\n\n")
    for fewer in range(min(_FEWER, units - writer.least + 1)):
        found = fit(units - fewer)
        if room < found.tokens < wanted:
            continue  # not even the beginning of the padding has room
        padding = _padding(index, writer, found, layout, wanted)
        if padding is not None:
            prompt = written_prompt(
                index,
                found.written,
                layout,
                padding=padding,
                context_length=context_length,
                depth_percent=depth_percent,
            )
            return found.written.challenge, prompt
    raise PromptRefused(
        f"no haystack of this task makes exactly {context_length:,} tokens; ask for a few tokens "
        "more or less"
    )


def _most_units(
    writer: Writer, fit: Callable[[int], _Fit], wanted: int, context_length: int
) -> int:
    """So many units that a short padding makes their prompt as long as wanted, or the most."""
    least = fit(writer.least).tokens
    if least > wanted:
        raise PromptRefused(
            f"context length {context_length:,} is shorter than the smallest haystack of this task "
            f"and its question: at least {context_length + least - wanted:,} tokens are needed"
        )
    low, low_tokens, reach = writer.least, least, 16
    high = _capped(low + reach, writer)
    high_tokens = fit(high).tokens
    while high_tokens <= wanted:
        if high == writer.most:
            return high
        each = max(0.05, (high_tokens - low_tokens) / (high - low))
        low, low_tokens = high, high_tokens
        reach = max(2 * reach, int(1.02 * (wanted - low_tokens) / each))
        high = _capped(low + reach, writer)
        high_tokens = fit(high).tokens
    for search in range(_SEARCHES):
        if high - low <= 1 or 0 < wanted - low_tokens - _ROOM <= _ROOM:
            break  # a short padding does the rest
        share = (wanted - low_tokens) / (high_tokens - low_tokens) if search % 3 else 0.5
        tried = min(max(low + int(share * (high - low)), low + 1), high - 1)
        tokens = fit(tried).tokens
        if tokens <= wanted:
            low, low_tokens = tried, tokens
        else:
            high, high_tokens = tried, tokens
    return low


def _capped(units: int, writer: Writer) -> int:
    return units if writer.most is None else min(units, writer.most)


def _content(written: Written, layout: Layout, padding: str) -> tuple[str, int]:
    """The user message, and where the haystack begins in it."""
    before, after = texts_around(written.challenge, layout, padding=padding)
    text = as_wrapped(written.text, layout.wrapper)
    return before + text + "".join(after), len(before)


def _padding(
    index: CorpusIndex, writer: Writer, found: _Fit, layout: Layout, wanted: int
) -> str | None:
    """The line that brings the prompt to the exact length; "" = none is needed, None = none can."""

    def surplus(padding: str) -> int:
        return index.count(_content(found.written, layout, padding)[0]) - wanted

    missing = wanted - found.tokens
    if missing == 0:
        return ""
    if missing < 0:
        return None
    for pad in _PADS:
        count = max(1, missing - index.count(writer.padding + "\n\n"))
        seen: set[int] = set()
        while 0 < count <= _MOST_PADDING and count not in seen:
            seen.add(count)
            padding = writer.padding + pad * count
            over = surplus(padding)
            if over == 0:
                return padding
            if over > 0 and count == 1:
                break
            count = max(1, count - over)
    return None


def written_prompt(
    index: CorpusIndex,
    written: Written,
    layout: Layout,
    *,
    depth_percent: float,
    padding: str = "",
    context_length: int = 0,
) -> Prompt:
    """The prompt around a written haystack; ``context_length`` is noted, not made true."""
    content, start = _content(written, layout, padding)
    text, challenge = written.text, written.challenge
    user = Message(role="user", content=content)
    system = () if layout.system is None else (Message(role="system", content=layout.system),)
    needle_tokens = [index.count(needle.text) for needle in challenge.needles]
    total = max(0, index.count(text) - sum(needle_tokens))
    placements = []
    passed = 0
    for needle, begin, tokens in zip(challenge.needles, written.begins, needle_tokens, strict=True):
        before = min(total, max(0, index.count(text[:begin]) - passed)) if begin else 0
        placements.append(
            Placement(
                role=needle.role,
                asked_depth_percent=needle.depth_in(depth_percent),
                placed_depth_percent=100 * before / total if total else 0.0,
                token_offset=before,
                char_offset=start + len(as_wrapped(text[:begin], layout.wrapper)),
                asked=needle.asked,
            )
        )
        passed += tokens
    return Prompt(
        messages=(*system, user),
        tokens=context_length,
        haystack_tokens=total,
        placements=tuple(placements),
    )
