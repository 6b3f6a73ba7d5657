"""A million stored trials: each command as a process of its own, its time and its memory.

Run: ``python tests/benchmarks/bench_scale.py [--trials 1000000] [--folder DIR] [--times 3]``; needs
about 2 GB in DIR for a million.

A few nights are measured with ``niah run`` against a reference reader (simulated); every other
night is a copy of one of them, rows as the store itself encoded them, under a name, date and trial
ids of its own. Commands run in processes of their own, on a file that is in the system's cache.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from niah.store.database import open_store
from niah.store.runs import list_runs

ROOT = Path(__file__).parents[2]
MEASURED = 8
TRIALS_PER_NIGHT = 900
EXPERIMENT = """
name = "nightly"
models = ["reference/lost-in-the-middle"]
[grid]
context_lengths = { from = 200, to = 900, count = 15 }
depth_percents = { from = 0, to = 100, count = 15 }
trials = 4
"""
# What a copied night has rows in, beside ``runs``.
TABLES = ("trials", "outcome_counts", "spending", "cells", "tallies")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a process took.

    Attributes:
        wall_s: From start to end.
        cpu_s: User and system.
        memory_mb: Its largest resident set.
    """

    wall_s: float
    cpu_s: float
    memory_mb: float


def main() -> None:
    """Build the store, then time the commands on it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path, default=None)
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        began = time.perf_counter()
        nights = max(MEASURED, round(options.trials / TRIALS_PER_NIGHT))
        build_store(folder, nights)
        size_mb = (folder / "niah.db").stat().st_size / 1e6
        print(
            f"{nights * TRIALS_PER_NIGHT:,} trials of {nights:,} nights, {size_mb:,.0f} MB,"
            f" made in {time.perf_counter() - began:.0f} s"
        )
        measure_commands(folder, nights, options.times)


def build_store(folder: Path, nights: int) -> None:
    """Measure some nights, and copy them until there are as many as asked."""
    (folder / "nightly.toml").write_text(EXPERIMENT)
    for seed in range(MEASURED):
        run(folder, "run", "nightly.toml", "--new", "--set", f"seed={seed}", "-q")
    with open_store(folder / "niah.db") as store:
        measured = [summary.run for summary in list_runs(store)]
    with closing(sqlite3.connect(folder / "niah.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")  # a benchmark's store may be lost
        connection.execute("BEGIN")
        for night in range(nights - MEASURED):
            _copy_night(connection, measured[night % MEASURED], night, nights)
        connection.execute("COMMIT")


def measure_commands(folder: Path, nights: int, times: int) -> None:
    """Print what each command took."""
    print(f"{'command':<44} {'wall s':>8} {'cpu s':>8} {'MB':>8}")
    with open_store(folder / "niah.db", access="read") as store:
        middle = list_runs(store)[nights // 2].run
    report("python -c pass", [_process(folder, "-c", "pass") for _ in range(times)])
    report("niah --help", [run(folder, "--help") for _ in range(times)])
    tenth, most = str(nights * 9 // 10), str(nights // 2)
    for command in (
        ("runs",),
        ("runs", "--json"),
        ("show", middle),
        ("plot", middle, "--out", "night.png"),
        ("plot", middle),
        ("history", "nightly"),
        ("history", "nightly", "--out", "trend.png"),
        ("prune", "--keep-last", tenth),
    ):
        report(command, [run(folder, *command) for _ in range(times)])
    report(("prune", "--keep-last", str(nights - 1), "--yes"), [_pruned(folder, nights - 1)])
    report(("prune", "--keep-last", tenth, "--yes"), [_pruned(folder, int(tenth))])
    report(("prune", "--keep-last", most, "--yes"), [_pruned(folder, int(most))])


def run(folder: Path, *arguments: str) -> Cost:
    """One command of niah, in a process of its own."""
    return _process(folder, "-c", "from niah.cli import main; main()", *arguments)


def report(command: str | Sequence[str], costs: Sequence[Cost]) -> None:
    """One line: the median time, the largest memory."""
    name = command if isinstance(command, str) else " ".join(command)
    print(
        f"{name:<44} {statistics.median(cost.wall_s for cost in costs):>8.2f} "
        f"{statistics.median(cost.cpu_s for cost in costs):>8.2f} "
        f"{max(cost.memory_mb for cost in costs):>8.0f}",
        flush=True,
    )


def _copy_night(connection: sqlite3.Connection, run: str, night: int, nights: int) -> None:
    columns = [
        column
        for _, column, *_ in connection.execute("PRAGMA table_info(runs)")
        if column not in {"run_key", "run", "created_at", "finished_at"}
    ]
    began = datetime.now(UTC) - timedelta(days=nights - night)
    key = connection.execute(
        f"INSERT INTO runs (run, created_at, finished_at, {', '.join(columns)})"
        f" SELECT ?, ?, ?, {', '.join(columns)} FROM runs WHERE run = ?",
        (
            f"nightly-{began:%Y%m%d-%H%M%S}-{night:06x}",
            began.isoformat(timespec="seconds"),
            (began + timedelta(minutes=20)).isoformat(timespec="seconds"),
            run,
        ),
    ).lastrowid
    for table in TABLES:
        names = [column for _, column, *_ in connection.execute(f"PRAGMA table_info({table})")]
        values = [
            {"run_key": "?", "trial_id": "lower(hex(randomblob(32)))"}.get(name, name)
            for name in names
        ]
        if names:
            connection.execute(
                f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} FROM {table}"
                " WHERE run_key = (SELECT run_key FROM runs WHERE run = ?)",
                (key, run),
            )


def _pruned(folder: Path, keep: int) -> Cost:
    """Prune a copy of the store."""
    copy = folder / "copy.db"
    shutil.copyfile(folder / "niah.db", copy)
    try:
        return run(folder, "prune", "--keep-last", str(keep), "--yes", "--db", "copy.db")
    finally:
        for path in folder.glob("copy.db*"):
            path.unlink()


def _process(folder: Path, *arguments: str) -> Cost:
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""},
    )
    _, status, used = os.wait4(process.pid, 0)
    wall_s = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{' '.join(arguments)}: exit code {process.returncode}")
    return Cost(wall_s=wall_s, cpu_s=_cpu_s(used), memory_mb=used.ru_maxrss / 1024)


def _cpu_s(used: resource.struct_rusage) -> float:
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main()
