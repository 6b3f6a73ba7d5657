"""Fixtures that several tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from tests.command import Niah, command

settings.register_profile("niah", deadline=None)
settings.load_profile("niah")


@pytest.fixture
def niah(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Niah:
    """The command line, in a directory of its own."""
    return command(monkeypatch, capsys, tmp_path)
