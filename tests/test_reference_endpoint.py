"""The reference endpoint: three wire formats, limits and faults, over real sockets."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette

from niah.errors import ConfigurationError, TokenizerError
from niah.reference.behaviour import Behaviour, FaultName, Faults
from niah.reference.endpoint import build_app
from niah.reference.limits import Bucket
from niah.reference.prefixes import Prefix, PrefixCache, marked, steps
from niah.reference.serving import listen, serve
from niah.tokenizers import load
from tests.servers import listening, reference_endpoint

NEEDLE = "The magic number of Dresden is 7315299."
PROMPT = (
    "Answer the question.\n\nOaks grow slowly. "
    + NEEDLE
    + " Elms grow fast.\n\nWhat is the magic number of Dresden?"
)
KEY = "sk-canary-4711"


def tokens(*texts: str) -> int:
    return sum(len(load("o200k_base").encode(text)) for text in texts)


def chat(reader: str = "exact", prompt: str = PROMPT, **more: Any) -> dict[str, Any]:
    return {"model": reader, "messages": [{"role": "user", "content": prompt}], **more}


# No test needs certificates, and reading them takes longer than most tests.
PLAIN_HTTP = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

FORMATS: dict[str, tuple[str, dict[str, Any]]] = {
    "openai": ("/v1/chat/completions", chat()),
    "anthropic": ("/v1/messages", chat(max_tokens=100)),
    "google": (
        "/v1beta/models/exact:generateContent",
        {"contents": [{"role": "user", "parts": [{"text": PROMPT}]}]},
    ),
}


def send(where: str | Starlette, path: str, **more: Any) -> httpx.Response:
    """Posts to a served endpoint by its URL, or to one in this process."""

    async def in_process(app: Starlette) -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.post(path, **more)

    if isinstance(where, str):
        return httpx.post(where + path, timeout=10, verify=PLAIN_HTTP, **more)
    return asyncio.run(in_process(where))


def post(where: str | Starlette, form: str = "openai", **more: Any) -> httpx.Response:
    path, body = FORMATS[form]
    return send(where, path, json=body, **more)


def said(response: httpx.Response, form: str) -> str:
    document = response.json()
    if form == "openai":
        text = document["choices"][0]["message"]["content"]
    elif form == "anthropic":
        text = "".join(block.get("text", "") for block in document["content"])
    else:
        parts = document["candidates"][0].get("content", {}).get("parts", [])
        text = "".join(part["text"] for part in parts if not part.get("thought"))
    assert isinstance(text, str)
    return text


def complaint(response: httpx.Response, form: str) -> tuple[int, str]:
    error = response.json()["error"]
    name = {"openai": error.get("code") or error.get("type"), "anthropic": error.get("type")}
    return response.status_code, str(name.get(form, error.get("status")))


@pytest.mark.parametrize(
    ("form", "path", "body"),
    [
        ("openai", "/v1/chat/completions", b"{"),
        ("openai", "/v1/chat/completions", b"[1]"),
        ("openai", "/v1/chat/completions", b"{}"),
        ("openai", "/v1/chat/completions", b'{"model": 3, "messages": []}'),
        ("openai", "/v1/chat/completions", b'{"model": "exact", "messages": [7]}'),
        ("openai", "/v1/chat/completions", json.dumps(chat(stream=True)).encode()),
        ("openai", "/v1/chat/completions", json.dumps(chat(max_tokens=0)).encode()),
        ("openai", "/v1/chat/completions", json.dumps(chat(prompt=None)).encode()),  # type: ignore[arg-type]
        ("anthropic", "/v1/messages", json.dumps(chat()).encode()),
        ("anthropic", "/v1/messages", b'{"max_tokens": 5, "model": "exact", "messages": [{}]}'),
        ("anthropic", "/v1/messages/count_tokens", b'{"model": "exact"}'),
        ("google", "/v1beta/models/exact:generateContent", b"{}"),
        ("google", "/v1beta/models/exact:generateContent", b'{"contents": [{"parts": [1]}]}'),
        ("google", "/v1beta/models/exact:countTokens", b'{"contents": 1}'),
    ],
)
def test_a_malformed_request_is_a_400_in_its_own_format(form: str, path: str, body: bytes) -> None:
    """What a provider would refuse is refused, never answered and never a 500."""
    response = send(build_app(), path, content=body)
    expected = "INVALID_ARGUMENT" if form == "google" else "invalid_request_error"
    assert complaint(response, form) == (400, expected)


@pytest.mark.parametrize("form", FORMATS)
def test_a_required_key_is_checked_and_never_repeated(form: str) -> None:
    """Without the key, or with another, there is a 401 that does not contain it."""
    header = {
        "openai": ("authorization", "Bearer "),
        "anthropic": ("x-api-key", ""),
        "google": ("x-goog-api-key", ""),
    }[form]
    app = build_app(Behaviour(require_key=KEY))
    assert post(app, form).status_code == 401
    wrong = post(app, form, headers={header[0]: header[1] + "other-key"})
    assert wrong.status_code == 401
    assert "other-key" not in wrong.text
    assert post(app, form, headers={header[0]: header[1] + KEY}).status_code == 200
    assert KEY not in repr(Behaviour(require_key=KEY))


# Output, window, cache, thoughts


@pytest.mark.parametrize("form", FORMATS)
def test_thoughts_stand_apart_from_the_answer(form: str) -> None:
    """A reader that thinks counts its thoughts as output, and they can use all of its room."""
    path, body = FORMATS[form]
    config = {"thinkingConfig": {"includeThoughts": True}}
    app = build_app(Behaviour(reasoning=True))
    asked = {**body, "generationConfig": config} if form == "google" else body
    response = send(app, path, json=asked)
    assert said(response, form) == NEEDLE
    assert "I look for the words" in response.text
    short = {"generationConfig": {"maxOutputTokens": 5}} if form == "google" else {"max_tokens": 5}
    assert said(send(app, path, json={**body, **short}), form) == ""


@pytest.mark.parametrize("form", FORMATS)
def test_a_prompt_above_the_window_is_refused_as_the_provider_does(form: str) -> None:
    """One token above the window is an error that names both; at the window it is answered."""
    size = tokens(PROMPT)
    app = build_app(Behaviour(window_tokens=size))
    assert said(post(app, form), form) == NEEDLE
    app = build_app(Behaviour(window_tokens=size - 1))
    response = post(app, form)
    expected = {
        "openai": (400, "context_length_exceeded"),
        "anthropic": (400, "invalid_request_error"),
        "google": (400, "INVALID_ARGUMENT"),
    }[form]
    assert complaint(response, form) == expected
    assert re.search(rf"\b{size}\b.*\b{size - 1}\b|\b{size - 1}\b.*\b{size}\b", response.text)


def test_the_cache_counts_the_longest_shared_prefix_in_whole_steps() -> None:
    """A prompt that begins like an earlier one reports that much as cached, in 64-token steps."""
    text = "Oaks grow slowly. " * 200
    other = text[: len(text) // 2] + "Elms grow fast. " * 100
    first = chat(prompt=f"{text}\n\nWhat is an oak?")
    second = chat(prompt=f"{other}\n\nWhat is an oak?")
    shared = tokens(text[: len(text) // 2])
    app = build_app(Behaviour(cache=True))
    cached = [
        send(app, "/v1/chat/completions", json=body).json()["usage"]["prompt_tokens_details"][
            "cached_tokens"
        ]
        for body in (first, second, first, {**first, "model": "decay"})
    ]
    whole = tokens(first["messages"][0]["content"])
    assert cached == [0, shared // 64 * 64, whole // 64 * 64, 0]


def test_anthropic_caches_what_is_marked_and_bills_the_writing() -> None:
    """Plain input, written and read tokens add up to the prompt; without a mark none is cached."""
    text = "Oaks grow slowly. " * 200
    marked = {"type": "text", "text": text, "cache_control": {"type": "ephemeral"}}
    body: dict[str, Any] = {
        "model": "exact",
        "max_tokens": 50,
        "system": [marked],
        "messages": [{"role": "user", "content": "What is an oak?"}],
    }
    app = build_app(Behaviour(cache=True))
    usages = [
        send(app, "/v1/messages", json=asked).json()["usage"]
        for asked in (body, body, {**body, "system": text})
    ]
    question, system = tokens("What is an oak?"), tokens(text)
    fields = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    assert [[usage[name] for name in fields] for usage in usages] == [
        [question, system, 0],
        [question, 0, system],
        [question + system, 0, 0],
    ]


def automatic(ids: range, owner: str = "exact") -> list[Prefix]:
    return steps(owner, [ids], step_tokens=64, least_tokens=64)


def test_the_cache_forgets_the_oldest_and_the_longest_of_it_first() -> None:
    """It never holds more than it may, and what it still holds is a prefix without gaps."""
    cache = PrefixCache(lifetime_s=300, clock=lambda: 0.0, most=6)
    first, second = automatic(range(64 * 5)), automatic(range(7, 64 * 4))
    cache.keep(first)
    assert cache.shared_tokens(first) == 64 * 5
    cache.keep(second)
    assert cache.shared_tokens(second) == 64 * 3
    assert cache.shared_tokens(automatic(range(64 * 5), "decay")) == 0
    kept = [cache.shared_tokens(first[:length]) for length in range(1, 6)]
    assert kept == sorted(kept)


def test_a_cached_prefix_lives_as_long_as_somebody_asks_for_it() -> None:
    """Each request renews it; after its lifetime without one it is gone."""
    now_s = 0.0
    cache = PrefixCache(lifetime_s=300, clock=lambda: now_s)
    prompt = automatic(range(640))
    cache.keep(prompt)
    now_s = 299.0
    assert cache.shared_tokens(prompt) == 640
    cache.keep(prompt)
    now_s = 598.0
    assert cache.shared_tokens(prompt) == 640
    now_s = 898.0
    assert cache.shared_tokens(prompt) == 0


def test_prefixes_below_the_least_length_are_not_cached() -> None:
    """OpenAI's rule: from 1,024 tokens on, in steps of 128."""
    prefixes = steps("exact", [range(1400)], step_tokens=128, least_tokens=1024)
    assert [prefix.tokens for prefix in prefixes] == [1024, 1152, 1280]


