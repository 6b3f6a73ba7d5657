"""Where a prompt's beginning is worth keeping: prompt caches that are paid for on request.

Anthropic bills what it writes to its cache above the normal price and what it reads far below.
So a breakpoint pays where a prompt that is sent later begins with the same text, and nowhere else.
The caches of OpenAI, DeepSeek and Google need no breakpoints: they are only observed.

Source: https://docs.claude.com/en/docs/build-with-claude/prompt-caching
"""

from __future__ import annotations

import re
from itertools import combinations

from niah.models import Model
from niah.prices import Rate

# More are refused.
MOST_BREAKPOINTS = 4
# Of all the places that a prompt could be kept up to, so many are weighed against each other.
MOST_CANDIDATES = 12
# Prices relative to plain input where the list does not carry them.
WRITE_FACTOR, READ_FACTOR = 1.25, 0.1

# Shorter prefixes are not cached, though marked. The first pattern that matches a name counts.
_LEAST_TOKENS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"haiku-3|3-5-haiku|3-haiku|sonnet-4-6|opus-4-7"), 2_048),
    (re.compile(r"claude-3|(opus|sonnet)-4(-[01])?(-\d{8})?$|sonnet-4-5|opus-4-8"), 1_024),
    (re.compile(r"fable|mythos-5|opus-5|(sonnet|haiku)-5-5"), 512),
    (re.compile(r"sonnet-5"), 1_024),
)
_LEAST_TOKENS_OF_OTHERS = 4_096


def least_cacheable_tokens(model: Model) -> int | None:
    """The shortest prefix that the model's cache keeps; None = it is not told what to keep."""
    if model.provider.api != "anthropic":
        return None
    matched = (tokens for pattern, tokens in _LEAST_TOKENS if pattern.search(model.wire_name))
    return next(matched, _LEAST_TOKENS_OF_OTHERS)


def factors(rate: Rate) -> tuple[float, float]:
    """Prices of writing and of reading a token, plain input being 1."""
    if not rate.input_usd:
        return WRITE_FACTOR, READ_FACTOR
    write = WRITE_FACTOR if rate.cache_write_usd is None else rate.cache_write_usd / rate.input_usd
    read = READ_FACTOR if rate.cached_input_usd is None else rate.cached_input_usd / rate.input_usd
    return write, read


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
