"""A day of runs in one process, in virtual time: does memory grow?

Run: ``python tests/benchmarks/bench_day.py [--hours 24] [--every-min 15]``.

A run begins every quarter of an hour against a reference endpoint (simulated) in the same process,
whose answers take 20 s, whose rate limit is passed now and then and that fails as providers do;
its figures are drawn. Waiting takes no time: whenever nothing is ready, the clock jumps to the next
timer.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import selectors
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

_real_monotonic = time.monotonic
_jumped_s = 0.0


def _virtual_monotonic() -> float:
    return _real_monotonic() + _jumped_s


time.monotonic = _virtual_monotonic  # before niah is imported, which takes it by name


class Jumping(selectors.DefaultSelector):
    """A selector that waits for other threads a moment, and then moves the clock."""

    def select(self, timeout: float | None = None) -> list[Any]:
        global _jumped_s
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        began_s = _real_monotonic()
        ready = super().select(min(timeout, 0.002))
        if not ready:
            _jumped_s += max(0.0, timeout - (_real_monotonic() - began_s))
        return ready


class Policy(asyncio.DefaultEventLoopPolicy):
    """Every new loop jumps."""

    def new_event_loop(self) -> asyncio.AbstractEventLoop:
        return asyncio.SelectorEventLoop(Jumping())


asyncio.set_event_loop_policy(Policy())

EXPERIMENT = """
name = "quarterly"
models = ["reference/lost-in-the-middle"]
[grid]
context_lengths = [500, 1000, 2000, 4000]
depth_percents = [0, 25, 50, 75, 100]
trials = 3
[limits]
concurrency = 4
max_attempts = 20
"""


def main() -> None:
    """Run the day; print the memory as it goes on."""
    import httpx

    from niah.cli.plotting import Looks, plot_run
    from niah.experiment import load_experiment
    from niah.reference.behaviour import Behaviour, Faults
    from niah.reference.endpoint import build_app
    from niah.runner.keys import read_keys
    from niah.runner.prepare import prepare
    from niah.runner.run import run_experiment
    from niah.store.database import open_store
    from niah.store.runs import list_runs
    from niah.store.trials import iter_trials

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=float, default=24)
    parser.add_argument("--every-min", type=float, default=15)
    options = parser.parse_args()
    behaviour = Behaviour(
        latency_s=20,
        requests_per_minute=20,
        faults=Faults(server_error=0.05, unavailable=0.03, wrong_json=0.03, seed=1),
    )
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        config = directory / "quarterly.toml"
        config.write_text(EXPERIMENT)
        experiment = load_experiment(config)
        memory = []
        for number in quarters(options.hours * 3600, options.every_min * 60):
            transport = httpx.ASGITransport(app=build_app(behaviour, clock=time.monotonic))
            with open_store(directory / "niah.db") as store:
                prepared = prepare(experiment)
                keys = read_keys(experiment.resolved_models(), os.environ)
                result = run_experiment(
                    prepared, store, keys=keys, transports={"reference": transport}, new=True
                )
                assert result.status == "complete", result.reasons
                records = list(iter_trials(store, result.run.run))
                plot_run(result.run, records, directory / "plots", Looks())
            gc.collect()
            memory.append(resident_mb())
            if number % 12 == 0:
                hours = _jumped_s / 3600
                print(f"run {number}: {memory[-1]:.0f} MB after {hours:.1f} h", flush=True)
        with open_store(directory / "niah.db", access="read") as store:
            runs = list_runs(store)
    warm = len(memory) // 4
    print(
        f"{len(runs)} runs, {sum(run.finished_trials for run in runs):,} trials in "
        f"{_jumped_s / 3600:.1f} virtual hours: {memory[warm]:.0f} MB after run {warm + 1}, "
        f"{memory[-1]:.0f} MB after the last"
    )


def quarters(all_s: float, every_s: float) -> Iterator[int]:
    """Numbers the runs of the time, each at its moment."""
    global _jumped_s
    began_s = time.monotonic()
    number = 0
    while number * every_s < all_s:
        _jumped_s += max(0.0, began_s + number * every_s - time.monotonic())
        yield number
        number += 1


def resident_mb() -> float:
    """The process' resident set."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
