"""One request to the endpoint, from its body to the last byte of its answer."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from niah.reference.behaviour import FaultName
from niah.reference.delivery import Delivery, disconnected, redirect, reset, send_json
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
    accepted = False
    try:
        body = await request.body()
        began_s = endpoint.clock()
        fault = behaviour.faults.draw(number)
        if fault is not None:
            seen.faults[fault] = seen.faults.get(fault, 0) + 1
        try:
            check_key(endpoint, dialect, request.headers)
            cap = behaviour.max_concurrency
            if cap is not None and seen.accepted >= cap:
                message = f"More than {cap} requests at once."
                raise Refusal("rate-limit", message, retry_after_s=1.0)
            seen.accepted += 1
            accepted = True
            if fault is not None and fault in _REFUSING:
                kind, message, retry_after_s = _REFUSING[fault]
                raise Refusal(kind, message, retry_after_s=retry_after_s)
            counted = await asyncio.to_thread(fit_prompt, endpoint, dialect, body, reader)
            endpoint.limits.admit(counted.tokens + (counted.ask.max_output_tokens or 0))
        except Refusal as refusal:
            return await refuse(endpoint, dialect, refusal, send, number=number)
        headers = headers_of(endpoint, dialect, number)
        if fault == "hang":
            return await disconnected(receive)
        if fault == "reset":
            return await reset(scope, receive)
        if fault == "redirect":
            return await redirect(scope, send, headers)
        said, prefixes = await asyncio.to_thread(say, endpoint, dialect, counted)
        delivery = Delivery(send=send, headers=headers, clock=endpoint.clock, sleep=endpoint.sleep)
        latency_s = behaviour.latency_s + behaviour.latency_s_per_1k_tokens * counted.tokens / 1000
        await delivery.wait(behaviour, until_s=began_s + latency_s)
        reply = compose_reply(endpoint, dialect, counted, said, prefixes, fault, number)
        seen.answered += 1
        seen.prompt_tokens += reply.prompt_tokens
        seen.cached_tokens += reply.cached_tokens
        await delivery.deliver(dialect, reply, fault)
    finally:
        seen.in_flight -= 1
        seen.accepted -= accepted


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
