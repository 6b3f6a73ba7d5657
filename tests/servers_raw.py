"""A server that writes scripted bytes to a real socket, so that any fault can be played."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import struct
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(kw_only=True, eq=False)
class Received:
    """One request as the server read it; header names in lower case.

    Attributes:
        reader: Of its connection: what the client sends next, or that it has hung up.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    reader: asyncio.StreamReader = field(repr=False)


Script = Callable[[Received, asyncio.StreamWriter], Awaitable[None]]


@dataclass(kw_only=True)
class RawServer:
    """A running server: where it is, and what it has seen."""

    url: str
    host: str
    port: int
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    open_now: int = 0
    in_flight: int = 0
    most_in_flight: int = 0


def response_bytes(
    body: bytes | str | dict[str, Any] | list[Any],
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> bytes:
    """A whole HTTP response."""
    if isinstance(body, dict | list):
        body = json.dumps(body)
    content = body.encode() if isinstance(body, str) else body
    lines = {"content-type": "application/json", "content-length": str(len(content))}
    lines |= headers or {}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Scripted\r\n{head}\r\n".encode() + content


def reply(
    body: bytes | str | dict[str, Any] | list[Any],
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    after_s: float = 0.0,
) -> Script:
    """A script that answers every request the same way."""
    whole = response_bytes(body, status=status, headers=headers)

    async def script(_: Received, writer: asyncio.StreamWriter) -> None:
        if after_s:
            await asyncio.sleep(after_s)
        writer.write(whole)
        await writer.drain()

    return script


def raw(*pieces: bytes, pause_s: float = 0.0, then: str = "close") -> Script:
    """A script that writes pieces and then closes, resets or hangs."""

    async def script(_: Received, writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause_s)
        if then == "reset":
            reset(writer)
        elif then == "hang":
            await asyncio.sleep(3600)
        writer.close()

    return script


def reset(writer: asyncio.StreamWriter) -> None:
    """Cut the connection with a TCP reset instead of a proper end."""
    raw_socket = writer.get_extra_info("socket")
    raw_socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def read_request(reader: asyncio.StreamReader) -> Received | None:
    """The next request of a connection, None at its end."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {
        name.lower(): value.strip()
        for name, _, value in (line.partition(":") for line in lines if line)
    }
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method=method, path=path, headers=headers, body=body, reader=reader)


@asynccontextmanager
async def serve(
    script: Script, *, tls: ssl.SSLContext | None = None, listed: bytes = b""
) -> AsyncIterator[RawServer]:
    """Runs the script for every request on a free port of the loopback interface.

    Args:
        script: What answers.
        tls: With which it is spoken to.
        listed: The response to a request for its models; empty = it has no such list.
    """
    state = RawServer(url="", host="127.0.0.1", port=0)
    tasks: set[asyncio.Task[Any]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        state.connections += 1
        state.open_now += 1
        try:
            while (request := await read_request(reader)) is not None:
                if request.path == "/tokenize":  # as most servers: there is no such thing
                    writer.write(response_bytes({"error": {"message": "Not Found"}}, status=404))
                    continue
                if request.method == "GET" and request.path.endswith("/models"):
                    writer.write(listed or response_bytes({"error": "Not Found"}, status=404))
                    continue
                state.requests.append(request)
                state.in_flight += 1
                state.most_in_flight = max(state.most_in_flight, state.in_flight)
                try:
                    await script(request, writer)
                finally:
                    state.in_flight -= 1
                if writer.is_closing():
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            state.open_now -= 1
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls, limit=2**20)
    state.port = server.sockets[0].getsockname()[1]
    state.url = f"{'https' if tls else 'http'}://127.0.0.1:{state.port}"
    try:
        yield state
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@contextmanager
def scripted(
    answer: Callable[[bytes], dict[str, Any] | bytes],
    *,
    latency_s: Callable[[bytes], float] = lambda _: 0.0,
    listed: bytes = b"",
) -> Iterator[RawServer]:
    """A server in a thread of its own that answers each body with what the function makes of it.

    That is the JSON of a success, or all the bytes of a response.
    """

    async def script(received: Received, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(latency_s(received.body))
        made = answer(received.body)
        writer.write(made if isinstance(made, bytes) else response_bytes(made))
        await writer.drain()

    with scripted_by(script, listed=listed) as server:
        yield server


@contextmanager
def scripted_by(script: Script, *, listed: bytes = b"") -> Iterator[RawServer]:
    """A server in a thread of its own that runs the script for every request."""
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()
    ready: Future[RawServer] = Future()

    async def run() -> None:
        async with serve(script, listed=listed) as server:
            ready.set_result(server)
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),), daemon=True)
    thread.start()
    try:
        yield ready.result(timeout=10)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(timeout=10)
        assert not thread.is_alive(), "the server did not stop"
        loop.close()
