"""One connection on real sockets: what may follow on it, and what never passes for an answer."""

from __future__ import annotations

import asyncio
import gc
import json
import shutil
import socket
import ssl
import subprocess
import warnings
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest

from niah.runner import http11
from niah.runner.connections import DirectTransport, open_transport
from niah.runner.http11 import connect
from tests.servers_raw import RawServer, Received, raw, read_request, reply, response_bytes, serve

T = TypeVar("T")
HEAD = b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n"


def run(work: Coroutine[Any, Any, T]) -> T:
    async def within_time() -> T:
        async with asyncio.timeout(20):
            return await work

    return asyncio.run(within_time())


async def post(
    transport: httpx.AsyncBaseTransport, url: str, content: bytes = b"{}"
) -> tuple[int, bytes]:
    """Status and body of the answer to one request."""
    request = httpx.Request("POST", url, content=content, extensions={"timeout": {"connect": 5}})
    response = await transport.handle_async_request(request)
    try:
        return response.status_code, await response.aread()
    finally:
        await response.aclose()


async def twice(server: RawServer) -> tuple[bytes, bytes]:
    """The bodies of two answers, one after the other over what may be one connection."""
    transport = DirectTransport(httpx.URL(server.url), None)
    first = await post(transport, server.url)
    await asyncio.sleep(0.05)
    second = await post(transport, server.url)
    await transport.aclose()
    return first[1], second[1]


