"""What a terminal is shown."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niah.console import inert, percent, shorten, table, usd


@given(st.text())
def test_no_character_can_act_on_a_terminal(text: str) -> None:
    """Nothing is left that moves the cursor, changes colours or turns text around."""
    for shown in inert(text), inert(text, multiline=True).replace("\n", "").replace("\t", ""):
        assert all(unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn") for c in shown)


def test_escapes_show_what_was_there() -> None:
    """A reader sees that something was hidden, and what."""
    assert inert("a\x1b[31mb\u202ec\nd") == "a\\u001b[31mb\\u202ec\\nd"
    assert inert("1\n2", multiline=True) == "1\n2"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (None, "unknown"),
        (0.0, "$0.00"),
        (0.00123, "$0.0012"),
        (0.000007, "$0.000007"),
        (0.00000714, "$0.0000071"),
        (-0.05, "$-0.05"),
        (3.948, "$3.95"),
        (1234.5, "$1,234.50"),
    ],
)
def test_money_is_short_and_an_unknown_price_is_not_nothing(
    amount: float | None, text: str
) -> None:
    """Two digits from a cent up; unknown says unknown."""
    assert usd(amount) == text


@given(st.floats(0, 1, exclude_max=True))
def test_less_than_all_is_never_shown_as_all(share: float) -> None:
    """100.0% means that nothing was missed."""
    assert percent(share) != "100.0%"
    assert percent(1.0) == "100.0%"


def test_tables_are_aligned() -> None:
    """Columns line up and no line ends in spaces."""
    assert table(("a", "n"), [("bcd", "1"), ("e", "22")], right=(1,)) == "a     n\nbcd   1\ne    22"


@given(st.text(), st.integers(1, 30))
def test_a_cut_is_shown(text: str, width: int) -> None:
    """Shortened text fits, and ends in an ellipsis where something is missing."""
    short = shorten(text, width)
    assert len(short) <= width
    assert short == text or short.endswith("…")
