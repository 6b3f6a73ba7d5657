"""Logs of Inspect as JSON (``inspect log dump``): a sample is a trial if its metadata say where.

Source: the format is that of inspect_ai's ``EvalLog``, version 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from niah.errors import ConfigurationError
from niah.imports import Choices, Row
from niah.imports.files import LONGEST_CONTEXT, Content, number, text, whole

LETTERS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
"""Correct, partial, incorrect, no answer."""


def inspect_rows(content: Content, choices: Choices) -> list[Row]:
    """The samples of a log; one that has an error or no score is a failure to measure."""
    rows = []
    for place, log in content.entries:
        where = f"{content.name}: {place}"
        about, samples = log["eval"], log["samples"]
        if not isinstance(about, dict) or not isinstance(samples, list) or not samples:
            raise ConfigurationError(f"{where}: eval or samples are not those of an Inspect log")
        model, task = text(where, about, "model"), text(where, about, "task")
        for index, sample in enumerate(samples, start=1):
            at = f"{where}, sample {index}"
            if not isinstance(sample, dict):
                raise ConfigurationError(f"{at}: is not an object")
            rows.append(_row(at, sample, model, f"inspect/{task}" if task else "", choices))
    return rows


def _row(where: str, sample: Mapping[str, Any], model: str, task: str, choices: Choices) -> Row:
    about = sample.get("metadata")
    if not isinstance(about, dict):
        raise ConfigurationError(f"{where}: has no metadata with its context length and depth")
    score, failure = _score(where, sample)
    target = sample.get("target")
    output = sample.get("output")
    return Row(
        where=where,
        model=model,
        task=task,
        context_length=whole(where, about, choices.length_column, 1, LONGEST_CONTEXT),
        depth_percent=number(where, about, choices.depth_column, 0, 100),
        score=score,
        failure=failure,
        version=whole(where, sample, "epoch", 0, 10**6) if "epoch" in sample else 1,
        response=text(where, output, "completion") if isinstance(output, dict) else "",
        answers=(target,) if isinstance(target, str) and target else (),
    )


def _score(where: str, sample: Mapping[str, Any]) -> tuple[float, str]:
    """The first scorer's value as a number, and why there is none."""
    if sample.get("error"):
        return 0.0, "the log says that this sample failed"
    scores = sample.get("scores")
    if not isinstance(scores, dict) or not scores:
        return 0.0, "the log has no score for this sample"
    first = next(iter(scores.values()))
    if not isinstance(first, dict):
        raise ConfigurationError(f"{where}: its score is not an object with a value")
    value = first.get("value")
    if isinstance(value, str) and value in LETTERS:
        return LETTERS[value], ""
    if isinstance(value, bool):
        return float(value), ""
    return number(where, first, "value", -1e9, 1e9), ""
