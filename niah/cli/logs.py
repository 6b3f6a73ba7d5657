"""What a command says beside its result: sentences for people, or one JSON object a line."""

from __future__ import annotations

import json
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal, get_args

from niah.console import inert
from niah.errors import ConfigurationError

Format = Literal["text", "json"]
FORMATS = get_args(Format)
Level = Literal["info", "warning", "error"]

_format: ContextVar[Format] = ContextVar("log format", default="text")


def set_format(value: str) -> None:
    """Choose how the rest of this command's log is written.

    Raises:
        ConfigurationError: if there is no such format.
    """
    if value not in FORMATS:
        raise ConfigurationError(f"--log-format {value} is not one of {', '.join(FORMATS)}")
    _format.set("json" if value == "json" else "text")


def is_json() -> bool:
    """Whether each line of the log is a JSON object."""
    return _format.get() == "json"


def log(message: str, *, event: str = "note", level: Level = "info", **fields: object) -> None:
    """One line on stderr, without anything that could move a terminal's cursor.

    Args:
        message: A sentence; as text, it is all that is shown.
        event: What happened, for programs: a fixed name with hyphens.
        level: How much it matters.
        fields: Values for programs, plain JSON.
    """
    if not is_json():
        print(inert(message, multiline=True), file=sys.stderr, flush=True)
        return
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    line = {"time": now, "level": level, "event": event, "message": message, **fields}
    print(json.dumps(line, ensure_ascii=True), file=sys.stderr, flush=True)
