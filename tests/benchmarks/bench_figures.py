"""Time from nothing to a figure on disk, against the bare import of matplotlib.figure.

Run: python tests/benchmarks/bench_figures.py
Every row is a fresh interpreter; the best of several turns counts.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
TURNS = 7

DRAW = """
import sys
from pathlib import Path
from niah.figures.drawing import write
from niah.figures.heatmap import heatmap_data
from niah.figures.text import Facts, Provenance
import numpy as np
from niah.statistics import Grid
size, formats, directory = int(sys.argv[1]), sys.argv[2].split(","), Path(sys.argv[3])
shape = size, size
score = (np.arange(size * size).reshape(shape) % 7 > 0).astype(float)
n = np.ones(shape, np.int64)
depths = np.linspace(0, 100, size)
grid = Grid(model="provider/model", task="single", simulated=False,
    context_lengths=np.linspace(2000, 128000, size).astype(np.int64), depth_percents=depths,
    accuracy=score, lower=score * 0.1, upper=0.9 + score * 0.1, n=n, planned=n, outcomes={},
    placed_depth_percent=np.tile(depths[:, None], (1, size)))
origin = Provenance(run="bench", experiment_sha256="0" * 64, niah_version="0")
write(heatmap_data(grid, None, Facts()), directory / "map", formats=formats,
    provenance=origin)
"""


def time_s(code: str, *arguments: str) -> float:
    """How long some code takes in a fresh interpreter, in seconds."""
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, cwd=ROOT)
    return time.perf_counter() - start


def main() -> None:
    """Print the table; rows take turns, so that a busy moment does not fall on one of them."""
    rows = [
        (15, "png", "ratio 2.2"),
        (15, "svg", "ratio 2.2"),
        (15, "pdf", "ratio 2.2"),
        (15, "png,svg,pdf", "2 s"),
        (35, "png", "1.5 s"),
        (35, "svg", "1.5 s"),
        (35, "pdf", "1.5 s"),
    ]
    base = float("inf")
    best = [base] * len(rows)
    with tempfile.TemporaryDirectory() as directory:
        for _ in range(TURNS):
            base = min(base, time_s("import matplotlib.figure"))
            for i, (size, formats, _limit) in enumerate(rows):
                best[i] = min(best[i], time_s(DRAW, str(size), formats, directory))
    print(f"{'what':<28}{'seconds':>9}{'ratio':>8}  limit")
    print(f"{'import matplotlib.figure':<28}{base:>9.2f}{1:>8.2f}")
    for (size, formats, limit), seconds in zip(rows, best, strict=True):
        label = f"{size} x {size} {formats}"
        print(f"{label:<28}{seconds:>9.2f}{seconds / base:>8.2f}  {limit}")


if __name__ == "__main__":
    main()
