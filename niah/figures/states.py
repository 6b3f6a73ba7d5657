"""What a cell of a map can be besides a number, how sure the number is, and the legend of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, TypeVar, get_args

from niah.figures.text import Estimated, localized
from niah.figures.words import WORDS, Language
from niah.statistics import Grid

CellState = Literal[
    "scored", "estimated", "not-measured", "failed", "blocked", "context-exceeded", "truncated"
]
CELL_STATES: tuple[CellState, ...] = get_args(CellState)

UNSCORED: tuple[CellState, ...] = ("truncated", "context-exceeded", "blocked", "failed")
"""Outcomes without a score, in the order that decides a tie within a cell."""

Uncertainty = Literal["none", "fade", "hatch"]
UNCERTAINTIES: tuple[Uncertainty, ...] = get_args(Uncertainty)

DOUBTS = (0.2, 0.5)
"""Widths of a cell's interval beyond which it is hatched once, and densely."""

LEAST_COLOUR = 0.15
"""Share of its chroma that the colour of the widest interval keeps."""

Matrix = tuple[tuple[float | None, ...], ...]
States = Sequence[Sequence[CellState]]
T = TypeVar("T")


def cell_state(grid: Grid, row: int, column: int, estimate: Estimated) -> CellState:
    """What happened in a cell; the commonest outcome where no trial was scored."""
    if grid.n[row, column]:
        return "scored"
    counts = {state: _count(grid, state, row, column) for state in UNSCORED}
    state = max(UNSCORED, key=counts.__getitem__)
    if counts[state]:
        return state
    return "estimated" if estimate == "pooled" else "not-measured"


def is_partial(grid: Grid, row: int, column: int) -> bool:
    """Whether a scored cell also has trials without a score."""
    return bool(grid.n[row, column]) and any(_count(grid, state, row, column) for state in UNSCORED)


def doubts_of(lower: Matrix, upper: Matrix) -> tuple[tuple[int, ...], ...]:
    """How many of `DOUBTS` each cell's interval exceeds."""
    return _by_width(lower, upper, lambda width: sum(width > doubt for doubt in DOUBTS), 0)


def colours_kept(lower: Matrix, upper: Matrix) -> tuple[tuple[float, ...], ...]:
    """The share of its chroma that each cell's colour keeps; the lightness stays."""
    return _by_width(lower, upper, lambda width: round(max(LEAST_COLOUR, 1 - width), 4), 1.0)


def legend_of(
    state: States,
    partial: Sequence[Sequence[bool]],
    doubt: Sequence[Sequence[int]],
    faded: bool,
    language: Language,
) -> tuple[tuple[str, str], ...]:
    """(key, words) of what occurs in a map and has no place on the colour bar."""
    present = _flat(state) - {"scored"}
    keys: list[str] = [s for s in CELL_STATES if s in present]
    if True in _flat(partial):
        keys.append("partial")
    keys += [f"doubt-{level}" for level in sorted(_flat(doubt) - {0})]
    keys += ["fade"] if faded else []
    widths = {f"doubt-{i}": localized(f"{w:g}", language) for i, w in enumerate(DOUBTS, 1)}
    return tuple((key, WORDS[language][key].format(value=widths.get(key))) for key in keys)


def _count(grid: Grid, outcome: str, row: int, column: int) -> int:
    counts = grid.outcomes.get(outcome)
    return 0 if counts is None else int(counts[row, column])


def _by_width(
    lower: Matrix, upper: Matrix, of_width: Callable[[float], T], otherwise: T
) -> tuple[tuple[T, ...], ...]:
    return tuple(
        tuple(
            otherwise if low is None or high is None else of_width(high - low)
            for low, high in zip(lows, highs, strict=True)
        )
        for lows, highs in zip(lower, upper, strict=True)
    )


def _flat(rows: Sequence[Sequence[T]]) -> set[T]:
    return {cell for row in rows for cell in row}
