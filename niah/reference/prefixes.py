"""A prompt cache as providers bill it: the longest prefix seen before, in steps of 64 tokens."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from hashlib import blake2b

STEP = 64
MOST = 1_000_000


def chain(reader: str, ids: Sequence[int]) -> list[bytes]:
    """One digest for each whole step of a prompt; it depends on all that stands before it."""
    packed = array("I", ids).tobytes()
    size = STEP * array("I").itemsize
    digest, digests = reader.encode(), []
    for start in range(0, len(packed) - size + 1, size):
        digest = blake2b(digest + packed[start : start + size], digest_size=16).digest()
        digests.append(digest)
    return digests


class PrefixCache:
    """The prefixes of the prompts that were answered, the oldest forgotten first."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: dict[bytes, None] = {}

    def shared_tokens(self, digests: Sequence[bytes]) -> int:
        """Tokens of the longest prefix that an earlier prompt had."""
        low, high = 0, len(digests)
        while low < high:
            middle = (low + high) // 2
            if digests[middle] in self._known:
                low = middle + 1
            else:
                high = middle
        return low * STEP

    def keep(self, digests: Sequence[bytes]) -> None:
        """Remember a prompt's prefixes."""
        for digest in digests:
            self._known.pop(digest, None)
        # The longest first, so that it is the first to go.
        self._known.update(dict.fromkeys(reversed(digests)))
        while len(self._known) > self._most:
            del self._known[next(iter(self._known))]
