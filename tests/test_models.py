"""Models by name: presets, own hosts, vocabularies, windows and prices."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niah.errors import ModelError
from niah.models import PROVIDERS, Provider, resolve_model
from niah.prices import Price, Rate, published_price


@pytest.mark.parametrize(
    ("model_id", "tokenizer", "known", "window", "reasoning"),
    [
        ("openai/gpt-4o", "o200k_base", True, 128_000, False),
        ("openai/gpt-4.1", "o200k_base", True, 1_000_000, False),
        ("openai/gpt-4-1106-preview", "cl100k_base", True, 128_000, False),
        ("openai/o3", "o200k_base", True, 200_000, True),
        ("deepseek/deepseek-chat", "deepseek-v3", True, 131_072, False),
        ("deepseek/deepseek-reasoner", "deepseek-v3", True, 131_072, True),
        ("openrouter/deepseek/deepseek-chat", "deepseek-v3", True, None, False),
        ("anthropic/claude-3-5-sonnet-20241022", "o200k_base", False, 200_000, False),
        ("google/gemini-1.5-pro", "o200k_base", False, 2_097_152, False),
        ("vllm/my-model", "o200k_base", False, None, False),
        ("reference/exact", "o200k_base", True, None, False),
    ],
)
def test_a_known_model_brings_its_facts(
    model_id: str, tokenizer: str, known: bool, window: int | None, reasoning: bool
) -> None:
    """Vocabulary, window and kind follow from the name; a stand-in vocabulary is marked."""
    model = resolve_model(model_id)
    assert (model.tokenizer, model.tokenizer_known) == (tokenizer, known)
    assert model.context_window == window
    assert model.reasoning == reasoning


@pytest.mark.parametrize(
    ("model_id", "thinks"),
    [
        ("openai/gpt-5-chat-latest", False),
        ("openai/gpt-5.2-chat-latest", True),
        ("openai/gpt-6-sol", True),
        ("deepseek/deepseek-v3.2", False),
        ("deepseek/deepseek-v4-pro", True),
        ("deepseek/deepseek-flash", True),
        ("google/gemini-2.0-flash", False),
        ("google/gemini-2.5-flash-lite", False),
        ("google/gemini-2.5-flash", True),
        ("google/gemini-2.5-pro", True),
        ("google/gemini-3-pro-preview", True),
        ("google/gemini-flash-latest", True),
        ("anthropic/claude-opus-4-8", False),
        ("anthropic/claude-sonnet-5", True),
        ("anthropic/claude-fable-5-1", True),
        ("mistral/magistral-medium-latest", True),
        ("mistral/mistral-large-latest", False),
        ("openrouter/openai/gpt-5", True),
        ("openrouter/deepseek/deepseek-r1:free", True),
        ("openrouter/x-ai/grok-4-fast-non-reasoning", False),
        ("openrouter/x-ai/grok-4.3", True),
        ("openrouter/moonshotai/kimi-k2-thinking", True),
        ("ollama/qwen3:8b", True),
        ("vllm/Qwen/Qwen3-235B-A22B-Instruct-2507", False),
        ("vllm/openai/gpt-oss-120b", True),
        ("vllm/zai-org/GLM-4.6", True),
        ("lm-studio/meta-llama-3.1-8b-instruct", False),
    ],
)
def test_a_model_that_thinks_unasked_is_given_room_for_it(model_id: str, thinks: bool) -> None:
    """Else its thoughts fill the room for a short answer, and it seems to have found nothing."""
    assert resolve_model(model_id).reasoning == thinks


def test_a_temperature_is_kept_from_those_alone_that_refuse_it() -> None:
    """Other thinkers are drawn from as the experiment says; what the file says of one wins."""
    takes = {
        name: resolve_model(name).takes_temperature
        for name in ("openai/o3", "openrouter/openai/gpt-5", "ollama/qwen3:8b", "openai/gpt-4o")
    }
    assert list(takes.values()) == [False, False, True, True]
    mine = {"azure/prod": True, "openai/o3": False}
    azure = {"azure": Provider(name="azure", api="openai", base_url="https://x.openai.azure.com")}
    assert not resolve_model("azure/prod", providers=azure, reasoning=mine).takes_temperature
    assert resolve_model("openai/o3", reasoning=mine).takes_temperature


@pytest.mark.parametrize(
    ("base_url", "field"),
    [
        ("https://eu.api.openai.com/v1", "max_completion_tokens"),
        ("https://me.openai.azure.com/openai/v1", "max_completion_tokens"),
        ("https://openrouter.ai/api/v1", "max_tokens"),
        ("https://notapi.openai.com/v1", "max_tokens"),
        ("http://127.0.0.1:8000/v1", "max_tokens"),
    ],
)
def test_openais_and_azures_hosts_are_known_under_any_name(base_url: str, field: str) -> None:
    """A provider of the file's own gets the fields that its host takes, or those that it says."""
    own = {"mine": Provider(name="mine", api="openai", base_url=base_url)}
    assert resolve_model("mine/gpt-5", providers=own).output_field == field
    stated = resolve_model(
        "mine/gpt-5", providers=own, output_fields={"mine/gpt-5": "max_completion_tokens"}
    )
    assert stated.output_field == "max_completion_tokens"


