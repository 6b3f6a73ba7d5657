"""Wire formats: build the body, parse the answer, classify the failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Outcome = Literal[
    "answered", "empty", "output-limit", "blocked", "context-exceeded", "truncated", "failed"
]
FailureKind = Literal[
    "rate-limit",  # 429 that waiting cures
    "overloaded",  # 503, 529: the server is busy
    "server-error",  # other 5xx, an error inside a 200 body
    "timeout",  # no answer within the deadline
    "connection",  # refused, reset, DNS, cut off in the middle
    "tls",  # certificate or handshake
    "malformed",  # an answer that is not the wire format
    "quota",  # no balance left: no retry cures it
    "auth",  # key missing, wrong, or without the right: no retry cures it
    "not-found",  # unknown model or path: no retry cures it
    "bad-request",  # the server refused the request for another reason
    "refused",  # the prompt could not be composed exactly
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the provider reported them; None = not reported, never 0.

    Attributes:
        input_tokens: All prompt tokens, cached ones included.
        cached_input_tokens: Of these, read from the provider's cache.
        cache_write_tokens: Of these, written to the cache at a surcharge (Anthropic).
        output_tokens: All generated tokens, reasoning included.
        reasoning_tokens: Of these, spent on thinking.
        raw: The provider's usage object, as it came.
    """

    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A finished answer, scored or not according to its outcome (never "failed")."""

    outcome: Outcome
    text: str
    reasoning: str = ""
    finish_reason: str | None = None
    usage: Usage = field(default_factory=Usage)
    served_model: str | None = None
    system_fingerprint: str | None = None
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One attempt that brought no answer.

    Attributes:
        kind: What went wrong, from a closed list.
        message: One sentence, without key or prompt.
        status: HTTP status, None when there was none.
        retry_after_s: What the server asked to wait, None when it did not say.
    """

    kind: FailureKind
    message: str
    status: int | None = None
    retry_after_s: float | None = None
