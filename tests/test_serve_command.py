"""niah serve: every way in which the endpoint can be made to behave, from the command line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.command import Niah

KEY = "canary-0123456789abcdef"
FACT = "The password of the old lighthouse is heron-4471."
QUESTION = "What is the password of the old lighthouse?"


@contextmanager
def serving(*options: str) -> Iterator[httpx.Client]:
    """The command in a process of its own; stopped by Ctrl-C, after which it ends cleanly."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from niah.cli import main; main()", "serve", "--port=0", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SERVED_KEY": KEY, "PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        found = re.search(r"http://\S+/v1", line)
        assert found, line + process.communicate(timeout=10)[1]
        assert "reference reader" in line
        headers = {"authorization": f"Bearer {KEY}"}
        with httpx.Client(base_url=found[0], headers=headers, timeout=30) as client:
            yield client
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=20)
    assert (process.returncode, errors) == (0, "")


def ask(client: httpx.Client, text: str, model: str = "exact") -> Any:
    body = {"model": model, "messages": [{"role": "user", "content": f"{text}\n{QUESTION}"}]}
    reply = client.post("/chat/completions", json=body)
    return reply.json() if reply.status_code == 200 else reply.status_code


def text_of(answer: Any) -> str:
    return str(answer["choices"][0]["message"]["content"])


def test_it_answers_under_other_names_slowly_and_only_with_the_key() -> None:
    """Other models' names, latency by length, and a key that no process list shows."""
    options = [
        "--other-models=reference/exact",
        "--latency-s-per-1k=0.5",
        "--require-key-env=SERVED_KEY",
    ]
    with serving(*options) as client:
        assert text_of(ask(client, FACT, model="gpt-4o")) == FACT
        began_s = time.monotonic()
        ask(client, FACT + " The ferry left at noon." * 180, model="gpt-4o")
        assert time.monotonic() - began_s > 0.5
        assert httpx.get(f"{client.base_url}models").status_code == 401


def test_it_caches_in_steps_of_the_given_size() -> None:
    """Asking for a size is asking for a cache; a repeated prompt is read from it."""
    text = FACT + " The ferry left at noon." * 20
    with serving("--cache-step-tokens=32", "--cache-least-tokens=96") as client:
        first, second = (ask(client, text)["usage"] for _ in range(2))
        short = [ask(client, FACT)["usage"] for _ in range(2)]
    assert first["prompt_tokens_details"]["cached_tokens"] == 0
    assert second["prompt_tokens_details"]["cached_tokens"] == first["prompt_tokens"] // 32 * 32
    assert short[1]["prompt_tokens_details"]["cached_tokens"] == 0


@pytest.mark.parametrize(
    ("overflow", "first", "last"),
    [("truncate", False, True), ("truncate-middle", True, True)],
)
def test_it_cuts_where_it_is_told_to(overflow: str, first: bool, last: bool) -> None:
    """The beginning, or the middle: a fact at either end is found or lost accordingly."""
    filler = " The ferry left at noon." * 100
    with serving("--window=300", f"--overflow={overflow}") as client:
        assert (text_of(ask(client, FACT + filler)) == FACT) == first
        assert (text_of(ask(client, filler + " " + FACT)) == FACT) == last


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--other-models", "nobody"], ["nobody"]),
        (["--cache-step-tokens", "0"], ["cache_step_tokens", "0"]),
        (["--latency-s-per-1k", "-1"], ["latency_s_per_1k", "-1"]),
        (["--overflow", "wrap"], ["wrap", "truncate-middle"]),
        (["--tokenizer", "x9"], ["x9", "o200k_base"]),
        (["--require-key-env", "NO_SUCH_VARIABLE"], ["NO_SUCH_VARIABLE"]),
    ],
)
def test_a_wrong_option_is_refused(niah: Niah, options: list[str], words: list[str]) -> None:
    """One sentence with the value and what would be right; exit code 2."""
    done = niah("serve", *options)
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert all(word in done.err for word in words), done.err
