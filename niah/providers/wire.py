"""The wire formats by name: one module each, with the same three functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from niah.models import Api, Model
from niah.prompts import Message
from niah.providers import (
    Failure,
    Response,
    Sampling,
    WireRequest,
    anthropic,
    google,
    openai,
    tokenizing,
)
from niah.providers.bodies import JsonObject, malformed, read_object


class WireFormat(Protocol):
    """What every wire format's module offers."""

    def build_request(
        self, messages: Sequence[Message], *, model: Model, sampling: Sampling
    ) -> WireRequest:
        """The request that asks a prompt."""

    def parse_response(
        self, status: int, headers: Mapping[str, str], body: bytes
    ) -> Response | Failure:
        """An HTTP answer, headers in lower case, as a value. Never raises."""

    def auth_headers(self, key: str, *, host: str) -> dict[str, str]:
        """The header that carries the key."""


class CountFormat(Protocol):
    """What the module of a wire format offers that has an endpoint for counting."""

    def build_count_request(self, messages: Sequence[Message], *, model: Model) -> WireRequest:
        """The request that has a prompt's tokens counted."""

    def read_count(self, document: JsonObject) -> int | None:
        """The counted tokens in a body of success; None when there are none. Never raises."""


WIRE_FORMATS: Mapping[Api, WireFormat] = {
    "openai": openai,
    "anthropic": anthropic,
    "google": google,
    "reference": openai,
}
# Servers of OpenAI's format may have a tokenizer beside it, or not.
COUNT_FORMATS: Mapping[Api, CountFormat] = {
    "anthropic": anthropic,
    "google": google,
    "openai": tokenizing,
}


def parse_count(
    api: Api, status: int, headers: Mapping[str, str], body: bytes
) -> int | Failure | Response:
    """The tokens that a provider has counted, or why it has not. Never raises."""
    if not 200 <= status < 300:
        return WIRE_FORMATS[api].parse_response(status, headers, body)
    document = read_object(body, status)
    if isinstance(document, Failure):
        return document
    counted = COUNT_FORMATS[api].read_count(document)
    return malformed("the answer has no count of tokens", status) if counted is None else counted
