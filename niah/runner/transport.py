"""HTTP: one request out, one bounded answer back, every error as a value."""

from __future__ import annotations

import asyncio
import logging
import ssl
import urllib.request
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import httpx

from niah import __version__
from niah.errors import ModelError
from niah.models import Model
from niah.providers import Failure, FailureKind, Response, WireRequest
from niah.providers.bodies import malformed, one_line
from niah.providers.limits import LimitsSeen, read_limits
from niah.providers.wire import WIRE_FORMATS

CONNECT_S = 30.0
BODY_BYTES = 16 * 2**20
# Below the 5 s after which common servers close an idle connection, so that no request is sent
# into a connection that is just being closed.
IDLE_S = 4.0
# Shorter keys are placeholders ("none", "EMPTY") that may stand in an answer for other reasons.
REDACTED_KEY_CHARS = 16

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
    """One attempt: its result, and the rate limits that its headers stated."""

    result: Response | Failure
    limits: LimitsSeen


class FreeListTransport(httpx.AsyncBaseTransport):
    """A last-in-first-out list of one-connection transports for each origin.

    httpx's own pool looks at all its connections for every request, which costs more than the
    request itself at a few hundred at once. Here a request takes the connection that was used
    last, or a new one; how many there are is the dispatcher's concern.
    """

    def __init__(self, make: Callable[[httpx.URL], httpx.AsyncBaseTransport]) -> None:
        self._make = make
        self._idle: dict[tuple[str, str, int | None], list[httpx.AsyncBaseTransport]] = {}
        self._all: list[httpx.AsyncBaseTransport] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send over the connection to this origin that was used last, or over a new one."""
        url = request.url
        idle = self._idle.setdefault((url.scheme, url.host, url.port), [])
        if idle:
            connection = idle.pop()
        else:
            connection = self._make(url)
            self._all.append(connection)
        try:
            response = await connection.handle_async_request(request)
        except BaseException:
            idle.append(connection)
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)
        response.stream = _Returning(response.stream, lambda: idle.append(connection))
        return response

    async def aclose(self) -> None:
        """Close every connection."""
        for connection in self._all:
            await connection.aclose()


class _Returning(httpx.AsyncByteStream):
    """A body that gives its connection back when it is closed."""

    def __init__(self, body: httpx.AsyncByteStream, give_back: Callable[[], None]) -> None:
        self._body = body
        self._give_back: Callable[[], None] | None = give_back

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._body.__aiter__()

    async def aclose(self) -> None:
        try:
            await self._body.aclose()
        finally:
            if self._give_back is not None:
                self._give_back()
                self._give_back = None


def open_transport(
    *, proxies: Mapping[str, str] | None = None, verify: ssl.SSLContext | None = None
) -> FreeListTransport:
    """Connections that verify TLS, keep to themselves, and go through the usual proxies.

    Args:
        proxies: By scheme, with ``no`` for exceptions; None = what ``HTTPS_PROXY`` and its
            relatives say now. They are read once.
        verify: None = certifi's authorities, or those of ``SSL_CERT_FILE``.
    """
    # At debug level it logs response headers, in which some servers echo the key.
    logging.getLogger("httpcore").setLevel(logging.INFO)
    known = dict(urllib.request.getproxies() if proxies is None else proxies)

    @lru_cache(maxsize=1)
    def context() -> ssl.SSLContext:
        return verify or httpx.create_ssl_context()

    @lru_cache(maxsize=1)
    def no_context() -> ssl.SSLContext:
        # Plain HTTP needs none, and making one from certifi takes 20 ms.
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

    def make(url: httpx.URL) -> httpx.AsyncBaseTransport:
        proxy = _proxy_for(url, known)
        secure = url.scheme == "https" or (proxy or "").startswith("https:")
        try:
            return httpx.AsyncHTTPTransport(
                verify=context() if secure else no_context(),
                trust_env=False,
                limits=httpx.Limits(max_connections=1, keepalive_expiry=IDLE_S),
                proxy=proxy,
            )
        except (ImportError, ValueError) as error:
            raise ModelError(
                f"the proxy for {url.scheme}://{url.host} cannot be used: its scheme must be "
                "http or https; change the proxy variable of the environment"
            ) from error

    return FreeListTransport(make)


def _proxy_for(url: httpx.URL, proxies: Mapping[str, str]) -> str | None:
    if urllib.request.proxy_bypass_environment(url.host, dict(proxies)):  # type: ignore[attr-defined]
        return None
    proxy = proxies.get(url.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


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
    wire = WIRE_FORMATS[model.provider.api]
    url = request_url(model.provider.base_url, request.path)
    host = url.host if isinstance(url, httpx.URL) else ""
    secret = wire.auth_headers(checked_key(key), host=host) if key else {}
    reply = await send(transport, request, url=url, secret=secret, timeout_s=timeout_s)
    if isinstance(reply, Failure):
        return Exchange(result=without_key(reply, key), limits=LimitsSeen())
    if key and len(key) >= REDACTED_KEY_CHARS:
        reply = _without_echo(reply, key)
    result = wire.parse_response(reply.status, reply.headers, reply.body)
    return Exchange(result=without_key(result, key), limits=read_limits(reply.headers))


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
    plain, escaped = key.strip().encode(), key.strip().replace("/", "\\/").encode()
    return replace(
        reply,
        body=reply.body.replace(plain, b"[key]").replace(escaped, b"[key]"),
        headers={name: value.replace(key, "[key]") for name, value in reply.headers.items()},
    )


def without_key(result: Response | Failure, key: str | None) -> Response | Failure:
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
    return Failure(kind=kind, message=f"{_WORDS.get(kind, 'cannot ask')} {url.host}: {said}")


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
