"""API keys: what goes into a header, and their echoes blotted out of what comes back."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from niah.errors import ModelError
from niah.providers import Failure, Response
from niah.runner.sending import Reply

# Shorter keys, and words without a digit, are placeholders ("EMPTY", "lm-studio") that may stand in
# an answer for other reasons.
REDACTED_KEY_CHARS = 8
REDACTED_WORD_CHARS = 16


def checked_key(key: str) -> str:
    """The key without the line feed that a file or shell may have left on it.

    Raises:
        ModelError: if it has characters that no header can carry.
    """
    stripped = key.strip()
    if not stripped.isascii() or not stripped.isprintable() or " " in stripped:
        raise ModelError(
            "the API key contains blanks or characters outside ASCII; copy it again from the "
            "provider's page into its environment variable"
        )
    return stripped


def without_echo(reply: Reply, key: str | None) -> Reply:
    """The reply with every echo of the key blotted out; some servers quote it in errors."""
    key = (key or "").strip()
    if not _is_secret(key):
        return reply
    return replace(
        reply,
        body=_blotted(reply.body, key),
        headers={
            name: _blotted(value.encode("utf-8", "surrogateescape"), key).decode(
                "utf-8", "surrogateescape"
            )
            for name, value in reply.headers.items()
        },
    )


def _is_secret(key: str) -> bool:
    """Whether a key is no placeholder, so that every echo of it is blotted out."""
    if any(map(str.isdigit, key)):
        return len(key) >= REDACTED_KEY_CHARS
    return len(key) >= REDACTED_WORD_CHARS


def _blotted(content: bytes, key: str) -> bytes:
    content = content.replace(key.encode(), b"[key]")
    if any(mark in content for mark in (b"\\u00", b"\\/", b"%")):
        return _echoes(key).sub(b"[key]", content)
    return content


@lru_cache(maxsize=64)
def _echoes(key: str) -> re.Pattern[bytes]:
    """The key, plain or with characters escaped as JSON or an address may have them."""
    return re.compile(
        b"".join(
            rb"(?:%b|\\?\\u00%02x|%%%02x%b)"
            % (re.escape(bytes([c])), c, c, rb"|\\/" if c == ord("/") else b"")
            for c in key.encode()
        ),
        re.IGNORECASE,
    )


R = TypeVar("R", Response, Failure, Response | Failure)


def without_key(result: R, key: str | None) -> R:
    """The result with every echo of the key blotted out of its message."""
    if key and len(key.strip()) > 3 and key.strip() in result.message:
        return replace(result, message=result.message.replace(key.strip(), "[key]"))
    return result
