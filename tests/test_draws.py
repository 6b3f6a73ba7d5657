"""Random choices: pure functions of a seed and a name, the same on every machine."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from niah.draws import Stream


@given(st.integers(0, 2**63), st.integers(0, 40), st.integers(0, 600))
def test_a_shuffle_is_made_of_the_draws_that_stand_in_the_stream(
    seed: int, before: int, size: int
) -> None:
    """Fisher-Yates by ``below``, item by item, wherever in a block it begins and ends."""
    plain, quick = Stream(seed, "x"), Stream(seed, "x")
    expected, shuffled = list(range(size)), list(range(size))
    assert [plain.below(9) for _ in range(before)] == [quick.below(9) for _ in range(before)]
    for last in range(size - 1, 0, -1):
        other = plain.below(last + 1)
        expected[last], expected[other] = expected[other], expected[last]
    quick.shuffle(shuffled)
    assert shuffled == expected
    assert plain.below(1 << 31) == quick.below(1 << 31)


def test_draws_never_change() -> None:
    """The bytes of every prompt depend on them: these were drawn by the first version."""
    items = list(range(8))
    Stream(7, "golden").shuffle(items)
    assert items == [2, 4, 1, 7, 5, 6, 0, 3]
