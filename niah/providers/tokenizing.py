"""A server's own tokenizer, asked over HTTP: vLLM, SGLang and llama.cpp have it beside their API.

``POST /tokenize`` takes a text as ``prompt`` (vLLM, SGLang) or ``content`` (llama.cpp) and answers
with its ``tokens``; a server without it answers 404. The text is that of the prompt's messages,
without the chat template: what the context length counts.

Source: vLLM's ``TokenizeCompletionRequest``, SGLang's ``TokenizeRequest``, and "POST /tokenize" in
the README of llama.cpp's server.
"""

from __future__ import annotations

from collections.abc import Sequence

from niah.models import Model
from niah.prompts import Message
from niah.providers import WireRequest
from niah.providers.bodies import JsonObject, count_at, post


def build_count_request(messages: Sequence[Message], *, model: Model) -> WireRequest:
    """The request that has the server count the tokens of a prompt's contents."""
    text = "\n".join(message.content for message in messages)
    body: JsonObject = {
        "model": model.wire_name,
        "prompt": text,
        "content": text,
        "add_special_tokens": False,
        "add_special": False,
    }
    return post("/tokenize", body, model, beside_version=True)


def read_count(document: JsonObject) -> int | None:
    """The tokens in an answer to it: their number, or how many are listed."""
    tokens = document.get("tokens")
    listed = len(tokens) if isinstance(tokens, list) else None
    counted = count_at(document, "count")
    return (listed if counted is None else counted) or None
