"""OpenAI-compatible chat completions."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, get_args

import orjson
import pytest

from niah.errors import ModelError
from niah.models import resolve_model
from niah.prompts import Message
from niah.providers import Failure, Response, Sampling
from niah.providers.openai import (
    CODES,
    FINISH_REASONS,
    auth_headers,
    build_request,
    parse_response,
)
from niah.providers.openai_usage import read_usage

MESSAGES = (
    Message(role="system", content="Be brief."),
    Message(role="user", content="Where is it? “Hier” 🙂"),
)


def body_of(model_id: str, sampling: Sampling) -> dict[str, Any]:
    request = build_request(MESSAGES, model=resolve_model(model_id), sampling=sampling)
    assert (request.method, request.path) == ("POST", "/chat/completions")
    found: dict[str, Any] = orjson.loads(request.body)
    return found


def completion(
    message: dict[str, Any] | None = None, finish_reason: str | None = "stop", **others: Any
) -> bytes:
    return json.dumps(
        {
            "id": "x",
            "object": "chat.completion",
            "created": 1,
            "model": "gpt-4o-2024-08-06",
            "system_fingerprint": "fp_1",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": finish_reason,
                    "message": message or {"role": "assistant", "content": "42"},
                }
            ],
            "usage": {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12},
        }
        | others
    ).encode()


def answered(body: bytes) -> Response:
    result = parse_response(200, {}, body)
    assert isinstance(result, Response), result
    return result


def failed(status: int, body: object, headers: dict[str, str] | None = None) -> Failure:
    result = parse_response(status, headers or {}, json.dumps(body).encode())
    assert isinstance(result, Failure), result
    return result


def test_a_plain_model_gets_the_classic_body() -> None:
    """System role, max_tokens, temperature, seed and stop, and nothing that was not given."""
    sampling = Sampling(max_output_tokens=100, temperature=0.0, seed=7, stop=("\n",))
    assert body_of("deepseek/deepseek-chat", sampling) == {
        "model": "deepseek-chat",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Where is it? “Hier” 🙂"},
        ],
        "max_tokens": 100,
        "temperature": 0.0,
        "seed": 7,
        "stop": ["\n"],
    }
    assert body_of("ollama/m", Sampling(max_output_tokens=1)).keys() == {
        "model",
        "messages",
        "max_tokens",
    }


def test_an_openai_reasoning_model_gets_its_own_fields() -> None:
    """Developer role, max_completion_tokens, an effort, and no temperature."""
    body = body_of(
        "openai/o3",
        Sampling(max_output_tokens=9, temperature=0.0, top_p=0.5, reasoning_effort="low"),
    )
    assert body["messages"][0]["role"] == "developer"
    assert body["max_completion_tokens"] == 9
    assert body["reasoning_effort"] == "low"
    assert body.keys().isdisjoint({"max_tokens", "temperature", "top_p"})


def test_mistrals_seed_has_its_own_name() -> None:
    """It refuses a request with ``seed``, which it does not know."""
    body = body_of("mistral/mistral-large-latest", Sampling(max_output_tokens=9, seed=7))
    assert body["random_seed"] == 7
    assert "seed" not in body


def test_the_same_prompt_gives_the_same_bytes() -> None:
    """The body is a pure function of its inputs."""
    sampling = Sampling(max_output_tokens=9, extra_body={"provider": {"order": ["a"]}})
    model = resolve_model("openrouter/a/b")
    first, second = (build_request(MESSAGES, model=model, sampling=sampling) for _ in range(2))
    assert first == second
    assert orjson.loads(first.body)["provider"] == {"order": ["a"]}


def test_a_thinking_budget_goes_only_where_the_format_has_one() -> None:
    """OpenRouter takes a budget; elsewhere the setting is refused, not dropped in silence."""
    sampling = Sampling(max_output_tokens=9, thinking_budget_tokens=5)
    assert body_of("openrouter/a/b", sampling)["reasoning"] == {"max_tokens": 5}
    off = Sampling(max_output_tokens=9, thinking_budget_tokens=0)
    assert body_of("openrouter/a/b", off)["reasoning"] == {"effort": "none"}
    assert body_of("deepseek/deepseek-v4-pro", off)["thinking"] == {"type": "disabled"}
    with pytest.raises(ModelError, match="thinking_budget_tokens cannot be sent to openai/o3"):
        body_of("openai/o3", sampling)


def test_bodies_satisfy_the_sdks_parameter_type() -> None:
    """The official client's own parameter type accepts each body that is built."""
    pydantic = pytest.importorskip("pydantic")
    params = pytest.importorskip("openai.types.chat.completion_create_params")
    adapter = pydantic.TypeAdapter(params.CompletionCreateParamsNonStreaming)
    for name in ("openai/gpt-4o", "openai/o3", "deepseek/deepseek-reasoner"):
        body = body_of(
            name,
            Sampling(max_output_tokens=9, temperature=0.5, top_p=0.9, seed=1, stop=("a", "b")),
        )
        adapter.validate_python(body, strict=True)
        assert body.keys() <= params.CompletionCreateParamsNonStreaming.__annotations__.keys()


