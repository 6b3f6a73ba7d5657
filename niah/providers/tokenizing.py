"""A server's own tokenizer, asked over HTTP: vLLM, SGLang and llama.cpp have it beside their API.

``POST /tokenize`` takes a text as ``prompt`` (vLLM, SGLang) or ``content`` (llama.cpp) and answers
with its ``tokens``; a server without it answers 404. The text is that of the prompt's messages,
without the chat template: what the context length counts.

Source: vLLM's ``TokenizeCompletionRequest``, SGLang's ``TokenizeRequest``, and "POST /tokenize" in
the README of llama.cpp's server.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import orjson

from niah.models import Model
from niah.prompts import Message
from niah.providers import Failure, Response, WireRequest, openai
from niah.providers.bodies import count_at, malformed, read_object


def build_count_request(messages: Sequence[Message], *, model: Model) -> WireRequest:
    """The request that has the server count the tokens of a prompt's contents."""
    text = "\n".join(message.content for message in messages)
    body = {
        "model": model.wire_name,
        "prompt": text,
        "content": text,
        "add_special_tokens": False,
        "add_special": False,
    }
    return WireRequest(
        method="POST",
        path="/tokenize",
        headers={"content-type": "application/json", **(model.provider.headers or {})},
        body=orjson.dumps(body),
        beside_version=True,
    )


def parse_count(status: int, headers: Mapping[str, str], body: bytes) -> int | Failure | Response:
    """The counted tokens, or why there is no count."""
    if not 200 <= status < 300:
        return openai.parse_response(status, headers, body)
    document = read_object(body, status)
    if isinstance(document, Failure):
        return document
    counted = count_at(document, "count")
    tokens = document.get("tokens")
    if counted is None and isinstance(tokens, list):
        counted = len(tokens)
    return counted or malformed("the tokenizer's answer has no count and no tokens", status)
