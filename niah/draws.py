"""Reproducible draws: every random choice is a pure function of a seed and the choice's name.

A draw does not depend on which draws were made before it, so a new choice never changes an old
one, and the bytes are the same on every machine, Python and NumPy version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def derive_seed(*parts: object) -> int:
    """A 63-bit seed that depends on every part and on their order.

    Parts are told apart by their ``repr``; pass only str, int, float, bool, None, and tuples of them.
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
