"""Candidates: every place in a response where a value stands that could be meant as the answer."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from niah.scoring.cues import ALTERNATIVE_BETWEEN
from niah.scoring.normalise import clean, fold
from niah.scoring.numbers import LETTER, Number, find_numbers, read_number
from niah.scoring.spelling import find_spelled
from niah.scoring.words import Word, find_phrase, phrase_forms, split_words

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


_TOKEN = re.compile(r"[^\W_]+(?:[-_][^\W_]+)*")
_HEX = re.compile(r"[0-9a-f]+")
_UUID = re.compile(r"[0-9a-f]{32}")


def find_codes(text: str, question: str, answers: Sequence[str], forbidden: Sequence[str]) -> Found:
    """Candidates for a code: an accepted one however divided, and tokens that look like one."""
    accepted = [_squeeze(answer) for answer in answers]
    refused = [_squeeze(value) for value in forbidden]
    folded = fold(text)
    given = {_squeeze(token) for token in _TOKEN.findall(question)} - set(accepted) - {""}
    spans: dict[tuple[int, int], str] = {}
    for code, original in zip((*accepted, *refused), (*answers, *forbidden), strict=True):
        for pattern in _code_patterns(code, original):
            spans.update((found.span(), code) for found in pattern.finditer(folded))
    looks = _form_of([*answers, *forbidden])
    found = Found(candidates=[])
    shortest = min(map(len, (*accepted, *refused, *given)), default=0) - 1
    for token in _TOKEN.finditer(text):
        if token.end() - token.start() < shortest:
            continue
        code = fold(token.group()).replace("-", "").replace("_", "")
        if code in given and looks(token.group()):
            found.given.append(token.start())
        elif code in accepted or code in refused or looks(token.group()):
            spans.setdefault(token.span(), code)
    end = -1
    for span, code in sorted(spans.items(), key=lambda item: (item[0][0], -item[0][1])):
        if span[0] < end or code in given:
            continue
        end = span[1]
        right = frozenset(i for i, other in enumerate(accepted) if other == code)
        wrong = frozenset(i for i, other in enumerate(refused) if other == code)
        found.candidates.append(
            Candidate(start=span[0], end=end, value=code, answers=right, forbidden=wrong)
        )
    return found


def _squeeze(code: str) -> str:
    return re.sub(r"[\W_]", "", fold(clean(code)))


def _code_patterns(code: str, original: str) -> Iterator[re.Pattern[str]]:
    """The code with its hyphens, without, with blanks for them; and character by character."""
    if not code:
        return
    before = rf"(?<![{LETTER}])(?<![{LETTER}][-_])"
    after = rf"(?![{LETTER}]|[-_][{LETTER}])"
    if _UUID.fullmatch(code):
        chunks = [code[:8], code[8:12], code[12:16], code[16:20], code[20:]]
    else:
        chunks = [_squeeze(chunk) for chunk in re.split(r"[\W_]+", original)]
    divided = r"[\s\-_.]{0,3}".join(re.escape(chunk) for chunk in chunks if chunk)
    yield re.compile(before + divided + after)
    if len(code) > 2:
        yield re.compile(before + r"[ ,\-]{1,2}".join(map(re.escape, code)) + after)


def _form_of(codes: Sequence[str]) -> Callable[[str], bool]:
    """Whether a token has the form of the given codes: length, digits, alphabet."""
    squeezed = [_squeeze(code) for code in codes]
    sizes = {len(code) + near for code in squeezed if code for near in (-1, 0, 1)}
    digits = all(any(map(str.isdigit, code)) for code in squeezed)
    capitals = all(code.isupper() for code in codes)
    hexadecimal = all(map(_HEX.fullmatch, squeezed))

    def looks(token: str) -> bool:
        code = token.replace("-", "").replace("_", "")
        if len(code) not in sizes:
            return False
        if not digits:
            return capitals and token.isupper()
        if hexadecimal and not _HEX.fullmatch(code.lower()):
            return False
        return any(map(str.isdigit, code))

    return looks


def find_words(text: str, question: str, answers: Sequence[str], forbidden: Sequence[str]) -> Found:
    """Candidates for words: places that state an accepted or a forbidden text, word for word.

    Other values cannot be known in open text; see ``verdict`` for how lists of them are told.
    """
    words = split_words(text)
    echoed = _echo(words, question)
    found = Found(candidates=[])
    for values, accepted in ((answers, True), (forbidden, False)):
        for index, value in enumerate(values):
            here = frozenset({index})
            for form in phrase_forms(value):
                places = find_phrase(words, form, inflected="last")
                for first, last in deque(places, maxlen=MAX_CANDIDATES):
                    if not all(echoed[first:last]):
                        found.candidates.append(
                            Candidate(
                                start=words[first].start,
                                end=words[last - 1].end,
                                value=" ".join(form),
                                answers=here if accepted else frozenset(),
                                forbidden=frozenset() if accepted else here,
                            )
                        )
    return Found(candidates=_longest(found.candidates))


def find_keywords(text: str, question: str, groups: Sequence[Sequence[str]]) -> Found:
    """Candidates for a phrase: each keyword in any inflection; ``answers`` are group indices."""
    words = split_words(text)
    echoed = _echo(words, question)
    candidates = [
        Candidate(
            start=words[first].start,
            end=words[last - 1].end,
            value=f"group {index}",
            answers=frozenset({index}),
        )
        for index, group in enumerate(groups)
        for keyword in group
        for form in phrase_forms(keyword)
        for first, last in deque(find_phrase(words, form, inflected="all"), maxlen=MAX_CANDIDATES)
        if not all(echoed[first:last])
    ]
    return Found(candidates=_longest(candidates))


def _longest(candidates: list[Candidate]) -> list[Candidate]:
    """Without those that stand within a longer one, such as Berg in Berg Hansen; in order."""
    merged: dict[tuple[int, int], Candidate] = {}
    for candidate in candidates:
        span = (candidate.start, candidate.end)
        twin = merged.get(span)
        merged[span] = candidate if twin is None else _both(twin, candidate)
    kept: list[Candidate] = []
    for candidate in sorted(merged.values(), key=lambda c: (c.start, -c.end)):
        if not kept or candidate.end > kept[-1].end:
            kept.append(candidate)
    return kept


def _both(one: Candidate, other: Candidate) -> Candidate:
    return Candidate(
        start=one.start,
        end=one.end,
        value=one.value,
        answers=one.answers | other.answers,
        forbidden=one.forbidden | other.forbidden,
    )


def _echo(words: Sequence[Word], question: str) -> list[bool]:
    """Which words repeat the question: those in a run of three that the question has too."""
    asked = [word.text for word in split_words(question)]
    triples = {tuple(asked[i : i + 3]) for i in range(len(asked) - 2)}
    echoed = [False] * len(words)
    for first, (one, two) in enumerate(pairwise(words[:-1])):
        if (one.text, two.text, words[first + 2].text) in triples:
            echoed[first : first + 3] = [True] * 3
    return echoed
