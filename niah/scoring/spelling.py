"""Numbers in English and German words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

_EN_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
).split()
_EN_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_DE_ONES = (
    "null eins zwei drei vier funf sechs sieben acht neun zehn elf zwolf dreizehn vierzehn "
    "funfzehn sechzehn siebzehn achtzehn neunzehn"
).split()
_DE_TENS = "zwanzig dreissig vierzig funfzig sechzig siebzig achtzig neunzig".split()
_WORDS = "|".join([*_EN_ONES, *_EN_TENS, *_DE_ONES, *_DE_TENS])
_WORDS = rf"(?:{_WORDS}|zwo|oh|hundred|thousand|millions?|hundert|tausend|millionen)"
_ANY_WORD = re.compile(_WORDS)
_WORD_BEFORE = re.compile(rf"\b{_WORDS}[ \-]$")
_WORD_AFTER = re.compile(rf"[ \-]{_WORDS}\b")


def find_spelled(text: str, number: str) -> Iterator[tuple[int, int]]:
    """Where a text writes a whole number in words, or its digits one by one.

    Args:
        text: In lower case without accents.
        number: Its digits; values of 10**9 and more are only found digit by digit.
    """
    if not _ANY_WORD.search(text):
        return  # most answers; making the patterns takes longer than all other scoring
    for pattern in _patterns(number):
        for found in pattern.finditer(text):
            before = _WORD_BEFORE.search(text[max(0, found.start() - 12) : found.start()])
            after = _WORD_AFTER.match(text[found.end() : found.end() + 12])
            if not before and not after:
                yield found.span()


@lru_cache(maxsize=256)
def _patterns(number: str) -> tuple[re.Pattern[str], ...]:
    if not number.isdecimal() or len(number) > 24 or (len(number) == 1 and number < "2"):
        return ()
    patterns = []
    if len(number) > 1:
        for ones in (_EN_ONES, _DE_ONES):
            digits = [ones[int(digit)] for digit in number]
            digits = [{"zwei": "zw(?:ei|o)", "zero": "(?:zero|oh)"}.get(d, d) for d in digits]
            patterns.append(r"[\s,.\-]{1,3}".join(digits))
    if len(number) < 10 and not (len(number) > 1 and number[0] == "0"):
        english = english_words(int(number))
        patterns.append(r"[\s,\-]{1,3}(?:and )?".join(english))
        patterns.append(r"[\s\-]?(?:und )?".join(german_words(int(number))))
    return tuple(re.compile(rf"(?<![a-z0-9])(?:{pattern})(?![a-z0-9])") for pattern in patterns)


def english_words(number: int) -> list[str]:
    """A whole number below 10**9 in English words, without "and"."""
    words: list[str] = []
    for size, name in ((1_000_000, "million"), (1_000, "thousand")):
        if number >= size:
            words += [*english_words(number // size), name]
            number %= size
    if number >= 100:
        words += [_EN_ONES[number // 100], "hundred"]
        number %= 100
    if number >= 20:
        words.append(_EN_TENS[number // 10 - 2])
        number %= 10
    if number or not words:
        words.append(_EN_ONES[number])
    return words


def german_words(number: int) -> list[str]:
    """A whole number below 10**9 in parts of German words, folded."""
    words: list[str] = []
    if number >= 1_000_000:
        millions = number // 1_000_000
        words += ["eine", "million"] if millions == 1 else [*german_words(millions), "millionen"]
        number %= 1_000_000
    if number >= 1_000:
        words += [*_german_below(number // 1_000), "tausend"]
        number %= 1_000
    if number or not words:
        words += _german_below(number, last=True)
    return words


def _german_below(number: int, *, last: bool = False) -> list[str]:
    words: list[str] = []
    if number >= 100:
        words += ["ein" if number < 200 else _DE_ONES[number // 100], "hundert"]
        number %= 100
        if not number:
            return words
    ones = number % 10 if number >= 20 else number
    unit = ("eins" if last and number < 20 else "ein") if ones == 1 else _DE_ONES[ones]
    if number < 20:
        return [*words, unit]
    tens = _DE_TENS[number // 10 - 2]
    return [*words, *([unit, "und"] if ones else []), tens]
