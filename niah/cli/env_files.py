"""The file of keys that the user names: one NAME=value a line, as shells and dotenv read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from niah.errors import ConfigurationError

_ASSIGNMENT = re.compile(r"(?:export\s+)?(?P<name>[A-Za-z_]\w*)\s*=\s*(?P<value>.*)")
_QUOTED = re.compile(r"""(?P<quote>["'])(?P<content>.*?)(?P=quote)\s*(?:#.*)?""")
_COMMENT = re.compile(r"\s+#.*")


def read_env_file(path: Path) -> Mapping[str, str]:
    """What each line says; blank lines and comments say nothing.

    A quoted value is what stands between its quotes; in another one a comment begins after a blank.

    Raises:
        ConfigurationError: if the file cannot be read or a line says nothing clear; the message
            has the line's number, never its content.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise ConfigurationError(f"{path}: cannot be read as UTF-8 text") from None
    values = {}
    for number, line in enumerate(map(str.strip, lines), start=1):
        if not line or line.startswith("#"):
            continue
        assignment = _ASSIGNMENT.fullmatch(line)
        if assignment is None:
            raise ConfigurationError(f"{path}: line {number} is not of the form NAME=value")
        value = assignment["value"]
        if value[:1] in ("'", '"'):
            quoted = _QUOTED.fullmatch(value)
            if quoted is None:
                raise ConfigurationError(
                    f"{path}: line {number} has a quote that is not closed, or something behind it"
                )
            value = quoted["content"]
        else:
            value = _COMMENT.sub("", value)
        values[assignment["name"]] = value
    return values
