"""Faults really happen on a real socket, and niah takes none of them for an answer."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest

from niah.errors import ModelError
from niah.models import resolve_model
from niah.prompts import Message
from niah.providers import Failure, Response, Sampling
from niah.providers.wire import WIRE_FORMATS
from niah.reference.behaviour import Behaviour, Faults
from niah.reference.endpoint import build_app
from niah.runner.connections import open_transport
from niah.runner.transport import ask
from tests.servers import listening

ASKED = orjson.dumps(
    {
        "model": "exact",
        "messages": [
            {"role": "user", "content": "The oak is 90 years old.\n\nHow old is the oak?"}
        ],
    }
)
HEAD = (
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n"
    b"content-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(ASKED)
)


def always(fault: str) -> Faults:
    return Faults(**{fault: 1.0})  # type: ignore[arg-type]


@contextmanager
def asked(fault: str) -> Iterator[socket.socket]:
    """A bare connection on which the question has been asked of an endpoint with that fault."""
    with listening(Behaviour(faults=always(fault))) as endpoint:
        address = httpx.URL(endpoint.url)
        with socket.create_connection((address.host, address.port or 0), timeout=5) as connection:
            connection.sendall(HEAD + ASKED)
            yield connection


def received(connection: socket.socket) -> tuple[bytes, bytes]:
    """Head and body of a response, up to the end of the connection or of what was stated."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += connection.recv(65536)
    head, _, body = data.partition(b"\r\n\r\n")
    stated = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while len(body) < int(stated[0].split(b":")[1]):
        body += connection.recv(65536)
    return head, body


def test_a_reset_is_a_tcp_reset() -> None:
    """The client's socket is told of a reset, before any byte of an answer."""
    with asked("reset") as connection, pytest.raises(ConnectionResetError):
        connection.recv(1)


def test_a_cut_ends_the_connection_short_of_what_was_stated() -> None:
    """The body stops half way, and then the connection ends."""
    with asked("cut") as connection:
        data = b""
        while piece := connection.recv(65536):
            data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    stated = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert len(body) == stated // 2


def test_a_redirect_leads_back_to_itself() -> None:
    """Its target is the address that was asked."""
    with asked("redirect") as connection:
        head, body = received(connection)
    assert head.startswith(b"HTTP/1.1 307")
    assert b"location: /v1/chat/completions" in head
    assert body == b""


def test_a_wrong_encoding_is_stated_and_not_used() -> None:
    """The header says gzip, the body is plain JSON."""
    with asked("wrong_encoding") as connection:
        head, body = received(connection)
    assert b"content-encoding: gzip" in head
    assert orjson.loads(body)["choices"]


def test_bytes_that_are_no_text() -> None:
    """The body is not UTF-8."""
    with asked("not_utf8") as connection, pytest.raises(UnicodeDecodeError):
        received(connection)[1].decode()


def test_a_huge_body_keeps_coming() -> None:
    """More than 20 MB arrive for one short question, and the client may leave at any time."""
    with asked("huge") as connection:
        size = 0
        while size < 20 * 2**20:
            size += len(connection.recv(2**20))


def test_a_dripping_body_is_never_done() -> None:
    """Within half a second no more than one byte of the body has come."""
    with asked("drip") as connection:
        began = time.monotonic()
        data = b""
        while (left_s := began + 0.5 - time.monotonic()) > 0:
            connection.settimeout(left_s)
            try:
                data += connection.recv(100)
            except TimeoutError:
                break
    assert len(data.partition(b"\r\n\r\n")[2]) == 1


def ask_niah(transport: httpx.AsyncBaseTransport, base_url: str) -> Response | Failure:
    model = resolve_model("reference/exact")
    model = replace(model, provider=replace(model.provider, base_url=base_url))
    request = WIRE_FORMATS["openai"].build_request(
        (Message(role="user", content="The oak is 90 years old.\n\nHow old is the oak?"),),
        model=model,
        sampling=Sampling(max_output_tokens=50),
    )

    async def work() -> Response | Failure:
        exchange = await ask(transport, request, model=model, key=None, timeout_s=0.6)
        await transport.aclose()
        return exchange.result

    return asyncio.run(work())


KINDS = {
    "rate_limit": "rate-limit",
    "quota": "quota",
    "server_error": "server-error",
    "unavailable": "overloaded",
    "overloaded": "overloaded",
    "hang": "timeout",
    "cut": "connection",
    "half_body": "malformed",
    "wrong_json": "malformed",
    "error_in_body": "server-error",
    "reset": "connection",
    "redirect": "not-found",
    "wrong_encoding": "malformed",
    "not_utf8": "malformed",
    "huge": "malformed",
    "drip": "timeout",
}
OUTCOMES = {"empty": "empty", "content_filter": "blocked", "length": "output-limit"}


