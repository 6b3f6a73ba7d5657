"""Durability over the disk's own flush, throughput, and reading with a million trials stored.

Run: ``python tests/benchmarks/bench_store.py [--trials 1000000] [--folder DIR]``; needs about
1.5 GB in DIR. Ratios are within one run on one disk.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from niah.store.database import Store, open_store
from niah.store.deletion import delete_run
from niah.store.runs import create_run, list_runs, spent_usd
from niah.store.trials import finished_trial_ids, iter_trials
from niah.store.writer import Writer, open_writer
from tests.store_data import make_run, make_trial

TRIALS_PER_RUN = 2_740  # a year of nights makes a million
LISTING = """
import sys, time
from niah.store.database import open_store
from niah.store.runs import list_runs
with open_store(sys.argv[1], access="write") as store:
    print(len(list_runs(store)))
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        measure_durability(Path(folder))
        measure_a_large_store(Path(folder), arguments.trials)


def measure_durability(folder: Path) -> None:
    flush_p50 = statistics.median(flushes(folder / "flush", pause_s=0.005))
    flat_out_p50 = statistics.median(flushes(folder / "flush", pause_s=0.0))
    print(f"fdatasync of 4 KiB at 200/s        p50 {flush_p50 * 1e3:7.2f} ms")
    print(f"fdatasync of 4 KiB flat out        p50 {flat_out_p50 * 1e3:7.2f} ms")
    with open_store(folder / "small.db") as store:
        for name, work in (("add", add_one), ("reserve and add", reserve_and_add)):
            run = f"paced {name}"
            create_run(store, make_run(run))
            with open_writer(store, run) as writer:
                seen = asyncio.run(paced(writer, work, per_second=200, count=2_000))
            p50, p99 = statistics.median(seen), statistics.quantiles(seen, n=100)[98]
            print(
                f"{name:<16} at 200/s           p50 {p50 * 1e3:7.2f} ms, p99 {p99 * 1e3:7.2f} ms,"
                f" over fdatasync {p50 / flush_p50:5.2f}"
            )
        for in_flight in (1, 16, 64, 256):
            run = f"flat out {in_flight}"
            create_run(store, make_run(run))
            with open_writer(store, run) as writer:
                began = time.perf_counter()
                count = 300 if in_flight == 1 else 6_000
                asyncio.run(flat_out(writer, in_flight, count))
                rate = count / (time.perf_counter() - began)
            print(
                f"{in_flight:>4} in flight, flat out            {rate:7.0f} per second,"
                f" {rate * flat_out_p50:5.2f} per fdatasync"
            )


def measure_a_large_store(folder: Path, trials: int) -> None:
    path = folder / "large.db"
    runs = max(1, trials // TRIALS_PER_RUN)
    with open_store(path) as store:
        began = time.perf_counter()
        for number in range(runs):
            fill(store, f"night-{number:05d}")
        took = time.perf_counter() - began
        size = path.stat().st_size / 1e6
        print(
            f"\n{runs * TRIALS_PER_RUN:,} trials in {runs} runs, {size:,.0f} MB,"
            f" written at {runs * TRIALS_PER_RUN / took:,.0f} per second"
        )
        middle = f"night-{runs // 2:05d}"
        report("open_store", lambda: open_store(path).close())
        report("list_runs", lambda: list_runs(store))
        report("spent_usd", lambda: spent_usd(store, middle))
        report("finished_trial_ids of a run", lambda: finished_trial_ids(store, middle))
        report("a run's trials", lambda: sum(1 for _ in iter_trials(store, middle)))
        report(
            "a cell's trials",
            lambda: list(iter_trials(store, middle, context_length=1000, depth_percent=50.0)),
        )
        command = [sys.executable, "-c", LISTING, str(path)]
        report("a process that lists the runs", lambda: subprocess.check_output(command))
        report("delete_run", lambda: delete_run(store, middle), times=1)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for summary in list_runs(store):
            for _ in iter_trials(store, summary.run):
                pass
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"reading every trial added           {(after - before) / 1024:7.1f} MB of memory")


def report(name: str, work: Callable[[], object], times: int = 5) -> None:
    seen = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        seen.append(time.perf_counter() - began)
    print(f"{name:<34} p50 {statistics.median(seen) * 1e3:8.2f} ms")


def flushes(path: Path, *, pause_s: float, count: int = 500) -> list[float]:
    seen = []
    with path.open("wb", buffering=0) as file:
        for _ in range(count):
            time.sleep(pause_s)
            began = time.perf_counter()
            file.write(b"x" * 4096)
            os.fdatasync(file.fileno())
            seen.append(time.perf_counter() - began)
    return seen


async def add_one(writer: Writer, number: int) -> None:
    await writer.add(make_trial(number, writer.run))


async def reserve_and_add(writer: Writer, number: int) -> None:
    trial = make_trial(number, writer.run)
    reservation = await writer.reserve(trial.trial_id, 1.0)
    await writer.add(trial, reservation=reservation)


async def paced(
    writer: Writer,
    work: Callable[[Writer, int], Awaitable[None]],
    *,
    per_second: int,
    count: int,
) -> list[float]:
    """Seconds from handing over to acknowledgement, at arrivals that wait for nobody."""
    seen: list[float] = []

    async def one(number: int) -> None:
        began = time.perf_counter()
        await work(writer, number)
        seen.append(time.perf_counter() - began)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
            group.create_task(one(number))
    return seen


async def flat_out(writer: Writer, in_flight: int, count: int) -> None:
    numbers = iter(range(count))

    async def work() -> None:
        for number in numbers:
            await add_one(writer, number)

    await asyncio.gather(*(work() for _ in range(in_flight)))


def fill(store: Store, run: str) -> None:
    create_run(store, make_run(run, experiment="x" * 5_000))
    with open_writer(store, run) as writer:
        done = [
            writer.submit(
                make_trial(
                    number,
                    run,
                    trial_id=f"{hash((run, number)) & (1 << 64) - 1:064x}",
                    context_length=1000 * (1 + number % 15),
                    depth_percent=float(number // 15 % 15) * 100 / 14,
                    repeat=number // 225,
                    outcome="failed" if number % 50 == 0 else "answered",
                )
            )
            for number in range(TRIALS_PER_RUN)
        ]
        for future in done:
            future.result()


if __name__ == "__main__":
    main()
