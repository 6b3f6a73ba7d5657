"""Reading by the letter: find the question in a prompt, and what in its text answers it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from niah.reference import following, gathering, tallying
from niah.reference.framing import asking_paragraphs, document_span, find_question, unwrapped
from niah.reference.searching import one_line, search
from niah.reference.ways import Says, Way
from niah.reference.words import language_of, question_words

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

_WAYS: tuple[Way, ...] = (*gathering.WAYS, *following.WAYS, *tallying.WAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A sentence that answers the question, or a statement that bears on the answer.

    Attributes:
        text: The sentence.
        depth_percent: Document characters before it / all that are not in it x 100, 0..100.
        says: What of it the answer is made of.
    """

    text: str
    depth_percent: float
    says: Says


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a reader made of a prompt.

    Attributes:
        question: As it stands in the prompt; empty when none was found.
        language: Of the question: "en", "de" or "other".
        found: The sentences that match it equally well, or the statements that its answer follows
            from, in the order of the text.
        conclude: From what the noticed ones say to the answer; empty = they do not answer it.
    """

    question: str
    language: str
    found: tuple[Found, ...]
    conclude: Callable[[Sequence[Says]], str]


def _quoted(said: Sequence[Says]) -> str:
    return " ".join(sentence for (sentence,) in said)


def read(messages: Sequence[Mapping[str, str]]) -> Reading:
    """Read a prompt: its question, and the sentences of its document that answer it.

    The document is everything the user said but the question and the instruction. Questions of a
    known form are answered in their way, where the document has statements that bear on them. Of
    all others, the content words are weighted by how rare they are in the document; a sentence
    answers if it has the rare ones, all names among them, and enough of their weight.

    Args:
        messages: Each with ``role`` and ``content``.
    """
    contents = [message["content"] for message in messages if message["role"] == "user"]
    system = [message["content"] for message in messages if message["role"] == "system"]
    if sum(map(len, system)) > sum(map(len, contents)):  # it holds the document
        contents = system + contents
    text = "\n\n".join(contents)
    last = len(text) - len(contents[-1]) if contents else 0
    known = _known_form(text, last)
    if known is not None and (reading := _read_in_its_way(text, *known)).found:
        return reading
    question = find_question(text, last)
    language = language_of(question)
    words = question_words(question, language)
    first, end = document_span(text, question)
    spans = search(text, words, question, language, document=(first, end))
    if known is not None:  # the rest of what is asked is no answer to it
        begin, stop = document_span(text, known[1][0])
        spans = [span for span in spans if begin <= span[0] < stop]
    return Reading(
        question=question,
        language=language,
        found=tuple(
            Found(
                text=one_line(text[span[0] : span[1]]),
                depth_percent=_depth(span, first, end),
                says=(one_line(text[span[0] : span[1]]),),
            )
            for span in spans
        ),
        conclude=_quoted,
    )


def _known_form(text: str, last: int) -> tuple[Way, re.Match[str]] | None:
    """The way to answer a question of a known form, and the question."""
    for paragraph in asking_paragraphs(text, last):
        for way in _WAYS:
            if asked := way.asks.search(paragraph):
                return way, asked
    return None


def _read_in_its_way(text: str, way: Way, asked: re.Match[str]) -> Reading:
    first, end = document_span(text, asked[0])
    document = unwrapped(text[first:end])
    return Reading(
        question=asked[0],
        language=language_of(asked[0]),
        found=tuple(
            Found(
                text=one_line(match[0]),
                depth_percent=_depth(match.span(), 0, len(document)),
                says=match.groups(default=""),
            )
            for match in way.statements(asked, document)
        ),
        conclude=partial(way.conclude, asked),
    )


def _depth(span: tuple[int, int], first: int, end: int) -> float:
    """Of a stretch of the text, in percent of the document that is not in it."""
    rest = (end - first) - (span[1] - span[0])
    depth = 100.0 * (span[0] - first) / rest if rest > 0 else 50.0
    return min(100.0, max(0.0, depth))
