"""Questions about the user's own documents, each with what answers it: there, or planted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from niah.errors import TaskError
from niah.passages import SUFFIX, Question, read_collection
from niah.tasks.needles import question_and_answers, read_entries, stated

MAX_PASSAGE_CHARACTERS = 20_000
MIN_PASSAGE_CHARACTERS = 10
COLLECTION_SHARE = 10
"""Of a collection's passages, one in so many is asked about; the others are the haystack."""

_WORD = re.compile(r"\w+")

KEYS = ("question", "answers", "answer", "passage", "text", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A question, and what answers it.

    Attributes:
        question: One line.
        answers: Accepted answers; one suffices.
        passages: What is planted, one or more texts that stand there as paragraphs of their own.
        in_documents: Whether they stand in the documents, word for word; else they are new.
    """

    question: str
    answers: tuple[str, ...]
    passages: tuple[str, ...]
    in_documents: bool


def read_facts(path: Path, documents: str, limit: int | None) -> tuple[Fact, ...]:
    """The facts of a ``.jsonl`` or ``.csv`` file, or of a collection of passages (``.json``).

    Args:
        path: The file.
        documents: Text of the haystack.
        limit: At most so many; None = all, and of a collection as many as leave it a haystack.

    Raises:
        TaskError: naming the file, the line and what would be right.
        ConfigurationError: if a ``.json`` file is no collection of passages.
    """
    if path.suffix.lower() == SUFFIX:
        return _of_collection(path, documents, limit)
    return facts_of(read_entries(path), documents, str(path))[:limit]


def facts_of(entries: Iterator[tuple[str, Any]], documents: str, where: str) -> tuple[Fact, ...]:
    """The facts of tables with ``question``, ``answers``, and ``passage`` or ``text``.

    Args:
        entries: Each with its place, for messages.
        documents: Text of the haystack.
        where: The place of all of them.

    Raises:
        TaskError: naming the place, the key and what would be right.
    """
    parts = (part.strip("\n") for part in dict.fromkeys(documents.split("\n\n")))
    paragraphs = [(part, part.casefold()) for part in parts]
    facts: dict[Fact, str] = {}
    for place, entry in entries:
        fact = _fact(entry, place, documents, paragraphs)
        if fact in facts:
            raise TaskError(f"{place} is {facts[fact]} again; leave one of them out")
        facts[fact] = place
    if not facts:
        raise TaskError(f"{where} has no facts; each needs a question and answers")
    return tuple(facts)


def _fact(entry: Any, where: str, documents: str, paragraphs: Sequence[tuple[str, str]]) -> Fact:
    if not isinstance(entry, Mapping):
        raise TaskError(f"{where} is not a table with question, answers and passage")
    for key in entry:
        if key not in KEYS:
            raise TaskError(
                f"{where} has the unknown key {key!r}; it takes question, answers, and passage "
                "(in your documents) or text (to be planted)"
            )
    question, answers = question_and_answers(entry, where)
    given = {key: entry[key] for key in ("passage", "text") if entry.get(key) not in (None, "")}
    if len(given) == 2:
        raise TaskError(
            f"{where} has a passage, which stands in your documents, and a text, which is planted; "
            "keep one of them"
        )
    for key, value in given.items():
        _check_passage(value, f"{where}.{key}")
    if "text" in given:
        text = given["text"].strip()
        return Fact(question=question, answers=answers, passages=(text,), in_documents=False)
    passage = (
        _located(given["passage"], documents, where)
        if given
        else _only_paragraph(answers, paragraphs, where)
    )
    return Fact(question=question, answers=answers, passages=(passage,), in_documents=True)


def _check_passage(value: Any, where: str) -> None:
    if not isinstance(value, str) or not value.strip():
        raise TaskError(f"{where} is not a text")
    if len(value) > MAX_PASSAGE_CHARACTERS:
        raise TaskError(
            f"{where} has {len(value):,} characters; {MAX_PASSAGE_CHARACTERS:,} are allowed"
        )
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise TaskError(f"{where} has a zero byte or a lone surrogate, which is not text")


def _located(passage: str, documents: str, where: str) -> str:
    """The passage as it stands in the documents, where lines may break elsewhere."""
    words = passage.split()
    plain = " ".join(words)
    begin = plain if len(plain) <= 60 else f"{plain[:60]}..."
    if len(plain) < MIN_PASSAGE_CHARACTERS:
        raise TaskError(
            f"{where}.passage ({begin!r}) is taken out of the documents wherever it stands, and "
            f"has fewer than {MIN_PASSAGE_CHARACTERS} characters; give the whole sentence"
        )
    pattern = r"\s+".join(map(re.escape, words))
    found = re.search(rf"(?<!\w){pattern}(?!\w)", documents)
    if found is None:
        raise TaskError(
            f"{where}.passage ({begin!r}) does not stand in the haystack; copy it word for word, "
            "or call it text to have it planted"
        )
    return found[0]


def _only_paragraph(
    answers: Sequence[str], paragraphs: Sequence[tuple[str, str]], where: str
) -> str:
    """The one paragraph that states an accepted answer; each is given as it is and case-folded."""
    folded = [answer.casefold() for answer in answers]
    found = [
        paragraph
        for paragraph, lowered in paragraphs
        if any(answer in lowered for answer in folded)
        and any(stated(answer, paragraph) for answer in answers)
    ]
    if len(found) != 1:
        raise TaskError(
            f"{where} has no passage, and {len(found) or 'no'} paragraphs of the haystack state "
            f"its answer {answers[0]!r}; give the passage that answers it, or a text to be planted"
        )
    _check_passage(found[0], f"{where}: the paragraph that states its answer")
    return found[0]


def _of_collection(path: Path, documents: str, limit: int | None) -> tuple[Fact, ...]:
    """Questions whose passages stand in the documents, while enough others are left there."""
    there = {part.strip("\n") for part in documents.split("\n\n")}
    spare = max(1, len(there) // COLLECTION_SHARE)
    facts: list[Fact] = []
    taken: set[str] = set()
    for question in read_collection(path).questions:
        if len(facts) == limit:
            break
        if not there.issuperset(question.passages):
            continue
        if limit is None and len(taken.union(question.passages)) > spare:
            break
        taken.update(question.passages)
        facts.append(_as_fact(question))
    if not facts:
        raise TaskError(
            f"{path}: none of its passages stands in the haystack; set haystack.path to the same "
            "file"
        )
    return tuple(facts)


def _as_fact(question: Question) -> Fact:
    return Fact(
        question=question.question,
        answers=question.answers,
        passages=question.passages,
        in_documents=True,
    )


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
