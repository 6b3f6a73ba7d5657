"""Google Gemini's generateContent."""

from __future__ import annotations

import json
from typing import Any

import orjson
import pytest

from niah.errors import ModelError
from niah.models import resolve_model
from niah.prompts import Message
from niah.providers import Failure, Response, Sampling
from niah.providers.google import (
    BLOCK_REASONS,
    CODES,
    FINISH_REASONS,
    auth_headers,
    build_count_request,
    build_request,
    parse_response,
    read_usage,
)
from niah.providers.wire import parse_count

MESSAGES = (
    Message(role="system", content="Be brief."),
    Message(role="user", content="Hello."),
    Message(role="assistant", content="Hi."),
    Message(role="user", content="Where is it?"),
)
GEMINI = resolve_model("google/gemini-1.5-pro")


def body_of(sampling: Sampling) -> dict[str, Any]:
    request = build_request(MESSAGES, model=GEMINI, sampling=sampling)
    assert request.path == "/v1beta/models/gemini-1.5-pro:generateContent"
    found: dict[str, Any] = orjson.loads(request.body)
    return found


def content(
    parts: list[Any] | None = None, finish_reason: str | None = "STOP", **others: Any
) -> bytes:
    candidate: dict[str, Any] = {
        "content": {"role": "model", "parts": [{"text": "42"}] if parts is None else parts}
    }
    if finish_reason is not None:
        candidate["finishReason"] = finish_reason
    return json.dumps(
        {
            "candidates": [candidate],
            "usageMetadata": {"promptTokenCount": 10, "candidatesTokenCount": 2},
            "modelVersion": "gemini-1.5-pro-002",
        }
        | others
    ).encode()


def test_the_body_has_googles_names() -> None:
    """System instruction, roles user and model, and one generationConfig."""
    sampling = Sampling(max_output_tokens=9, temperature=0.0, top_p=0.9, seed=3, stop=("x",))
    assert body_of(sampling) == {
        "systemInstruction": {"parts": [{"text": "Be brief."}]},
        "contents": [
            {"role": "user", "parts": [{"text": "Hello."}]},
            {"role": "model", "parts": [{"text": "Hi."}]},
            {"role": "user", "parts": [{"text": "Where is it?"}]},
        ],
        "generationConfig": {
            "maxOutputTokens": 9,
            "temperature": 0.0,
            "topP": 0.9,
            "seed": 3,
            "stopSequences": ["x"],
        },
    }


def test_thinking_is_a_budget_or_a_level() -> None:
    """Thoughts are asked for, to be stored apart; both settings at once are refused."""
    budget = body_of(Sampling(max_output_tokens=9, thinking_budget_tokens=128))
    assert budget["generationConfig"]["thinkingConfig"] == {
        "thinkingBudget": 128,
        "includeThoughts": True,
    }
    level = body_of(Sampling(max_output_tokens=9, reasoning_effort="low"))
    assert level["generationConfig"]["thinkingConfig"]["thinkingLevel"] == "LOW"
    with pytest.raises(ModelError, match="not both"):
        body_of(Sampling(max_output_tokens=9, reasoning_effort="low", thinking_budget_tokens=1))


def test_extra_body_reaches_into_the_configuration() -> None:
    """A key of generationConfig can be added without losing the others."""
    extra = {"generationConfig": {"topK": 1}, "safetySettings": []}
    body = body_of(Sampling(max_output_tokens=9, extra_body=extra))
    assert body["generationConfig"] == {"maxOutputTokens": 9, "topK": 1}
    assert body["safetySettings"] == []


def test_bodies_satisfy_the_sdks_types() -> None:
    """The official client's types, which forbid unknown fields, accept every part of the body."""
    types = pytest.importorskip("google.genai.types")
    body = body_of(
        Sampling(max_output_tokens=9, temperature=0.5, seed=1, stop=("x",), reasoning_effort="low")
    )
    types.GenerationConfig.model_validate(body["generationConfig"])
    types.Content.model_validate(body["systemInstruction"])
    for turn in body["contents"]:
        types.Content.model_validate(turn)
    types.GenerateContentResponse.model_validate_json(content())


def test_the_key_is_in_a_header_and_the_name_is_quoted() -> None:
    """Neither the key nor a strange model name can change the URL."""
    assert auth_headers("k", host="x") == {"x-goog-api-key": "k"}
    odd = resolve_model("google/models/../x?key=1")
    path = build_request(MESSAGES, model=odd, sampling=Sampling(max_output_tokens=1)).path
    assert path == "/v1beta/models/..%2Fx%3Fkey%3D1:generateContent"


def test_thought_parts_are_kept_apart() -> None:
    """Parts marked as thoughts are stored beside the text, never in it."""
    parts = [{"text": "because", "thought": True}, {"text": "4"}, {"inlineData": {}}, {"text": "2"}]
    response = parse_response(200, {}, content(parts))
    assert isinstance(response, Response)
    assert (response.text, response.reasoning) == ("42", "because")
    assert response.served_model == "gemini-1.5-pro-002"


def test_every_reason_of_the_sdk_is_in_the_tables() -> None:
    """The closed lists of the official types are covered, and nothing else is in the tables."""
    types = pytest.importorskip("google.genai.types")
    assert {reason.value for reason in types.FinishReason} == FINISH_REASONS.keys()
    assert {reason.value for reason in types.BlockedReason} == BLOCK_REASONS
    result = parse_response(200, {}, content(finish_reason="A_NEW_REASON"))
    assert isinstance(result, Failure)
    assert result.kind == "malformed"