def test_a_marked_prefix_is_found_where_a_block_ends_and_nowhere_else() -> None:
    """Half of a marked block is no hit; a mark further on finds the earlier one's prefix."""
    cache = PrefixCache(lifetime_s=300, clock=lambda: 0.0)
    one, two, three = range(100), range(200, 300), range(400, 500)
    cache.keep(marked("exact", [one, two], marks=[1], least_tokens=1))

    def read(*blocks: range, mark: int) -> int:
        return cache.shared_tokens(marked("exact", list(blocks), marks=[mark], least_tokens=1))

    assert read(one, two, mark=1) == 200
    assert read(one, two, three, mark=2) == 200
    assert read(one, three, mark=1) == 0
    assert read(range(50), two, mark=1) == 0
    assert read(one, two, *[three] * 21, mark=22) == 0


# Limits


def test_a_bucket_lets_through_what_it_holds_and_refills_steadily() -> None:
    """After a minute's allowance at once, one request passes each interval, and no more."""
    now = [100.0]
    bucket = Bucket("requests", 60, lambda: now[0])
    for _ in range(60):
        assert bucket.waiting_s(1) == 0
        bucket.take(1)
    assert bucket.waiting_s(1) == pytest.approx(1)
    assert bucket.state().remaining == 0
    assert bucket.state().reset_s == pytest.approx(60)
    now[0] += 0.999
    assert bucket.waiting_s(1) == pytest.approx(0.001)
    now[0] += 0.001
    assert bucket.waiting_s(1) == 0
    assert bucket.waiting_s(61) == float("inf")
    now[0] += 1000
    assert bucket.state().remaining == 60


