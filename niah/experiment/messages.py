"""One validation problem as one sentence: the key, the rule, the remedy."""

from __future__ import annotations

import difflib
import json
from collections.abc import Sequence
from types import NoneType, UnionType
from typing import Any, get_args

from pydantic import BaseModel

from niah.console import inert, shorten
from niah.experiment.schema import Experiment
from niah.experiment.shown import TableSection

LONGEST_KEY = 60
_EXPECTED = {
    "string_type": "must be text in quotes",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "dict_type": "must be a table",
    "model_type": "must be a table",
    "model_attributes_type": "must be a table",
    "tuple_type": "must be a list",
    "too_short": "must not be empty",
}
# In place of a regular expression.
_FORMS = {
    "name": "must be letters from a to z, digits, dots, hyphens and underscores, begin with a "
    "letter or digit, and have 80 characters at most, of a task 40",
    "language": 'must be a code of two or three small letters, such as "en"',
    "api_version": "must be a date, such as 2024-10-21",
}


def sentence(problem: Any, *, root: tuple[str, ...] = ()) -> str:
    """One validation problem as key, rule, remedy; the value only where it cannot be a secret.

    Args:
        problem: As pydantic tells it.
        root: Where in the file the validated table stands.
    """
    place = (*root, *problem["loc"])
    key = "".join(
        f"[{step}]" if isinstance(step, int) else f".{inert(shorten(step, LONGEST_KEY))}"
        for step in place
    )
    key = key.lstrip(".") or "the file"
    kind = problem["type"]
    if kind == "extra_forbidden":
        known = _known_keys(place[:-1])
        close = difflib.get_close_matches(str(place[-1]), known, n=1)
        remedy = f"did you mean {close[0]!r}?" if close else f"known keys: {', '.join(known)}"
        return f"unknown key {key}; {remedy}"
    if kind == "missing":
        return f"the key {key} is missing{_description(place)}"
    if kind == "value_error":
        rule = str(problem["ctx"]["error"])
        return f"{key}: {rule}" if place else rule
    form = _FORMS.get(str(place[-1])) if kind == "string_pattern_mismatch" else None
    rule = (
        form
        or _EXPECTED.get(kind)
        or problem["msg"].replace("Input should", "must").replace("String should", "must")
    )
    shown = problem["input"]
    plain = isinstance(shown, bool | int | float) or (isinstance(shown, str) and len(shown) <= 40)
    return (
        f"{key} = {inert(json.dumps(shown, ensure_ascii=False))}: {rule}"
        if plain
        else f"{key}: {rule}"
    )


def _description(place: Sequence[str | int]) -> str:
    text = _section(place[:-1]).model_fields[str(place[-1])].description
    return f": {text}" if text else ""


def _known_keys(place: Sequence[str | int]) -> list[str]:
    return sorted(_section(place).model_fields)


def _section(place: Sequence[str | int]) -> type[BaseModel]:
    """The type of the table at that place."""
    section: Any = Experiment
    if place and place[0] == "table":
        section, place = TableSection, place[1:]
    for step in place:
        if isinstance(section, type) and issubclass(section, BaseModel):
            section = section.model_fields[str(step)].annotation
        else:
            section = get_args(section)[1]
        if isinstance(section, UnionType):
            section = next(part for part in get_args(section) if part is not NoneType)
    table: type[BaseModel] = section
    return table
