"""Text to token ids and back, on a machine that reaches nothing but a package index."""

from __future__ import annotations

import hashlib
import json
from binascii import a2b_base64
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from types import FunctionType
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from niah.errors import TokenizerError
from niah.vocabularies import deepseek_file, tiktoken_file

TIKTOKEN_NAMES = ("o200k_base", "cl100k_base")
DEEPSEEK_NAME = "deepseek-v3"
NAMES = (*TIKTOKEN_NAMES, DEEPSEEK_NAME)

Counts = NDArray[np.int64]


class Tokenizer(Protocol):
    """One vocabulary, ready to use."""

    @property
    def name(self) -> str:
        """The name it was asked for by: ``o200k_base``, ``deepseek-v3``, or a path."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the vocabulary file, hexadecimal."""

    @property
    def parts_text(self) -> bool:
        """True when text is parted by a pattern first and tokens never leave their part."""

    def encode(self, text: str) -> list[int]:
        """Token ids of the text; special-token text is encoded as ordinary text."""

    def decode(self, ids: list[int]) -> str:
        """The text of the ids; invalid UTF-8 at the ends becomes U+FFFD."""

    def token_ends(self, text: str) -> Counts:
        """For each token, how many characters of the text have begun when it ends, ascending."""

    def keeps(self, text: str) -> bool:
        """Whether the text is encoded as it stands, not normalised first."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TiktokenTokenizer:
    """A vocabulary of OpenAI's, encoded by tiktoken."""

    name: str
    fingerprint: str
    encoding: Any = field(repr=False)

    @property
    def parts_text(self) -> bool:
        """True: a regular expression parts the text."""
        return True

    def encode(self, text: str) -> list[int]:
        """Token ids of the text; special-token text is encoded as ordinary text."""
        ids: list[int] = self.encoding.encode_ordinary(text)
        return ids

    def decode(self, ids: list[int]) -> str:
        """The text of the ids; invalid UTF-8 at the ends becomes U+FFFD."""
        text: str = self.encoding.decode(ids)
        return text

    def token_ends(self, text: str) -> Counts:
        """For each token, how many characters of the text have begun when it ends, ascending."""
        return _characters_begun(text, self._token_bytes[self.encode(text)])

    def keeps(self, text: str) -> bool:  # noqa: ARG002
        """True: nothing is normalised."""
        return True

    @cached_property
    def _token_bytes(self) -> Counts:
        """UTF-8 bytes of each token, by id."""
        sizes = np.zeros(self.encoding.max_token_value + 1, np.int64)
        for token in self.encoding.token_byte_values():
            sizes[self.encoding.encode_single_token(token)] = len(token)
        return sizes


@dataclass(frozen=True, kw_only=True, eq=False)
class HuggingFaceTokenizer:
    """A vocabulary in a ``tokenizer.json``, encoded by Hugging Face's tokenizers.

    No special token is added, and the text of one is ordinary text. Other added tokens are found
    in a text as the file says.
    """

    name: str
    fingerprint: str
    parts_text: bool
    tokenizer: Any = field(repr=False)

    def encode(self, text: str) -> list[int]:
        """Token ids of the text; special-token text is encoded as ordinary text."""
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def decode(self, ids: list[int]) -> str:
        """The text of the ids; invalid UTF-8 at the ends becomes U+FFFD."""
        text: str = self.tokenizer.decode(ids, skip_special_tokens=False)
        return text

    def token_ends(self, text: str) -> Counts:
        """For each token, how many characters of the text have begun when it ends, ascending."""
        encoding = self.tokenizer.encode(text, add_special_tokens=False)
        if self._byte_level:
            bytes_ended = self._token_bytes[encoding.ids]
            if bytes_ended.sum() == len(text.encode()):
                return _characters_begun(text, bytes_ended)
        ends = np.fromiter((end for _, end in encoding.offsets), np.int64, len(encoding.ids))
        return np.maximum.accumulate(ends)

    def keeps(self, text: str) -> bool:
        """Whether the text is encoded as it stands, not normalised first."""
        normalizer = self.tokenizer.normalizer
        return normalizer is None or normalizer.normalize_str(text) == text

    @property
    def _byte_level(self) -> bool:
        return type(self.tokenizer.decoder).__name__ == "ByteLevel"

    @cached_property
    def _token_bytes(self) -> Counts:
        """UTF-8 bytes of each token of a byte-level vocabulary, by id."""
        vocabulary = self.tokenizer.get_vocab(with_added_tokens=True)
        sizes = np.zeros(max(vocabulary.values()) + 1, np.int64)
        for token, number in vocabulary.items():
            sizes[number] = len(token)  # one character stands for one byte
        for number, added in self.tokenizer.get_added_tokens_decoder().items():
            sizes[number] = len(added.content.encode())
        return sizes


