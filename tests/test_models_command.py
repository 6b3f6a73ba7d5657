"""niah models: what can be asked, what fits, what it costs, and whether a key is there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from niah.known_models import TESTED, known_models
from niah.models import PROVIDERS, resolve_model
from tests.command import Niah
from tests.test_run import price, write_sweep

KEY = "canary-0123456789abcdef"


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS.values():
        if provider.api_key_env:
            monkeypatch.delenv(provider.api_key_env, raising=False)


def by_name(rows: list[dict[str, Any]], column: str) -> dict[str, dict[str, Any]]:
    return {row[column]: row for row in rows}


def test_the_models_that_people_test_are_listed(niah: Niah) -> None:
    """Window, three prices and tokenizer of each, as the price list has them."""
    listed = by_name(niah("models", "--json").json["models"], "model")
    for model_id, window, prices, tokenizer in (
        ("openai/gpt-4o", 128_000, (2.5, 1.25, 10.0), "o200k_base"),
        ("openai/gpt-4o-mini", 128_000, (0.15, 0.075, 0.6), "o200k_base"),
        ("openai/gpt-4.1", 1_000_000, (2.0, 0.5, 8.0), "o200k_base"),
        ("openai/o3", 200_000, (2.0, 0.5, 8.0), "o200k_base"),
        ("openai/gpt-5", 400_000, (1.25, 0.125, 10.0), "o200k_base"),
        ("deepseek/deepseek-chat", 131_072, (0.27, 0.07, 1.10), "deepseek-v3"),
        ("deepseek/deepseek-reasoner", 131_072, (0.55, 0.14, 2.19), "deepseek-v3"),
        ("anthropic/claude-3-5-sonnet-20241022", 200_000, (3.0, 0.3, 15.0), None),
        ("google/gemini-1.5-pro", 2_097_152, (1.25, None, 5.0), None),
        ("mistral/mistral-large-latest", None, (2.0, None, 6.0), None),
    ):
        found = listed[model_id]
        rate = found["prices"][0]
        assert (rate["input_usd"], rate["cached_input_usd"], rate["output_usd"]) == prices
        assert found["context_window"] == window
        assert found["tokenizer_known"] == (tokenizer is not None)
        assert found["price_source"] == "genai-prices"
    tiers = listed["google/gemini-1.5-pro"]["prices"]
    assert [tier["above_input_tokens"] for tier in tiers] == [0, 128_000]
    assert listed["reference/exact"]["simulated"]


def test_every_preset_is_listed(niah: Niah) -> None:
    """Hosted ones, clouds and local servers alike, with their address and their key's variable."""
    done = niah("models", "--json")
    listed = by_name(done.json["providers"], "provider")
    assert set(listed) >= {
        *("openai", "deepseek", "anthropic", "google", "mistral", "openrouter", "azure"),
        *("vllm", "sglang", "ollama", "llama-cpp", "lm-studio", "reference"),
    }
    assert listed["ollama"]["key"] == "optional"
    assert listed["openai"]["key"] == "not set"
    assert listed["reference"]["key"] == "none needed"
    assert "optional" in niah("models").out


@pytest.mark.parametrize("arguments", [[], ["openai"], ["openai/o3"], ["sweep.toml"]])
@pytest.mark.parametrize("json", [True, False])
def test_a_key_is_told_and_never_shown(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], json: bool
) -> None:
    """From the environment or a file, in either form of output."""
    write_sweep(tmp_path, model="openai/gpt-4o")
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    (tmp_path / ".env").write_text(f"DEEPSEEK_API_KEY={KEY}\n")
    done = niah("models", *arguments, "--env-file", ".env", *(["--json"] if json else []))
    assert done.code == 0
    assert KEY not in done.out + done.err
    if json:
        listed = by_name(done.json["providers"], "provider")
        assert listed["openai"]["key"] == "set"
        assert listed.get("deepseek", {"key": "set"})["key"] == "set"
    else:
        assert "OPENAI_API_KEY set" in done.out


def test_one_provider_lists_all_that_is_known(niah: Niah) -> None:
    """More than the usual names, none of another provider, none that takes no chat."""
    listed = [model["model"] for model in niah("models", "openai", "--json").json["models"]]
    assert len(listed) > sum(name.startswith("openai/") for name in TESTED)
    assert all(name.startswith("openai/") for name in listed)
    assert not any("embedding" in name or "whisper" in name for name in listed)
    assert len(set(listed)) == len(listed)


def test_an_experiments_own_models_are_listed(niah: Niah, tmp_path: Path) -> None:
    """Its own host, price and tokenizer; what nobody said is unknown, not zero."""
    done = niah("models", write_sweep(tmp_path, extra=price(2.0, 8.0)))
    assert done.code == 0
    assert "LOCAL_KEY not set" in done.out
    assert "$2.00" in done.out
    (model,) = niah("models", "sweep.toml", "--json").json["models"]
    assert model["model"] == "local/exact"
    assert model["price_source"] == "experiment file"
    assert model["context_window"] is None
    plain = niah("models", write_sweep(tmp_path))
    assert "unknown  unknown" in plain.out


def test_a_deployment_has_the_users_name(niah: Niah) -> None:
    """Where the names are the user's own there is nothing to list, and that is said."""
    for provider in ("azure", "vllm"):
        done = niah("models", provider)
        assert done.code == 0
        assert "by the names you gave" in done.out


def test_what_takes_no_chat_completion_is_not_listed() -> None:
    """OpenAI's other interface alone has its largest thinkers; others name some models alike."""
    names = known_models("openai")
    assert not [name for name in names if name.endswith("-pro") or "codex" in name]
    assert "openai/gpt-6-sol" in names
    assert "google/gemini-2.5-pro" in known_models("google")


@pytest.mark.parametrize("what", ["nowhere.toml", "opnai", "nobody/gpt-4o"])
def test_an_unknown_name_is_refused(niah: Niah, what: str) -> None:
    """Neither provider, model nor file: one sentence, exit code 2."""
    done = niah("models", what)
    assert done.code == 2
    assert len(done.err.splitlines()) == 1
    assert what in done.err


@pytest.mark.parametrize("provider", sorted(PROVIDERS))
def test_known_names_resolve(provider: str) -> None:
    """Every name that is listed can be asked for, and every price in it is one."""
    for name in known_models(provider):
        model = resolve_model(name)
        assert model.provider is PROVIDERS[provider]
        if model.price is not None:
            assert all(rate.input_usd >= 0 and rate.output_usd >= 0 for rate in model.price.rates)
