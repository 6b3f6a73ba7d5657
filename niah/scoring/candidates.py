"""Candidates: every place in a response where a value stands that could be meant as the answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from niah.scoring.cues import ALTERNATIVE_BETWEEN
from niah.scoring.normalise import clean, fold
from niah.scoring.numbers import Number, find_numbers, read_number
from niah.scoring.polarity import find_said, polarity
from niah.scoring.spelling import find_spelled
from niah.scoring.telephones import find_telephones, same_telephone

MAX_CANDIDATES = 1_000
"""Of a response that holds more, the last count: it copies the text, or repeats itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A value in a text that could be meant as the answer.

    Attributes:
        start: Offset of its first character in the cleaned text.
        end: Offset after its last.
        value: What makes two candidates the same value.
        answers: Indices of the accepted answers that it states (of keyword groups for a phrase).
        forbidden: Indices of the forbidden values that it states.
        formed: It has the answer's form. What has not counts only beside one that has, in
            "12 or 4829133".
    """

    start: int
    end: int
    value: str
    answers: frozenset[int] = frozenset()
    forbidden: frozenset[int] = frozenset()
    formed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The candidates of a text, in order, and where it names values that the question gave."""

    candidates: list[Candidate]
    given: list[int] = field(default_factory=list)


def find_values(
    text: str, question: str, answers: Sequence[str], forbidden: Sequence[str]
) -> Found:
    """Candidates for a number: everything of about as many digits as an accepted answer."""
    accepted = [read_number(clean(answer)) for answer in answers]
    refused = [read_number(clean(value)) for value in forbidden]
    expected = frozenset[str]().union(*accepted, *refused)
    given = frozenset[str]().union(*(n.readings for n in find_numbers(question, expected)))
    sizes = {len(reading.partition(".")[0]) for reading in expected}
    found = Found(candidates=[])
    folded = fold(text)
    offers = ALTERNATIVE_BETWEEN.search(folded) is not None
    for number in find_numbers(folded, expected):
        readings = number.readings
        if not readings:
            continue
        size = len(min(readings, key=len).partition(".")[0])
        near = size - 1 in sizes or size in sizes or size + 1 in sizes
        if not (near or offers or given):
            continue
        right = frozenset(i for i, reading in enumerate(accepted) if reading & readings)
        wrong = frozenset(i for i, reading in enumerate(refused) if reading & readings)
        if readings & given and not right:
            found.given.append(number.start)
            continue
        found.candidates.append(
            Candidate(
                start=number.start,
                end=number.end,
                value=min(readings),
                answers=right,
                forbidden=wrong - right if right else wrong,
                formed=bool(right or wrong) or (near and not _is_year(folded, number)),
            )
        )
    if not any(candidate.formed for candidate in found.candidates):
        found.candidates[:] = sorted(
            (
                *_spelled(folded, accepted, accepted=True),
                *_spelled(folded, refused, accepted=False),
            ),
            key=lambda candidate: candidate.start,
        )
    return found


_YEAR = re.compile(r"1[5-9]\d\d|20\d\d")
_DATED = re.compile(
    r"\b(?:in|since|by|until|around|about|circa|year|im jahre?|jahre?|seit|bis|um|spring|summer|"
    r"autumn|winter|january|february|march|april|may|june|july|august|september|october|november|"
    r"december|januar|februar|marz|mai|juni|juli|oktober|dezember),? \Z"
)


def _is_year(text: str, number: Number) -> bool:
    return (
        _YEAR.fullmatch(text, number.start, number.end) is not None
        and _DATED.search(text[max(0, number.start - 20) : number.start]) is not None
    )


def _spelled(
    folded: str, values: Sequence[frozenset[str]], *, accepted: bool
) -> Iterator[Candidate]:
    for index, readings in enumerate(values):
        for reading in readings:
            for start, end in find_spelled(folded, reading):
                here = frozenset({index})
                yield Candidate(
                    start=start,
                    end=end,
                    value=reading,
                    answers=here if accepted else frozenset(),
                    forbidden=frozenset() if accepted else here,
                )


def find_numbers_to_call(text: str, answers: Sequence[str], forbidden: Sequence[str]) -> Found:
    """Candidates for a telephone number: everything that is written like one."""
    return Found(
        candidates=[
            Candidate(
                start=start,
                end=end,
                value=re.sub(r"\D", "", written),
                answers=frozenset(i for i, a in enumerate(answers) if same_telephone(a, written)),
                forbidden=frozenset(
                    i for i, value in enumerate(forbidden) if same_telephone(value, written)
                ),
            )
            for start, end, written in find_telephones(text)
        ]
    )


def find_polar(text: str, answers: Sequence[str]) -> Found:
    """The candidate for a yes or a no: what is said first."""
    return Found(
        candidates=[
            Candidate(
                start=start,
                end=end,
                value=said,
                answers=frozenset(i for i, a in enumerate(answers) if polarity(a) == said),
            )
            for start, end, said in find_said(text)
        ]
    )
