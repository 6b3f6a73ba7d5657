"""OpenAI-compatible chat completions: OpenAI, Azure, DeepSeek, Mistral, local servers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from niah.errors import ModelError
from niah.models import AZURE_HOSTS, Model, served_by
from niah.prompts import Message
from niah.providers import Failure, Response, Sampling, Usage, WireRequest
from niah.providers.bodies import (
    JsonObject,
    malformed,
    merge_extra,
    object_at,
    post,
    read_object,
    text_at,
)
from niah.providers.endings import Ending, finish
from niah.providers.failures import Refusal, classify, complaint_in, read_complaint, refuse
from niah.providers.openai_usage import read_usage
from niah.providers.thinking import split_thinking

# Every finish reason of OpenAI and of the servers that speak its format. A model that calls a
# tool nobody offered has answered without text.
FINISH_REASONS: Mapping[str, Ending] = {
    "stop": "answered",
    "length": "output-limit",
    "content_filter": "blocked",
    "tool_calls": "answered",
    "function_call": "answered",
    "end_turn": "answered",  # gateways that pass on the upstream's own words
    "stop_sequence": "answered",
    "eos": "answered",
    "eos_token": "answered",
    "max_tokens": "output-limit",
    "model_length": "context-exceeded",  # Mistral: the window was full
    "insufficient_system_resource": "overloaded",  # DeepSeek
    "abort": "server-error",  # vLLM, SGLang
    "error": "server-error",  # Mistral, OpenRouter, vLLM
    "repetition": "output-limit",  # vLLM cut a text that repeats itself
    "load": "server-error",  # Ollama: only loaded the model
    "unload": "server-error",
}

# Codes and types of error bodies that say more than their status.
CODES: Mapping[str, Refusal] = {
    "context_length_exceeded": "context-exceeded",
    "string_above_max_length": "context-exceeded",
    "exceed_context_size_error": "context-exceeded",  # llama.cpp
    "ContextWindowExceededError": "context-exceeded",  # LiteLLM
    "content_filter": "blocked",  # Azure
    "content_policy_violation": "blocked",
    "ResponsibleAIPolicyViolation": "blocked",  # Azure
    "rate_limit_exceeded": "rate-limit",
    "rate_limit_error": "rate-limit",
    "rate_limited": "rate-limit",  # Mistral
    "slow_down": "rate-limit",
    "tokens": "rate-limit",  # the type of OpenAI's token limits
    "requests": "rate-limit",
    "insufficient_quota": "quota",
    "credit_balance_exhausted": "quota",
    "organization_spend_limit_exceeded": "quota",
    "organization_usage_limit_exceeded": "quota",
    "project_spend_limit_exceeded": "quota",
    "billing_hard_limit_reached": "quota",
    "billing_not_active": "quota",
    "access_terminated": "auth",
    "account_deactivated": "auth",
    "invalid_api_key": "auth",
    "invalid_authentication": "auth",
    "authentication_error": "auth",
    "permission_error": "auth",
    "unsupported_country_region_territory": "auth",
    "model_not_found": "not-found",
    "invalid_model": "not-found",  # Mistral
    "unknown_model": "not-found",
    "DeploymentNotFound": "not-found",  # Azure
    "not_found_error": "not-found",
    "NotFoundError": "not-found",  # vLLM
    "server_error": "server-error",
    "internal_server_error": "server-error",
    "server_is_overloaded": "overloaded",
    "engine_overloaded": "overloaded",
    "service_unavailable": "overloaded",
    "service_unavailable_error": "overloaded",
    "overloaded_error": "overloaded",
    # OpenRouter's; of its others, such as invalid_request, the message and the status say more.
    "string_too_long": "context-exceeded",
    "payload_too_large": "context-exceeded",
    "refusal": "blocked",
    "authentication": "auth",
    "permission_denied": "auth",
    "payment_required": "quota",
    "token_limit_exceeded": "quota",  # of a budget that the account or the key has there
    "provider_overloaded": "overloaded",
    "provider_unavailable": "overloaded",
    "not_found": "not-found",
    "server": "server-error",
    "timeout": "timeout",
}

_FIXED = frozenset({"model", "messages", "stream", "n"})


def build_request(messages: Sequence[Message], *, model: Model, sampling: Sampling) -> WireRequest:
    """The chat completion request for a prompt.

    OpenAI's own thinking models take the system prompt in the role ``developer``.

    Raises:
        ModelError: if the sampling asks for what the format does not have.
    """
    modern = model.output_field == "max_completion_tokens"
    body: JsonObject = {
        "model": model.wire_name,
        "messages": [
            {
                "role": "developer" if modern and message.role == "system" else message.role,
                "content": message.content,
            }
            for message in messages
        ],
        model.output_field: sampling.max_output_tokens,
    }
    if model.takes_temperature:
        if sampling.temperature is not None:
            body["temperature"] = sampling.temperature
        if sampling.top_p is not None:
            body["top_p"] = sampling.top_p
    if sampling.seed is not None:
        # Mistral refuses a request with a field that it does not know.
        body["random_seed" if served_by(model.provider, "mistral") else "seed"] = sampling.seed
    if sampling.stop:
        body["stop"] = list(sampling.stop)
    if sampling.reasoning_effort is not None:
        body["reasoning_effort"] = sampling.reasoning_effort
    if sampling.thinking_budget_tokens is not None:
        body |= _thinking(sampling.thinking_budget_tokens, model)
    body = merge_extra(body, sampling.extra_body, fixed=_FIXED)
    return post(
        _path(model), body, model, key_header="api-key" if model.provider.api_version else ""
    )


def _thinking(budget_tokens: int, model: Model) -> JsonObject:
    """The field for a thinking budget, 0 = no thinking, where a host has one.

    Raises:
        ModelError: if it has none: OpenAI's format does not.
    """
    if served_by(model.provider, "openrouter"):
        return {"reasoning": {"max_tokens": budget_tokens} if budget_tokens else {"effort": "none"}}
    if served_by(model.provider, "deepseek") and not budget_tokens:
        return {"thinking": {"type": "disabled"}}
    raise ModelError(
        f"thinking_budget_tokens cannot be sent to {model.id}: OpenAI's wire format has "
        "no such field; use reasoning_effort, or the server's own field in extra_body"
    )


def _path(model: Model) -> str:
    """Below the base URL; in Azure's dated interface the deployment is part of the address."""
    version = model.provider.api_version
    if version is None:
        return "/chat/completions"
    deployment = f"/openai/deployments/{quote(model.wire_name, safe='')}"
    if "/deployments/" in model.provider.base_url:
        deployment = ""
    return f"{deployment}/chat/completions?api-version={quote(version, safe='')}"