def test_azure_takes_its_own_header() -> None:
    """The key goes into api-key there, and into a bearer token everywhere else."""
    assert auth_headers("k", host="me.openai.azure.com") == {"api-key": "k"}
    assert auth_headers("k", host="api.openai.com") == {"authorization": "Bearer k"}
    assert auth_headers("k", host="openai.azure.com.evil.example") == {"authorization": "Bearer k"}


def test_an_answer_is_read_with_what_served_it() -> None:
    """Text, finish reason, served model and fingerprint are kept."""
    response = answered(b"\n\n: keep-alive\n" + completion())
    assert (response.outcome, response.text, response.finish_reason) == ("answered", "42", "stop")
    assert (response.served_model, response.system_fingerprint) == ("gpt-4o-2024-08-06", "fp_1")
    assert response.message == ""


def test_every_finish_reason_of_the_sdk_is_in_the_table() -> None:
    """The closed list of the official types is covered; what is new is malformed, not scored."""
    types = pytest.importorskip("openai.types.chat.chat_completion")
    listed = get_args(types.Choice.model_fields["finish_reason"].annotation)
    assert set(listed) <= FINISH_REASONS.keys()
    body = completion(finish_reason="a_new_reason")
    result = parse_response(200, {}, body)
    assert isinstance(result, Failure)
    assert result.kind == "malformed"
    assert "a_new_reason" in result.message


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("stop", "answered"),
        (None, "answered"),
        ("length", "output-limit"),
        ("content_filter", "blocked"),
        ("tool_calls", "answered"),
        ("model_length", "context-exceeded"),
        ("insufficient_system_resource", "overloaded"),
        ("abort", "server-error"),
        ("error", "server-error"),
    ],
)
def test_finish_reasons_become_outcomes(reason: str | None, expected: str) -> None:
    """Each reason has one outcome or failure kind; a withheld answer has no text to score."""
    result = parse_response(200, {}, completion(finish_reason=reason))
    found = result.kind if isinstance(result, Failure) else result.outcome
    assert found == expected
    if isinstance(result, Response):
        assert (result.text == "42") == (expected in ("answered", "output-limit"))
        assert bool(result.message) == (expected in ("blocked", "context-exceeded"))


@pytest.mark.parametrize("content", [None, "", "  \n", []])
def test_an_answer_without_text_is_empty(content: object) -> None:
    """Null, nothing and blanks are the outcome empty, which scores 0; so is a bare tool call."""
    assert answered(completion({"content": content})).outcome == "empty"
    body = completion({"content": content, "tool_calls": [{}]}, "tool_calls")
    assert answered(body).outcome == "empty"


def test_a_cut_off_answer_without_text_stays_output_limit() -> None:
    """A model that thought until the limit shows as output-limit, so that the cause is seen."""
    response = answered(completion({"content": "<think>hm, the haystack says"}, "length"))
    assert (response.outcome, response.text) == ("output-limit", "")
    assert response.reasoning == "hm, the haystack says"


@pytest.mark.parametrize(
    "message",
    [
        {"content": "42", "reasoning_content": "because"},
        {"content": "42", "reasoning": "because"},
        {"content": "<think>because</think>\n42"},
        {
            "content": [
                {"type": "thinking", "thinking": [{"type": "text", "text": "because"}]},
                {"type": "text", "text": "42"},
            ]
        },
    ],
)
def test_thinking_is_kept_apart(message: dict[str, Any]) -> None:
    """However a server shows thinking, the text to score is the answer alone."""
    response = answered(completion(message))
    assert (response.text, response.reasoning) == ("42", "because")