def test_every_fault_has_its_place_here() -> None:
    """No fault of the endpoint is left out of the two tables."""
    assert set(Faults().probabilities()) == set(KINDS) | set(OUTCOMES)


@pytest.mark.parametrize(
    "fault", ["hang", "cut", "reset", "redirect", "wrong_encoding", "huge", "drip"]
)
def test_niah_takes_no_fault_of_a_socket_for_an_answer(fault: str) -> None:
    """Each is a failure of its kind, within its deadline."""
    with listening(Behaviour(faults=always(fault))) as endpoint:
        result = ask_niah(open_transport(proxies={}), f"{endpoint.url}/v1")
    assert isinstance(result, Failure)
    assert result.kind == KINDS[fault]


@pytest.mark.parametrize("fault", KINDS)
def test_in_process_every_fault_is_the_same_failure(fault: str) -> None:
    """Without a socket niah sees what it would have seen through one."""
    app = build_app(Behaviour(faults=always(fault)))
    result = ask_niah(httpx.ASGITransport(app), "http://reference.invalid/v1")
    assert isinstance(result, Failure)
    assert result.kind == KINDS[fault]


@pytest.mark.parametrize("fault", OUTCOMES)
def test_niah_names_answers_that_are_none(fault: str) -> None:
    """Empty, blocked and cut answers are outcomes of their own."""
    app = build_app(Behaviour(faults=always(fault)))
    result = ask_niah(httpx.ASGITransport(app), "http://reference.invalid/v1")
    assert isinstance(result, Response)
    assert result.outcome == OUTCOMES[fault]


def test_latency_can_grow_with_the_prompt() -> None:
    """Half a second for each 1,000 prompt tokens, on a clock that jumps."""
    now_s = 0.0

    async def sleep(seconds: float) -> None:
        nonlocal now_s
        now_s += seconds

    app = build_app(
        Behaviour(latency_s=2.0, latency_s_per_1k_tokens=0.5), clock=lambda: now_s, sleep=sleep
    )

    async def work() -> int:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://reference.invalid"
        ) as client:
            body = {"model": "exact", "messages": [{"role": "user", "content": "oak " * 4000}]}
            answered = await client.post("/v1/chat/completions", json=body)
            return int(answered.json()["usage"]["prompt_tokens"])

    prompt_tokens = asyncio.run(work())
    assert now_s == pytest.approx(2.0 + 0.5 * prompt_tokens / 1000)


def test_a_cut_in_the_middle_keeps_beginning_and_end() -> None:
    """With ``truncate-middle`` the reader finds what stands at both ends and nothing between."""
    filler = "Grain was sold by the sack. " * 200
    facts = [
        f"The {tree} is {age} years old." for tree, age in (("oak", 90), ("elm", 4), ("fir", 7))
    ]
    text = f"{facts[0]} {filler}{facts[1]} {filler}{facts[2]}"
    app = build_app(Behaviour(window_tokens=1000, overflow="truncate-middle"))

    async def work() -> list[tuple[str, int]]:
        heard = []
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://reference.invalid"
        ) as client:
            for tree in ("oak", "elm", "fir"):
                content = f"{text}\n\nHow old is the {tree}?"
                body = {"model": "exact", "messages": [{"role": "user", "content": content}]}
                said = (await client.post("/v1/chat/completions", json=body)).json()
                heard.append(
                    (said["choices"][0]["message"]["content"], said["usage"]["prompt_tokens"])
                )
        return heard

    (first, _), (middle, _), (last, _) = heard = asyncio.run(work())
    assert (first, last) == (facts[0], facts[2])
    assert middle not in facts
    assert all(990 <= prompt_tokens <= 1002 for _, prompt_tokens in heard)


def test_other_models_can_be_answered_for() -> None:
    """Under a name that is no reader's the stated reader answers, and the name is echoed."""
    app = build_app(Behaviour(other_models="exact"))

    async def work() -> dict[str, Any]:
        async with httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://reference.invalid"
        ) as client:
            body = {**orjson.loads(ASKED), "model": "gpt-4o"}
            document: dict[str, Any] = (await client.post("/v1/chat/completions", json=body)).json()
            return document

    said = asyncio.run(work())
    assert said["model"] == "gpt-4o"
    assert said["choices"][0]["message"]["content"] == "The oak is 90 years old."
    assert said["system_fingerprint"] == "reference-reader"
    with pytest.raises(ModelError):
        Behaviour(other_models="nobody")
