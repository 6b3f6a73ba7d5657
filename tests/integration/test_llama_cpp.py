"""A real inference server: llama.cpp around DeepSeek-V3's vocabulary and random weights."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Niah
from tests.integration.needs import free_port, serving, write_tiny
from tests.integration.tiny_gguf import TEMPLATE_TOKENS

pytestmark = pytest.mark.slow

INSTALL = (
    "python3 -m venv ~/llama && ~/llama/bin/pip install 'llama-cpp-python[server]' gguf "
    "&& export NIAH_LLAMA_SERVER=~/llama/bin/python  (builds for some ten minutes)"
)
WINDOW = 2_560

SWEEP = """
name = "llama"
models = ["local/tiny"]

[grid]
context_lengths = ["500", "2K", "4K"]
depth_percents = [0, 50, 100]

[request]
max_output_tokens = 16

[limits]
concurrency = 2
timeout_s = 60

[providers.local]
base_url = "{url}/v1"
tokenizer = "deepseek-v3"
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a llama.cpp server whose window holds the two shorter lengths."""
    python = os.environ.get("NIAH_LLAMA_SERVER")
    if not python:
        pytest.skip(f"llama-cpp-python[server] is not installed here: {INSTALL}")
    directory = tmp_path_factory.mktemp("llama")
    model = directory / "tiny.gguf"
    write_tiny(python, "tiny_gguf.py", model)
    port = free_port()
    command = [python, "-m", "llama_cpp.server", "--model", str(model), "--host", "127.0.0.1"]
    command += ["--port", str(port), "--n_ctx", str(WINDOW), "--n_threads", "2"]
    url = f"http://127.0.0.1:{port}"
    with serving(command, f"{url}/v1/models", log=directory / "output.log", deadline_s=60):
        yield url


def test_a_real_server_counts_as_we_do_and_refuses_what_is_too_long(
    niah: Niah, tmp_path: Path, server: str
) -> None:
    """Every prompt is read as exactly the tokens asked for, beside those of the chat template."""
    config = tmp_path / "sweep.toml"
    config.write_text(SWEEP.format(url=server), encoding="utf-8")
    done = niah("run", config, "--json")
    assert done.code == 0, done.err
    trials = [json.loads(line) for line in niah("export", "latest").out.splitlines()]
    assert len(trials) == 9
    for trial in trials:
        assert trial["attempts"] == 1
        assert trial["prompt_tokens"] == trial["context_length"]
        if trial["context_length"] > WINDOW:
            assert trial["outcome"] == "context-exceeded"
            assert trial["score"] is None
            assert "maximum context length" in trial["message"]
        else:
            assert trial["outcome"] in ("answered", "output-limit")
            assert trial["input_tokens"] == trial["prompt_tokens"] + TEMPLATE_TOKENS
            assert 1 <= trial["output_tokens"] <= 16
            assert trial["score"] == 0.0
