"""Texts kept between runs, each checked against its hash when it is read."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from niah.errors import ConfigurationError
from niah.files import whole_file


def default_directory() -> Path:
    """``$NIAH_CACHE``, or ``niah`` in the platform's directory for caches."""
    if named := os.environ.get("NIAH_CACHE"):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData/Local") / "niah"
    if sys.platform == "darwin":
        return Path.home() / "Library/Caches/niah"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "niah"


def read(path: Path, sha256: str) -> str | None:
    """The text of the file; None when it is missing, unreadable, or not what it should be."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    return content.decode() if hashlib.sha256(content).hexdigest() == sha256 else None


def write(path: Path, text: str) -> None:
    """Keep the text, whole or not at all.

    Raises:
        ConfigurationError: if the directory cannot be written or the disk is full.
    """
    with whole_file(path) as draft:
        draft.write_bytes(text.encode())


def write_if_possible(path: Path, text: str) -> None:
    """The same for a text that can be made again: an unwritable cache costs time, nothing else."""
    try:
        write(path, text)
    except ConfigurationError:
        return
