"""Made-up words that no text has and no language favours, as many as are needed."""

from __future__ import annotations

from functools import lru_cache
from math import gcd

from niah.draws import integer

_ONSETS = "b d f g k l m n p r s t v z br dr gl kr pl st tr".split()
_VOWELS = "a e i o u".split()
_CODAS = "n r l s m".split()
_SYLLABLES = [onset + vowel for onset in _ONSETS for vowel in _VOWELS]
_SIZE = len(_SYLLABLES) ** 2 * len(_CODAS)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_TRIPLES = [a + b + c for c in _LETTERS for b in _LETTERS for a in _LETTERS]


def made_word(seed: int, name: str, number: int) -> str:
    """A pronounceable word; different numbers below 55,125 give different words."""
    place = _shuffled(seed, name, number, _SIZE)
    place, coda = divmod(place, len(_CODAS))
    first, second = divmod(place, len(_SYLLABLES))
    return _SYLLABLES[first] + _SYLLABLES[second] + _CODAS[coda]


def made_name(seed: int, name: str, number: int) -> str:
    """A person's made-up name, with a capital; different numbers give different names."""
    beyond, within = divmod(number, _SIZE)
    word = made_word(seed, name, within)
    return (word + _SYLLABLES[beyond % len(_SYLLABLES)] if beyond else word).capitalize()


def coded_word(seed: int, name: str, number: int, letters: int = 6) -> str:
    """A word of so many random letters; different numbers give different words."""
    place = _shuffled(seed, name, number, len(_LETTERS) ** letters)
    word = ""
    for _ in range(letters // 3):  # three at once: graphs have 100,000s of these words
        place, triple = divmod(place, len(_TRIPLES))
        word += _TRIPLES[triple]
    for _ in range(letters % 3):
        place, letter = divmod(place, len(_LETTERS))
        word += _LETTERS[letter]
    return word


def _shuffled(seed: int, name: str, number: int, size: int) -> int:
    """The place of a number in a drawn order of the numbers below ``size``."""
    start, step = _order(seed, name, size)
    return (start + step * (number % size)) % size


@lru_cache(maxsize=64)
def _order(seed: int, name: str, size: int) -> tuple[int, int]:
    """Where the order starts, and the step from each place to the next."""
    step = size // 3 + integer(seed, f"{name}/step", size // 3)
    while gcd(step, size) != 1:
        step += 1
    return integer(seed, f"{name}/start", size), step
