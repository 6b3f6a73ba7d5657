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
    "not-found",  # unknown model or path, a redirect: no retry cures it
    "bad-request",  # the server refused the request for another reason
    "refused",  # the prompt could not be composed exactly
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How an answer is drawn; None = not sent.

    Attributes:
        max_output_tokens: Thinking included.
        seed: Sent where the wire format has one, dropped where it has none (Anthropic).
        temperature: In [0, 2]; not sent to a model that thinks, which takes none.
        top_p: In (0, 1]; the same.
        stop: Texts that end the answer.
        reasoning_effort: The provider's own word, such as ``low``.
        thinking_budget_tokens: Most tokens spent on thinking; 0 = none.
        extra_body: Merged into the request body, nested objects key by key.
    """

    max_output_tokens: int
    temperature: float | None = None
    top_p: float | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    reasoning_effort: str | None = None
    thinking_budget_tokens: int | None = None
    extra_body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WireRequest:
    """One HTTP request without its key and host; the same trial gives the same bytes.

    Attributes:
        method: ``POST`` or ``GET``.
        path: Below the provider's base URL, with a leading slash.
        headers: Lower-case names; never a secret.
        key_header: The header that takes the bare key, where it is not the wire format's usual.
        beside_version: The path is beside the version that the base URL ends with, not below it.
    """

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes
    key_header: str = ""
    beside_version: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """Tokens as the provider reported them; None = not reported, never 0.

    Attributes:
        input_tokens: All prompt tokens, cached ones included.
        cached_input_tokens: Of these, read from the provider's cache.
        cache_write_tokens: Of these, written to the cache at a surcharge (Anthropic).
        long_cache_write_tokens: Of those, to be kept for an hour, at a higher one.
        output_tokens: All generated tokens, reasoning included.
        reasoning_tokens: Of these, spent on thinking.
        raw: The provider's usage object, as it came.
    """

    input_tokens: int | None = None
    cached_input_tokens: int | None = None
    cache_write_tokens: int | None = None
    long_cache_write_tokens: int | None = None
    output_tokens: int | None = None
    reasoning_tokens: int | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A finished answer, scored or not according to its outcome (never "failed").

    Attributes:
        text: What the model answered, thinking excluded; empty when it was blocked.
        reasoning: Its thinking, as far as the provider shows it.
        finish_reason: The provider's own word.
        message: Why there is no answer to score, in one sentence; empty when there is one.
    """

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
