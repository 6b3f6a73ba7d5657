"""Every body that can be asked for is one that the official clients could have sent."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args, get_type_hints

import httpx
import pydantic
import pytest
from anthropic.types import OutputConfigParam
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from google import genai
from google.genai import types as google_types
from hypothesis import given, settings
from hypothesis import strategies as st
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from openai.types.shared_params import ReasoningEffort

from niah.errors import ModelError
from niah.models import resolve_model
from niah.prompts import Message
from niah.providers import Sampling, WireRequest
from niah.providers.wire import WIRE_FORMATS

OPENAI = pydantic.TypeAdapter(CompletionCreateParamsNonStreaming)
ANTHROPIC = pydantic.TypeAdapter(MessageCreateParamsNonStreaming)


def words(annotation: Any) -> list[str]:
    """The texts that a closed list allows, wherever they stand in the type."""
    inner = get_args(annotation)
    return [annotation] if isinstance(annotation, str) else [w for i in inner for w in words(i)]


def samplings(efforts: list[str]) -> st.SearchStrategy[Sampling]:
    return st.builds(
        Sampling,
        max_output_tokens=st.integers(1, 200_000),
        temperature=st.none() | st.floats(0, 2),
        top_p=st.none() | st.floats(0.01, 1),
        seed=st.none() | st.integers(0, 2**31 - 1),
        stop=st.lists(st.text(min_size=1, max_size=9), max_size=4).map(tuple),
        reasoning_effort=st.none() | st.sampled_from(efforts),
        thinking_budget_tokens=st.none() | st.just(0) | st.integers(1_024, 200_000),
    )


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=99)
prompts = st.builds(
    lambda system, turns: [
        *([Message(role="system", content=system)] if system else []),
        *(
            Message(role="assistant" if number % 2 else "user", content=turn)
            for number, turn in enumerate(turns)
        ),
    ],
    st.none() | texts,
    st.lists(texts, min_size=1, max_size=3),
)


def built(model_id: str, messages: list[Message], sampling: Sampling) -> WireRequest | None:
    """The request, None where the sampling asks for what the format cannot say."""
    model = resolve_model(model_id)
    try:
        return WIRE_FORMATS[model.provider.api].build_request(
            messages, model=model, sampling=sampling
        )
    except ModelError:
        return None


def plain(value: Any) -> Any:
    """Validated values as JSON has them; the validator hands out iterables instead of lists."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, str):
        return [plain(item) for item in value]
    return value


def accepted(adapter: pydantic.TypeAdapter[Any], body: dict[str, Any]) -> None:
    """The body is valid without conversion, and has no field at any depth that the type lacks.

    The validator drops what a type does not name; so nothing may be missing afterwards.
    """
    assert plain(adapter.validate_python(body, strict=True)) == body


@settings(max_examples=300)
@given(
    st.sampled_from(
        [
            "openai/gpt-4o",
            "openai/o3",
            "openai/gpt-5",
            "deepseek/deepseek-chat",
            "deepseek/deepseek-reasoner",
            "mistral/mistral-large-latest",
            "vllm/m",
            "openrouter/a/b",
        ]
    ),
    prompts,
    samplings(words(ReasoningEffort)),
)
def test_chat_completions(model_id: str, messages: list[Message], sampling: Sampling) -> None:
    """Valid by OpenAI's parameter type; a budget for thinking is refused where it has no field."""
    request = built(model_id, messages, sampling)
    budget = sampling.thinking_budget_tokens
    if request is None:
        assert budget is not None
        assert not model_id.startswith("openrouter")
        assert budget or not model_id.startswith("deepseek")
        return
    body = json.loads(request.body)
    if budget is not None:  # fields that are not OpenAI's
        off = {"reasoning": {"effort": "none"}, "thinking": {"type": "disabled"}}
        name = "thinking" if model_id.startswith("deepseek") else "reasoning"
        assert body.pop(name) == (off[name] if not budget else {"max_tokens": budget})
    if model_id.startswith("mistral"):
        assert body.pop("random_seed", None) == sampling.seed
        assert "seed" not in body
    accepted(OPENAI, body)


