"""Yes or no: what a response says first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from niah.scoring import cues
from niah.scoring.normalise import clean, fold

_WORDS = {"yes": "yes", "ja": "yes", "no": "no", "nein": "no"}
_SAID = re.compile(
    r"(?:(?:\A|(?<=[.!?:\n]))\W*\b(?P<opening>yes|no|ja|nein)\b"
    r"|\b(?P<closing>yes|no|ja|nein)\b(?=\W*(?:\Z|[\n,.;:!\"')-])))"
)
_NEGATED = re.compile(r"\b(?:not|cannot|\w+n't|nicht|kein\w*)\b")


def is_polar(answers: Sequence[str]) -> bool:
    """Whether every accepted answer is a yes or a no."""
    return bool(answers) and all(polarity(answer) for answer in answers)


def polarity(answer: str) -> str:
    """``yes``, ``no``, or empty for an answer that is neither."""
    return _WORDS.get(fold(clean(answer)).strip(" .!"), "")


def find_said(text: str) -> Iterator[tuple[int, int, str]]:
    """Where a cleaned text says yes or no as its answer, the first place only: start, end, which.

    "There are no restrictions" says neither; "It is not." says no.
    """
    folded = fold(text)
    said = _SAID.search(folded)
    if said:
        group = "opening" if said["opening"] else "closing"
        yield *said.span(group), _WORDS[said[group]]
        return
    sentence = re.split(r"(?<=[.!?])\s|\n", folded, maxsplit=1)[0]
    negated = _NEGATED.search(sentence)
    if negated and not cues.REFUSAL.search(sentence):
        yield *negated.span(), "no"
