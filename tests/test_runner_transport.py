"""HTTP against real sockets: every fault is a typed value within its deadline."""

from __future__ import annotations

import asyncio
import gzip
import logging
import shutil
import ssl
import subprocess
import time
import tracemalloc
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from niah.errors import ModelError
from niah.models import Model, resolve_model
from niah.prompts import Message
from niah.providers import Failure, Response, Sampling, WireRequest
from niah.providers.wire import WIRE_FORMATS
from niah.runner.connections import open_transport
from niah.runner.sending import BODY_BYTES, FAILURES, request_url
from niah.runner.transport import Exchange, ask
from tests.servers_raw import RawServer, Script, raw, reply, response_bytes, serve

T = TypeVar("T")
KEY = "sk-canary-5f1d8e2a77c94b03/x"
OK: dict[str, Any] = {
    "choices": [{"message": {"content": "42"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 2},
}
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


def model_at(url: str, api: str = "openai") -> Model:
    model = resolve_model("vllm/m")
    return replace(model, provider=replace(model.provider, base_url=url, api=api))  # type: ignore[arg-type]


def request_for(model: Model) -> WireRequest:
    return WIRE_FORMATS[model.provider.api].build_request(
        (Message(role="user", content="Where?"),),
        model=model,
        sampling=Sampling(max_output_tokens=8),
    )


async def ask_once(
    server_url: str, *, api: str = "openai", key: str | None = KEY, timeout_s: float = 5.0
) -> Exchange:
    model = model_at(server_url, api)
    transport = open_transport(proxies={})
    try:
        return await ask(transport, request_for(model), model=model, key=key, timeout_s=timeout_s)
    finally:
        await transport.aclose()


def play(script: Script, **settings: Any) -> tuple[Response | Failure, RawServer]:
    async def work() -> tuple[Response | Failure, RawServer]:
        async with serve(script) as server:
            exchange = await ask_once(server.url, **settings)
            return exchange.result, server

    return run(work())


def failure_of(script: Script, **settings: Any) -> Failure:
    result, _ = play(script, **settings)
    assert isinstance(result, Failure), result
    return result


def test_an_answer_comes_back_with_the_limits_beside_it() -> None:
    """One request out, its answer parsed, and the rate limits of its headers kept."""

    async def work() -> None:
        headers = {"x-ratelimit-limit-requests": "60", "x-ratelimit-remaining-requests": "59"}
        async with serve(reply(OK, headers=headers)) as server:
            exchange = await ask_once(server.url + "/v1")
            assert isinstance(exchange.result, Response)
            assert exchange.result.text == "42"
            assert exchange.limits.requests is not None
            assert exchange.limits.requests.limit == 60
            (seen,) = server.requests
            assert (seen.method, seen.path) == ("POST", "/v1/chat/completions")
            assert seen.headers["authorization"] == f"Bearer {KEY}"
            assert seen.headers["content-type"] == "application/json"

    run(work())


@pytest.mark.parametrize(
    ("script", "kind"),
    [
        (raw(HEAD + b"content-length: 100\r\n\r\n{", then="close"), "connection"),
        (raw(HEAD + b"content-length: 100\r\n\r\n{", then="reset"), "connection"),
        (raw(then="close"), "connection"),
        (raw(then="reset"), "connection"),
        (raw(b"HTTP/1.1 200", then="reset"), "connection"),
        (raw(b"SSH-2.0-OpenSSH_9.2\r\n", then="close"), "connection"),
        (raw(HEAD + b"transfer-encoding: chunked\r\n\r\nzz\r\n", then="close"), "connection"),
        (raw(HEAD + b"x: " + b"a" * 200_000, then="close"), "connection"),
        (raw(HEAD + b"content-length: 20\r\n\r\n<html></html>1234567", then="close"), "malformed"),
        (raw(HEAD + b"content-encoding: br\r\ncontent-length: 2\r\n\r\n{}"), "malformed"),
        (raw(HEAD + b"content-encoding: gzip\r\ncontent-length: 2\r\n\r\n{}"), "malformed"),
        (raw(then="hang"), "timeout"),
        (raw(HEAD, then="hang"), "timeout"),
        (raw(HEAD + b"content-length: 9\r\n\r\n", *[b" "] * 100, pause_s=0.1), "timeout"),
    ],
)
def test_each_network_fault_has_its_kind_within_the_deadline(script: Script, kind: str) -> None:
    """Cut, reset, garbled, silent and dripping answers end as typed failures, in time."""
    start = time.monotonic()
    failure = failure_of(script, timeout_s=0.5)
    assert failure.kind == kind
    assert "127.0.0.1" in failure.message or kind == "malformed"
    assert time.monotonic() - start < 2.0


def test_a_refused_connection_and_an_unknown_host_are_named() -> None:
    """The sentence says which host could not be reached."""
    closed = run(ask_once("http://127.0.0.1:1")).result
    unknown = run(ask_once("http://no-such-host.invalid")).result
    for result, host in ((closed, "127.0.0.1"), (unknown, "no-such-host.invalid")):
        assert isinstance(result, Failure)
        assert result.kind == "connection"
        assert host in result.message


def test_an_address_that_is_none_is_refused() -> None:
    """A base URL that cannot be parsed stops the model with a sentence, not a traceback."""
    result = run(ask_once("http://host:port")).result
    assert isinstance(result, Failure)
    assert result.kind == "not-found"
    assert "base_url" in result.message


def test_a_version_in_both_base_and_path_stands_once() -> None:
    """A base URL that already ends in /v1 works for a format whose paths start with it."""
    assert str(request_url("http://h/v1/", "/v1/messages")) == "http://h/v1/messages"
    assert str(request_url("http://h", "/v1/messages")) == "http://h/v1/messages"
    assert str(request_url("http://h/v1", "/chat/completions")) == "http://h/v1/chat/completions"


def test_a_redirect_is_not_followed_and_no_key_goes_there() -> None:
    """The target of a redirect never hears from us."""

    async def work() -> None:
        async with serve(reply(OK)) as target:
            for status in (301, 302, 303, 307, 308):
                away = reply({}, status=status, headers={"location": target.url + "/v1"})
                async with serve(away) as server:
                    result = (await ask_once(server.url)).result
                assert isinstance(result, Failure)
                assert (result.kind, result.status) == ("not-found", status)
                assert target.url in result.message
            assert target.connections == 0

    run(work())


def test_a_body_without_end_is_cut_off() -> None:
    """Memory stays bounded, whether the server sends too much or packs it small."""

    async def endless(_: object, writer: asyncio.StreamWriter) -> None:
        writer.write(HEAD + b"\r\n")
        while True:
            writer.write(b" " * 2**20)
            await writer.drain()

    bomb = gzip.compress(b" " * (BODY_BYTES * 8))
    packed = response_bytes(bomb, headers={"content-encoding": "gzip"})
    assert len(bomb) < BODY_BYTES / 10

    async def small(_: object, writer: asyncio.StreamWriter) -> None:
        writer.write(packed)

    for script in (endless, small):
        tracemalloc.start()
        failure = failure_of(script)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert failure.kind == "malformed"
        assert f"{BODY_BYTES:,}" in failure.message
        assert peak < 6 * BODY_BYTES


def test_a_packed_answer_is_unpacked() -> None:
    """A server that compresses although nobody asked is still understood."""
    body = gzip.compress(str(OK).replace("'", '"').encode())
    result, _ = play(reply(body, headers={"content-encoding": "gzip"}))
    assert isinstance(result, Response)
    assert result.text == "42"


def test_tls_is_verified(tmp_path: Path) -> None:
    """A certificate that nobody vouches for ends the attempt before the key is sent."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: apt-get install openssl")
    command = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 1"
    files = ["-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=127.0.0.1"]
    subprocess.run(
        ["openssl", *command.split(), *files], cwd=tmp_path, check=True, stderr=subprocess.DEVNULL
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")

    async def work() -> None:
        async with serve(reply(OK), tls=context) as server:
            asyncio.get_running_loop().set_exception_handler(lambda *_: None)
            result = (await ask_once(server.url)).result
            assert isinstance(result, Failure)
            assert result.kind == "tls"
            assert server.requests == []
            plain = (await ask_once(server.url.replace("https", "http"))).result
            assert isinstance(plain, Failure)

    run(work())


def test_the_table_covers_every_exception_of_httpx() -> None:
    """Each exception that a request can raise has a kind; the rest are errors in our own code."""
    ours = {"HTTPError", "HTTPStatusError", "CookieConflict", "StreamError", "StreamConsumed"}
    ours |= {"StreamClosed", "ResponseNotRead", "RequestNotRead"}
    exceptions = {
        name
        for name in dir(httpx)
        if isinstance(getattr(httpx, name), type) and issubclass(getattr(httpx, name), Exception)
    }
    assert {cls.__name__ for cls in FAILURES} == exceptions - ours


def test_connections_are_used_again_last_in_first_out() -> None:
    """One after the other needs one connection, eight at once need eight, and no more later."""

    async def work() -> None:
        async with serve(reply(OK, after_s=0.02)) as server:
            model = model_at(server.url)
            transport = open_transport(proxies={})

            async def one() -> None:
                exchange = await ask(
                    transport, request_for(model), model=model, key=None, timeout_s=5
                )
                assert isinstance(exchange.result, Response)

            for _ in range(3):
                await one()
            assert server.connections == 1
            await asyncio.gather(*(one() for _ in range(8)))
            await asyncio.gather(*(one() for _ in range(8)))
            assert server.connections == 8
            await transport.aclose()

    run(work())


def test_a_cancelled_request_leaves_the_next_one_alone() -> None:
    """After cancellations and resets the same transport goes on working."""

    async def work() -> None:
        calls = 0

        async def script(request: Any, writer: asyncio.StreamWriter) -> None:
            nonlocal calls
            calls += 1
            if calls % 2:
                await asyncio.sleep(0.05)
                writer.write(HEAD + b"content-length: 50\r\n\r\n{")
                await writer.drain()
                await asyncio.sleep(3600)
            await reply(OK)(request, writer)

        async with serve(script) as server:
            model = model_at(server.url)
            transport = open_transport(proxies={})
            for _ in range(5):
                cut = asyncio.create_task(
                    ask(transport, request_for(model), model=model, key=None, timeout_s=60)
                )
                await asyncio.sleep(0.1)
                cut.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await cut
                exchange = await ask(
                    transport, request_for(model), model=model, key=None, timeout_s=5
                )
                assert isinstance(exchange.result, Response)
            await transport.aclose()
            await asyncio.sleep(0.05)
            assert server.open_now <= 5  # the scripts that still sleep; none is ours
            assert len(server.requests) == 10

    run(work())


def test_a_proxy_is_decided_once_and_asked_for_every_host_but_exceptions() -> None:
    """Requests go to the proxy that the environment names, with the whole address."""

    async def work() -> None:
        async with serve(reply(OK)) as proxy:
            transport = open_transport(proxies={"http": proxy.url, "no": "127.0.0.1"})
            for base_url in ("http://far.invalid/v1", "http://127.0.0.1:1"):
                model = model_at(base_url)
                await ask(transport, request_for(model), model=model, key=None, timeout_s=5)
            await transport.aclose()
            assert [seen.path for seen in proxy.requests] == [
                "http://far.invalid/v1/chat/completions"
            ]

    run(work())


def test_an_in_process_application_can_stand_in() -> None:
    """Any httpx transport can be injected; the deadline holds there too."""

    async def answer(request: Request) -> JSONResponse:
        if (await request.json())["messages"][0]["content"] == "wait":
            await asyncio.sleep(5)
        return JSONResponse(OK)

    async def work() -> None:
        app = Starlette(routes=[Route("/v1/chat/completions", answer, methods=["POST"])])
        transport = httpx.ASGITransport(app)
        model = resolve_model("reference/exact")
        exchange = await ask(transport, request_for(model), model=model, key=None, timeout_s=5)
        assert isinstance(exchange.result, Response)
        slow = WIRE_FORMATS["openai"].build_request(
            (Message(role="user", content="wait"),),
            model=model,
            sampling=Sampling(max_output_tokens=1),
        )
        late = await ask(transport, slow, model=model, key=None, timeout_s=0.1)
        assert isinstance(late.result, Failure)
        assert late.result.kind == "timeout"

    run(work())


@pytest.mark.parametrize("api", ["openai", "anthropic", "google"])
def test_no_key_comes_back(api: str, caplog: pytest.LogCaptureFixture) -> None:
    """Servers that echo the key, in any status, find it blotted out of everything we keep."""
    caplog.set_level(logging.DEBUG)
    error = {"error": {"message": f"Incorrect API key provided: {KEY}", "code": "x", "type": "y"}}
    for status in (200, 400, 401, 404, 429, 500):
        result, server = play(
            reply(error, status=status, headers={"location": KEY}), api=api, key=KEY + "\n"
        )
        assert KEY in str(server.requests[0].headers)
        assert KEY not in server.requests[0].path
        assert "canary" not in repr(result)
    told = {"choices": [{"message": {"content": f"key {KEY}"}, "finish_reason": "stop"}]}
    result, _ = play(reply(told), key=KEY)
    assert "canary" not in repr(result)
    for script in (raw(then="reset"), raw(KEY.encode() + b"\r\n"), raw(then="hang")):
        assert "canary" not in repr(failure_of(script, api=api, timeout_s=0.2))
    assert "canary" not in caplog.text


def test_a_placeholder_key_does_not_change_answers() -> None:
    """A short key such as EMPTY may be a word of the answer and is left there."""
    told = {"choices": [{"message": {"content": "EMPTY"}, "finish_reason": "stop"}]}
    result, _ = play(reply(told), key="EMPTY")
    assert isinstance(result, Response)
    assert result.text == "EMPTY"


@pytest.mark.parametrize("key", ["sk-a b", "sk-\nb", "sk-\u00e4", "sk-\x7f"])
def test_a_key_that_no_header_can_carry_is_refused_unshown(key: str) -> None:
    """The sentence says what is wrong with the key, and not what it is."""
    with pytest.raises(ModelError, match="API key contains") as caught:
        run(ask_once("http://127.0.0.1:1", key=key))
    assert "sk-" not in str(caught.value)
