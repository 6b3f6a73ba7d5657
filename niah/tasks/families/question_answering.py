"""Questions about the user's own documents: the passage that answers stands at the asked depth.

All passages that are asked about are taken out of the documents; the rest is the haystack. A trial
draws a question and plants its passage, a paragraph of its own.

Source: RULER's qa_1 and qa_2 (Hsieh et al. 2024, arXiv:2404.06654), where paragraphs of SQuAD and
HotpotQA are the haystack; own wording.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from niah.documents import Document
from niah.draws import choice, integer
from niah.errors import TaskError
from niah.passages import text_without
from niah.tasks import Challenge, Family, Needle, Parameter, Task
from niah.tasks.facts import Fact, facts_of, read_facts
from niah.tasks.needles import stated
from niah.tasks.parameters import in_language, whole_number
from niah.tasks.searched import Searched, standing
from niah.tasks.single import kind_of

VERSION = "question-answering-1"
MAX_QUESTIONS = 1_000_000
MAX_AROUND = 1_000_000
WHOLE_DOCUMENT = "document"
PLAIN = ("yes", "no", "ja", "nein")
"""Answers that need not stand in the passage, and stand everywhere."""

INSTRUCTIONS: Mapping[str, str] = {
    "en": (
        "You are given a collection of documents and a question. A passage somewhere in the "
        "documents answers it. Give the answer alone, in as few words as possible."
    ),
    "de": (
        "Sie erhalten eine Sammlung von Dokumenten und eine Frage. Irgendwo in den Dokumenten "
        "steht die Antwort. Geben Sie nur die Antwort, mit so wenigen Wörtern wie möglich."
    ),
}


def prepare(
    parameters: Mapping[str, Any],
    language: str,
    haystack: str,
    documents: Sequence[Document] = (),
) -> Task:
    """The facts, their passages found in the haystack, and what it is without them."""
    instruction = parameters.get("instruction")
    if instruction is None:
        instruction = in_language(INSTRUCTIONS, language, "question-answering")
    if not isinstance(instruction, str) or not instruction.strip():
        raise TaskError(f"task.instruction = {instruction!r} is not a text")
    facts = _facts(parameters, Searched(haystack, documents, _around(parameters)))
    cuts = dict.fromkeys(
        passage for fact in facts if fact.in_documents for passage in (*fact.passages, *fact.also)
    )

    def draw(seed: int) -> Challenge:
        fact = choice(seed, "question", facts)
        return Challenge(
            needles=tuple(_needles(fact, seed)),
            instruction=instruction,
            question=fact.question,
            answers=fact.answers,
            answer_kind=kind_of(fact.answers),
            fixed=True,
            document=fact.document,
        )

    content = hashlib.sha256(repr((instruction, facts)).encode(errors="replace")).hexdigest()
    return Task(
        kind="question-answering",
        version=f"{VERSION}/{content[:16]}",
        draw=draw,
        cuts=tuple(cuts),
        notes=tuple(_notes(facts, cuts, haystack)),
        asks=_asks(facts),
    )


def _facts(parameters: Mapping[str, Any], haystack: Searched) -> tuple[Fact, ...]:
    path, given = parameters.get("path"), parameters.get("facts")
    limit = (
        whole_number(parameters, "questions", 1, least=1, most=MAX_QUESTIONS)
        if "questions" in parameters
        else None
    )
    if (path is None) == (given is None):
        raise TaskError(
            "task.kind = 'question-answering' needs task.path, a .jsonl or .csv file with "
            "question, answers and passage, or a SQuAD or HotpotQA .json file; or the same in "
            "[[task.facts]]"
        )
    if given is not None:
        if not isinstance(given, list):
            raise TaskError("task.facts is not a list of tables with question and answers")
        entries = ((f"task.facts[{number}]", entry) for number, entry in enumerate(given))
        return facts_of(entries, haystack, "task.facts")[:limit]
    if not isinstance(path, str):
        raise TaskError(f"task.path = {path!r} is not a path")
    return read_facts(Path(path), haystack, limit)


def _around(parameters: Mapping[str, Any]) -> int:
    """Paragraphs on each side of a passage that are planted with it."""
    around = parameters.get("around")
    if around == WHOLE_DOCUMENT:
        return MAX_AROUND
    if isinstance(around, str):
        raise TaskError(
            f'task.around = {around!r} is neither a number of paragraphs nor "{WHOLE_DOCUMENT}"'
        )
    return whole_number(parameters, "around", 0, least=0, most=MAX_AROUND)


def _asks(facts: Sequence[Fact]) -> str:
    """How many questions there are, and where what answers them comes from."""
    planted = sum(not fact.in_documents for fact in facts)
    there = len(facts) - planted
    return f"{len(facts):,}: {there:,} answered by the documents, {planted:,} by planted texts"


def _needles(fact: Fact, seed: int) -> list[Needle]:
    """The first passage at the asked depth, further ones anywhere."""
    first, *others = fact.passages
    return [
        Needle(text=first, own_paragraph=True),
        *(
            Needle(
                text=passage,
                own_paragraph=True,
                depth_percent=integer(seed, f"depth/{number}", 10_001) / 100,
            )
            for number, passage in enumerate(others)
        ),
    ]


def _notes(facts: Sequence[Fact], cuts: Iterable[str], haystack: str) -> Iterator[str]:
    """What makes a question easier than it looks, or impossible."""
    elsewhere = standing(
        {answer for fact in facts for answer in fact.answers if answer.casefold() not in PLAIN},
        text_without(haystack, cuts) if cuts else haystack,
    )
    twice = [fact for fact in facts if not elsewhere.isdisjoint(fact.answers)]
    if twice:
        shown = next(answer for answer in twice[0].answers if answer in elsewhere)
        yield (
            f"of {len(facts):,} questions, {len(twice):,} have an answer that also stands outside "
            f"its passage, such as {shown!r}; the absent control tells whether that helps"
        )
    several = [fact for fact in facts if len(fact.documents) > 1]
    if several:
        yield (
            f"of {len(facts):,} questions, {len(several):,} have a passage that stands in several "
            f"documents, such as {several[0].question!r}; it is taken out of all of them, and "
            "reports say where it stands only if you name the document"
        )
    nowhere = [
        fact
        for fact in facts
        if not any(answer.casefold() in PLAIN for answer in fact.answers)
        and not any(stated(answer, passage) for passage in fact.passages for answer in fact.answers)
    ]
    if nowhere:
        yield (
            f"of {len(facts):,} questions, {len(nowhere):,} have no answer that stands in their "
            f"passage word for word, such as {nowhere[0].question!r} with "
            f"{nowhere[0].answers[0]!r}; the needle-only control tells whether it can be answered"
        )


FAMILY = Family(
    kind="question-answering",
    summary="questions about your own documents, the passage that answers at the asked depth",
    source="RULER qa_1, qa_2 (Hsieh et al. 2024), own wording",
    parameters=(
        Parameter(
            name="path",
            description=".jsonl or .csv with question, answers, and passage (in your documents; "
            "document names the file) or text (to be planted); or a SQuAD or HotpotQA .json, which "
            "is the haystack too",
        ),
        Parameter(name="facts", description="the same as a list of tables, in place of path"),
        Parameter(
            name="questions",
            description="at most so many of them; all by default, of a collection as many as leave "
            "nine tenths of its passages as haystack",
        ),
        Parameter(
            name="around",
            description="so many paragraphs before and after a passage of your documents are "
            'planted with it, or "document": all of its document; 0 by default, the passage alone',
        ),
        Parameter(name="instruction", description="in place of niah's own, before the haystack"),
    ),
    prepare=prepare,
    prepare_among=prepare,
    example='kind = "question-answering"\npath = "questions.jsonl"',
)
