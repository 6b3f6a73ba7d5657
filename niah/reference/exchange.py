"""One request to the endpoint, from its body to the last byte of its answer."""

from __future__ import annotations

import asyncio
import hmac
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from niah.reference.behaviour import FaultName
from niah.reference.replies import Endpoint, compose_reply, count_prompt, fit_prompt, say
from niah.reference.wire import Dialect, Refusal, RefusalKind, Reply

SIMULATED = {"x-niah-simulated": "reference reader"}

_REFUSING: Mapping[FaultName, tuple[RefusalKind, str, float]] = {
    "rate_limit": ("rate-limit", "Rate limit reached. Please try again in 1s.", 1.0),
    "quota": ("quota", "Please check your plan and billing details.", 0.0),
    "server_error": ("server-error", "The server had an error while processing your request.", 0.0),
    "unavailable": ("unavailable", "The service is unavailable.", 0.0),
    "overloaded": ("overloaded", "Overloaded", 0.0),
}


async def converse(
    endpoint: Endpoint, dialect: Dialect, reader: str, scope: Scope, receive: Receive, send: Send
) -> None:
    """Answer a request, or refuse it, or play the fault that is due."""
    request = Request(scope, receive)
    seen, behaviour = endpoint.seen, endpoint.behaviour
    number = seen.requests
    seen.requests += 1
    seen.in_flight += 1
    seen.most_in_flight = max(seen.most_in_flight, seen.in_flight)
    try:
        body = await request.body()
        began_s = endpoint.clock()
        fault = behaviour.faults.draw(number)
        if fault is not None:
            seen.faults[fault] = seen.faults.get(fault, 0) + 1
        try:
            check_key(endpoint, dialect, request.headers)
            if behaviour.max_concurrency and seen.in_flight > behaviour.max_concurrency:
                raise Refusal(
                    "rate-limit",
                    f"More than {behaviour.max_concurrency} requests at once.",
                    retry_after_s=1.0,
                )
            if fault is not None and fault in _REFUSING:
                kind, message, retry_after_s = _REFUSING[fault]
                raise Refusal(kind, message, retry_after_s=retry_after_s)
            counted = await asyncio.to_thread(fit_prompt, endpoint, dialect, body, reader)
            endpoint.limits.admit(counted.tokens + (counted.ask.max_output_tokens or 0))
        except Refusal as refusal:
            await refuse(endpoint, dialect, refusal, send, number=number)
            return
        if fault == "hang":
            await _wait_for_disconnect(receive)
            return
        said, prefixes = await asyncio.to_thread(say, endpoint, dialect, counted)
        patient = _Patient(send=send, headers=headers_of(endpoint, dialect, number))
        await patient.wait(endpoint, began_s)
        reply = compose_reply(endpoint, dialect, counted, said, prefixes, fault, number)
        seen.answered += 1
        seen.prompt_tokens += reply.prompt_tokens
        seen.cached_tokens += reply.cached_tokens
        await _deliver(patient, dialect, reply, fault)
    finally:
        seen.in_flight -= 1


async def count(
    endpoint: Endpoint, dialect: Dialect, reader: str, scope: Scope, receive: Receive, send: Send
) -> None:
    """State how many tokens a prompt has; without limits, latency or faults."""
    request = Request(scope, receive)
    body = await request.body()
    try:
        check_key(endpoint, dialect, request.headers)
        counted = await asyncio.to_thread(count_prompt, endpoint, dialect, body, reader)
    except Refusal as refusal:
        await refuse(endpoint, dialect, refusal, send)
        return
    reply = Reply(ask=counted.ask, id="count", prompt_tokens=counted.tokens)
    await send_json(send, 200, dialect.answer(reply), SIMULATED)


def check_key(endpoint: Endpoint, dialect: Dialect, headers: Mapping[str, str]) -> None:
    """Does nothing if the key is right or none is required.

    Raises:
        Refusal: otherwise, without the key.
    """
    required = endpoint.behaviour.require_key
    given = dialect.key(headers)
    if required is not None and not hmac.compare_digest((given or "").encode(), required.encode()):
        raise Refusal("auth", "Incorrect API key provided." if given else "No API key provided.")


async def refuse(
    endpoint: Endpoint, dialect: Dialect, refusal: Refusal, send: Send, *, number: int = 0
) -> None:
    """Send a refusal in the format's own way."""
    headers = headers_of(endpoint, dialect, number)
    if not endpoint.behaviour.announce_limits:
        refusal = Refusal(refusal.kind, refusal.message)
    elif refusal.retry_after_s > 0:
        headers |= dialect.waiting(refusal.retry_after_s)
    status, document = dialect.refuse(refusal)
    await send_json(send, status, document, headers)


def headers_of(endpoint: Endpoint, dialect: Dialect, number: int) -> dict[str, str]:
    """The headers of every response: that it is simulated, its id, and the limits."""
    headers = {**SIMULATED, dialect.request_id: f"req_reference_{number}"}
    if endpoint.behaviour.announce_limits:
        headers |= dialect.limits(endpoint.limits.state(), endpoint.wall())
    return headers


async def send_json(send: Send, status: int, document: Any, headers: Mapping[str, str]) -> None:
    """Send a whole response."""
    body = orjson.dumps(document)
    await _start(send, status, {**headers, "content-length": str(len(body))})
    await send({"type": "http.response.body", "body": body})


async def _start(send: Send, status: int, headers: Mapping[str, str]) -> None:
    pairs = {"content-type": "application/json", **headers}
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.encode(), value.encode()) for name, value in pairs.items()],
        }
    )


@dataclass(slots=True, kw_only=True)
class _Patient:
    """A response that may begin with empty lines while it is waited for."""

    send: Send
    headers: dict[str, str]
    started: bool = False

    async def wait(self, endpoint: Endpoint, began_s: float) -> None:
        """Wait until the latency is over."""
        behaviour = endpoint.behaviour
        if behaviour.keep_alive_s is not None:
            await _start(self.send, 200, self.headers)
            self.started = True
            await self._blank_line()
        while True:
            left_s = began_s + behaviour.latency_s - endpoint.clock()
            if left_s <= 0:
                return
            await endpoint.sleep(min(left_s, behaviour.keep_alive_s or math.inf))
            if self.started:
                await self._blank_line()

    async def _blank_line(self) -> None:
        await self.send({"type": "http.response.body", "body": b"\n", "more_body": True})

    async def deliver(self, body: bytes, *, whole: bool = True) -> None:
        """Send the body; or half of it, and then cut the connection."""
        if not self.started:
            await _start(self.send, 200, {**self.headers, "content-length": str(len(body))})
        if whole:
            await self.send({"type": "http.response.body", "body": body})
            return
        half = body[: len(body) // 2]
        await self.send({"type": "http.response.body", "body": half, "more_body": True})
        # A server that meets an exception here closes the connection; a client in the same process
        # sees what a socket would have told it.
        raise httpx.RemoteProtocolError("the connection was cut in the middle of the body")


async def _deliver(
    patient: _Patient, dialect: Dialect, reply: Reply, fault: FaultName | None
) -> None:
    if fault == "error_in_body":
        message = "The server had an error while processing your request."
        body = orjson.dumps(dialect.refuse(Refusal("server-error", message))[1])
    elif fault == "wrong_json":
        body = orjson.dumps(dialect.wrong)
    else:
        body = orjson.dumps(dialect.answer(reply))
    if fault == "half_body":
        body = body[: len(body) // 2]
    await patient.deliver(body, whole=fault != "cut")


async def _wait_for_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
