"""Units of measure, time and money: their spellings in English and German, and what they measure.

A unit is converted only where that is exact and within one system: 1.5 km are 1,500 m, 14 days are
two weeks; a mile is no number of kilometres, and a month no number of days.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import NamedTuple


class Unit(NamedTuple):
    """A unit: what it measures, in which base, and how many of that base it is."""

    measures: str
    factor: Decimal


_TABLE = """
metre 0.001 mm|millimet(?:er|re)s?
metre 0.01 cm|centimet(?:er|re)s?|zentimetern?
metre 1 m|met(?:er|re)s?|metern
metre 1000 km|kilomet(?:er|re)s?|kilometern
foot 1 ft|foot|feet|fuss
foot 3 yd|yards?
foot 5280 mi|miles?|meilen?
inch 1 inch|inches|zoll
hectare 0.0001 sq ?m|m2|square met(?:er|re)s?|quadratmetern?|qm
hectare 1 ha|hectares?|hektar
hectare 100 sq ?km|km2|square kilomet(?:er|re)s?|quadratkilometern?|qkm
acre 1 acres?
gram 0.001 mg|milligram(?:me)?s?|milligramm
gram 1 g|gram(?:me)?s?|gramm
gram 1000 kg|kilos?|kilogram(?:me)?s?|kilogramm
gram 1000000 t|tonnes?|tons?|tonnen?
litre 0.001 ml|millilit(?:er|re)s?|millilitern?
litre 1000 cubic met(?:er|re)s?|kubikmetern?|cu m|m3|cbm
litre 1 l|lit(?:er|re)s?|litern
second 1 s|secs?|seconds?|sekunden?
second 60 mins?|minutes?|minuten?
second 3600 h|hrs?|hours?|stunden?
second 86400 days?|tage?|tagen
second 604800 weeks?|wochen?
month 1 months?|monate?|monaten
month 12 years?|yrs?|jahre?|jahren
celsius 1 °c|°|degrees? c(?:elsius|entigrade)?|grad celsius|degrees?|grad|celsius|c
fahrenheit 1 °f|degrees? f(?:ahrenheit)?|grad fahrenheit|fahrenheit|f
percent 1 %|per ?cent|percent|prozent|pct
pound 0.01 pence|penny|p
pound 1 £|pounds?|gbp|pfund
euro 1 €|euros?|eur
dollar 1 \\$|dollars?|usd
cent 1 ¢|cents?|ct
franc 1 chf|francs?|franken
crown 1 crowns?|kronen?
knot 1 kn|kts?|knots?|knoten
kmh 1 km/h|kmh|kph|kilomet(?:er|re)s? (?:per|an) hour|stundenkilometern?
mph 1 mph|miles? (?:per|an) hour
watt 1 w|watts?|watt
watt 1000 kw|kilowatts?
volt 1 v|volts?|volt
byte 1 kb|kilobytes?
byte 1000 mb|megabytes?
byte 1000000 gb|gigabytes?
"""


def _units() -> list[tuple[re.Pattern[str], Unit]]:
    lines = (line.split(maxsplit=2) for line in _TABLE.strip().splitlines())
    return [
        (re.compile(spellings), Unit(measures, Decimal(factor)))
        for measures, factor, spellings in lines
    ]


_UNITS = _units()
_SPELLINGS = [line.split(maxsplit=2)[2] for line in _TABLE.strip().splitlines()]

UNIT = "|".join(f"(?:{spelling})" for spelling in _SPELLINGS)
"""A pattern of all of them, for folded text; to be followed by the end of a word."""

SIGNS = re.compile(r"[£€$]|(?:eur|usd|gbp|chf)")
"""What stands before an amount of money."""

PERIODS = {
    "day": "day|tag|daily|taglich",
    "week": "week|woche|weekly|wochentlich",
    "month": "month|monat|monthly|monatlich",
    "year": "year|jahr|yearly|annually|annum|jahrlich",
    "hour": "hour|stunde|hourly|stundlich",
    "person": "person|head|kopf|capita",
}
"""What an amount can be for, each with its spellings."""


def unit_of(spelling: str) -> Unit:
    """The unit that is written so, in folded text.

    Raises:
        KeyError: if there is none.
    """
    for pattern, unit in _UNITS:
        if pattern.fullmatch(spelling):
            return unit
    raise KeyError(spelling)
