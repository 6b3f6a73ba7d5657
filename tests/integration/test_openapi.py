"""Bodies both ways, held to the OpenAPI document that OpenAI publishes."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.shared_params import ReasoningEffort

from niah.prompts import Message
from niah.providers import Sampling
from niah.reference.behaviour import Behaviour, Faults
from tests.integration.test_request_types import built, prompts, samplings, words
from tests.servers import listening

HOW = "git clone https://github.com/openai/openai-openapi and name its openapi.json in NIAH_OPENAPI"
ROOT = Path(__file__).parents[2]

Validate = Callable[[str, Any], None]


@pytest.fixture(scope="module")
def validate() -> Validate:
    """Raises where a value is not what the schema of that name describes."""
    jsonschema = pytest.importorskip("jsonschema", reason="pip install jsonschema")
    named = os.environ.get("NIAH_OPENAPI")
    path = Path(named) if named else ROOT.parent / "shared" / "data" / "openai-openapi.json"
    if not path.is_file():
        pytest.skip(f"OpenAI's OpenAPI document is not here: {HOW}")
    document = json.loads(path.read_text(encoding="utf-8"))

    def check(name: str, value: Any) -> None:
        schema = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        error = jsonschema.exceptions.best_match(
            jsonschema.Draft202012Validator(schema).iter_errors(value)
        )
        assert error is None, f"{error.json_path}: {error.message[:300]}"

    return check


def test_the_document_refuses_what_is_wrong(validate: Validate) -> None:
    """Held against a body with a mistake in it, it says so: the other tests can fail."""
    right: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "x"}]}
    validate("CreateChatCompletionRequest", right)
    mistakes: list[dict[str, Any]] = [
        {"messages": []},
        {"temperature": 3},
        {"max_tokens": "9"},
        {"stop": ["x"] * 5},
        {"reasoning_effort": "some"},
    ]
    for wrong in mistakes:
        with pytest.raises(AssertionError):
            validate("CreateChatCompletionRequest", {**right, **wrong})


@settings(max_examples=100)
@given(
    model_id=st.sampled_from(["openai/gpt-4o", "openai/o3", "openai/gpt-5"]),
    messages=prompts,
    sampling=samplings(words(ReasoningEffort)),
)
def test_every_request_is_one_of_the_document(
    validate: Validate, model_id: str, messages: list[Message], sampling: Sampling
) -> None:
    """Roles, limits, sampling, seed, stop and effort, for plain models and those that think."""
    request = built(model_id, messages, replace(sampling, thinking_budget_tokens=None))
    assert request is not None
    validate("CreateChatCompletionRequest", json.loads(request.body))


@pytest.mark.parametrize(
    "behaviour",
    [
        Behaviour(),
        Behaviour(cache=True, reasoning=True),
        Behaviour(faults=Faults(empty=1.0)),
        Behaviour(faults=Faults(length=1.0)),
        Behaviour(faults=Faults(content_filter=1.0)),
        Behaviour(faults=Faults(rate_limit=1.0)),
        Behaviour(faults=Faults(quota=1.0)),
        Behaviour(faults=Faults(server_error=1.0)),
        Behaviour(window_tokens=5),
        Behaviour(require_key="another"),
    ],
)
def test_every_answer_of_the_endpoint_is_one_of_the_document(
    validate: Validate, behaviour: Behaviour
) -> None:
    """Answers and errors alike; thinking is the field that only other servers add."""
    body = {"model": "exact", "messages": [{"role": "user", "content": "The sea is green. What?"}]}
    with listening(behaviour) as endpoint:
        reply = httpx.post(f"{endpoint.url}/v1/chat/completions", json=body, timeout=10)
    success = reply.status_code == 200
    validate("CreateChatCompletionResponse" if success else "ErrorResponse", reply.json())