@pytest.mark.parametrize("form", FORMATS)
def test_above_the_request_limit_there_is_a_429_with_the_time_to_wait(form: str) -> None:
    """The third request of two a minute waits for 30 seconds, and headers say it beforehand."""
    app = build_app(Behaviour(requests_per_minute=2))
    first, second, third = (post(app, form) for _ in range(3))
    assert [r.status_code for r in (first, second, third)] == [200, 200, 429]
    if form == "openai":
        assert complaint(third, form)[1] == "rate_limit_exceeded"
        assert first.headers["x-ratelimit-limit-requests"] == "2"
        assert first.headers["x-ratelimit-remaining-requests"] == "1"
        assert re.fullmatch(r"(29|30)(\.\d+)?s", first.headers["x-ratelimit-reset-requests"])
        assert 25_000 < float(third.headers["retry-after-ms"]) <= 30_000
        assert third.headers["retry-after"] in ("29", "30")
    elif form == "anthropic":
        assert complaint(third, form)[1] == "rate_limit_error"
        assert first.headers["anthropic-ratelimit-requests-remaining"] == "1"
        reset = datetime.fromisoformat(first.headers["anthropic-ratelimit-requests-reset"])
        assert 20 < (reset - datetime.now(UTC)).total_seconds() <= 30
        assert third.headers["retry-after"] in ("29", "30")
    else:
        assert complaint(third, form)[1] == "RESOURCE_EXHAUSTED"
        (detail,) = third.json()["error"]["details"]
        assert re.fullmatch(r"(29|30)(\.\d+)?s", detail["retryDelay"])
        assert "retry-after" not in third.headers


