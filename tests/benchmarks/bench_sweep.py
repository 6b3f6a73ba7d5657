"""A whole sweep against a server of fixed latency: composed, sent, scored, durable.

Run with ``python tests/benchmarks/bench_sweep.py``. 225 prompts of 2K to 128K tokens, 64 in flight
and 0.25 s latency; the ideal is ceil(225 / 64) x 0.25 s. Start-up is what a sweep of a single trial
takes beyond one latency: opening the store and the run, one connection, closing. The first burst
of 64 is not in it.
"""

from __future__ import annotations

import math
import os
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from niah.experiment import load_experiment
from niah.runner.keys import Keys
from niah.runner.prepare import prepare
from niah.runner.prepared import Prepared
from niah.runner.run import run_experiment
from niah.store.database import open_store
from niah.store.trials import iter_trials
from tests.benchmarks.bench_requests import _with_server

CAP, LATENCY_S, ROUNDS = 64, 0.25, 9


def sweep(prepared: Prepared) -> float:
    """Seconds from opening the store to the last durable trial."""
    with tempfile.TemporaryDirectory() as directory:
        began = time.perf_counter()
        with open_store(Path(directory) / "niah.db") as store:
            result = run_experiment(prepared, store, keys=Keys({}))
            elapsed = time.perf_counter() - began
            records = list(iter_trials(store, result.run.run))
        assert len(records) == len(prepared.trials)
        assert all(record.outcome == "answered" for record in records), records[0].message
    return elapsed


def main() -> None:
    """Print the wall time of the sweep over its ideal, without and with reservations."""
    print(f"225 prompts of 2K to 128K tokens, C = {CAP}, L = {LATENCY_S} s, all durable")
    for usd, label in ((0.0, "free"), (1.0, "each request reserved before it is sent")):
        measure(usd, label)


def measure(usd: float, label: str) -> None:
    """Print one line; ``usd`` is the price of a million tokens."""
    server, port = _with_server(LATENCY_S)
    configs = Path(__file__).resolve().parents[2] / "configs"
    experiment = load_experiment(
        configs / "deepseek-v3-128k.toml",
        overrides=[
            f"providers.local.base_url=http://127.0.0.1:{port}/v1",
            "providers.local.tokenizer=o200k_base",
            "limits.max_cost_usd=100.0",
            f'model."local/model".price={{input={usd}, output={usd}}}',
            f"limits.concurrency={CAP}",
        ],
        model_ids=["local/model"],
    )
    prepared = prepare(experiment)
    single = replace(prepared, trials=prepared.trials[:1])
    sweep(prepared)  # fills what is cached once per process
    count = len(prepared.trials)
    ideal = math.ceil(count / CAP) * LATENCY_S
    ratios = []
    for _ in range(ROUNDS):
        start_up = sweep(single) - LATENCY_S
        wall = sweep(prepared)
        ratios.append(((wall - start_up) / ideal, wall, start_up))
    server.terminate()
    for name, (ratio, wall, start_up) in (
        ("median", statistics.median_low(ratios)),
        ("least", min(ratios)),
        ("most", max(ratios)),
    ):
        print(
            f"{label}, {name} of {ROUNDS}: wall {wall:.3f} s, start-up {start_up:.3f} s, the rest "
            f"over ceil({count}/{CAP}) x L = {ideal:.2f} s: {ratio:.3f}"
        )
    print(f"load average {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
