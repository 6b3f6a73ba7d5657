"""Where a prompt's beginning is worth keeping: prompt caches that are paid for on request.

Anthropic bills what it writes to its cache above the normal price and what it reads far below.
So a breakpoint pays where a prompt that is sent later begins with the same text, and nowhere else.
The caches of OpenAI, DeepSeek and Google need no breakpoints: they are only observed.

Source: https://docs.claude.com/en/docs/build-with-claude/prompt-caching
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from niah.models import Model
from niah.prices import Rate
from niah.prompts import Split

# More are refused.
MOST_BREAKPOINTS = 4
# Of all the places that a prompt could be kept up to, so many are weighed against each other.
MOST_CANDIDATES = 12
# Nothing is said to be kept for longer without being read.
LIFETIME_S = 300.0
# Tokens are estimated from characters here, so a prefix must be this much above the least length.
LEAST_MARGIN = 1.1
# Prices relative to plain input where the list does not carry them.
WRITE_FACTOR, READ_FACTOR = 1.25, 0.1

# Shorter prefixes are not cached, though marked. The first pattern that matches a name counts.
_LEAST_TOKENS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"haiku-3|3-5-haiku|3-haiku"), 2_048),
    (re.compile(r"claude-3|(opus|sonnet)-4(-[01])?(-\d{8})?$|sonnet-4-5"), 1_024),
    (re.compile(r"sonnet-4-6"), 2_048),
)
_LEAST_TOKENS_OF_OTHERS = 4_096


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    """A prefix that the cache holds: whose it is, how long, and how it was cut."""

    prompt: int
    end: int
    blocks: tuple[int, ...]


def least_cacheable_tokens(model: Model) -> int | None:
    """The shortest prefix that the model's cache keeps; None = it is not told what to keep."""
    if model.provider.api != "anthropic":
        return None
    matched = (tokens for pattern, tokens in _LEAST_TOKENS if pattern.search(model.wire_name))
    return next(matched, _LEAST_TOKENS_OF_OTHERS)


def shared_characters(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def whole_words(text: str, end: int) -> int:
    """The last place up to ``end`` where cutting leaves the words, and so the tokens, as they are.

    That is after a line feed or before a space; 0 when there is none.
    """
    if end >= len(text):
        return len(text)
    feed = text.rfind("\n", 0, end) + 1
    space = text.rfind(" ", 0, end + 1)
    return max(feed, space, 0)


def place_breakpoints(
    contents: Sequence[str], *, tokens: Sequence[int], rate: Rate, least_tokens: int
) -> list[Split]:
    """Where each of several prompts is cut, when each is sent once the one before is answered.

    Nothing is placed that does not lower the bill: writing costs more than plain input, and pays
    back only where a later prompt reads. Prompts that share a kept prefix are cut alike inside it.

    Args:
        contents: Texts of the user messages, in the order of sending; what stands before them is
            the same for all.
        tokens: Of each prompt.
        rate: What the model costs.
        least_tokens: The shortest prefix that is kept.
    """
    write, read = factors(rate)
    count = len(contents)
    shared = {
        (i, k): whole_words(contents[i], shared_characters(contents[i], contents[k]))
        for i in range(count)
        for k in range(i + 1, count)
    }
    kept: list[_Entry] = []
    splits = []
    for i, content in enumerate(contents):
        least = round(LEAST_MARGIN * least_tokens * len(content) / max(1, tokens[i]))
        found = _longest(kept, i, shared)
        start = found.end if found else 0
        later = {k: shared[i, k] for k in range(i + 1, count)}
        already = {k: entry.end if (entry := _longest(kept, k, shared)) else 0 for k in later}
        # A breakpoint is spent on what is read.
        ends = best_ends(
            later,
            already,
            start=start,
            least=least,
            most=MOST_BREAKPOINTS - bool(found),
            write=write,
            read=read,
        )
        blocks = (*(found.blocks if found else ()), *ends)
        breakpoints = (*((start,) if found else ()), *ends)
        splits.append(Split(blocks=blocks, breakpoints=breakpoints))
        for number, end in enumerate(ends, start=len(blocks) - len(ends)):
            kept.append(_Entry(prompt=i, end=end, blocks=blocks[: number + 1]))
    return splits


def factors(rate: Rate) -> tuple[float, float]:
    """Prices of writing and of reading a token, plain input being 1."""
    if not rate.input_usd:
        return WRITE_FACTOR, READ_FACTOR
    write = WRITE_FACTOR if rate.cache_write_usd is None else rate.cache_write_usd / rate.input_usd
    read = READ_FACTOR if rate.cached_input_usd is None else rate.cached_input_usd / rate.input_usd
    return write, read


def _longest(
    kept: Sequence[_Entry], prompt: int, shared: dict[tuple[int, int], int]
) -> _Entry | None:
    """The longest kept prefix that a prompt begins with."""
    readable = [entry for entry in kept if shared[entry.prompt, prompt] >= entry.end]
    return max(readable, key=lambda entry: entry.end, default=None)


def best_ends(
    later: dict[int, int],
    already: dict[int, int],
    *,
    start: int,
    least: int,
    most: int,
    write: float,
    read: float,
) -> tuple[int, ...]:
    """The places that lower the bill most; none when none does.

    Args:
        later: Characters that each later prompt shares with this one.
        already: Of these, kept without a breakpoint here.
        start: Where the prefix ends that this prompt reads.
        least: Shorter prefixes are not kept.
        most: Breakpoints that are left.
        write: Price of writing a character, plain input being 1.
        read: Of reading it.
    """
    places = sorted({end for end in later.values() if end > start and end >= least})
    if len(places) > MOST_CANDIDATES:
        step = (len(places) - 1) / (MOST_CANDIDATES - 1)
        places = sorted({places[round(step * number)] for number in range(MOST_CANDIDATES)})
    best: tuple[int, ...] = ()
    best_saving = 0.0
    for size in range(1, most + 1):
        for ends in combinations(places, size):
            saved = sum(
                max([0, *(end - already[k] for end in ends if end <= share)])
                for k, share in later.items()
            )
            saving = (1 - read) * saved - (write - 1) * (ends[-1] - start)
            if saving > best_saving + 1e-9:
                best, best_saving = ends, saving
    return best