def test_the_token_limit_counts_prompt_and_output_limit() -> None:
    """A request takes its prompt's tokens and the most it may answer."""
    body = chat(max_tokens=100)
    size = tokens(PROMPT) + 100
    app = build_app(Behaviour(tokens_per_minute=2 * size + 1))
    responses = [send(app, "/v1/chat/completions", json=body) for _ in range(3)]
    huge = send(app, "/v1/chat/completions", json=chat(max_tokens=100_000))
    assert [r.status_code for r in responses] == [200, 200, 429]
    assert int(responses[0].headers["x-ratelimit-remaining-tokens"]) >= size
    assert app.state.seen.answered == 2
    assert huge.status_code == 429
    assert "too large" in huge.text
    assert "retry-after" not in huge.headers


def test_limits_can_be_kept_without_being_announced() -> None:
    """With ``announce_limits`` off no header says anything of them."""
    app = build_app(Behaviour(requests_per_minute=1, announce_limits=False))
    responses = [post(app), post(app)]
    google = post(app, "google")
    assert [r.status_code for r in responses] == [200, 429]
    assert "details" not in google.json()["error"]
    for response in responses:
        assert not [name for name in response.headers if "limit" in name or "retry" in name]


def test_above_the_concurrency_cap_requests_are_refused() -> None:
    """While the cap is in flight all others get a 429, and refused ones take no place of it."""

    async def scenario() -> None:
        now, released = [0.0], asyncio.Event()

        async def sleep(seconds: float) -> None:
            await released.wait()
            now[0] += seconds

        app = build_app(
            Behaviour(max_concurrency=3, latency_s=1), clock=lambda: now[0], sleep=sleep
        )
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x/v1") as client:

            async def ask() -> int:
                return (await client.post("/chat/completions", json=chat())).status_code

            waiting = [asyncio.create_task(ask()) for _ in range(3)]
            while app.state.seen.accepted < 3:
                await asyncio.sleep(0)
            assert await asyncio.gather(*(ask() for _ in range(5))) == [429] * 5
            released.set()
            assert await asyncio.gather(*waiting) == [200] * 3
            assert await ask() == 200
        assert (app.state.seen.in_flight, app.state.seen.accepted) == (0, 0)

    asyncio.run(scenario())


def test_latency_is_what_was_asked_for_whatever_is_in_flight() -> None:
    """Fifty requests at once with 0.3 s each take little more than 0.3 s together."""
    with reference_endpoint(Behaviour(latency_s=0.3)) as url:

        async def all_at_once() -> list[float]:
            async with httpx.AsyncClient(timeout=10) as client:
                url_ = f"{url}/v1/chat/completions"
                responses = await asyncio.gather(
                    *(client.post(url_, json=chat()) for _ in range(50))
                )
                return [response.elapsed.total_seconds() for response in responses]

        took_s = asyncio.run(all_at_once())
    assert min(took_s) >= 0.3
    assert max(took_s) < 2.5


# Faults


@pytest.mark.parametrize(
    ("fault", "openai_says", "anthropic_says", "google_says"),
    [
        (
            "rate_limit",
            (429, "rate_limit_exceeded"),
            (429, "rate_limit_error"),
            (429, "RESOURCE_EXHAUSTED"),
        ),
        (
            "quota",
            (429, "insufficient_quota"),
            (400, "invalid_request_error"),
            (429, "RESOURCE_EXHAUSTED"),
        ),
        ("server_error", (500, "server_error"), (500, "api_error"), (500, "INTERNAL")),
        ("unavailable", (503, "service_unavailable"), (503, "api_error"), (503, "UNAVAILABLE")),
        (
            "overloaded",
            (503, "server_is_overloaded"),
            (529, "overloaded_error"),
            (503, "UNAVAILABLE"),
        ),
        ("error_in_body", (200, "server_error"), (200, "api_error"), (200, "INTERNAL")),
    ],
)
def test_a_fault_with_a_status_is_played_in_each_format(
    fault: str,
    openai_says: tuple[int, str],
    anthropic_says: tuple[int, str],
    google_says: tuple[int, str],
) -> None:
    """Status and error name are those of the provider."""
    app = build_app(Behaviour(faults=Faults(**{fault: 1.0})))  # type: ignore[arg-type]
    heard = [complaint(post(app, form), form) for form in FORMATS]
    assert heard == [openai_says, anthropic_says, google_says]
    assert app.state.seen.faults == {fault: 3}


