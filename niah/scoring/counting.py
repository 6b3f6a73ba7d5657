"""Numbers that are written out in English or German, read as numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

from niah.scoring.spelling import english_words, german_words

_SMALL = 1_000
_SCALES = {"thousand": 1_000, "million": 1_000_000, "millionen": 1_000_000}
_WORD = re.compile(r"[a-z]+")
_BETWEEN = re.compile(r"[ -]|,? and ")
_HALVES = re.compile(
    r"\b(?:(?P<three>one and a half|anderthalb|eineinhalb)|(?P<five>two and a half|zweieinhalb))\b"
)


def find_spelled_out(text: str) -> Iterator[tuple[int, int, Decimal]]:
    """The numbers that a folded text writes in words: start, end, value."""
    for found in _HALVES.finditer(text):
        yield *found.span(), Decimal("1.5" if found["three"] else "2.5")
    known = _small_numbers()
    run: list[re.Match[str]] = []
    for word in _WORD.finditer(text):
        if word[0] not in known and word[0] not in _SCALES and not _thousands(word[0]):
            continue
        if run and not _BETWEEN.fullmatch(text, run[-1].end(), word.start()):
            yield from _read(run)
            run = []
        run.append(word)
    yield from _read(run)


def _read(run: list[re.Match[str]]) -> Iterator[tuple[int, int, Decimal]]:
    """The number that words in a row say; each for itself where they say none together."""
    if not run:
        return
    value = _value([word[0] for word in run])
    if value is not None:
        yield run[0].start(), run[-1].end(), Decimal(value)
    elif len(run) > 1:
        for word in run:
            yield from _read([word])


def _value(words: list[str]) -> int | None:
    total = 0
    pending: list[str] = []
    for word in words:
        if word in _SCALES:
            count = _small_numbers().get(" ".join(pending) or "one")
            if count is None:
                return None
            total += count * _SCALES[word]
            pending = []
        elif (thousands := _thousands(word)) is not None:
            total += thousands
        else:
            pending.append(word)
    rest = _small_numbers().get(" ".join(pending)) if pending else 0
    return None if rest is None else total + rest


def _thousands(word: str) -> int | None:
    """A German number of thousands, in one word: zweitausenddreihundert."""
    before, found, after = word.partition("tausend")
    known = _small_numbers()
    if not found or (before and before not in known) or (after and after not in known):
        return None
    return known.get(before, 1) * 1_000 + known.get(after, 0)


@cache
def _small_numbers() -> dict[str, int]:
    """Every number below 1000 as it is written, without hyphens and "and"; each word of one too."""
    known = {}
    for number in range(_SMALL):
        known[" ".join(english_words(number))] = number
        known["".join(german_words(number))] = number
    known["hundred"] = 100
    return known
