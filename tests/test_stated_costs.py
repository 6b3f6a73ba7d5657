"""What OpenRouter says that a response cost is what it cost; others say nothing of the kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from niah.providers import Usage
from niah.providers.openai_usage import stated_cost_usd
from tests.command import Niah
from tests.servers_raw import scripted

CONFIG = """
name = "stated"
models = ["{provider}/a/b"]
[grid]
context_lengths = [1000]
depth_percents = [50]
[providers.{provider}]
base_url = "{url}"
tokenizer = "o200k_base"
"""
PRICE = '[model."openrouter/a/b".price]\ninput = 1.0\noutput = 1.0\n'
USAGE = {"prompt_tokens": 1_000, "completion_tokens": 10, "cost": 0.5}


def run_cost_usd(niah: Niah, tmp_path: Path, provider: str, extra: str) -> float:
    body = {
        "choices": [{"message": {"content": "1"}, "finish_reason": "stop"}],
        "usage": USAGE,
    }
    with scripted(lambda _: body) as server:
        config = tmp_path / "stated.toml"
        config.write_text(CONFIG.format(provider=provider, url=server.url) + extra)
        done = niah("run", config, "--json")
        assert done.code == 0, done.err
        cost: float = done.json["sweeps"][0]["cost_usd"]
        return cost


def test_openrouters_own_bill_counts_before_the_list_and_after_the_file(
    niah: Niah, tmp_path: Path
) -> None:
    """A price in the file is kept; elsewhere a field of that name means nothing."""
    assert run_cost_usd(niah, tmp_path, "openrouter", PRICE) == pytest.approx(0.00101)
    other = PRICE.replace("openrouter", "mine")
    assert run_cost_usd(niah, tmp_path, "mine", other) == pytest.approx(0.00101)
    assert run_cost_usd(niah, tmp_path, "openrouter", "") == 0.5


@pytest.mark.parametrize(
    ("fields", "usd"),
    [
        ({"cost": 0.25}, 0.25),
        ({"cost": 0}, 0.0),
        ({"cost": 0.25, "cost_details": {"upstream_inference_cost": 9.0}}, 0.25),
        ({"cost": 0.01, "is_byok": True, "cost_details": {"upstream_inference_cost": 2}}, 2.01),
        ({"cost": 0.01, "is_byok": True}, None),
        ({"cost": {"total_cost": 1}}, None),
        ({"cost": "0.25"}, None),
        ({"cost": -1}, None),
        ({"cost": True}, None),
        ({}, None),
    ],
)
def test_a_bill_is_read_whole_or_not_at_all(fields: dict[str, Any], usd: float | None) -> None:
    """Fee and host's bill together where both are owed; anything but an amount is no bill."""
    assert stated_cost_usd(Usage(raw=fields)) == usd


@pytest.mark.parametrize(
    ("price", "promised", "usd"),
    [
        ("input = 10.0\ncached_input = 1.0\noutput = 0", "are counted and priced as such.", 2.8e-3),
        ("input = 10.0\noutput = 0", "priced as plain input while no price of cached input", 1e-2),
        ("", "report as cached are counted.", None),
    ],
)
def test_what_an_unknown_cache_saved_is_counted_as_reported(
    niah: Niah, tmp_path: Path, price: str, promised: str, usd: float | None
) -> None:
    """Nothing is promised of a server of one's own; what it reports as cached is billed so."""
    body = {
        "choices": [{"message": {"content": "1"}, "finish_reason": "stop"}],
        "usage": {
            "prompt_tokens": 1_000,
            "completion_tokens": 10,
            "prompt_tokens_details": {"cached_tokens": 800},
        },
    }
    with scripted(lambda _: body) as server:
        config = tmp_path / "stated.toml"
        text = CONFIG.format(provider="mine", url=server.url)
        config.write_text(text + (price and f'[model."mine/a/b".price]\n{price}\n'))
        planned = niah("plan", config)
        assert planned.code == 0, planned.err
        (line,) = (line for line in planned.out.splitlines() if "a cache will save" in line)
        assert line.startswith("mine/a/b: what a cache will save is not known beforehand")
        assert promised in line
        (sweep,) = niah("run", config, "--json").json["sweeps"]
    assert sweep["cached_input_tokens"] == 800
    assert sweep["cost_usd"] == (usd if usd is None else pytest.approx(usd))
