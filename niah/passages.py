"""Collections of passages with questions about them, in the published files' own forms.

SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016, 2018) and HotpotQA (Yang et al. 2018), the two that RULER
asks about. Their files are the user's; niah carries none.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from niah.errors import ConfigurationError

_SPACE = re.compile(r"\s*")
_BEGIN = re.compile(r"(?<!\w)\S")
_REACH = 32
"""Characters that passages are looked up by."""

SUFFIX = ".json"
MAX_BYTES = 1 << 30
SHAPES = (
    "SQuAD (an object with data, each with paragraphs of a context and its qas) or HotpotQA (a "
    "list of items with question, answer, supporting_facts and context)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question about passages of a collection.

    Attributes:
        question: One line.
        answers: Accepted answers, at least one.
        passages: The passages that answer it, word for word, one or more.
    """

    question: str
    answers: tuple[str, ...]
    passages: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """Passages and what is asked about them.

    Attributes:
        passages: Each once, a title on its first line; in an order by hash, so that neighbours are
            of different articles and the order is the same everywhere.
        questions: In an order by hash.
    """

    passages: tuple[str, ...]
    questions: tuple[Question, ...]


def read_collection(path: Path) -> Collection:
    """The collection in a file.

    Raises:
        ConfigurationError: if the file cannot be read or has neither of the two forms.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ConfigurationError(f"{path} is larger than {MAX_BYTES:,} bytes; split it")
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise ConfigurationError(f"{path} is not JSON in UTF-8") from None
    try:
        found = list(_squad(document) if isinstance(document, dict) else _hotpot(document))
    except (KeyError, TypeError, IndexError, AttributeError):
        raise ConfigurationError(f"{path} is neither of these: {SHAPES}") from None
    passages = {text for texts, _ in found for text in texts}
    questions = {question for _, question in found if question is not None}
    if not passages or not questions:
        raise ConfigurationError(f"{path} has no passage with a question that has an answer")
    return Collection(
        passages=tuple(sorted(passages, key=_by_hash)),
        questions=tuple(sorted(questions, key=lambda one: _by_hash(repr(one)))),
    )


def _by_hash(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _squad(document: dict[str, Any]) -> Iterator[tuple[list[str], Question | None]]:
    for article in document["data"]:
        title = str(article.get("title", "")).replace("_", " ")
        for paragraph in article["paragraphs"]:
            passage = _passage(title, paragraph["context"])
            yield [passage], None
            for entry in paragraph["qas"]:
                answers = [one["text"] for one in entry.get("answers", ())]
                yield [], _question(entry["question"], answers, [passage])


def _hotpot(document: list[dict[str, Any]]) -> Iterator[tuple[list[str], Question | None]]:
    for item in document:
        passages = {title: _passage(title, " ".join(lines)) for title, lines in item["context"]}
        named = dict.fromkeys(title for title, _ in item["supporting_facts"])
        gold = [passages[title] for title in named if title in passages]
        whole = len(gold) == len(named) > 0
        yield (
            list(passages.values()),
            _question(item["question"], [item["answer"]], gold) if whole else None,
        )


def _passage(title: str, text: str) -> str:
    lines = (_line(title), _line(text))
    return "\n".join(line for line in lines if line)


def _question(question: str, answers: list[str], passages: list[str]) -> Question | None:
    given = tuple(dict.fromkeys(line for answer in answers if (line := _line(answer))))
    asked = _line(question)
    if not given or not asked:
        return None
    return Question(question=asked, answers=given, passages=tuple(passages))


def _line(text: str) -> str:
    """One line of text that can be encoded."""
    return " ".join(text.encode(errors="replace").decode().split())


def text_without(text: str, passages: Iterable[str]) -> str:
    """The text with these passages taken out wherever they stand.

    Args:
        text: Paragraphs, a blank line between.
        passages: Parts of the text, word for word, that begin with a word or a mark; often whole
            paragraphs. The time hardly grows with their number.
    """
    whole = set(passages)
    several = {passage for passage in whole if "\n\n" in passage}
    if several:  # before one of their paragraphs is gone
        text = _cut(text, several)
    text = "\n\n".join(part for part in text.split("\n\n") if part.strip("\n") not in whole)
    others = whole - several
    return _cut(text, others) if others else text


def _cut(text: str, passages: set[str]) -> str:
    """The text without these stretches, what stands before and behind them parted as before."""
    kept: list[str] = []
    begin, space = 0, ""
    for start, end in _spans(text, passages):
        between = text[begin:start] if start >= begin else ""
        body = between.strip()
        if body:
            lead, _, trail = between.partition(body)
            kept += [_wider(space, lead) if kept else "", body]
            space = trail
        else:
            space = _wider(space, between)
        begin = max(begin, end)
    if not begin:
        return text
    rest = text[begin:]
    body = rest.lstrip()
    lead = rest[: len(rest) - len(body)]
    return "".join([*kept, _wider(space, lead) if kept else "", body])


def _wider(*spaces: str) -> str:
    """The space that parts more: with more lines, or longer."""
    return max(spaces, key=lambda space: (space.count("\n"), space))


def _spans(text: str, passages: set[str]) -> Iterator[tuple[int, int]]:
    """Where passages stand in the text, by begin; of those that begin together the longest."""
    reach = min((_REACH, *map(len, passages)))
    by_begin: dict[str, list[str]] = {}
    for passage in passages:
        by_begin.setdefault(passage[:reach], []).append(passage)
    for match in _BEGIN.finditer(text):
        at = match.start()
        found = [
            len(passage)
            for passage in by_begin.get(text[at : at + reach], ())
            if text.startswith(passage, at)
        ]
        if found:
            yield at, at + max(found)
