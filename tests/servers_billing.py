"""A provider on real sockets that answers, fails and bills at random, and keeps its own books."""

from __future__ import annotations

import asyncio
import json
import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from niah.models import Model
from niah.prices import Price
from niah.runner.budget import TEMPLATE_TOKENS
from niah.tokenizers import load
from tests.servers_raw import RawServer, Received, reset, response_bytes, scripted_by

Json = dict[str, Any]
Api = Literal["openai", "anthropic", "google"]

# What a request meets besides a whole answer. These are free: nothing was read.
FREE = ("busy", "overloaded", "refused", "busy inside a success")
# These are billed, though the client hears little or nothing of it.
LOST = ("cut", "half a body", "half of the JSON", "broken", "late", "ended early", "no choice")
# These are billed, and the answer says too little of it, or nonsense.
VAGUE = ("no usage", "no prompt tokens", "no output tokens", "words for numbers", "below zero")
# These are billed by their usage like any answer, whatever became of the text.
PLAIN = ("filtered", "cached beyond the prompt")
FAULTS = (*FREE, *LOST, *VAGUE, *PLAIN)

VOCABULARY = load("o200k_base")


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What the server read and wrote for a request, in tokens; cached and stored ones are read."""

    read: int
    cached: int
    stored: int
    written: int


@dataclass(kw_only=True)
class Books:
    """One run as its provider sees it.

    Attributes:
        draw: What is answered, and when.
        faults: Share of the requests that meet one.
        models: By the provider's name.
        ratios: Tokens that a model's provider counts for each one of ``o200k_base``: the least and
            the most.
        patient: Whether a request may be left waiting until the client gives up.
        billed: In millionths of a dollar, whether or not the client ever heard of it.
        met: How often each fault was played.
    """

    draw: random.Random
    faults: float
    models: Mapping[str, Model]
    ratios: Mapping[str, tuple[float, float]]
    patient: bool
    billed: float = 0.0
    open_now: list[Received] = field(default_factory=list)
    most_in_flight: int = 0
    met: Counter[str] = field(default_factory=Counter)

    @property
    def in_flight(self) -> int:
        """Requests that somebody still waits for, and has neither closed nor reset."""
        readers = [received.reader for received in self.open_now]
        return sum(not (reader.at_eof() or reader.exception()) for reader in readers)


@contextmanager
def billing(books: Mapping[str, Books]) -> Iterator[RawServer]:
    """Serves every run of ``books`` below ``/RUN/PROVIDER``; runs may be added while it is open."""

    async def script(received: Received, writer: asyncio.StreamWriter) -> None:
        _, run, provider, rest = received.path.split("/", 3)
        await _answer(books[run], provider, rest, received, writer)

    with scripted_by(script) as server:
        yield server


async def _answer(
    books: Books, provider: str, path: str, received: Received, writer: asyncio.StreamWriter
) -> None:
    """One request: counted while it is open, and billed before anything of it is answered."""
    books.open_now.append(received)
    fault = None
    try:
        # A busy machine may bring a request whose client gave up before it was read; that it has
        # hung up is heard a moment later.
        await asyncio.sleep(0.001)
        books.most_in_flight = max(books.most_in_flight, books.in_flight)
        await asyncio.sleep(books.draw.choice((0.0, 0.003, 0.006)))
        model = books.models[provider]
        asked: Json = json.loads(received.body)
        if path == "tokenize":
            reply = response_bytes({"error": "no such thing"}, status=404)
        elif path.endswith(("/count_tokens", ":countTokens")):
            reply = _count(books, model, asked)
        else:
            fault = books.draw.choice(FAULTS) if books.draw.random() < books.faults else None
            if fault == "late" and not books.patient:
                fault = "cut"
            if fault is not None:
                books.met[fault] += 1
            if fault in FREE:
                reply = _turned_away(fault, model)
            else:
                reading = _read(books, model, asked, plain=fault == "cached beyond the prompt")
                books.billed += _price(model, reading)
                if fault == "late":  # until the client hangs up
                    await received.reader.read(1)
                    return
                reply = _reply(books.draw, model, reading, fault)
                if fault == "half a body":
                    reply = reply[: books.draw.randint(1, len(reply) - 1)]
                elif fault == "cut":
                    reply = b""
    finally:
        books.open_now.remove(received)
    writer.write(reply)
    await writer.drain()
    if fault in ("cut", "half a body"):
        reset(writer) if books.draw.random() < 0.5 else writer.close()


def _turned_away(fault: str, model: Model) -> bytes:
    soon = {"retry-after-ms": "1"}
    if fault == "busy":
        return response_bytes({"error": {"message": "slowly"}}, status=429, headers=soon)
    if fault == "overloaded":
        status = 529 if model.provider.api == "anthropic" else 503
        return response_bytes({"error": {"message": "busy"}}, status=status, headers=soon)
    if fault == "refused":
        return response_bytes({"error": {"message": "not like this"}}, status=400)
    return response_bytes({"error": {"message": "slowly", "code": 429}})


def _count(books: Books, model: Model, asked: Json) -> bytes:
    if books.draw.random() < books.faults / 4:
        return response_bytes({"error": {"message": "slowly"}}, status=429)
    tokens = round(_contents(asked) * sum(books.ratios[model.provider.name]) / 2)
    name = "input_tokens" if model.provider.api == "anthropic" else "totalTokens"
    return response_bytes({name: tokens})


def _contents(asked: Json) -> int:
    """Tokens of all texts of a request's messages."""
    return sum(len(VOCABULARY.encode(text)) for text in _texts(asked))


