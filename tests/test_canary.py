"""A canary key, and hosts that send it back: not a byte that niah writes or prints has it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.command import Niah, Outcome
from tests.servers_raw import RawServer, response_bytes, scripted

KEY = "sk-canary/0123456789+abcdef"
ESCAPED = KEY.replace("/", "\\/").replace("+", "\\u002B")
# The middle of it too: the key must not appear cut or escaped either.
TRACES = (KEY, ESCAPED, quote(KEY, safe=""), "0123456789+abcdef", "0123456789%2B", "sk-canary")

HEADERS = {
    "x-request-id": KEY,
    "location": f"https://other.example/{KEY}?key={quote(KEY, safe='')}",
    "retry-after": "0",
}
ERROR = {"error": {"message": f"Incorrect API key provided: {KEY}", "code": KEY, "type": KEY}}
# One of each kind that stops no model; those that do come one to a run.
SPOKEN: dict[str, dict[str, Any]] = {
    "openai": {
        "choices": [
            {
                "message": {"content": f"Your key is {KEY}.", "reasoning_content": KEY},
                "finish_reason": "stop",
            }
        ],
        "model": f"exact-{KEY}",
        "system_fingerprint": KEY,
        "usage": {"prompt_tokens": 1_000, "completion_tokens": 9, "note": KEY},
    },
    "anthropic": {
        "content": [{"type": "thinking", "thinking": KEY}, {"type": "text", "text": KEY}],
        "stop_reason": "end_turn",
        "model": KEY,
        "usage": {"input_tokens": 1_000, "output_tokens": 9, "note": KEY},
    },
    "google": {
        "candidates": [
            {
                "content": {"parts": [{"text": KEY}, {"text": KEY, "thought": True}]},
                "finishReason": "STOP",
            }
        ],
        "modelVersion": KEY,
        "usageMetadata": {"promptTokenCount": 1_000, "candidatesTokenCount": 9, "note": KEY},
    },
}
BLOCKED: dict[str, dict[str, Any]] = {
    "openai": {"choices": [{"message": {"refusal": KEY}, "finish_reason": "content_filter"}]},
    "anthropic": {
        "content": [],
        "stop_reason": "refusal",
        "stop_details": {"category": KEY, "explanation": KEY},
    },
    "google": {"promptFeedback": {"blockReason": KEY, "blockReasonMessage": KEY}},
}
UNKNOWN_END: dict[str, dict[str, Any]] = {
    "openai": {"choices": [{"message": {"content": KEY}, "finish_reason": KEY}]},
    "anthropic": {"content": [], "stop_reason": KEY},
    "google": {"candidates": [{"content": {"parts": []}, "finishReason": KEY}]},
}
SOFT = (400, 413, 422, 429, 500, 503, 529)


def some_slow(first: int, *others: int) -> list[Any]:
    """The first is quickly tested, the others with the slow tests."""
    return [first, *(pytest.param(other, marks=pytest.mark.slow) for other in others)]


def soft_echoes(api: str) -> list[bytes]:
    spoken = json.dumps(SPOKEN[api])
    return [
        response_bytes(SPOKEN[api], headers=HEADERS),
        response_bytes(spoken.replace(KEY, ESCAPED), headers=HEADERS),
        response_bytes(spoken.replace(KEY, quote(KEY, safe=""))),
        response_bytes(BLOCKED[api]),
        response_bytes(UNKNOWN_END[api]),
        response_bytes(ERROR, headers=HEADERS),
        response_bytes(KEY.encode() * 3),
        response_bytes(f"<html><title>{KEY}</title></html>", status=502),
        KEY.encode() + b"\r\n\r\n",
        *(response_bytes(ERROR, status=status, headers=HEADERS) for status in SOFT),
        response_bytes({"error": {"message": f"maximum context length, {KEY}"}}, status=400),
    ]


CONFIG = """
name = "canary"
models = ["local/exact"]

[grid]
context_lengths = [1000]
depth_percents = [50]
trials = {trials}

[limits]
concurrency = 4
max_attempts = 1
max_retry_s = 1

