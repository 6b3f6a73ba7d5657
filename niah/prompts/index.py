"""A corpus under one tokenizer: encoded once, kept on disk, then only looked up."""

from __future__ import annotations

import hashlib
import mmap
import re
from bisect import bisect_left, bisect_right
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from niah.errors import ConfigurationError, HaystackError
from niah.files import whole_file
from niah.haystacks import Corpus
from niah.haystacks.cache import default_directory
from niah.prompts.joints import RULES, joint_pattern, kept_rules
from niah.prompts.sentences import line_gaps, sentence_gaps
from niah.tokenizers import Tokenizer

INDEX_VERSION = 1

# A joint farther away than this is not worth encoding everything up to it for each gap.
REACH_CHARS = 1_000
# Texts up to this length come again and again around seams; their counts are remembered.
SHORT_CHARS = 1_000
REMEMBERED_COUNTS = 1 << 14
# A text is written from blocks of it: one copy of what is written, not one of each stretch first.
BLOCK_CHARS = 1 << 13

Numbers = NDArray[np.int32]


@dataclass(frozen=True, kw_only=True, eq=False)
class CorpusIndex:
    """Everything that composing needs to know of a corpus.

    Character offsets and token counts, ascending; each array is a view of the index file. A *gap*
    is a place between two sentences, or lines of a corpus of lines; the first one stands before the
    text, the last one behind it.

    Attributes:
        corpus: The text.
        tokenizer: What counted it.
        tokens: Tokens of the whole text.
        joint: Matches at a joint.
        gap_ends: Where the sentence before each gap ends.
        gap_starts: Where the sentence after it begins; white space lies between the two, or what
            parts the corpus's lines.
        gap_tokens: Tokens of the text up to ``gap_ends``.
        gap_opens: 1 where a gap begins with a space at a joint: there, a space and a sentence add
            their own tokens and change nothing around them. 0 elsewhere.
        heads: Tokens of the text up to ``gap_starts``; see ``tails``.
        tails: Tokens of the text up to ``gap_ends`` and a line feed. ``tails[j] - heads[i]`` are
            the tokens of the stretch from gap i to gap j when it stands on lines of its own,
            its last line feed included; exact where joints are near.
        joints: Places where tokens part whatever stands on either side; may be empty.
        joint_tokens: Tokens of the text up to each joint.
        blocks: The text in parts of ``BLOCK_CHARS`` characters.
    """

    corpus: Corpus
    tokenizer: Tokenizer
    tokens: int
    joint: re.Pattern[str]
    gap_ends: memoryview[int] = field(repr=False)
    gap_starts: memoryview[int] = field(repr=False)
    gap_tokens: memoryview[int] = field(repr=False)
    gap_opens: memoryview[int] = field(repr=False)
    heads: Numbers = field(repr=False)
    tails: Numbers = field(repr=False)
    joints: memoryview[int] = field(repr=False)
    joint_tokens: memoryview[int] = field(repr=False)
    blocks: tuple[str, ...] = field(repr=False)
    _counts: dict[str, int] = field(repr=False, default_factory=dict)

    def count(self, text: str) -> int:
        """Tokens of any text; remembered when it is short."""
        if len(text) > SHORT_CHARS:
            return len(self.tokenizer.encode(text))
        known = self._counts.get(text)
        if known is None:
            if len(self._counts) >= REMEMBERED_COUNTS:
                self._counts.clear()
            known = self._counts[text] = len(self.tokenizer.encode(text))
        return known

    def parts(self, left: str, right: str) -> bool:
        """Whether a joint lies between a text and the one right behind it."""
        return self.joint.match(left[-1:] + right[:1], 1) is not None

    def is_exact(self, first: int, last: int) -> bool:
        """Whether ``tails[last] - heads[first]`` is exact: both gaps have a joint near."""
        joints, start, end = self.joints, self.gap_starts[first], self.gap_ends[last]
        after = bisect_right(joints, start)
        before = bisect_left(joints, end, after) - 1
        return (
            after <= before
            and joints[after] - start <= REACH_CHARS
            and end - joints[before] <= REACH_CHARS
        )


def build_index(
    corpus: Corpus, tokenizer: Tokenizer, *, cache_dir: Path | None = None
) -> CorpusIndex:
    """The corpus under the tokenizer, from the cache when it was encoded before.

    A cached index that is damaged, cut short or of another version is built again; a cache that
    cannot be written costs time and nothing else.

    Args:
        corpus: The text.
        tokenizer: What counts it.
        cache_dir: Where indexes are kept; niah's cache directory when None.

    Raises:
        HaystackError: if the corpus has no text.
    """
    if not corpus.text.strip():
        raise HaystackError(f"the haystack {corpus.name} has no text; give it some")
    key = f"{INDEX_VERSION}/{corpus.sha256}/{tokenizer.fingerprint}/{tokenizer.name}"
    key += f"/{corpus.parted_by!r}" if corpus.parted_by else ""
    name = f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.index"
    path = (cache_dir or default_directory()) / "indexes" / name
    content: bytes | mmap.mmap | None = _read(path)
    if content is None:
        content = built = _packed(*_encoded(corpus, tokenizer))
        with suppress(ConfigurationError), whole_file(path) as draft:
            draft.write_bytes(built)
    return _opened(content, corpus, tokenizer)


