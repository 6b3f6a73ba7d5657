"""From a TOML file and overrides to a validated experiment."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from niah.errors import ExperimentError
from niah.experiment.messages import sentence
from niah.experiment.origin import Key, Origin
from niah.experiment.schema import Experiment


def load_experiment(
    path: Path, *, overrides: Sequence[str] = (), model_ids: Sequence[str] = ()
) -> Experiment:
    """The experiment in a file.

    Args:
        path: A TOML file; paths inside it are relative to its directory.
        overrides: ``dotted.key=value`` each, value in TOML; a bare word is a string, and a path is
            relative to the current directory if it leads anywhere from there.
        model_ids: In place of the file's models, when there are any.

    Raises:
        ExperimentError: with the file, the key, and what would be right.
    """
    document = read_document(path, overrides=overrides, model_ids=model_ids)
    if "tasks" in document:
        raise ExperimentError(
            f"{path}: has several tasks; niah run and niah plan take such a file, other commands "
            "one with a single [task]"
        )
    absolute_paths(document, path.resolve().parent)
    return validate(document, origin_of(path, overrides, model_ids))


def read_document(
    path: Path, *, overrides: Sequence[str] = (), model_ids: Sequence[str] = ()
) -> dict[str, Any]:
    """What a file says, with its overrides, before it is validated; as `load_experiment`."""
    document = _read(path)
    for override in overrides:
        _override(document, override)
    if model_ids:
        document["models"] = list(model_ids)
    document.setdefault("name", path.stem)
    return document


def origin_of(path: Path, overrides: Sequence[str], model_ids: Sequence[str]) -> Origin:
    """Where the values of a file stand, some of them on the command line; as `load_experiment`."""
    given: set[Key] = {tuple(_steps_of(override)) for override in overrides}
    if model_ids:
        given.add(("models",))
    return Origin(file=str(path), given=frozenset(given))


def parse_canonical(text: str) -> Experiment:
    """The experiment that ``Experiment.canonical_json`` wrote.

    Raises:
        ExperimentError: if it was not written by this version's ``canonical_json``.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise ExperimentError(
            "stored experiment: is not what niah wrote; the store was changed by something else"
        ) from None
    return validate(document, Origin(file="stored experiment"))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ExperimentError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise ExperimentError(f"{path}: this is a directory; name a .toml file in it") from None
    except OSError as error:
        raise ExperimentError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ExperimentError(
            f"{path}: byte {error.start} is not UTF-8; save it as UTF-8"
        ) from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ExperimentError(f"{path}: not valid TOML: {error}") from None


def _override(document: dict[str, Any], override: str) -> None:
    steps = _steps_of(override)
    value = override.partition("=")[2]
    target = document
    for step in steps[:-1]:
        inner = target.setdefault(step, {})
        if isinstance(inner, list) and step == "tasks" and len(steps) > 2:
            inner = _by_name(inner, steps[1], override)
        if not isinstance(inner, dict):
            raise ExperimentError(f"--set {override}: {step} is not a table")
        target = inner
    target[steps[-1]] = _from_here(steps[-1], _value(value.strip()))


def _from_here(key: str, value: Any) -> Any:
    """A path that was typed leads from where it was typed, if there is anything."""
    if key != "path" or not isinstance(value, str) or not value or "\0" in value:
        return value
    here = Path.cwd() / Path(value).expanduser()
    return str(here) if here.exists() else value


def _by_name(tasks: list[Any], name: str, override: str) -> dict[str, Any]:
    """The tables of ``[[tasks]]`` by their names, each the one that stands in the document."""
    named = {entry["name"]: entry for entry in tasks if isinstance(entry, dict) and "name" in entry}
    if name not in named:
        raise ExperimentError(
            f"--set {override}: there is no task {name!r}; there are {', '.join(map(str, named))}"
        )
    return named


def _steps_of(override: str) -> list[str]:
    """The key that it sets, as its steps."""
    key, equals, _ = override.partition("=")
    try:
        if not equals:
            raise ValueError
        nested: Any = tomllib.loads(f"{key.strip()} = 0")
    except ValueError:
        raise ExperimentError(
            f"--set {override}: not of the form key=value, such as grid.trials=3"
        ) from None
    steps = []
    while isinstance(nested, dict):
        ((step, nested),) = nested.items()
        steps.append(step)
    return steps


def _value(text: str) -> Any:
    try:
        (value,) = tomllib.loads(f"value = {text}").values()
    except ValueError:
        return text
    return value


_PATH_KEYS = (("haystack", "path"), ("task", "path"))


def absolute_paths(document: dict[str, Any], directory: Path) -> None:
    """Make the paths of a document, which are relative to a directory, absolute in place."""

    def absolute(table: Any, key: str) -> None:
        if isinstance(table, dict) and isinstance(table.get(key), str) and table[key]:
            table[key] = str(directory / Path(table[key]).expanduser())

    for section, key in _PATH_KEYS:
        absolute(document.get(section), key)
    for section in ("providers", "model"):
        entries = document.get(section)
        for entry in entries.values() if isinstance(entries, dict) else ():
            if isinstance(entry, dict) and str(entry.get("tokenizer", "")).endswith(".json"):
                absolute(entry, "tokenizer")


def validate(document: Mapping[str, Any], origin: Origin) -> Experiment:
    """The experiment that a document describes.

    Raises:
        ExperimentError: with where it stands, the key, and what would be right.
    """
    try:
        return Experiment.model_validate_json(json.dumps(document)).read_at(origin)
    except TypeError:
        raise ExperimentError(
            f"{origin.place()}: dates and times mean nothing here; write them as text in quotes"
        ) from None
    except RecursionError:
        raise ExperimentError(f"{origin.place()}: nested too deeply") from None
    except ValidationError as error:
        problems = sorted(
            error.errors(include_url=False), key=lambda problem: problem["type"] == "missing"
        )
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        first = sentence(problems[0])
        raise ExperimentError(f"{origin.place(problems[0]['loc'])}: {first}{more}") from None
