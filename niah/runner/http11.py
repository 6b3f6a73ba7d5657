"""One HTTP/1.1 connection, straight on the event loop; h11 does the reading and the checking."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from typing import cast

import h11
import httpx
from aiohappyeyeballs import AddrInfoType, start_connection

# An answer's status line and headers may be so long.
HEAD_BYTES = 100 * 1024
# So much of a request is handed over before its connection must have taken most of it; so much of
# an answer may wait to be read before the connection stops receiving.
PIECE_BYTES = 2**20
# When a host has several addresses, the next is tried beside one that has not answered so long.
NEXT_ADDRESS_S = 0.25


class Connection(asyncio.Protocol):
    """Carries one request after the other, each answered before the next; made by ``connect``.

    ``reusable`` says whether another may follow. After any error, and after an answer that was
    not read to its end, none may.
    """

    def __init__(self) -> None:
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES)
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._unread_bytes = 0
        self._writable = True
        self._ended = False
        self._error: Exception | None = None
        self._idle_since: float | None = None

    async def send(self, request: httpx.Request) -> httpx.Response:
        """Send a request; returns when the answer's headers are there, its body still to be read.

        Raises:
            httpx.TransportError: whatever stood in the way.
        """
        self._idle_since = None
        try:
            return await self._exchange(request)
        except h11.RemoteProtocolError as error:
            self.abort()
            raise httpx.RemoteProtocolError(str(error)) from error
        except h11.LocalProtocolError as error:
            self.abort()
            raise httpx.LocalProtocolError(str(error)) from error
        except BaseException:
            self.abort()
            raise

    def reusable(self, idle_s: float) -> bool:
        """Whether the next request may go here: idle, for less than so long, and still open."""
        return (
            self._idle_since is not None
            and not self._ended
            and asyncio.get_running_loop().time() - self._idle_since < idle_s
        )

    def abort(self) -> None:
        """Close now, whatever is under way."""
        self._idle_since = None
        if self._transport is not None:
            self._transport.abort()

    async def body(self) -> AsyncIterator[bytes]:
        """The rest of the answer, piece by piece.

        Raises:
            httpx.TransportError: if it breaks off or is not HTTP.
        """
        try:
            while True:
                event = await self._next_event()
                if isinstance(event, h11.Data):
                    yield bytes(event.data)
                elif isinstance(event, h11.EndOfMessage):
                    return
        except h11.RemoteProtocolError as error:
            raise httpx.RemoteProtocolError(str(error)) from error

    def release(self) -> None:
        """The answer is not read any further: keep the connection if it was read to its end."""
        assert self._transport is not None
        if (
            self._http.our_state is h11.DONE
            and self._http.their_state is h11.DONE
            and self._http.trailing_data == (b"", False)
            and not self._ended
            and not self._transport.get_write_buffer_size()
        ):
            self._http.start_next_cycle()
            self._idle_since = asyncio.get_running_loop().time()
        else:
            self.abort()

    async def _exchange(self, request: httpx.Request) -> httpx.Response:
        assert isinstance(request.stream, httpx.AsyncByteStream)
        url = request.url
        head = h11.Request(
            method=request.method.encode(), target=url.raw_path, headers=request.headers.raw
        )
        started = self._http.send(head) or b""
        async for content in request.stream:
            await self._write(started, self._http.send(h11.Data(data=content)) or b"")
            started = b""
        await self._write(started, self._http.send(h11.EndOfMessage()) or b"")
        while not isinstance(event := await self._next_event(), h11.Response):
            pass  # told to go on, or that the answer takes a while
        return httpx.Response(
            event.status_code, headers=event.headers.raw_items(), stream=_Body(self)
        )

    async def _write(self, *parts: bytes) -> None:
        """Hand over; an answer or an end that comes before all of it is taken ends the waiting."""
        assert self._transport is not None
        for part in parts:
            for start in range(0, len(part), PIECE_BYTES):
                while not (self._writable or self._ended or self._unread_bytes):
                    await self._wait()
                if self._ended:
                    return  # what the server said before is read all the same
                # A view: what the socket does not take at once is cut off without a copy.
                self._transport.write(memoryview(part)[start : start + PIECE_BYTES])

    async def _next_event(self) -> h11.Event | type[h11.PAUSED]:
        assert self._transport is not None
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._unread_bytes = 0
            if self._ended:
                self._end()
                continue
            self._transport.resume_reading()
            await self._wait()
        return cast("h11.Event | type[h11.PAUSED]", event)

    def _end(self) -> None:
        """What comes of an answer when nothing more is received."""
        if self._error is not None:
            raise httpx.ReadError(str(self._error)) from self._error
        if self._http.their_state is h11.SEND_RESPONSE:
            raise httpx.RemoteProtocolError("the server hung up without an answer")
        self._http.receive_data(b"")

    async def _wait(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # --- called by the event loop ---------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Some of an answer has come."""
        if self._idle_since is not None:
            self.abort()  # nobody has asked
            return
        self._http.receive_data(data)
        self._unread_bytes += len(data)
        if self._unread_bytes > PIECE_BYTES and self._transport is not None:
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        """The server sends nothing more."""
        self._ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing more is sent or received."""
        self._ended = True
        self._error = self._error or exc
        self._wake()

    def pause_writing(self) -> None:
        """The socket takes no more for now."""
        self._writable = False

    def resume_writing(self) -> None:
        """The socket takes more again."""
        self._writable = True
        self._wake()


class _Body(httpx.AsyncByteStream):
    """An answer's body; closing it is what gives the connection free."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def __aiter__(self) -> AsyncIterator[bytes]:
        return self._connection.body()

    async def aclose(self) -> None:
        self._connection.release()


async def connect(
    url: httpx.URL, *, context: ssl.SSLContext | None, timeout_s: float | None
) -> Connection:
    """A connection to an address's host.

    Args:
        url: Any address there.
        context: For TLS; None for plain HTTP.
        timeout_s: For connecting and, with TLS, agreeing on keys; None = no limit.

    Raises:
        httpx.ConnectError: if there is none, or its certificate is not to be trusted.
        httpx.ConnectTimeout: if it takes too long.
    """
    host = url.raw_host.decode("ascii")
    port = url.port or (80 if context is None else 443)
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(timeout_s):
            # The loop's own race between addresses leaves a socket open when it is called off just
            # as one has won.
            taken = await start_connection(
                await _addresses(host, port), happy_eyeballs_delay=NEXT_ADDRESS_S
            )
            _, connection = await loop.create_connection(
                Connection, sock=taken, ssl=context, server_hostname=host if context else None
            )
    except TimeoutError as error:
        raise httpx.ConnectTimeout(str(error) or f"no connection in {timeout_s} s") from error
    except (OSError, UnicodeError) as error:
        raise httpx.ConnectError(str(error)) from error
    return connection


async def _addresses(host: str, port: int) -> Sequence[AddrInfoType]:
    """A host's addresses; one that is written as an address takes no other thread."""
    try:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
