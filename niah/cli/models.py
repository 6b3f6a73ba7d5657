"""niah models: which models there are, what fits, what it costs, whether the key is set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

import typer

from niah.cli.options import (
    EnvFile,
    Json,
    Overrides,
    config_path,
    environment,
    load_config,
    print_json,
)
from niah.errors import ModelError

if TYPE_CHECKING:
    from niah.models import Model, Provider
    from niah.prices import Price
    from niah.runner.keys import KeyState


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("models")(models)


def models(
    which: Annotated[
        str | None,
        typer.Argument(
            metavar="[CONFIG|PROVIDER|MODEL]",
            help="An experiment's own models, all that is known of one provider, or one model.",
        ),
    ] = None,
    override: Overrides = None,
    env_file: EnvFile = None,
    json: Json = False,
) -> None:
    """List providers and models: context window, price, tokenizer, and whether a key is set."""
    from niah.known_models import TESTED, known_models
    from niah.models import PROVIDERS, resolve_model

    if which is None:
        providers = list(PROVIDERS.values())
        listed = [resolve_model(name) for name in TESTED]
    elif which in PROVIDERS:
        providers = [PROVIDERS[which]]
        listed = [resolve_model(name) for name in known_models(which)]
    elif which.partition("/")[0] in PROVIDERS and not config_path(which).is_file():
        listed = [resolve_model(which)]
        providers = [listed[0].provider]
    else:
        listed = list(_experiments_own(which, override))
        providers = list({model.provider.name: model.provider for model in listed}.values())
    keys = environment(env_file)
    if json:
        print_json(
            {
                "providers": [_provider_json(provider, keys) for provider in providers],
                "models": [_model_json(model, keys) for model in listed],
            }
        )
        return
    print(_page(providers, listed, keys))
    if which is None:
        print("\nAny other model is called provider/model too; niah models PROVIDER lists more.")


def _experiments_own(config: str, override: list[str] | None) -> Iterable[Model]:
    from niah.errors import ExperimentError
    from niah.models import PROVIDERS

    try:
        path = config_path(config)
    except ExperimentError as error:
        raise ModelError(f"{error}, and the providers are {', '.join(PROVIDERS)}") from None
    return load_config(str(path), None, override).resolved_models()


def _page(providers: list[Provider], listed: list[Model], keys: Mapping[str, str]) -> str:
    from niah.console import inert, table

    page = table(
        ("provider", "wire format", "key", "address", "description"),
        [
            (
                inert(provider.name),
                provider.api,
                " ".join(filter(None, (provider.api_key_env, _key(provider, keys)))),
                _address(provider) or "yours",
                provider.description,
            )
            for provider in providers
        ],
    )
    if not listed:
        return f"{page}\n\nIts models are those that you have put there, by the names you gave."
    header = ("model", "window", "input", "cached input", "output", "tokenizer", "key")
    rows = [
        (
            inert(model.id),
            _window(model),
            _usd(model.price, "input_usd"),
            _usd(model.price, "cached_input_usd"),
            _usd(model.price, "output_usd"),
            inert(model.tokenizer) + ("" if model.tokenizer_known else " (stands in)"),
            _key(model.provider, keys),
        )
        for model in listed
    ]
    return (
        f"{page}\n\n{table(header, rows, right=(1,))}\n\n"
        "Prices are in USD per million tokens. Where a tokenizer stands in, niah has not got the "
        "model's own:\nname its tokenizer.json in the experiment file if it is public."
    )


def _address(provider: Provider) -> str:
    return "in process" if provider.api == "reference" else provider.base_url


def _key(provider: Provider, keys: Mapping[str, str]) -> KeyState:
    from niah.runner.keys import key_state

    return key_state(provider, keys)[0]


def _window(model: Model) -> str:
    from niah.axes import format_tokens

    if model.simulated:
        return "endless"
    return "unknown" if model.context_window is None else format_tokens(model.context_window)


def _usd(price: Price | None, column: str) -> str:
    """A price and, where it changes with the size of the prompt, from which size on."""
    from niah.axes import format_tokens

    if price is None:
        return "unknown"
    shown: list[str] = []
    for rate in price.rates:
        value = getattr(rate, column)
        amount = "-" if value is None else _amount(value)
        if not shown:
            shown.append(amount)
        elif value != getattr(price.rates[0], column):
            shown.append(f"{amount} above {format_tokens(rate.above_input_tokens)}")
    return ", ".join(shown)


def _amount(usd: float) -> str:
    """All digits of a listed price, at least two after the point."""
    return f"${usd:.2f}" if round(usd, 2) == usd else f"${usd:g}"


def _provider_json(provider: Provider, keys: Mapping[str, str]) -> dict[str, Any]:
    return {
        "provider": provider.name,
        "api": provider.api,
        "base_url": "" if provider.api == "reference" else provider.base_url,
        "api_key_env": provider.api_key_env,
        "key": _key(provider, keys),
        "description": provider.description,
    }


def _model_json(model: Model, keys: Mapping[str, str]) -> dict[str, Any]:
    return {
        "model": model.id,
        "provider": model.provider.name,
        "context_window": model.context_window,
        "tokenizer": model.tokenizer,
        "tokenizer_known": model.tokenizer_known,
        "reasoning": model.reasoning,
        "output_field": model.output_field if model.provider.api == "openai" else None,
        "prices": model.price
        and [
            {
                "above_input_tokens": rate.above_input_tokens,
                "input_usd": rate.input_usd,
                "cached_input_usd": rate.cached_input_usd,
                "cache_write_usd": rate.cache_write_usd,
                "output_usd": rate.output_usd,
            }
            for rate in model.price.rates
        ],
        "price_source": model.price and model.price.source,
        "key": _key(model.provider, keys),
        "simulated": model.simulated,
    }
