"""Recall maps to simulate against: 12 families, and 6 more that nothing was tuned on.

A map is an array of probabilities of shape (depths, lengths). Depths and lengths run over 0..1.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Map = NDArray[np.float64]
Family = Callable[[Map, Map, np.random.Generator], Map]


def truth_map(family: str, size: int, seed: int) -> Map:
    """The map of a family for a seed, on a square grid."""
    generator = np.random.default_rng([seed, *family.encode()])
    depth, length = np.meshgrid(np.linspace(0, 1, size), np.linspace(0, 1, size), indexing="ij")
    build = {**TUNED, **HELD_OUT}[family]
    result: Map = np.clip(build(depth, length, generator), 0.001, 0.999)
    return result


def _step(value: Map, width: float) -> Map:
    """1 well below 0, 0 well above."""
    result: Map = 0.5 * (1 - np.tanh(value / width))
    return result


def _saturated(depth: Map, length: Map, g: np.random.Generator) -> Map:
    return np.full(depth.shape, g.uniform(0.97, 1.0))


def _flat(depth: Map, length: Map, g: np.random.Generator) -> Map:
    return np.full(depth.shape, g.uniform(0.55, 0.95))


def _linear_decay(depth: Map, length: Map, g: np.random.Generator) -> Map:
    return g.uniform(0.95, 1.0) - g.uniform(0.2, 0.7) * length


def _lost_in_the_middle(depth: Map, length: Map, g: np.random.Generator) -> Map:
    dip = np.exp(-(((depth - g.uniform(0.4, 0.6)) / g.uniform(0.15, 0.3)) ** 2))
    return 0.98 - g.uniform(0.5, 0.9) * dip * length ** g.uniform(0.5, 1.5)


def _cliff(depth: Map, length: Map, g: np.random.Generator) -> Map:
    low, high = g.uniform(0.05, 0.4), g.uniform(0.93, 1.0)
    return low + (high - low) * _step(length - g.uniform(0.3, 0.8), 0.02)


def _soft_cliff(depth: Map, length: Map, g: np.random.Generator) -> Map:
    edge = length - g.uniform(0.4, 0.8) + g.uniform(-0.2, 0.2) * depth
    return 0.1 + 0.88 * _step(edge, g.uniform(0.15, 0.35))


def _diagonal_edge(depth: Map, length: Map, g: np.random.Generator) -> Map:
    slope = g.uniform(0.6, 1.4) * g.choice([-1, 1])
    edge = (length - g.uniform(0.4, 0.7)) + slope * (depth - 0.5)
    return 0.08 + 0.9 * _step(edge, 0.02)


def _last_window(depth: Map, length: Map, g: np.random.Generator) -> Map:
    distance_from_end = (1 - depth) * (0.02 + 0.98 * length)
    return 0.03 + 0.95 * _step(distance_from_end - g.uniform(0.2, 0.6), 0.02)


def _stripes(depth: Map, length: Map, g: np.random.Generator) -> Map:
    across = depth if g.random() < 0.5 else length
    steps = np.round(across * (across.shape[0] - 1)).astype(int)
    bad = np.asarray(g.random(across.shape[0]) < 0.3)
    return np.where(bad[steps], g.uniform(0.2, 0.6), g.uniform(0.92, 0.99))


def _bad_patch(depth: Map, length: Map, g: np.random.Generator) -> Map:
    far = np.maximum(
        np.abs(depth - g.uniform(0.2, 0.8)) / g.uniform(0.12, 0.25),
        np.abs(length - g.uniform(0.3, 0.8)) / g.uniform(0.12, 0.25),
    )
    return np.where(far < 1, g.uniform(0.1, 0.5), g.uniform(0.92, 0.99))


def _isolated_bad_cells(depth: Map, length: Map, g: np.random.Generator) -> Map:
    bad = g.random(depth.shape) < g.uniform(0.02, 0.06)
    return np.where(bad, g.uniform(0.05, 0.3), g.uniform(0.95, 0.99))


def _salt_and_pepper(depth: Map, length: Map, g: np.random.Generator) -> Map:
    return np.where(g.random(depth.shape) < g.uniform(0.25, 0.5), 0.1, 0.95)


def _wedge(depth: Map, length: Map, g: np.random.Generator) -> Map:
    inside = np.abs(depth - g.uniform(0.35, 0.65)) - 0.5 * (length - g.uniform(0.2, 0.5))
    return 0.97 - g.uniform(0.4, 0.8) * _step(inside, 0.08)


def _recovery(depth: Map, length: Map, g: np.random.Generator) -> Map:
    band = np.abs(length - g.uniform(0.35, 0.65)) - g.uniform(0.08, 0.18)
    return 0.96 - g.uniform(0.3, 0.7) * _step(band, 0.04)


def _waves(depth: Map, length: Map, g: np.random.Generator) -> Map:
    phase, turn = g.uniform(0, 2 * np.pi), g.uniform(0, np.pi)
    along = np.cos(turn) * depth + np.sin(turn) * length
    result: Map = 0.72 + 0.25 * np.sin(2 * np.pi * g.uniform(1, 2) * along + phase)
    return result


def _cross(depth: Map, length: Map, g: np.random.Generator) -> Map:
    size = depth.shape[0]
    row, column = g.integers(1, size - 1, 2)
    i = np.round(depth * (size - 1)).astype(int)
    j = np.round(length * (size - 1)).astype(int)
    return np.where((i == row) | (j == column), g.uniform(0.2, 0.5), g.uniform(0.9, 0.98))


def _primacy_loss(depth: Map, length: Map, g: np.random.Generator) -> Map:
    start = np.exp(-depth / g.uniform(0.05, 0.2))
    return 0.98 - g.uniform(0.4, 0.8) * start * (length > g.uniform(0.2, 0.5)) - 0.1 * length


def _mottled_decay(depth: Map, length: Map, g: np.random.Generator) -> Map:
    logit = g.uniform(2.5, 4) - g.uniform(2, 5) * length + g.normal(0, 0.6, depth.shape)
    result: Map = 1 / (1 + np.exp(-logit))
    return result


TUNED: dict[str, Family] = {
    "saturated": _saturated,
    "flat": _flat,
    "linear decay": _linear_decay,
    "lost in the middle": _lost_in_the_middle,
    "cliff": _cliff,
    "soft cliff": _soft_cliff,
    "diagonal edge": _diagonal_edge,
    "last window": _last_window,
    "stripes": _stripes,
    "bad patch": _bad_patch,
    "isolated bad cells": _isolated_bad_cells,
    "salt and pepper": _salt_and_pepper,
}
HELD_OUT: dict[str, Family] = {
    "wedge": _wedge,
    "recovery": _recovery,
    "waves": _waves,
    "cross": _cross,
    "primacy loss": _primacy_loss,
    "mottled decay": _mottled_decay,
}
