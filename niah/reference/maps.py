"""A reader's recall from a file: a known map, which may be another one every night.

The file is CSV. Its first line has the context lengths in tokens, after one field that is not read;
each other line a depth in percent and the recall at each length, from 0 to 1::

    depth,8000,16000,32000
    0,0.99,0.98,0.97
    50,0.98,0.90,0.61
    100,0.99,0.99,0.98

A sentence between the depths or lengths is recalled as at the nearest ones.
"""

from __future__ import annotations

import csv
import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from niah.errors import ConfigurationError

LARGEST_FILE = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownMap:
    """A recall surface by cells.

    Attributes:
        depth_percents, context_lengths: Ascending.
        recall: One row per depth, one value per length, each in [0, 1].
    """

    depth_percents: tuple[float, ...]
    context_lengths: tuple[float, ...]
    recall: tuple[tuple[float, ...], ...]

    def __call__(self, depth_percent: float, context_length: int) -> float:
        """The recall of the nearest cell."""
        row = _nearest(self.depth_percents, depth_percent)
        return self.recall[row][_nearest(self.context_lengths, context_length)]


def read_map(path: Path) -> KnownMap:
    """A map from its file.

    Raises:
        ConfigurationError: naming the file, the line and what would be right.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            text = file.read(LARGEST_FILE + 1)
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"{path}: cannot be read as UTF-8 text") from None
    if len(text) > LARGEST_FILE:
        raise ConfigurationError(f"{path}: larger than 1 MiB; a map of recall is small")
    try:
        rows = [row for row in csv.reader(text.splitlines()) if row]
    except csv.Error as error:
        raise ConfigurationError(f"{path}: not CSV ({error})") from None
    if len(rows) < 2 or len(rows[0]) < 2:
        raise ConfigurationError(
            f"{path}: give a line with context lengths and lines with a depth and recalls"
        )
    lengths = _numbers(path, 1, rows[0][1:])
    table = [_numbers(path, line, row) for line, row in enumerate(rows[1:], start=2)]
    for line, row in enumerate(table, start=2):
        if len(row) != 1 + len(lengths):
            raise ConfigurationError(
                f"{path}: line {line} has {len(row)} fields; the first line asks for "
                f"{1 + len(lengths)}"
            )
        if not all(0 <= share <= 1 for share in row[1:]):
            raise ConfigurationError(f"{path}: line {line} has a recall outside 0 to 1")
    depths = [row[0] for row in table]
    if not 0 <= depths[0] <= depths[-1] <= 100:
        raise ConfigurationError(f"{path}: depths are percents, 0 to 100")
    for name, axis in (("context lengths", lengths), ("depths", depths)):
        if list(axis) != sorted(set(axis)):
            raise ConfigurationError(f"{path}: the {name} must ascend")
    return KnownMap(
        depth_percents=tuple(depths),
        context_lengths=tuple(lengths),
        recall=tuple(tuple(row[1:]) for row in table),
    )


def _numbers(path: Path, line: int, fields: Sequence[str]) -> list[float]:
    try:
        numbers = [float(field) for field in fields]
    except ValueError:
        numbers = [math.nan]
    if not all(map(math.isfinite, numbers)):
        raise ConfigurationError(f"{path}: line {line} has a field that is not a number")
    return numbers


def _nearest(axis: Sequence[float], value: float) -> int:
    above = bisect_left(axis, value)
    if above == 0 or (above < len(axis) and axis[above] - value < value - axis[above - 1]):
        return above
    return above - 1
