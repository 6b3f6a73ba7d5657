"""API keys: from the environment to the request that needs them, and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from niah.errors import ModelError
from niah.models import Model


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
        variable = model.provider.api_key_env
        if variable is None:
            continue
        key = environment.get(variable, "").strip()
        if key:
            values[model.provider.name] = key
        elif model.provider.key_required:
            raise ModelError(
                f"{model.id} needs an API key: set the environment variable {variable}, or name "
                "a file that has it with --env-file"
            )
    return Keys(values)
