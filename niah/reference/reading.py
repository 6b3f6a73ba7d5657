"""Reading by the letter: find the question in a prompt, and the sentence that shares its words."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass

from niah.reference.sentences import sentence_at
from niah.reference.words import (
    PART,
    UNSPACED,
    Word,
    language_of,
    question_words,
    stem_of,
    stems_of,
)

NOT_FOUND: Mapping[str, str] = {
    "en": "I could not find that in the text.",
    "de": "Das konnte ich im Text nicht finden.",
    "other": "I could not find that in the text.",
}

GUESSED: Mapping[str, str] = {
    "en": "It is {number}.",
    "de": "Es ist {number}.",
    "other": "It is {number}.",
}

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

_QUESTION_MARK = re.compile("[?\uff1f\u061f]")
_HEADING = re.compile(r"\W*\w+\W*:\s*")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n")
_INSTRUCTION = re.compile(
    r"\b(?:question|answer\w*|frage|antwort\w*|beantwort\w*)\b", re.IGNORECASE
)
_TAG = re.compile(r"<[^<>\n]*>|^[#>*\-\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A sentence that answers the question.

    Attributes:
        text: The sentence.
        depth_percent: Document characters before it / all that are not in it x 100, 0..100.
    """

    text: str
    depth_percent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader made of a prompt.

    Attributes:
        question: As it stands in the prompt; empty when none was found.
        language: Of the question: "en", "de" or "other".
        found: The sentences that match it equally well, in the order of the text.
    """

    question: str
    language: str
    found: tuple[Found, ...]


def read(messages: Sequence[Mapping[str, str]]) -> Reading:
    """Read a prompt: its question, and the sentences of its document that answer it.

    The document is everything the user said but the question and the instruction. The question's
    content words are weighted by how rare they are in the document; a sentence answers if it has
    the rare ones, all names among them, and enough of their weight.

    Args:
        messages: Each with ``role`` and ``content``.
    """
    contents = [message["content"] for message in messages if message["role"] == "user"]
    system = [message["content"] for message in messages if message["role"] == "system"]
    if sum(map(len, system)) > sum(map(len, contents)):  # it holds the document
        contents = system + contents
    text = "\n\n".join(contents)
    last = len(text) - len(contents[-1]) if contents else 0
    question = _find_question(text, last)
    language = language_of(question)
    words = question_words(question, language)
    if not words:
        return Reading(question=question, language=language, found=())
    return Reading(
        question=question, language=language, found=tuple(_search(text, words, question, language))
    )


def _find_question(text: str, last: int) -> str:
    """The question at the end of the last message, else at its beginning, else its last line."""
    message = text[last:]
    tail = message[-6_000:].rstrip()
    paragraphs = _PARAGRAPH.split(tail)
    for paragraph in reversed(paragraphs[-2:]):
        asked = _last_question(paragraph)
        if asked and len(paragraph) - paragraph.rfind(asked[-1]) <= 400:
            return asked
        if len(paragraph) > 120:  # no mere "Answer:" below the question
            break
    for paragraph in _PARAGRAPH.split(message[:6_000])[:4]:
        asked = _last_question(paragraph)
        if asked:
            return asked
    closing = paragraphs[-1].strip() if paragraphs else ""
    return closing if len(closing) <= 600 else ""


def _last_question(paragraph: str) -> str:
    """The last sentence that asks, without a heading such as ``Question:``."""
    marks = list(_QUESTION_MARK.finditer(paragraph))
    for mark in reversed(marks[-8:]):
        start, _ = sentence_at(paragraph, mark.start())
        heading = _HEADING.match(paragraph, start, mark.start())
        question = paragraph[heading.end() if heading else start : mark.end()].strip()
        if len(question) > 1:
            return question
    return ""


def _document(text: str, question: str) -> tuple[int, int]:
    """Where the document begins and ends between instruction and question."""
    start, end = 0, len(text)
    for _ in range(4):
        stop = _PARAGRAPH.search(text, start, min(end, start + 8_000))
        if stop is None or not _is_frame(text[start : stop.start()], question):
            break
        start = stop.end()
    for _ in range(4):
        cut = max(text.rfind("\n\n", start, end), start)
        if end - cut > 8_000 or not _is_frame(text[cut:end], question):
            break
        end = cut
    return start, end


def _is_frame(paragraph: str, question: str) -> bool:
    """Whether a paragraph at an end of the prompt speaks of the task and not of the matter."""
    bare = _TAG.sub("", paragraph).strip()
    return not bare or question in paragraph or bool(_INSTRUCTION.search(bare))


def _lower(text: str) -> str:
    """Lower case with every character in its place."""
    lower = text.lower()
    if len(lower) == len(text):
        return lower
    return "".join(c if len(c.lower()) != 1 else c.lower() for c in text)


def _search(text: str, words: list[Word], question: str, language: str) -> Iterator[Found]:
    lower = _lower(text)
    counts = {word.stem: _count(lower, word.stem) for word in words}
    if language == "other":
        asked, times = _lower(question), text.count(question)
        counts = {
            stem: count for stem, count in counts.items() if count > times * _count(asked, stem)
        }
    if not counts or not all(counts.values()):
        return
    size = 1 + len(text) / 100
    weights = {stem: math.log1p(size / count) for stem, count in counts.items()}
    rarest = min(counts, key=lambda stem: (counts[stem], -len(stem)))
    rare = COMMON * weights[rarest]
    if language == "other":
        needed, enough = {rarest}, ENOUGH_ELSEWHERE * sum(weights.values())
    else:
        needed = {word.stem for word in words if word.name or weights[word.stem] >= rare}
        enough = ENOUGH * sum(weights.values())
    first, last = _document(text, question)
    best, seen_to = enough, -1
    found: list[tuple[int, int, str]] = []
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
        said = _said(text[start:end])
        framed = not first <= start < last
        if _asks(said, question) or (framed and _INSTRUCTION.search(said)):
            continue
        if score > best + 1e-9:
            best, found = score, []
        found.append((start, end, said))
    for start, end, said in found[:MOST_ANSWERS]:
        rest = (last - first) - (end - start)
        depth = 100.0 * (start - first) / rest if rest > 0 else 50.0
        yield Found(text=said, depth_percent=min(100.0, max(0.0, depth)))


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


def _said(sentence: str) -> str:
    return " ".join(sentence.split()).strip("\u201e\u00ab ")
