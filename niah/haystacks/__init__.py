"""Corpora: the filler that needles are planted in, hashed and reproducible."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Corpus:
    """A text to cut haystacks from.

    Attributes:
        name: Where it comes from, versioned: ``gazetteer-en-1``, ``essays``, ``files:docs``.
        language: ISO 639-1 code of the text, ``und`` when unknown.
        text: The whole text, UTF-8 encodable, LF line ends, no lone carriage returns.
        sha256: SHA-256 of the text's UTF-8 bytes, hexadecimal.
        repeated: How many times the source was laid end to end; 1 = not repeated.
    """

    name: str
    language: str
    text: str
    sha256: str
    repeated: int = 1