[providers.local]
api = "{api}"
base_url = "{url}"
api_key_env = "LOCAL_KEY"
{tokenizer}
"""


def write_config(directory: Path, url: str, api: str, *, trials: int, known: bool = True) -> Path:
    path = directory / "canary.toml"
    tokenizer = 'tokenizer = "o200k_base"' if known else ""
    path.write_text(CONFIG.format(url=url, api=api, trials=trials, tokenizer=tokenizer))
    return path


@contextmanager
def echoing(replies: list[bytes]) -> Iterator[RawServer]:
    """Sends one after the other, over and over."""
    sent = 0

    def answer(_: bytes) -> bytes:
        nonlocal sent
        sent += 1
        return replies[(sent - 1) % len(replies)]

    with scripted(answer) as server:
        yield server


def untraced(directory: Path, *printed: str) -> None:
    """No file below the directory, by name or content, and no output has a trace of the key."""
    files = [path for path in directory.rglob("*") if path.name != ".env"]
    everything = "\n".join([*printed, *map(str, files)]).encode()
    everything += b"".join(path.read_bytes() for path in files if path.is_file())
    found = [trace for trace in TRACES if trace.lower().encode() in everything.lower()]
    assert not found


def only_in_its_header(server: RawServer, api: str) -> None:
    name = {"openai": "authorization", "anthropic": "x-api-key", "google": "x-goog-api-key"}[api]
    for request in server.requests:
        assert request.headers.pop(name).endswith(KEY)
        rest = f"{request.path} {request.headers} {request.body!r}"
        assert not [trace for trace in TRACES if trace in rest]


@pytest.mark.parametrize(
    ("api", "source"),
    [
        ("openai", "file"),
        pytest.param("anthropic", "environment", marks=pytest.mark.slow),
        pytest.param("google", "environment", marks=pytest.mark.slow),
    ],
)
def test_no_host_gets_the_key_written_down(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, api: str, source: str
) -> None:
    """A host that echoes it everywhere: the run, and all that looks at the run afterwards."""
    monkeypatch.delenv("LOCAL_KEY", raising=False)
    key: list[str] = []
    if source == "file":
        (tmp_path / ".env").write_text(f"LOCAL_KEY={KEY}\n")
        key = ["--env-file", ".env"]
    else:
        monkeypatch.setenv("LOCAL_KEY", KEY)
    monkeypatch.setenv("NIAH_WEBHOOK_SECRET", "another secret")
    replies = soft_echoes(api)
    with echoing(replies) as server, echoing([response_bytes("")]) as told:
        config = write_config(tmp_path, server.url, api, trials=len(replies))
        done = [
            niah("check", config, *key, "--timeout", "5"),
            niah("check", config, *key, "--json"),
            niah("models", config, *key, "--json"),
            niah("plan", config),
            niah("run", config, *key, "--webhook", told.url, "--metrics", "niah.prom"),
            niah("run", config, *key, "--json", "--log-format", "json"),
        ]
        assert len(server.requests) > len(replies)
        only_in_its_header(server, api)
        assert told.requests, "the failure was not told"
        assert not [t for t in TRACES for r in told.requests if t in f"{r.headers} {r.body!r}"]
    done += [
        niah("runs", "--json"),
        niah("show", "latest"),
        niah("show", "latest", "--json"),
        niah("show", "latest", "--length", "1K", "--depth", "50"),
        niah("export", "latest"),
        niah("export", "latest", "--format", "csv"),
        niah("report", "latest", "--out", "report.html"),
        niah("report", "latest", "--out", "report.md"),
    ]
    assert all("Traceback" not in outcome.err for outcome in done)
    outcomes = done[7].out + done[8].out
    assert "[key]" in done[10].out, "no echo came as far as an export"
    assert "answered" in outcomes
    assert "failed" in outcomes
    assert (tmp_path / "report.html").exists()
    untraced(tmp_path, *(outcome.out + outcome.err for outcome in done))


@pytest.mark.parametrize("status", some_slow(401, 402, 403, 404))
def test_no_refusal_writes_the_key_down(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """Whatever stops a model quotes no key, among the first questions and in check."""
    monkeypatch.setenv("LOCAL_KEY", KEY)
    done: list[Outcome] = []
    for api in SPOKEN:
        with echoing([response_bytes(ERROR, status=status, headers=HEADERS)]) as server:
            config = write_config(tmp_path, server.url, api, trials=1, known=False)
            done += [niah("check", config), niah("run", config)]
            only_in_its_header(server, api)
        assert [outcome.code for outcome in done[-2:]] == [2, 3]
        assert "not asked any more" in done[-1].err
    untraced(tmp_path, *(outcome.out + outcome.err for outcome in done))


@pytest.mark.parametrize("status", some_slow(307, 301, 302, 303, 308))
def test_no_redirect_carries_the_key_anywhere(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """Another host is not asked at all, nor is the same one at another address."""
    monkeypatch.setenv("LOCAL_KEY", KEY)
    with echoing([response_bytes("")]) as other, echoing([b""]) as server:
        moved = response_bytes("", status=status, headers={"location": f"{other.url}/v1?k={KEY}"})
        with scripted(lambda _: moved) as server:
            for api in SPOKEN:
                config = write_config(tmp_path, server.url, api, trials=1)
                done = niah("run", config)
                assert done.code == 3
                assert "follows no redirect" in done.err
                untraced(tmp_path, done.out, done.err)
        assert not other.requests


def test_process_arguments_and_children_have_no_key(tmp_path: Path) -> None:
    """While niah asks, no process of it has the key on its command line."""
    seen: list[str] = []

    def answer(_: bytes) -> dict[str, Any]:
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                seen.append(path.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
            except OSError:
                continue  # gone in the meantime
        return SPOKEN["openai"]

    with scripted(answer) as server:
        config = write_config(tmp_path, server.url, "openai", trials=1)
        done = subprocess.run(
            [sys.executable, "-c", "from niah.cli import main; main()", "run", str(config)],
            cwd=tmp_path,
            env={**os.environ, "LOCAL_KEY": KEY},
            capture_output=True,
            text=True,
            timeout=120,
        )
    assert any(str(config) in line for line in seen), done.stderr
    assert not [trace for trace in TRACES for line in seen if trace in line]
    untraced(tmp_path, done.stdout, done.stderr)


WRITERS: dict[str, Callable[[Path], str]] = {
    "content": lambda directory: str((directory / "kept").write_text(KEY)),
    "name": lambda directory: str((directory / "0123456789+abcdef").write_text("")),
    "escaped": lambda directory: str((directory / "kept").write_text(ESCAPED)),
    "output": lambda _: KEY.upper(),
}


@pytest.mark.parametrize("place", WRITERS)
def test_the_search_finds_what_is_there(tmp_path: Path, place: str) -> None:
    """The search itself: a key in a file, a file's name or an output is found."""
    with pytest.raises(AssertionError):
        untraced(tmp_path, WRITERS[place](tmp_path))