def test_thinking_given_apart_leaves_the_text_alone() -> None:
    """When the server split already, a tag in the answer is part of the answer."""
    message = {"content": "<think>x</think>42", "reasoning_content": "because"}
    assert answered(completion(message)).text == "<think>x</think>42"


def test_a_refusal_is_blocked_unless_there_is_an_answer() -> None:
    """The refusal field without content is the provider's doing and never scored."""
    response = answered(completion({"content": None, "refusal": "I can't help."}))
    assert (response.outcome, response.text) == ("blocked", "")
    assert "I can't help." in response.message
    assert answered(completion({"content": "42", "refusal": None})).outcome == "answered"


def test_usage_is_read_and_never_invented() -> None:
    """Counts come from either spelling; what is missing or impossible is None, never 0."""
    usage = read_usage(
        {
            "prompt_tokens": 100,
            "completion_tokens": 20,
            "prompt_tokens_details": {"cached_tokens": 64, "cache_write_tokens": 8},
            "completion_tokens_details": {"reasoning_tokens": 16},
        }
    )
    assert (usage.input_tokens, usage.output_tokens) == (100, 20)
    assert (usage.cached_input_tokens, usage.cache_write_tokens) == (64, 8)
    assert usage.reasoning_tokens == 16
    deepseek = read_usage({"prompt_tokens": 100, "prompt_cache_hit_tokens": 64})
    assert (deepseek.cached_input_tokens, deepseek.output_tokens) == (64, None)
    moonshot = read_usage({"prompt_tokens": 100, "completion_tokens": 20, "cached_tokens": 32})
    assert moonshot.cached_input_tokens == 32
    silent = read_usage({"prompt_tokens": 100, "prompt_tokens_details": None})
    assert silent.cached_input_tokens is None
    odd = read_usage(
        {
            "prompt_tokens": True,
            "completion_tokens": -1,
            "prompt_tokens_details": {"cached_tokens": "7"},
        }
    )
    assert odd == replace(read_usage({}), raw=odd.raw)
    assert (
        read_usage({"prompt_tokens": 5, "prompt_cache_hit_tokens": 9}).cached_input_tokens is None
    )


@pytest.mark.parametrize(
    ("total", "details", "expected"),
    [
        (409, {"reasoning_tokens": 300}, (309, 300)),  # xAI
        (409, None, (309, 300)),  # Gemini, behind this format
        (109, {"reasoning_tokens": 5}, (9, 5)),
        (409, {"reasoning_tokens": 5}, (9, 5)),  # what the rest is nobody says
        (None, {"reasoning_tokens": 300}, (9, None)),
        (50, None, (9, None)),
    ],
)
def test_thoughts_that_only_the_total_counts_are_output(
    total: int | None, details: dict[str, int] | None, expected: tuple[int, int | None]
) -> None:
    """They are billed like the rest of it; a total that says nothing clear changes nothing."""
    usage = read_usage(
        {
            "prompt_tokens": 100,
            "completion_tokens": 9,
            "total_tokens": total,
            "completion_tokens_details": details,
        }
    )
    assert (usage.output_tokens, usage.reasoning_tokens) == expected


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (400, {"code": "context_length_exceeded", "message": "too long"}, "context-exceeded"),
        (400, {"type": "exceed_context_size_error", "message": "x"}, "context-exceeded"),
        (400, {"code": "content_filter", "message": "x"}, "blocked"),
        (403, {"code": 403, "message": "requires moderation; input was flagged"}, "blocked"),
        (400, {"message": "Invalid value for 'seed'"}, "bad-request"),
        (400, {"message": "Model Not Exist", "code": "invalid_request_error"}, "not-found"),
        (400, {"message": "x: Invalid model name passed in model=x", "code": "400"}, "not-found"),
        (400, {"message": "x/y is not a valid model ID", "code": 400}, "not-found"),
        (401, {"code": "invalid_api_key", "message": "x"}, "auth"),
        (402, {"message": "Insufficient Balance"}, "quota"),
        (403, {"message": "x"}, "auth"),
        (404, {"code": "model_not_found", "message": "x"}, "not-found"),
        (413, {"message": "body too large"}, "bad-request"),
        (422, {"message": "x"}, "bad-request"),
        (429, {"code": "rate_limit_exceeded", "type": "requests"}, "rate-limit"),
        (429, {"code": "insufficient_quota", "type": "insufficient_quota"}, "quota"),
        (429, {"code": "project_spend_limit_exceeded", "type": "insufficient_quota"}, "quota"),
        (429, "plain text", "rate-limit"),
        (500, {"message": "x"}, "server-error"),
        (502, None, "server-error"),
        (503, {"message": "x"}, "overloaded"),
        (503, {"code": "service_unavailable", "type": "server_error"}, "overloaded"),
        (503, {"code": None, "type": "server_error"}, "overloaded"),
        (504, {"code": None, "type": "server_error"}, "timeout"),
        (500, {"code": None, "type": "server_error"}, "server-error"),
        (504, None, "timeout"),
        (529, None, "overloaded"),
        (200, {"message": "upstream", "code": 502}, "server-error"),
        (200, {"message": "slow down", "code": 429}, "rate-limit"),
        (200, "something broke", "server-error"),
    ],
)
def test_refusals_map_to_one_outcome_or_kind(status: int, error: object, expected: str) -> None:
    """Code first, then the message, then the status; inside a 200 the status of the body."""
    result = parse_response(status, {"retry-after": "3"}, json.dumps({"error": error}).encode())
    if isinstance(result, Failure):
        assert result.kind == expected
        assert result.retry_after_s == 3
        assert result.status == status
    else:
        assert result.outcome == expected
    assert result.message


