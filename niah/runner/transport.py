"""HTTP: one request out, one bounded answer back, every error as a value."""

from __future__ import annotations

import asyncio
import re
import ssl
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeVar

import httpx

from niah import __version__
from niah.errors import ModelError
from niah.models import Model
from niah.prompts import Message
from niah.providers import Failure, FailureKind, Response, WireRequest
from niah.providers.bodies import malformed, one_line, read_object
from niah.providers.limits import LimitsSeen, read_limits
from niah.providers.listing import build_list_request, others_listed
from niah.providers.wire import COUNT_FORMATS, WIRE_FORMATS, parse_count

# What every answer of ``niah serve`` carries, under whatever name it is asked.
SIMULATED_HEADER = "x-niah-simulated"
CONNECT_S = 30.0
BODY_BYTES = 16 * 2**20
# Shorter keys, and words without a digit, are placeholders ("EMPTY", "lm-studio") that may stand in
# an answer for other reasons.
REDACTED_KEY_CHARS = 8
REDACTED_WORD_CHARS = 16

# Every exception of httpx that a request can meet; a test keeps it complete.
FAILURES: Mapping[type[Exception], FailureKind] = {
    httpx.ConnectTimeout: "timeout",
    httpx.ReadTimeout: "timeout",
    httpx.WriteTimeout: "timeout",
    httpx.PoolTimeout: "timeout",
    httpx.TimeoutException: "timeout",
    httpx.ConnectError: "connection",
    httpx.ReadError: "connection",
    httpx.WriteError: "connection",
    httpx.CloseError: "connection",
    httpx.NetworkError: "connection",
    httpx.ProxyError: "connection",
    httpx.RemoteProtocolError: "connection",
    httpx.LocalProtocolError: "bad-request",
    httpx.ProtocolError: "connection",
    httpx.UnsupportedProtocol: "not-found",
    httpx.InvalidURL: "not-found",
    httpx.DecodingError: "malformed",
    httpx.TooManyRedirects: "not-found",
    httpx.TransportError: "connection",
    httpx.RequestError: "connection",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back, whatever its status; header names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


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
        limits=read_limits(reply.headers),
        simulated=SIMULATED_HEADER in reply.headers,
    )


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
    return _without_echo(reply, key) if key and _is_secret(key.strip()) else reply


def _is_secret(key: str) -> bool:
    """Whether a key is no placeholder, so that every echo of it is blotted out."""
    if any(map(str.isdigit, key)):
        return len(key) >= REDACTED_KEY_CHARS
    return len(key) >= REDACTED_WORD_CHARS


def checked_key(key: str) -> str:
    """The key without the line feed that a file or shell may have left on it.

    Raises:
        ModelError: if it has characters that no header can carry.
    """
    stripped = key.strip()
    if not stripped.isascii() or not stripped.isprintable() or " " in stripped:
        raise ModelError(
            "the API key contains blanks or characters outside ASCII; copy it again from the "
            "provider's page into its environment variable"
        )
    return stripped


def _without_echo(reply: Reply, key: str) -> Reply:
    """The reply with every echo of the key blotted out; some servers quote it in errors."""
    key = key.strip()
    return replace(
        reply,
        body=_blotted(reply.body, key),
        headers={
            name: _blotted(value.encode("utf-8", "surrogateescape"), key).decode(
                "utf-8", "surrogateescape"
            )
            for name, value in reply.headers.items()
        },
    )


def _blotted(content: bytes, key: str) -> bytes:
    content = content.replace(key.encode(), b"[key]")
    if any(mark in content for mark in (b"\\u00", b"\\/", b"%")):
        return _echoes(key).sub(b"[key]", content)
    return content


@lru_cache(maxsize=64)
def _echoes(key: str) -> re.Pattern[bytes]:
    """The key, plain or with characters escaped as JSON or an address may have them."""
    return re.compile(
        b"".join(
            rb"(?:%b|\\?\\u00%02x|%%%02x%b)"
            % (re.escape(bytes([c])), c, c, rb"|\\/" if c == ord("/") else b"")
            for c in key.encode()
        ),
        re.IGNORECASE,
    )


R = TypeVar("R", Response, Failure, Response | Failure)


