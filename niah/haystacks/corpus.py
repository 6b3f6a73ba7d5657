"""The text that haystacks are cut from."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass

from niah.documents import Document
from niah.errors import HaystackError
from niah.passages import text_without


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """A text to cut haystacks from.

    Attributes:
        name: Where it comes from, versioned: ``gazetteer-en-1``, ``essays-1``, ``files:docs``.
        language: ISO 639 code of the text, ``und`` when unknown.
        text: The whole text, UTF-8 encodable, LF line ends, no lone carriage returns.
        sha256: SHA-256 of the text's UTF-8 bytes, hexadecimal.
        repeated: How many times the source was laid end to end; 1 = not repeated.
        parted_by: What stands between two of its lines, each of which counts as a sentence; empty
            for prose, which is parted into sentences by their marks.
        fence: What stands on a line before and after any stretch of it.
        documents: Where the user's documents stand in it, in their order; of a repeated text, where
            they stand first. Empty where there are none.
    """

    name: str
    language: str
    text: str
    sha256: str
    repeated: int = 1
    parted_by: str = ""
    fence: tuple[str, str] | None = None
    documents: tuple[Document, ...] = ()


def make_corpus(
    name: str,
    language: str,
    text: str,
    *,
    repeated: int = 1,
    parted_by: str = "",
    fence: tuple[str, str] | None = None,
    documents: tuple[Document, ...] = (),
) -> Corpus:
    """A corpus with its hash."""
    return Corpus(
        name=name,
        language=language,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        repeated=repeated,
        parted_by=parted_by,
        fence=fence,
        documents=documents,
    )


def lay_end_to_end(source: Corpus, min_bytes: int) -> Corpus:
    """The source repeated, a blank line between, until it has at least so many bytes."""
    size = len(source.text.encode()) + 1
    times = max(1, -(-min_bytes // size))
    if times == 1:
        return source
    text = "\n".join([source.text.rstrip("\n") + "\n"] * times)
    return make_corpus(
        source.name, source.language, text, repeated=times, documents=source.documents
    )


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
    text = text_without(corpus.text, passages)
    if not text.strip():
        raise HaystackError(
            f"{corpus.name} has nothing but passages that are asked about; give it more text"
        )
    count = f"{len(passages):,} {'passage' if len(passages) == 1 else 'passages'}"
    return make_corpus(
        f"{corpus.name} less {count}", corpus.language, text, repeated=corpus.repeated
    )
