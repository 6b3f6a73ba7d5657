"""Sweeps that are killed again and again: what is lost, what is damaged, what is paid twice.

Run: ``python tests/benchmarks/bench_crash.py [--kills 200] [--sweeps 2] [--seed 0]``.

Several ``niah run`` at once measure into one store, against a reference endpoint (simulated) that
fails as providers do. Each is killed with SIGKILL at a random instant, from its start to its end,
and started again with the same command. After each kill the store must be sound and hold every
trial that any command has ever said is done, as it was. In the end, answers that the endpoint gave
whole and more than once for one prompt are counted against the requests in flight at the kills.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import select
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import MutableMapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from niah.reference.behaviour import Behaviour, Faults
from niah.reference.serving import listen

ROOT = Path(__file__).parents[2]
EXPERIMENT = """
name = "{name}"
models = ["local/exact"]
seed = {seed}
[grid]
context_lengths = {{ from = 200, to = 900, count = 5 }}
depth_percents = {{ from = 0, to = 100, count = 5 }}
trials = {trials}
[limits]
concurrency = 8
max_cost_usd = 1000
max_attempts = 20
timeout_s = 3
[providers.local]
base_url = "{url}/v1"
tokenizer = "o200k_base"
[model."local/exact".price]
input = 1.0
output = 1.0
"""
FAULTS = Faults(
    rate_limit=0.003,
    server_error=0.05,
    unavailable=0.03,
    hang=0.002,
    cut=0.03,
    half_body=0.03,
    wrong_json=0.03,
    error_in_body=0.03,
    reset=0.05,
    seed=1,
)
# ``niah run``, with a line on standard output for each trial as soon as it is said to be done.
COMMAND = """
import os, sys
import niah.cli.progress as progress
from contextlib import contextmanager

@contextmanager
def said(name, *, quiet):
    yield lambda seen: os.write(1, b"%d\\n" % seen.done)

progress.live_line = said
from niah.cli import main
main()
"""


@dataclass(slots=True)
class Answers:
    """An ASGI layer that counts, for each request body, the answers that were given whole."""

    app: Any
    given: Counter[str] = field(default_factory=Counter)

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        asked, answered, status = bytearray(), bytearray(), 0

        async def hear() -> Any:
            message = await receive()
            asked.extend(message.get("body", b""))
            return message

        async def say(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            status = message.get("status", status)
            answered.extend(message.get("body", b""))
            await send(message)

        await self.app(scope, hear, say)
        if status == 200 and _is_answer(bytes(answered)):
            self.given[hashlib.sha256(bytes(asked)).hexdigest()] += 1


@dataclass(slots=True)
class Sweep:
    """One command that is run until it is killed, and what is known of its run."""

    config: Path
    process: subprocess.Popen[bytes] | None = None
    done: int = 0
    trials: dict[str, str] = field(default_factory=dict)
    reservations: int = 0


def main() -> None:
    """Kill, check, and say what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--sweeps", type=int, default=2)
    parser.add_argument("--trials", type=int, default=200, help="per cell of 25")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=None)
    options = parser.parse_args()
    endpoint = listen(behaviour=Behaviour(latency_s=0.1, faults=FAULTS))
    endpoint.app.add_middleware(Answers)
    thread = threading.Thread(target=endpoint.run, daemon=True)
    thread.start()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        folder = Path(name)
        sweeps = []
        for number in range(options.sweeps):
            config = folder / f"sweep{number}.toml"
            config.write_text(
                EXPERIMENT.format(
                    name=config.stem, seed=number, trials=options.trials, url=endpoint.url
                )
            )
            sweeps.append(Sweep(config))
        in_flight = kill_sweeps(sweeps, folder, options.kills, random.Random(options.seed))
        for sweep in sweeps:
            finish(sweep, folder)
            sweep.done = max(sweep.done, 25 * options.trials)
            check(sweep, folder / "niah.db")
    endpoint.stop()
    thread.join()
    layer: Any = endpoint.app.middleware_stack
    while not isinstance(layer, Answers):
        layer = layer.app
    given = layer.given
    twice = sum(count - 1 for count in given.values())
    print(
        f"{options.kills} kills of {options.sweeps} sweeps at once: {len(given):,} trials answered,"
        f" 0 acknowledged ones lost, 0 stores damaged; {twice} answers were paid twice,"
        f" {in_flight} requests were in flight; faults: {endpoint.app.state.seen.faults}"
    )
    if twice > in_flight:
        raise SystemExit("more was paid twice than was in flight")


