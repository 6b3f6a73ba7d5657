"""Token counts as people write them, and the spacing of grids."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niah.axes import format_tokens, parse_tokens, spaced


@pytest.mark.parametrize(
    ("written", "tokens"),
    [
        (1000, 1000),
        ("1000", 1000),
        ("128K", 128_000),
        ("128k", 128_000),
        ("128Ki", 131_072),
        ("1M", 1_000_000),
        ("2Mi", 2_097_152),
        ("1.5K", 1_500),
        ("128_000", 128_000),
        (" 8 K ", 8_000),
    ],
)
def test_token_counts_are_read_as_they_are_written(written: int | str, tokens: int) -> None:
    """K is a thousand, Ki is 1,024, and plain digits are tokens."""
    assert parse_tokens(written) == tokens


@pytest.mark.parametrize(
    "written", ["", "K", "8Q", "-8K", "0", 0, -1, "1.0001K", "8 KK", True, 1.5]
)
def test_other_spellings_are_refused(written: object) -> None:
    """Nothing that is not a positive whole number of tokens is guessed at."""
    with pytest.raises(ValueError, match="number of tokens"):
        parse_tokens(written)  # type: ignore[arg-type]


@given(st.integers(1, 20_000_000))
def test_the_short_form_is_exact(tokens: int) -> None:
    """What is printed for a context length reads back as that length."""
    assert parse_tokens(format_tokens(tokens).replace(",", "")) == tokens


def test_the_sigmoid_is_the_fields_logistic_map() -> None:
    """The 35 depths agree with those in the published Claude 2.1 result files."""
    depths = [round(depth, 3) for depth in spaced(0, 100, 35, "sigmoid")]
    assert depths[:4] == [0, 0.896, 1.199, 1.602]
    assert depths[-4:] == [98.398, 98.801, 99.104, 100]


@given(
    st.floats(1, 1e6),
    st.floats(1, 1e6),
    st.integers(2, 60),
    st.sampled_from(["linear", "log", "sigmoid"]),
)
def test_a_series_keeps_its_ends_and_its_order(
    start: float, stop: float, count: int, spacing: str
) -> None:
    """The ends are exact whatever the spacing, and the values never turn back."""
    start, stop = min(start, stop), max(start, stop)
    values = spaced(start, stop, count, spacing)  # type: ignore[arg-type]
    assert (values[0], values[-1], len(values)) == (start, stop, count)
    tolerance = 1e-9 * stop
    assert all(b >= a - tolerance for a, b in pairwise(values))


def test_logarithmic_steps_have_one_ratio() -> None:
    """Each value of a logarithmic series is the same multiple of the one before."""
    assert spaced(1, 16, 5, "log") == pytest.approx([1, 2, 4, 8, 16])
