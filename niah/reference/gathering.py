"""Ways to read what stands among others like it: all of them, one of them, or what holds."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from niah.reference.ways import Says, Way, about, every, listed

_MONTHS = {
    name: number
    for names in (
        "January February March April May June July August September October November December",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    )
    for number, name in enumerate(names.split(), 1)
}
_ORDINALS = (
    ("first", "erste"),
    ("second", "zweite"),
    ("third", "dritte"),
    ("fourth", "vierte"),
    ("fifth", "fünfte"),
    ("sixth", "sechste"),
    ("seventh", "siebte"),
    ("eighth", "achte"),
)


def _of_each_key(asked: re.Match[str], said: Sequence[Says]) -> str:
    keys = re.split(r", | and | und ", asked["keys"])
    return ", ".join(value for key, value in said if key in keys)


def _by_number(_: re.Match[str], said: Sequence[Says]) -> str:
    return ", ".join(name for _, name in sorted(said, key=lambda one: int(one[0])))


def _either(_: re.Match[str], said: Sequence[Says]) -> str:
    return ", ".join(first or second for first, second in said)


def _that_holds(_: re.Match[str], said: Sequence[Says]) -> str:
    """Of the latest date; without dates, the last one that no correction takes back."""
    dated = [
        ((int(year), _MONTHS.get(month, 0), int(day)), value)
        for day, month, year, value, *_ in said
        if year
    ]
    if dated:
        return max(dated)[1]
    taken_back = {old for *_, old, _ in said}
    standing = [new or first for *_, first, _, new in said]
    return next((value for value in reversed(standing) if value not in taken_back), "")


def _one_of(request: str) -> Callable[[re.Match[str], str], Iterator[re.Match[str]]]:
    """The one answer to a request that is asked for: it alone has to be noticed."""

    def find(asked: re.Match[str], text: str) -> Iterator[re.Match[str]]:
        rank = next(n for n, names in enumerate(_ORDINALS) if asked["ordinal"] in names)
        yield from islice(about(request)(asked, text), rank, rank + 1)

    return find


def _behind_prefix(asked: re.Match[str], said: Sequence[Says]) -> str:
    return asked["prefix"] + said[0][0]


_ORDINAL = rf"(?P<ordinal>{'|'.join(name for names in _ORDINALS for name in names)})"

WAYS = (
    Way(
        asks=re.compile(r"Which are all the special numbers of (?P<key>\S+) that the text"),
        statements=about(r"special numbers of %(key)s is (\d+)\."),
        conclude=listed,
    ),
    Way(
        asks=re.compile(r"Wie lauten alle Sonderzahlen von (?P<key>\S+), die der Text"),
        statements=about(r"Sonderzahlen von %(key)s lautet (\d+)\."),
        conclude=listed,
    ),
    Way(
        asks=re.compile(r"What are the special numbers of (?P<keys>[^?\n]+ and [^?\n]+)\?"),
        statements=every(r"special number of (\S+) is (\d+)\."),
        conclude=_of_each_key,
    ),
    Way(
        asks=re.compile(r"Wie lauten die Sonderzahlen von (?P<keys>[^?\n]+ und [^?\n]+)\?"),
        statements=every(r"Sonderzahl von (\S+) lautet (\d+)\."),
        conclude=_of_each_key,
    ),
    Way(
        asks=re.compile(r'(?:value of the key|Wert hat der Schlüssel) "(?P<key>[^"\n]+)"'),
        statements=about(r'"%(key)s": "([^"\n]*)"'),
        conclude=listed,
    ),
    Way(
        asks=re.compile(
            r"How many (?P<things>[\w ]{1,60}) did (?P<who>[^?\n]{1,200}) count each time\?"
        ),
        statements=about(r"(?i:%(who)s) counted (\d+) %(things)s\b"),
        conclude=listed,
    ),
    Way(
        asks=re.compile(
            r"Wie viele (?P<things>[\w ]{1,60}) zählte (?P<who>[^?\n]{1,200}) jedes Mal\?"
        ),
        statements=about(r"(?i:%(who)s) zählte (\d+) %(things)s\b"),
        conclude=listed,
    ),
    Way(
        asks=re.compile(r"Which seals did the archive of (?P<city>[^?\n]+) acquire\?"),
        statements=about(
            r"In the year (\d+), the archive of %(city)s acquired the seal called (\w+)\."
        ),
        conclude=_by_number,
    ),
    Way(
        asks=re.compile(r"Welche Siegel erwarb das Archiv von (?P<city>[^?\n]+)\?"),
        statements=about(
            r"Im Jahr (\d+) erwarb das Archiv von %(city)s das Siegel mit dem Namen (\w+)\."
        ),
        conclude=_by_number,
    ),
    Way(
        asks=re.compile(r"What is the gate code of (?P<city>[^?\n]+) by the latest change\?"),
        statements=about(
            r"On (\d+) (\w+) (\d+), the gate code of %(city)s was set to (\d+)\."
            r"|The gate code of %(city)s is (\d+)\."
            r"|the gate code of %(city)s is no longer (\d+); it is now (\d+)\."
        ),
        conclude=_that_holds,
    ),
    Way(
        asks=re.compile(
            r"Wie lautet der Torcode von (?P<city>[^?\n]+) nach der letzten Änderung\?"
        ),
        statements=about(
            r"Am (\d+)\. (\w+) (\d+) wurde der Torcode von %(city)s auf (\d+) gesetzt\."
            r"|Der Torcode von %(city)s lautet (\d+)\."
            r"|Der Torcode von %(city)s lautet nicht mehr (\d+), sondern jetzt (\d+)\."
        ),
        conclude=_that_holds,
    ),
    Way(
        asks=re.compile(
            rf"Write (?P<prefix>\S+) and directly after it, word for word, the {_ORDINAL} answer "
            r"to the request for a (?P<form>\w+) about (?P<subject>[^.\n]+)\."
        ),
        statements=_one_of(r"^User: Write a %(form)s about %(subject)s\.\nAssistant: (.+)$"),
        conclude=_behind_prefix,
    ),
    Way(
        asks=re.compile(
            rf"Schreiben Sie (?P<prefix>\S+) und unmittelbar danach, Wort für Wort, die {_ORDINAL} "
            r"Antwort auf die Bitte um (?P<form>\w+) zum Stichwort (?P<subject>[^.\n]+)\."
        ),
        statements=_one_of(
            r"^Nutzer: Schreib mir als %(form)s etwas zum Stichwort %(subject)s\.\n"
            r"Assistent: (.+)$"
        ),
        conclude=_behind_prefix,
    ),
    Way(
        asks=re.compile(
            r"Which person lives with (?P<sight>[^?\n]+) in front of the kitchen window\?"
        ),
        statements=about(
            r"From the kitchen window (\w+) looks straight at %(sight)s\."
            r"|With %(sight)s just across the street, it is never quiet for (\w+)\."
        ),
        conclude=_either,
    ),
    Way(
        asks=re.compile(r"Welche Person blickt vom Küchenfenster aus auf (?P<sight>[^?\n]+)\?"),
        statements=about(
            r"Vom Küchenfenster aus blickt (\w+) direkt auf %(sight)s\."
            r"|Direkt auf %(sight)s geht der Blick aus dem Küchenfenster von (\w+)\."
        ),
        conclude=_either,
    ),
)
