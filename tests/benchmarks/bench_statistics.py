"""What pooling and adaptive sampling save, on maps whose truth is known.

    python tests/benchmarks/bench_statistics.py [--seeds 20] [--only tuned|held-out]

Simulated responses go through the real designer and estimator on a 15 x 15 grid, 2K to 128K. U5 is
today's practice: five trials in every cell, raw proportions, Jeffreys intervals. A pass is the
tokens of one trial in every cell. The table says how many times fewer tokens the adaptive sweep
needs for U5's error; `>33` means that its start already had it, `<1.7` that 3 passes were not
enough, and below 5 that U5's tokens bought more than they cost. Nothing was tuned on the held-out
families. About 25 minutes on one core.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))

import niah.statistics.adaptive as planner
from niah.statistics.adaptive import advance, begin
from niah.statistics.designs import Design, TrialKey
from niah.statistics.effective import RULER_THRESHOLD, held_lengths, ruler_rule
from niah.statistics.intervals import jeffreys
from niah.statistics.margins import pooled_effective_length, pooled_margins
from niah.statistics.pooled import PooledMap, pool
from tests.benchmarks.truth_maps import HELD_OUT, TUNED, truth_map

Array = NDArray[np.float64]

SIZE = 15
COST = np.broadcast_to(np.linspace(2_000, 128_000, SIZE), (SIZE, SIZE)).copy()
LENGTHS = np.linspace(2_000, 128_000, SIZE).astype(int)
BUDGETS = np.array(
    [0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.5, 1.8, 2.2, 2.6, 3]
)
METRICS = ("MAE", "RMSE", "width", "eff. length")
TARGET, CAP = 0.06, 2.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One simulated sweep: rows of (MAE, RMSE, width, effective-length error, coverage).

    Pooled rows go on with the coverage per length, of the sweep and of the effective length.
    """

    uniform: Array  # shape (5,)
    adaptive: Array  # shape (budgets, 8)
    one_pass: Array  # shape (8,): one trial in every cell and 15 % repeats, pooled
    stop: Array  # passes and MAE where the stopping rule ends, 1 if by its prediction


@lru_cache(maxsize=1)
def _pooled(sums: bytes, n: bytes, shape: tuple[int, ...]) -> PooledMap:
    return pool(np.frombuffer(sums).reshape(shape), np.frombuffer(n, np.int64).reshape(shape))


def remembered(sums: Array, n: NDArray[np.int64]) -> PooledMap:
    """The pooled map, fitted once for the planner and for its measurement."""
    return _pooled(sums.tobytes(), n.tobytes(), n.shape)


vars(planner)["pool"] = remembered


class Reader(Mapping[TrialKey, float]):
    """Answers any trial right with the cell's probability, always the same."""

    def __init__(self, truth: Array, seed: int, repeats: int = 64) -> None:
        self.truth = truth
        self.chances = np.random.default_rng([seed, 1]).random((*truth.shape, repeats))

    def __getitem__(self, key: TrialKey) -> float:
        row, column, repeat = key
        return float(self.chances[row, column, repeat] < self.truth[row, column])

    def __iter__(self) -> Iterator[TrialKey]:
        yield from np.ndindex(*self.chances.shape)

    def __len__(self) -> int:
        return self.chances.size


def metrics(truth: Array, estimate: Array, lower: Array, upper: Array) -> Array:
    """Mean absolute error, RMSE, interval width, error of the effective length, coverage."""
    error = estimate - truth
    steps = held_lengths(np.stack([estimate.mean(axis=0), truth.mean(axis=0)]), RULER_THRESHOLD)
    return np.array(
        [
            np.abs(error).mean(),
            np.sqrt((error**2).mean()),
            (upper - lower).mean(),
            abs(steps[0] - steps[1]),
            ((lower <= truth) & (truth <= upper)).mean(),
        ]
    )


def pooled_metrics(truth: Array, sums: Array, n: NDArray[np.int64]) -> Array:
    """The same for the pooled map, and how its margins and its effective length cover."""
    pooled = remembered(sums, n)
    margins = pooled_margins(pooled, LENGTHS, np.arange(SIZE))
    by_length, overall = margins.by_length, margins.accuracy
    effective = pooled_effective_length(margins, ruler_rule())
    means = truth.mean(axis=0)
    held = int(held_lengths(means, RULER_THRESHOLD))
    true_length = int(LENGTHS[held - 1]) if held else 0
    margin_coverage = [
        ((by_length.lower <= means) & (means <= by_length.upper)).mean(),
        overall.lower <= truth.mean() <= overall.upper,
        (effective.lower or 0) <= true_length <= (effective.upper or 0),
    ]
    cells = metrics(truth, pooled.accuracy, pooled.lower, pooled.upper)
    return np.concatenate([cells, np.array(margin_coverage, np.float64)])


