"""Google Gemini: generateContent."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from niah.errors import ModelError
from niah.models import Model
from niah.prompts import Message
from niah.providers import Failure, Response, Sampling, Usage, WireRequest
from niah.providers.bodies import (
    JsonObject,
    count_at,
    malformed,
    merge_extra,
    object_at,
    part_of,
    post,
    read_json,
    read_object,
    sum_at,
    text_at,
)
from niah.providers.endings import Ending, finish
from niah.providers.failures import Refusal, classify, read_complaint, refuse

FINISH_REASONS: Mapping[str, Ending] = {
    "FINISH_REASON_UNSPECIFIED": "malformed",
    "STOP": "answered",
    "MAX_TOKENS": "output-limit",
    "CONTINUATION": "output-limit",
    "SAFETY": "blocked",
    "RECITATION": "blocked",
    "LANGUAGE": "blocked",
    "BLOCKLIST": "blocked",
    "PROHIBITED_CONTENT": "blocked",
    "SPII": "blocked",
    "ESCALATION": "blocked",
    "MODEL_ARMOR": "blocked",
    "IMAGE_SAFETY": "blocked",
    "IMAGE_PROHIBITED_CONTENT": "blocked",
    "IMAGE_RECITATION": "blocked",
    "OTHER": "server-error",
    "IMAGE_OTHER": "server-error",
    "NO_IMAGE": "malformed",
    "MALFORMED_RESPONSE": "malformed",
    "MISSING_THOUGHT_SIGNATURE": "malformed",
    # The model called a tool that nobody offered: it has answered, without text.
    "MALFORMED_FUNCTION_CALL": "answered",
    "UNEXPECTED_TOOL_CALL": "answered",
    "TOO_MANY_TOOL_CALLS": "answered",
    "PUP_LIMITED_DISABLED": "auth",
}

# Why a prompt got no candidate at all; a reason that is not listed is a block too.
BLOCK_REASONS: frozenset[str] = frozenset(
    {
        "BLOCKED_REASON_UNSPECIFIED",
        "SAFETY",
        "OTHER",
        "BLOCKLIST",
        "PROHIBITED_CONTENT",
        "IMAGE_SAFETY",
        "MODEL_ARMOR",
        "JAILBREAK",
    }
)

# google.rpc.Code names, and the reasons of google.rpc.ErrorInfo that say more.
# INVALID_ARGUMENT and FAILED_PRECONDITION say nothing: message and status decide.
# Source: https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto
CODES: Mapping[str, Refusal] = {
    "API_KEY_INVALID": "auth",
    "API_KEY_EXPIRED": "auth",
    "API_KEY_SERVICE_BLOCKED": "auth",
    "ACCESS_TOKEN_EXPIRED": "auth",
    "SERVICE_DISABLED": "auth",
    "BILLING_DISABLED": "quota",
    "CANCELLED": "server-error",
    "UNKNOWN": "server-error",
    "DEADLINE_EXCEEDED": "timeout",
    "NOT_FOUND": "not-found",
    "ALREADY_EXISTS": "bad-request",
    "PERMISSION_DENIED": "auth",
    "UNAUTHENTICATED": "auth",
    "RESOURCE_EXHAUSTED": "rate-limit",
    "ABORTED": "server-error",
    "OUT_OF_RANGE": "bad-request",
    "UNIMPLEMENTED": "bad-request",
    "INTERNAL": "server-error",
    "UNAVAILABLE": "overloaded",
    "DATA_LOSS": "server-error",
}

_FIXED = frozenset({"contents", "systemInstruction", "system_instruction", "model"})
_DELAY = re.compile(r"(\d+(?:\.\d+)?)s")


def build_request(messages: Sequence[Message], *, model: Model, sampling: Sampling) -> WireRequest:
    """The generateContent request for a prompt.

    Thoughts are asked for when thinking is set, so that they can be stored apart.

    Raises:
        ModelError: if thinking is given both as a budget and as an effort.
    """
    settings: JsonObject = {"maxOutputTokens": sampling.max_output_tokens}
    if sampling.temperature is not None:
        settings["temperature"] = sampling.temperature
    if sampling.top_p is not None:
        settings["topP"] = sampling.top_p
    if sampling.seed is not None:
        settings["seed"] = sampling.seed
    if sampling.stop:
        settings["stopSequences"] = list(sampling.stop)
    if sampling.thinking_budget_tokens is not None and sampling.reasoning_effort is not None:
        raise ModelError(
            f"{model.id} takes thinking_budget_tokens or reasoning_effort, not both; remove one"
        )
    if sampling.thinking_budget_tokens is not None:
        settings["thinkingConfig"] = {
            "thinkingBudget": sampling.thinking_budget_tokens,
            "includeThoughts": sampling.thinking_budget_tokens > 0,
        }
    elif sampling.reasoning_effort is not None:
        settings["thinkingConfig"] = {
            "thinkingLevel": sampling.reasoning_effort.upper(),
            "includeThoughts": True,
        }
    body = _prompt_body(messages)
    body["generationConfig"] = settings
    body = merge_extra(body, sampling.extra_body, fixed=_FIXED)
    return _request("generateContent", body, model)


def build_count_request(messages: Sequence[Message], *, model: Model) -> WireRequest:
    """The request that has the provider count a prompt's tokens; it costs nothing.

    The system prompt is counted as a turn of its own: the short form of the request has no
    place for it.
    """
    turns = [
        Message(role="user" if message.role == "system" else message.role, content=message.content)
        for message in messages
    ]
    return _request("countTokens", _prompt_body(turns), model)


def read_count(document: JsonObject) -> int | None:
    """The tokens in an answer to it."""
    return count_at(document, "totalTokens")


def _prompt_body(messages: Sequence[Message]) -> JsonObject:
    body: JsonObject = {
        "contents": [
            {
                "role": "model" if message.role == "assistant" else "user",
                "parts": [{"text": message.content}],
            }
            for message in messages
            if message.role != "system"
        ]
    }
    system = [{"text": message.content} for message in messages if message.role == "system"]
    if system:
        body["systemInstruction"] = {"parts": system}
    return body


def _request(method: str, body: JsonObject, model: Model) -> WireRequest:
    name = model.wire_name.removeprefix("models/")
    return post(f"/v1beta/models/{quote(name, safe='')}:{method}", body, model)


def auth_headers(key: str, *, host: str) -> dict[str, str]:  # noqa: ARG001
    """The header that carries the key; it never stands in the URL."""
    return {"x-goog-api-key": key}


def parse_response(status: int, headers: Mapping[str, str], body: bytes) -> Response | Failure:
    """The answer, or why there is none. Never raises.

    Args:
        status: HTTP status.
        headers: With lower-case names.
        body: As it came.
    """
    if not 200 <= status < 300:
        return _refusal(status, headers, body)
    document = read_object(body, status)
    if isinstance(document, Failure):
        return document
    if document.get("error"):
        return _refusal(status, headers, body)
    usage = read_usage(document.get("usageMetadata"))
    served_model = text_at(document, "modelVersion") or None
    candidate = object_at(document.get("candidates"), 0)
    if not candidate:
        feedback = object_at(document, "promptFeedback")
        reason = text_at(feedback, "blockReason")
        if not reason:
            return malformed("the answer has neither a candidate nor a block reason", status)
        return finish(
            "blocked",
            reason=reason,
            text="",
            reasoning="",
            usage=usage,
            status=status,
            served_model=served_model,
            refusal=text_at(feedback, "blockReasonMessage"),
        )
    parts = object_at(candidate, "content").get("parts")
    parts = [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []
    reason = text_at(candidate, "finishReason")
    return finish(
        FINISH_REASONS.get(reason) if reason else "answered",
        reason=reason or None,
        text="".join(text_at(part, "text") for part in parts if part.get("thought") is not True),
        reasoning="".join(text_at(part, "text") for part in parts if part.get("thought") is True),
        usage=usage,
        status=status,
        served_model=served_model,
        refusal=text_at(candidate, "finishMessage"),
    )


def _refusal(status: int, headers: Mapping[str, str], body: bytes) -> Response | Failure:
    complaint = read_complaint(body)
    details = _details(body)
    reason = next(
        (CODES[text_at(d, "reason")] for d in details if text_at(d, "reason") in CODES), None
    )
    refusal = reason or classify(status, complaint, CODES)
    delay = next(filter(None, (_DELAY.fullmatch(text_at(d, "retryDelay")) for d in details)), None)
    if refusal == "rate-limit" and any(map(_daily, details)):
        refusal = "quota"
    return refuse(
        refusal,
        status=status,
        headers=headers,
        complaint=complaint,
        retry_after_s=float(delay[1]) if delay else None,
    )


def _daily(detail: JsonObject) -> bool:
    """Whether a detail names an allowance per day, which no waiting within a run restores."""
    violations = detail.get("violations")
    return isinstance(violations, list) and any(
        "PerDay" in text_at(violation, "quotaId") for violation in violations
    )


def _details(body: bytes) -> list[JsonObject]:
    try:
        document = read_json(body)
    except ValueError:
        return []
    if isinstance(document, list) and document:
        document = document[0]
    details = object_at(document, "error").get("details")
    return [d for d in details if isinstance(d, dict)] if isinstance(details, list) else []


def read_usage(raw: Any) -> Usage:
    """The usage object's counts; what it does not say stays None.

    Thoughts are counted apart from the answer there; here output is the sum.
    """
    if not isinstance(raw, dict):
        return Usage()
    input_tokens = count_at(raw, "promptTokenCount") or None
    thought_tokens = count_at(raw, "thoughtsTokenCount")
    return Usage(
        input_tokens=input_tokens,
        cached_input_tokens=part_of(count_at(raw, "cachedContentTokenCount"), input_tokens),
        output_tokens=sum_at(raw, "candidatesTokenCount", "thoughtsTokenCount"),
        reasoning_tokens=thought_tokens,
        raw=raw,
    )
