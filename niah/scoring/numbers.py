"""Numbers in a text, whatever their separators, and numbers in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

LETTER = "0-9a-zA-ZÀ-ɏͰ-ԯ"
"""Letters and digits of scripts that put spaces between words: beside these a value goes on."""

MAX_NUMBERS = 2_500
"""Of a text that holds more numbers, about the last so many are read."""

_RUN = re.compile(r"\d+(?:(?:, | - | \. |\. |[.,'_\- ])\d+){0,5000}")
_GROUP = re.compile(r"\d+|\D+")
_BEFORE = re.compile(rf"[{LETTER}_]\Z|[{LETTER}_][-_]\Z")
_VERSION = re.compile(rf"(?:\A|[^{LETTER}_])v\Z")
_UNIT = r"(?:[kcm]?m|k?g|ft|mi|min|h)(?![0-9A-Za-z_])"
_AFTER = re.compile(rf"(?!{_UNIT})[{LETTER}_]|-[{LETTER}_]")
_REFERENCE = re.compile(
    r"\b(?:chapter|page|line|section|paragraph|step|part|passage|sentence|document|figure|"
    r"kapitel|seite|zeile|abschnitt|absatz|schritt|teil|dokument|satz) (?:number )?\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number in a text.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last.
        readings: What it can stand for: digits, with a point where there is a fraction.
            ``1.234`` reads as 1234 and as 1.234. Empty = no number that niah understands.
    """

    start: int
    end: int
    readings: frozenset[str]


def read_number(text: str) -> frozenset[str]:
    """The readings of a text that is one number; its digits where it is not."""
    numbers = find_numbers(text, ())
    if len(numbers) == 1 and numbers[0].readings:
        return numbers[0].readings
    return frozenset({re.sub(r"\D", "", text)} - {""})


def find_numbers(text: str, expected: Collection[str]) -> list[Number]:
    """The numbers of a text, in order; ``expected`` readings decide where grouping is open.

    A run such as ``48 29 133`` is one number only where that number is expected; ``4 8 2 9`` is
    one where its number of digits is expected. Numbers joined to letters are left out.
    """
    lengths = {len(reading) for reading in expected if reading.isdecimal()}
    found: list[Number] = []
    for run in reversed(list(_RUN.finditer(text))):
        if len(found) > MAX_NUMBERS:
            break
        parts = _GROUP.findall(run.group())
        if len(parts) > 1 and text[max(0, run.start() - 1) : run.start()] == "+":
            continue  # a telephone number
        for start, end, readings in reversed(list(_split(parts, run.start(), expected, lengths))):
            before = text[max(0, start - 2) : start]
            if _BEFORE.search(before) and not _VERSION.search(before):
                continue
            if _AFTER.match(text[end : end + 4]):
                continue
            if _REFERENCE.search(text[max(0, start - 24) : start]):
                continue
            found.append(Number(start=start, end=end, readings=readings))
    return found[::-1]


Piece = tuple[int, int, frozenset[str]]


def _split(
    parts: list[str], offset: int, expected: Collection[str], lengths: set[int]
) -> Iterator[Piece]:
    groups, separators = parts[::2], parts[1::2]
    joined = "".join(groups)
    width = sum(map(len, parts))
    single = len(groups) > 2 and all(len(group) == 1 for group in groups)
    if single and any(abs(len(joined) - length) <= 1 for length in lengths if length > 2):
        yield offset, offset + width, frozenset({joined})
        return
    loose = len(set(separators)) == 1 and separators[0] in (" ", "-", "_", "'")
    if loose and joined in expected:
        yield offset, offset + width, frozenset({joined})
        return
    for tight, start in _tight(parts, offset):
        yield from _read(tight, start, lengths)


def _tight(parts: list[str], offset: int) -> Iterator[tuple[list[str], int]]:
    """Cut a run where a list separates its items; a space stays only within groups of three."""
    spaced = [part for part in parts[1::2] if part == " "]
    groups = parts[::2]
    keep_spaces = len(spaced) == len(groups) - 1 and _western(groups)
    current: list[str] = []
    start = position = offset
    for index, part in enumerate(parts):
        if index % 2 and (len(part) > 1 or (part == " " and not keep_spaces)):
            yield current, start
            current, start = [], position + len(part)
        else:
            current.append(part)
        position += len(part)
    yield current, start


def _read(parts: list[str], start: int, lengths: set[int]) -> Iterator[Piece]:
    groups, separators = parts[::2], parts[1::2]
    end = start + sum(map(len, parts))
    joined = "".join(groups)
    if len(groups) == 1:
        yield start, end, frozenset({joined})
        return
    mark = separators[0]
    uniform = len(set(separators)) == 1
    if uniform and mark in ".,'_ " and (_western(groups) or _indian(groups)):
        readings = {joined}
        if len(groups) == 2 and mark in ".,":
            readings.add(_fraction(groups[0], groups[1]))
        yield start, end, frozenset(readings)
    elif uniform and len(groups) == 2 and mark in ".," and not _listed(groups, lengths):
        yield start, end, frozenset({_fraction(*groups)})
    elif _decimal(groups, separators):
        yield start, end, frozenset({_fraction("".join(groups[:-1]), groups[-1])})
    elif _listed(groups, lengths):
        position = start
        for index, part in enumerate(parts):
            if index % 2 == 0:
                yield position, position + len(part), frozenset({part})
            position += len(part)
    else:
        yield start, end, frozenset()


def _listed(groups: Sequence[str], lengths: set[int]) -> bool:
    return all(len(group) in lengths and len(group) > 2 for group in groups)


def _decimal(groups: list[str], separators: list[str]) -> bool:
    """Whether it is grouped by one mark and has a fraction after another."""
    return (
        len(groups) > 2
        and separators[-1] in ".,"
        and len(set(separators[:-1])) == 1
        and separators[-1] != separators[0]
        and separators[0] in ".,'_ "
        and (_western(groups[:-1]) or _indian(groups[:-1]))
    )


def _western(groups: Sequence[str]) -> bool:
    return len(groups[0]) <= 3 and all(len(group) == 3 for group in groups[1:])


def _indian(groups: Sequence[str]) -> bool:
    return (
        len(groups) > 2
        and len(groups[0]) <= 2
        and len(groups[-1]) == 3
        and all(len(group) == 2 for group in groups[1:-1])
    )


def _fraction(whole: str, fraction: str) -> str:
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole
