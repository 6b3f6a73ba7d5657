"""niah measures how far a language model's context can be trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from niah.interface.runs import Runs

__version__ = "0.1.0"


def load(path: Path | str = "niah.db") -> Runs:
    """The runs of a store, newest first, for notebooks and programs; nothing in it is changed.

    Raises:
        StoreError: if there is no store at the path, or it is something else.
    """
    from niah.interface.runs import load

    return load(path)
