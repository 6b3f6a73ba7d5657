"""A prompt cache as providers bill it: automatic in steps of tokens, or where the request says."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

MOST = 1_000_000
# A marked prefix is also found when it ended so many content blocks earlier.
LOOK_BACK_BLOCKS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Prefix:
    """The beginning of a prompt.

    Attributes:
        tokens: Its length.
        digest: Of its tokens and of the cache's owner.
        stored: Whether an answered prompt leaves it in the cache; else it is only looked up.
    """

    tokens: int
    digest: bytes
    stored: bool = True


def steps(
    owner: str, blocks: Sequence[Sequence[int]], *, step_tokens: int, least_tokens: int
) -> list[Prefix]:
    """The prefixes of an automatic cache: every whole step, the shortest first.

    Args:
        owner: Whose cache it is.
        blocks: Token ids, block by block.
        step_tokens: Length of a step.
        least_tokens: Shorter prefixes are not cached.
    """
    ids = array("I", (token for block in blocks for token in block))
    cuts = range(step_tokens, len(ids) + 1, step_tokens)
    return [
        Prefix(tokens=tokens, digest=digest)
        for tokens, digest in _digests(owner, ids, cuts)
        if tokens >= least_tokens
    ]


def marked(
    owner: str, blocks: Sequence[Sequence[int]], *, marks: Sequence[int], least_tokens: int
) -> list[Prefix]:
    """The prefixes of an explicit cache: those that end with a block near a marked one.

    Args:
        owner: Whose cache it is.
        blocks: Token ids, block by block.
        marks: Indexes of the blocks that are marked.
        least_tokens: Shorter prefixes are not cached.
    """
    ids = array("I")
    ends = []
    for block in blocks:
        ids.extend(block)
        ends.append(len(ids))
    return [
        Prefix(tokens=tokens, digest=digest, stored=index in marks)
        for index, (tokens, digest) in enumerate(_digests(owner, ids, ends))
        if tokens >= least_tokens
        and any(mark - LOOK_BACK_BLOCKS <= index <= mark for mark in marks)
    ]


def _digests(owner: str, ids: array[int], cuts: Sequence[int]) -> Iterator[tuple[int, bytes]]:
    """Each cut with a digest of all that stands before it, however that was cut."""
    whole = blake2b(owner.encode(), digest_size=16)
    start = 0
    for cut in cuts:
        whole.update(ids[start:cut].tobytes())
        start = cut
        yield cut, whole.copy().digest()


class PrefixCache:
    """The prefixes of the prompts that were answered lately; the oldest are forgotten first."""

    def __init__(self, *, lifetime_s: float, clock: Callable[[], float], most: int = MOST) -> None:
        self._lifetime_s = lifetime_s
        self._clock = clock
        self._most = most
        self._known: dict[bytes, float] = {}  # until when, the oldest first

    def shared_tokens(self, prefixes: Sequence[Prefix]) -> int:
        """Tokens of the longest of these prefixes that the cache holds; reading renews it."""
        now_s = self._clock()
        for prefix in reversed(prefixes):
            if self._known.get(prefix.digest, now_s) > now_s:
                self._keep(prefix.digest)
                return prefix.tokens
        return 0

    def keep(self, prefixes: Sequence[Prefix]) -> None:
        """Store a prompt's prefixes, or renew them."""
        # The longest first, so that it is the first to go.
        for prefix in reversed(prefixes):
            if prefix.stored:
                self._keep(prefix.digest)
        now_s = self._clock()
        while self._known:
            oldest = next(iter(self._known))
            if len(self._known) <= self._most and self._known[oldest] > now_s:
                break
            del self._known[oldest]

    def _keep(self, digest: bytes) -> None:
        self._known.pop(digest, None)
        self._known[digest] = self._clock() + self._lifetime_s