def _encoded(corpus: Corpus, tokenizer: Tokenizer) -> tuple[frozenset[str], int, list[Numbers]]:
    """The rules that hold, the tokens of the whole text, and the index's arrays."""
    text = corpus.text
    token_ends = tokenizer.token_ends(text)
    rules = kept_rules(tokenizer) if tokenizer.keeps(text) else frozenset[str]()
    joints = _joints(text, rules)
    if not np.isin(joints, token_ends).all():  # a rule that does not hold after all
        rules, joints = frozenset(), joints[:0]
    joint_tokens = np.searchsorted(token_ends, joints, side="right")
    gaps = line_gaps(text, corpus.parted_by) if corpus.parted_by else sentence_gaps(text)
    ends, starts = np.array(gaps, np.int64).T
    gap_tokens = np.searchsorted(token_ends, ends, side="right")
    spaces = np.array([text[end : end + 1] == " " for end, _ in gaps])
    gap_opens = spaces & np.isin(ends, joints)
    heads, tails = _seams(text, tokenizer, gaps, gap_tokens, joints, joint_tokens)
    arrays = (ends, starts, gap_tokens, gap_opens, heads, tails, joints, joint_tokens)
    return rules, len(token_ends), [array.astype(np.int32) for array in arrays]


def _joints(text: str, rules: frozenset[str]) -> NDArray[np.int64]:
    matches = joint_pattern(rules).finditer(text)
    return np.fromiter((match.start() for match in matches), np.int64)


def _seams(
    text: str,
    tokenizer: Tokenizer,
    gaps: list[tuple[int, int]],
    gap_tokens: NDArray[np.int64],
    joints: NDArray[np.int64],
    joint_tokens: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Heads and tails: what lies between a gap and the next joint, encoded beside a line feed."""

    @cache
    def count(piece: str) -> int:
        return len(tokenizer.encode(piece))

    places, tokens = joints.data, joint_tokens.data
    heads, tails = gap_tokens.copy(), gap_tokens.copy()
    for gap, (end, start) in enumerate(gaps):
        after = bisect_right(places, start)
        if after < len(places) and places[after] - start <= REACH_CHARS:
            piece = "\n" + text[start : places[after]]
            heads[gap] = tokens[after] - count(piece) + count("\n")
        before = bisect_left(places, end) - 1
        if before >= 0 and end - places[before] <= REACH_CHARS:
            tails[gap] = tokens[before] + count(text[places[before] : end] + "\n")
    return heads, tails


# The file: magic, SHA-256 of the rest, which rules hold, whole tokens, array sizes, the arrays.
_MAGIC = b"niah corpus index".ljust(32)
_BODY = len(_MAGIC) + 32
_ARRAYS = 8


def _packed(rules: frozenset[str], tokens: int, arrays: list[Numbers]) -> bytes:
    flags = [rule in rules for rule in RULES]
    head = np.array([*flags, tokens, *map(len, arrays)], np.int32)
    body = b"".join(array.tobytes() for array in (head, *arrays))
    return _MAGIC + hashlib.sha256(body).digest() + body


def _opened(content: bytes | mmap.mmap, corpus: Corpus, tokenizer: Tokenizer) -> CorpusIndex:
    numbers: Numbers = np.frombuffer(content, np.int32, offset=_BODY)
    flags, (tokens, *sizes) = numbers[: len(RULES)], numbers[len(RULES) :][: 1 + _ARRAYS].tolist()
    arrays = np.split(numbers[len(RULES) + 1 + _ARRAYS :], np.cumsum(sizes)[:-1])
    ends, starts, gap_tokens, gap_opens, heads, tails, joints, joint_tokens = arrays
    return CorpusIndex(
        corpus=corpus,
        tokenizer=tokenizer,
        tokens=tokens,
        joint=joint_pattern(frozenset(r for r, held in zip(RULES, flags, strict=True) if held)),
        gap_ends=ends.data,
        gap_starts=starts.data,
        gap_tokens=gap_tokens.data,
        gap_opens=gap_opens.data,
        heads=heads,
        tails=tails,
        joints=joints.data,
        joint_tokens=joint_tokens.data,
        blocks=tuple(
            corpus.text[begin : begin + BLOCK_CHARS]
            for begin in range(0, len(corpus.text), BLOCK_CHARS)
        ),
    )


def _read(path: Path) -> mmap.mmap | None:
    """The file's content, mapped; None when it is missing or not what was written."""
    try:
        with path.open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError):  # ValueError: an empty file
        return None
    with memoryview(content) as whole:
        digest = hashlib.sha256(whole[_BODY:]).digest()
        intact = whole[:_BODY] == _MAGIC + digest
    return content if intact else None
