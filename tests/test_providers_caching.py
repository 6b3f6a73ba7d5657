"""Breakpoints for prompt caches: placed where they lower the bill, and nowhere else."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from functools import cache
from typing import Any

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from niah.models import resolve_model
from niah.prices import Rate
from niah.prompts import Message, Split
from niah.providers import Sampling, anthropic
from niah.providers.caching import (
    least_cacheable_tokens,
    place_breakpoints,
    shared_characters,
    whole_words,
)
from niah.reference.behaviour import Behaviour
from niah.reference.endpoint import build_app

SONNET = Rate(input_usd=3.0, output_usd=15.0, cached_input_usd=0.3, cache_write_usd=3.75)
MODEL = resolve_model("anthropic/claude-sonnet-4-5")
LEAST = 1_024
SAMPLING = Sampling(max_output_tokens=16)
WORDS = "the harbour of Quilverton lies between two hills and a river. ".split(" ")


def text(words: int, *, salt: int = 0) -> str:
    """About as many tokens as words."""
    return " ".join(WORDS[(n * 7 + salt * n // 11) % len(WORDS)] or "sea" for n in range(words))


def nested(depths: list[float], words: int = 4_000) -> list[str]:
    """The same haystack with a needle of its own at each depth."""
    haystack = text(words).split(" ")
    prompts = []
    for number, depth in enumerate(depths):
        at = round(depth * len(haystack))
        prompts.append(" ".join([*haystack[:at], f"Needle {number}.", *haystack[at:], "Where?"]))
    return prompts


def bodies(contents: list[str], splits: list[Split]) -> list[dict[str, Any]]:
    requests = [
        anthropic.build_request(
            [Message(role="user", content=content, split=split)], model=MODEL, sampling=SAMPLING
        )
        for content, split in zip(contents, splits, strict=True)
    ]
    return [json.loads(request.body) for request in requests]


def bill_usd(contents: list[str], splits: list[Split]) -> float:
    """What the reference endpoint's cache makes of the prompts, one after the other."""
    behaviour = Behaviour(cache=True, cache_least_tokens=LEAST, other_models="exact")

    async def send() -> float:
        total = 0.0
        transport = httpx.ASGITransport(app=build_app(behaviour))
        async with httpx.AsyncClient(transport=transport, base_url="http://reference") as client:
            for body in bodies(contents, splits):
                reply = await client.post("/v1/messages", json=body)
                usage = anthropic.read_usage(reply.json()["usage"])
                assert usage.input_tokens is not None
                written, cached = usage.cache_write_tokens or 0, usage.cached_input_tokens or 0
                plain = usage.input_tokens - written - cached
                total += plain * 3.0 + written * 3.75 + cached * 0.3
        return total / 1e6

    return asyncio.run(send())


def placed(contents: list[str], rate: Rate = SONNET) -> list[Split]:
    tokens = [round(1.1 * len(content.split(" "))) for content in contents]
    return place_breakpoints(contents, tokens=tokens, rate=rate, least_tokens=LEAST)


def test_deepest_first_pays() -> None:
    """A haystack with one needle after the other costs half or less, breakpoints included."""
    prompts = nested([1.0, 0.9, 0.75, 0.5, 0.5, 0.9, 1.0])
    splits = placed(prompts)
    assert bill_usd(prompts, splits) < 0.5 * bill_usd(prompts, [Split()] * len(prompts))


@settings(max_examples=15, deadline=None)
@given(depths=st.lists(st.floats(0, 1), min_size=1, max_size=7))
@example(depths=[0.0, 0.0])
@example(depths=[0.2, 0.4, 0.6, 0.8, 1.0])
def test_the_bill_is_never_higher(depths: list[float]) -> None:
    """In whatever order needles come, breakpoints cost less than they save or are not placed."""
    prompts = nested(depths, words=2_500)
    splits = placed(prompts)
    plain_usd = bill_usd(prompts, [Split()] * len(prompts))
    assert bill_usd(prompts, splits) <= plain_usd * (1 + 1e-9)


def test_nothing_is_placed_where_nothing_is_read_again() -> None:
    """Prompts of their own, the last of a stream, short ones, and a cache that costs too much."""
    own = [f"{number} " + text(3_000, salt=number) for number in range(3)]
    assert placed(own) == [Split()] * 3
    same = nested([0.5, 0.5])
    assert placed(same)[1].breakpoints == placed(same)[0].breakpoints  # read, nothing written
    assert placed(same[:1]) == [Split()]
    assert placed(nested([1.0, 1.0], words=300)) == [Split()] * 2
    dear = replace(SONNET, cache_write_usd=30.0)
    assert placed(same, dear) == [Split()] * 2


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


@given(one=st.text(), other=st.text(), tail=st.text())
def test_shared_beginnings_end_between_words(one: str, other: str, tail: str) -> None:
    """What two texts share is found to the character, then cut back to whole words."""
    left, right = one + tail, one + other
    count = shared_characters(left, right)
    assert left[:count] == right[:count]
    assert left[count : count + 1] != right[count : count + 1] or left == right
    end = whole_words(left, count)
    assert end <= count
    assert end in (0, len(left)) or left[end - 1] == "\n" or left[end] == " "


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
    ],
)
def test_the_least_that_a_model_keeps(name: str, tokens: int) -> None:
    """Minimum cacheable prefixes by model; an unknown model is taken to need the most."""
    assert least_cacheable_tokens(resolve_model(f"anthropic/{name}")) == tokens


def test_automatic_caches_need_no_breakpoints() -> None:
    """OpenAI, DeepSeek and Google keep what they like."""
    for name in ("openai/gpt-4o", "deepseek/deepseek-chat", "google/gemini-1.5-pro"):
        assert least_cacheable_tokens(resolve_model(name)) is None
