"""Texts made of stretches of a corpus: how many tokens they have, and how they read."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from niah.prompts.index import BLOCK_CHARS, CorpusIndex

Piece = str | tuple[int, int]
"""A text, or a stretch of the corpus by its character offsets."""


def count(index: CorpusIndex, pieces: Sequence[Piece]) -> int:
    """Tokens of the pieces as one text, exact for every text and tokenizer.

    What lies between two joints of a stretch is looked up; whatever is between joints otherwise
    is encoded. A tokenizer without joints encodes the whole.
    """
    text, joints, joint_tokens = index.corpus.text, index.joints, index.joint_tokens
    total, run = 0, ""
    for piece in pieces:
        if isinstance(piece, str):
            if run and piece and index.parts(run, piece):
                total += index.count(run)
                run = piece
            else:
                run += piece
            continue
        begin, end = piece
        if run and index.parts(run, text[begin]):
            total += index.count(run)
            run = ""
        first = bisect_right(joints, begin)
        last = bisect_left(joints, end, first) - 1
        if first <= last:
            total += index.count(run + text[begin : joints[first]])
            total += joint_tokens[last] - joint_tokens[first]
            run = text[joints[last] : end]
        else:
            run += text[begin:end]
    return total + index.count(run)


def write(index: CorpusIndex, pieces: Sequence[Piece]) -> str:
    """The pieces as one text."""
    parts: list[str] = []
    for piece in pieces:
        if isinstance(piece, str):
            parts.append(piece)
        else:
            parts += _blocks_of(index, *piece)
    return "".join(parts)


def _blocks_of(index: CorpusIndex, begin: int, end: int) -> Sequence[str]:
    """A stretch in parts of which all but the outer two are there already."""
    first, last = begin // BLOCK_CHARS, end // BLOCK_CHARS
    if last - first < 2:
        return (index.corpus.text[begin:end],)
    blocks = index.blocks
    return (
        blocks[first][begin % BLOCK_CHARS :],
        *blocks[first + 1 : last],
        index.corpus.text[last * BLOCK_CHARS : end],
    )
