"""Passages looked up in the user's documents: where they stand, and in which document."""

from __future__ import annotations

import difflib
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from niah.documents import Document
from niah.errors import TaskError
from niah.tasks.needles import stated

MAX_PASSAGE_CHARACTERS = 20_000
MIN_PASSAGE_CHARACTERS = 10
SHOWN_CHARACTERS = 60

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Searched:
    """The text that passages are looked up in.

    Attributes:
        text: Of the haystack.
        documents: Where each stands in it; none where it is not a file or folder of the user's.
        around: How many paragraphs before and after a passage are planted with it, and the rest of
            its own; 0 = the passage alone.
    """

    text: str
    documents: Sequence[Document] = ()
    around: int = 0

    @cached_property
    def paragraphs(self) -> list[tuple[str, str]]:
        """Each once, as it is and case-folded."""
        return _paragraphs(self.text)

    @property
    def end(self) -> int:
        """Where documents end that are laid end to end further on."""
        return self.documents[-1].end if self.documents else len(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A passage as the documents have it.

    Attributes:
        passage: Word for word, with what is planted around it.
        also: The same alone, and with other line breaks, as it stands elsewhere.
        documents: Names of those that it stands in; the one that was named, where one was.
    """

    passage: str
    also: tuple[str, ...]
    documents: tuple[str, ...]


def named(name: object, haystack: Searched, where: str) -> Document:
    """The document of that name.

    Raises:
        TaskError: naming the place and what would be right.
    """
    if not isinstance(name, str):
        raise TaskError(f"{where}.document is not a text; give a file's path below haystack.path")
    if not haystack.documents:
        raise TaskError(
            f"{where}.document = {name!r} names a document, and the haystack has none; set "
            "haystack.path to the folder, or leave document out"
        )
    known = {document.name: document for document in haystack.documents}
    document = known.get(PurePosixPath(name).as_posix())
    if document is None:
        close = difflib.get_close_matches(name, known, n=1)
        remedy = (
            f"did you mean {close[0]!r}?"
            if close
            else f"give a file's path below haystack.path, such as {next(iter(known))!r}"
        )
        raise TaskError(
            f"{where}.document = {name!r} is none of the {len(known):,} documents with text in the "
            f"haystack; {remedy}"
        )
    return document


def located(passage: str, haystack: Searched, document: Document | None, where: str) -> Found:
    """The passage as it stands in the documents, or in this one, where lines may break elsewhere.

    Raises:
        TaskError: if it does not stand there, or is too short to be looked up.
    """
    plain = " ".join(passage.split())
    shown = plain if len(plain) <= SHOWN_CHARACTERS else f"{plain[:SHOWN_CHARACTERS]}..."
    if len(plain) < MIN_PASSAGE_CHARACTERS:
        raise TaskError(
            f"{where}.passage ({shown!r}) is taken out of the documents wherever it stands, and "
            f"has fewer than {MIN_PASSAGE_CHARACTERS} characters; give the whole sentence"
        )
    spans = list(_standing(passage, haystack))
    if not spans:
        raise TaskError(
            f"{where}.passage ({shown!r}) does not stand in the haystack; copy it word for word, "
            "or call it text to have it planted"
        )
    inside = [span for span in spans if document is None or _holds(document, span)]
    if not inside:
        names = _names(spans, haystack)
        there = f"but in {names[0]!r}" if names else "but across two documents"
        raise TaskError(
            f"{where}.passage ({shown!r}) does not stand in {document and document.name!r}, {there}"
            f"{f' and {len(names) - 1:,} more' if len(names) > 1 else ''}; name the document that "
            "it stands in"
        )
    return _found(inside[0], spans, document, haystack, where)


def only_paragraph(
    answers: Sequence[str], haystack: Searched, document: Document | None, where: str
) -> Found:
    """The one paragraph of the documents, or of this one, that states an accepted answer.

    Raises:
        TaskError: if there is none, or more than one, or it is too long.
    """
    folded = [answer.casefold() for answer in answers]
    paragraphs = (
        haystack.paragraphs
        if document is None
        else _paragraphs(haystack.text[document.begin : document.end])
    )
    found = [
        paragraph
        for paragraph, lowered in paragraphs
        if any(answer in lowered for answer in folded)
        and any(stated(answer, paragraph) for answer in answers)
    ]
    if len(found) != 1:
        of = "the haystack" if document is None else repr(document.name)
        raise TaskError(
            f"{where} has no passage, and {len(found) or 'no'} paragraphs of {of} state its answer "
            f"{answers[0]!r}; give the passage that answers it, or a text to be planted"
        )
    check_passage(found[0], f"{where}: the paragraph that states its answer")
    begin = haystack.text.index(found[0], document.begin if document else 0)
    span = begin, begin + len(found[0])
    return _found(span, list(_standing(found[0], haystack)), document, haystack, where)


def check_passage(value: object, where: str) -> None:
    """Refuse what cannot be planted.

    Raises:
        TaskError: naming the place and what would be right.
    """
    if not isinstance(value, str) or not value.strip():
        raise TaskError(f"{where} is not a text")
    if len(value) > MAX_PASSAGE_CHARACTERS:
        raise TaskError(
            f"{where} has {len(value):,} characters; {MAX_PASSAGE_CHARACTERS:,} are allowed"
        )
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise TaskError(f"{where} has a zero byte or a lone surrogate, which is not text")


def _paragraphs(text: str) -> list[tuple[str, str]]:
    parts = (part.strip("\n") for part in dict.fromkeys(text.split("\n\n")))
    return [(part, part.casefold()) for part in parts]


def _standing(passage: str, haystack: Searched) -> Iterator[tuple[int, int]]:
    """Begin and end of the passage wherever it stands, its words whole."""
    # What goes before is looked at afterwards: without a condition in front, the first word is
    # searched for as text, thirty times as fast.
    pattern = re.compile(r"\s+".join(map(re.escape, passage.split())) + r"(?!\w)")
    at = 0
    while (match := pattern.search(haystack.text, at, haystack.end)) is not None:
        begin, end = match.span()
        if begin and _WORD.match(haystack.text, begin - 1):
            at = begin + 1
        else:
            yield begin, end
            at = end


def _found(
    span: tuple[int, int],
    spans: Sequence[tuple[int, int]],
    document: Document | None,
    haystack: Searched,
    where: str,
) -> Found:
    passage = haystack.text[slice(*span)]
    if haystack.around:
        passage = _with_surroundings(span, haystack)
        check_passage(passage, f"{where}: its passage with what task.around adds")
    forms = dict.fromkeys(haystack.text[slice(*one)] for one in (span, *spans))
    forms.pop(passage, None)
    return Found(
        passage=passage,
        also=tuple(forms),
        documents=(document.name,) if document else _names(spans, haystack),
    )


def _with_surroundings(span: tuple[int, int], haystack: Searched) -> str:
    """The passage's paragraph and so many before and after it, within its document."""
    own = _document_at(span, haystack)
    first, last = (own.begin, own.end) if own else (0, haystack.end)
    begin, end = span
    for _ in range(haystack.around + 1):
        at = haystack.text.rfind("\n\n", first, begin)
        begin = max(at, first)
        if at < 0:
            break
    for _ in range(haystack.around + 1):
        at = haystack.text.find("\n\n", end, last)
        end = at + 2 if at >= 0 else last
        if at < 0:
            break
    return haystack.text[begin:end].strip()


def _names(spans: Iterable[tuple[int, int]], haystack: Searched) -> tuple[str, ...]:
    """Of the documents that have one of these stretches of the text to its end."""
    found = (_document_at(span, haystack) for span in spans)
    return tuple(dict.fromkeys(document.name for document in found if document))


def _document_at(span: tuple[int, int], haystack: Searched) -> Document | None:
    """The document that has all of a stretch of the text."""
    at = bisect_right(haystack.documents, span[0], key=lambda one: one.begin) - 1
    document = haystack.documents[at] if at >= 0 else None
    return document if document and _holds(document, span) else None


def _holds(document: Document, span: tuple[int, int]) -> bool:
    return document.begin <= span[0] and span[1] <= document.end


def standing(answers: Iterable[str], text: str) -> set[str]:
    """Those of the answers that stand in the text, words whole, in upper or lower case.

    As ``needles.stated``, in one pass over the text for all of them; marks before the first word
    of an answer are not looked at.
    """
    by_word: dict[str, dict[str, list[str]]] = {}
    for answer in dict.fromkeys(answers):
        folded = " ".join(answer.casefold().split())
        if first := _WORD.search(folded):
            key = folded[first.start() :]
            by_word.setdefault(first[0], {}).setdefault(key, []).append(answer)
    folded_text = " ".join(text.casefold().split())
    found: set[str] = set()
    for match in _WORD.finditer(folded_text):
        sought = by_word.get(match[0])
        if not sought:
            continue
        for key in [key for key in sought if folded_text.startswith(key, match.start())]:
            end = match.start() + len(key)
            if not _WORD.match(folded_text, end):
                found.update(sought.pop(key))
    return found