def _characters_begun(text: str, token_bytes: Counts) -> Counts:
    """Characters of the text that have begun by the end of each token."""
    ends = np.cumsum(token_bytes)
    if text.isascii() or not len(ends):
        return ends
    content = np.frombuffer(text.encode(), np.uint8)
    begun = np.cumsum((content & 0xC0) != 0x80)
    return begun[ends - 1]


def names() -> tuple[str, ...]:
    """The vocabularies that are known by name."""
    return NAMES


@lru_cache(maxsize=16)
def load(name: str) -> Tokenizer:
    """The vocabulary of that name, or of that ``tokenizer.json``.

    Raises:
        TokenizerError: if it is unknown, missing, damaged, or changes the text it encodes.
    """
    if name in TIKTOKEN_NAMES:
        return _load_tiktoken(name)
    if name == DEEPSEEK_NAME:
        return _hugging_face(name, deepseek_file(name))
    if name.endswith(".json"):
        return _load_file(name)
    raise TokenizerError(
        f"tokenizer {name!r} is not known; use one of {', '.join(NAMES)}, or the path of a "
        "Hugging Face tokenizer.json"
    )


def _load_tiktoken(name: str) -> Tokenizer:
    import tiktoken
    from tiktoken_ext import openai_public

    fingerprint = ""

    def load_ranks(url: str, expected_hash: str) -> dict[bytes, int]:
        nonlocal fingerprint
        fingerprint = expected_hash
        return _ranks(tiktoken_file(name, url, expected_hash))

    # tiktoken's own definition of the vocabulary (pattern, special tokens, pinned hash), with a
    # loader in place of its download.
    definition = getattr(openai_public, name)
    offline = {**vars(openai_public), "load_tiktoken_bpe": load_ranks}
    parts = FunctionType(definition.__code__, offline)()
    return TiktokenTokenizer(
        name=name, fingerprint=fingerprint, encoding=tiktoken.Encoding(**parts)
    )


def _ranks(content: bytes) -> dict[bytes, int]:
    # Lines of a token in base64, a space, and its rank. Building the encoder takes longer than
    # this, so there is nothing to gain from keeping the result on disk.
    fields = content.split()
    return dict(zip(map(a2b_base64, fields[::2]), map(int, fields[1::2]), strict=True))


def _load_file(name: str) -> Tokenizer:
    try:
        content = Path(name).read_bytes()
    except OSError as error:
        raise TokenizerError(f"{name}: cannot be read: {error.strerror}") from None
    return _hugging_face(name, content)


def _hugging_face(name: str, content: bytes) -> Tokenizer:
    import tokenizers

    try:
        text = content.decode()
        tokenizer = tokenizers.Tokenizer.from_str(text)
    except Exception as error:  # the library raises plain Exception for a file it cannot read
        raise TokenizerError(f"{name} is not a tokenizer.json: {str(error)[:200]}") from None
    definition = json.loads(text)
    if definition["model"].get("dropout"):
        raise TokenizerError(
            f"{name} drops merges at random (model.dropout), so its counts are not exact; "
            "set dropout to null"
        )
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    return HuggingFaceTokenizer(
        name=name,
        fingerprint=hashlib.sha256(content).hexdigest(),
        parts_text=_parts_text(definition),
        tokenizer=tokenizer,
    )


# Normalisers that leave text alone which is in their Unicode form already; an index checks that.
_UNICODE_FORMS = frozenset({"NFC", "NFD", "NFKC", "NFKD"})


def _parts_text(definition: dict[str, Any]) -> bool:
    """Whether tokens stay within what a pre-tokenizer parts, and added tokens within words."""
    normalizer = definition.get("normalizer") or {"type": "Sequence", "normalizers": []}
    normalizers = normalizer["normalizers"] if normalizer["type"] == "Sequence" else [normalizer]
    return (
        definition["model"].get("type") in ("BPE", "WordPiece", "WordLevel")
        and definition.get("pre_tokenizer") is not None
        and all(step["type"] in _UNICODE_FORMS for step in normalizers)
        and not any(
            added["lstrip"] or added["rstrip"] or added["content"].split() != [added["content"]]
            for added in definition.get("added_tokens", ())
            if not added["special"]
        )
    )
