"""File names made of names that others chose: fit for every system."""

from __future__ import annotations

import ntpath
import sys
from pathlib import PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niah.files import LONGEST_STEM, file_stem

DEVICES = [
    "CON",
    "prn",
    "Aux",
    "NUL",
    *(f"{port}{n}" for port in ("com", "LPT") for n in "0123456789"),
]


def reserved(name: str) -> bool:
    """Whether Windows would not take the name for a file's, by Python's own list."""
    if sys.version_info >= (3, 13):
        return ntpath.isreserved(name)
    return PureWindowsPath(name).is_reserved()


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("written", ["{}", "{}.txt", "{}.tar.gz", " {} ", "{}.", "../{}", "{}:"])
def test_a_device_of_windows_is_no_name(device: str, written: str) -> None:
    """With whatever suffix, spaces or folders it comes; the name stays readable."""
    stem = file_stem(written.format(device))
    for name in (stem, f"{stem}.png", f"{stem}.alt.txt"):
        assert not reserved(name)
        assert name.startswith(f"_{device}")


@pytest.mark.parametrize("name", ["console", "null", "com10", "nul-1", "auxiliary.txt", "run-con"])
def test_a_name_that_only_resembles_one_stays(name: str) -> None:
    """Parts of a device's name are not one."""
    assert file_stem(name) == name


def test_only_the_whole_name_counts() -> None:
    """Among other parts a device's name is none, and before them neither."""
    assert file_stem("run", "nul") == "run-nul"
    assert file_stem("nul", "heatmap") == "nul-heatmap"
    assert file_stem("", "nul") == "_nul"


@given(st.lists(st.text(max_size=200) | st.sampled_from(DEVICES), max_size=4))
def test_names_are_fit_for_every_system(parts: list[str]) -> None:
    """Whatever the parts: one plain, visible, short name, with no dot or space at its end."""
    stem = file_stem(*parts)
    assert stem == file_stem(*parts)
    assert 0 < len(stem) <= LONGEST_STEM
    assert stem.isascii()
    assert not set(stem) & set('<>:"/\\|?* ')
    assert stem[0] not in ".-"
    assert stem[-1] not in ". "
    assert not reserved(stem)
