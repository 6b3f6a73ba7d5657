"""Connections that are kept open: one request each at a time, the last used first."""

from __future__ import annotations

import asyncio
import logging
import ssl
import urllib.request
from collections.abc import AsyncIterator, Callable, Mapping
from functools import lru_cache

import httpx

from niah.errors import ModelError
from niah.runner.http11 import Connection, connect

# Below the 5 s after which common servers close an idle connection, so that no request is sent
# into a connection that is just being closed.
IDLE_S = 4.0


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
        await asyncio.gather(*(connection.aclose() for connection in self._all))


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


class DirectTransport(httpx.AsyncBaseTransport):
    """One connection to one origin, opened anew where the last one cannot be used again.

    Without a pool: of one connection there is nothing to choose, and the choosing takes as long
    as the sending.

    Args:
        url: Any address at the origin.
        context: For TLS; None for plain HTTP.

    Raises:
        httpx.UnsupportedProtocol: if the address is not one of HTTP.
    """

    def __init__(self, url: httpx.URL, context: ssl.SSLContext | None) -> None:
        if url.scheme not in ("http", "https"):
            raise httpx.UnsupportedProtocol(f"{url.scheme}:// is not http:// or https://")
        self._context = context
        self._connection: Connection | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send over the connection, or over a new one if the server has closed it."""
        if self._connection is None or not self._connection.reusable(IDLE_S):
            await self.aclose()
            self._connection = await connect(
                request.url,
                context=self._context,
                timeout_s=request.extensions.get("timeout", {}).get("connect"),
            )
        return await self._connection.send(request)

    async def aclose(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.abort()
            self._connection = None
            await asyncio.sleep(0)  # the event loop closes the socket in its next round


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
        if proxy is None:
            return DirectTransport(url, context() if secure else None)
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
