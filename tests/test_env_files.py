"""The file of keys: read as shells and dotenv read it, and never quoted."""

from __future__ import annotations

from pathlib import Path

import pytest

from niah.cli.env_files import read_env_file
from niah.cli.options import environment
from niah.errors import ConfigurationError


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("KEY=sk-1", "sk-1"),
        ("  export   KEY = sk-1  ", "sk-1"),
        ('KEY="sk-1"', "sk-1"),
        ("KEY='sk-1'", "sk-1"),
        ('KEY="sk-1" # of the team', "sk-1"),
        ("KEY=sk-1\t# of the team", "sk-1"),
        ("KEY=sk#1", "sk#1"),
        ("KEY='sk #1'", "sk #1"),
        ("KEY=a=b==", "a=b=="),
        ("KEY='a\"b'", 'a"b'),
        ("KEY=", ""),
        ("KEY=''", ""),
    ],
)
def test_a_value_is_what_stands_in_the_line(tmp_path: Path, line: str, value: str) -> None:
    """Without its quotes, its blanks and its comment, after a byte order mark, before CRLF."""
    path = tmp_path / ".env"
    path.write_bytes(b"\xef\xbb\xbf# keys\r\n\r\n" + line.encode() + b"\r\n")
    assert read_env_file(path) == {"KEY": value}


@pytest.mark.parametrize(
    "line", ["KEY", "KEY: sk-canary", 'KEY="sk-canary', "KEY='sk-canary' sk", "1KEY=sk-canary"]
)
def test_a_line_that_says_nothing_clear_is_named_and_not_quoted(tmp_path: Path, line: str) -> None:
    """By its number: what stands in it may be a key."""
    path = tmp_path / ".env"
    path.write_text(f"# keys\n{line}\n")
    with pytest.raises(ConfigurationError, match="line 2") as caught:
        read_env_file(path)
    assert "canary" not in str(caught.value)


def test_the_environment_wins_unless_it_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A variable that is set and empty does not hide the file's."""
    path = tmp_path / ".env"
    path.write_text("NIAH_FIRST=file\nNIAH_SECOND=file\n")
    monkeypatch.setenv("NIAH_FIRST", "environment")
    monkeypatch.setenv("NIAH_SECOND", "")
    found = environment(path)
    assert (found["NIAH_FIRST"], found["NIAH_SECOND"]) == ("environment", "file")