def test_flat_and_nested_error_bodies_are_understood() -> None:
    """vLLM's flat object, Mistral's nested report and OpenRouter's upstream text all tell."""
    flat = {"object": "error", "message": "maximum context length is 8192 tokens", "code": 400}
    result = parse_response(400, {}, json.dumps(flat).encode())
    assert isinstance(result, Response)
    assert result.outcome == "context-exceeded"
    nested = {"object": "error", "message": {"detail": [{"msg": "bad temperature"}]}}
    assert "bad temperature" in failed(422, nested).message
    upstream = {
        "error": {
            "message": "Provider returned error",
            "code": 400,
            "metadata": {"raw": '{"error": "prompt is too long: 9 tokens > 8 maximum"}'},
        }
    }
    passed_on = parse_response(400, {}, json.dumps(upstream).encode())
    assert isinstance(passed_on, Response)
    assert passed_on.outcome == "context-exceeded"


@pytest.mark.parametrize(
    ("error_type", "expected"),
    [
        ("context_length_exceeded", "context-exceeded"),
        ("max_tokens_exceeded", "bad-request"),
        ("token_limit_exceeded", "quota"),
        ("string_too_long", "context-exceeded"),
        ("authentication", "auth"),
        ("permission_denied", "auth"),
        ("payment_required", "quota"),
        ("rate_limit_exceeded", "rate-limit"),
        ("provider_overloaded", "overloaded"),
        ("provider_unavailable", "overloaded"),
        ("invalid_request", "bad-request"),
        ("invalid_prompt", "bad-request"),
        ("not_found", "not-found"),
        ("precondition_failed", "bad-request"),
        ("payload_too_large", "context-exceeded"),
        ("unprocessable", "bad-request"),
        ("content_policy_violation", "blocked"),
        ("refusal", "blocked"),
        ("server", "server-error"),
        ("timeout", "timeout"),
        ("unmapped", "bad-request"),
    ],
)
def test_openrouters_types_of_errors(error_type: str, expected: str) -> None:
    """Each but those of images, as openrouter 1.3.84 lists them, says more than its status."""
    error = {
        "code": 400,
        "message": "Provider returned error",
        "metadata": {"error_type": error_type},
    }
    for status in (400, 200):
        result = parse_response(status, {}, json.dumps({"error": error}).encode())
        assert (result.kind if isinstance(result, Failure) else result.outcome) == expected


def test_an_error_inside_a_choice_is_no_answer() -> None:
    """OpenRouter reports an upstream that failed in the middle within the choice."""
    body = json.dumps(
        {
            "choices": [
                {
                    "message": {"content": "half an ans"},
                    "finish_reason": "error",
                    "error": {"code": 502, "message": "upstream"},
                }
            ]
        }
    ).encode()
    result = parse_response(200, {}, body)
    assert isinstance(result, Failure)
    assert result.kind == "server-error"


def test_the_code_table_names_no_kind_that_needs_no_code() -> None:
    """Codes map only to what stops, waits or explains; generic codes are left to the status."""
    assert "invalid_request_error" not in CODES
    assert set(CODES.values()) <= {
        *("context-exceeded", "blocked", "rate-limit", "quota", "auth"),
        *("not-found", "server-error", "overloaded", "timeout"),
    }
