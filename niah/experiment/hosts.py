"""Providers, models and prices that the file says more about."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from niah.experiment.section import Section
from niah.models import PROVIDERS, OutputField, Provider
from niah.prices import FROM_FILE, Price, Rate

# What names a header that carries a key, and what begins the content of one.
_SECRET_NAME = re.compile(r"auth|key|token|secret|password|cookie|credential", re.IGNORECASE)
_SECRET_CONTENT = re.compile(r"(bearer|basic|token)\s|sk-", re.IGNORECASE)


class ProviderSection(Section):
    """A host of your own; its models are then called NAME/MODEL."""

    api: Literal["openai", "anthropic", "google"] = "openai"
    base_url: str = Field(description="For example http://127.0.0.1:8000/v1")
    api_key_env: str | None = Field(
        default=None, description="Environment variable that holds the key; never the key itself."
    )
    tokenizer: str | None = Field(
        default=None, description="A known vocabulary, or the path of a tokenizer.json."
    )
    headers: dict[str, str] = Field(default_factory=dict)
    api_version: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,39}$",
        description="Azure OpenAI's dated interface, such as 2024-10-21; base_url then is "
        "https://NAME.openai.azure.com, and a model's name is that of its deployment.",
    )

    @field_validator("base_url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("not an address of the form https://host/path")
        if "@" in parts.netloc or parts.query or parts.fragment:
            raise ValueError(
                "an address must not carry credentials, a query or a fragment; name the key's "
                "environment variable in api_key_env, and write Azure's ?api-version=... as "
                "api_version"
            )
        if parts.path.rstrip("/").endswith(("/chat/completions", "/v1/messages")):
            raise ValueError(
                "niah adds the path of the request itself; leave out "
                "/chat/completions or /v1/messages"
            )
        return value.rstrip("/")

    @field_validator("api_key_env")
    @classmethod
    def _variable_name(cls, value: str | None) -> str | None:
        if value is not None and not (value.isidentifier() and value == value.upper()):
            raise ValueError(
                "not the name of an environment variable, such as LOCAL_API_KEY; keys never "
                "stand in an experiment file"
            )
        return value

    @field_validator("headers")
    @classmethod
    def _no_secrets(cls, value: dict[str, str]) -> dict[str, str]:
        for name, content in value.items():
            if _SECRET_NAME.search(name) or _SECRET_CONTENT.match(content.strip()):
                raise ValueError(f"the header {name} carries a key; use api_key_env instead")
            if not (name + content).isprintable() or not name.isascii():
                raise ValueError("a header is one line of printable characters")
        return value

    @model_validator(mode="after")
    def _versions_are_azures(self) -> ProviderSection:
        if self.api_version is not None and self.api != "openai":
            raise ValueError(f'api_version is for Azure\'s api = "openai", not for {self.api}')
        return self


Calibrate = Literal["auto", "off"] | Annotated[float, Field(ge=0.6, le=8.0)]


class PriceSection(Section):
    """USD per million tokens, in place of the published prices."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached_input: float | None = Field(default=None, ge=0)
    cache_write: float | None = Field(default=None, ge=0)


class ModelSection(Section):
    """What you know better about one model."""

    tokenizer: str | None = None
    context_window: int | None = Field(default=None, ge=1)
    price: PriceSection | None = None
    max_output_tokens: int | None = Field(default=None, ge=1)
    reasoning: bool | None = Field(
        default=None,
        description="Whether it thinks before it answers; told by its name when not given.",
    )
    output_field: OutputField | None = Field(
        default=None,
        description="How its host calls the output limit; OpenAI and Azure tell by the model, "
        "others say max_tokens.",
    )
    calibrate: Calibrate = Field(
        default="auto",
        description="Where the model's own vocabulary is unknown: auto asks the provider how many "
        "tokens a few short prompts have, off takes the stand-in's count for its own, a number is "
        "the tokens that it has for each one of the stand-in.",
    )

    @model_serializer(mode="wrap")
    def _as_it_was_hashed_before(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without an output field where none is given: trial ids stay the same."""
        values: dict[str, Any] = dump(self)
        return {k: v for k, v in values.items() if k != "output_field" or v is not None}


def provider_of(name: str, section: ProviderSection) -> Provider:
    """The host that a table of the file describes."""
    preset = PROVIDERS.get(name)
    # A preset without an address of its own, such as Azure, waits for nothing else. Another one's
    # key is not sent to an address that the file gives unless the file names the key too.
    usual_key = preset.api_key_env if preset and not preset.base_url else None
    return Provider(
        name=name,
        api=section.api,
        base_url=section.base_url,
        api_key_env=section.api_key_env or usual_key,
        api_version=section.api_version,
        tokenizer=section.tokenizer,
        headers=section.headers,
        description="defined in the experiment file",
    )


def price_of(section: PriceSection) -> Price:
    """The price that the file gives for a model."""
    rate = Rate(
        input_usd=section.input,
        output_usd=section.output,
        cached_input_usd=section.cached_input,
        cache_write_usd=section.cache_write,
    )
    return Price(rates=(rate,), source=FROM_FILE)
