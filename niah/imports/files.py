"""Files of unknown origin: read within limits, hashed, every fault one sentence."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from niah.console import inert, shorten
from niah.errors import ConfigurationError
from niah.imports import Source

LARGEST_FILE = 2 << 30
LARGEST_DOCUMENT = 128 << 20
"""A JSON document is held as a whole; JSON lines are not."""
MOST_ROWS = 1_000_000
LONGEST_CONTEXT = 10**9
"""In tokens."""
SUFFIXES = (".json", ".jsonl", ".csv")

Object = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a file holds.

    Attributes:
        path: Of the file.
        name: The path for messages.
        source: Its name and hash.
        entries: (place in the file, object).
    """

    path: Path
    name: str
    source: Source
    entries: Sequence[tuple[str, Object]]


def shown(path: Path) -> str:
    """A path for a message: what a directory calls its files cannot steer a terminal."""
    return shorten(inert(str(path)), 200)


def expand(paths: Sequence[Path]) -> list[Path]:
    """The files, those of directories in the order of their names.

    Raises:
        ConfigurationError: if a path does not exist, or a directory holds no file of a kind that
            can be read.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.iterdir() if p.suffix in SUFFIXES and p.is_file())
            if not inside:
                raise ConfigurationError(f"{shown(path)}: holds no .json, .jsonl or .csv file")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise ConfigurationError(f"{shown(path)}: there is no such file")
    return found


def read(path: Path) -> Content:
    """The objects of a JSON document, of JSON lines, or of a CSV file with a header.

    Raises:
        ConfigurationError: if the file cannot be read, is too large, is not UTF-8, or does not
            hold objects.
    """
    name = shown(path)
    try:
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise ConfigurationError(f"{name}: larger than 2 GiB, which niah does not import")
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        source = Source(name=inert(path.name), sha256=digest.hexdigest())
        entries = _entries(path, name, size)
    except OSError as error:
        raise ConfigurationError(f"{name}: cannot be read ({error.strerror or error})") from None
    except UnicodeDecodeError as error:
        raise ConfigurationError(
            f"{name}: is not UTF-8 text (byte {error.start}); give it as JSON, JSON lines or CSV"
        ) from None
    except csv.Error as error:
        raise ConfigurationError(f"{name}: is not a CSV file ({error})") from None
    if not entries:
        raise ConfigurationError(f"{name}: holds no result")
    return Content(path=path, name=name, source=source, entries=entries)


def _entries(path: Path, name: str, size: int) -> list[tuple[str, Object]]:
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            return [
                (f"line {rows.line_num}", {str(k): v for k, v in row.items() if k is not None})
                for row in _limited(name, rows)
            ]
    if path.suffix == ".jsonl":
        return list(_lines(path, name))
    if size > LARGEST_DOCUMENT:
        raise ConfigurationError(f"{name}: a JSON document larger than 128 MiB; use JSON lines")
    text = path.read_text(encoding="utf-8-sig")
    try:
        document = _parse(text)
    except ValueError:
        return list(_lines(path, name))  # JSON lines under the name of a document
    if isinstance(document, list):
        return [
            (f"entry {number}", _object(name, f"entry {number}", entry))
            for number, entry in enumerate(_limited(name, document), start=1)
        ]
    return [("the document", _object(name, "the document", document))]


def _lines(path: Path, name: str) -> Iterator[tuple[str, Object]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(_limited(name, file), start=1):
            if not line.strip():
                continue
            place = f"line {number}"
            try:
                value = _parse(line)
            except ValueError as error:
                raise ConfigurationError(
                    f"{name}: {place} is not JSON ({shorten(inert(str(error)), 120)})"
                ) from None
            found = _object(name, place, value)
            if "pred" in found:
                found.pop("input", None)  # whole prompts, which would be all of the memory
            yield place, found


def _limited(name: str, rows: Any) -> Iterator[Any]:
    for number, row in enumerate(rows, start=1):
        if number > MOST_ROWS:
            raise ConfigurationError(f"{name}: has more than {MOST_ROWS:,} results")
        yield row


def _parse(text: str) -> Any:
    def refuse(constant: str) -> Any:
        raise ValueError(f"{constant} is no number")

    try:
        return json.loads(text, parse_constant=refuse)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _object(name: str, place: str, value: Any) -> Object:
    if not isinstance(value, dict):
        raise ConfigurationError(
            f"{name}: {place} is not an object with a context length, a depth and a score"
        )
    return value


def number(where: str, entry: Mapping[str, Any], key: str, low: float, high: float) -> float:
    """The finite number under a key, within its limits; text of a number counts as one.

    Raises:
        ConfigurationError: if it is missing, not a number, or outside.
    """
    if key not in entry:
        known = ", ".join(shorten(inert(str(k)), 40) for k in list(entry)[:12])
        raise ConfigurationError(f"{where}: has no {key}; it has {known}")
    value = entry[key]
    try:
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise ValueError
        found = float(value)
    except (ValueError, OverflowError):
        raise ConfigurationError(
            f"{where}: {key} is {shorten(inert(repr(value)), 40)}, not a number"
        ) from None
    if not low <= found <= high:
        raise ConfigurationError(
            f"{where}: {key} is {found:g}, which is not between {low:g} and {high:g}"
        )
    return found


def whole(where: str, entry: Mapping[str, Any], key: str, low: int, high: int) -> int:
    """The whole number under a key; errors as for `number`."""
    found = number(where, entry, key, low, high)
    if found != int(found):
        raise ConfigurationError(f"{where}: {key} is {found:g}, not a whole number")
    return int(found)


def text(where: str, entry: Mapping[str, Any], key: str) -> str:
    """The text under a key, empty when there is none.

    Raises:
        ConfigurationError: if it is not text.
    """
    value = entry.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ConfigurationError(f"{where}: {key} is not text")
    return value