@pytest.mark.parametrize("form", FORMATS)
def test_faults_of_the_answer_are_well_formed_answers(form: str) -> None:
    """Empty, blocked and cut answers come with status 200 and the format's finish reason."""
    words = {
        "openai": ("stop", "content_filter", "length"),
        "anthropic": ("end_turn", "refusal", "max_tokens"),
        "google": ("STOP", "SAFETY", "MAX_TOKENS"),
    }[form]
    for fault, word in zip(("empty", "content_filter", "length"), words, strict=True):
        behaviour = Behaviour(faults=Faults(**{fault: 1.0}))  # type: ignore[arg-type]
        app = build_app(behaviour)
        response = post(app, form)
        assert response.status_code == 200
        assert f'"{word}"' in response.text
        assert tokens(said(response, form)) == (1 if fault == "length" else 0)


def test_a_cut_connection_is_one_for_the_client() -> None:
    """The body ends before its length, with what came until then."""
    with reference_endpoint(Behaviour(faults=Faults(cut=1.0))) as url:
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete message body|peer closed"):
            post(url)
        received: list[bytes] = []
        with httpx.stream("POST", f"{url}/v1/chat/completions", json=chat()) as response:
            pieces = response.iter_raw()
            with pytest.raises(httpx.RemoteProtocolError):
                received.extend(pieces)
        assert response.status_code == 200
        assert len(b"".join(received)) == int(response.headers["content-length"]) // 2
    behaviour = Behaviour(faults=Faults(cut=1.0), keep_alive_s=0.01)
    with reference_endpoint(behaviour) as url, pytest.raises(httpx.RemoteProtocolError):
        post(url)


def test_half_a_body_is_a_whole_response_of_broken_json() -> None:
    """HTTP is content, and the JSON is not."""
    app = build_app(Behaviour(faults=Faults(half_body=1.0)))
    response = post(app)
    assert response.status_code == 200
    assert response.text.startswith('{"id":"chatcmpl-')
    with pytest.raises(json.JSONDecodeError):
        response.json()


@pytest.mark.parametrize("form", FORMATS)
def test_wrong_json_is_json_without_an_answer(form: str) -> None:
    """What comes is JSON, but not the format's."""
    app = build_app(Behaviour(faults=Faults(wrong_json=1.0)))
    response = post(app, form)
    assert response.status_code == 200
    with pytest.raises((KeyError, TypeError)):
        said(response, form)


def test_a_request_that_is_never_answered_ends_when_its_client_gives_up() -> None:
    """The client times out, the endpoint forgets the request and goes on."""
    with listening(Behaviour(faults=Faults(hang=1.0))) as endpoint:
        url = f"{endpoint.url}/v1/chat/completions"
        with pytest.raises(httpx.ReadTimeout):
            httpx.post(url, json=chat(), timeout=0.3)
        assert httpx.get(f"{endpoint.url}/v1/models", timeout=10).status_code == 200
        deadline = threading.Event()
        for _ in range(100):
            if endpoint.app.state.seen.in_flight == 0:
                break
            deadline.wait(0.02)
        assert endpoint.app.state.seen.in_flight == 0


def test_a_slow_answer_can_begin_with_empty_lines() -> None:
    """While it waits the endpoint sends empty lines, and the body is still the answer."""
    with reference_endpoint(Behaviour(latency_s=0.3, keep_alive_s=0.05)) as url:
        response = post(url)
        assert 4 <= len(response.text) - len(response.text.lstrip("\n")) <= 8
        assert said(response, "openai") == NEEDLE


