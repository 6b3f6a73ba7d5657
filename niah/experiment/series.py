"""The two series of a grid, as lists or as from/to/count ranges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, WithJsonSchema

from niah.axes import Spacing, parse_tokens, spaced

Number = TypeVar("Number", int, float)

MAX_CONTEXT_LENGTH = 100_000_000
DEPTH_DECIMALS = 3

_SPACING_SCHEMA = {"enum": ["linear", "log", "sigmoid"], "default": "linear"}


def _range_schema(end: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "from": end,
            "to": end,
            "count": {"type": "integer", "minimum": 1},
            "spacing": _SPACING_SCHEMA,
        },
        "required": ["from", "to", "count"],
        "additionalProperties": False,
    }


_TOKENS_SCHEMA: dict[str, Any] = {
    "anyOf": [
        {"type": "integer", "minimum": 1},
        {"type": "string", "examples": ["1K", "128K", "128Ki", "1M"]},
    ]
}
_PERCENT_SCHEMA: dict[str, Any] = {"type": "number", "minimum": 0, "maximum": 100}


def _expand(value: Any) -> tuple[list[Any], bool]:
    """The values of a list, or of a from/to/count table, and whether it was a table."""
    if isinstance(value, Mapping):
        unknown = sorted(set(value) - {"from", "to", "count", "spacing"})
        missing = [key for key in ("from", "to", "count") if key not in value]
        if unknown or missing:
            problem = f"unknown key {unknown[0]!r}" if unknown else f"no key {missing[0]!r}"
            raise ValueError(f"{problem}; a range has from, to, count, and optionally spacing")
        return [value], True
    if isinstance(value, str) and value.startswith("["):
        raise ValueError(
            "a text, not a list; texts in a list have quotes, which a shell takes away unless "
            """others stand around them: '["4K", "8K"]'"""
        )
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueError("not a list, and not a table with from, to, count")
    if not value:
        raise ValueError("an empty list; give at least one value")
    return list(value), False


def _series(table: Mapping[str, Any], start: float, stop: float) -> list[float]:
    count, spacing = table["count"], table.get("spacing", "linear")
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= 10_000:
        raise ValueError(f"count = {count!r} is not a whole number from 1 to 10,000")
    choices: tuple[Spacing, ...] = ("linear", "log", "sigmoid")
    if spacing not in choices:
        raise ValueError(f"spacing = {spacing!r} is not one of {', '.join(choices)}")
    return spaced(start, stop, count, spacing)


def _context_lengths(value: Any) -> tuple[int, ...]:
    values, is_range = _expand(value)
    if is_range:
        table = values[0]
        ends = parse_tokens(table["from"]), parse_tokens(table["to"])
        lengths = [round(length) for length in _series(table, *ends)]
    else:
        lengths = [parse_tokens(item) for item in values]
    for length in lengths:
        if length > MAX_CONTEXT_LENGTH:
            raise ValueError(f"{length} tokens is more than {MAX_CONTEXT_LENGTH:,}")
    return tuple(sorted(_distinct(lengths)))


def _depth_percents(value: Any) -> tuple[float, ...]:
    values, is_range = _expand(value)
    if is_range:
        table = values[0]
        ends = _percent(table["from"]), _percent(table["to"])
        depths = _series(table, *ends)
    else:
        depths = [_percent(item) for item in values]
    return tuple(sorted(_distinct([round(depth, DEPTH_DECIMALS) for depth in depths])))


def _percent(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not a number; a depth is a percentage from 0 to 100")
    if not 0 <= value <= 100:
        raise ValueError(f"{value} is out of range; a depth is a percentage from 0 to 100")
    return float(value)


def _distinct(values: list[Number]) -> list[Number]:
    for earlier, value in enumerate(values):
        if value in values[:earlier]:
            raise ValueError(f"{value} is there twice; each value may stand once")
    return values


ContextLengths = Annotated[
    tuple[int, ...],
    BeforeValidator(_context_lengths),
    WithJsonSchema(
        {"anyOf": [{"type": "array", "items": _TOKENS_SCHEMA}, _range_schema(_TOKENS_SCHEMA)]}
    ),
]
DepthPercents = Annotated[
    tuple[float, ...],
    BeforeValidator(_depth_percents),
    WithJsonSchema(
        {"anyOf": [{"type": "array", "items": _PERCENT_SCHEMA}, _range_schema(_PERCENT_SCHEMA)]}
    ),
]
