"""The two axes of a grid: token counts as people write them, and spaced series."""

from __future__ import annotations

import math
import re
from typing import Literal

Spacing = Literal["linear", "log", "sigmoid"]

_UNITS = {"": 1, "k": 1_000, "m": 1_000_000, "ki": 1_024, "mi": 1_048_576}
_COUNT = re.compile(r"(\d+(?:[._]\d+)*)\s*(k|ki|m|mi)?", re.IGNORECASE)
SIGMOID_STEEPNESS = 0.1


def parse_tokens(value: int | str) -> int:
    """A whole number of tokens from 1000, "1000", "128K" (128,000), "128Ki" (131,072) or "1M".

    Raises:
        ValueError: if it is none of these, or not a positive whole number.
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f'{value!r} is not a number of tokens, such as 1000, "8K" or "128Ki"')
    if isinstance(value, str):
        match = _COUNT.fullmatch(value.strip())
        if match is None:
            raise ValueError(f'{value!r} is not a number of tokens, such as 1000, "8K" or "128Ki"')
        amount = float(match[1].replace("_", "")) * _UNITS[(match[2] or "").lower()]
        if amount != int(amount):
            raise ValueError(f"{value!r} is not a whole number of tokens")
        value = int(amount)
    if value < 1:
        raise ValueError(f"{value} is not a positive number of tokens")
    return value


def format_tokens(tokens: int) -> str:
    """The short form of a token count: 128000 is 128K, 131072 is 128Ki, 1641 is 1,641."""
    if tokens >= 1_000_000 and tokens % 10_000 == 0:
        return f"{tokens / 1_000_000:g}M"
    if tokens >= 1_024 and tokens % 1_024 == 0 and tokens % 1_000:
        return f"{tokens // 1_024}Ki"
    if tokens >= 1_000 and tokens % 100 == 0:
        return f"{tokens / 1_000:g}K"
    return f"{tokens:,}"


def spaced(start: float, stop: float, count: int, spacing: Spacing) -> list[float]:
    """``count`` values from start to stop, both ends exact.

    ``sigmoid`` crowds values at both ends: a value at share t of the way stands at
    100 / (1 + exp(-0.1 (100 t - 50))) percent of the way.

    Raises:
        ValueError: if the count is under 1, or under 2 with different ends, or if logarithmic
            spacing starts at 0 or below.

    Source: the sigmoid is that of LLMTest_NeedleInAHaystack's ``logistic``.
    """
    if count < 1 or (count == 1 and start != stop):
        raise ValueError(f"count = {count} cannot reach from {start:g} to {stop:g}; use 2 or more")
    if spacing == "log" and min(start, stop) <= 0:
        raise ValueError("log spacing needs from and to above 0; use linear or sigmoid")
    if count == 1:
        return [start]
    values = [_between(start, stop, index / (count - 1), spacing) for index in range(count)]
    return [start, *values[1:-1], stop]


def _between(start: float, stop: float, share: float, spacing: Spacing) -> float:
    if spacing == "log":
        return start * math.exp(math.log(stop / start) * share)
    if spacing == "sigmoid":
        share = 1 / (1 + math.exp(-SIGMOID_STEEPNESS * (100 * share - 50)))
    return start + (stop - start) * share