def test_faults_come_as_often_as_asked_and_the_same_for_the_same_seed() -> None:
    """Over 20,000 requests each has its share, within four standard errors."""
    faults = Faults(rate_limit=0.05, hang=0.2, empty=0.01, seed=4)
    drawn = [faults.draw(number) for number in range(20_000)]
    expected: dict[FaultName | None, float] = {"rate_limit": 0.05, "hang": 0.2, "empty": 0.01}
    for name, share in {**expected, None: 0.74}.items():
        error = (share * (1 - share) / len(drawn)) ** 0.5
        assert abs(drawn.count(name) / len(drawn) - share) < 4 * error
    assert drawn == [faults.draw(number) for number in range(20_000)]
    other = Faults(rate_limit=0.05, hang=0.2, empty=0.01, seed=5)
    assert drawn != [other.draw(number) for number in range(20_000)]


# In process


def test_in_process_a_fault_of_the_connection_looks_like_one() -> None:
    """Through ASGI a cut connection raises what a socket would have raised."""

    async def ask() -> None:
        app = build_app(Behaviour(faults=Faults(cut=1.0)))
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x/v1") as client:
            await client.post("/chat/completions", json=chat())

    with pytest.raises(httpx.RemoteProtocolError):
        asyncio.run(ask())


def test_the_clock_is_the_caller_s() -> None:
    """With a virtual clock an hour of latency passes at once, and limits refill with it."""
    now = [0.0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    async def ask() -> list[int]:
        app = build_app(
            Behaviour(latency_s=3600, requests_per_minute=1),
            clock=lambda: now[0],
            sleep=sleep,
            wall=lambda: 1_700_000_000 + now[0],
        )
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://x/v1") as client:
            responses = [await client.post("/chat/completions", json=chat()) for _ in range(3)]
        assert [r.json()["created"] - 1_700_000_000 for r in responses] == [3600, 7200, 10800]
        return [response.status_code for response in responses]

    assert asyncio.run(ask()) == [200, 200, 200]


# Serving


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_says_where_it_is_and_stops_cleanly(number: signal.Signals) -> None:
    """One line when it is ready, silence otherwise, exit code 0, the port free again."""
    code = "from niah.reference.serving import serve; serve(tell=lambda s: print(s, flush=True))"
    command = [sys.executable, "-W", "error", "-c", code]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        line = process.stdout.readline()
        assert "reference reader" in line
        match = re.search(r"http://127\.0\.0\.1:(\d+)/v1", line)
        assert match
        assert said(post(match[0].removesuffix("/v1")), "openai") == NEEDLE
        with socket.create_connection(("127.0.0.1", int(match[1]))):  # stays open, says nothing
            process.send_signal(number)
            assert process.wait(timeout=10) == 0
        assert process.stdout.read() == ""
        assert process.stderr.read() == ""
    with socket.create_server(("127.0.0.1", int(match[1]))):
        pass


def test_serve_stays_on_this_machine_unless_allowed() -> None:
    """An address that others can reach needs to be allowed in so many words."""
    for host in ("0.0.0.0", "::"):
        with pytest.raises(ConfigurationError, match="other machines"):
            listen(host)
    open_to_all = listen("0.0.0.0", allow_remote=True)
    open_to_all.stop()
    open_to_all.run()


def test_an_address_that_cannot_be_used_is_one_sentence() -> None:
    """A port in use, a port that does not exist, a host that is not known."""
    with (
        socket.create_server(("127.0.0.1", 0)) as taken,
        pytest.raises(ConfigurationError, match="cannot be opened"),
    ):
        serve(port=taken.getsockname()[1])
    with pytest.raises(ConfigurationError, match="70000"):
        listen(port=70_000)
    with pytest.raises(ConfigurationError, match="is not known"):
        listen("no such host")
    with pytest.raises(TokenizerError):
        listen(behaviour=Behaviour(tokenizer="nothing"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"latency_s": -1},
        {"window_tokens": 0},
        {"overflow": "wrap"},
        {"requests_per_minute": 0},
        {"max_concurrency": -2},
        {"keep_alive_s": 0},
    ],
)
def test_a_behaviour_that_makes_no_sense_is_refused(wrong: dict[str, Any]) -> None:
    """The message names the field and its value."""
    ((name, value),) = wrong.items()
    with pytest.raises(ConfigurationError, match=f"{name} = {value!r}"):
        Behaviour(**wrong)


def test_fault_probabilities_add_up_to_at_most_one() -> None:
    """Neither one nor all of them may exceed 1."""
    with pytest.raises(ConfigurationError, match="hang"):
        Faults(hang=1.5)
    with pytest.raises(ConfigurationError, match="add up"):
        Faults(hang=0.6, cut=0.6)
    assert Faults(hang=0.5, cut=0.5).draw(1) in ("hang", "cut")
