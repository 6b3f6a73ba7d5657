"""One attempt at asking a model's host: sent, read, parsed, and rid of the key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import httpx

from niah.models import Model
from niah.prompts import Message
from niah.providers import Failure, Response, WireRequest
from niah.providers.bodies import read_object
from niah.providers.limits import LimitsSeen, read_limits
from niah.providers.listing import build_list_request, others_listed
from niah.providers.wire import COUNT_FORMATS, WIRE_FORMATS, parse_count
from niah.runner.redaction import checked_key, without_echo, without_key
from niah.runner.sending import Reply, request_url, send

# What every answer of ``niah serve`` carries, under whatever name it is asked.
SIMULATED_HEADER = "x-niah-simulated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One attempt: its result, and what its headers stated.

    Attributes:
        simulated: Whoever answered says that it is a reference reader.
    """

    result: Response | Failure
    limits: LimitsSeen
    simulated: bool = False


async def ask(
    transport: httpx.AsyncBaseTransport,
    request: WireRequest,
    *,
    model: Model,
    key: str | None,
    timeout_s: float,
) -> Exchange:
    """One attempt at a request: sent, read, parsed, and rid of the key. Never raises for faults.

    Args:
        transport: ``open_transport()``, or an in-process one such as ``httpx.ASGITransport``.
        request: From the model's wire format.
        model: Whom to ask.
        key: Goes into the one header that needs it, and nowhere else.
        timeout_s: For the whole attempt, from connecting to the last byte.

    Raises:
        ModelError: if the key cannot stand in a header.
    """
    reply = await _reply(transport, request, model=model, key=key, timeout_s=timeout_s)
    if isinstance(reply, Failure):
        return Exchange(result=reply, limits=LimitsSeen())
    parse = WIRE_FORMATS[model.provider.api].parse_response
    result = parse(reply.status, reply.headers, reply.body)
    return Exchange(
        result=without_key(result, key),
        limits=read_limits(reply.headers, refused=_turned_away(result)),
        simulated=SIMULATED_HEADER in reply.headers,
    )


def _turned_away(result: Response | Failure) -> bool:
    return isinstance(result, Failure) and result.kind == "rate-limit"


async def ask_count(
    transport: httpx.AsyncBaseTransport,
    messages: Sequence[Message],
    *,
    model: Model,
    key: str | None,
    timeout_s: float,
) -> int | Failure | Response:
    """Tokens of a prompt as the provider counts them, for nothing; or why it does not.

    Arguments and errors are those of ``ask``.
    """
    request = COUNT_FORMATS[model.provider.api].build_count_request(messages, model=model)
    reply = await _reply(transport, request, model=model, key=key, timeout_s=timeout_s)
    if isinstance(reply, Failure):
        return reply
    result = parse_count(model.provider.api, reply.status, reply.headers, reply.body)
    return result if isinstance(result, int) else without_key(result, key)


async def ask_listed(
    transport: httpx.AsyncBaseTransport, *, model: Model, key: str | None, timeout_s: float
) -> tuple[str, ...]:
    """What the model's server lists in place of it; none where it lists it, or nothing readable.

    Arguments and errors are those of ``ask``.
    """
    request = build_list_request(model)
    reply = await _reply(transport, request, model=model, key=key, timeout_s=timeout_s)
    if isinstance(reply, Failure) or not 200 <= reply.status < 300:
        return ()
    document = read_object(reply.body, reply.status)
    return () if isinstance(document, Failure) else others_listed(document, model)


async def _reply(
    transport: httpx.AsyncBaseTransport,
    request: WireRequest,
    *,
    model: Model,
    key: str | None,
    timeout_s: float,
) -> Reply | Failure:
    """The server's reply, rid of the key."""
    wire = WIRE_FORMATS[model.provider.api]
    base_url = model.provider.base_url
    if request.beside_version:
        base_url = base_url.rstrip("/").removesuffix("/v1")
    url = request_url(base_url, request.path)
    host = url.host if isinstance(url, httpx.URL) else ""
    secret: Mapping[str, str] = {}
    if key and request.key_header:
        secret = {request.key_header: checked_key(key)}
    elif key:
        secret = wire.auth_headers(checked_key(key), host=host)
    reply = await send(transport, request, url=url, secret=secret, timeout_s=timeout_s)
    if isinstance(reply, Failure):
        return without_key(reply, key)
    return without_echo(reply, key)
