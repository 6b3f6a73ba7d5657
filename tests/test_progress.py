"""The live line of a run."""

from __future__ import annotations

from dataclasses import replace

from niah.cli.progress import render
from niah.runner.progress import Progress

HALFWAY = Progress(
    planned=216,
    done=120,
    cells=72,
    cells_done=36,
    scored=118,
    score_sum=100.0,
    input_tokens=1_234_567,
    cost_usd=0.3456,
    session_done=100,
    session_planned=196,
    elapsed_s=50.0,
)


def test_the_line_has_what_a_waiting_user_wants_and_fits_a_terminal() -> None:
    """Trials, time left, cells, accuracy so far, failures, cost, tokens, rate: in 100 columns."""
    line = render("quickstart", HALFWAY)
    assert line == (
        "quickstart 120/216  0:48 left  cells 36/72  accuracy 84.7%  unscored 2  $0.35  "
        "1.2M tokens  2.0/s"
    )


def test_what_is_not_known_is_not_made_up() -> None:
    """No accuracy before a score, no time before a rate, no price where none is known."""
    line = render("x", Progress(planned=5, cells=5, cost_usd=None))
    assert line == "x 0/5  cells 0/5  price unknown  0 tokens"
    done = replace(HALFWAY, done=216, session_done=196)
    assert "left" not in render("quickstart", done)
    assert "accuracy 99.9%" in render("x", replace(HALFWAY, scored=9_999, score_sum=9_998.6))
