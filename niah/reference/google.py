"""The endpoint's Google format: Gemini's generateContent."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
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

_TOO_LONG = (
    "The input token count ({tokens}) exceeds the maximum number of tokens allowed ({window})."
)
_ERRORS: Mapping[RefusalKind, tuple[int, str]] = {
    "bad-request": (400, "INVALID_ARGUMENT"),
    "auth": (401, "UNAUTHENTICATED"),
    "not-found": (404, "NOT_FOUND"),
    "too-long": (400, "INVALID_ARGUMENT"),
    "rate-limit": (429, "RESOURCE_EXHAUSTED"),
    "quota": (429, "RESOURCE_EXHAUSTED"),
    "server-error": (500, "INTERNAL"),
    "unavailable": (503, "UNAVAILABLE"),
    "overloaded": (503, "UNAVAILABLE"),
}
_FINISH = {"stop": "STOP", "length": "MAX_TOKENS", "content-filter": "SAFETY"}
_ROLES = {"user": "user", "model": "assistant", None: "user"}


def _read(document: Json, reader: str) -> Ask:
    given = document.get("contents")
    if not isinstance(given, list) or not given:
        raise Refusal("bad-request", "* GenerateContentRequest.contents: contents is not specified")
    messages: list[Mapping[str, str]] = []
    system = document.get("systemInstruction", document.get("system_instruction"))
    if system is not None:
        messages.append({"role": "system", "content": _text(system, "systemInstruction")})
    for number, content in enumerate(given):
        text = _text(content, f"contents[{number}]")
        role = content.get("role")
        if role not in _ROLES:
            raise Refusal("bad-request", "Please use a valid role: user, model.")
        messages.append({"role": _ROLES[role], "content": text})
    config = document.get("generationConfig", document.get("generation_config")) or {}
    if not isinstance(config, dict):
        raise Refusal("bad-request", "generationConfig is not an object.")
    thinking = object_in(config, "thinkingConfig", "thinking_config")
    how_much = ("thinkingLevel", "thinking_level", "thinkingBudget", "thinking_budget")
    asked = [thinking[name] for name in how_much if thinking.get(name) is not None]
    return Ask(
        reader=reader,
        messages=tuple(messages),
        max_output_tokens=whole_number(config, "maxOutputTokens", "max_output_tokens"),
        thinking=asked[0] != 0 if asked else None,
        show_thoughts=bool(thinking.get("includeThoughts", thinking.get("include_thoughts"))),
    )


def _read_count(document: Json, reader: str) -> Ask:
    inner = document.get("generateContentRequest")
    return _read(inner if isinstance(inner, dict) else document, reader)


def _text(content: Any, where: str) -> str:
    if not isinstance(content, dict) or not isinstance(content.get("parts"), list):
        raise Refusal("bad-request", f"{where} has no list of parts.")
    return text_of(content["parts"], where)


def _answer(reply: Reply) -> Json:
    parts: list[Json] = []
    if reply.thoughts and reply.ask.show_thoughts:
        parts.append({"text": reply.thoughts, "thought": True})
    if reply.text:
        parts.append({"text": reply.text})
    candidate: Json = {"finishReason": _FINISH[reply.finish], "index": 0}
    if parts:
        candidate["content"] = {"parts": parts, "role": "model"}
    usage: Json = {
        "promptTokenCount": reply.prompt_tokens,
        "candidatesTokenCount": reply.text_tokens,
        "totalTokenCount": reply.prompt_tokens + reply.text_tokens + reply.thought_tokens,
    }
    if reply.cached_tokens:
        usage["cachedContentTokenCount"] = reply.cached_tokens
    if reply.thought_tokens:
        usage["thoughtsTokenCount"] = reply.thought_tokens
    return {
        "candidates": [candidate],
        "usageMetadata": usage,
        "modelVersion": reply.ask.reader,
        "responseId": reply.id,
    }


def _refuse(refusal: Refusal) -> tuple[int, Any]:
    status, name = _ERRORS[refusal.kind]
    error: Json = {"code": status, "message": refusal.message, "status": name}
    if refusal.kind == "rate-limit" and refusal.retry_after_s:
        error["details"] = [
            {
                "@type": "type.googleapis.com/google.rpc.RetryInfo",
                "retryDelay": f"{math.ceil(refusal.retry_after_s * 1000) / 1000:g}s",
            }
        ]
    if refusal.kind == "quota":
        violation = {"quotaId": "GenerateRequestsPerDayPerProjectPerModel"}
        error["message"] = f"You exceeded your current quota. {refusal.message}"
        error["details"] = [
            {
                "@type": "type.googleapis.com/google.rpc.QuotaFailure",
                "violations": [violation],
            }
        ]
    return status, {"error": error}


def _key(headers: Mapping[str, str]) -> str | None:
    return headers.get("x-goog-api-key")


def _limits(_: tuple[Limit, ...], __: float) -> dict[str, str]:
    """Google states no limits."""
    return {}


def _waiting(_: float) -> dict[str, str]:
    """Google says it in the body."""
    return {}


def _list_models(readers: Sequence[tuple[str, str]]) -> Json:
    return {"models": [_describe_model(name) for name, _ in readers]}


def _describe_model(name: str) -> Json:
    return {
        "name": f"models/{name}",
        "version": "1",
        "displayName": f"reference reader: {name}",
        "supportedGenerationMethods": ["generateContent", "countTokens"],
    }


GOOGLE = Dialect(
    read=_read,
    answer=_answer,
    refuse=_refuse,
    key=_key,
    limits=_limits,
    waiting=_waiting,
    list_models=_list_models,
    describe_model=_describe_model,
    request_id="x-request-id",
    too_long=_TOO_LONG,
    wrong={"candidates": {"content": 1}},
)
GOOGLE_COUNT = replace(
    GOOGLE,
    read=_read_count,
    answer=lambda reply: {"totalTokens": reply.prompt_tokens},
    wrong={"tokens": None},
)
