"""Answers in words: the places in a response that state them, in any spelling and inflection."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from itertools import pairwise

from niah.scoring.candidates import MAX_CANDIDATES, Candidate, Found
from niah.scoring.forms import answer_forms, between_joiners, fits, measured_words
from niah.scoring.words import Word, find_phrase, phrase_forms, split_words, stem

_ASIDE = re.compile(r"\([^()\n]{1,60}\)")


def find_words(text: str, question: str, answers: Sequence[str], forbidden: Sequence[str]) -> Found:
    """Candidates for words: places that state an accepted or a forbidden text, word for word.

    Other values cannot be known in open text; see ``verdict`` for how lists of them are told.
    """
    words = measured_words(text)
    asked = frozenset(stem(w.text) for w in split_words(question) if len(w.text) > 2)
    joined = between_joiners(words, asked)
    bare = _outside_brackets(joined, text)
    ways = {False: [words], True: [joined] if len(bare) == len(joined) else [joined, bare]}
    echoes = {kind: [_echo(way, question) for way in those] for kind, those in ways.items()}
    candidates = []
    for values, accepted in ((answers, True), (forbidden, False)):
        for index, value in enumerate(values):
            here = frozenset({index})
            for form in answer_forms(value, asked):
                for way, echo in zip(ways[form.joined], echoes[form.joined], strict=True):
                    places = find_phrase(way, form.words, inflected=form.inflected)
                    candidates += [
                        Candidate(
                            start=way[first].start,
                            end=way[last - 1].end,
                            value=value,
                            answers=here if accepted else frozenset(),
                            forbidden=frozenset() if accepted else here,
                        )
                        for first, last in deque(places, maxlen=MAX_CANDIDATES)
                        if not all(echo[first:last]) and fits(form, text, way[first:last])
                    ]
    return Found(candidates=_longest(candidates))


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


def _outside_brackets(words: Sequence[Word], text: str) -> list[Word]:
    """The words without asides: "Ada Winther (chair) and Jon Falk"."""
    asides = [found.span() for found in _ASIDE.finditer(text)]
    starts = [start for start, _ in asides]
    kept = []
    for word in words:
        at = bisect_right(starts, word.start) - 1
        if at < 0 or word.start >= asides[at][1]:
            kept.append(word)
    return kept


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
    asked = [word.text for word in measured_words(question)]
    triples = {tuple(asked[i : i + 3]) for i in range(len(asked) - 2)}
    echoed = [False] * len(words)
    for first, (one, two) in enumerate(pairwise(words[:-1])):
        if (one.text, two.text, words[first + 2].text) in triples:
            echoed[first : first + 3] = [True] * 3
    return echoed
