"""Text to token ids and back."""

from __future__ import annotations

from typing import Protocol


class Tokenizer(Protocol):
    """One vocabulary, ready to use."""

    @property
    def name(self) -> str:
        """The name it was asked for by: ``o200k_base``, ``deepseek-v3``, or a path."""
        ...

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the vocabulary file, hexadecimal."""
        ...

    def encode(self, text: str) -> list[int]:
        """Token ids of the text; special-token text is encoded as ordinary text."""
        ...

    def decode(self, ids: list[int]) -> str:
        """The text of the ids; invalid UTF-8 at the ends becomes U+FFFD."""
        ...

    def token_end_bytes(self, text: str) -> list[int]:
        """For each token of the text, the UTF-8 byte offset where it ends."""
        ...
