"""Which cells of an adaptive sweep to ask next: greedily, where a trial tells most for its cost."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from niah.statistics import FloatGrid
from niah.statistics.chains import sigmoid
from niah.statistics.designs import Design, pricing_of
from niah.statistics.pooled import PooledMap, logit_covariance, normal_probability

GIVE_UP = 3
"""A cell with this many trials that could not be scored is not chosen again."""

MOST_PER_CELL = 8
"""A cell gets at most this many trials plus as many for each pass spent. Without a limit, a map
that looks flat is judged from its cheapest cells alone."""

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(15)
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


def predicted_error(pooled: PooledMap) -> float:
    """The mean absolute error that the pooled map expects of itself, over all cells."""
    logits = pooled.logit_mean[..., None] + pooled.logit_sd[..., None] * _NODES
    off = np.abs(sigmoid(logits) - pooled.accuracy[..., None])
    return float((off @ _WEIGHTS).mean())


def choose_cells(
    design: Design, pooled: PooledMap, asked: NDArray[np.int64], spent_before: float
) -> tuple[list[tuple[int, int]], float]:
    """Greedily, the cells that remove most variance per cost, and what they cost together.

    At least 15 % of all trials are repeats.
    """
    depths, lengths = asked.shape
    a_pass = float(design.cost.sum())
    pricing = pricing_of(design, asked)
    count = asked.ravel().copy()
    usable = ((asked - pooled.n) < GIVE_UP).ravel()
    budget = a_pass * design.max_passes - spent_before
    goal = design.growth * spent_before

    logits = pooled.logit_mean.ravel()[:, None] + pooled.logit_sd.ravel()[:, None] * _NODES
    p = sigmoid(logits)
    information = (p * (1 - p)) @ _WEIGHTS
    slope = information
    column = np.arange(depths * lengths) % lengths
    member = np.zeros((lengths, depths * lengths))
    member[column, np.arange(depths * lengths)] = slope / depths
    mean = np.array([(p[column == j] @ _WEIGHTS).mean() for j in range(lengths)])
    order = np.random.default_rng([design.seed, int(count.sum())]).permutation(count.size)

    # What a pick at cell c removes needs sums over c's column of the covariance; they follow each
    # pick's rank-one change, so that the matrix itself is never rewritten.
    covariance = logit_covariance(pooled)
    variance = np.diag(covariance).copy()
    map_term = (slope**2) @ (covariance**2)
    length_rows = member @ covariance
    picks: list[tuple[float, FloatGrid]] = []

    chosen: list[tuple[int, int]] = []
    spent = 0.0
    while spent < goal:
        cost = pricing.costs().ravel()
        most = MOST_PER_CELL * (1 + (spent_before + spent) / a_pass)
        affordable = usable & (cost <= budget - spent) & (count < most)
        repeats = int(np.maximum(count - 1, 0).sum())
        if (
            repeats < design.least_repeats * (int(count.sum()) + 1)
            and (affordable & (count > 0)).any()
        ):
            affordable &= count > 0
        if not affordable.any():
            break
        removed = 1 / (variance + 1 / information)
        spread = np.sqrt(np.maximum((length_rows * member).sum(axis=1), 1e-12))
        above = normal_probability((mean - design.threshold) / spread)
        length_term = (4 * above * (1 - above)) @ (length_rows**2) * depths
        gain = (map_term + design.length_weight * length_term) * removed / cost
        gain[~affordable] = -1.0
        # In single precision, so that the order of summation on another machine breaks no tie.
        best = int(order[np.argmax(gain.astype(np.float32)[order])])

        share = float(removed[best])
        affected = covariance[best].copy()
        for earlier, vector in picks:
            affected -= earlier * vector[best] * vector
        weighted = slope**2 * affected
        reached = weighted @ covariance
        for earlier, vector in picks:
            reached -= earlier * float(vector @ weighted) * vector
        map_term += affected * (
            share**2 * float(weighted @ affected) * affected - 2 * share * reached
        )
        length_rows -= share * np.outer(member @ affected, affected)
        variance -= share * affected**2
        picks.append((share, affected))
        cell = divmod(best, lengths)
        chosen.append(cell)
        pricing.choose((*cell, int(count[best])))
        count[best] += 1
        spent += float(cost[best])
    return chosen, spent
