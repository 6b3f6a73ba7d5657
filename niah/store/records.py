"""Frozen values to JSON and back: the way back trusts nothing and returns what went in.

Text is ASCII JSON, because a response may hold what UTF-8 cannot (lone surrogates).
"""

from __future__ import annotations

import json
import math
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, TypeVar

from niah.store import TrialRecord

T = TypeVar("T")

COLUMNS = ("model", "task", "context_length", "depth_percent", "repeat", "outcome")
"""Fields of a trial that have a column of their own; ``run`` and ``trial_id`` are its key."""

_IN_RECORD = tuple(
    field.name for field in fields(TrialRecord) if field.name not in {"run", "trial_id", *COLUMNS}
)


def encode_trial(trial: TrialRecord) -> tuple[str | int | float, ...]:
    """The trial's row: its id, its columns, and all other fields as one JSON object.

    Raises:
        ValueError: if a field has the wrong type, is not finite or is a score that cannot be, so
            that it could not be read back.
    """
    _verify(TrialRecord, trial)
    _check_score(trial.score)
    values = {name: getattr(trial, name) for name in _IN_RECORD}
    columns = [getattr(trial, name) for name in COLUMNS]
    trial_id = trial.trial_id
    text = json.dumps(values, default=_as_mapping, allow_nan=False, separators=(",", ":"))
    "".join((trial_id, trial.model, trial.task)).encode()  # lone surrogates cannot be columns
    if max(abs(trial.context_length), abs(trial.repeat)) >= 1 << 63:
        raise ValueError("context_length and repeat must fit in 64 bits")
    return (trial_id, *columns, text)


def decode_trial(run: str, row: tuple[Any, ...]) -> TrialRecord:
    """The trial that ``encode_trial`` made the row of.

    Raises:
        ValueError: if the row was not made by it.
    """
    trial_id, *columns, text = row
    values = parse_object(text)
    values.update(zip(COLUMNS, columns, strict=True), run=run, trial_id=trial_id)
    trial = build(TrialRecord, values)
    _check_score(trial.score)
    return trial


def parse_object(text: object) -> dict[str, Any]:
    """A JSON object from its text.

    Raises:
        ValueError: if it is not one.
    """
    if not isinstance(text, str):
        raise ValueError("expected JSON text")
    try:
        values = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(values, dict):
        raise ValueError("expected a JSON object")
    return values


def build(cls: type[T], values: Mapping[str, Any]) -> T:
    """An instance of the dataclass from values of JSON types, each checked against its annotation.

    Raises:
        ValueError: if a value is missing, unknown, of the wrong type or not finite.
    """
    checks, required = _plan(cls)  # type: ignore[arg-type]  # mypy: a type may not be hashable
    if unknown := values.keys() - checks.keys():
        raise ValueError(f"{min(unknown)}: unknown field")
    if missing := required - values.keys():
        raise ValueError(f"{min(missing)}: missing")
    name = ""
    try:
        return cls(**{(name := key): checks[key](value) for key, value in values.items()})
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error


def _check_score(score: float | None) -> None:
    if score is not None and not 0 <= score <= 1:
        raise ValueError("score: expected a number from 0 to 1")


def _verify(cls: type[Any], instance: object) -> None:
    """Raise the ValueError that reading the instance back would raise."""
    checks, _ = _plan(cls)  # type: ignore[arg-type]  # mypy: a type may not be hashable
    for name, check in checks.items():
        try:
            check(getattr(instance, name))
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error


def _as_mapping(value: object) -> dict[str, object]:
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise ValueError(f"{type(value).__name__} cannot be stored")


@cache
def _plan(cls: type[Any]) -> tuple[dict[str, Callable[[Any], object]], frozenset[str]]:
    hints = typing.get_type_hints(cls)
    checks = {field.name: _check(hints[field.name]) for field in fields(cls)}
    required = {
        field.name
        for field in fields(cls)
        if field.default is MISSING and field.default_factory is MISSING
    }
    return checks, frozenset(required)


def _check(hint: Any) -> Callable[[Any], object]:
    """A function that returns a JSON value as the annotated type, or raises ValueError.

    Values that are of the type already pass, with everything in them checked.
    """
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        (inner,) = (_check(option) for option in arguments if option is not types.NoneType)
        return lambda value: value if value is None else inner(value)
    if origin is typing.Literal:
        return _one_of(frozenset(arguments))
    if origin is tuple:
        item = _check(arguments[0])
        return lambda value: tuple(map(item, _typed(value, list, tuple)))
    if origin in (dict, Mapping):
        key, entry = map(_check, arguments)
        return lambda value: {key(k): entry(v) for k, v in _typed(value, dict).items()}
    if is_dataclass(hint):
        nested = typing.cast("type[Any]", hint)
        return lambda value: _nested(nested, value)
    if hint is float:
        return _finite
    if hint in (str, int, bool):
        return _exactly(hint)
    raise TypeError(f"no way to store {hint}")


def _nested(cls: type[Any], value: Any) -> Any:
    if type(value) is not cls:
        return build(cls, _typed(value, dict))
    _verify(cls, value)
    return value


def _typed(value: Any, *expected: type) -> Any:
    if type(value) not in expected:
        raise ValueError(f"expected {expected[0].__name__}, got {type(value).__name__}")
    return value


def _exactly(expected: type) -> Callable[[Any], object]:
    def check(value: Any) -> object:
        if type(value) is not expected:
            raise ValueError(f"expected {expected.__name__}, got {type(value).__name__}")
        return value

    return check


def _finite(value: Any) -> float:
    if type(value) not in (int, float):
        raise ValueError(f"expected a number, got {type(value).__name__}")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError("expected a finite number")
    return number


def _one_of(options: frozenset[str]) -> Callable[[Any], object]:
    def check(value: Any) -> object:
        if not isinstance(value, str) or value not in options:
            raise ValueError("not one of " + ", ".join(sorted(options)))
        return value

    return check
