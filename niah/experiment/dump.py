"""A stored experiment back as a file that ``niah run`` takes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


def experiment_toml(canonical: str) -> str:
    """The experiment file of a canonical experiment; loading it gives the same experiment.

    Keys that are not set are left out, and so are empty tables.

    Args:
        canonical: JSON as `Experiment.canonical_json` writes it.

    Raises:
        ValueError: if it is not a JSON object.
    """
    document = json.loads(canonical)
    if not isinstance(document, dict):
        raise ValueError("expected a JSON object")
    first = {key: document[key] for key in ("name", "models", "seed") if key in document}
    return "\n".join(_table({**first, **document}, ())).strip() + "\n"


def _table(values: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    plain = {k: v for k, v in values.items() if v is not None and not isinstance(v, dict)}
    tables = {k: v for k, v in values.items() if isinstance(v, dict) and v}
    if plain and path:
        yield f"[{'.'.join(map(_key, path))}]"
    for key, value in plain.items():
        yield f"{_key(key)} = {_value(value)}"
    if plain:
        yield ""
    for key, table in tables.items():
        yield from _table(table, (*path, key))


def _key(key: str) -> str:
    return key if _BARE_KEY.fullmatch(key) else _text(key)


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        entries = (f"{_key(k)} = {_value(v)}" for k, v in value.items() if v is not None)
        return f"{{ {', '.join(entries)} }}" if value else "{}"
    return json.dumps(value)


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
