"""A way to read what no single sentence answers: what a prompt asks, where its text speaks of it.

Known by the form of the question. Each statement of the text is noticed or not, as any sentence
is; what is said follows from the noticed ones alone. So a reader that misses one answers in part,
or wrongly, as a model would.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

Says = tuple[str, ...]
"""What one statement says: the groups of its match, empty where they have no part in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How questions of one form are answered.

    Attributes:
        asks: Matches a question of the form.
        statements: From the question and the text to the statements that bear on it, in order.
        conclude: From the question and what the noticed statements say to the answer, in the form
            that its instruction asks for; empty = they do not answer it.
    """

    asks: re.Pattern[str]
    statements: Callable[[re.Match[str], str], Iterable[re.Match[str]]]
    conclude: Callable[[re.Match[str], Sequence[Says]], str]


def every(pattern: str) -> Callable[[re.Match[str], str], Iterable[re.Match[str]]]:
    """All statements of one form, whatever is asked."""
    return partial(_every, re.compile(pattern))


def _every(pattern: re.Pattern[str], _: re.Match[str], text: str) -> Iterable[re.Match[str]]:
    return pattern.finditer(text)


def about(form: str) -> Callable[[re.Match[str], str], Iterable[re.Match[str]]]:
    """The statements about what is asked: ``%(name)s`` in the form is a group of the question."""
    return partial(_about, form)


def _about(form: str, asked: re.Match[str], text: str) -> Iterable[re.Match[str]]:
    sought = {name: re.escape(value or "") for name, value in asked.groupdict().items()}
    return re.finditer(form % sought, text, re.MULTILINE)


def listed(_: re.Match[str], said: Sequence[Says]) -> str:
    """What each statement says, in the order of the text."""
    return ", ".join(statement[0] for statement in said)