@pytest.mark.parametrize(
    ("reason", "parts", "expected"),
    [
        ("STOP", None, "answered"),
        ("STOP", [], "empty"),
        ("MAX_TOKENS", None, "output-limit"),
        ("SAFETY", [], "blocked"),
        ("RECITATION", None, "blocked"),
        ("OTHER", [], "server-error"),
        ("MALFORMED_FUNCTION_CALL", [], "empty"),
        ("PUP_LIMITED_DISABLED", [], "auth"),
        (None, None, "answered"),
    ],
)
def test_finish_reasons_become_outcomes(
    reason: str | None, parts: list[Any] | None, expected: str
) -> None:
    """Each reason has one outcome or failure kind; blocked answers have no text to score."""
    result = parse_response(200, {}, content(parts, reason))
    assert (result.kind if isinstance(result, Failure) else result.outcome) == expected
    if expected == "blocked":
        assert isinstance(result, Response)
        assert result.text == ""


@pytest.mark.parametrize("reason", [*sorted(BLOCK_REASONS), "A_NEW_REASON"])
def test_a_blocked_prompt_has_no_candidate(reason: str) -> None:
    """promptFeedback with a block reason is the outcome blocked, with its usage kept."""
    body = {
        "promptFeedback": {"blockReason": reason, "blockReasonMessage": "unsafe"},
        "usageMetadata": {"promptTokenCount": 10},
    }
    result = parse_response(200, {}, json.dumps(body).encode())
    assert isinstance(result, Response)
    assert (result.outcome, result.usage.input_tokens) == ("blocked", 10)
    assert "unsafe" in result.message


def error(code: int, status: str, text: str = "x", *details: dict[str, Any]) -> dict[str, Any]:
    return {"error": {"code": code, "status": status, "message": text, "details": list(details)}}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (
            400,
            error(
                400,
                "INVALID_ARGUMENT",
                "The input token count (9) exceeds the maximum number of tokens allowed (8).",
            ),
            "context-exceeded",
        ),
        (400, error(400, "INVALID_ARGUMENT", "Invalid value at 'topK'"), "bad-request"),
        (
            400,
            error(400, "INVALID_ARGUMENT", "API key not valid.", {"reason": "API_KEY_INVALID"}),
            "auth",
        ),
        (400, error(400, "FAILED_PRECONDITION", "User location is not supported"), "bad-request"),
        (403, error(403, "PERMISSION_DENIED"), "auth"),
        (404, error(404, "NOT_FOUND"), "not-found"),
        (429, error(429, "RESOURCE_EXHAUSTED"), "rate-limit"),
        (
            429,
            error(
                429,
                "RESOURCE_EXHAUSTED",
                "x",
                {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]},
            ),
            "quota",
        ),
        (500, error(500, "INTERNAL"), "server-error"),
        (503, error(503, "UNAVAILABLE"), "overloaded"),
        (504, error(504, "DEADLINE_EXCEEDED"), "timeout"),
        (503, [error(503, "UNAVAILABLE")], "overloaded"),
        (200, error(503, "UNAVAILABLE"), "overloaded"),
    ],
)
def test_refusals_map_to_one_outcome_or_kind(status: int, body: object, expected: str) -> None:
    """The reason in the details decides first, then the status name, message and status."""
    result = parse_response(status, {}, json.dumps(body).encode())
    assert (result.kind if isinstance(result, Failure) else result.outcome) == expected


def test_the_retry_delay_stands_in_the_body() -> None:
    """RetryInfo is read, and a Retry-After header goes before it."""
    body = json.dumps(error(429, "RESOURCE_EXHAUSTED", "x", {"retryDelay": "17.5s"})).encode()
    plain, header = parse_response(429, {}, body), parse_response(429, {"retry-after": "3"}, body)
    assert isinstance(plain, Failure)
    assert isinstance(header, Failure)
    assert (plain.retry_after_s, header.retry_after_s) == (17.5, 3)


def test_every_rpc_code_is_decided() -> None:
    """All codes of google.rpc.Code but OK and the two unspecific ones are in the table."""
    names = (
        "CANCELLED UNKNOWN INVALID_ARGUMENT DEADLINE_EXCEEDED NOT_FOUND ALREADY_EXISTS "
        "PERMISSION_DENIED UNAUTHENTICATED RESOURCE_EXHAUSTED FAILED_PRECONDITION ABORTED "
        "OUT_OF_RANGE UNIMPLEMENTED INTERNAL UNAVAILABLE DATA_LOSS"
    )
    assert set(names.split()) - CODES.keys() == {"INVALID_ARGUMENT", "FAILED_PRECONDITION"}


def test_thoughts_are_part_of_the_output() -> None:
    """Output tokens are answer and thoughts together, as they are billed."""
    usage = read_usage(
        {
            "promptTokenCount": 1000,
            "cachedContentTokenCount": 600,
            "candidatesTokenCount": 5,
            "thoughtsTokenCount": 95,
        }
    )
    assert (usage.input_tokens, usage.cached_input_tokens) == (1000, 600)
    assert (usage.output_tokens, usage.reasoning_tokens) == (100, 95)
    assert read_usage({"promptTokenCount": 3}).output_tokens is None
    garbled = {"candidatesTokenCount": -1, "thoughtsTokenCount": 95}
    assert read_usage({"promptTokenCount": 3} | garbled).output_tokens is None


def test_the_count_endpoint_is_asked_and_understood() -> None:
    """The system prompt is counted too, and the answer is a number."""
    request = build_count_request(MESSAGES, model=GEMINI)
    assert request.path == "/v1beta/models/gemini-1.5-pro:countTokens"
    body = orjson.loads(request.body)
    assert body.keys() == {"contents"}
    assert len(body["contents"]) == 4
    assert parse_count("google", 200, {}, b'{"totalTokens": 14}') == 14
    missing = parse_count("google", 200, {}, b"{}")
    assert isinstance(missing, Failure)
