"""Sweeps against hosts whose limits are no exactly stated buckets, in virtual time.

Wall time over the lower bound of ``tests/servers_windows.py``, the share of 429s, trials lost, and
the most refusals within a second. The bound is that of someone who knows every limit and how long
each answer will take, and who leaves to others what they took; see ``lower_bound_s``.

Run: python tests/benchmarks/bench_windows.py [--seed N] [--scenarios N] [--kind TEXT] [-v]
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.servers_windows import GARBLED, KINDS, UNSTATED, random_sweep, sweep_through


def report(kind: str, seeds: range, verbose: bool) -> None:
    """Print one line of a kind of host."""
    limit, share = (1.05, 0.10) if kind in UNSTATED else (1.02, 0.005)
    rows = []
    for seed in seeds:
        sweep = random_sweep(kind, seed)
        outcome = sweep_through(sweep, seed=seed, longest_s=7 * 86_400)
        assert outcome.finished + outcome.lost == len(sweep.trials) or outcome.stopped
        rows.append(outcome)
        if verbose:
            limits = {q: f"{one.limit:g}" for q, one in sweep.host.limiters().items()}
            note = list(GARBLED)[seed % len(GARBLED)] if kind == "garbled" else ""
            print(
                f"  seed {seed}: {len(sweep.trials)} trials, {limits}, cap {sweep.cap}, "
                f"{sweep.host.as_of}/{sweep.host.retry_after} {note}: bound {outcome.bound_s:.0f} s"
                f", ratio {outcome.ratio:.4f}, 429s {outcome.rejections}/{outcome.requests}, "
                f"busy {outcome.busy}, lost {outcome.lost}, burst {outcome.most_in_a_second}"
                f" {outcome.stopped}"
            )
    good = sum(
        row.ratio <= limit and row.rejected_share <= share for row in rows if row.bound_s >= 60
    )
    ratios = [row.ratio for row in rows]
    shares = [row.rejected_share for row in rows]
    print(
        f"{kind:24} {statistics.median(ratios):8.3f} {max(ratios):8.3f} "
        f"{statistics.median(shares):8.2%} {max(shares):8.2%} "
        f"{good:4d}/{sum(row.bound_s >= 60 for row in rows):<3d} "
        f"{sum(row.lost for row in rows):5d} "
        f"{max(row.most_in_a_second for row in rows):6d}",
        flush=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--scenarios", type=int, default=24)
    parser.add_argument("--kind", default="")
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    print(
        f"{'':24} {'median':>8} {'worst':>8} {'median':>8} {'worst':>8} {'within':>8} {'':>5} "
        f"{'429s':>6}\n{'host':24} {'w/bound':>8} {'w/bound':>8} {'429s':>8} {'429s':>8} "
        f"{'goal':>8} {'lost':>5} {'in 1 s':>6}"
    )
    chosen = range(options.seed, options.seed + options.scenarios)
    for name in KINDS:
        if options.kind in name:
            report(name, chosen, options.verbose)
