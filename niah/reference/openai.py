"""The endpoint's OpenAI format: chat completions."""

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
    "This model's maximum context length is {window} tokens. "
    "However, your messages resulted in {tokens} tokens. "
    "Please reduce the length of the messages."
)
_ERRORS: Mapping[RefusalKind, tuple[int, str, str | None]] = {
    "bad-request": (400, "invalid_request_error", None),
    "auth": (401, "invalid_request_error", "invalid_api_key"),
    "not-found": (404, "invalid_request_error", "model_not_found"),
    "too-long": (400, "invalid_request_error", "context_length_exceeded"),
    "rate-limit": (429, "requests", "rate_limit_exceeded"),
    "quota": (429, "insufficient_quota", "insufficient_quota"),
    "server-error": (500, "server_error", None),
    "unavailable": (503, "server_error", "service_unavailable"),
    "overloaded": (503, "server_error", "server_is_overloaded"),
}
_FINISH = {"stop": "stop", "length": "length", "content-filter": "content_filter"}
_ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}


def _read(document: Json, _: str) -> Ask:
    reader = document.get("model")
    if not isinstance(reader, str):
        raise Refusal("bad-request", "you must provide a model parameter")
    given = document.get("messages")
    if not isinstance(given, list) or not given:
        raise Refusal("bad-request", "messages is not a list with at least one message.")
    if document.get("stream"):
        raise Refusal("bad-request", "The reference reader does not stream; leave stream out.")
    if document.get("n") not in (None, 1):
        raise Refusal("bad-request", "The reference reader gives one answer; leave n out.")
    messages = []
    for number, message in enumerate(given):
        where = f"messages[{number}]"
        if not isinstance(message, dict) or message.get("role") not in _ROLES:
            raise Refusal("bad-request", f"{where} has no role of {', '.join(_ROLES)}.")
        content = text_of(message.get("content"), f"{where}.content")
        messages.append({"role": _ROLES[message["role"]], "content": content})
    return Ask(
        reader=reader,
        messages=tuple(messages),
        max_output_tokens=whole_number(document, "max_completion_tokens", "max_tokens"),
        thinking=_thinking(document),
    )


def _thinking(document: Json) -> bool | None:
    """What a request says in OpenAI's field, OpenRouter's or DeepSeek's; None = nothing."""
    reasoning = object_in(document, "reasoning")
    effort = document.get("reasoning_effort", reasoning.get("effort"))
    if effort is not None:
        return bool(effort != "none")
    kind = object_in(document, "thinking").get("type")
    if reasoning.get("enabled") is False or kind == "disabled":
        return False
    return True if reasoning or kind else None


def _answer(reply: Reply) -> Json:
    message: Json = {"role": "assistant", "content": reply.text, "refusal": None}
    if reply.thoughts:
        message["reasoning_content"] = reply.thoughts
    completion_tokens = reply.text_tokens + reply.thought_tokens
    return {
        "id": f"chatcmpl-{reply.id}",
        "object": "chat.completion",
        "created": reply.created,
        "model": reply.ask.reader,
        "system_fingerprint": "reference-reader",
        "choices": [
            {
                "index": 0,
                "message": message,
                "logprobs": None,
                "finish_reason": _FINISH[reply.finish],
            }
        ],
        "usage": {
            "prompt_tokens": reply.prompt_tokens,
            "completion_tokens": completion_tokens,
            "total_tokens": reply.prompt_tokens + completion_tokens,
            "prompt_tokens_details": {"cached_tokens": reply.cached_tokens, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": reply.thought_tokens},
        },
    }


def _refuse(refusal: Refusal) -> tuple[int, Any]:
    status, kind, code = _ERRORS[refusal.kind]
    error = {"message": refusal.message, "type": kind, "param": None, "code": code}
    return status, {"error": error}


def _key(headers: Mapping[str, str]) -> str | None:
    scheme, _, key = headers.get("authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else headers.get("api-key")


def _limits(limits: tuple[Limit, ...], _: float) -> dict[str, str]:
    stated = {}
    for limit in limits:
        stated[f"x-ratelimit-limit-{limit.name}"] = str(limit.size)
        stated[f"x-ratelimit-remaining-{limit.name}"] = str(limit.remaining)
        stated[f"x-ratelimit-reset-{limit.name}"] = _duration(limit.reset_s)
    return stated


def _duration(seconds: float) -> str:
    """A duration in the form of OpenAI's headers: ``6m0s``, ``1.5s``, ``20ms``."""
    milliseconds = math.ceil(seconds * 1000)
    if milliseconds < 1000:
        return f"{milliseconds}ms"
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes}m{rest / 1000:g}s" if minutes else f"{rest / 1000:g}s"


def _waiting(seconds: float) -> dict[str, str]:
    return {
        "retry-after-ms": f"{math.ceil(seconds * 1000)}",
        "retry-after": f"{math.ceil(seconds)}",
    }


def _list_models(readers: Sequence[tuple[str, str]]) -> Json:
    return {"object": "list", "data": [_describe_model(name) for name, _ in readers]}


def _describe_model(name: str) -> Json:
    return {"id": name, "object": "model", "created": 0, "owned_by": "reference reader"}


def _read_text(document: Json, _: str) -> Ask:
    """A text to be counted, as vLLM and SGLang (``prompt``) or llama.cpp (``content``) take it."""
    text = document.get("prompt", document.get("content"))
    if not isinstance(text, str):
        raise Refusal("bad-request", "prompt is not a text.")
    return Ask(
        reader=str(document.get("model") or "exact"),
        messages=({"role": "user", "content": text},),
    )


OPENAI = Dialect(
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
    wrong={"choices": {"text": 1}},
)
OPENAI_COUNT = replace(
    OPENAI,
    read=_read_text,
    # Which tokens they are is nobody's business here; real servers name each.
    answer=lambda reply: {"count": reply.prompt_tokens},
)
