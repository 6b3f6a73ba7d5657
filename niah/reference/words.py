"""The words of a question that matter, by their stems, in any script."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# A language is known by so many common words among a question's words.
COMMON_SHARE = 0.25

_STOP_WORDS: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        "a about all am an and any are as asked at be been being by can could did do does each "
        "every for from give given had has have having he her his how i if in into is it its "
        "list many me mentioned much name not of on or out please say says she so state such "
        "tell text than that the their them there these they this those to was we were what "
        "when where which who whom whose why will with would you your document documents "
        "question answer provided according".split()
    ),
    "de": frozenset(
        "ab aber alle allen aller alles als also am an auch auf aus bei bin bis da dabei das dass "
        "dein dem den der des die dies diese diesem diesen dieser dieses doch dort du durch ein "
        "eine einem einen einer eines er es etwas für genannt gibt hat hatte hatten ihr im in "
        "ist ja jede jedem jeden jeder jedes kann können laut lautet lauten man mit nach nenne "
        "nennen nicht noch nun nur ob oder sich sie sind so text über um und uns unter vom von "
        "vor war waren warum was weil welche welchem welchen welcher welches wem wen wenn wann "
        "wer werden weshalb wessen wie wieso wird wo wodurch wofür woher wohin womit woran worin "
        "worüber wurde wurden zu zum zur frage antwort".split()
    ),
}
# How much, how old, wie lange: the measure is asked for and stands in no answer.
_MEASURE = re.compile(
    r"\bhow (?:long|far|old|tall|big|high|deep|wide|often|heavy|large)\b"
    r"|\bwie (?:lange?|weit|alt|hoch|tief|breit|oft|schwer|groß|viele?)\b",
    re.IGNORECASE,
)
# Scripts that put no blanks between words.
UNSPACED = re.compile("[\u0e00-\u0eff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]")
PART = re.compile(r"\w+")
_WORD = re.compile(r"\w+(?:[-'\u2019]\w+)*")
_SUFFIXES = ("ings", "ing", "ies", "ern", "es", "ed", "en", "er", "em", "s", "e", "n", "y")


def language_of(question: str) -> str:
    """The language whose common words it has; "other" if they are few."""
    words = [word.lower() for word in PART.findall(question)]
    hits = {name: sum(word in stop for word in words) for name, stop in _STOP_WORDS.items()}
    likeliest = max(hits, key=lambda name: hits[name])
    return likeliest if hits[likeliest] >= COMMON_SHARE * len(words) else "other"


def stem_of(word: str) -> str:
    """The word without its endings: a beginning of the word, of at least three letters."""
    if word[-2:] in ("'s", "\u2019s"):
        word = word[:-2]
    if not word.isalpha():
        return word
    # One ending after the other, so that numbers and number come to the same.
    while suffix := next(
        (end for end in _SUFFIXES if word.endswith(end) and len(word) - len(end) >= 3), ""
    ):
        word = word[: -len(suffix)]
    return word


def stems_of(lower: str) -> Iterator[str]:
    """The stems of a text's words; pairs of letters where no blanks stand between words."""
    for part in PART.findall(lower):
        if UNSPACED.search(part):
            yield from (part[at : at + 2] for at in range(max(1, len(part) - 1)))
        else:
            yield stem_of(part)


@dataclass(frozen=True, slots=True)
class Word:
    """A word that matters: its stem, and whether it names something."""

    stem: str
    name: bool


def question_words(question: str, language: str) -> list[Word]:
    """The content words; in English a capital inside the question makes a name."""
    stop = _STOP_WORDS.get(language, frozenset())
    words: dict[str, Word] = {}
    for number, match in enumerate(_WORD.finditer(_MEASURE.sub("how", question))):
        whole = match[0]
        if whole.lower() in stop:
            continue
        name = any(map(str.isdigit, whole)) or (
            language == "en" and number > 0 and whole[0].isupper()
        )
        for stem in stems_of(whole.lower()):
            if len(stem) > 1 or stem.isdigit():
                words[stem] = Word(stem, name or (stem in words and words[stem].name))
    return list(words.values())
