"""The request path: client CPU per 128K-token request, and wall time of 225 requests.

A bare asyncio server in a process of its own answers after a fixed latency. The client is
niah's transport, aiohttp and httpx's own pool, each in a fresh process.

Run: python tests/benchmarks/bench_requests.py
"""

from __future__ import annotations

import asyncio
import json
import math
import multiprocessing
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from importlib.util import find_spec
from multiprocessing.queues import Queue
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import httpx
import orjson

from niah.models import Model, resolve_model
from niah.prompts import Message
from niah.providers import Response, Sampling
from niah.providers.limits import LimitsSeen
from niah.providers.openai import build_request, parse_response
from niah.runner.connections import open_transport
from niah.runner.dispatch import Lane
from niah.runner.jobs import Attempt, Job, LaneSettings
from niah.runner.slots import Slots
from niah.runner.transport import ask

PROMPT_BYTES = 577_000
ANSWER = json.dumps(
    {
        "model": "m",
        "choices": [{"message": {"content": "42"}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 128_000, "completion_tokens": 2},
    }
).encode()
REPLY = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: "
    + str(len(ANSWER)).encode()
    + b"\r\n\r\n"
    + ANSWER
)
Send = Callable[[bytes], Awaitable[None]]


class _Answerer(asyncio.Protocol):
    latency_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.head = b""
        self.missing = -1

    def data_received(self, data: bytes) -> None:
        if self.missing < 0:
            self.head += data
            end = self.head.find(b"\r\n\r\n")
            if end < 0:
                return
            fields = self.head[:end].lower().split(b"\r\n")
            length = next(f for f in fields if f.startswith(b"content-length:"))
            self.missing = int(length.split(b":")[1]) - (len(self.head) - end - 4)
        else:
            self.missing -= len(data)
        if self.missing <= 0:
            self.head, self.missing = b"", -1
            asyncio.get_running_loop().call_later(self.latency_s, self.transport.write, REPLY)  # type: ignore[attr-defined]