def without_key(result: R, key: str | None) -> R:
    """The result with every echo of the key blotted out of its message."""
    if key and len(key.strip()) > 3 and key.strip() in result.message:
        return replace(result, message=result.message.replace(key.strip(), "[key]"))
    return result


@lru_cache(maxsize=1024)
def request_url(base_url: str, path: str) -> httpx.URL | Failure:
    """The full address; a version that ends the base URL and starts the path stands once."""
    base = base_url.rstrip("/")
    first = path.split("/", 2)[1]
    if base.endswith(f"/{first}"):
        path = path.removeprefix(f"/{first}")
    try:
        return httpx.URL(base + path)
    except httpx.InvalidURL:
        return Failure(
            kind="not-found", message=f"{one_line(base)} is not an address; correct base_url"
        )


async def send(
    transport: httpx.AsyncBaseTransport,
    request: WireRequest,
    *,
    url: httpx.URL | Failure,
    secret: Mapping[str, str],
    timeout_s: float,
) -> Reply | Failure:
    """The server's reply, or what stood in the way. A redirect is a reply, and never followed."""
    if isinstance(url, Failure):
        return url
    outgoing = httpx.Request(
        request.method,
        url,
        headers={
            "accept": "application/json",
            "accept-encoding": "identity",
            "user-agent": f"niah/{__version__}",
            **request.headers,
            **secret,
        },
        content=request.body,
        extensions={"timeout": {"connect": min(CONNECT_S, timeout_s)}},
    )
    try:
        async with asyncio.timeout(timeout_s):
            response = await transport.handle_async_request(outgoing)
            assert isinstance(response.stream, httpx.AsyncByteStream)
            try:
                return await _read(response, response.stream)
            finally:
                await response.stream.aclose()
    except TimeoutError:
        return Failure(
            kind="timeout", message=f"{url.host} sent no whole answer within {timeout_s:g} s"
        )
    except (httpx.RequestError, httpx.InvalidURL, OSError) as error:
        return _fault(error, url)


async def _read(response: httpx.Response, stream: httpx.AsyncByteStream) -> Reply | Failure:
    status = response.status_code
    chunks: list[bytes] = []
    size = 0
    async for chunk in stream:
        chunks.append(chunk)
        size += len(chunk)
        if size > BODY_BYTES:
            return malformed(f"the answer is larger than {BODY_BYTES:,} bytes", status)
    body = b"".join(chunks)
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("", "identity"):
        unpacked = _unpacked(body, encoding)
        if unpacked is None:
            return malformed(
                f"the answer is compressed ({one_line(encoding)}), which nobody asked for, and "
                f"cannot be unpacked within {BODY_BYTES:,} bytes",
                status,
            )
        body = unpacked
    return Reply(status=status, headers=dict(response.headers), body=body)


def _unpacked(body: bytes, encoding: str) -> bytes | None:
    """The unpacked body, None when it cannot be or would be larger than allowed."""
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return None
    unpacker = zlib.decompressobj(wbits=47)  # gzip or zlib by its first bytes
    try:
        unpacked = unpacker.decompress(body, BODY_BYTES + 1)
    except zlib.error:
        return None
    return unpacked if unpacker.eof and len(unpacked) <= BODY_BYTES else None


def _fault(error: Exception, url: httpx.URL) -> Failure:
    kinds = (FAILURES[cls] for cls in type(error).__mro__ if cls in FAILURES)
    kind: FailureKind = next(kinds, "connection")
    if kind == "connection" and any(isinstance(cause, ssl.SSLError) for cause in _causes(error)):
        kind = "tls"
    said = one_line(str(error)) or type(error).__name__
    words = (
        "no whole answer from" if isinstance(error, _BROKEN_OFF) else _WORDS.get(kind, "cannot ask")
    )
    return Failure(kind=kind, message=f"{words} {url.host}: {said}")


# These come after the connection stood.
_BROKEN_OFF = (httpx.ReadError, httpx.WriteError, httpx.CloseError, httpx.RemoteProtocolError)
_WORDS: Mapping[FailureKind, str] = {
    "connection": "no connection to",
    "tls": "no secure connection to",
    "timeout": "no answer in time from",
}


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
