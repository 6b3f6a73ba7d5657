"""In which words an accepted answer may be stated, and the words of a response to look for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Literal

from niah.scoring.normalise import clean, fold
from niah.scoring.quantities import find_periods, find_quantities
from niah.scoring.words import UMLAUTS, Word, split_words, stem

MOST_LISTED = 4
"""Parts of an answer such as "Mondays and Thursdays" that may stand in any order."""

_OPENINGS = re.compile(
    r"^(?:it|he|she|they|there|because(?: of)?|due to|owing to|on account of|es|er|sie|weil|wegen|"
    r"auf ?grund(?: von)?)\s+",
    re.IGNORECASE,
)
_TITLES = frozenset(
    "mr mrs ms miss sir dame dr prof professor herr herrn frau firma familie".split()
)
_JOINERS = frozenset(
    "and und sowie plus both beide as well in im at on am um an of jeweils his her its their sein "
    "seine seiner seinem seinen ihr ihre ihrer ihrem ihren has have had hat haben "
    "hatte all alle allen aller jahres each every jede "
    "jeden jeder jedes".split()
)
_GERMAN = frozenset(
    "wer wie wann warum wem wen wessen woher wohin worin woraus welch ist wird".split()
)
"""Of a German question: there a single word may be inflected as well."""
_AND = frozenset(("and", "und"))
_GOES_ON = re.compile(r",? (?:and|und|&) (?:\w+ )?\w+ ?(?:[.!;]|\Z)")
_ORDINALS = dict(
    zip(
        "1st 2nd 3rd 4th 5th 6th 7th 8th 9th 10th".split(),
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(),
        strict=True,
    )
)
_HYPHEN = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")
_PARTED = re.compile(r"\s*,\s*|\s+(?:and|und|sowie|&)\s+")
_CAPITAL = re.compile(r"[A-ZÄÖÜÀ-Þ]")
_ALONE = re.compile(r"\W*(?:\Z|\n|[.,;:!?)\]])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to state an answer.

    Attributes:
        words: In order; a quantity is one word.
        inflected: Whether every word may be inflected, or only the last one by an s.
        alone: Nothing that could be another unit stands behind it.
        joined: Small words between its parts are left out of it, as are words of the question.
        inverted: A comma stands before its last word: "Pryce, Agatha".
        listed: It is a list of parts, and no further one follows it.
    """

    words: tuple[str, ...]
    inflected: Literal["last", "all"] = "all"
    alone: bool = False
    joined: bool = False
    inverted: bool = False
    listed: bool = False


def measured_words(text: str) -> list[Word]:
    """The words of a cleaned text; each quantity, date or time is one word, in its one form."""
    words = split_words(text)
    folded = fold(text)
    merged: list[Word] = []
    index = 0
    for quantity in find_quantities(folded):
        while index < len(words) and words[index].end <= quantity.start:
            merged.append(words[index])
            index += 1
        period, end = find_periods(folded, quantity.end)
        merged.append(Word(quantity.form, quantity.start, quantity.end))
        if period:
            merged.append(Word(f"per {period}", quantity.end, end))
        while index < len(words) and words[index].start < end:
            index += 1
    return _with_ordinals(merged + words[index:])


def _with_ordinals(words: list[Word]) -> list[Word]:
    """The words with "1st" as the word first."""
    kept: list[Word] = []
    for word in words:
        before = kept[-1] if kept else None
        ordinal = before and word.start == before.end and _ORDINALS.get(before.text + word.text)
        if before and ordinal:
            kept[-1] = Word(ordinal, before.start, word.end)
        else:
            kept.append(word)
    return kept


