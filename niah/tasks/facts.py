"""Questions about the user's own documents, each with what answers it: there, or planted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from niah.errors import TaskError
from niah.passages import SUFFIX, Question, read_collection
from niah.tasks.entries import question_and_answers, read_entries
from niah.tasks.searched import Searched, check_passage, located, named, only_paragraph

COLLECTION_SHARE = 10
"""Of a collection's passages, one in so many is asked about; the others are the haystack."""

KEYS = ("question", "answers", "answer", "passage", "text", "document", "id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A question, and what answers it.

    Attributes:
        question: One line.
        answers: Accepted answers; one suffices.
        passages: What is planted, one or more texts that stand there as paragraphs of their own.
        in_documents: Whether they stand in the documents, word for word; else they are new.
        also: The same passages with other line breaks, as they stand elsewhere in the documents.
        documents: Names of those that they stand in; of the one that the user named, where one is.
    """

    question: str
    answers: tuple[str, ...]
    passages: tuple[str, ...]
    in_documents: bool
    also: tuple[str, ...] = field(default=(), compare=False, repr=False)
    documents: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @property
    def document(self) -> str:
        """Name of the one document that they stand in; empty if there is not one."""
        return self.documents[0] if len(self.documents) == 1 else ""


def read_facts(path: Path, haystack: Searched, limit: int | None) -> tuple[Fact, ...]:
    """The facts of a ``.jsonl`` or ``.csv`` file, or of a collection of passages (``.json``).

    Args:
        path: The file.
        haystack: What passages are looked up in.
        limit: At most so many; None = all, and of a collection as many as leave it a haystack.

    Raises:
        TaskError: naming the file, the line and what would be right.
        ConfigurationError: if a ``.json`` file is no collection of passages.
    """
    if path.suffix.lower() == SUFFIX:
        if haystack.around:
            raise TaskError(
                f"task.around is for documents; the passages of {path} are whole already"
            )
        return _of_collection(path, haystack.text, limit)
    return facts_of(read_entries(path), haystack, str(path))[:limit]


def facts_of(
    entries: Iterator[tuple[str, Any]], haystack: Searched, where: str
) -> tuple[Fact, ...]:
    """The facts of tables with question, answers, and passage, document or text.

    Args:
        entries: Each with its place, for messages.
        haystack: What passages are looked up in.
        where: The place of all of them.

    Raises:
        TaskError: naming the place, the key and what would be right.
    """
    facts: dict[Fact, str] = {}
    for place, entry in entries:
        fact = _fact(entry, place, haystack)
        if fact in facts:
            raise TaskError(f"{place} is {facts[fact]} again; leave one of them out")
        facts[fact] = place
    if not facts:
        raise TaskError(f"{where} has no facts; each needs a question and answers")
    return tuple(facts)


def _fact(entry: Any, where: str, haystack: Searched) -> Fact:
    if not isinstance(entry, Mapping):
        raise TaskError(f"{where} is not a table with question, answers and passage")
    for key in entry:
        if key not in KEYS:
            raise TaskError(
                f"{where} has the unknown key {key!r}; it takes question, answers, and passage "
                "(in your documents), document (the passage's) or text (to be planted)"
            )
    question, answers = question_and_answers(entry, where)
    given = {key: entry[key] for key in KEYS if entry.get(key) not in (None, "")}
    if "passage" in given and "text" in given:
        raise TaskError(
            f"{where} has a passage, which stands in your documents, and a text, which is planted; "
            "keep one of them"
        )
    if "document" in given and "text" in given:
        raise TaskError(
            f"{where} has a document, which its passage stands in, and a text, which is planted; "
            "keep one of them"
        )
    for key in ("passage", "text"):
        if key in given:
            check_passage(given[key], f"{where}.{key}")
    if "text" in given:
        text = given["text"].strip()
        return Fact(question=question, answers=answers, passages=(text,), in_documents=False)
    document = named(given["document"], haystack, where) if "document" in given else None
    found = (
        located(given["passage"], haystack, document, where)
        if "passage" in given
        else only_paragraph(answers, haystack, document, where)
    )
    return Fact(
        question=question,
        answers=answers,
        passages=(found.passage,),
        in_documents=True,
        also=found.also,
        documents=found.documents,
    )


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
