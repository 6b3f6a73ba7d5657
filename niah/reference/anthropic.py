"""The endpoint's Anthropic format: Messages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from niah.reference.wire import (
    Ask,
    Dialect,
    Json,
    Limit,
    Refusal,
    RefusalKind,
    Reply,
    object_in,
    text_of,
    whole_number,
)

_TOO_LONG = "prompt is too long: {tokens} tokens > {window} maximum"
_ERRORS: Mapping[RefusalKind, tuple[int, str]] = {
    "bad-request": (400, "invalid_request_error"),
    "auth": (401, "authentication_error"),
    "not-found": (404, "not_found_error"),
    "too-long": (400, "invalid_request_error"),
    "rate-limit": (429, "rate_limit_error"),
    "quota": (400, "invalid_request_error"),
    "server-error": (500, "api_error"),
    "unavailable": (503, "api_error"),
    "overloaded": (529, "overloaded_error"),
}
_MOST_MARKS = 4
_THINKING = {"enabled": True, "adaptive": True, "disabled": False, "between_tools": False}
_STOP = {"stop": "end_turn", "length": "max_tokens", "content-filter": "refusal"}


def _read(document: Json, _: str) -> Ask:
    limit = whole_number(document, "max_tokens")
    if limit is None:
        raise Refusal("bad-request", "max_tokens: Field required")
    return _read_prompt(document, limit)


def _read_count(document: Json, _: str) -> Ask:
    return _read_prompt(document, None)


def _read_prompt(document: Json, limit: int | None) -> Ask:
    reader = document.get("model")
    if not isinstance(reader, str):
        raise Refusal("bad-request", "model: Field required")
    given = document.get("messages")
    if not isinstance(given, list) or not given:
        raise Refusal("bad-request", "messages: at least one message is required")
    if document.get("stream"):
        raise Refusal("bad-request", "The reference reader does not stream; leave stream out.")
    messages: list[Mapping[str, str]] = []
    blocks: list[str] = []
    marks: list[int] = []

    def add(role: str, content: Any, where: str) -> None:
        messages.append({"role": role, "content": text_of(content, where)})
        parts = content if isinstance(content, list) else [{"text": content}]
        for part in parts:
            if part.get("cache_control"):
                marks.append(len(blocks))
            blocks.append(part["text"])

    if document.get("system") is not None:
        add("system", document["system"], "system")
    for number, message in enumerate(given):
        where = f"messages.{number}"
        if not isinstance(message, dict) or message.get("role") not in ("user", "assistant"):
            raise Refusal("bad-request", f"{where}.role: must be 'user' or 'assistant'")
        add(message["role"], message.get("content"), f"{where}.content")
    if len(marks) > _MOST_MARKS:
        raise Refusal("bad-request", f"cache_control: at most {_MOST_MARKS} blocks may be marked")
    return Ask(
        reader=reader,
        messages=tuple(messages),
        max_output_tokens=limit,
        thinking=_THINKING.get(str(object_in(document, "thinking").get("type"))),
        blocks=tuple(blocks),
        marks=tuple(marks),
    )


def _answer(reply: Reply) -> Json:
    content: list[Json] = []
    if reply.thoughts:
        content.append(
            {"type": "thinking", "thinking": reply.thoughts, "signature": "reference-reader"}
        )
    if reply.text:
        content.append({"type": "text", "text": reply.text, "citations": None})
    plain = reply.prompt_tokens - reply.cached_tokens - reply.cache_written_tokens
    return {
        "id": f"msg_{reply.id}",
        "type": "message",
        "role": "assistant",
        "model": reply.ask.reader,
        "content": content,
        "stop_reason": _STOP[reply.finish],
        "stop_sequence": None,
        "usage": {
            "input_tokens": plain,
            "cache_creation_input_tokens": reply.cache_written_tokens,
            "cache_read_input_tokens": reply.cached_tokens,
            "output_tokens": reply.text_tokens + reply.thought_tokens,
            "output_tokens_details": {"thinking_tokens": reply.thought_tokens},
        },
    }


def _refuse(refusal: Refusal) -> tuple[int, Any]:
    status, kind = _ERRORS[refusal.kind]
    message = refusal.message
    if refusal.kind == "quota":
        message = f"Your credit balance is too low to access the API. {message}"
    return status, {"type": "error", "error": {"type": kind, "message": message}}


def _key(headers: Mapping[str, str]) -> str | None:
    return headers.get("x-api-key")


def _limits(limits: tuple[Limit, ...], now: float) -> dict[str, str]:
    stated = {}
    for limit in limits:
        full = datetime.fromtimestamp(now, UTC) + timedelta(seconds=limit.reset_s)
        stem = f"anthropic-ratelimit-{limit.name}"
        stated[f"{stem}-limit"] = str(limit.size)
        stated[f"{stem}-remaining"] = str(limit.remaining)
        stated[f"{stem}-reset"] = full.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return stated


def _waiting(seconds: float) -> dict[str, str]:
    return {"retry-after": f"{math.ceil(seconds)}"}


def _list_models(readers: Sequence[tuple[str, str]]) -> Json:
    data = [_describe_model(name) for name, _ in readers]
    return {
        "data": data,
        "has_more": False,
        "first_id": data[0]["id"],
        "last_id": data[-1]["id"],
    }


def _describe_model(name: str) -> Json:
    return {
        "type": "model",
        "id": name,
        "display_name": f"reference reader: {name}",
        "created_at": "1970-01-01T00:00:00Z",
    }


ANTHROPIC = Dialect(
    read=_read,
    answer=_answer,
    refuse=_refuse,
    key=_key,
    limits=_limits,
    waiting=_waiting,
    list_models=_list_models,
    describe_model=_describe_model,
    request_id="request-id",
    too_long=_TOO_LONG,
    wrong={"type": "message", "content": 1},
    marks_cache=True,
)
ANTHROPIC_COUNT = replace(
    ANTHROPIC,
    read=_read_count,
    answer=lambda reply: {"input_tokens": reply.prompt_tokens},
    wrong={"tokens": None},
)
