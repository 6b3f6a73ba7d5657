"""Where the needles of a set stand: together, spread evenly, or at random."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from niah.draws import integer, permutation
from niah.tasks import Needle, Parameter

PLACEMENTS = ("random", "spread", "together")
AXES = ("query", "centre")

PARAMETERS = (
    Parameter(
        name="placement",
        description="random (the others anywhere), spread (evenly), or together (side by side "
        "at the asked depth); random by default",
    ),
    Parameter(
        name="axis",
        description="query: depth is where the first asked needle stands; centre: depth is the "
        "middle of the set; query by default",
    ),
)


def place(needles: Sequence[Needle], *, placement: str, axis: str, seed: int) -> tuple[Needle, ...]:
    """The needles, the asked one first, with places relative to the trial's depth.

    On the axis "query" the first needle stands at the asked depth and the others anywhere, or
    at equal distances going round from 100 to 0. On "centre" they stand in pairs at equal distances
    on both sides of the asked depth, no farther than the nearer end of the haystack.

    Args:
        needles: The one that gives the query depth first.
        placement: One of ``PLACEMENTS``.
        axis: One of ``AXES``.
        seed: Of the trial.
    """
    size = len(needles)
    if not needles:
        return ()
    if placement == "together":
        order = permutation(seed, "placing/order", size)
        return tuple(needles[number] for number in order)
    if axis == "centre":
        order = permutation(seed, "placing/order", size)
        reaches = [_reach(seed, pair, size, placement) for pair in range(size // 2)]
        sways = [-reach for reach in reaches] + [0.0] * (size % 2) + list(reversed(reaches))
        return tuple(
            replace(needles[number], sway=sway) for number, sway in zip(order, sways, strict=True)
        )
    first, *others = needles
    if placement == "spread":
        turns = permutation(seed, "placing/order", size - 1)
        placed = [
            replace(needle, turn_percent=100 * (1 + turn) / size)
            for needle, turn in zip(others, turns, strict=True)
        ]
    else:
        placed = [
            replace(needle, depth_percent=integer(seed, f"placing/{number}", 10_001) / 100)
            for number, needle in enumerate(others)
        ]
    return (first, *placed)


def _reach(seed: int, pair: int, size: int, placement: str) -> float:
    """How far from the centre the needles of a pair stand, as a share of what there is."""
    if placement == "spread":
        return 1 - 2 * pair / (size - 1)
    return integer(seed, f"placing/{pair}", 10_001) / 10_000
