"""Anthropic Messages."""

from __future__ import annotations

import json
from typing import Any, get_args

import orjson
import pytest

from niah.errors import ModelError
from niah.models import resolve_model
from niah.prompts import Message
from niah.providers import Failure, Response, Sampling
from niah.providers.anthropic import (
    CODES,
    STOP_REASONS,
    auth_headers,
    build_count_request,
    build_request,
    parse_response,
    read_usage,
)
from niah.providers.wire import parse_count
from niah.runner.records import cost_usd

MESSAGES = (
    Message(role="system", content="Be brief."),
    Message(role="user", content="Where is it?"),
)
SONNET = resolve_model("anthropic/claude-3-5-sonnet-20241022")


def body_of(sampling: Sampling, model_id: str = SONNET.id) -> dict[str, Any]:
    request = build_request(MESSAGES, model=resolve_model(model_id), sampling=sampling)
    assert request.path == "/v1/messages"
    assert request.headers["anthropic-version"] == "2023-06-01"
    found: dict[str, Any] = orjson.loads(request.body)
    return found


def message(
    content: list[Any] | None = None, stop_reason: str = "end_turn", **others: Any
) -> bytes:
    return json.dumps(
        {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-3-5-sonnet-20241022",
            "content": [{"type": "text", "text": "42"}] if content is None else content,
            "stop_reason": stop_reason,
            "stop_sequence": None,
            "usage": {"input_tokens": 10, "output_tokens": 2},
        }
        | others
    ).encode()


def test_the_system_prompt_stands_beside_the_messages() -> None:
    """The body has system, max_tokens and temperature, and no seed, which the format lacks."""
    sampling = Sampling(max_output_tokens=9, temperature=0.0, seed=3, stop=("x",))
    assert body_of(sampling) == {
        "model": "claude-3-5-sonnet-20241022",
        "system": "Be brief.",
        "messages": [{"role": "user", "content": "Where is it?"}],
        "max_tokens": 9,
        "temperature": 0.0,
        "stop_sequences": ["x"],
    }


def test_thinking_excludes_temperature_and_must_fit() -> None:
    """A budget switches thinking on, zero switches it off, and it must leave room to answer."""
    body = body_of(
        Sampling(max_output_tokens=4096, temperature=0.0, top_p=0.9, thinking_budget_tokens=1024)
    )
    assert body["thinking"] == {"type": "enabled", "budget_tokens": 1024}
    assert body.keys().isdisjoint({"temperature", "top_p"})
    off = body_of(Sampling(max_output_tokens=9, thinking_budget_tokens=0))
    assert off["thinking"] == {"type": "disabled"}
    with pytest.raises(ModelError, match="raise max_output_tokens"):
        body_of(Sampling(max_output_tokens=1024, thinking_budget_tokens=1024))


@pytest.mark.parametrize(
    ("name", "thinking"),
    [
        ("claude-opus-4-5", None),
        ("claude-sonnet-4-6", {"type": "adaptive"}),
        ("claude-opus-4-8", {"type": "adaptive", "display": "summarized"}),
        ("claude-fable-5-1", {"type": "adaptive", "display": "summarized"}),
    ],
)
def test_an_effort_has_a_model_think_that_decides_itself(
    name: str, thinking: dict[str, str] | None
) -> None:
    """From 4.6 on thinking comes with it, in a form that can be read, and no temperature then."""
    sampling = Sampling(max_output_tokens=9, temperature=0.0, reasoning_effort="low")
    body = body_of(sampling, f"anthropic/{name}")
    assert body["output_config"] == {"effort": "low"}
    assert body.get("thinking") == thinking
    assert ("temperature" in body) == (thinking is None)


def test_a_budget_is_refused_before_a_later_model_refuses_it() -> None:
    """From 4.7 on a budget is a 400; the message names what takes its place."""
    sampling = Sampling(max_output_tokens=4096, thinking_budget_tokens=1024)
    assert "thinking" in body_of(sampling, "anthropic/claude-opus-4-6")
    for name in ("claude-opus-4-7", "claude-sonnet-5", "claude-fable-5"):
        with pytest.raises(ModelError, match="set reasoning_effort"):
            body_of(sampling, f"anthropic/{name}")
    assert "thinking" in body_of(sampling, "anthropic/deepseek-v4-pro")


def test_thinking_is_turned_off_in_each_models_own_way() -> None:
    """Most are told "disabled", one "between_tools"; those that cannot are refused."""
    off = Sampling(max_output_tokens=9, thinking_budget_tokens=0)
    assert body_of(off, "anthropic/claude-opus-5")["thinking"] == {"type": "disabled"}
    assert body_of(off, "anthropic/claude-sonnet-5-5")["thinking"] == {"type": "between_tools"}
    for name in ("claude-fable-5", "claude-mythos-5", "claude-opus-5-5"):
        with pytest.raises(ModelError, match="always thinks"):
            body_of(off, f"anthropic/{name}")