def _serve(ports: Queue[int], latency_s: float) -> None:
    async def work() -> None:
        _Answerer.latency_s = latency_s
        loop = asyncio.get_running_loop()
        server = await loop.create_server(_Answerer, "127.0.0.1", 0, backlog=1024)
        ports.put(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(work())


def _model(port: int) -> Model:
    model = resolve_model("vllm/m")
    provider = replace(model.provider, base_url=f"http://127.0.0.1:{port}/v1")
    return replace(model, provider=provider)


def _messages() -> tuple[Message, ...]:
    return (Message(role="user", content="x" * PROMPT_BYTES),)


async def _niah(port: int) -> tuple[Send, Callable[[], Awaitable[None]]]:
    model, transport = _model(port), open_transport(proxies={})
    request = build_request(_messages(), model=model, sampling=Sampling(max_output_tokens=8))

    async def send(_: bytes) -> None:
        exchange = await ask(transport, request, model=model, key="k" * 40, timeout_s=60)
        assert isinstance(exchange.result, Response)

    return send, transport.aclose


async def _aiohttp(port: int) -> tuple[Send, Callable[[], Awaitable[None]]]:
    import aiohttp

    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    headers = {"authorization": "Bearer " + "k" * 40, "content-type": "application/json"}

    async def send(body: bytes) -> None:
        async with session.post(url, data=body, headers=headers) as response:
            result = parse_response(response.status, response.headers, await response.read())
            assert isinstance(result, Response)

    return send, session.close


async def _httpx(port: int) -> tuple[Send, Callable[[], Awaitable[None]]]:
    client = httpx.AsyncClient(limits=httpx.Limits(max_connections=None), timeout=60)
    url = f"http://127.0.0.1:{port}/v1/chat/completions"
    headers = {"authorization": "Bearer " + "k" * 40, "content-type": "application/json"}

    async def send(body: bytes) -> None:
        response = await client.post(url, content=body, headers=headers)
        result = parse_response(response.status_code, response.headers, response.content)
        assert isinstance(result, Response)

    return send, client.aclose


CLIENTS = {"niah": _niah, "aiohttp": _aiohttp, "httpx, limits lifted": _httpx}


def _measure(out: Queue[float], name: str, port: int, concurrency: int, count: int) -> None:
    async def work() -> None:
        send, close = await CLIENTS[name](port)
        model = _model(port)
        sampling = Sampling(max_output_tokens=8)
        body = build_request(_messages(), model=model, sampling=sampling).body

        async def several(times: int) -> None:
            for _ in range(times):
                await send(body)

        await asyncio.gather(*(several(1) for _ in range(concurrency)))
        start = time.process_time()
        await asyncio.gather(*(several(count // concurrency) for _ in range(concurrency)))
        out.put((time.process_time() - start) / (count // concurrency * concurrency) * 1e3)
        await close()

    asyncio.run(work())


def _sweep(out: Queue[float], name: str, port: int, cap: int, count: int) -> None:
    async def work() -> None:
        send, close = await CLIENTS[name](port)
        model, messages = _model(port), _messages()
        sampling = Sampling(max_output_tokens=8)

        async def attempt(job: Job[int]) -> Attempt:
            await send(build_request(messages, model=model, sampling=sampling).body)
            return Attempt(limits=LimitsSeen())

        lane = Lane(
            attempt,
            settings=LaneSettings(cautious=False),
            slots=Slots(cap),
            clock=time.monotonic,
            sleep=asyncio.sleep,
        )
        lane.add(Job(item=i, tokens=128_000, rank=i) for i in range(count))
        lane.close()
        start = time.perf_counter()
        await lane.run()
        out.put(time.perf_counter() - start)
        await close()

    asyncio.run(work())


def _in_process(target: Callable[..., None], *arguments: object) -> float:
    out: Queue[float] = multiprocessing.Queue()
    process = multiprocessing.Process(target=target, args=(out, *arguments))
    process.start()
    result = out.get(timeout=120)
    process.join()
    return result


def _with_server(latency_s: float) -> tuple[multiprocessing.Process, int]:
    ports: Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=_serve, args=(ports, latency_s), daemon=True)
    server.start()
    return server, ports.get(timeout=30)


def main() -> None:
    """Print both tables."""
    if find_spec("aiohttp") is None:
        sys.exit("aiohttp, which niah is compared with, is not installed: pip install aiohttp")
    assert orjson.loads(ANSWER)
    server, port = _with_server(0.05)
    medians: dict[tuple[str, int], float] = {}
    print("client CPU per request of 577 KB, ms (median of 3)")
    print(f"{'':24}{'c = 16':>9}{'c = 256':>9}{'ratio':>8}")
    for name in CLIENTS:
        for concurrency in (16, 256):
            count = 256 if name.startswith("httpx") else 2048
            runs = [_in_process(_measure, name, port, concurrency, count) for _ in range(3)]
            medians[name, concurrency] = statistics.median(runs)
        low, high = medians[name, 16], medians[name, 256]
        print(f"{name:24}{low:9.3f}{high:9.3f}{high / low:8.2f}")
    for concurrency in (16, 256):
        ratio = medians["niah", concurrency] / medians["aiohttp", concurrency]
        print(f"niah over aiohttp at c = {concurrency}: {ratio:.2f}")
    server.terminate()

    server, port = _with_server(0.25)
    cap, count = 64, 225
    ideal = math.ceil(count / cap) * 0.25
    print("\n225 requests, C = 64, L = 0.25 s; start-up: what a first wave of 64 takes beyond L")
    for name in CLIENTS:
        first, wall = (
            statistics.median(_in_process(_sweep, name, port, cap, requests) for _ in range(5))
            for requests in (cap, count)
        )
        start_up = first - 0.25
        print(
            f"{name:24}{wall:8.3f} s, start-up {start_up:.3f} s, the rest "
            f"{(wall - start_up) / ideal:.3f} of the ideal {ideal:.2f} s (medians of 5)"
        )
    server.terminate()


if __name__ == "__main__":
    main()