def kill_sweeps(sweeps: list[Sweep], folder: Path, kills: int, chance: random.Random) -> int:
    """Kill the sweeps at random instants; how many requests were in flight then."""
    in_flight = 0
    for number in range(kills):
        for sweep in sweeps:
            if sweep.process is None:
                sweep.process = start(sweep, folder)
        sweep = chance.choice(sweeps)
        assert sweep.process is not None
        assert sweep.process.stdout is not None
        if chance.random() < 0.7:  # in the midst of its work, or else perhaps before it
            select.select([sweep.process.stdout], [], [], 60)
        time.sleep(chance.uniform(0, 1.5))
        sweep.process.kill()
        said, _ = sweep.process.communicate()
        sweep.process = None
        lines = said.split(b"\n")[:-1]  # one that has just ended printed its summary too
        sweep.done = max([sweep.done, *(int(line) for line in lines if line.isdigit())])
        in_flight += check(sweep, folder / "niah.db")
        if (number + 1) % 20 == 0:
            print(f"{number + 1} kills, {[one.done for one in sweeps]} trials done", flush=True)
    return in_flight


def start(sweep: Sweep, folder: Path) -> subprocess.Popen[bytes]:
    """The command that goes on with the sweep."""
    with sweep.config.with_suffix(".log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", COMMAND, "run", str(sweep.config)],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=log,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        )


def finish(sweep: Sweep, folder: Path) -> None:
    """Let the command end as it would; trials that met a fault each time are tried once more."""
    for _ in range(3):
        process = sweep.process or start(sweep, folder)
        sweep.process = None
        process.communicate(timeout=1200)
        if process.returncode == 0:
            return
    raise SystemExit(sweep.config.with_suffix(".log").read_text()[-2_000:])


def check(sweep: Sweep, path: Path) -> int:
    """Compare the store with all that was known of the sweep; how many requests were in flight.

    Those are the trials without an outcome that have a reservation newer than the last check.
    """
    if not path.exists():
        assert not sweep.done
        return 0
    with closing(sqlite3.connect(path, timeout=60)) as store:
        assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert store.execute("PRAGMA foreign_key_check").fetchall() == []
        rows = store.execute(
            "SELECT trial_id, record, outcome FROM trials"
            " NATURAL JOIN (SELECT run_key, name FROM runs) WHERE name = ?",
            (sweep.config.stem,),
        ).fetchall()
        reserved = store.execute(
            "SELECT reservation, trial_id FROM reservations"
            " NATURAL JOIN (SELECT run_key, name FROM runs) WHERE name = ? AND reservation > ?",
            (sweep.config.stem, sweep.reservations),
        ).fetchall()
    trials = {
        trial: hashlib.sha256(record.encode()).hexdigest()
        for trial, record, outcome in rows
        if outcome != "failed"
    }
    lost = {trial for trial, record in sweep.trials.items() if trials.get(trial) != record}
    assert not lost, f"{len(lost)} trials are lost or changed"
    assert len(rows) >= sweep.done, f"{sweep.done} were said to be done, {len(rows)} are stored"
    sweep.trials = trials
    sweep.reservations = max([sweep.reservations, *(number for number, _ in reserved)])
    return len({trial for _, trial in reserved} - trials.keys())


def _is_answer(body: bytes) -> bool:
    """Whether a client could use the body."""
    try:
        choice = json.loads(body)["choices"][0]
        return choice["finish_reason"] == "stop" and bool(choice["message"]["content"])
    except (ValueError, LookupError, TypeError):
        return False


if __name__ == "__main__":
    main()
