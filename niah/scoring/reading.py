"""From a response's text to its candidates in their clauses, and its refusals."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from niah.scoring import cues
from niah.scoring.candidates import (
    MAX_CANDIDATES,
    Candidate,
    Found,
    find_numbers_to_call,
    find_polar,
    find_values,
)
from niah.scoring.clauses import Layout, Setting, lay_out, settings
from niah.scoring.codes import find_codes
from niah.scoring.labels import names_key, other_names
from niah.scoring.normalise import clean, final_answers, fold
from niah.scoring.polarity import is_polar
from niah.scoring.telephones import are_telephones
from niah.scoring.wordings import find_keywords, find_words
from niah.scoring.words import phrase_forms

AnswerKind = Literal["number", "code", "words", "phrase"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a response answers: the arguments of ``score_answers``, prepared.

    Attributes:
        question: Cleaned and folded.
        keys: Its key words.
        answers: Accepted answers.
        match: Whether one suffices or all are asked for.
        forbidden: Distractors' values.
        kind: How values are compared.
        groups: Keyword groups of a phrase.
    """

    question: str
    keys: frozenset[str]
    answers: tuple[str, ...]
    match: Literal["any", "all"]
    forbidden: tuple[str, ...]
    kind: AnswerKind
    groups: tuple[tuple[str, ...], ...]

    @property
    def open_text(self) -> bool:
        """The answers are words, so that facts around them may be negated too."""
        return self.kind in ("words", "phrase")

    @property
    def ordinals(self) -> frozenset[str]:
        """Which of several it asks for: the third edition, not the second."""
        return frozenset(found.rstrip("nrms") for found in cues.ORDINAL.findall(self.question))

    @property
    def absent(self) -> bool:
        """The accepted answer is that the text does not tell."""
        texts = [word for group in self.groups for word in group] or self.answers
        return self.open_text and any(cues.REFUSAL.search(fold(clean(text))) for text in texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A part of a response with its candidates, and where it refuses to answer."""

    layout: Layout
    found: Found
    setting: list[Setting]
    refusals: list[tuple[int, int]]


def keyword_groups(
    answers: Sequence[str], keywords: Sequence[Sequence[str]]
) -> tuple[tuple[str, ...], ...]:
    """The groups that were given, or one for each longer word of the first answer."""
    if keywords:
        return tuple(tuple(group) for group in keywords)
    words = [word for answer in answers[:1] for form in phrase_forms(answer)[:1] for word in form]
    return tuple((word,) for word in words if len(word) > 3) or tuple((word,) for word in words)


def marked_parts(visible: str, text: str) -> list[str]:
    """What the response itself marks as its final answer, the clearest mark first."""
    parts = []
    delimited = final_answers(visible)
    if delimited:
        position = visible.rfind(delimited[-1])
        taken_back = cues.CORRECTION.search(fold(visible[:position])) and len(delimited) > 1
        parts.append(clean(delimited[-1] if taken_back else " ;\n".join(delimited)))
    label = cues.ANSWER_LABEL.search(fold(text))
    if label and label.start():
        parts.append(text[label.end() :])
    return [part for part in parts if part.strip()]


def read_part(text: str, asked: Asked) -> Reading:
    """Find the candidates of a cleaned text, what stands around them, and refusals."""
    if asked.kind == "words" and is_polar(asked.answers):
        found = find_polar(text, asked.answers)
    elif asked.kind in ("number", "code") and are_telephones(asked.answers):
        found = find_numbers_to_call(text, asked.answers, asked.forbidden)
    elif asked.kind == "number":
        found = find_values(text, asked.question, asked.answers, asked.forbidden)
    elif asked.kind == "code":
        found = find_codes(text, asked.question, asked.answers, asked.forbidden)
    elif asked.kind == "words":
        found = find_words(text, asked.question, asked.answers, asked.forbidden)
    else:
        found = find_keywords(text, asked.question, asked.groups)
    folded = fold(text)
    found = replace(found, candidates=_formed(folded, found.candidates)[-MAX_CANDIDATES:])
    spans = [(candidate.start, candidate.end) for candidate in found.candidates]
    layout = lay_out(folded, spans)
    around = settings(layout, found.candidates)
    return Reading(
        layout=layout,
        found=found,
        setting=around,
        refusals=_refusals(layout, spans, asked),
    )


def _formed(text: str, candidates: list[Candidate]) -> list[Candidate]:
    """Those of the answer's form, and those offered beside one as its alternative."""
    kept = []
    for index, candidate in enumerate(candidates):
        beside = candidates[max(0, index - 1) : index] + candidates[index + 1 : index + 2]
        if candidate.formed or any(
            other.formed and offered_together(text, candidate, other) for other in beside
        ):
            kept.append(candidate)
    return kept


def offered_together(text: str, one: Candidate, other: Candidate) -> bool:
    """Whether two neighbours are alternatives: "4829133 or 12"."""
    between = text[min(one.end, other.end) : max(one.start, other.start)]
    return (
        len(between) < 60
        and re.search(r"[.!?;]\s", between) is None
        and cues.ALTERNATIVE_BETWEEN.search(between) is not None
    )


def _refusals(
    layout: Layout, spans: Sequence[tuple[int, int]], asked: Asked
) -> list[tuple[int, int]]:
    """Where the text says that it cannot answer this question."""
    relevant = []
    upcoming = 0
    for found in cues.REFUSAL.finditer(layout.text):
        start, end = found.span()
        while upcoming < len(spans) and spans[upcoming][1] <= start:
            upcoming += 1
        if upcoming < len(spans) and spans[upcoming][0] < end:
            continue
        clause = layout.clauses[layout.clause_at(start)]
        text = layout.text[clause.start : min(clause.end, clause.start + 400)]
        rest = layout.text[max(clause.start, start - 40) : max(end, min(clause.end, end + 200))]
        if cues.CONCEDED.search(text) or cues.NOT_ABOUT_THE_QUESTION.search(rest):
            continue
        if spans and other_names(rest, "", asked.keys) and not names_key(rest, asked.keys):
            continue
        if spans and cues.UNKNOWN.fullmatch(found[0]) and not names_key(rest, asked.keys):
            continue
        if asked.open_text and not _is_refusers(layout.text, clause.start, found):
            continue
        told = upcoming > 0 and layout.sentence_at(spans[upcoming - 1][0]) < clause.sentence
        if told and _is_of_another(layout.text, end, asked):
            continue
        relevant.append((start, end))
    return relevant


def _is_of_another(text: str, end: int, asked: Asked) -> bool:
    """Whether what the text does not tell is another question: "it never says why he left"."""
    told = cues.INDIRECT.match(text, end)
    return (
        told is not None
        and told[1] not in asked.question.split()
        and not names_key(told[2], asked.keys)
    )


def _is_refusers(text: str, clause_start: int, found: re.Match[str]) -> bool:
    """Whether it is the response or the text that refuses, not a fact with a negation."""
    if cues.PLAIN_REFUSAL.match(text, found.start()) or found.start() - clause_start < 3:
        return True
    before = text[max(clause_start, found.start() - 80) : found.end()]
    return cues.REFUSER.search(before) is not None
