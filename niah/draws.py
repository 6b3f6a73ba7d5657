"""Reproducible draws: every random choice is a pure function of a seed and the choice's name.

A draw does not depend on which draws were made before it, so a new choice never changes an old
one, and the bytes are the same on every machine, Python and NumPy version.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def derive_seed(*parts: object) -> int:
    """A 63-bit seed that depends on every part and on their order.

    Parts are told apart by their ``repr``: pass str, int, float, bool, None and tuples of them.
    """
    digest = hashlib.sha256(repr(parts).encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1


def integer(seed: int, name: str, below: int) -> int:
    """A whole number in [0, below), uniform up to a bias under 2**-64.

    Raises:
        ValueError: if ``below`` is not in [1, 2**64].
    """
    if not 1 <= below <= 1 << 64:
        raise ValueError(f"below must be in [1, 2**64], got {below}")
    digest = hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=16).digest()
    return int.from_bytes(digest, "big") * below >> 128


def choice(seed: int, name: str, options: Sequence[T]) -> T:
    """One of the options, each equally likely."""
    return options[integer(seed, name, len(options))]


def permutation(seed: int, name: str, size: int) -> list[int]:
    """The numbers 0 .. size-1 in random order (Fisher-Yates)."""
    order = list(range(size))
    for last in range(size - 1, 0, -1):
        other = integer(seed, f"{name}/{last}", last + 1)
        order[last], order[other] = order[other], order[last]
    return order


class Stream:
    """Many draws in a row from one seed and name, for texts that need thousands of them.

    The numbers depend on their order, so a stream belongs to one versioned generator only.
    """

    __slots__ = ("_block", "_key", "_words")

    def __init__(self, seed: int, name: str) -> None:
        self._key = f"{seed}/{name}"
        self._block = 0
        self._words: list[int] = []

    def below(self, bound: int) -> int:
        """A whole number in [0, bound), uniform up to a bias under bound / 2**32."""
        if not self._words:
            self._words = self._next_words()
        return self._words.pop() * bound >> 32

    def shuffle(self, items: list[T]) -> None:
        """Put the items in random order, in place (Fisher-Yates)."""
        # What ``below`` would return, without a call for each of what may be 100,000 items.
        words = self._words
        for last in range(len(items) - 1, 0, -1):
            if not words:
                words = self._next_words()
            other = words.pop() * (last + 1) >> 32
            items[last], items[other] = items[other], items[last]
        self._words = words

    def _next_words(self) -> list[int]:
        digest = hashlib.shake_128(f"{self._key}/{self._block}".encode()).digest(1024)
        self._block += 1
        return list(struct.unpack("<256I", digest))
