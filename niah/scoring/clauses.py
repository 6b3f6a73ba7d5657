"""Which clause a value stands in, and what that clause says about it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from niah.scoring.candidates import Candidate

_SENTENCE_END = re.compile(r"\n+|(?<=[.!?…;])\s+|(?<=[.!?…][\"')\]])\s+")
_CLAUSE_END = re.compile(
    r",(?=\s)| - |[()]|(?<=\s)(?<!thing )(?<!one )(?<!body )"
    r"(?=(?:and|but|while|whereas|although|though|however|yet|so|because|since|"
    r"und|aber|wahrend|wohingegen|sondern|obwohl|jedoch|doch|weil|denn)\s)"
)
_APPOSITION = re.compile(r"\W*(?:the|which|that|who|whose|die|der|das|welche\w*|was)\b")
_NEAR = 400


class Clause(NamedTuple):
    """A stretch of text without a break, and the sentence that it is in."""

    start: int
    end: int
    sentence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What stands around a candidate, each part at most a few hundred characters.

    Attributes:
        candidate: The candidate.
        clause: Index of its clause.
        sentence: Index of its sentence.
        heading: The line above that ends with a colon, or a short one: a title.
        prefix: Clauses of the sentence before its own that hold no candidate.
        lead: Its own clause before it, from the candidate before.
        tail: Its own clause after it, up to the next candidate.
        suffix: Clauses after its own that hold no candidate and end the sentence.
        asked: The sentence is a question.
    """

    candidate: Candidate
    clause: int
    sentence: int
    heading: str
    prefix: str
    lead: str
    tail: str
    suffix: str
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A text cut into sentences (start, end) and clauses, both in order."""

    text: str
    sentences: list[tuple[int, int]]
    clauses: list[Clause]
    starts: list[int]

    def clause_at(self, offset: int) -> int:
        """Index of the clause that holds an offset."""
        return max(0, bisect_right(self.starts, offset) - 1)

    def sentence_at(self, offset: int) -> int:
        """Index of the sentence that holds an offset."""
        return self.clauses[self.clause_at(offset)].sentence


def lay_out(text: str, protected: Sequence[tuple[int, int]]) -> Layout:
    """Cut a text into sentences and clauses; never within a protected span."""
    sentences = _cut(text, 0, len(text), _SENTENCE_END, protected)
    clauses = [
        Clause(start, end, index)
        for index, sentence in enumerate(sentences)
        for start, end in _cut(text, *sentence, _CLAUSE_END, protected)
    ]
    return Layout(
        text=text,
        sentences=sentences,
        clauses=clauses,
        starts=[clause.start for clause in clauses],
    )


def _cut(
    text: str,
    start: int,
    end: int,
    pattern: re.Pattern[str],
    protected: Sequence[tuple[int, int]],
) -> list[tuple[int, int]]:
    cuts = []
    position = start
    upcoming = bisect_right(protected, (start, -1))
    for found in pattern.finditer(text, start, end):
        cut = found.end()
        while upcoming < len(protected) and protected[upcoming][1] <= cut:
            upcoming += 1
        inside = upcoming < len(protected) and protected[upcoming][0] < cut
        if cut > position and not inside:
            cuts.append((position, cut))
            position = cut
    if position < end or not cuts:
        cuts.append((position, end))
    return cuts


def settings(layout: Layout, candidates: Sequence[Candidate]) -> list[Setting]:
    """The setting of every candidate; candidates are in order and do not overlap."""
    text = layout.text
    homes = [layout.clause_at(candidate.start) for candidate in candidates]
    held = set(homes)
    titles = _headings(layout, {layout.clauses[home].sentence for home in homes})
    result = []
    for index, (candidate, home) in enumerate(zip(candidates, homes, strict=True)):
        clause = layout.clauses[home]
        first = index == 0 or homes[index - 1] != home
        last = index + 1 == len(candidates) or homes[index + 1] != home
        lead_start = clause.start if first else candidates[index - 1].end
        tail_end = max(candidate.end, clause.end if last else candidates[index + 1].start)
        sentence_start, sentence_end = layout.sentences[clause.sentence]
        result.append(
            Setting(
                candidate=candidate,
                clause=home,
                sentence=clause.sentence,
                heading=titles.get(clause.sentence, ""),
                prefix=_prefix(layout, home, held) if first else "",
                lead=text[max(lead_start, candidate.start - _NEAR) : candidate.start],
                tail=text[candidate.end : min(tail_end, candidate.end + _NEAR)],
                suffix=_suffix(layout, home, held) if last else "",
                asked=text[max(sentence_start, sentence_end - 20) : sentence_end]
                .rstrip("\"')] \n")
                .endswith("?"),
            )
        )
    return result


def _prefix(layout: Layout, home: int, held: set[int]) -> str:
    sentence = layout.clauses[home].sentence
    first = home
    while (
        first > 0
        and first - 1 not in held
        and layout.clauses[first - 1].sentence == sentence
        and layout.clauses[home].start - layout.clauses[first - 1].start <= _NEAR
    ):
        first -= 1
    if first > 0 and first - 1 in held and layout.clauses[first - 1].sentence == sentence:
        while first < home and _explains(layout, first):
            first += 1
    return layout.text[layout.clauses[first].start : layout.clauses[home].start]


def _suffix(layout: Layout, home: int, held: set[int]) -> str:
    sentence = layout.clauses[home].sentence
    after = home + 1
    end = start = layout.clauses[home].end
    while (
        after < len(layout.clauses)
        and after not in held
        and layout.clauses[after].sentence == sentence
        and end - start <= _NEAR
    ):
        end = layout.clauses[after].end
        after += 1
    if after in held and layout.clauses[after].sentence == sentence:
        end = layout.clauses[home + 1].end if _explains(layout, home + 1) else start
    return layout.text[start : min(end, start + _NEAR)]


def _explains(layout: Layout, clause: int) -> bool:
    """Whether a clause is about what stands before it: "(Bern)", "which is Bern's"."""
    start, end, _ = layout.clauses[clause]
    return (
        layout.text[start - 1 : start] == "("
        or _APPOSITION.match(layout.text, start, end) is not None
    )


def _headings(layout: Layout, held: set[int]) -> dict[int, str]:
    """The title above each sentence: of all items of a list, or of the next line."""
    titles: dict[int, str] = {}
    title, fresh = "", False
    for index, (start, end) in enumerate(layout.sentences):
        line = layout.text[start:end]
        body = line.strip()
        if not body:
            continue
        item = body.startswith("•")
        if index in held:
            if title and (item or fresh):
                titles[index] = title
            fresh = False
            if not item:
                title = ""
        elif not item and (body.endswith(":") or (line.endswith("\n") and len(body) < 40)):
            title, fresh = (body[-_NEAR:], True) if body[-1] not in ".!?" else ("", False)
        elif not item:
            title = ""
    return titles
