"""The sentences of a document that share a question's words, by how rare these are in it."""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Mapping, Sequence

from niah.reference.framing import INSTRUCTION
from niah.reference.sentences import sentence_at
from niah.reference.words import PART, UNSPACED, Word, stem_of, stems_of

# A sentence must carry this share of the weight of the question's words, and every word of at least
# that share of the rarest one's weight. So a near miss, which differs from what was asked in the
# word that matters, is no answer.
ENOUGH = 0.75
COMMON = 0.6
FREQUENT = 2_000
# In other languages nothing tells question words from matter, so words that stand in the question
# alone are left out, and of the rest less is asked for: there a near miss may pass as an answer.
ENOUGH_ELSEWHERE = 0.6
MOST_ANSWERS = 64


def _lower(text: str) -> str:
    """Lower case with every character in its place."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(c if len(c.lower()) != 1 else c.lower() for c in text)


def search(
    text: str,
    words: Sequence[Word],
    question: str,
    language: str,
    *,
    document: tuple[int, int],
) -> list[tuple[int, int]]:
    """Where the sentences begin and end that match a question best, equally well, in order.

    Args:
        text: The prompt.
        words: Of the question; without any, nothing matches.
        question: As it stands in the prompt.
        language: Of the question.
        document: Where the document begins and ends in the text.
    """
    lower = _lower(text)
    counts = {word.stem: _count(lower, word.stem) for word in words}
    if language == "other":
        asked, times = _lower(question), text.count(question)
        counts = {
            stem: count for stem, count in counts.items() if count > times * _count(asked, stem)
        }
    if not counts or not all(counts.values()):
        return []
    size = 1 + len(text) / 100
    weights = {stem: math.log1p(size / count) for stem, count in counts.items()}
    rarest = min(counts, key=lambda stem: (counts[stem], -len(stem)))
    rare = COMMON * weights[rarest]
    if language == "other":
        needed, enough = {rarest}, ENOUGH_ELSEWHERE * sum(weights.values())
    else:
        needed = {word.stem for word in words if word.name or weights[word.stem] >= rare}
        enough = ENOUGH * sum(weights.values())
    first, last = document
    best, seen_to = enough, -1
    found: list[tuple[int, int]] = []
    for hit in _hits(lower, rarest):
        if hit < seen_to:
            continue
        start, end = sentence_at(text, hit)
        seen_to = end
        sentence = lower[start:end]
        if _weight(weights, sentence) < best - 1e-9:  # quick: counts words inside words too
            continue
        present = set(stems_of(sentence))
        score = _weight(weights, present)
        if score < best - 1e-9 or not needed <= present:
            continue
        said = one_line(text[start:end])
        framed = not first <= start < last
        if _asks(said, question) or (framed and INSTRUCTION.search(said)):
            continue
        if score > best + 1e-9:
            best, found = score, []
        found.append((start, end))
    return found[:MOST_ANSWERS]


def _count(lower: str, stem: str) -> int:
    """How often a word of that stem stands in the text; of frequent letters an upper bound."""
    count = lower.count(stem)
    if count > FREQUENT or UNSPACED.match(stem):
        return count
    return sum(_stem_at(lower, at) == stem for at in _hits(lower, stem))


def _stem_at(lower: str, at: int) -> str:
    if at and (lower[at - 1].isalnum() or lower[at - 1] == "_"):
        return ""
    word = PART.match(lower, at)
    return stem_of(word[0]) if word else ""


def _weight(weights: Mapping[str, float], words: Container[str]) -> float:
    return sum(weight for stem, weight in weights.items() if stem in words)


def _asks(said: str, question: str) -> bool:
    return said.endswith(("?", "\uff1f", "\u061f")) or " ".join(question.split()) in said


def _hits(lower: str, stem: str) -> Iterator[int]:
    at = lower.find(stem)
    while at >= 0:
        yield at
        at = lower.find(stem, at + len(stem))


def one_line(sentence: str) -> str:
    """A sentence without line breaks, and without the marks that open a quotation."""
    return " ".join(sentence.split()).strip("\u201e\u00ab ")
