"""Telephone numbers, however their digits are grouped, with or without the country's code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_LEAST_DIGITS = 6
_WRITTEN = re.compile(r"(?<![\w.])(?:\+|\(?0)[\d\s/().-]{4,30}\d(?![\w])")
_TRUNK_ZERO = re.compile(r"\(0\)")


def are_telephones(answers: Sequence[str]) -> bool:
    """Whether every accepted answer is one: it begins with 0 or + and has seven digits or more."""
    return bool(answers) and all(
        _WRITTEN.fullmatch(answer.strip()) and len(_digits(answer)) > _LEAST_DIGITS
        for answer in answers
    )


def find_telephones(text: str) -> Iterator[tuple[int, int, str]]:
    """The telephone numbers of a text: start, end, and how it is written."""
    for found in _WRITTEN.finditer(text):
        if len(_digits(found[0])) >= _LEAST_DIGITS:
            yield *found.span(), found[0]


def same_telephone(one: str, other: str) -> bool:
    """Whether two are one number; one may have the country's code and the other not."""
    return _meets(one, other) or _meets(other, one)


def _meets(one: str, other: str) -> bool:
    if one.startswith(("+", "00")) and not other.startswith(("+", "00")):
        return _digits(one).endswith(_digits(other).lstrip("0"))
    return _digits(one) == _digits(other)


def _digits(text: str) -> str:
    return re.sub(r"\D", "", _TRUNK_ZERO.sub("", text))
