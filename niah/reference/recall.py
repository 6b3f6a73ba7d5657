"""Recall surfaces: how likely a reference reader is to notice a sentence where it stands."""

from __future__ import annotations

import math
from collections.abc import Callable

Recall = Callable[[float, int], float]
"""From (depth in percent, context length in tokens) to a probability."""


def flat(share: float) -> Recall:
    """The same recall everywhere."""
    return lambda _depth_percent, _context_length: share


def cliff(window: int) -> Recall:
    """Perfect up to a context length, that length included, and nothing beyond it."""
    return lambda _depth_percent, context_length: 1.0 if context_length <= window else 0.0


def lost_in_the_middle(depth_percent: float, context_length: int) -> float:
    """High at both ends, with a dip in the middle that deepens with each doubling of the length.

    The middle is .97 at 1,000 tokens, .35 at 32,000 and .10 at 128,000. The shape follows what Liu
    et al. observed; the figures are our own.

    Source: Liu et al. 2024, Lost in the Middle (arXiv:2307.03172).
    """
    dip = 0.02 + 0.124 * _doublings(context_length)
    middle: float = math.sin(math.pi * depth_percent / 100) ** 1.5
    return 0.99 - min(dip, 0.89) * middle


def decay(depth_percent: float, context_length: int) -> float:  # noqa: ARG001
    """The same at every depth, falling by .09 with each doubling: .98 at 1,000 tokens."""
    return max(0.0, 0.98 - 0.09 * _doublings(context_length))


def tail(window: int) -> Recall:
    """What a reader of the last tokens can see, but for the few that the question takes."""
    return lambda depth_percent, context_length: float(
        (100 - depth_percent) / 100 * context_length <= window
    )


def lowered(recall: Recall, drop: float) -> Recall:
    """The surface, lower by the drop everywhere but never below 0."""
    return lambda depth_percent, context_length: max(
        0.0, recall(depth_percent, context_length) - drop
    )


def _doublings(context_length: int) -> float:
    return max(0.0, math.log2(max(context_length, 1) / 1000))