def simulate(family: str, seed: int) -> Outcome:
    """U5, one pooled pass, and an adaptive sweep up to three passes, of one map."""
    truth = truth_map(family, SIZE, seed)
    reader = Reader(truth, seed)
    correct = (reader.chances < truth[..., None]).astype(float)
    successes = correct[..., :5].sum(axis=-1)
    table = np.array([jeffreys(k, 5) for k in range(6)])
    bounds = table[successes.astype(int)]
    uniform = metrics(truth, successes / 5, bounds[..., 0], bounds[..., 1])

    twice = np.random.default_rng([seed, 2]).random(truth.shape) < 0.176  # 15 % of all trials
    n = 1 + twice.astype(np.int64)
    one_pass = pooled_metrics(truth, correct[..., 0] + twice * correct[..., 1], n)

    design = Design(cost=COST, seed=seed, target_error=1e-9, max_passes=float(BUDGETS[-1]))
    progress = begin(design)
    spent: list[float] = []
    rows: list[Array] = []
    end, calm = -1, 0
    while progress.batch:
        passes = progress.spent_passes
        progress = advance(design, progress, reader)
        spent.append(passes)
        rows.append(pooled_metrics(truth, progress.sums, progress.n))
        if calm < 2 and passes <= CAP:
            calm = calm + 1 if progress.predicted_error <= TARGET else 0
            end = len(rows) - 1
    curve = np.array(rows)
    adaptive = np.stack([np.interp(BUDGETS, spent, curve[:, k]) for k in range(8)], axis=1)
    return Outcome(
        uniform=uniform,
        adaptive=adaptive,
        one_pass=one_pass,
        stop=np.array([spent[end], rows[end][0], calm == 2]),
    )


def saving(target: float, curve: Array) -> str:
    """5 passes over the passes at which the curve first comes down to the target."""
    below = np.flatnonzero(curve <= target)
    if not below.size:
        return f"<{5 / BUDGETS[-1]:.1f}"
    i = int(below[0])
    if i == 0:
        return f">{5 / BUDGETS[0]:.0f}"
    share = (curve[i - 1] - target) / (curve[i - 1] - curve[i])
    passes = np.exp(np.interp(share, [0, 1], np.log(BUDGETS[i - 1 : i + 1])))
    return f"{5 / passes:.1f}"


def print_head() -> None:
    """The head of the table."""
    print(
        f"{'family':20s}"
        + "".join(f"{m:>12s}" for m in METRICS)
        + "   coverage at .35 / 1 / 2.2 / one pass   stops at  MAE there   U5: "
        + " ".join(METRICS)
        + " coverage",
        flush=True,
    )


def print_line(name: str, outcomes: list[Outcome]) -> None:
    """One line of the table."""
    u5 = np.mean([o.uniform for o in outcomes], axis=0)
    curve = np.mean([o.adaptive for o in outcomes], axis=0)
    single = np.mean([o.one_pass for o in outcomes], axis=0)
    stop = np.mean([o.stop for o in outcomes], axis=0)
    at = [float(np.interp(b, BUDGETS, curve[:, 4])) for b in (0.35, 1, 2.2)] + [single[4]]
    print(
        f"{name:20s}"
        + "".join(f"{saving(u5[k], curve[:, k]):>12s}" for k in range(4))
        + "   "
        + " / ".join(f"{c:.3f}" for c in at)
        + f"          {stop[0]:.2f}      {stop[1]:.3f}      "
        + " ".join(f"{v:.3f}" for v in u5),
        flush=True,
    )


def print_totals(every: list[Outcome]) -> None:
    """What holds over all families: margins' coverage, and what the stopping rule is worth."""
    for where, rows in (
        ("adaptive, 1 pass", [o.adaptive[list(BUDGETS).index(1)] for o in every]),
        ("one pooled pass", [o.one_pass for o in every]),
    ):
        length, sweep, effective = np.mean(rows, axis=0)[5:]
        print(
            f"{where}: the interval of a length covers {length:.3f}, of the sweep {sweep:.3f}, "
            f"of the effective length {effective:.3f}"
        )
    kept = [o.stop[1] <= TARGET for o in every if o.stop[2]]
    print(
        f"the rule stopped {len(kept)} of {len(every)} sweeps before the cap of {CAP} passes; "
        f"P(actual MAE <= {TARGET}) then = {np.mean(kept) if kept else math.nan:.2f}\n",
        flush=True,
    )


def print_times() -> None:
    """Seconds for a fit and for choosing a batch, one core."""
    for size in (15, 35):
        truth = np.broadcast_to(np.linspace(0.99, 0.2, size), (size, size))
        rng = np.random.default_rng(0)
        n = np.full((size, size), 2)
        sums = rng.binomial(n, truth)
        start = time.perf_counter()
        pool(sums, n)
        fitted = time.perf_counter()
        design = Design(cost=np.ones((size, size)), seed=0, target_error=1e-9)
        progress = begin(design)
        advance(design, progress, {k: float(rng.random() < truth[k[:2]]) for k in progress.batch})
        chosen = time.perf_counter()
        print(f"{size} x {size}: fit {fitted - start:.2f} s, next batch {chosen - fitted:.2f} s")


def main() -> None:
    """Runs the simulation and prints the tables."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--only", choices=("tuned", "held-out"))
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--families", nargs="*", help="only these")
    arguments = parser.parse_args()
    print_times()
    for title, families in (("tuned", list(TUNED)), ("held-out", list(HELD_OUT))):
        if arguments.only in (None, title):
            start = time.perf_counter()
            print(f"\n{title} families, {arguments.seeds} seeds each: times fewer tokens than U5")
            print_head()
            every: list[Outcome] = []
            for family in families:
                if family in (arguments.families or families):
                    seeds = range(arguments.first, arguments.first + arguments.seeds)
                    outcomes = [simulate(family, seed) for seed in seeds]
                    print_line(family, outcomes)
                    every += outcomes
            print_line("all families", every)
            print_totals(every)
            print(f"({time.perf_counter() - start:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
