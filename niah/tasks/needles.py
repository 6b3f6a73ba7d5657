"""Needle sentences with placeholders: the catalogue, and the user's own."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from niah.errors import TaskError
from niah.tasks.entries import one_line, question_and_answers, read_entries
from niah.tasks.values import KINDS

AnswerKind = Literal["number", "code", "words", "phrase"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedleForm:
    """A needle before its values are drawn; texts may hold ``{number}`` and other placeholders.

    Attributes:
        text: The sentence that is planted.
        question: What is asked about it.
        answers: Accepted answers.
        answer_kind: How the scorer reads them; None = by their looks, once drawn.
        keywords: See ``Challenge``.
    """

    text: str
    question: str
    answers: tuple[str, ...]
    answer_kind: AnswerKind | None = None
    keywords: tuple[tuple[str, ...], ...] = ()

    @property
    def fixed_answers(self) -> tuple[str, ...]:
        """The answers that are the same in every trial."""
        return tuple(answer.format_map({}) for answer in self.answers if _is_fixed(answer))

    @property
    def fixed(self) -> bool:
        """Whether question and answers are the same in every trial."""
        return all(map(_is_fixed, (self.question, *self.answers)))


def _is_fixed(text: str) -> bool:
    return "{" not in text.replace("{{", "")


CATALOGUE: Mapping[str, Mapping[str, NeedleForm]] = {
    "magic-number": {
        "en": NeedleForm(
            text="The magic number of {city} is {number}.",
            question="What is the magic number of {city}?",
            answers=("{number}",),
            answer_kind="number",
        ),
        "de": NeedleForm(
            text="Die magische Zahl von {city} lautet {number}.",
            question="Wie lautet die magische Zahl von {city}?",
            answers=("{number}",),
            answer_kind="number",
        ),
    },
    "passkey": {
        "en": NeedleForm(
            text="The pass key for the door marked {word} is {code}.",
            question="What is the pass key for the door marked {word}?",
            answers=("{code}",),
            answer_kind="number",
        ),
        "de": NeedleForm(
            text="Der Zugangscode für die Tür mit der Aufschrift {word} lautet {code}.",
            question="Wie lautet der Zugangscode für die Tür mit der Aufschrift {word}?",
            answers=("{code}",),
            answer_kind="number",
        ),
    },
    "uuid": {
        "en": NeedleForm(
            text="The record named {word} has the identifier {uuid}.",
            question="Which identifier does the record named {word} have?",
            answers=("{uuid}",),
            answer_kind="code",
        ),
        "de": NeedleForm(
            text="Der Datensatz mit dem Namen {word} hat die Kennung {uuid}.",
            question="Welche Kennung hat der Datensatz mit dem Namen {word}?",
            answers=("{uuid}",),
            answer_kind="code",
        ),
    },
    # The sentence of LLMTest_NeedleInAHaystack (Kamradt 2023). Its question asked for the most fun
    # thing, which the sentence does not say; ours asks for what it says.
    "san-francisco": {
        "en": NeedleForm(
            text=(
                "The best thing to do in San Francisco is eat a sandwich and sit in Dolores Park "
                "on a sunny day."
            ),
            question="What is the best thing to do in San Francisco?",
            answers=("eat a sandwich and sit in Dolores Park on a sunny day",),
            answer_kind="phrase",
            keywords=(("sandwich",), ("Dolores Park",)),
        ),
        "de": NeedleForm(
            text=(
                "Das Beste, was man in San Francisco tun kann, ist, an einem sonnigen Tag ein "
                "Sandwich zu essen und im Dolores Park zu sitzen."
            ),
            question="Was ist das Beste, was man in San Francisco tun kann?",
            answers=("an einem sonnigen Tag ein Sandwich essen und im Dolores Park sitzen",),
            answer_kind="phrase",
            keywords=(("Sandwich",), ("Dolores Park", "Dolores-Park")),
        ),
    },
}


def catalogue_form(name: str, language: str) -> NeedleForm:
    """The needle of that name in that language.

    Raises:
        TaskError: if there is none.
    """
    forms = CATALOGUE.get(name)
    if forms is None:
        raise TaskError(
            f"task.needle = {name!r} is not known; use one of {', '.join(CATALOGUE)}, or give "
            "your own in [[task.needles]]"
        )
    form = forms.get(language)
    if form is None:
        raise TaskError(
            f"the needle {name!r} exists in {', '.join(forms)}, not in {language!r}; set "
            "task.language, or give your own in [[task.needles]]"
        )
    return form


def own_form(entry: Any, where: str) -> NeedleForm:
    """A needle of the user's own.

    Args:
        entry: A table with ``text``, ``question`` and ``answers`` (one text or a list).
        where: Its place, for messages.

    Raises:
        TaskError: naming the place, the key and what would be right.
    """
    if not isinstance(entry, Mapping):
        raise TaskError(f"{where} is not a table with text, question and answers")
    known = {"text", "question", "answers", "answer"}
    for key in entry:
        if key not in known:
            raise TaskError(
                f"{where} has the unknown key {key!r}; it takes text, question, answers"
            )
    text = one_line(entry.get("text"), f"{where}.text")
    question, answers = question_and_answers(entry, where)
    drawn = set(_placeholders(text, f"{where}.text"))
    for key, value in (("question", question), *(("answers", answer) for answer in answers)):
        for name in _placeholders(value, f"{where}.{key}"):
            if name not in drawn:
                raise TaskError(
                    f"{where}.{key} has the placeholder {{{name}}}, which its text does not have"
                )
    for answer in answers:
        if stated(answer, question):
            raise TaskError(
                f"{where}.question already states the answer {answer!r}; ask without naming it"
            )
    if not _ends_a_sentence(text):
        text += "."
    return NeedleForm(text=text, question=question, answers=answers)


def read_forms(path: Path) -> tuple[NeedleForm, ...]:
    """The user's needles in a file: ``.jsonl``, one object a line, or ``.csv`` with a header.

    In CSV, several answers of a cell are divided by ``|``.

    Raises:
        TaskError: naming the file, the line and what would be right.
    """
    forms = tuple(own_form(entry, where) for where, entry in read_entries(path))
    if not forms:
        raise TaskError(f"{path} has no needles; each line needs text, question and answers")
    return forms


def stated(answer: str, text: str) -> bool:
    """Whether the answer stands in the text, its words whole, in upper or lower case."""
    words = r"\s+".join(map(re.escape, answer.split()))
    return re.search(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE) is not None


def _placeholders(text: str, where: str) -> list[str]:
    try:
        parsed = [part for part in string.Formatter().parse(text) if part[1] is not None]
    except ValueError:
        raise TaskError(
            f"{where} has a brace without its partner; write {{{{ and }}}} for braces in the text"
        ) from None
    fields = []
    for _, name, width, conversion in parsed:
        if width or conversion:
            raise TaskError(
                f"{where} has a format in the placeholder {{{name}}}; write its name alone"
            )
        fields.append(name or "")
    for name in fields:
        if name not in KINDS:
            raise TaskError(
                f"{where} has the placeholder {{{name}}}; known ones are "
                f"{', '.join(f'{{{known}}}' for known in KINDS)}, and {{{{ }}}} are plain braces"
            )
    return fields


def _ends_a_sentence(text: str) -> bool:
    return unicodedata.category(text[-1]) in ("Po", "Pe", "Pf")
