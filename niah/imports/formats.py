"""The formats that can be imported: how each is recognised, and a file's entries as rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from niah.errors import ConfigurationError
from niah.imports import UNKNOWN_DEPTH, Choices, Row
from niah.imports.files import LONGEST_CONTEXT, Content, number, text, whole
from niah.imports.inspect_log import inspect_rows

DEPTH_STEP = 10.0
"""RULER draws depths at random; they are put together to the nearest tenth of the context."""

RULER_SHORTEST = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """One format.

    Attributes:
        words: What it is called in messages and small print.
        score_range: The scores that stand for 0 and 1.
        scores: How its scores came about, for the small print; empty = the file's own column.
        rows: Reads a file.
    """

    words: str
    score_range: tuple[float, float]
    scores: str
    rows: Callable[[Content, Choices], list[Row]]


def recognise(content: Content, choices: Choices) -> Format | None:
    """The format of a file; None for niah's own export.

    Raises:
        ConfigurationError: if it is none that can be imported.
    """
    keys = content.entries[0][1].keys()
    if content.path.suffix == ".csv":
        return COLUMNS
    if {"trial_id", "prompt_sha256", "outcome"} <= keys:
        return None
    if {"pred", "outputs"} <= keys:
        return RULER
    if {"eval", "samples"} <= keys:
        return INSPECT
    if "score" in keys and keys & {"token_limit", "context_length"}:
        return LEGACY
    if {choices.length_column, choices.depth_column, choices.score_column} <= keys:
        return COLUMNS
    raise ConfigurationError(
        f"{content.name}: {content.entries[0][0]} is no result of LLMTest_NeedleInAHaystack "
        "(context_length or token_limit, depth_percent, score), no prediction of RULER (pred, "
        "outputs, length), no log of Inspect (eval, samples) and no exported trial of niah's; name "
        "its keys with --length-column, --depth-column and --score-column"
    )


def _legacy(content: Content, _: Choices) -> list[Row]:
    rows = []
    for place, entry in content.entries:
        where = f"{content.name}: {place}"
        length_key = "token_limit" if "token_limit" in entry else "context_length"
        needle = text(where, entry, "needle").strip()
        rows.append(
            Row(
                where=where,
                model=text(where, entry, "model"),
                task="",
                context_length=whole(where, entry, length_key, 1, LONGEST_CONTEXT),
                depth_percent=number(where, entry, "depth_percent", 0, 100),
                score=number(where, entry, "score", -1e9, 1e9),
                version=whole(where, entry, "version", 0, 10**6) if "version" in entry else 1,
                response=text(where, entry, "model_response"),
                answers=(needle,) if needle else (),
            )
        )
    return rows


def _ruler(content: Content, _: Choices) -> list[Row]:
    task = content.path.stem
    return [
        _prediction(f"{content.name}: {place}", entry, content, task)
        for place, entry in content.entries
    ]


def _prediction(where: str, entry: Mapping[str, Any], content: Content, task: str) -> Row:
    tokens = whole(where, entry, "length", 1, LONGEST_CONTEXT)
    references = entry.get("outputs")
    if (
        not isinstance(references, list)
        or not references
        or not all(isinstance(r, str) for r in references)
    ):
        raise ConfigurationError(f"{where}: outputs is not a list of accepted answers")
    response = text(where, entry, "pred")
    depth, tags = UNKNOWN_DEPTH, {}
    if entry.get("token_position_answer") is not None:
        at = number(where, entry, "token_position_answer", -1, LONGEST_CONTEXT)
        if 0 <= at <= tokens:
            depth = DEPTH_STEP * round(100 * at / tokens / DEPTH_STEP)
            tags = {"depth_percent": f"{100 * at / tokens:.3f}"}
    return Row(
        where=where,
        model="",
        task=f"ruler/{task}",
        context_length=_nominal(content, tokens),
        depth_percent=depth,
        score=_found(response, references, any_will_do=task.startswith("qa")),
        response=response,
        answers=tuple(references),
        prompt_tokens=tokens,
        tags=tags,
    )


def _nominal(content: Content, tokens: int) -> int:
    """The length that a prompt was made for.

    RULER keeps predictions in ``<length>/pred/<task>.jsonl``; elsewhere it is the least doubling
    of 1,024 that holds the prompt.
    """
    folder = content.path.resolve().parent
    if folder.name == "pred" and re.fullmatch(r"\d{3,8}", folder.parent.name):
        return int(folder.parent.name)
    length = RULER_SHORTEST
    while length < tokens:
        length *= 2
    return length


def _found(response: str, references: list[str], *, any_will_do: bool) -> float:
    """RULER's score: the share of references that occur in the response, whatever their case.

    Source: Hsieh et al. (2024), RULER, section 3; questions about documents count as found when
    any reference occurs.
    """
    lowered = response.lower()
    found = [reference.lower() in lowered for reference in references]
    return float(any(found)) if any_will_do else sum(found) / len(found)


def _columns(content: Content, choices: Choices) -> list[Row]:
    rows = []
    for place, entry in content.entries:
        where = f"{content.name}: {place}"
        rows.append(
            Row(
                where=where,
                model=text(where, entry, choices.model_column),
                task=text(where, entry, "task"),
                context_length=whole(where, entry, choices.length_column, 1, LONGEST_CONTEXT),
                depth_percent=number(where, entry, choices.depth_column, 0, 100),
                score=number(where, entry, choices.score_column, -1e9, 1e9),
                response=text(where, entry, "response"),
            )
        )
    return rows


LEGACY = Format(
    words="LLMTest_NeedleInAHaystack",
    score_range=(1.0, 10.0),
    scores="judge scores",
    rows=_legacy,
)
RULER = Format(
    words="RULER predictions",
    score_range=(0.0, 1.0),
    scores="scored by RULER's rule: share of the answers that occur in the response",
    rows=_ruler,
)
INSPECT = Format(
    words="Inspect log", score_range=(0.0, 1.0), scores="Inspect's scores", rows=inspect_rows
)
COLUMNS = Format(words="a table of results", score_range=(0.0, 1.0), scores="", rows=_columns)
