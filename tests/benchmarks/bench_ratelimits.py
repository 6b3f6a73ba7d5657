"""Sweeps against token-bucket hosts in virtual time: wall time over the lower bound, and 429s.

The bound is that of someone who knows beforehand how long each answer will take. A client can know
that only of a length: so the sweeps with headers are run a second time with answers that take as
long as their length does, against the bound of that, which shows what is lost by sending itself.

Run: python tests/benchmarks/bench_ratelimits.py [--seed N] [--scenarios N]
"""

from __future__ import annotations

import argparse
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.servers_virtual import LUCK, random_scenario, sweep


def report(headers: bool, luck: float, seeds: range, verbose: bool) -> None:
    """Print one family of scenarios and its worst."""
    name = "with limit headers" if headers else "without headers"
    name += "" if luck else ", answers as slow as their lengths"
    print(f"\n{name}: {len(seeds)} scenarios, seeds {seeds.start}..{seeds.stop - 1}")
    rows = []
    for seed in seeds:
        host, trials, cap = random_scenario(seed, headers=headers, luck=luck)
        outcome = sweep(host, trials, cap=cap, seed=seed)
        assert len(outcome.finished) == len(trials)
        assert outcome.most_in_flight <= cap
        rows.append((outcome.ratio, outcome.rejected_share, outcome.bound_s, seed))
        if verbose:
            print(
                f"  seed {seed}: {len(trials)} trials, {host.requests_per_minute:g} requests/min, "
                f"{host.tokens_per_minute:,} tokens/min, burst {host.burst:.2f}, cap {cap}, "
                f"{host.headers}/{host.retry_after}/{'hint' if host.hint else 'no hint'}: "
                f"bound {outcome.bound_s:.0f} s, ratio {outcome.ratio:.4f}, "
                f"429s {outcome.rejections}/{outcome.requests}"
            )
    long = [row for row in rows if row[2] >= 60]
    print(f"{'':24}{'median':>9}{'worst':>9}  (seed)")
    for title, chosen in (("bound >= 60 s", long), ("all", rows)):
        worst = max(chosen)
        median = statistics.median(row[0] for row in chosen)
        print(f"{f'wall / bound, {title}':24}{median:9.4f}{worst[0]:9.4f}  ({worst[3]})")
    shares = [(row[1], row[3]) for row in rows]
    median = statistics.median(share for share, _ in shares)
    print(f"{'429s / requests':24}{median:9.4f}{max(shares)[0]:9.4f}  ({max(shares)[1]})")
    limit, share = (1.02, 0.005) if headers else (1.05, 0.10)
    good = sum(row[0] <= limit and row[1] <= share for row in long)
    print(f"within {limit} and {share:.1%}: {good} of {len(long)}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--scenarios", type=int, default=24)
    parser.add_argument("-v", "--verbose", action="store_true")
    options = parser.parse_args()
    chosen = range(options.seed, options.seed + options.scenarios)
    report(True, LUCK, chosen, options.verbose)
    report(True, 0.0, chosen, options.verbose)
    report(False, LUCK, chosen, options.verbose)
