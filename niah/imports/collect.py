"""All files of an import as one run with its trials."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from niah import __version__
from niah.console import inert, shorten
from niah.errors import ConfigurationError
from niah.imports import Choices, Imported, Row, Source
from niah.imports.files import Content, expand, read
from niah.imports.formats import RULER, Format, recognise
from niah.store import Run, TrialRecord
from niah.store.records import build

_RECORD = frozenset(field.name for field in fields(TrialRecord))
_LONGEST_NAME = 200


def read_results(paths: Sequence[Path], choices: Choices, *, now: datetime) -> Imported:
    """Everything that the files hold as one run; nothing is stored.

    Args:
        paths: Files, or directories of files.
        choices: What the files do not say.
        now: When the run is entered.

    Raises:
        ConfigurationError: if a file cannot be read, holds something else, or a value is missing
            or impossible; the sentence names file, place and key.
    """
    contents = [read(path) for path in expand(paths)]
    formats = [recognise(content, choices) for content in contents]
    if any(kind is not formats[0] for kind in formats):
        raise ConfigurationError(
            f"{contents[0].name} and other files are of different formats; import them apart"
        )
    kind = formats[0]
    sources = [content.source for content in contents]
    digest = _digest(sources)
    stem = choices.name or (paths[0].resolve().name if paths[0].is_dir() else paths[0].stem)
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", stem).strip("-._")[:80] or "imported"
    if kind is None:
        mapping = "trials as niah exported them"
        trials = [_exported(content, place, entry) for content, place, entry in _all(contents)]
        _distinct(contents, trials)
    else:
        mapping = mapping_words(kind, choices)
        rows = [row for content in contents for row in kind.rows(content, choices)]
        trials = _trials(rows, kind, choices, digest)
    words = "niah export" if kind is None else kind.words
    record = {
        "format": words,
        "files": [asdict(source) for source in sources],
        "scores": mapping,
        "choices": asdict(choices),
    }
    text = json.dumps({"imported": record}, sort_keys=True, ensure_ascii=True)
    mark = hashlib.sha256(text.encode()).hexdigest()[:6]
    run_id = f"{name}-{now:%Y%m%d-%H%M%S}-{mark}"
    return Imported(
        run=Run(
            run=run_id,
            name=name,
            experiment_sha256=digest,
            experiment=text,
            versions={
                "niah": __version__,
                **({"haystack": choices.haystack} if choices.haystack else {}),
            },
            simulated=any(trial.model.startswith("reference/") for trial in trials),
            planned_trials=len(trials),
            created_at=now.isoformat(timespec="seconds"),
            finished_at=now.isoformat(timespec="seconds"),
            status="complete",
            source=_source_words(choices.origin or words, sources, digest, mapping),
        ),
        trials=tuple(replace(trial, run=run_id) for trial in trials),
    )


def mapping_words(kind: Format, choices: Choices) -> str:
    """How a score of the file became one in [0, 1], for the small print."""
    low, high = choices.score_range or kind.score_range
    what = kind.scores or "scores"
    if choices.pass_mark is not None:
        return f"{what} of {choices.pass_mark:g} or more = 1, others 0"
    if kind is RULER:
        return what
    if (low, high) == (0.0, 1.0):
        return f"{what} as given"
    return f"{what} of {low:g} to {high:g} mapped evenly to 0 to 1"


def _trials(rows: Sequence[Row], kind: Format, choices: Choices, digest: str) -> list[TrialRecord]:
    repeats: Counter[tuple[str, str, int, float]] = Counter()
    trials = []
    for index, row in sorted(enumerate(rows), key=lambda pair: (pair[1].version, pair[0])):
        model = _name(row, "model", choices.model or row.model)
        task = _name(row, "task", choices.task or row.task or "published")
        cell = (model, task, row.context_length, row.depth_percent)
        trials.append(
            TrialRecord(
                run="",
                trial_id=hashlib.sha256(f"{digest}:{index}".encode()).hexdigest(),
                model=model,
                task=task,
                context_length=row.context_length,
                depth_percent=row.depth_percent,
                repeat=repeats[cell],
                seed=0,
                prompt_sha256="",
                prompt_tokens=row.prompt_tokens or row.context_length,
                placements=(),
                question="",
                answers=row.answers,
                outcome="failed" if row.failure else "answered",
                message=row.failure,
                response=row.response,
                score=None if row.failure else _mapped(row, kind, choices),
                score_reason=""
                if row.failure
                else f"given as {row.score:g}: {mapping_words(kind, choices)}",
                attempts=0,
                tags=dict(row.tags),
            )
        )
        repeats[cell] += 1
    return trials


def _mapped(row: Row, kind: Format, choices: Choices) -> float:
    low, high = choices.score_range or kind.score_range
    if not low <= row.score <= high:
        raise ConfigurationError(
            f"{row.where}: the score {row.score:g} is not between {low:g} and {high:g}; state the "
            "range with --score-range"
        )
    if choices.pass_mark is not None:
        return float(row.score >= choices.pass_mark)
    return (row.score - low) / (high - low)


def _name(row: Row, what: str, value: str) -> str:
    if not value:
        raise ConfigurationError(f"{row.where}: names no {what}; name it with --{what}")
    if len(value) > _LONGEST_NAME or inert(value) != value:
        raise ConfigurationError(
            f"{row.where}: {shorten(inert(value), 60)!r} cannot be the name of a {what}; give "
            f"another with --{what}"
        )
    return value


def _all(contents: Sequence[Content]) -> list[tuple[Content, str, dict[str, Any]]]:
    return [(content, place, entry) for content in contents for place, entry in content.entries]


def _exported(content: Content, place: str, entry: dict[str, Any]) -> TrialRecord:
    where = f"{content.name}: {place}"
    try:
        record = build(TrialRecord, {k: v for k, v in entry.items() if k in _RECORD})
    except ValueError as error:
        raise ConfigurationError(
            f"{where} is not a trial that niah exported ({shorten(inert(str(error)), 160)})"
        ) from None
    for what, value in (("model", record.model), ("task", record.task), ("id", record.trial_id)):
        if not value or len(value) > _LONGEST_NAME or inert(value) != value:
            raise ConfigurationError(f"{where}: {shorten(inert(value), 60)!r} cannot be a {what}")
    scored = record.outcome in ("answered", "output-limit")
    if scored and (record.score is None or not 0 <= record.score <= 1):
        raise ConfigurationError(f"{where}: score is {record.score}, not a number from 0 to 1")
    if not (0 < record.context_length < 10**9 and 0 <= record.repeat < 10**9):
        raise ConfigurationError(f"{where}: context_length or repeat is out of range")
    return record


def _distinct(contents: Sequence[Content], trials: Sequence[TrialRecord]) -> None:
    twice = [trial for trial, n in Counter(t.trial_id for t in trials).items() if n > 1]
    if twice:
        raise ConfigurationError(
            f"{contents[0].name}: the trial {twice[0][:16]} is there twice; import each run apart"
        )


def _digest(sources: Sequence[Source]) -> str:
    """A single file's SHA-256, or that over the hashes of several, one a line, in their order."""
    if len(sources) == 1:
        return sources[0].sha256
    return hashlib.sha256("".join(f"{s.sha256}\n" for s in sources).encode()).hexdigest()


def _source_words(origin: str, sources: Sequence[Source], digest: str, mapping: str) -> str:
    files = sources[0].name if len(sources) == 1 else f"{len(sources):,} files"
    return f"{inert(origin)} ({shorten(files, 60)}, SHA-256 {digest[:12]}); {mapping}"
