"""The moment to send a request of which nobody knows when it will fit."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from niah.runner.moments import Prices, best_moment

seconds = st.lists(st.floats(0, 100), min_size=2, max_size=60)


@given(seconds, st.floats(0, 100), st.floats(0.01, 100))
def test_nobody_asks_before_any_guess_says_that_it_fits(
    fits: list[float], spare: float, refusal_s: float
) -> None:
    """An attempt that must fail teaches nothing, whatever refusals cost."""
    fits_s = np.array(fits)
    prices = Prices(refusal_s=refusal_s, lost=2.0, delay=0.05)
    moment, risk = best_moment(fits_s, fits_s + spare, prices)
    assert fits_s.min() <= moment <= fits_s.max()
    assert 0.0 <= risk < 1.0


def test_dear_refusals_are_waited_out_and_cheap_ones_are_not() -> None:
    """The same guesses are met early or late, by what a refusal costs."""
    fits_s = np.linspace(0.0, 10.0, 101)
    early, late = (
        best_moment(fits_s, fits_s + 1.0, Prices(refusal_s=refusal_s, lost=2.0, delay=0.05))
        for refusal_s in (0.1, 1000.0)
    )
    assert early[0] < 3.0
    assert early[1] > 0.7
    assert late == (10.0, 0.0)


def test_a_limit_that_holds_much_is_not_hurried() -> None:
    """Nothing flows over for a long time: the request is sent when all guesses say that it fits."""
    fits_s = np.linspace(0.0, 10.0, 101)
    moment, risk = best_moment(fits_s, fits_s + 60.0, Prices(refusal_s=5.0, lost=8.0, delay=0.05))
    assert moment == 10.0
    assert risk == 0.0


def test_attempts_are_weighed_as_a_series() -> None:
    """Of two moments the first is tried if it is likely enough to be worth a refusal.

    Half fits now and half in 10 s, and a full bucket loses all that time: trying costs a refusal
    in one of two cases and saves 10 s in the other.
    """
    fits_s = np.array([0.0] * 50 + [10.0] * 50)
    prices = Prices(refusal_s=9.0, lost=1.0, delay=0.0)
    assert best_moment(fits_s, fits_s, prices) == (0.0, 0.5)
    dearer = Prices(refusal_s=11.0, lost=1.0, delay=0.0)
    assert best_moment(fits_s, fits_s, dearer) == (10.0, 0.0)
