"""Haystacks of nothing but keys with values, cut from lines that are written once for all trials.

One key in eight, and one number in eight, is kept for what is asked: the lines have none of them,
so the one line that is planted is the only one that answers. Which ones are kept is up to a hash,
so they are of the same form as the others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import islice
from uuid import UUID

from niah.draws import Stream, derive_seed
from niah.tasks.keys import three_words, two_words

HAYSTACKS = 3
"""So many haystacks of the longest context, next to each other, have no line in common."""

_FEWEST = 1 << 12
_KEPT_OF_256 = 32
_NUMBERS = range(1_000_000, 10_000_000)
_UUID_DIGITS = 32


def lines_needed(longest_context: int, tokens_of_line: int) -> int:
    """How many lines are written: a power of two, so that most grids share theirs.

    Args:
        longest_context: In tokens.
        tokens_of_line: Of a short one.
    """
    lines = _FEWEST
    while lines * tokens_of_line < longest_context * HAYSTACKS:
        lines *= 2
    return lines


def is_kept(text: str) -> bool:
    """Whether a key or a value is kept for what is asked."""
    return hashlib.blake2b(text.encode(), digest_size=1).digest()[0] < _KEPT_OF_256


def asked(draw: Callable[[int], str], seed: int) -> str:
    """What a trial asks for: drawn from its seed until it is one that is kept."""
    drawn, redraw = draw(seed), 0
    while not is_kept(drawn):
        redraw += 1
        drawn = draw(derive_seed(seed, redraw))
    return drawn


def other_keys(language: str, count: int, within: int) -> list[str]:
    """Keys that are not asked for; among so many in a row, none comes twice."""
    different = [key for key in two_words(language) if not is_kept(key)]
    if len(different) < within:
        longer = (key for key in three_words(language) if not is_kept(key))
        different += islice(longer, within - len(different))
    Stream(0, f"keys of lines/{language}").shuffle(different)
    return [different[number % len(different)] for number in range(count)]


def other_numbers(count: int) -> list[str]:
    """Numbers of seven digits that are not asked for, each once."""
    stream = Stream(0, "numbers of lines")
    different: dict[str, None] = {}
    while len(different) < count:
        number = str(_NUMBERS[stream.below(len(_NUMBERS))])
        if not is_kept(number):
            different[number] = None
    return list(different)


def other_uuids(name: str, count: int) -> list[str]:
    """UUIDs; no trial's is among them, as there are 2**122."""
    digits = hashlib.shake_256(name.encode()).hexdigest(_UUID_DIGITS // 2 * count)
    starts = range(0, len(digits), _UUID_DIGITS)
    return [str(UUID(digits[start : start + _UUID_DIGITS], version=4)) for start in starts]
