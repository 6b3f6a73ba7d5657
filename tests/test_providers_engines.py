"""What inference engines were seen to answer, in the shapes that they were recorded in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from niah.providers import Failure, Response
from niah.providers.openai import parse_response

REFUSALS: dict[str, tuple[int, dict[str, Any] | str, str]] = {
    "llama-server, window": (
        400,
        {
            "error": {
                "code": 400,
                "message": "request (12004 tokens) exceeds the available context size "
                "(2560 tokens), try increasing it",
                "type": "exceed_context_size_error",
                "n_prompt_tokens": 12004,
                "n_ctx": 2560,
            }
        },
        "context-exceeded",
    ),
    "llama-server, key": (
        401,
        {"error": {"message": "Invalid API Key", "type": "authentication_error", "code": 401}},
        "auth",
    ),
    "llama-server, loading": (
        503,
        {"error": {"message": "Loading model", "type": "unavailable_error", "code": 503}},
        "overloaded",
    ),
    "llama-cpp-python, window": (
        400,
        {
            "error": {
                "message": "This model's maximum context length is 2560 tokens. However, you "
                "requested 12012 tokens (12004 in the messages, 8 in the completion).",
                "type": "invalid_request_error",
                "param": "messages",
                "code": "context_length_exceeded",
            }
        },
        "context-exceeded",
    ),
    "llama-cpp-python, key": (401, {"detail": "Invalid API key"}, "auth"),
    "mlx-lm, model": (
        404,
        {"error": "Cannot find an appropriate cached snapshot folder for the specified revision"},
        "not-found",
    ),
    "mlx-lm, field": (400, {"error": "temperature must be at least 0"}, "bad-request"),
    "transformers serve, model": (500, "Internal Server Error", "server-error"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals_of_engines_are_told_apart(case: str) -> None:
    """Window, key, model and loading, as each engine says it, are what they are here."""
    status, said, expected = REFUSALS[case]
    body = said if isinstance(said, str) else json.dumps(said)
    result = parse_response(status, {}, body.encode())
    assert (result.kind if isinstance(result, Failure) else result.outcome) == expected
    assert result.message


def test_llama_servers_answer_is_read_with_its_cache() -> None:
    """Timings beside the usage change nothing; the name is that of the model which answered."""
    body = {
        "choices": [
            {
                "finish_reason": "length",
                "index": 0,
                "message": {"role": "assistant", "content": "indeed"},
            }
        ],
        "created": 1795726091,
        "model": "tiny",
        "system_fingerprint": "b0-unknown",
        "object": "chat.completion",
        "usage": {
            "completion_tokens": 8,
            "prompt_tokens": 5,
            "total_tokens": 13,
            "prompt_tokens_details": {"cached_tokens": 4},
        },
        "id": "chatcmpl-x",
        "timings": {"cache_n": 4, "prompt_n": 1, "prompt_ms": 1.8},
    }
    result = parse_response(200, {}, json.dumps(body).encode())
    assert isinstance(result, Response)
    assert (result.outcome, result.text) == ("output-limit", "indeed")
    assert (result.usage.input_tokens, result.usage.cached_input_tokens) == (5, 4)
    assert result.served_model == "tiny"
