"""The bytes of a response: whole, late, cut, endless, or not what their headers say."""

from __future__ import annotations

import math
import socket
import struct
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import orjson
from starlette.types import Receive, Scope, Send

from niah.reference.behaviour import Behaviour, FaultName
from niah.reference.wire import Dialect, Refusal, Reply

HUGE_BYTES = 100 * 2**20
DRIP_S = 1.0


async def reset(scope: Scope, receive: Receive) -> None:
    """Cut the connection by a TCP reset; its server has put the transport into the scope's state.

    Raises:
        httpx.ReadError: in the same process, where a socket would have ended with this.
    """
    transport = scope.get("state", {}).get("transport")
    if transport is None:
        raise httpx.ReadError("the connection was reset")
    lingering = struct.pack("ii", 1, 0)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, lingering)
    transport.abort()
    await disconnected(receive)


async def disconnected(receive: Receive) -> None:
    """Wait until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def redirect(scope: Scope, send: Send, headers: Mapping[str, str]) -> None:
    """Send the client where it has just been."""
    await _start(send, 307, {**headers, "location": scope["path"], "content-length": "0"})
    await send({"type": "http.response.body", "body": b""})


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
class Delivery:
    """A response that may begin with empty lines while it is waited for.

    Attributes:
        headers: Of the response, whenever it begins.
        clock: Seconds, never going back.
        sleep: Waits so many seconds.
    """

    send: Send
    headers: dict[str, str]
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[None]]
    _started: bool = False

    async def wait(self, behaviour: Behaviour, *, until_s: float) -> None:
        """Wait until a moment of the clock, with empty lines if that is the behaviour."""
        if behaviour.keep_alive_s is not None:
            await self._begin()
            await self._more(b"\n")
        while (left_s := until_s - self.clock()) > 0:
            await self.sleep(min(left_s, behaviour.keep_alive_s or math.inf))
            if self._started:
                await self._more(b"\n")

    async def deliver(self, dialect: Dialect, reply: Reply, fault: FaultName | None) -> None:
        """Send the reply, or what the fault makes of it.

        Raises:
            httpx.RemoteProtocolError: to cut the connection: a server that meets an exception here
                closes it, and a client in the same process sees what a socket would have told it.
        """
        body = _body(dialect, reply, fault)
        if fault == "wrong_encoding":
            self.headers["content-encoding"] = "gzip"
        if fault == "huge":
            await self._begin()
            await self._more(b'{"padding":"')
            for _ in range(HUGE_BYTES // 2**20):
                await self._more(b"x" * 2**20)
            await self._end(b'"}')
        elif fault == "drip":
            await self._begin(len(body))
            for index in range(len(body)):
                await self._more(body[index : index + 1])
                await self.sleep(DRIP_S)
            await self._end(b"")
        else:
            await self._begin(len(body))
            if fault == "cut":
                await self._more(body[: len(body) // 2])
                raise httpx.RemoteProtocolError("the connection was cut in the middle of the body")
            await self._end(body)

    async def _begin(self, length: int | None = None) -> None:
        if not self._started:
            length_stated = {} if length is None else {"content-length": str(length)}
            await _start(self.send, 200, {**self.headers, **length_stated})
        self._started = True

    async def _more(self, piece: bytes) -> None:
        await self.send({"type": "http.response.body", "body": piece, "more_body": True})

    async def _end(self, piece: bytes) -> None:
        await self.send({"type": "http.response.body", "body": piece})


def _body(dialect: Dialect, reply: Reply, fault: FaultName | None) -> bytes:
    if fault == "error_in_body":
        message = "The server had an error while processing your request."
        return orjson.dumps(dialect.refuse(Refusal("server-error", message))[1])
    if fault == "wrong_json":
        return orjson.dumps(dialect.wrong)
    body = orjson.dumps(dialect.answer(reply))
    if fault == "half_body":
        return body[: len(body) // 2]
    if fault == "not_utf8":
        return body.replace(b'"', b'"\xff\xfe', 1)
    return body
