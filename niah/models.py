"""Models by name, ``provider/model``: where they are, what counts their tokens, what fits."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from niah.errors import ModelError
from niah.prices import FREE, Price, published_price, published_window
from niah.thinkers import takes_temperature, thinks

Api = Literal["openai", "anthropic", "google", "reference"]
OutputField = Literal["max_tokens", "max_completion_tokens"]

FALLBACK_TOKENIZER = "o200k_base"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A host that serves models.

    Attributes:
        name: The part of a model's name before the first slash.
        api: Its wire format.
        base_url: Without a trailing slash; empty when the user must give it.
        api_key_env: Environment variable that holds the key; None = no key is sent.
        key_required: False for local servers that take any key or none.
        tokenizer: For all its models; None = known by model, or the fallback.
        description: One line for ``niah models``.
        headers: Sent with every request; never a secret.
        api_version: Azure OpenAI's dated interface, which has an address for each deployment;
            None for all others, Azure's own ``/openai/v1`` among them.
    """

    name: str
    api: Api
    base_url: str = ""
    api_key_env: str | None = None
    key_required: bool = True
    tokenizer: str | None = None
    description: str = ""
    headers: Mapping[str, str] | None = None
    api_version: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model, resolved.

    Attributes:
        id: ``provider/model``.
        provider: Its host.
        wire_name: What the provider calls it.
        tokenizer: Name or path of the vocabulary that counts its prompts.
        tokenizer_known: False when the model's own vocabulary is not public and a named one
            stands in.
        context_window: In tokens, None when unknown.
        output_field: How the wire format calls the output limit.
        reasoning: True when it thinks before it answers.
        takes_temperature: False when chat completions must not have a temperature or a ``top_p``.
        price: None when unknown.
        simulated: True for a reference reader.
    """

    id: str
    provider: Provider
    wire_name: str
    tokenizer: str
    tokenizer_known: bool
    context_window: int | None
    output_field: OutputField
    reasoning: bool
    takes_temperature: bool
    price: Price | None
    simulated: bool = False


def _local(name: str, port: int, description: str) -> Provider:
    return Provider(
        name=name,
        api="openai",
        base_url=f"http://127.0.0.1:{port}/v1",
        api_key_env=f"{name.upper().replace('-', '_')}_API_KEY",
        key_required=False,
        description=description,
    )


READERS_VERSION = 2
"""Raised where reference readers answer otherwise than before: their older runs do not go on."""

PROVIDERS: Mapping[str, Provider] = {
    provider.name: provider
    for provider in (
        Provider(
            name="reference",
            api="reference",
            base_url="http://reference.invalid/v1",
            key_required=False,
            tokenizer=FALLBACK_TOKENIZER,
            description="reference readers of known recall, in process: no key, no network",
        ),
        Provider(
            name="openai",
            api="openai",
            base_url="https://api.openai.com/v1",
            api_key_env="OPENAI_API_KEY",
            description="OpenAI",
        ),
        Provider(
            name="deepseek",
            api="openai",
            base_url="https://api.deepseek.com",
            api_key_env="DEEPSEEK_API_KEY",
            description="DeepSeek",
        ),
        Provider(
            name="anthropic",
            api="anthropic",
            base_url="https://api.anthropic.com",
            api_key_env="ANTHROPIC_API_KEY",
            description="Anthropic",
        ),
        Provider(
            name="google",
            api="google",
            base_url="https://generativelanguage.googleapis.com",
            api_key_env="GEMINI_API_KEY",
            description="Google Gemini",
        ),
        Provider(
            name="mistral",
            api="openai",
            base_url="https://api.mistral.ai/v1",
            api_key_env="MISTRAL_API_KEY",
            description="Mistral",
        ),
        Provider(
            name="openrouter",
            api="openai",
            base_url="https://openrouter.ai/api/v1",
            api_key_env="OPENROUTER_API_KEY",
            description="OpenRouter, many hosts behind one key",
        ),
        Provider(
            name="azure",
            api="openai",
            api_key_env="AZURE_OPENAI_API_KEY",
            description="Azure OpenAI; base_url is https://NAME.openai.azure.com/openai/v1, or "
            "https://NAME.openai.azure.com with an api_version; models are your deployments",
        ),
        _local("vllm", 8000, "vLLM on this machine"),
        _local("sglang", 30000, "SGLang on this machine"),
        _local("ollama", 11434, "Ollama on this machine"),
        _local("llama-cpp", 8080, "llama.cpp's server on this machine"),
        _local("lm-studio", 1234, "LM Studio on this machine"),
    )
}

# Where deployments are the user's own, and every host of Azure OpenAI ends so.
AZURE_HOSTS = (".openai.azure.com", ".services.ai.azure.com", ".cognitiveservices.azure.com")

# The first pattern that matches a model's name, whoever serves it, names its vocabulary.
_TOKENIZERS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(.*/)?(chatgpt-4o|gpt-4o|gpt-4\.1|gpt-4\.5|gpt-5|o[1-9])"), "o200k_base"),
    (re.compile(r"(.*/)?gpt-oss"), "o200k_base"),
    (re.compile(r"(.*/)?(gpt-4|gpt-3\.5|gpt-35)"), "cl100k_base"),
    (re.compile(r"(.*/)?deepseek-(chat|reasoner|v3|r1)", re.IGNORECASE), "deepseek-v3"),
)

# Windows that the price list does not carry or carries for an earlier release.
# Source: https://api-docs.deepseek.com/quick_start/pricing
_WINDOWS: tuple[tuple[re.Pattern[str], int], ...] = (
    (re.compile(r"deepseek/deepseek-(chat|reasoner)$"), 131_072),
    (re.compile(r"google/gemini-1\.5-pro"), 2_097_152),
    (re.compile(r"google/gemini-(1\.5-flash|2|3)"), 1_048_576),
)


def resolve_model(
    model_id: str,
    *,
    providers: Mapping[str, Provider] | None = None,
    prices: Mapping[str, Price] | None = None,
    tokenizers: Mapping[str, str] | None = None,
    windows: Mapping[str, int] | None = None,
    reasoning: Mapping[str, bool] | None = None,
    output_fields: Mapping[str, OutputField] | None = None,
) -> Model:
    """The model of that name; the experiment's own definitions win over the presets.

    Raises:
        ModelError: if the name has no provider part, or the provider is neither known nor
            defined, or needs a base URL that nobody gave.
    """
    own = providers or {}
    name, slash, wire_name = model_id.partition("/")
    if not slash or not name or not wire_name:
        raise ModelError(
            f"model {model_id!r} is not of the form provider/model, such as openai/gpt-4o "
            "or reference/exact"
        )
    provider = own.get(name) or PROVIDERS.get(name)
    if provider is None:
        known = ", ".join(sorted({*PROVIDERS, *own}))
        raise ModelError(
            f"model {model_id!r} names the provider {name!r}, which is not known; use one of "
            f"{known}, or define [providers.{name}] with a base_url in the experiment file"
        )
    if not provider.base_url:
        raise ModelError(
            f"model {model_id!r} needs the address of its host: set base_url in "
            f"[providers.{name}] of the experiment file"
        )
    matched = next((name for pattern, name in _TOKENIZERS if pattern.match(wire_name)), None)
    given = (tokenizers or {}).get(model_id) or provider.tokenizer
    stated = (reasoning or {}).get(model_id)
    reasons = thinks(wire_name) if stated is None else stated
    field = (output_fields or {}).get(model_id)
    simulated = provider.api == "reference"
    return Model(
        id=model_id,
        provider=provider,
        wire_name=wire_name,
        tokenizer=given or matched or FALLBACK_TOKENIZER,
        tokenizer_known=bool(given or matched),
        context_window=(windows or {}).get(model_id) or _window(name, wire_name),
        output_field=field or _output_field(provider, reasons=reasons),
        reasoning=reasons,
        takes_temperature=takes_temperature(wire_name) if stated is None else not stated,
        price=(prices or {}).get(model_id)
        or (FREE if simulated else published_price(name, wire_name)),
        simulated=simulated,
    )


def served_by(provider: Provider, preset: str) -> bool:
    """Whether a provider is a preset's, by its name or, under another one, by its host."""
    host, own = (_host(entry.base_url) for entry in (provider, PROVIDERS[preset]))
    return provider.name == preset or bool(own and (host == own or host.endswith(f".{own}")))


def _host(base_url: str) -> str:
    return urlsplit(base_url).hostname or ""


def _output_field(provider: Provider, *, reasons: bool) -> OutputField:
    """OpenAI's thinking models, on its own hosts and on Azure's, refuse ``max_tokens``."""
    openais = (
        served_by(provider, "openai")
        or served_by(provider, "azure")
        or _host(provider.base_url).endswith(AZURE_HOSTS)
    )
    modern = reasons and provider.api == "openai" and openais
    return "max_completion_tokens" if modern else "max_tokens"


def _window(provider: str, wire_name: str) -> int | None:
    model_id = f"{provider}/{wire_name}"
    own = next((window for pattern, window in _WINDOWS if pattern.match(model_id)), None)
    return own or published_window(provider, wire_name)
