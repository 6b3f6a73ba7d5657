"""One needle at the asked depth, one question about it.

Source: Kamradt 2023 (LLMTest_NeedleInAHaystack); RULER's niah_single (Hsieh et al. 2024,
arXiv:2404.06654). Own wording.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from niah.draws import choice
from niah.errors import HaystackError, TaskError
from niah.tasks import Challenge, Needle, Parameter, Task
from niah.tasks.needles import (
    CATALOGUE,
    AnswerKind,
    NeedleForm,
    catalogue_form,
    own_form,
    read_forms,
)
from niah.tasks.values import KINDS, long_numbers

VERSION = "single-1"

PARAMETERS = (
    Parameter(name="needle", description=f"one of {', '.join(CATALOGUE)}; magic-number by default"),
    Parameter(
        name="needles", description="your own: a list of tables with text, question, answers"
    ),
    Parameter(name="path", description="your own in a .jsonl or .csv file with these columns"),
    Parameter(name="instruction", description="in place of niah's own, before the haystack"),
)

INSTRUCTIONS: Mapping[str, str] = {
    "en": (
        "You are given a long text and a question. Somewhere in the text stands the answer. "
        "Answer the question from the text, in one short sentence."
    ),
    "de": (
        "Sie erhalten einen langen Text und eine Frage. Irgendwo im Text steht die Antwort. "
        "Beantworten Sie die Frage anhand des Textes in einem kurzen Satz."
    ),
}

REDRAWS = 100
_NUMBER = re.compile(r"\d(?:[\d.,_'\u00a0\u202f ]*\d)?")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_CODE = re.compile(r"(?=[\w-]*\d)[\w-]{6,}")


def prepare(parameters: Mapping[str, Any], language: str, haystack: str) -> Task:
    """The task with its needles checked; see ``registry.prepare_task``."""
    given = parameters.get("instruction")
    if given is not None and not (isinstance(given, str) and given.strip()):
        raise TaskError(f"task.instruction = {given!r} is not a text")
    instruction = given or INSTRUCTIONS.get(language)
    if instruction is None:
        raise TaskError(
            f"there is no instruction in {language!r} (niah has {', '.join(INSTRUCTIONS)}); give "
            "your own in task.instruction"
        )
    forms = _forms(parameters, language)
    for form in forms:
        _check_absent(form, haystack)
    stands = _reader(haystack)
    facts = hashlib.sha256(repr((instruction, forms)).encode()).hexdigest()

    def draw(seed: int) -> Challenge:
        form = choice(seed, "needle", forms)
        for redraw in range(REDRAWS):
            challenge = _fill(form, seed, redraw, language, instruction)
            drawn = set(challenge.answers).difference(form.fixed_answers)
            if not any(map(stands, drawn)):
                return challenge
        raise HaystackError(
            f"{REDRAWS} answers drawn for the needle {form.text!r} already stand in the haystack; "
            "let its answer be a {number} or a {uuid}"
        )

    return Task(kind="single", version=f"{VERSION}/{facts[:16]}", draw=draw)


def _reader(haystack: str) -> Callable[[str], bool]:
    """Whether a drawn answer stands in the haystack, fast enough to ask in every trial."""
    numbers = long_numbers(haystack)
    folded: list[str] = []

    def stands(answer: str) -> bool:
        if answer.isdecimal() and len(answer) >= 5:
            return answer in numbers
        if _UUID.fullmatch(answer):
            return False
        if not folded:
            folded.append(" ".join(haystack.casefold().split()))
        words = " ".join(answer.casefold().split())
        found = folded[0].find(words)
        while found >= 0:
            end = found + len(words)
            around = folded[0][found - 1 : found] + folded[0][end : end + 1]
            if not any(map(str.isalnum, around)):
                return True
            found = folded[0].find(words, found + 1)
        return False

    return stands


def _forms(parameters: Mapping[str, Any], language: str) -> tuple[NeedleForm, ...]:
    given = [key for key in ("needle", "needles", "path") if key in parameters]
    if len(given) > 1:
        raise TaskError(f"task.{given[0]} and task.{given[1]} are both given; keep one of them")
    if "path" in parameters:
        if not isinstance(parameters["path"], str):
            raise TaskError(f"task.path = {parameters['path']!r} is not a path")
        return read_forms(Path(parameters["path"]))
    if "needles" in parameters:
        entries = parameters["needles"]
        if not isinstance(entries, list) or not entries:
            raise TaskError("task.needles is not a list of tables with text, question, answers")
        return tuple(own_form(entry, f"task.needles[{i}]") for i, entry in enumerate(entries))
    needle = parameters.get("needle", "magic-number")
    if isinstance(needle, str):
        return (catalogue_form(needle, language),)
    return (own_form(needle, "task.needle"),)


def _fill(form: NeedleForm, seed: int, redraw: int, language: str, instruction: str) -> Challenge:
    suffix = f"/{redraw}" if redraw else ""
    values = {kind: draw(seed, f"{kind}{suffix}", language) for kind, draw in KINDS.items()}
    answers = tuple(answer.format_map(values) for answer in form.answers)
    return Challenge(
        needles=(Needle(text=form.text.format_map(values)),),
        instruction=instruction,
        question=form.question.format_map(values),
        answers=answers,
        answer_kind=form.answer_kind or kind_of(answers),
        keywords=form.keywords,
        fixed=form.fixed,
    )


def kind_of(answers: tuple[str, ...]) -> AnswerKind:
    """How the scorer is to read answers, by their looks."""
    if all(_NUMBER.fullmatch(answer) for answer in answers):
        return "number"
    if all(_CODE.fullmatch(answer) for answer in answers):
        return "code"
    return "words"


def _check_absent(form: NeedleForm, haystack: str) -> None:
    """Refuse a fixed answer that a reader could find without the needle."""
    for answer in form.fixed_answers:
        words = answer.split()
        pattern = r"\s+".join(map(re.escape, words))
        found = re.search(rf"(?<!\w){pattern}(?!\w)", haystack, re.IGNORECASE)
        if found:
            start = max(0, found.start() - 30)
            excerpt = " ".join(haystack[start : found.end() + 30].split())
            raise HaystackError(
                f"the answer {answer!r} already stands in the haystack, at character "
                f"{found.start():,} ({excerpt!r}); use another needle or another haystack"
            )
