"""Where the values of an experiment stand, for what is said about them when one is wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from niah.errors import ConfigurationError, PromptRefused

COMMAND_LINE = "command line"
OWN_SECTIONS = ("haystack", "grid", "prompt", "request")
"""Tables of the file that a task may change for itself, key by key."""
# Tables that no rule holds against others.
_APART = ("models", "model", "providers", "limits", "report")
# A dotted key in a sentence, and no part of a path.
_KEY = re.compile(r"(?<![\w./\\-])([a-z]+(?:\.[a-z_]+)+)(?![\w/\\-])")

Key = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an experiment was read; two are the same experiment wherever that was.

    Attributes:
        file: As it was named; empty where there is none.
        part: Of it, such as one of several tasks; empty where it is all about one.
        given: Keys that the command line set, each as its steps.
    """

    file: str = field(default="", compare=False)
    part: str = field(default="", compare=False)
    given: frozenset[Key] = field(default=frozenset(), compare=False)

    def place(self, key: Key = ()) -> str:
        """Where the value of a key stands: in the file, on the command line, or in either.

        Args:
            key: Of a value or a table; empty = several, of what is measured and asked.
        """
        relevant = [own for own in self.given if key or own[0] not in _APART]
        where = self.file
        if any(key[: len(own)] == own for own in relevant):
            where = COMMAND_LINE
        elif any(own[: len(key)] == key for own in relevant):
            where = f"{self.file} and {COMMAND_LINE}"
        of_part = not key or key[0] in ("task", *OWN_SECTIONS)
        return ", ".join(filter(None, (where, self.part if of_part else "")))

    def within(self, part: str) -> Origin:
        """The origin of a part."""
        return replace(self, part=", ".join(filter(None, (self.part, part))))

    def told(self, sentence: str, key: Key = ()) -> str:
        """What is wrong, with where it stands.

        Args:
            sentence: Says what is wrong, mostly with the key of it.
            key: Of what is wrong where the sentence names none, or a table that the key is in.
        """
        of_key = _named(sentence, key)
        shown = "" if of_key is not None or not key else f"{_dotted(key)}: "
        return f"{self.place(key if of_key is None else of_key)}: {shown}{sentence}"


def of_task(origin: Origin, name: str, entry: Mapping[str, Any]) -> Origin:
    """The origin of one of several tasks.

    Args:
        origin: Of the file that has them.
        name: The task's.
        entry: What the file and the command line say of it alone.
    """
    given: set[Key] = set()
    for own in origin.given:
        if own[:2] == ("tasks", name):
            rest = own[2:]
            given.add(rest if rest[:1] and rest[0] in OWN_SECTIONS else ("task", *rest))
        elif own == ("task",) or not _says(entry, own[1:] if own[0] == "task" else own):
            given.add(own)
    return replace(origin.within(f"task {name!r}"), given=frozenset(given))


@contextmanager
def concerning(origin: Origin, *key: str) -> Iterator[None]:
    """Have whatever is wrong within told with its place, and with its key where it names none."""
    try:
        yield
    except (ConfigurationError, PromptRefused) as error:
        sentence = str(error)
        if not origin.file or sentence.startswith((origin.file, COMMAND_LINE)):
            raise
        raise type(error)(origin.told(sentence, key)) from None


def _named(sentence: str, key: Key) -> Key | None:
    """The first key that a sentence names, of the table that it is about."""
    if len(key) > 2:
        return None
    for match in _KEY.finditer(sentence):
        steps = tuple(match[1].split("."))
        if not key or steps[0] == key[0]:
            return steps
    return None


def _dotted(key: Key) -> str:
    return ".".join(str(step) if _is_bare(step) else f'"{step}"' for step in key)


def _is_bare(step: str | int) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_-]+", str(step)) is not None


def _says(entry: Any, key: Key) -> bool:
    for step in key:
        if not isinstance(entry, Mapping) or step not in entry:
            return False
        entry = entry[step]
    return True
