"""Anthropic Messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

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
    read_object,
    sum_at,
    text_at,
)
from niah.providers.claude_thinking import sampling_fields, thinking_fields
from niah.providers.endings import Ending, finish
from niah.providers.failures import Refusal, classify, read_complaint, refuse

API_VERSION = "2023-06-01"

STOP_REASONS: Mapping[str, Ending] = {
    "end_turn": "answered",
    "stop_sequence": "answered",
    "max_tokens": "output-limit",
    "tool_use": "answered",
    "pause_turn": "server-error",  # only for the server's own tools, which niah never offers
    "refusal": "blocked",
    "model_context_window_exceeded": "context-exceeded",
}

# Error types, and the codes in ``error.details.error_code`` that say more than their type.
# ``invalid_request_error`` says nothing: message and status decide.
CODES: Mapping[str, Refusal] = {
    "authentication_error": "auth",
    "permission_error": "auth",
    "billing_error": "quota",
    "contract_spend_limit_reached": "quota",
    "enforced_spend_limit_reached": "quota",
    "linked_organization_billing_unavailable": "quota",
    "linked_organization_spend_limit_reached": "quota",
    "organization_on_hold": "quota",
    "not_found_error": "not-found",
    "rate_limit_error": "rate-limit",
    "request_too_large": "context-exceeded",
    "timeout_error": "timeout",
    "api_error": "server-error",
    "overloaded_error": "overloaded",
    "conflict_error": "server-error",
    "memory_precondition_failed_error": "server-error",
    "memory_path_conflict_error": "server-error",
}

_FIXED = frozenset({"model", "messages", "system", "stream"})


def build_request(messages: Sequence[Message], *, model: Model, sampling: Sampling) -> WireRequest:
    """The Messages request for a prompt.

    The format has no seed.

    Raises:
        ModelError: if the model cannot be told to think or draw as the sampling asks.
    """
    body = _prompt_body(messages, model)
    body["max_tokens"] = sampling.max_output_tokens
    thinking = thinking_fields(model, sampling)
    body |= sampling_fields(model, sampling, thinking)
    if sampling.stop:
        body["stop_sequences"] = list(sampling.stop)
    body = merge_extra(body | thinking, sampling.extra_body, fixed=_FIXED)
    return _request("/v1/messages", body, model)


def build_count_request(messages: Sequence[Message], *, model: Model) -> WireRequest:
    """The request that has the provider count a prompt's tokens; it costs nothing."""
    return _request("/v1/messages/count_tokens", _prompt_body(messages, model), model)


def read_count(document: JsonObject) -> int | None:
    """The tokens in an answer to it."""
    return count_at(document, "input_tokens")


def _prompt_body(messages: Sequence[Message], model: Model) -> JsonObject:
    body: JsonObject = {
        "model": model.wire_name,
        "messages": [
            {"role": message.role, "content": _content(message)}
            for message in messages
            if message.role != "system"
        ],
    }
    system = "\n\n".join(message.content for message in messages if message.role == "system")
    if system:
        body["system"] = system
    return body


def _content(message: Message) -> str | list[JsonObject]:
    """The text, in blocks where a prompt cache is to keep its beginning.

    A block of nothing but white space would be refused, so a cut that makes one is left out.
    """
    text, split = message.content, message.split
    if split is None or not split.breakpoints:
        return text
    blocks: list[JsonObject] = []
    begin = 0
    for end in (*split.blocks, len(text)):
        if not text[begin:end].strip() or (end < len(text) and not text[end:].strip()):
            continue
        block: JsonObject = {"type": "text", "text": text[begin:end]}
        if end in split.breakpoints:
            block["cache_control"] = {"type": "ephemeral"}
        blocks.append(block)
        begin = end
    return blocks or text


def _request(path: str, body: JsonObject, model: Model) -> WireRequest:
    return post(path, body, model, headers={"anthropic-version": API_VERSION})


def auth_headers(key: str, *, host: str) -> dict[str, str]:  # noqa: ARG001
    """The header that carries the key."""
    return {"x-api-key": key}


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
    if document.get("type") == "error" or document.get("error"):
        return _refusal(status, headers, body)
    blocks = document.get("content")
    if not isinstance(blocks, list):
        return malformed("the answer has no list of content blocks", status)
    reason = text_at(document, "stop_reason")
    details = object_at(document, "stop_details")
    return finish(
        STOP_REASONS.get(reason) if reason else "answered",
        reason=reason or None,
        text="".join(text_at(block, "text") for block in _of_type(blocks, "text")),
        reasoning="\n\n".join(text_at(block, "thinking") for block in _of_type(blocks, "thinking")),
        usage=read_usage(document.get("usage")),
        status=status,
        served_model=text_at(document, "model") or None,
        refusal=" ".join(
            filter(None, (text_at(details, "category"), text_at(details, "explanation")))
        ),
    )


def _refusal(status: int, headers: Mapping[str, str], body: bytes) -> Response | Failure:
    complaint = read_complaint(body)
    refusal = classify(status, complaint, CODES)
    if "credit balance is too low" in complaint.text:  # a 400 that no other code marks
        refusal = "quota"
    return refuse(refusal, status=status, headers=headers, complaint=complaint)


def _of_type(blocks: list[Any], kind: str) -> list[Any]:
    return [block for block in blocks if isinstance(block, dict) and block.get("type") == kind]


def read_usage(raw: Any) -> Usage:
    """The usage object's counts; what it does not say stays None.

    ``input_tokens`` leaves out what was read from or written to the cache; here it is the sum.
    """
    if not isinstance(raw, dict):
        return Usage()
    parts = ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    plain_tokens, cached_tokens, written_tokens = (count_at(raw, part) for part in parts)
    long_tokens = count_at(object_at(raw, "cache_creation"), "ephemeral_1h_input_tokens")
    input_tokens = None if plain_tokens is None else sum_at(raw, *parts)
    output_tokens = count_at(raw, "output_tokens")
    thinking_tokens = count_at(object_at(raw, "output_tokens_details"), "thinking_tokens")
    return Usage(
        input_tokens=input_tokens or None,
        cached_input_tokens=part_of(cached_tokens, input_tokens),
        cache_write_tokens=part_of(written_tokens, input_tokens),
        long_cache_write_tokens=part_of(long_tokens, written_tokens),
        output_tokens=output_tokens,
        reasoning_tokens=part_of(thinking_tokens, output_tokens),
        raw=raw,
    )
