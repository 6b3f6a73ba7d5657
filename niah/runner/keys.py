"""API keys: from the environment to the request that needs them, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from niah.errors import ModelError
from niah.models import Model, Provider

KeyState = Literal["set", "not set", "optional", "none needed"]


class Keys(Mapping[str, str]):
    """Keys by provider name; never shown, not even in a traceback."""

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = dict(values)

    def __getitem__(self, provider: str) -> str:
        return self._values[provider]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Keys({', '.join(sorted(self._values))})"


def read_keys(models: Iterable[Model], environment: Mapping[str, str]) -> Keys:
    """The key of each model's provider.

    Raises:
        ModelError: if a provider needs a key and its variable is not set.
    """
    values = {}
    for model in models:
        state, key = key_state(model.provider, environment)
        if state == "not set":
            raise ModelError(f"{model.id} needs an API key: {key_remedy(model.provider)}")
        if key is not None:
            values[model.provider.name] = key
    return Keys(values)


def key_remedy(provider: Provider) -> str:
    """What to do about a key that is not set."""
    return (
        f"set the environment variable {provider.api_key_env}, or name a file that has it with "
        "--env-file"
    )


def key_state(provider: Provider, environment: Mapping[str, str]) -> tuple[KeyState, str | None]:
    """Whether a provider's key is at hand, and the key itself; never raises."""
    variable = provider.api_key_env
    if variable is None:
        return "none needed", None
    key = environment.get(variable, "").strip()
    if key:
        return "set", key
    return ("not set" if provider.key_required else "optional"), None
