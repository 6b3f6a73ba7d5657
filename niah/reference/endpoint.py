"""The endpoint: reference readers over three providers' wire formats."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from niah.reference.anthropic import ANTHROPIC, ANTHROPIC_COUNT
from niah.reference.behaviour import Behaviour
from niah.reference.delivery import send_json
from niah.reference.exchange import (
    SIMULATED,
    check_key,
    converse,
    count,
    refuse,
)
from niah.reference.google import GOOGLE, GOOGLE_COUNT
from niah.reference.limits import Limits
from niah.reference.openai import OPENAI, OPENAI_COUNT
from niah.reference.prefixes import PrefixCache
from niah.reference.readers import available
from niah.reference.replies import Endpoint, Seen, reader_for
from niah.reference.wire import Dialect, Refusal
from niah.tokenizers import load


def build_app(
    behaviour: Behaviour | None = None,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    wall: Callable[[], float] = time.time,
) -> Starlette:
    """The endpoint as an ASGI application; ``app.state.seen`` counts what it has seen.

    It serves OpenAI's ``/v1/chat/completions``, Anthropic's ``/v1/messages`` with
    ``count_tokens`` and Google's ``generateContent`` with ``countTokens``, vLLM's ``/tokenize`` if
    it is to, and lists the readers as models. Every response carries
    ``x-niah-simulated: reference reader``.

    Args:
        behaviour: None = it answers at once and never fails.
        clock: Seconds, never going back.
        sleep: Waits so many seconds.
        wall: Seconds since 1970, for headers and bodies.

    Raises:
        TokenizerError: if the behaviour's vocabulary is unknown or unusable.
    """
    behaviour = behaviour or Behaviour()
    endpoint = Endpoint(
        behaviour=behaviour,
        tokenizer=load(behaviour.tokenizer),
        limits=Limits(behaviour.requests_per_minute, behaviour.tokens_per_minute, clock),
        prefixes=PrefixCache(lifetime_s=behaviour.cache_lifetime_s, clock=clock),
        seen=Seen(),
        clock=clock,
        sleep=sleep,
        wall=wall,
    )

    async def nowhere(request: Request, _: Exception) -> Response:
        message = f"There is no {request.method} {request.url.path} here."
        status, document = OPENAI.refuse(Refusal("not-found", message))
        return JSONResponse(document, status, headers=SIMULATED)

    beside = []
    if behaviour.tokenizes:
        tokenize = _Asked(endpoint, OPENAI_COUNT, counting=True)
        beside.append(Route("/tokenize", tokenize, methods=["POST"]))
    app = Starlette(
        routes=[
            *beside,
            Route("/v1/chat/completions", _Asked(endpoint, OPENAI), methods=["POST"]),
            # DeepSeek's base URL has no version.
            Route("/chat/completions", _Asked(endpoint, OPENAI), methods=["POST"]),
            Route("/v1/messages", _Asked(endpoint, ANTHROPIC), methods=["POST"]),
            Route(
                "/v1/messages/count_tokens",
                _Asked(endpoint, ANTHROPIC_COUNT, counting=True),
                methods=["POST"],
            ),
            Route("/v1beta/models/{name:path}", _Gemini(endpoint), methods=["POST"]),
            Route("/v1/models/{name:path}", _Gemini(endpoint), methods=["POST"]),
            Route("/v1beta/models", _Models(endpoint, GOOGLE), methods=["GET"]),
            Route("/v1beta/models/{name:path}", _Models(endpoint, GOOGLE), methods=["GET"]),
            Route("/v1/models", _Models(endpoint, OPENAI), methods=["GET"]),
            Route("/v1/models/{name:path}", _Models(endpoint, OPENAI), methods=["GET"]),
            Route("/models", _Models(endpoint, OPENAI), methods=["GET"]),
        ],
        exception_handlers={404: nowhere, 405: nowhere},
    )
    app.state.seen = endpoint.seen
    return app


@dataclass(frozen=True, slots=True)
class _Asked:
    endpoint: Endpoint
    dialect: Dialect
    counting: bool = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handle = count if self.counting else converse
        await handle(self.endpoint, self.dialect, "", scope, receive, send)


@dataclass(frozen=True, slots=True)
class _Gemini:
    endpoint: Endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        reader, _, method = scope["path_params"]["name"].rpartition(":")
        if method == "generateContent":
            await converse(self.endpoint, GOOGLE, reader, scope, receive, send)
        elif method == "countTokens":
            await count(self.endpoint, GOOGLE_COUNT, reader, scope, receive, send)
        else:
            refusal = Refusal("not-found", f"There is no method {method!r} here.")
            await refuse(self.endpoint, GOOGLE, refusal, send)


@dataclass(frozen=True, slots=True)
class _Models:
    endpoint: Endpoint
    dialect: Dialect

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Request(scope, receive).headers
        dialect = self.dialect
        # The others list their models where OpenAI does, Google in its stable version.
        if "anthropic-version" in headers:
            dialect = ANTHROPIC
        elif "x-goog-api-key" in headers:
            dialect = GOOGLE
        name = scope["path_params"].get("name")
        try:
            check_key(self.endpoint, dialect, headers)
            if name is not None:
                reader_for(self.endpoint, name)
        except Refusal as refusal:
            await refuse(self.endpoint, dialect, refusal, send)
            return
        described = (
            dialect.list_models(available()) if name is None else dialect.describe_model(name)
        )
        await send_json(send, 200, described, SIMULATED)
