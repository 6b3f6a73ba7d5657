"""Task families by name: niah's own, and those of installed packages."""

from __future__ import annotations

import difflib
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any

from niah.documents import Document
from niah.errors import TaskError
from niah.tasks import Family, Task, families, single

ENTRY_POINTS = "niah.tasks"
"""Group of the entry points by which an installed package adds families; each is a ``Family``."""

SINGLE = Family(
    kind="single",
    summary="one needle at the asked depth, one question about it",
    source="Kamradt 2023; RULER niah_single (Hsieh et al. 2024), own wording",
    parameters=single.PARAMETERS,
    prepare=single.prepare,
    example='kind = "single"\nneedle = "magic-number"',
)


@cache
def own_families() -> Mapping[str, Family]:
    """Niah's own: ``single``, and ``FAMILY`` of each module in ``niah.tasks.families``."""
    modules = (
        import_module(f"{families.__name__}.{module.name}")
        for module in pkgutil.iter_modules(families.__path__)
    )
    return {family.kind: family for family in (SINGLE, *(module.FAMILY for module in modules))}


@cache
def all_families() -> Mapping[str, Family]:
    """Niah's own families, then those of installed packages, each by its kind.

    Raises:
        TaskError: if an installed package's family cannot be used; the message names it.
    """
    found = dict(own_families())
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        try:
            family = entry.load()
        except Exception as error:  # whatever a foreign module raises when it is imported
            raise TaskError(
                f"the task family {entry.name!r} of an installed package cannot be loaded from "
                f"{entry.value}: {type(error).__name__}: {error}"
            ) from None
        if not isinstance(family, Family):
            raise TaskError(
                f"the task family {entry.name!r} of an installed package is no niah.tasks.Family: "
                f"{entry.value} is a {type(family).__name__}"
            )
        if family.kind in found:
            raise TaskError(
                f"the task family {family.kind!r} of an installed package ({entry.value}) has the "
                "name of another one; give it a name of its own"
            )
        found[family.kind] = family
    return found


def find_family(kind: str) -> Family:
    """The family of that name; packages are looked at only for names that niah does not have.

    Raises:
        TaskError: if there is none, or an installed one cannot be used.
    """
    family = own_families().get(kind) or all_families().get(kind)
    if family is None:
        raise TaskError(
            f"task.kind = {kind!r} is not known; use one of {', '.join(all_families())}"
        )
    return family


def prepare_task(
    kind: str,
    parameters: Mapping[str, Any],
    *,
    language: str,
    haystack: str,
    documents: Sequence[Document] = (),
) -> Task:
    """The task of an experiment, its parameters checked against the haystack.

    Args:
        kind: Name of the family.
        parameters: The other keys of ``[task]``.
        language: Of needle and question.
        haystack: Text of the corpus; answers that already stand in it are refused or avoided.
        documents: Where the user's documents stand in it.

    Raises:
        TaskError: if the family or a parameter is unknown, or a needle cannot be used.
        HaystackError: if a fixed answer already stands in the haystack.
    """
    family = find_family(kind)
    known = [parameter.name for parameter in family.parameters]
    for name in parameters:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            takes = f"{kind} takes {', '.join(known) or 'no parameters'}"
            remedy = f"did you mean {close[0]!r}?" if close else takes
            raise TaskError(f"unknown key task.{name}; {remedy}")
    if family.prepare_among is not None:
        return family.prepare_among(parameters, language, haystack, documents)
    return family.prepare(parameters, language, haystack)