def test_a_model_that_takes_temperature_or_top_p_gets_one() -> None:
    """At temperature 0 the other says nothing; else the sampling is refused, not changed."""
    greedy = Sampling(max_output_tokens=9, temperature=0.0, top_p=0.9)
    drawn = Sampling(max_output_tokens=9, temperature=0.7, top_p=0.9)
    assert body_of(drawn).keys() >= {"temperature", "top_p"}
    assert "top_p" not in body_of(greedy, "anthropic/claude-sonnet-4-5")
    with pytest.raises(ModelError, match="temperature or top_p"):
        body_of(drawn, "anthropic/claude-sonnet-4-5")


@pytest.mark.parametrize(
    ("name", "takes"),
    [
        ("claude-2.1", True),
        ("claude-instant-1.2", True),
        ("claude-3-5-sonnet-20241022", True),
        ("claude-3-opus-latest", True),
        ("claude-sonnet-4-20250514", True),
        ("claude-opus-4-6", True),
        ("claude-haiku-4-5-20251001", True),
        ("claude-opus-4-7", False),
        ("claude-sonnet-5", False),
        ("claude-haiku-5-5", False),
    ],
)
def test_models_that_refuse_a_temperature_get_none(name: str, takes: bool) -> None:
    """From Claude 4.7 on a request with temperature is a 400, so it is not sent."""
    body = body_of(Sampling(max_output_tokens=9, temperature=0.0), f"anthropic/{name}")
    assert ("temperature" in body) == takes


def test_bodies_satisfy_the_sdks_parameter_type() -> None:
    """The official client's own parameter type accepts the body."""
    pydantic = pytest.importorskip("pydantic")
    params = pytest.importorskip("anthropic.types.message_create_params")
    body = body_of(
        Sampling(max_output_tokens=4096, thinking_budget_tokens=1024, reasoning_effort="low")
    )
    pydantic.TypeAdapter(params.MessageCreateParamsNonStreaming).validate_python(body, strict=True)
    assert body.keys() <= params.MessageCreateParamsBase.__annotations__.keys()


def test_the_key_has_its_own_header() -> None:
    """x-api-key, not a bearer token."""
    assert auth_headers("k", host="api.anthropic.com") == {"x-api-key": "k"}


def test_text_and_thinking_blocks_are_kept_apart() -> None:
    """Text blocks are joined, thinking is stored beside them, other blocks are left out."""
    blocks = [
        {"type": "thinking", "thinking": "because", "signature": "s"},
        {"type": "redacted_thinking", "data": "x"},
        {"type": "text", "text": "4"},
        {"type": "tool_use", "id": "t", "name": "n", "input": {}},
        {"type": "text", "text": "2"},
        None,
    ]
    response = parse_response(200, {}, message(blocks))
    assert isinstance(response, Response)
    assert (response.text, response.reasoning) == ("42", "because")
    assert response.served_model == "claude-3-5-sonnet-20241022"


def test_every_stop_reason_of_the_sdk_is_in_the_table() -> None:
    """The closed list of the official types is covered, and nothing else is in the table."""
    types = pytest.importorskip("anthropic.types.stop_reason")
    assert set(get_args(types.StopReason)) == STOP_REASONS.keys()
    result = parse_response(200, {}, message(stop_reason="a_new_reason"))
    assert isinstance(result, Failure)
    assert result.kind == "malformed"


@pytest.mark.parametrize(
    ("reason", "content", "expected"),
    [
        ("end_turn", None, "answered"),
        ("end_turn", [], "empty"),
        ("stop_sequence", None, "answered"),
        ("max_tokens", None, "output-limit"),
        ("max_tokens", [{"type": "thinking", "thinking": "hm"}], "output-limit"),
        ("tool_use", [{"type": "tool_use"}], "empty"),
        ("refusal", None, "blocked"),
        ("model_context_window_exceeded", None, "context-exceeded"),
        ("pause_turn", None, "server-error"),
    ],
)
def test_stop_reasons_become_outcomes(
    reason: str, content: list[Any] | None, expected: str
) -> None:
    """Each reason has one outcome or failure kind."""
    result = parse_response(200, {}, message(content, reason))
    assert (result.kind if isinstance(result, Failure) else result.outcome) == expected


