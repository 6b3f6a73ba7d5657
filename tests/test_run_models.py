"""Several models in one run: none is held up by another, in one lane or in two."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command import Niah
from tests.servers_raw import scripted

CONFIG = """
name = "two"
models = ["one/slow", "{second}/fast"]

[grid]
context_lengths = [400]
depth_percents = [0, 50, 100]
trials = 4

[limits]
concurrency = 4

[providers.one]
api = "openai"
base_url = "{url}/v1"
tokenizer = "o200k_base"

[providers.two]
api = "openai"
base_url = "{url}/v1"
tokenizer = "o200k_base"
"""

ANSWER: dict[str, Any] = {
    "choices": [{"message": {"content": "4711"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 400, "completion_tokens": 1},
}


def model_of(body: bytes) -> str:
    return str(json.loads(body)["model"])


@pytest.mark.parametrize("second", ["one", "two"])
def test_a_slow_model_does_not_hold_up_a_fast_one(niah: Niah, tmp_path: Path, second: str) -> None:
    """The fast one's last trial is sent while the slow one is still among its first."""
    config = tmp_path / "two.toml"
    with scripted(
        lambda _: ANSWER, latency_s=lambda body: 1.0 if model_of(body) == "slow" else 0.0
    ) as server:
        config.write_text(CONFIG.format(url=server.url, second=second))
        done = niah("run", config)
        assert done.code == 0, done.err
        order = [model_of(request.body) for request in server.requests]
        assert server.most_in_flight == 4, "the slow one uses all places in the end"
    assert len(order) == 24
    assert "fast" not in order[16:], order