def test_only_openais_reasoning_models_take_the_other_output_field() -> None:
    """The same name on a local server keeps max_tokens."""
    assert resolve_model("openai/o3").output_field == "max_completion_tokens"
    assert resolve_model("deepseek/deepseek-reasoner").output_field == "max_tokens"
    assert resolve_model("openai/gpt-4o").output_field == "max_tokens"


@pytest.mark.parametrize("model_id", ["gpt-4o", "/gpt-4o", "openai/", ""])
def test_a_name_without_a_provider_is_refused(model_id: str) -> None:
    """The message shows the form."""
    with pytest.raises(ModelError, match="not of the form provider/model"):
        resolve_model(model_id)


def test_an_unknown_provider_names_the_known_ones() -> None:
    """The message says how to define one."""
    with pytest.raises(ModelError, match=r"deepseek.*define \[providers.nobody\]"):
        resolve_model("nobody/model")


def test_azure_needs_an_address() -> None:
    """A preset without an address of its own says which key gives it."""
    with pytest.raises(ModelError, match=r"base_url in \[providers.azure\]"):
        resolve_model("azure/gpt-4o")


def test_an_own_provider_wins_over_a_preset() -> None:
    """A file may point a known name at another host."""
    own = Provider(name="openai", api="openai", base_url="http://127.0.0.1:9/v1")
    assert resolve_model("openai/gpt-4o", providers={"openai": own}).provider is own


def test_published_prices_are_those_of_the_notes() -> None:
    """Prices per million tokens that the field knows, cached input included."""
    for provider, model, expected in (
        ("deepseek", "deepseek-chat", (0.27, 0.07, 1.10)),
        ("openai", "gpt-4o", (2.50, 1.25, 10.0)),
        ("openai", "gpt-4", (30.0, None, 60.0)),
        ("anthropic", "claude-3-5-sonnet-20241022", (3.0, 0.30, 15.0)),
    ):
        price = published_price(provider, model)
        assert price is not None
        rate = price.rates[0]
        assert (rate.input_usd, rate.cached_input_usd, rate.output_usd) == expected


def test_a_price_follows_its_date() -> None:
    """A model whose price was lowered costs the old price before that day."""
    before = published_price("openai", "o3", at=datetime(2025, 5, 1, tzinfo=UTC))
    after = published_price("openai", "o3", at=datetime(2025, 7, 1, tzinfo=UTC))
    assert before is not None
    assert after is not None
    assert (before.rates[0].input_usd, after.rates[0].input_usd) == (10.0, 2.0)


def test_a_long_prompt_costs_its_tier() -> None:
    """Above the threshold the higher rate holds for the whole request."""
    price = published_price("google", "gemini-1.5-pro")
    assert price is not None
    assert price.cost_usd(input_tokens=128_000, output_tokens=0) == pytest.approx(0.16)
    assert price.cost_usd(input_tokens=128_001, output_tokens=0) == pytest.approx(0.3200025)


def test_an_unknown_price_is_unknown() -> None:
    """A model that no list knows has no price, not a price of nothing."""
    assert published_price("vllm", "my-model") is None
    assert resolve_model("vllm/my-model").price is None


_usd = st.floats(0, 1000)
_rates = st.builds(
    Rate,
    above_input_tokens=st.just(0),
    input_usd=_usd,
    output_usd=_usd,
    cached_input_usd=st.none() | _usd,
    cache_write_usd=st.none() | _usd,
)


@given(_rates, st.integers(0, 10**7), st.integers(0, 10**5), st.floats(0, 1), st.floats(0, 1))
def test_no_usage_costs_more_than_the_worst_case(
    rate: Rate, input_tokens: int, output_tokens: int, cached: float, written: float
) -> None:
    """Whatever share was cached or written, the reservation covers it."""
    price = Price(rates=(rate,), source="test")
    cached_tokens = int(input_tokens * cached)
    written_tokens = int((input_tokens - cached_tokens) * written)
    cost = price.cost_usd(
        input_tokens=input_tokens,
        output_tokens=output_tokens,
        cached_input_tokens=cached_tokens,
        cache_write_tokens=written_tokens,
    )
    worst = price.worst_case_usd(input_tokens=input_tokens, output_tokens=output_tokens)
    assert cost <= worst * (1 + 1e-9) + 1e-12


def test_no_preset_carries_a_key() -> None:
    """Presets name variables; addresses carry no credentials."""
    for provider in PROVIDERS.values():
        assert "@" not in provider.base_url
        assert provider.api_key_env is None or provider.api_key_env.isupper()
