"""What a user writes of needles and facts: the lines of a file, a question with its answers."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from niah.errors import TaskError

MAX_NEEDLE_CHARACTERS = 4_000
MAX_FILE_BYTES = 50_000_000


def read_entries(path: Path) -> Iterator[tuple[str, Any]]:
    """The lines of a ``.jsonl`` or ``.csv`` file, each with its place for messages.

    Raises:
        TaskError: naming the file, the line and what would be right.
    """
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise TaskError(f"{path} is larger than {MAX_FILE_BYTES:,} bytes; split it")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise TaskError(f"{path} cannot be read: {error.strerror or error}") from None
    except UnicodeDecodeError as error:
        raise TaskError(f"{path}: byte {error.start} is not UTF-8; save it as UTF-8") from None
    except ValueError as error:  # a NUL character in the path
        raise TaskError(f"task.path = {str(path)!r} is not a path: {error}") from None
    if path.suffix == ".jsonl":
        return _jsonl(text, path)
    if path.suffix == ".csv":
        return _csv(text, path)
    raise TaskError(f"{path} is neither .jsonl nor .csv")


def _jsonl(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                yield f"{path}, line {number}", json.loads(line)
            except (ValueError, RecursionError):
                raise TaskError(f"{path}, line {number} is not a JSON object") from None


def _csv(text: str, path: Path) -> Iterator[tuple[str, Any]]:
    reader = csv.DictReader(text.splitlines(keepends=True), strict=True)
    try:
        for row in reader:
            entry = {key: value for key, value in row.items() if key is not None}
            if None in row or None in entry.values():
                raise TaskError(f"{path}, line {reader.line_num} has another number of cells")
            if isinstance(entry.get("answers"), str):
                entry["answers"] = [part for part in entry["answers"].split("|") if part.strip()]
            yield f"{path}, line {reader.line_num}", entry
    except csv.Error as error:
        raise TaskError(f"{path}, after line {reader.line_num}: {error}") from None


def question_and_answers(entry: Mapping[str, Any], where: str) -> tuple[str, tuple[str, ...]]:
    """The question of an entry and its accepted answers, each one line.

    Raises:
        TaskError: naming the place, the key and what would be right.
    """
    question = one_line(entry.get("question"), f"{where}.question")
    given = entry.get("answers", entry.get("answer"))
    given = [given] if isinstance(given, str | int) and not isinstance(given, bool) else given
    if not isinstance(given, list) or not given:
        raise TaskError(f"{where}.answers is not a text or a list of texts")
    return question, tuple(one_line(_text(answer), f"{where}.answers") for answer in given)


def one_line(value: Any, where: str) -> str:
    """A value that is one line of text, without blanks around it.

    Raises:
        TaskError: naming the place and what would be right.
    """
    if not isinstance(value, str) or not value.strip():
        raise TaskError(f"{where} is missing or empty; give one line of text")
    line: str = value.strip()
    if len(line.splitlines()) > 1 or "\x00" in line:
        raise TaskError(f"{where} has more than one line; a needle is one line of text")
    if len(line) > MAX_NEEDLE_CHARACTERS:
        raise TaskError(
            f"{where} has {len(line):,} characters; {MAX_NEEDLE_CHARACTERS:,} are allowed"
        )
    if any("\ud800" <= character <= "\udfff" for character in line):
        raise TaskError(f"{where} has a lone surrogate, which is not text")
    return line


def _text(answer: Any) -> Any:
    """Numbers are accepted as answers; truth values and tables are not."""
    return str(answer) if isinstance(answer, int) and not isinstance(answer, bool) else answer