def _texts(value: Any) -> Iterator[str]:
    for name in ("system", "systemInstruction", "messages", "contents"):
        yield from _leaves(value.get(name), named=name == "system")


def _leaves(value: Any, *, named: bool) -> Iterator[str]:
    if isinstance(value, str):
        if named:
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item, named=named)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _leaves(item, named=name in ("text", "content"))


def _limit(asked: Json) -> int:
    limit = asked.get("max_tokens") or asked["generationConfig"]["maxOutputTokens"]
    assert isinstance(limit, int)
    return limit


def _read(books: Books, model: Model, asked: Json, *, plain: bool) -> Reading:
    """Drawn up to the worst that the request may cost."""
    draw = books.draw
    least, most = books.ratios[model.provider.name]
    counted, limit = _contents(asked), _limit(asked)
    top = int(counted * most) + TEMPLATE_TOKENS
    read = top if draw.random() < 0.3 else draw.randint(math.ceil(counted * least), top)
    cached = stored = 0
    if not plain:
        cached = draw.choice((0, draw.randint(0, read)))
        if model.provider.api != "google":
            stored = draw.choice((0, draw.randint(0, read - cached)))
    written = limit if draw.random() < 0.3 else draw.randint(0, limit)
    return Reading(read=read, cached=cached, stored=stored, written=written)


def _price(model: Model, reading: Reading) -> float:
    """In millionths of a dollar, by the price list and nothing of niah's."""
    assert isinstance(model.price, Price)
    rate = max(
        (rate for rate in model.price.rates if reading.read > rate.above_input_tokens),
        key=lambda rate: rate.above_input_tokens,
    )
    per_cached = rate.input_usd if rate.cached_input_usd is None else rate.cached_input_usd
    per_stored = rate.input_usd if rate.cache_write_usd is None else rate.cache_write_usd
    plain = reading.read - reading.cached - reading.stored
    return (
        plain * rate.input_usd
        + reading.cached * per_cached
        + reading.stored * per_stored
        + reading.written * rate.output_usd
    )


def _reply(draw: random.Random, model: Model, reading: Reading, fault: str | None) -> bytes:
    """The whole answer with its usage, as the fault leaves them."""
    if fault == "broken":
        return response_bytes({"error": {"message": "broken"}}, status=500)
    api = model.provider.api
    usage = _usage(api, reading)
    prompt, output = _NAMES[api]
    if fault == "no prompt tokens":
        del usage[prompt[0]]
    elif fault == "no output tokens":
        for name in output:
            del usage[name]
    elif fault == "words for numbers":
        usage[draw.choice((*prompt, *output))] = "many"
    elif fault == "below zero":
        usage |= dict.fromkeys((*prompt, *output), -1)
    elif fault == "cached beyond the prompt":
        usage |= _beyond(api, reading.read + 1)
    body = _body(api, usage, fault)
    if fault == "no usage":
        del body["usageMetadata" if api == "google" else "usage"]
    text = json.dumps(body)
    return response_bytes(text[: len(text) // 2] if fault == "half of the JSON" else text)


# Of each format, what a prompt's tokens are the sum of, and those of an answer.
_NAMES = {
    "openai": (("prompt_tokens",), ("completion_tokens",)),
    "anthropic": (
        ("input_tokens", "cache_read_input_tokens", "cache_creation_input_tokens"),
        ("output_tokens",),
    ),
    "google": (("promptTokenCount",), ("candidatesTokenCount", "thoughtsTokenCount")),
}


def _usage(api: str, reading: Reading) -> Json:
    if api == "anthropic":
        return {
            "input_tokens": reading.read - reading.cached - reading.stored,
            "cache_read_input_tokens": reading.cached,
            "cache_creation_input_tokens": reading.stored,
            "output_tokens": reading.written,
        }
    if api == "google":
        thought = reading.written // 2
        return {
            "promptTokenCount": reading.read,
            "cachedContentTokenCount": reading.cached,
            "candidatesTokenCount": reading.written - thought,
            "thoughtsTokenCount": thought,
        }
    return {
        "prompt_tokens": reading.read,
        "completion_tokens": reading.written,
        "prompt_tokens_details": {
            "cached_tokens": reading.cached,
            "cache_write_tokens": reading.stored,
        },
    }


def _beyond(api: str, tokens: int) -> Json:
    """More cached tokens than there are; Anthropic's format cannot say such a thing."""
    if api == "google":
        return {"cachedContentTokenCount": tokens}
    return {} if api == "anthropic" else {"prompt_tokens_details": {"cached_tokens": tokens}}


def _body(api: str, usage: Json, fault: str | None) -> Json:
    text = "It is 7."
    if api == "anthropic":
        endings = {"filtered": "refusal", "ended early": "pause_turn"}
        reason = endings.get(fault or "", "end_turn")
        content = None if fault == "no choice" else [{"type": "text", "text": text}]
        return {"content": content, "stop_reason": reason, "usage": usage}
    if api == "google":
        endings = {"filtered": "SAFETY", "ended early": "OTHER"}
        reason = endings.get(fault or "", "STOP")
        candidate = {"content": {"parts": [{"text": text}]}, "finishReason": reason}
        made = [] if fault == "no choice" else [candidate]
        return {"candidates": made, "usageMetadata": usage}
    endings = {"filtered": "content_filter", "ended early": "insufficient_system_resource"}
    reason = endings.get(fault or "", "stop")
    choice = {"message": {"content": text}, "finish_reason": reason}
    return {"choices": [] if fault == "no choice" else [choice], "usage": usage}
