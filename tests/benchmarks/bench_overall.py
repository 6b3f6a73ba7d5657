"""How far off the overall accuracy of an adaptive sweep is, and how often its interval holds.

    python tests/benchmarks/bench_overall.py [--size 5] [--seeds 100] [--maps decay ...]

Simulated responses, right or wrong, drawn from maps of known truth go through the real designer and
estimator. Every sweep ends at the cap, or before where the default target is predicted. `redrawn`
is the same estimate from as many trials in each cell whose outcomes are drawn anew: what is left
of the bias then does not come from trials being sent where others had failed. Monte Carlo
standard errors stand in brackets. About 3 minutes a map of 5 x 5 cells on one core.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))

import niah.statistics.adaptive as planner
from niah.statistics.adaptive import Progress, advance, begin
from niah.statistics.designs import Design
from niah.statistics.intervals import Estimate
from niah.statistics.margins import pooled_margins
from niah.statistics.pooled import PooledMap, pool
from tests.benchmarks.bench_statistics import Reader

Array = NDArray[np.float64]

TARGET = 0.06
REPEATS = 400


@lru_cache(maxsize=500)
def _pooled(sums: bytes, n: bytes, shape: tuple[int, ...]) -> PooledMap:
    return pool(np.frombuffer(sums).reshape(shape), np.frombuffer(n, np.int64).reshape(shape))


def remembered(sums: Array, n: NDArray[np.int64]) -> PooledMap:
    """The pooled map, fitted once for all sweeps that begin alike."""
    return _pooled(sums.tobytes(), n.tobytes(), n.shape)


def known_maps(size: int) -> dict[str, Array]:
    """Maps of known recall, shape (depths, lengths)."""
    depth, length = np.meshgrid(*(np.linspace(0, 1, size),) * 2, indexing="ij")
    maps = {f"flat {level}%": np.full((size, size), level / 100) for level in (100, 98, 90, 70, 50)}
    maps["decay"] = 0.98 - 0.5 * length
    maps["cliff"] = np.where(length <= 0.5, 0.98, 0.2)
    maps["middle"] = 0.98 - 0.7 * length * np.exp(-(((depth - 0.5) / 0.22) ** 2))
    return maps


def costs(size: int) -> Array:
    """Tokens of a trial: lengths from 1K to 32K, doubling; large grids 2K to 128K, linear."""
    lengths = np.geomspace(1_000, 32_000, size) if size < 10 else np.linspace(2e3, 128e3, size)
    return np.broadcast_to(lengths, (size, size)).copy()


def sweep(truth: Array, seed: int, passes: float) -> tuple[Progress, Progress]:
    """Where a sweep stands when the default target is predicted twice, and at the cap."""
    cost = costs(truth.shape[0])
    design = Design(cost=cost, seed=seed, target_error=1e-9, max_passes=passes)
    reader = Reader(truth, seed, repeats=REPEATS)
    progress, stopped, calm = begin(design), None, 0
    while progress.batch:
        progress = advance(design, progress, reader)
        calm = calm + 1 if progress.predicted_error <= TARGET else 0
        if calm == 2 and stopped is None:
            stopped = progress
    return stopped or progress, progress


def overall(sums: Array, n: NDArray[np.int64]) -> Estimate:
    """What is printed as the overall accuracy."""
    depths, lengths = n.shape
    return pooled_margins(remembered(sums, n), np.arange(lengths), np.arange(depths)).accuracy


def lines(name: str, truth: Array, seeds: range, caps: list[float]) -> Iterator[str]:
    """The table's lines of one map."""
    rows: dict[str, list[tuple[float, float, float, float]]] = {}
    true = float(truth.mean())
    for seed in seeds:
        _pooled.cache_clear()
        for cap in caps:
            ends = sweep(truth, seed, cap)
            for rule, end in zip((f"target, at most {cap:g}", f"{cap:g}"), ends, strict=True):
                found = overall(end.sums, end.n)
                anew = np.random.default_rng([seed, 2]).binomial(end.n, truth).astype(float)
                rows.setdefault(rule, []).append(
                    (
                        found.value - true,
                        overall(anew, end.n).value - true,
                        found.lower <= true <= found.upper,
                        end.n.sum(),
                    )
                )
    for rule, values in rows.items():
        error, redrawn, covered, trials = np.array(values, float).T
        root = math.sqrt(len(values))
        squares = 1e4 * error**2
        rmse = math.sqrt(squares.mean())
        yield (
            f"{name:10s} {rule:19s} {trials.mean():5.0f} trials  "
            f"bias {100 * error.mean():+.2f} ({100 * error.std() / root:.2f})  "
            f"redrawn {100 * redrawn.mean():+.2f} ({100 * redrawn.std() / root:.2f})  "
            f"RMSE {rmse:.2f} ({squares.std() / root / max(2 * rmse, 1e-9):.2f})  "
            f"coverage {covered.mean():.3f} ({covered.std() / root:.3f})"
        )


def main() -> None:
    """Runs the simulation and prints the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=5, help="lengths and depths")
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--maps", nargs="*", help="only these")
    parser.add_argument("--passes", type=float, nargs="*", default=[2.2, 10.0], help="caps")
    arguments = parser.parse_args()
    vars(planner)["pool"] = remembered
    seeds = range(arguments.first, arguments.first + arguments.seeds)
    print(
        f"overall accuracy, {arguments.size} x {arguments.size} cells, {len(seeds)} sweeps a line"
    )
    for name, truth in known_maps(arguments.size).items():
        if name in (arguments.maps or [name]):
            for line in lines(name, truth, seeds, arguments.passes):
                print(line, flush=True)


if __name__ == "__main__":
    main()