def test_every_error_type_of_the_sdk_is_decided() -> None:
    """All types but the unspecific one are in the table, and every coded detail is a real one."""
    types = pytest.importorskip("anthropic.types.shared.error_type")
    assert set(get_args(types.ErrorType)) - {"invalid_request_error"} <= CODES.keys()


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (
            400,
            {"type": "invalid_request_error", "message": "prompt is too long: 9 > 8"},
            "context-exceeded",
        ),
        (
            400,
            {"type": "invalid_request_error", "message": "temperature is deprecated"},
            "bad-request",
        ),
        (
            400,
            {"type": "invalid_request_error", "message": "Your credit balance is too low"},
            "quota",
        ),
        (401, {"type": "authentication_error", "message": "invalid x-api-key"}, "auth"),
        (402, {"type": "billing_error", "message": "x"}, "quota"),
        (403, {"type": "permission_error", "message": "x"}, "auth"),
        (404, {"type": "not_found_error", "message": "model: x"}, "not-found"),
        (413, {"type": "request_too_large", "message": "x"}, "context-exceeded"),
        (429, {"type": "rate_limit_error", "message": "x"}, "rate-limit"),
        (
            429,
            {"type": "rate_limit_error", "details": {"error_code": "enforced_spend_limit_reached"}},
            "quota",
        ),
        (500, {"type": "api_error", "message": "x"}, "server-error"),
        (504, {"type": "timeout_error", "message": "x"}, "timeout"),
        (529, {"type": "overloaded_error", "message": "x"}, "overloaded"),
        (200, {"type": "overloaded_error", "message": "x"}, "overloaded"),
    ],
)
def test_refusals_map_to_one_outcome_or_kind(status: int, error: object, expected: str) -> None:
    """An error body decides by its code, type, message and status, in a 200 too."""
    body = json.dumps({"type": "error", "error": error}).encode()
    result = parse_response(status, {"retry-after": "7"}, body)
    if isinstance(result, Failure):
        assert (result.kind, result.retry_after_s) == (expected, 7)
    else:
        assert result.outcome == expected


def test_input_tokens_include_what_the_cache_served() -> None:
    """The format's input_tokens leaves cached tokens out; here they are part of the sum."""
    usage = read_usage(
        {
            "input_tokens": 10,
            "cache_creation_input_tokens": 200,
            "cache_read_input_tokens": 3000,
            "output_tokens": 50,
            "output_tokens_details": {"thinking_tokens": 30},
        }
    )
    assert (usage.input_tokens, usage.cached_input_tokens, usage.cache_write_tokens) == (
        3210,
        3000,
        200,
    )
    assert (usage.output_tokens, usage.reasoning_tokens) == (50, 30)
    bare = read_usage({"input_tokens": 10, "output_tokens": 2})
    assert (bare.input_tokens, bare.cached_input_tokens, bare.reasoning_tokens) == (10, None, None)
    assert read_usage(None).input_tokens is None
    garbled = read_usage({"input_tokens": 10, "cache_read_input_tokens": "many"})
    assert garbled.input_tokens is None  # not ten: nobody knows what was read and billed


def test_what_is_kept_for_an_hour_is_billed_as_such() -> None:
    """Written tokens cost 1.25 times the plain price, or twice for an hour; read ones a tenth."""
    raw = {
        "input_tokens": 1_000,
        "cache_creation_input_tokens": 30_000,
        "cache_creation": {
            "ephemeral_5m_input_tokens": 20_000,
            "ephemeral_1h_input_tokens": 10_000,
        },
        "cache_read_input_tokens": 100_000,
        "output_tokens": 0,
    }
    usage = read_usage(raw)
    assert (usage.cache_write_tokens, usage.long_cache_write_tokens) == (30_000, 10_000)
    expected = (1_000 + 1.25 * 20_000 + 2 * 10_000 + 0.1 * 100_000) * 3e-6  # USD for one
    assert cost_usd(SONNET, usage) == pytest.approx(expected)
    short = read_usage({**raw, "cache_creation": None})
    expected = (1_000 + 1.25 * 30_000 + 0.1 * 100_000) * 3e-6
    assert cost_usd(SONNET, short) == pytest.approx(expected)


def test_the_count_endpoint_is_asked_and_understood() -> None:
    """The count request carries the prompt and nothing else, and its answer is a number."""
    request = build_count_request(MESSAGES, model=SONNET)
    assert request.path == "/v1/messages/count_tokens"
    assert orjson.loads(request.body).keys() == {"model", "system", "messages"}
    assert parse_count("anthropic", 200, {}, b'{"input_tokens": 14}') == 14
    missing, refused = (
        parse_count("anthropic", 200, {}, b"{}"),
        parse_count("anthropic", 401, {}, b"{}"),
    )
    assert isinstance(missing, Failure)
    assert isinstance(refused, Failure)
    assert (missing.kind, refused.kind) == ("malformed", "auth")


def test_recorded_shapes_are_those_of_the_sdk() -> None:
    """The bodies these tests parse are valid messages by the official type."""
    anthropic = pytest.importorskip("anthropic")
    anthropic.types.Message.model_validate_json(message(), strict=True)
