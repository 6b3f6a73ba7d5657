"""Inference engines that people run at home, around DeepSeek-V3's vocabulary and random weights."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.command import Niah
from tests.integration.needs import free_port, serving, write_tiny
from tests.integration.tiny_llama import TEMPLATE_TOKENS, WINDOW

pytestmark = pytest.mark.slow

# The Python that has the engine, as an environment variable, and the server's command.
Command = Callable[[str, Path, int], list[str]]

COMMANDS: Mapping[str, tuple[str, Command]] = {
    "transformers": (
        "NIAH_TRANSFORMERS",
        lambda python, _, port: [
            *(str(Path(python).with_name("transformers")), "serve"),
            *("--host", "127.0.0.1", "--port", str(port), "--device", "cpu"),
        ],
    ),
    "mlx-lm": (
        "NIAH_MLX_LM",
        lambda python, model, port: [
            *(python, "-m", "mlx_lm", "server", "--model", str(model)),
            *("--host", "127.0.0.1", "--port", str(port)),
        ],
    ),
}

SWEEP = """
name = "engine"
models = ["local/{model}"]

[grid]
context_lengths = ["500", "2K", "4K"]
depth_percents = [0, 100]

[request]
max_output_tokens = 16

[limits]
concurrency = 4
timeout_s = 120

[providers.local]
base_url = "{url}/v1"
tokenizer = "deepseek-v3"
"""


@contextmanager
def running(engine: str, directory: Path) -> Iterator[tuple[str, str]]:
    """The URL of an engine's server, and its model, which both take by its directory."""
    variable, command = COMMANDS[engine]
    python = os.environ.get(variable)
    if not python:
        pytest.skip(f"{engine} is not installed here: {variable}, see CONTRIBUTING.md")
    model = directory / "tiny"
    write_tiny(python, "tiny_llama.py", model)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with serving(
        command(python, model, port),
        f"{url}/v1/models",
        log=directory / "output.log",
        deadline_s=120,
        env={"HF_HUB_OFFLINE": "1"},
    ):
        yield url, str(model)


@pytest.mark.parametrize("engine", COMMANDS)
def test_an_engine_reads_what_was_asked_also_past_its_models_window(
    niah: Niah, tmp_path: Path, engine: str
) -> None:
    """Every prompt is read as the tokens asked for and the template; neither engine has a limit."""
    with running(engine, tmp_path) as (url, model):
        config = tmp_path / "sweep.toml"
        config.write_text(SWEEP.format(url=url, model=model), encoding="utf-8")
        checked = niah("check", config, "--timeout", "120", "--json")
        assert checked.code == 0, checked.err
        (found,) = checked.json["models"]
        assert found["tokens"]["verdict"] == "agree"
        assert found["tokens"]["chat_template"] == TEMPLATE_TOKENS
        done = niah("run", config, "--json")
        assert done.code == 0, done.err
        trials = [json.loads(line) for line in niah("export", "latest").out.splitlines()]
    assert len(trials) == 6
    for trial in trials:
        assert trial["attempts"] == 1
        assert trial["prompt_tokens"] == trial["context_length"]
        assert trial["outcome"] in ("answered", "output-limit")
        assert trial["input_tokens"] == trial["prompt_tokens"] + TEMPLATE_TOKENS
        assert trial["score"] == 0.0
    assert max(trial["context_length"] for trial in trials) > WINDOW
