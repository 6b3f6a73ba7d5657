"""An experiment file with several tasks: one experiment for each, and the table that they end with.

A task is a run of its own in the store, so that it is stored, resumed, plotted and compared as any
other; what they share is the file, the budget and the table.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from niah.errors import ExperimentError, TaskError
from niah.experiment.files import absolute_paths, origin_of, read_document, validate
from niah.experiment.messages import sentence
from niah.experiment.origin import OWN_SECTIONS, of_task
from niah.experiment.schema import Experiment
from niah.experiment.shown import TableSection
from niah.tasks.registry import find_family


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Several experiments with one budget and one table.

    Attributes:
        name: Of the file.
        table: What the table shows besides the measured rows.
        experiments: One for each task, in the file's order.
        left_out: Tasks that need something of the user's, each with the key that would give it.
    """

    name: str
    table: TableSection
    experiments: tuple[Experiment, ...]
    left_out: tuple[tuple[str, str], ...] = ()

    def title(self, tasks: int) -> str:
        """The table's title, which says so when it has fewer tasks than the test that it follows.

        Args:
            tasks: How many tasks it has a row for.
        """
        title, whole = self.table.title or self.name, self.table.whole
        if whole is None or tasks >= whole:
            return title
        missing = f"; {self.table.missing}" if self.table.missing else ""
        return f"{title}: {tasks} of {whole} tasks{missing}"


def load_suite(
    path: Path, *, overrides: Sequence[str] = (), model_ids: Sequence[str] = ()
) -> Suite | None:
    """The suite in a file; None if the file has no ``[[tasks]]``.

    A task that ``needs`` a key is left out without it. A family without a depth axis gets as many
    trials at each length as the others have there: ``grid.trials`` times the number of depths.

    Args:
        path: A TOML file; paths inside it are relative to its directory.
        overrides: As for `load_experiment`; what a task says for itself goes before them.
        model_ids: In place of the file's models, when there are any.

    Raises:
        ExperimentError: with the file, the task, the key, and what would be right.
    """
    document = read_document(path, overrides=overrides, model_ids=model_ids)
    if "tasks" not in document:
        return None
    entries, table = document.pop("tasks"), document.pop("table", {})
    shared = document.get("task", {})
    if not isinstance(shared, dict):
        raise ExperimentError(f"{path}: task: must be a table")
    origin = origin_of(path, overrides, model_ids)
    frame = validate({**document, "task": {}}, origin)
    experiments = []
    left_out = []
    for name, entry in _named(entries, path).items():
        needs = entry.pop("needs", None)
        if needs is not None and needs not in entry:
            left_out.append((name, str(needs)))
            continue
        own = _document_of(path, name, entry, document, shared, len(frame.grid.depth_percents))
        absolute_paths(own, path.resolve().parent)
        experiments.append(validate(own, of_task(origin, name, entry)))
    return Suite(
        name=frame.name,
        table=_table(table, path),
        experiments=tuple(experiments),
        left_out=tuple(left_out),
    )


def _named(entries: Any, path: Path) -> dict[str, dict[str, Any]]:
    if not isinstance(entries, list) or len(entries) < 2:
        raise ExperimentError(
            f"{path}: tasks: must be two or more [[tasks]]; a single task stands in [task]"
        )
    named: dict[str, dict[str, Any]] = {}
    for number, entry in enumerate(entries, 1):
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not isinstance(entry.get("kind"), str):
            raise ExperimentError(f"{path}: tasks: number {number} needs a name and a kind")
        if name in named:
            raise ExperimentError(f"{path}: tasks: the name {name!r} is there twice")
        named[name] = entry
    return named


def _document_of(
    path: Path,
    name: str,
    entry: Mapping[str, Any],
    document: Mapping[str, Any],
    shared: Mapping[str, Any],
    depths: int,
) -> dict[str, Any]:
    own = json.loads(json.dumps(document, default=str))  # paths are made absolute in place
    own["name"] = f"{own['name']}-{name}"
    own["task"] = {**shared, **{k: v for k, v in entry.items() if k not in OWN_SECTIONS}}
    for section in OWN_SECTIONS:
        changes = entry.get(section, {})
        if not isinstance(changes, dict):
            raise ExperimentError(f"{path}, task {name!r}: {section}: must be a table")
        own.setdefault(section, {})
        if section == "haystack" and changes.keys() & {"source", "path"}:
            own[section] = {k: v for k, v in own[section].items() if k not in ("source", "path")}
        own[section] = {**own[section], **changes}
    trials = own["grid"].get("trials", 1)
    if "trials" not in entry.get("grid", {}) and not _has_depth(entry["kind"]):
        own["grid"]["trials"] = trials * depths
    return dict(own)


def _has_depth(kind: str) -> bool:
    try:
        return find_family(kind).has_depth
    except TaskError:
        return True  # the runner says what is wrong with it


def _table(table: Any, path: Path) -> TableSection:
    try:
        return TableSection.model_validate_json(json.dumps(table, default=str))
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        raise ExperimentError(f"{path}: {sentence(problem, root=('table',))}") from None
