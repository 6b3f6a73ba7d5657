"""Quantities, times of day, dates and ranges in a text, each in one form whatever its spelling.

"1.5 km", "1,500 metres" and "one and a half kilometres" are one quantity, "5:42 a.m." and "05:42"
one time, "2-8 °C" and "between 2 and 8 degrees Celsius" one range.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from niah.scoring.counting import find_spelled_out
from niah.scoring.units import PERIODS, SIGNS, UNIT, unit_of


class Quantity(NamedTuple):
    """A stretch of a text that says how much or when.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last.
        form: The same for every spelling of it.
        bare: What it is without its unit; empty for what has none.
    """

    start: int
    end: int
    form: str
    bare: str = ""


_MONTHS = (
    "jan(?:uary|uar)?|feb(?:ruary|ruar)?|mar(?:ch|z)?|apr(?:il)?|ma[iy]|june?|juni|jul[yi]?|"
    "aug(?:ust)?|sept?(?:ember)?|o[ck]t(?:ober)?|nov(?:ember)?|de[cz](?:ember)?"
)
_MONTH_STARTS = "jan feb mar apr ma jun jul aug sep o nov de".split()
_DAY = r"(?P<{}>\d{{1,2}})(?:st|nd|rd|th|\.)?"
_DATES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_DAY.format('d')} ?(?:of )?(?P<m>{_MONTHS})\b\.?(?:,? (?P<y>\d{{4}})\b)?",
        rf"\b(?P<m>{_MONTHS})\b\.? (?:the )?{_DAY.format('d')}\b(?!:)(?:,? (?P<y>\d{{4}})\b)?",
        r"\b(?P<y>\d{4})-(?P<n>\d{2})-(?P<d>\d{2})\b",
        r"\b(?P<d>1[3-9]|2\d|3[01])/(?P<n>0?[1-9]|1[0-2])/(?P<y>\d{4})\b",
        r"\b(?P<n>0?[1-9]|1[0-2])/(?P<d>1[3-9]|2\d|3[01])/(?P<y>\d{4})\b",
        r"(?<!\d\.)\b(?P<d>\d{1,2})\. ?(?P<n>\d{1,2})\.(?: ?(?P<y>\d{4})\b|(?![\d ]*\d))",
    )
)
_HOURS = {
    name: number + 1
    for names in (
        "one two three four five six seven eight nine ten eleven twelve",
        "ein zwei drei vier funf sechs sieben acht neun zehn elf zwolf",
    )
    for number, name in enumerate(names.split())
}
_TIME = re.compile(
    rf"\b(?P<h>\d{{1,2}}|{'|'.join(_HOURS)})"
    r"(?:(?P<mark>[:.])(?P<m>\d\d))?(?![:\d])"
    r"(?: ?(?P<half>a\.?m\b\.?|p\.?m\b\.?)| ?(?P<clock>uhr|h|o'clock)\b)?"
    r"(?: (?:in the |am )?(?P<part>morning|afternoon|evening|morgens?|vormittags?|nachmittags?|"
    r"abends?))?"
)
_LATE = ("p", "afternoon", "evening", "nachmittag", "abend")
_DIGITS = r"\d{1,3}(?:[.,' ]\d{3})+(?:[.,]\d+)?|\d{1,30}(?:[.,]\d{1,30})?"
_SCALE = {
    "million": 6, "millions": 6, "millionen": 6, "mio": 6, "mio.": 6, "m": 6, "mn": 6,
    "billion": 9, "billions": 9, "milliarde": 9, "milliarden": 9, "mrd": 9, "mrd.": 9, "bn": 9,
    "thousand": 3, "tausend": 3, "k": 3,
}  # fmt: skip
_SCALED = re.compile(
    r" ?(millionen|millions?|mio\b\.?|mn|billions?|milliarden?|mrd\b\.?|bn|thousand|tausend|"
    r"[km](?= ?(?:[£€$]|euros?\b|eur\b|dollars?\b|usd\b|pounds?\b|gbp\b|chf\b)))(?![a-z])"
)
_SCALED_AFTER_SIGN = re.compile(r" ?(bn|mn|[km])(?![a-z])")
_MEASURED = re.compile(rf"[ -]?(?P<unit>{UNIT})(?![a-z0-9])")
_PART_OF_UNIT = re.compile(rf"(?: of an?)?[ -]?(?P<unit>{UNIT})(?![a-z0-9])")
_SIGNED = re.compile(rf"(?:{SIGNS.pattern}) ?\Z")
_PERIOD = re.compile(
    "|".join(
        rf"(?P<{name}> ?(?:/|per|an?|pro|je|jede[nrs]?|(?:for )?each|(?:for )?every|am|im|in der)?"
        rf" ?(?:{spellings})\b)"
        for name, spellings in PERIODS.items()
    )
)
_NUMBER = re.compile(rf"(?<![\w.,\u2044])(?!0\d)(?:{_DIGITS})(?!\d|[.,]\d|\u2044)")
_TO = re.compile(r" ?(?:-|to|bis|and|und|:) ?")
_AND = re.compile(r",? (?:and |und )?")
_BETWEEN = re.compile(r"\b(?:between|from|zwischen|von) \Z")


def find_quantities(text: str) -> list[Quantity]:
    """The quantities of a cleaned and folded text, in order, none within another one."""
    taken: list[Quantity] = []
    end = -1
    found = (*_dates(text), *_times(text), *_fractions(text), *_amounts(text))
    for one in sorted(found, key=lambda quantity: (quantity.start, -quantity.end)):
        if one.start >= end:
            taken.append(one)
            end = one.end
    return taken


def _dates(text: str) -> Iterator[Quantity]:
    for pattern in _DATES:
        for found in pattern.finditer(text):
            parts = found.groupdict()
            if parts.get("m"):
                month = 1 + next(
                    i for i, start in enumerate(_MONTH_STARTS) if parts["m"].startswith(start)
                )
            else:
                month = int(parts["n"])
            day = int(parts["d"])
            if 1 <= day <= 31 and 1 <= month <= 12:
                yield from _date(found, f"{month}/{day}")


def _date(found: re.Match[str], form: str) -> Iterator[Quantity]:
    """A day, and its year as a number of its own: an answer may be told with or without it."""
    start, end = found.span()
    if not found["y"]:
        yield Quantity(start, end, form)
        return
    # The day before the year, also where it is written behind it.
    middle = found.end("y") if found.start("y") == start else found.start("y")
    yield Quantity(start, middle, form)
    yield Quantity(middle, end, found["y"])


def _times(text: str) -> Iterator[Quantity]:
    for found in _TIME.finditer(text):
        hour = _HOURS.get(found["h"]) or int(found["h"])
        minute = int(found["m"] or 0)
        told = found["half"] or found["clock"] or found["part"]
        if hour > 24 or minute > 59 or not (told or found["mark"] == ":"):
            continue
        late = (found["half"] or found["part"] or "").startswith(_LATE)
        if found["half"] and hour == 12:
            hour = 0
        yield Quantity(
            found.start(), found.end(), f"{hour + 12 * (late and hour < 12)}:{minute:02}"
        )


_PARTS = {
    "half": 2, "halves": 2, "halb": 2, "halfte": 2, "third": 3, "drittel": 3, "quarter": 4,
    "viertel": 4, "fifth": 5, "funftel": 5, "sixth": 6, "sechstel": 6, "eighth": 8, "achtel": 8,
    "tenth": 10, "zehntel": 10,
}  # fmt: skip
_FRACTION = re.compile(
    rf"(?<![\w.,/])(?:(?:(?P<whole>\d{{1,3}}) )?"
    rf"(?P<top>\d{{1,3}})[/\u2044](?P<bottom>[1-9]\d{{0,2}})(?![\w/]|[.,]\d)"
    rf"|(?P<count>{'|'.join(_HOURS)}|a|ein)[ -](?P<part>{'|'.join(_PARTS)})s?\b)"
)


def _fractions(text: str) -> Iterator[Quantity]:
    for found in _FRACTION.finditer(text):
        if found["part"]:
            top, bottom = _HOURS.get(found["count"], 1), _PARTS[found["part"]]
        else:
            bottom = int(found["bottom"])
            top = int(found["top"]) + bottom * int(found["whole"] or 0)
        measured = _PART_OF_UNIT.match(text, found.end())
        if measured:
            number = _Number(*found.span(), round(Decimal(top) / bottom, 6))
            yield _amount(text, number, measured)
        else:
            yield Quantity(*found.span(), f"{top} of {bottom}")


class _Number(NamedTuple):
    start: int
    end: int
    value: Decimal


def _amounts(text: str) -> Iterator[Quantity]:
    """Numbers with their units, and ranges of two."""
    spelled = (_Number(*found) for found in find_spelled_out(text))
    numbers = sorted((*spelled, *_written(text)), key=lambda number: (number.start, -number.end))
    numbers = [n for i, n in enumerate(numbers) if i == 0 or n.start >= numbers[i - 1].end]
    amounts = [_amount(text, number) for number in numbers]
    index = 0
    while index < len(numbers):
        first = amounts[index]
        index += 1
        while index < len(numbers):
            both = _sum(text, first, amounts[index])
            if both is None:
                break
            first = both
            index += 1
        if index < len(numbers):
            between = _TO.fullmatch(text, first.end, numbers[index].start)
            if between and _is_range(text, first, between[0].strip()):
                second = amounts[index]
                if not first.bare or _unit(first) == _unit(second):
                    index += 1
                    yield _range(first, second)
                    continue
        yield first


def _sum(text: str, first: Quantity, second: Quantity) -> Quantity | None:
    """Two quantities that are one, the larger unit first: "1 hour 40 minutes"."""
    unit = _unit(first)
    if not unit or unit != _unit(second) or _AND.fullmatch(text, first.end, second.start) is None:
        return None
    large, small = (Decimal(one.form.partition(" ")[0]) for one in (first, second))
    if not second.bare or small >= large / Decimal(first.bare or "1"):
        return None
    return Quantity(first.start, second.end, f"{_plain(large + small)} {unit}")


def _is_range(text: str, first: Quantity, between: str) -> bool:
    """Whether two numbers are the ends of one range; "3 and 4" are two numbers."""
    if between in ("and", "und"):
        return _BETWEEN.search(text, max(0, first.start - 10), first.start) is not None
    return True


def _unit(quantity: Quantity) -> str:
    return quantity.form.partition(" ")[2]


def _range(first: Quantity, second: Quantity) -> Quantity:
    low, high = (one.form.partition(" ")[0] for one in (first, second))
    if not first.bare and second.bare:  # 2-8 °C: the unit is of both
        scale = Decimal(high) / Decimal(second.bare) if Decimal(second.bare) else Decimal(1)
        low = _plain(Decimal(low) * scale)
    unit = _unit(second)
    return Quantity(
        first.start,
        second.end,
        f"{low}..{high} {unit}".rstrip(),
        f"{first.bare or first.form}..{second.bare}" if second.bare else "",
    )


def _written(text: str) -> Iterator[_Number]:
    for found in _NUMBER.finditer(text):
        yield _Number(found.start(), found.end(), _read(found[0]))


def _read(digits: str) -> Decimal:
    """A number with its groups and its fraction; three digits after one mark are a group."""
    marks = re.findall(r"\D", digits)
    if not marks:
        return Decimal(digits)
    whole, _, rest = digits.rpartition(marks[-1])
    grouped = len(rest) == 3 and (len(marks) == 1 or len(set(marks)) == 1) and whole != "0"
    whole = re.sub(r"\D", "", whole)
    return Decimal(whole + rest) if grouped else Decimal(f"{whole}.{rest}")


def _amount(text: str, number: _Number, measured: re.Match[str] | None = None) -> Quantity:
    """A number with what stands around it: a sign, a scale, a unit."""
    start, end, value = number
    signed = _SIGNED.search(text, max(0, start - 4), start)
    scaled = (_SCALED_AFTER_SIGN.match(text, end) if signed else None) or _SCALED.match(text, end)
    if scaled:
        value = value.scaleb(_SCALE[scaled[1]])
        end = scaled.end()
    bare = _plain(value)
    unit = None
    measured = measured or _MEASURED.match(text, end)
    if measured:
        unit = unit_of(measured["unit"])
        end = measured.end()
    elif signed:
        unit = unit_of(signed[0].strip())
    if signed:
        start = signed.start()
    if unit is None:
        return Quantity(start, end, bare)
    return Quantity(start, end, f"{_plain(value * unit.factor)} {unit.measures}", bare)


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def find_periods(text: str, end: int) -> tuple[str, int]:
    """What an amount that ends there is for ("per day"), and where that ends; "" = nothing."""
    found = _PERIOD.match(text, end)
    return (found.lastgroup or "", found.end()) if found else ("", end)
