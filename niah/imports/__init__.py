"""Results that others published, read into trials like our own and never taken for ours.

A reader (one module a format) turns a file into rows; `collect` turns the rows of all files into
trials and says where they come from and how their scores were mapped.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from niah.store import Run, TrialRecord

UNKNOWN_DEPTH = -1.0
"""Depth of trials whose file does not record one; shown in words, never as a number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the user says about the files, because they do not.

    Attributes:
        model: Name of the model; None = the file's own.
        task: Label of the task; None = the file's own.
        name: Of the run; None = the first file's.
        haystack, date, origin: For the small print: corpus, day of the measurement, publication.
        score_range: The scores that stand for 0 and for 1; None = the format's own.
        pass_mark: Scores of at least this count 1 and others 0; None = scores keep their share.
        length_column, depth_column, score_column, model_column: Names in a CSV
            file, of keys in JSON.
    """

    model: str | None = None
    task: str | None = None
    name: str | None = None
    haystack: str | None = None
    date: str | None = None
    origin: str | None = None
    score_range: tuple[float, float] | None = None
    pass_mark: float | None = None
    length_column: str = "context_length"
    depth_column: str = "depth_percent"
    score_column: str = "score"
    model_column: str = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One published result, as its file states it.

    Attributes:
        where: File and line or entry, for messages.
        model, task: Empty = the file does not say.
        context_length: Tokens.
        depth_percent: 0..100, or `UNKNOWN_DEPTH`.
        score: In the file's own range.
        failure: Why nothing was measured, whatever the score says; empty = it was.
        version: Orders repeats of a cell before their place in the file does.
        prompt_tokens: Where the file counts them apart from the context length.
    """

    where: str
    model: str
    task: str
    context_length: int
    depth_percent: float
    score: float
    failure: str = ""
    version: int = 1
    response: str = ""
    answers: tuple[str, ...] = ()
    prompt_tokens: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One file that was read.

    Attributes:
        name: Without its directories.
        sha256: Of its bytes.
    """

    name: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A run made of files, with its trials; nothing is stored yet."""

    run: Run
    trials: tuple[TrialRecord, ...]


def import_record(run: Run) -> dict[str, Any]:
    """Format, files with their hashes, scores and choices of an import; empty for other runs."""
    if run.source == "measured":
        return {}
    found = json.loads(run.experiment).get("imported", {})
    return found if isinstance(found, dict) else {}
