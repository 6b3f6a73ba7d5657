"""Words of a text, and phrases found among them in any inflection."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from niah.scoring.normalise import clean, fold

_WORD = re.compile(
    r"\d+(?:[.,']\d+)*|[^\W\d_\u0e00-\u0eff\u1000-\u109f\u2e80-\U0003ffff]+|[^\W\d_]"
)
"""Letters of scripts that put no spaces between words are words of their own."""
_GROUPED = re.compile(r"\d{1,3}(?:[.,']\d{3})+")
_ARTICLES = frozenset("a an the der die das den dem des ein eine einen einem einer eines".split())
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_NEGATIONS = frozenset(("nicht", "nichts", "not"))
_ENDINGS = ("ings", "ing", "ern", "ies", "ed", "es", "en", "er", "em", "s", "e", "n")


class Word(NamedTuple):
    """A word of a text, folded, and its place. A tuple: there are many of them."""

    text: str
    start: int
    end: int


def split_words(text: str) -> list[Word]:
    """The words of a cleaned text in order, articles left out; one each where no spaces divide."""
    folded = fold(text)
    words = []
    for found in _WORD.finditer(folded):
        word = found.group()
        if word[0].isdecimal() and _GROUPED.fullmatch(word):
            word = re.sub(r"\D", "", word)
        if word not in _ARTICLES:
            words.append(Word(word, *found.span()))
    return words


def phrase_forms(phrase: str) -> list[tuple[str, ...]]:
    """The phrase as words; German umlauts also as ae, oe, ue."""
    forms = []
    for spelling in dict.fromkeys((phrase, phrase.translate(UMLAUTS))):
        words = tuple(word.text for word in split_words(clean(spelling)))
        forms.append(words or tuple(fold(clean(spelling)).split()))
    return [form for form in forms if form]


def find_phrase(
    words: Sequence[Word], phrase: tuple[str, ...], *, inflected: Literal["last", "all"]
) -> Iterator[tuple[int, int]]:
    """Where the words of a phrase follow each other: (first, one after the last) indices.

    Args:
        words: Of the text.
        phrase: See ``phrase_forms``.
        inflected: Whether every word may be inflected, or only the last one by an s.
    """
    size = len(phrase)
    stems = tuple(map(stem, phrase))
    begin = phrase[0][:2]
    for first in range(len(words) - size + 1):
        if not words[first].text.startswith(begin):
            continue
        if inflected == "all":
            if all(_inflects(words[first + i].text, phrase[i], stems[i]) for i in range(size)):
                yield first, first + size
        elif all(words[first + i].text == phrase[i] for i in range(size - 1)) and _plural_of(
            words[first + size - 1].text, phrase[-1]
        ):
            yield first, first + size


def _inflects(word: str, other: str, other_stem: str) -> bool:
    return word == other or (word not in _NEGATIONS and stem(word) == other_stem)


def _plural_of(word: str, singular: str) -> bool:
    return word == singular or (
        len(singular) > 3 and word in (singular + "s", singular + "es") and singular.isalpha()
    )


def stem(word: str) -> str:
    """A rough stem for English and German: eat, eating; Sandwich, Sandwiches; sonnig, sonnigen."""
    if len(word) < 4:
        return word
    for ending in _ENDINGS:
        rest = word[: -len(ending)]
        if word.endswith(ending) and len(rest) >= 3:
            if len(rest) > 3 and rest[-1] == rest[-2] and rest[-1] not in "ls":
                return stem(rest[:-1])
            return stem(rest + "y" if ending == "ies" else rest)
    return word
