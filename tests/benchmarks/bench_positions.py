"""How often the intervals of position statistics hold the truth, for readers of known recall.

    python tests/benchmarks/bench_positions.py [--sweeps 1500]

For each grid: the mean coverage over readers and statistics, the worst one, and the mean width of
each statistic's interval. Nothing is composed or sent: a trial is a draw with the probability that
the reader's map has in its cell. About six minutes on one core.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from niah.reference.readers import recall_map
from niah.statistics.positions import by_name, position_statistics
from niah.store import TrialRecord
from tests.test_statistics_grids import record

READERS = (
    *("lost-in-the-middle", "decay", "cliff-32k", "last-16k"),
    *("flat-50", "flat-90", "flat-100"),
)
LARGE = (
    tuple(int(length) for length in np.geomspace(2_000, 128_000, 8).round(-2)),
    tuple(float(depth) for depth in np.linspace(0, 100, 9)),
)
SMALL = ((4_000, 32_000, 128_000), (0.0, 25.0, 50.0, 75.0, 100.0))
DESIGNS = (
    ("8 x 9", LARGE, 1),
    ("8 x 9", LARGE, 2),
    ("8 x 9", LARGE, 5),
    ("3 x 5", SMALL, 1),
    ("3 x 5", SMALL, 3),
)


def main(sweeps: int) -> None:
    """One line a design."""
    rng = np.random.default_rng(1)
    print(f"{sweeps} sweeps of each of {len(READERS)} readers")
    for name, (lengths, depths), trials in DESIGNS:
        covered: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
        widths: defaultdict[str, list[float]] = defaultdict(list)
        for reader in READERS:
            recall = recall_map(reader)
            sure = [record(n, d, 0, recall(d, n)) for n in lengths for d in depths]
            truth = {k: found.value for k, found in by_name(position_statistics(sure)).items()}
            for _ in range(sweeps):
                for what, found in by_name(position_statistics(_drawn(sure, trials, rng))).items():
                    inside = found.lower - 1e-9 <= truth[what] <= found.upper + 1e-9
                    covered[reader, what].append(inside)
                    widths[what].append(found.upper - found.lower)
        shares = [float(np.mean(hits)) for hits in covered.values()]
        spans = ", ".join(f"{what} {100 * np.mean(found):.1f}" for what, found in widths.items())
        print(
            f"{name} x {trials}: mean {np.mean(shares):.3f}, worst {min(shares):.3f}; "
            f"mean width in points: {spans}"
        )


def _drawn(sure: list[TrialRecord], trials: int, rng: np.random.Generator) -> list[TrialRecord]:
    """Trials that each succeed with the recall that stands in the score of their cell."""
    return [
        record(
            one.context_length, one.depth_percent, repeat, float(rng.random() < (one.score or 0))
        )
        for one in sure
        for repeat in range(trials)
    ]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sweeps", type=int, default=1_500)
    main(parser.parse_args().sweeps)