@pytest.mark.parametrize(
    ("answer", "connections"),
    [
        (HEAD + b"\r\nyes", 1),
        (HEAD + b"connection: close\r\n\r\nyes", 2),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 3\r\n\r\nyes", 2),
        (b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\ny\r\n2\r\nes\r\n0\r\n\r\n", 1),
        (b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + HEAD + b"\r\nyes", 1),
        (HEAD + b"\r\nyes" + HEAD + b"\r\nno!", 2),
    ],
    ids=["length", "closing", "http-1.0", "chunked", "informed first", "one answer too many"],
)
def test_a_connection_is_used_again_only_when_its_answer_allows_it(
    answer: bytes, connections: int
) -> None:
    """Each request gets its own answer: what a server says too much is never the next one's."""

    async def script(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)
        await writer.drain()

    async def work() -> None:
        async with serve(script) as server:
            assert await twice(server) == (b"yes", b"yes")
            assert server.connections == connections

    run(work())


@pytest.mark.parametrize("unasked", [b"", HEAD + b"\r\nno!"], ids=["hangs up", "speaks"])
def test_what_a_server_does_unasked_costs_no_request(unasked: bytes) -> None:
    """A connection that was closed or spoken on while it was idle is not used again."""

    async def script(_: Received, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"\r\nyes")
        await asyncio.sleep(0.01)
        writer.write(unasked)
        if not unasked:
            writer.close()

    async def work() -> None:
        async with serve(script) as server:
            assert await twice(server) == (b"yes", b"yes")
            assert server.connections == 2

    run(work())


def test_an_answer_until_the_end_of_the_connection_is_whole() -> None:
    """Without a length the body ends with the connection, and a reset is no end."""

    async def work() -> None:
        endless = b"HTTP/1.1 200 OK\r\n\r\n"
        async with serve(raw(endless, b"yes")) as server:
            assert await twice(server) == (b"yes", b"yes")
        async with serve(raw(endless, b"ye", pause_s=0.05, then="reset")) as server:
            with pytest.raises(httpx.ReadError):
                await twice(server)

    run(work())


async def listening(handle: Callable[..., Awaitable[None]]) -> tuple[asyncio.Server, str]:
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    return server, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("then", ["goes on listening", "listens no more"])
def test_a_refusal_that_comes_before_the_whole_request_is_heard(then: str) -> None:
    """A server that turns a prompt away by its first bytes is understood, and soon."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(response_bytes(b"too long", status=413))
        while then == "goes on listening" and await reader.read(2**20):
            pass
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0.2)
        writer.transport.abort()

    async def work() -> None:
        server, url = await listening(handle)
        transport = DirectTransport(httpx.URL(url), None)
        assert await post(transport, url, b"x" * 30_000_000) == (413, b"too long")
        await transport.aclose()
        server.close()
        await asyncio.sleep(0.3)

    run(work())


def self_signed(directory: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context for 127.0.0.1, and a client's that trusts it."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: apt-get install openssl")
    command = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1"
    files = ["-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        ["openssl", *command.split(), *files, *names],
        cwd=directory,
        check=True,
        stderr=subprocess.DEVNULL,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(directory / "cert.pem", directory / "key.pem")
    return context, ssl.create_default_context(cafile=str(directory / "cert.pem"))


@pytest.mark.parametrize("secure", [False, True])
def test_a_long_request_and_a_long_answer_arrive_whole(tmp_path: Path, secure: bool) -> None:
    """Megabytes go both ways unchanged, over TLS too, past a reader and a writer that are slow."""
    context, trusting = self_signed(tmp_path) if secure else (None, None)
    content = json.dumps(list(range(600_000))).encode()

    async def script(received: Received, writer: asyncio.StreamWriter) -> None:
        assert received.body == content
        writer.write(response_bytes(received.body))
        await writer.drain()

    async def work() -> None:
        async with serve(script, tls=context) as server:
            transport = open_transport(proxies={}, verify=trusting)
            for _ in range(2):
                request = httpx.Request("POST", server.url, content=content)
                response = await transport.handle_async_request(request)
                await asyncio.sleep(0.1)
                assert await response.aread() == content
                await response.aclose()
            assert server.connections == 1
            await transport.aclose()

    run(work())


def test_closing_leaves_no_socket_open() -> None:
    """After aclose the server sees its connections end and Python warns of none."""

    async def work() -> None:
        async with serve(reply({"a": 1})) as server:
            transport = open_transport(proxies={})
            await asyncio.gather(*(post(transport, server.url) for _ in range(4)))
            assert server.open_now == 4
            await transport.aclose()
            await asyncio.sleep(0.05)
            assert server.open_now == 0

    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        run(work())
        gc.collect()


def test_a_host_with_a_dead_address_is_reached_by_its_other_one() -> None:
    """``localhost`` is two addresses on most machines; that nobody listens on one does no harm."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await read_request(reader):
            writer.write(HEAD + b"\r\nyes")
        writer.close()

    async def work() -> None:
        server, url = await listening(handle)
        url = url.replace("127.0.0.1", "localhost")
        transport = DirectTransport(httpx.URL(url), None)
        assert await post(transport, url) == (200, b"yes")
        await transport.aclose()
        server.close()
        await asyncio.sleep(0.05)

    run(work())


@contextmanager
def silent_address() -> Iterator[tuple[str, int]]:
    """Where nobody answers, not even to refuse: what listens there has no place left."""
    with ExitStack() as sockets:
        full = sockets.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(4):
            waiting = sockets.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        yield full.getsockname()


@pytest.mark.parametrize("secure", [False, True])
@pytest.mark.parametrize("before", ["nothing", "a silent address"])
def test_a_connection_called_off_at_any_moment_leaves_no_socket(
    before: str, secure: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether it was being made, had just been made, or was agreeing on keys."""
    context, trusting = self_signed(tmp_path) if secure else (None, None)
    monkeypatch.setattr(http11, "NEXT_ADDRESS_S", 0.001)

    async def work(silent: tuple[str, int]) -> int:
        async with serve(reply({"a": 1}), tls=context) as server:
            stream = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
            found = [(*stream, ("127.0.0.1", server.port))]
            if before != "nothing":
                found.insert(0, (*stream, silent))
            monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
            longest_s = (0.01 if secure else 0.001) + 0.003 * (before != "nothing")
            stood = 0
            for patience_s in (*(longest_s * step / 400 for step in range(400)), 5):
                with suppress(TimeoutError):
                    async with asyncio.timeout(patience_s):
                        url = httpx.URL(server.url)
                        connection = await connect(url, context=trusting, timeout_s=5)
                        stood += 1
                        connection.abort()
            await asyncio.sleep(0.05)
        return stood

    with silent_address() as silent, warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always", ResourceWarning)
        stood = run(work(silent))
        gc.collect()
    assert [str(warning.message) for warning in heard] == []
    assert 0 < stood <= 400


def test_a_silent_address_holds_a_connection_up_for_moments(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The next address is tried beside it."""

    async def work(silent: tuple[str, int]) -> None:
        async with serve(reply({"a": 1})) as server:
            stream = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
            found = [(*stream, silent), (*stream, ("127.0.0.1", server.port))]
            monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
            transport = DirectTransport(httpx.URL(server.url), None)
            async with asyncio.timeout(10 * http11.NEXT_ADDRESS_S):
                assert (await post(transport, server.url))[0] == 200
            await transport.aclose()

    with silent_address() as silent:
        run(work(silent))


@pytest.mark.parametrize("host", ["a..b", "x" * 70])
def test_a_name_that_cannot_be_one_is_no_connection(host: str) -> None:
    """A host name outside the rules of names ends as any other host that is not there."""

    async def work() -> None:
        url = f"http://{host}/v1"
        with pytest.raises(httpx.ConnectError):
            await post(DirectTransport(httpx.URL(url), None), url)

    run(work())