def answer_forms(answer: str, asked: frozenset[str] = frozenset()) -> list[Form]:
    """The ways to state an answer: umlauts also as ae, oe, ue, a reason without "because".

    Args:
        answer: As it is accepted.
        asked: Stems of the question's words; at the ends of an answer they need not be said.
    """
    named = _is_name(answer)
    plain = named or (len(answer.split()) == 1 and asked.isdisjoint(_GERMAN))
    inflected: Literal["last", "all"] = "last" if plain else "all"
    forms: dict[Form, None] = {}
    bare = _OPENINGS.sub("", answer)
    closed = _HYPHEN.sub("", answer)
    for spelling in dict.fromkeys((answer, answer.translate(UMLAUTS), bare, closed)):
        text = clean(spelling)
        words = tuple(word.text for word in measured_words(text))
        for variant in _variants(words or tuple(fold(text).split())):
            forms[Form(words=variant, inflected=inflected)] = None
            forms |= dict.fromkeys(_of_two(variant, named=named))
        for form in (*_bare(text, words), *_in_any_order(text, asked)):
            forms[form] = None
        if not named:  # of a name that the question shares a part of, the rest is another's too
            forms |= dict.fromkeys(_joined(words, asked))
    return list(forms)


def fits(form: Form, text: str, words: Sequence[Word]) -> bool:
    """Whether what stands between and behind the words of a text that it was found in is right."""
    if form.listed and _GOES_ON.match(text, words[-1].end):
        return False
    if form.alone and not _ALONE.match(text, words[-1].end):
        return False
    return not form.inverted or "," in text[words[-2].end : words[-1].start]


def between_joiners(words: Sequence[Word], asked: frozenset[str]) -> list[Word]:
    """The words without small ones that join others, and without those of the question."""
    return [word for word in words if not _joins(word.text, asked)]


def _joins(word: str, asked: frozenset[str]) -> bool:
    return word in _JOINERS or stem(word) in asked


def _is_name(answer: str) -> bool:
    """Whether every word is written like a name, two at least; such words are not inflected."""
    words = [word for word in answer.split() if word[0].isalpha()]
    return len(words) > 1 and all(map(_CAPITAL.match, words))


def _variants(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The words, and without titles before them."""
    while words:
        yield words
        words = words[1:] if words[0] in _TITLES else ()


def _of_two(words: tuple[str, ...], *, named: bool) -> Iterator[Form]:
    """Two words the other way round, with a comma; a name with its title or its initial alone."""
    titles = tuple(word for word in words[:-2] if word in _TITLES)
    if len(words) - len(titles) == 2 and all(word.isalpha() for word in words):
        first, last = words[-2:]
        yield Form(words=(last, first), inverted=True)
        if named:
            yield Form(words=(first[0], last), inflected="last")
            if titles:
                yield Form(words=(*titles, last), inflected="last")


def _bare(text: str, words: tuple[str, ...]) -> Iterator[Form]:
    """A quantity without its unit, which the question may have named."""
    if len(words) == 1:
        for quantity in find_quantities(fold(text)):
            if quantity.bare:
                yield Form(words=(quantity.bare,), alone=True)
            elif re.fullmatch(r"[\d.]+", quantity.form):  # the question may have named it
                yield Form(words=(f"{quantity.form} dollar",))


def _joined(words: tuple[str, ...], asked: frozenset[str]) -> Iterator[Form]:
    """The words that tell: "im Gasthof", asked where, is "Gasthof", and "platform 9" is "9"."""
    telling = tuple(word for word in words if not _joins(word, asked))
    if telling and len(words) > 1:
        yield Form(
            words=telling,
            alone=telling[-1][-1].isdigit(),
            joined=True,
            listed=not _AND.isdisjoint(words),
        )


def _in_any_order(text: str, asked: frozenset[str]) -> Iterator[Form]:
    parts = [
        tuple(word.text for word in measured_words(part) if not _joins(word.text, asked))
        for part in _PARTED.split(text)
    ]
    if 2 <= len(parts) <= MOST_LISTED and all(1 <= len(part) <= 3 for part in parts):
        for order in permutations(parts):
            words = tuple(word for part in order for word in part)
            yield Form(words=words, joined=True, listed=True)
