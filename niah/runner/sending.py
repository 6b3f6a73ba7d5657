"""HTTP: one request out, one bounded reply back, every error as a value."""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import httpx

from niah import __version__
from niah.providers import Failure, FailureKind, WireRequest
from niah.providers.bodies import malformed, one_line

CONNECT_S = 30.0
BODY_BYTES = 16 * 2**20

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
