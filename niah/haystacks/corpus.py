"""The text that haystacks are cut from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass

from niah.errors import HaystackError

_SPACE = re.compile(r"\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """A text to cut haystacks from.

    Attributes:
        name: Where it comes from, versioned: ``gazetteer-en-1``, ``essays-1``, ``files:docs``.
        language: ISO 639 code of the text, ``und`` when unknown.
        text: The whole text, UTF-8 encodable, LF line ends, no lone carriage returns.
        sha256: SHA-256 of the text's UTF-8 bytes, hexadecimal.
        repeated: How many times the source was laid end to end; 1 = not repeated.
    """

    name: str
    language: str
    text: str
    sha256: str
    repeated: int = 1


def make_corpus(name: str, language: str, text: str, *, repeated: int = 1) -> Corpus:
    """A corpus with its hash."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Corpus(name=name, language=language, text=text, sha256=digest, repeated=repeated)


def lay_end_to_end(source: Corpus, min_bytes: int) -> Corpus:
    """The source repeated, a blank line between, until it has at least so many bytes."""
    size = len(source.text.encode()) + 1
    times = max(1, -(-min_bytes // size))
    if times == 1:
        return source
    text = "\n".join([source.text.rstrip("\n") + "\n"] * times)
    return make_corpus(source.name, source.language, text, repeated=times)


def without(corpus: Corpus, passages: Collection[str]) -> Corpus:
    """The corpus with these passages taken out wherever they stand.

    Args:
        corpus: What they stand in, word for word.
        passages: Parts of the text, often whole paragraphs.

    Raises:
        HaystackError: if nothing is left.
    """
    if not passages:
        return corpus
    whole = set(passages)
    kept = [part for part in corpus.text.split("\n\n") if part.strip("\n") not in whole]
    text = "\n\n".join(kept)
    for passage in passages:
        text = _taken_out(text, passage)
    if not text.strip():
        raise HaystackError(
            f"{corpus.name} has nothing but passages that are asked about; give it more text"
        )
    count = f"{len(whole):,} {'passage' if len(whole) == 1 else 'passages'}"
    return make_corpus(
        f"{corpus.name} less {count}", corpus.language, text, repeated=corpus.repeated
    )


def _taken_out(text: str, passage: str) -> str:
    """The text without the passage; of the space around it, the side with more lines stays."""
    parts: list[str] = []
    begin, found = 0, text.find(passage)
    while found >= 0:
        before = text[begin:found]
        end = found + len(passage)
        left = before[len(before.rstrip()) :]
        begin = _SPACE.match(text, end).end()  # type: ignore[union-attr]
        right = text[end:begin]
        parts += [before.rstrip(), max(left, right, key=lambda space: (space.count("\n"), space))]
        found = text.find(passage, begin)
    return "".join([*parts, text[begin:]]) if parts else text
