"""What stands around a document in a prompt: the question, the instruction, a wrapper."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from niah.reference.sentences import sentence_at

_QUESTION_MARK = re.compile("[?\uff1f\u061f]")
_HEADING = re.compile(r"\W*\w+\W*:\s*")
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n")
INSTRUCTION = re.compile(r"\b(?:question|answer\w*|frage|antwort\w*|beantwort\w*)\b", re.IGNORECASE)
_TAG = re.compile(r"<[^<>\n]*>|^[#>*\-\s]+")
_JSON_OPENING = re.compile(r'^\{"\w+": (?=")', re.MULTILINE)


def asking_paragraphs(text: str, last: int) -> Iterator[str]:
    """The paragraphs in which a question may stand: the last two, and the first ones.

    Args:
        text: All messages of the user.
        last: Where the last one begins.
    """
    yield from reversed(_PARAGRAPH.split(text[last:][-6_000:].rstrip())[-2:])
    yield from _first_paragraphs(text, last)


def _first_paragraphs(text: str, last: int) -> Iterator[str]:
    """Four of the last message and, where that is another one, four of the first message."""
    for start in dict.fromkeys((last, 0)):
        yield from _PARAGRAPH.split(text[start : start + 6_000])[:4]


def find_question(text: str, last: int) -> str:
    """The question at the end of the last message, else at a beginning, else the last line."""
    message = text[last:]
    tail = message[-6_000:].rstrip()
    paragraphs = _PARAGRAPH.split(tail)
    for paragraph in reversed(paragraphs[-2:]):
        asked = _last_question(paragraph)
        if asked and len(paragraph) - paragraph.rfind(asked[-1]) <= 400:
            return asked
        if len(paragraph) > 120:  # no mere "Answer:" below the question
            break
    for paragraph in _first_paragraphs(text, last):
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


def document_span(text: str, question: str) -> tuple[int, int]:
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
    return not bare or question in paragraph or bool(INSTRUCTION.search(bare))


def unwrapped(document: str) -> str:
    """The text of the JSON object that a document ends with; another document as it is."""
    opening = _JSON_OPENING.search(document, 0, 8_000)
    if opening is None:
        return document
    try:
        text, end = json.JSONDecoder().raw_decode(document, opening.end())
    except json.JSONDecodeError:
        return document
    return str(text) if document[end:].strip() == "}" else document