@settings(max_examples=300)
@given(
    st.sampled_from(
        [
            "claude-3-5-sonnet-20241022",
            "claude-sonnet-4-5",
            "claude-opus-4-6",
            "claude-opus-4-7",
            "claude-sonnet-5-5",
            "claude-fable-5",
            "claude-2.1",
        ]
    ),
    prompts,
    samplings(words(get_type_hints(OutputConfigParam)["effort"])),
)
def test_messages(name: str, messages: list[Message], sampling: Sampling) -> None:
    """Valid by Anthropic's parameter type, within the bounds that its documentation states."""
    request = built(f"anthropic/{name}", messages, sampling)
    budget = sampling.thinking_budget_tokens or 0
    early = name in (
        "claude-3-5-sonnet-20241022",
        "claude-sonnet-4-5",
        "claude-opus-4-6",
        "claude-2.1",
    )
    if request is None:
        late = not early and sampling.thinking_budget_tokens is not None
        both = sampling.temperature and sampling.top_p is not None
        assert late or both or budget >= sampling.max_output_tokens
        return
    body = json.loads(request.body)
    # The type names these no more, since models from 4.7 on refuse them; earlier ones take them.
    drawn = {key: body.pop(key) for key in ("temperature", "top_p") if key in body}
    assert not drawn or early
    assert 0 <= drawn.get("temperature", 0) <= 1
    accepted(ANTHROPIC, body)
    assert budget < body["max_tokens"]


def camel_case(value: Any) -> Any:
    """The client leaves some names in snake case; the format's JSON allows both."""
    if isinstance(value, dict):
        return {
            re.sub("_([a-z])", lambda match: match[1].upper(), key): camel_case(item)
            for key, item in value.items()
        }
    return [camel_case(item) for item in value] if isinstance(value, list) else value


class _Sent(Exception):
    """The official client has sent its request."""


@pytest.fixture(scope="module")
def google_client() -> genai.Client:
    """The official client, whose requests end up in an exception."""

    def stop(request: httpx.Request) -> httpx.Response:
        raise _Sent(request.url.raw_path.decode(), json.loads(request.content))

    options = google_types.HttpOptions(
        base_url="http://127.0.0.1:9",
        api_version="v1beta",
        client_args={"transport": httpx.MockTransport(stop)},
    )
    return genai.Client(api_key="none", http_options=options)


LEVELS = [
    level.value.lower()
    for level in google_types.ThinkingLevel
    if level is not google_types.ThinkingLevel.THINKING_LEVEL_UNSPECIFIED
]


@settings(max_examples=100)
@given(
    name=st.sampled_from(["gemini-1.5-pro", "gemini-2.5-flash", "gemini-3-pro"]),
    messages=prompts,
    sampling=samplings(LEVELS),
)
def test_generate_content(
    google_client: genai.Client, name: str, messages: list[Message], sampling: Sampling
) -> None:
    """Path and body are those that Google's own client sends for the same settings."""
    request = built(f"google/{name}", messages, sampling)
    budget, effort = sampling.thinking_budget_tokens, sampling.reasoning_effort
    if request is None:
        assert budget is not None
        assert effort is not None
        return
    thinking = None
    if budget is not None:
        thinking = google_types.ThinkingConfig(thinking_budget=budget, include_thoughts=budget > 0)
    elif effort is not None:
        thinking = google_types.ThinkingConfig(
            thinking_level=google_types.ThinkingLevel(effort.upper()), include_thoughts=True
        )
    system = [message.content for message in messages if message.role == "system"]
    with pytest.raises(_Sent) as sent:
        google_client.models.generate_content(
            model=name,
            contents=[
                google_types.Content(
                    role="model" if message.role == "assistant" else "user",
                    parts=[google_types.Part(text=message.content)],
                )
                for message in messages
                if message.role != "system"
            ],
            config=google_types.GenerateContentConfig(
                system_instruction=(
                    google_types.Content(parts=[google_types.Part(text=system[0])])
                    if system
                    else None
                ),
                max_output_tokens=sampling.max_output_tokens,
                temperature=sampling.temperature,
                top_p=sampling.top_p,
                seed=sampling.seed,
                stop_sequences=list(sampling.stop) or None,
                thinking_config=thinking,
            ),
        )
    path, body = sent.value.args
    assert request.path == path
    assert json.loads(request.body) == camel_case(body)
