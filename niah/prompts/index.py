"""A corpus tokenised once: sentences, sync points, and the tokens before each of them."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from niah.draws import integer
from niah.errors import ConfigurationError, HaystackError
from niah.files import whole_file
from niah.haystacks import Corpus
from niah.haystacks.cache import default_directory
from niah.prompts.segments import sentence_gaps, sync_points
from niah.tokenizers import Tokenizer

INDEX_VERSION = 2
ARRAYS = 8
PROOFS = 64
PROOF_CHARACTERS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusIndex:
    """Everything that composing needs to know of a corpus; offsets count characters.

    Attributes:
        corpus: The text.
        tokenizer: What counted it.
        tokens: Tokens of the whole text.
        ends: Where each sentence ends, its closing mark included.
        starts: Where each sentence begins.
        start_tokens: Tokens that are complete where each sentence begins.
        end_tokens: Tokens that it takes to reach the end of each sentence.
        omissible: By their tokens, the sentences whose absence leaves the paragraphs as they are.
        syncs: Offsets that no token crosses, whatever stands around; empty when there are none.
        sync_tokens: Tokens before each of them.
        known_starts: Starts of messages that were counted: characters up to their last sync
            point, and the tokens of these.
    """

    corpus: Corpus
    tokenizer: Tokenizer
    tokens: int
    starts: list[int] = field(repr=False)
    ends: list[int] = field(repr=False)
    start_tokens: list[int] = field(repr=False)
    end_tokens: list[int] = field(repr=False)
    omissible: Mapping[int, list[int]] = field(repr=False)
    syncs: list[int] = field(repr=False)
    sync_tokens: list[int] = field(repr=False)
    known_starts: dict[str, tuple[int, int]] = field(default_factory=dict, repr=False)


def build_index(
    corpus: Corpus, tokenizer: Tokenizer, *, cache_dir: Path | None = None
) -> CorpusIndex:
    """The corpus under the tokenizer; read from the cache when it was built before.

    A cached index that is damaged or of another version is built again.

    Raises:
        HaystackError: if the corpus has no text.
    """
    name = f"{corpus.sha256[:24]}-{tokenizer.fingerprint[:24]}-{INDEX_VERSION}.index"
    path = (cache_dir or default_directory()) / "indexes" / name
    arrays = _read(path)
    if arrays is None:
        arrays = _tokenise(corpus, tokenizer)
        _write(path, arrays)
    starts, ends, start_tokens, end_tokens, omissible, syncs, sync_tokens, totals = arrays
    return CorpusIndex(
        corpus=corpus,
        tokenizer=tokenizer,
        tokens=int(totals[0]),
        starts=starts.tolist(),
        ends=ends.tolist(),
        start_tokens=start_tokens.tolist(),
        end_tokens=end_tokens.tolist(),
        omissible=_by_size(np.flatnonzero(omissible), end_tokens),
        syncs=syncs.tolist(),
        sync_tokens=sync_tokens.tolist(),
    )


def _tokenise(corpus: Corpus, tokenizer: Tokenizer) -> list[NDArray[np.int64]]:
    text = corpus.text
    first = len(text) - len(text.lstrip())
    if first == len(text):
        raise HaystackError(f"the haystack {corpus.name} has no text")
    token_ends = np.asarray(tokenizer.token_ends(text), np.int64)
    gap_ends, gap_starts = sentence_gaps(text)
    starts = np.array([first, *(s for s in gap_starts if s > first)], np.int64)
    ends = np.array([*(e for e in gap_ends if e > first), len(text.rstrip())], np.int64)
    syncs = sync_points(text)
    before, at_boundary = _tokens_before(token_ends, syncs)
    syncs, before = syncs[at_boundary], before[at_boundary]
    if not _proven(text, tokenizer, syncs):
        syncs, before = syncs[:0], before[:0]
    return [
        starts,
        ends,
        _tokens_before(token_ends, starts)[0],
        np.searchsorted(token_ends, ends, side="left").astype(np.int64) + 1,
        _omissible(text, starts, ends),
        syncs,
        before,
        np.array([len(token_ends)], np.int64),
    ]


def _tokens_before(
    token_ends: NDArray[np.int64], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Tokens that are complete at each offset, and whether one ends exactly there.

    A token that holds a part of the next character completes none, so it ends where the one
    before it does; the first that ends at an offset is the one that counts.
    """
    first = token_ends.searchsorted(offsets, side="left")
    exact = token_ends[np.minimum(first, len(token_ends) - 1)] == offsets
    return (first + exact).astype(np.int64), exact


def _omissible(text: str, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Which sentences follow the one before in the same paragraph."""
    gaps = zip(ends[:-1].tolist(), starts[1:].tolist(), strict=True)
    return np.array([0, *(text[end:start] in (" ", "") for end, start in gaps)], np.int64)


def _by_size(sentences: NDArray[np.intp], end_tokens: NDArray[np.int64]) -> dict[int, list[int]]:
    """The sentences by how many tokens fewer the text has without them, ascending."""
    sizes = end_tokens[sentences] - end_tokens[sentences - 1]
    grouped: dict[int, list[int]] = {}
    for sentence, size in zip(sentences.tolist(), sizes.tolist(), strict=True):
        grouped.setdefault(size, []).append(sentence)
    return grouped


def _proven(text: str, tokenizer: Tokenizer, syncs: NDArray[np.int64]) -> bool:
    """Whether parting at sync points keeps the count, tried at places all over the text."""
    for number in range(min(PROOFS, len(syncs))):
        point = int(syncs[integer(len(text), f"proof/{number}", len(syncs))])
        left = text[max(0, point - PROOF_CHARACTERS) : point]
        right = text[point : point + PROOF_CHARACTERS]
        parted = len(tokenizer.encode(left)) + len(tokenizer.encode(right))
        if parted != len(tokenizer.encode(left + right)):
            return False
    return True


def _read(path: Path) -> list[NDArray[np.int64]] | None:
    try:
        content = path.read_bytes()
    except OSError:
        return None
    if hashlib.sha256(content[32:]).digest() != content[:32]:
        return None
    stream = io.BytesIO(content[32:])
    try:
        return [np.load(stream, allow_pickle=False).astype(np.int64) for _ in range(ARRAYS)]
    except (ValueError, EOFError):
        return None


def _write(path: Path, arrays: list[NDArray[np.int64]]) -> None:
    stream = io.BytesIO()
    for array in arrays:
        np.save(stream, array, allow_pickle=False)
    content = stream.getvalue()
    try:
        with whole_file(path) as draft:
            draft.write_bytes(hashlib.sha256(content).digest() + content)
    except ConfigurationError:
        return  # an unwritable cache costs time, nothing else
