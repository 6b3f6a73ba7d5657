"""Prompts cut for a cache: the same text, and the least that each model keeps."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from niah.models import resolve_model
from niah.prompts import Message, Split
from niah.providers import Sampling, anthropic
from niah.providers.caching import least_cacheable_tokens

MODEL = resolve_model("anthropic/claude-sonnet-4-5")
SAMPLING = Sampling(max_output_tokens=16)


def bodies(contents: list[str], splits: list[Split]) -> list[dict[str, Any]]:
    requests = [
        anthropic.build_request(
            [Message(role="user", content=content, split=split)], model=MODEL, sampling=SAMPLING
        )
        for content, split in zip(contents, splits, strict=True)
    ]
    return [json.loads(request.body) for request in requests]


@cache
def sdk_parameters() -> TypeAdapter[Any]:
    from anthropic.types.message_create_params import MessageCreateParamsNonStreaming

    return TypeAdapter(MessageCreateParamsNonStreaming)


@settings(max_examples=60, deadline=None)
@given(
    content=st.text(min_size=1, max_size=200),
    cuts=st.lists(st.integers(0, 220), max_size=4, unique=True).map(sorted),
)
def test_blocks_are_the_text(content: str, cuts: list[int]) -> None:
    """Cutting changes no character, makes no blank block, and marks at most four."""
    split = Split(blocks=tuple(cuts), breakpoints=tuple(cuts))
    content = content.encode(errors="replace").decode()
    (body,) = bodies([content], [split])
    sent = body["messages"][0]["content"]
    sdk_parameters().validate_python(body)
    if isinstance(sent, str):
        assert sent == content
        return
    assert "".join(block["text"] for block in sent) == content
    assert not content.strip() or all(block["text"].strip() for block in sent)
    assert sum("cache_control" in block for block in sent) <= 4


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("claude-3-5-sonnet-20241022", 1_024),
        ("claude-3-7-sonnet-latest", 1_024),
        ("claude-3-opus-20240229", 1_024),
        ("claude-3-haiku-20240307", 2_048),
        ("claude-3-5-haiku-20241022", 2_048),
        ("claude-sonnet-4-20250514", 1_024),
        ("claude-opus-4-1-20250805", 1_024),
        ("claude-sonnet-4-5-20250929", 1_024),
        ("claude-sonnet-4-6", 2_048),
        ("claude-opus-4-5-20251101", 4_096),
        ("claude-opus-4-6", 4_096),
        ("claude-haiku-4-5-20251001", 4_096),
        ("claude-opus-4-7", 2_048),
        ("claude-opus-4-8", 1_024),
        ("claude-sonnet-5", 1_024),
        ("claude-opus-5", 512),
        ("claude-fable-5-1", 512),
        ("claude-sonnet-5-5", 512),
        ("some-other-model", 4_096),
    ],
)
def test_the_least_that_a_model_keeps(name: str, tokens: int) -> None:
    """Minimum cacheable prefixes by model; an unknown model is taken to need the most."""
    assert least_cacheable_tokens(resolve_model(f"anthropic/{name}")) == tokens


def test_automatic_caches_need_no_breakpoints() -> None:
    """OpenAI, DeepSeek and Google keep what they like."""
    for name in ("openai/gpt-4o", "deepseek/deepseek-chat", "google/gemini-1.5-pro"):
        assert least_cacheable_tokens(resolve_model(name)) is None