def auth_headers(key: str, *, host: str) -> dict[str, str]:
    """The header that carries the key; Azure has its own."""
    if host.endswith(AZURE_HOSTS):
        return {"api-key": key}
    return {"authorization": f"Bearer {key}"}


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
    usage = read_usage(document.get("usage"))
    choices = document.get("choices")
    if document.get("error") or (document.get("object") == "error" and not choices):
        return _refusal(status, headers, body, usage)
    choice = object_at(choices, 0)
    if not choice:
        return malformed("the answer has no choice in it", status)
    if choice.get("error"):  # OpenRouter: the upstream failed in the middle
        complaint = complaint_in(choice)
        refusal = classify(status, complaint, CODES)
        return refuse(refusal, status=status, headers=headers, complaint=complaint, usage=usage)
    message = choice.get("message")
    if not isinstance(message, dict):
        return malformed("the answer's choice has no message in it", status)
    return _answer(document, choice, message, usage, status)


def _refusal(
    status: int, headers: Mapping[str, str], body: bytes, usage: Usage | None = None
) -> Response | Failure:
    complaint = read_complaint(body)
    refusal = classify(status, complaint, CODES)
    if status == 403 and "flagged" in complaint.text:  # OpenRouter's moderation
        refusal = "blocked"
    return refuse(refusal, status=status, headers=headers, complaint=complaint, usage=usage)


def _answer(
    document: JsonObject, choice: JsonObject, message: JsonObject, usage: Usage, status: int
) -> Response | Failure:
    reason = text_at(choice, "finish_reason")
    text, thinking = _content(message.get("content"))
    thinking = text_at(message, "reasoning_content") or text_at(message, "reasoning") or thinking
    if not thinking:
        thinking, text = split_thinking(text)
    return finish(
        # Some local servers leave the reason out.
        FINISH_REASONS.get(reason) if reason else "answered",
        reason=reason or None,
        text=text,
        reasoning=thinking,
        usage=usage,
        status=status,
        served_model=text_at(document, "model") or None,
        system_fingerprint=text_at(document, "system_fingerprint") or None,
        refusal=text_at(message, "refusal"),
    )


def _content(content: Any) -> tuple[str, str]:
    """Text and thinking of a content that is text, null, or a list of typed parts."""
    if isinstance(content, str):
        return content, ""
    text: list[str] = []
    thinking: list[str] = []
    for part in content if isinstance(content, list) else []:
        if not isinstance(part, dict):
            continue
        if part.get("type") == "thinking":  # Magistral: a list of texts
            inner, _ = _content(part.get("thinking"))
            thinking.append(inner)
        else:
            text.append(text_at(part, "text"))
    return "".join(text), "".join(thinking)
