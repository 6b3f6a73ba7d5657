"""How fast the reference readers read, and the endpoint answers, in process and on a socket.

python tests/benchmarks/bench_reference.py
"""

from __future__ import annotations

import asyncio
import json
import statistics
import threading
import time
from collections.abc import Callable

import httpx

from niah.haystacks.gazetteer import generate
from niah.reference.behaviour import Behaviour
from niah.reference.endpoint import build_app
from niah.reference.readers import answer
from niah.reference.serving import listen
from niah.tokenizers import load

NEEDLE = "The magic number of the lighthouse keeper is 7315299."
QUESTION = "What is the magic number of the lighthouse keeper?"
CHARACTERS_PER_TOKEN = 4.5
READERS = ("exact", "lost-in-the-middle", "cliff-32k", "last-4000", "last-64k")
LENGTHS = (1_000, 1_600, 2_700, 4_400, 7_200, 11_900, 19_500, 32_000)


def prompt(tokens: int, *, language: str = "en", share: float = 0.4) -> str:
    """About so many tokens of generated text with the needle at that share of it."""
    haystack = generate(language, int(tokens * CHARACTERS_PER_TOKEN))
    at = haystack.index(". ", int(share * len(haystack) * 0.98)) + 2
    return f"{haystack[:at]}{NEEDLE} {haystack[at:]}\n\n{QUESTION}"


def best_s(work: Callable[[], object], times: int = 5) -> float:
    """The least of several timings."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        taken.append(time.perf_counter() - began)
    return min(taken)


def bench_readers() -> None:
    """Each reader on one prompt, against one whole encode of the same prompt."""
    encode = load("o200k_base").encode
    print(f"{'reading':34}{'ms':>9}{'MB/s':>9}{'over one encode':>18}")
    for language, tokens in (("en", 128_000), ("de", 128_000), ("en", 1_000_000)):
        text = prompt(tokens, language=language)
        size = len(text.encode())
        encode_s = best_s(lambda text=text: encode(text), 3)  # type: ignore[misc]
        label = f"{language} {tokens // 1000}K"
        print(f"{'encode ' + label:34}{encode_s * 1e3:9.1f}{size / encode_s / 1e6:9.1f}")
        messages = [{"role": "user", "content": text}]
        for reader in READERS:
            reader_s = best_s(
                lambda reader=reader, messages=messages: answer(  # type: ignore[misc]
                    reader, messages, count_tokens=lambda part: len(encode(part))
                ),
                3,
            )
            print(
                f"{reader + ' ' + label:34}{reader_s * 1e3:9.1f}{size / reader_s / 1e6:9.1f}"
                f"{reader_s / encode_s:18.2f}"
            )


async def _sweep(client: httpx.AsyncClient, bodies: list[bytes], at_once: int) -> float:
    gate = asyncio.Semaphore(at_once)

    async def one(body: bytes) -> None:
        async with gate:
            response = await client.post("/v1/chat/completions", content=body)
            assert response.status_code == 200, response.text

    began = time.perf_counter()
    await asyncio.gather(*map(one, bodies))
    return time.perf_counter() - began


def bench_endpoint() -> None:
    """The quickstart's 216 prompts, in process and through a socket, against their encoding."""
    encode = load("o200k_base").encode
    texts = [prompt(tokens, share=depth / 26) for tokens in LENGTHS for depth in range(27)]
    bodies = [
        json.dumps(
            {"model": "lost-in-the-middle", "messages": [{"role": "user", "content": text}]}
        ).encode()
        for text in texts
    ]
    encode_s = best_s(lambda: [encode(text) for text in texts], 1)
    print(f"\n{'216 prompts, 1K to 32K':34}{'s':>9}{'over encoding':>18}")
    print(f"{'encoding alone':34}{encode_s:9.2f}")

    async def in_process() -> float:
        transport = httpx.ASGITransport(build_app(Behaviour()))
        async with httpx.AsyncClient(transport=transport, base_url="http://r.invalid") as client:
            return await _sweep(client, bodies, 64)

    async def served(url: str) -> float:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            return await _sweep(client, bodies, 64)

    inside_s = asyncio.run(in_process())
    print(f"{'in process, 64 at once':34}{inside_s:9.2f}{inside_s / encode_s:18.2f}")
    endpoint = listen()
    thread = threading.Thread(target=endpoint.run, daemon=True)
    thread.start()
    try:
        served_s = asyncio.run(served(endpoint.url))
    finally:
        endpoint.stop()
        thread.join(10)
    print(f"{'through a socket, 64 at once':34}{served_s:9.2f}{served_s / encode_s:18.2f}")


def bench_responsiveness() -> None:
    """How late a timer fires in the loop that serves 128K-token prompts in process."""
    body = json.dumps(
        {"model": "exact", "messages": [{"role": "user", "content": prompt(128_000)}]}
    ).encode()

    async def work() -> list[float]:
        late: list[float] = []

        async def watch() -> None:
            while True:
                began = time.perf_counter()
                await asyncio.sleep(0.005)
                late.append(time.perf_counter() - began - 0.005)

        watching = asyncio.create_task(watch())
        transport = httpx.ASGITransport(build_app(Behaviour()))
        async with httpx.AsyncClient(transport=transport, base_url="http://r.invalid") as client:
            await _sweep(client, [body] * 40, 16)
        watching.cancel()
        return late

    late = sorted(asyncio.run(work()))
    print("\nlateness of a timer while 40 prompts of 128K tokens are answered in process, ms")
    print(
        f"median {statistics.median(late) * 1e3:.1f}   95% {late[int(0.95 * len(late))] * 1e3:.1f}"
        f"   worst {late[-1] * 1e3:.1f}"
    )


if __name__ == "__main__":
    bench_readers()
    bench_endpoint()
    bench_responsiveness()
