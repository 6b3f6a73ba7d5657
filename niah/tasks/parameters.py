"""Parameters of a family, checked: each reader gives a value or one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from niah.errors import TaskError


def whole_number(
    parameters: Mapping[str, Any], name: str, default: int, *, least: int, most: int
) -> int:
    """A whole number within bounds.

    Raises:
        TaskError: if it is none.
    """
    value = parameters.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise TaskError(f"task.{name} = {value!r} is not a whole number from {least:,} to {most:,}")
    return value


def option(parameters: Mapping[str, Any], name: str, options: Sequence[str]) -> str:
    """One of the options; the first when none is given.

    Raises:
        TaskError: if it is another one.
    """
    value = parameters.get(name, options[0])
    if not isinstance(value, str) or value not in options:
        raise TaskError(f"task.{name} = {value!r} is not one of {', '.join(options)}")
    return value


def flag(parameters: Mapping[str, Any], name: str, default: bool) -> bool:
    """True or false.

    Raises:
        TaskError: if it is neither.
    """
    value = parameters.get(name, default)
    if not isinstance(value, bool):
        raise TaskError(f"task.{name} = {value!r} is neither true nor false")
    return value


def in_language(texts: Mapping[str, Any], language: str, kind: str) -> Any:
    """A family's texts in a language.

    Raises:
        TaskError: if it has none.
    """
    if language not in texts:
        raise TaskError(
            f"task.kind = {kind!r} has texts in {', '.join(texts)}, not in {language!r}; set "
            "task.language"
        )
    return texts[language]
