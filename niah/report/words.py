"""What a report says, in English and German; numbers as each language writes them."""

from __future__ import annotations

import re

from niah.console import count, usd
from niah.figures.text import Language, localized, percent_label
from niah.report.words_de import GERMAN
from niah.report.words_en import ENGLISH
from niah.statistics.scores import TOO_NARROW

DASH = "\u2013"
"""Stands where there is no number."""

WORDS: dict[Language, dict[str, str]] = {"en": ENGLISH, "de": GERMAN}

OUTCOMES: dict[Language, dict[str, str]] = {
    "en": {},
    "de": {
        "answered": "beantwortet",
        "empty": "leer",
        "output-limit": "an der Ausgabegrenze gekürzt",
        "blocked": "blockiert",
        "context-exceeded": "Kontext überschritten",
        "truncated": "Prompt gekürzt",
        "failed": "gescheitert",
    },
}
"""A trial's outcome; English uses the stored word."""

REASONS: dict[Language, dict[str, str]] = {
    "en": {
        "stated": "states the expected answer",
        "partly stated": "states part of the expected answers",
        "absence stated": "says rightly that the text does not tell",
        "empty": "no text",
        "thinking only": "nothing but thinking",
        "refusal": "says that it cannot tell",
        "several candidates": "several candidates instead of one answer",
        "distractor taken": "states a distractor",
        "another value": "states another value",
        "denied": "denies the expected answer",
        "not stated": "does not state the expected answer",
        "no list": "gives no list of values",
        "prefix missing": "does not begin as it was told to",
    },
    "de": {
        "stated": "nennt die erwartete Antwort",
        "partly stated": "nennt einen Teil der erwarteten Antworten",
        "absence stated": "sagt zu Recht, dass der Text es nicht hergibt",
        "empty": "kein Text",
        "thinking only": "nichts als Gedanken",
        "refusal": "sagt, dass es das nicht weiß",
        "several candidates": "mehrere Kandidaten statt einer Antwort",
        "distractor taken": "nennt eine Ablenkung",
        "another value": "nennt einen anderen Wert",
        "denied": "verneint die erwartete Antwort",
        "not stated": "nennt die erwartete Antwort nicht",
        "no list": "gibt keine Liste von Werten",
        "prefix missing": "beginnt nicht so, wie es sollte",
    },
}
"""Why a trial got its score; a reason that is not listed is shown as stored."""

_METHODS = (
    (re.compile(r"t over (\d+) replicates"), r"t über \1 Wiederholungen"),
    (re.compile(r"of different cells"), "verschiedener Zellen"),
    (re.compile(r"replicates agree exactly"), "Wiederholungen stimmen genau überein"),
    (re.compile(r"pooled map"), "geglättete Karte"),
    (
        re.compile(re.escape(TOO_NARROW)),
        "Versuche teilen Heuhaufen: zu eng, falls diese etwas ausmachen",
    ),
    (re.compile(r"square-and-add of Jeffreys' bounds"), "Quadratsummen der Jeffreys-Grenzen"),
    (re.compile(r"not measured"), "nicht gemessen"),
)


def word(language: Language, key: str, **values: object) -> str:
    """A phrase with its values put in."""
    return WORDS[language][key].format(**values)


def outcome_word(language: Language, outcome: str) -> str:
    """A trial's outcome."""
    return OUTCOMES[language].get(outcome, outcome)


def reason_word(language: Language, reason: str) -> str:
    """Why a trial got its score."""
    return REASONS[language].get(reason, reason)


def method_words(language: Language, method: str) -> str:
    """How an interval was made."""
    if language == "de":
        for pattern, german in _METHODS:
            method = pattern.sub(german, method)
    return method


def whole(language: Language, number: int) -> str:
    """A whole number with thousands separators."""
    return localized(count(number), language)


def money(language: Language, amount: float | None) -> str:
    """A sum in US dollars; unknown says so."""
    if amount is None:
        return WORDS[language]["cost-unknown"]
    return localized(usd(amount), language)


def share(language: Language, value: float) -> str:
    """A share in [0, 1] as a percentage."""
    return percent_label(value, language)


def points(language: Language, difference: float, *, signed: bool = True) -> str:
    """A difference of shares in percentage points with one decimal."""
    shown = f"{100 * difference:{'+' if signed else ''}.1f}"
    return localized("0.0" if float(shown) == 0 else shown.replace("-", "\u2212"), language)


def decimal(language: Language, value: float, digits: int) -> str:
    """A number with at most so many decimals."""
    text = f"{value:.{digits}f}"
    return localized(text.rstrip("0").rstrip(".") if "." in text else text, language)
