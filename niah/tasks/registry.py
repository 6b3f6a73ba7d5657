"""Task families by name; adding one means adding its module here and a test."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from niah.errors import TaskError
from niah.tasks import Parameter, Task, single


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A task family.

    Attributes:
        kind: Its name in ``[task]``.
        summary: One line for ``niah tasks``.
        source: The paper or test that it follows.
        parameters: The keys that it takes.
        prepare: From parameters, language and haystack text to a task.
    """

    kind: str
    summary: str
    source: str
    parameters: tuple[Parameter, ...]
    prepare: Callable[[Mapping[str, Any], str, str], Task]


FAMILIES: Mapping[str, Family] = {
    family.kind: family
    for family in (
        Family(
            kind="single",
            summary="one needle at the asked depth, one question about it",
            source="Kamradt 2023; RULER niah_single (Hsieh et al. 2024), own wording",
            parameters=single.PARAMETERS,
            prepare=single.prepare,
        ),
    )
}


def prepare_task(kind: str, parameters: Mapping[str, Any], *, language: str, haystack: str) -> Task:
    """The task of an experiment, its parameters checked against the haystack.

    Args:
        kind: Name of the family.
        parameters: The other keys of ``[task]``.
        language: Of needle and question.
        haystack: Text of the corpus; answers that already stand in it are refused or avoided.

    Raises:
        TaskError: if the family or a parameter is unknown, or a needle cannot be used.
        HaystackError: if a fixed answer already stands in the haystack.
    """
    family = FAMILIES.get(kind)
    if family is None:
        raise TaskError(f"task.kind = {kind!r} is not known; use one of {', '.join(FAMILIES)}")
    known = [parameter.name for parameter in family.parameters]
    for name in parameters:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            remedy = f"did you mean {close[0]!r}?" if close else f"{kind} takes {', '.join(known)}"
            raise TaskError(f"unknown key task.{name}; {remedy}")
    return family.prepare(parameters, language, haystack)
