"""Adaptive sweeps end to end: chosen in batches, killed, resumed, the same whatever happens."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from niah.reference.behaviour import Behaviour, Faults
from niah.runner.adapt import next_round
from niah.statistics.adaptive import begin
from niah.statistics.designs import Design
from tests.command import Niah
from tests.servers import listening, reference_endpoint

MAIN = "from niah.cli import main; main()"
ADAPTIVE = """
name = "adaptive"
models = {models}
seed = 3

[grid]
context_lengths = ["1K", "1500", "2K", "3K"]
depth_percents = [0, 25, 50, 75, 100]

[sampling]
mode = "adaptive"
target_error = 0.001
max_passes = {passes}
sharing = "{sharing}"
batch = 1.0

[limits]
concurrency = 8
timeout_s = 20
max_attempts = {attempts}

[providers.local]
base_url = "{url}/v1"
tokenizer = "o200k_base"

[providers.deepseek]
base_url = "{url}"
tokenizer = "o200k_base"
api_key_env = "LOCAL_KEY"

[model."deepseek/lost-in-the-middle".price]
input = 0.27
cached_input = 0.07
output = 1.10
"""


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOCAL_KEY", "canary-0123456789abcdef")


def write(
    directory: Path,
    url: str,
    *,
    models: tuple[str, ...] = ("local/lost-in-the-middle",),
    passes: float = 2.0,
    sharing: str = "none",
    attempts: int = 6,
) -> Path:
    path = directory / "adaptive.toml"
    text = ADAPTIVE.format(
        url=url, models=json.dumps(models), passes=passes, sharing=sharing, attempts=attempts
    )
    path.write_text(text, encoding="utf-8")
    return path


def exported(niah: Niah) -> list[dict[str, Any]]:
    lines = niah("export", "latest", "--format", "jsonl").out.splitlines()
    return [json.loads(line) for line in lines]


def prompts(trials: list[dict[str, Any]]) -> list[tuple[str, str, float | None]]:
    return sorted((t["trial_id"], t["prompt_sha256"], t["score"]) for t in trials)


def test_a_sweep_goes_on_until_its_cap_and_says_so(niah: Niah, tmp_path: Path) -> None:
    """Batches follow each other; at least 15% are repeats; the map that is reported is pooled."""
    with listening() as endpoint:
        done = niah("run", write(tmp_path, endpoint.url), "--json")
        assert done.code == 0, done.err
        requests = endpoint.app.state.seen.requests
    summary = done.json
    assert summary["trials"] == summary["planned"] == requests
    (sweep,) = summary["sweeps"]
    assert sweep["adaptive"]["finished"] == "the cap of 2 passes is reached"
    assert 1.5 < sweep["adaptive"]["passes"] <= 2.0
    assert sweep["adaptive"]["rounds"] >= 3
    assert sweep["pooled"]["accuracy"] == summary["accuracy"]
    trials = exported(niah)
    cells = {(trial["context_length"], trial["depth_percent"]) for trial in trials}
    assert 1 - len(cells) / len(trials) >= 0.15
    assert len({trial["prompt_sha256"] for trial in trials}) == len(trials)
    again = niah("run", tmp_path / "adaptive.toml", "--json")
    assert again.json["sent"] == 0
    assert "adaptive    " in niah("show", "latest").out


def test_a_plan_prices_what_a_sweep_may_spend(niah: Niah, tmp_path: Path) -> None:
    """The most is that of all its passes, not of one trial in every cell."""
    adaptive = write(tmp_path, "http://127.0.0.1:9", models=("openai/gpt-4o",), passes=2.5)
    modes = ("adaptive", "uniform")
    planned = [
        niah("plan", adaptive, "--set", f"sampling.mode={mode}", "--set", "grid.trials=1", "--json")
        for mode in modes
    ]
    many, once = (outcome.json for outcome in planned)
    assert many["trials"] == once["trials"]
    assert many["cost_usd"] == pytest.approx(2.5 * once["cost_usd"])
    assert many["models"][0]["cost_usd_at_most"] == pytest.approx(2.5 * once["cost_usd"])
    assert "is of 2.5 such passes" in niah("plan", adaptive).out


def test_the_target_stops_a_sweep(niah: Niah, tmp_path: Path) -> None:
    """A reader that always answers needs few trials, and the run says what was reached."""
    with reference_endpoint() as url:
        config = write(tmp_path, url, models=("local/exact",), passes=20.0)
        done = niah("run", config, "--set", "sampling.target_error=0.06", "--json")
    (sweep,) = done.json["sweeps"]
    assert sweep["adaptive"]["finished"].startswith("predicted error")
    assert sweep["adaptive"]["predicted_error"] <= 0.06


@pytest.mark.slow
@pytest.mark.parametrize("sharing", ["none", "nested", "packed"])
def test_a_killed_sweep_comes_to_the_same(niah: Niah, tmp_path: Path, sharing: str) -> None:
    """kill -9 in the middle of a batch, and again: the same trials, none asked twice in vain."""
    behaviour = Behaviour(latency_s=0.05)
    with listening(behaviour) as endpoint:
        config = write(tmp_path, endpoint.url, sharing=sharing, passes=1.5)
        whole = niah("run", config, "--set", "limits.concurrency=3", "--json", "--db", "whole.db")
        assert whole.code == 0, whole.err
        undisturbed = endpoint.app.state.seen.requests
        for kill_at in (5, 14):
            command = [sys.executable, "-c", MAIN, "run", str(config), "-q"]
            process = subprocess.Popen(
                [*command, "--set", "limits.concurrency=3"],
                cwd=tmp_path,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                env=os.environ | {"LOCAL_KEY": "x"},
            )
            deadline = time.monotonic() + 60
            while stored(tmp_path / "niah.db") < kill_at:
                assert process.poll() is None, process.stderr and process.stderr.read()
                assert time.monotonic() < deadline
                time.sleep(0.01)
            process.send_signal(signal.SIGKILL)
            process.communicate()
        killed = stored(tmp_path / "niah.db")
        done = niah("run", config, "--json")
        assert done.code == 0, done.err
        assert done.json["sent"] < undisturbed - killed + 8
    disturbed = exported(niah)
    lines = niah("export", "latest", "--format", "jsonl", "--db", "whole.db").out.splitlines()
    assert prompts(disturbed) == prompts([json.loads(line) for line in lines])
    assert {trial["task"] for trial in disturbed} == {
        "single/keys=5" if sharing == "packed" else "single"
    }


def stored(path: Path) -> int:
    if not path.exists():
        return 0
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        try:
            return int(connection.execute("SELECT count(*) FROM trials").fetchone()[0])
        except sqlite3.OperationalError:
            return 0


def test_a_trial_that_cannot_be_measured_keeps_its_sweep_waiting(
    niah: Niah, tmp_path: Path
) -> None:
    """No batch is chosen without an answer that is still to come; later it goes on."""
    with reference_endpoint(Behaviour(faults=Faults(wrong_json=0.3, seed=5))) as url:
        config = write(tmp_path, url, attempts=1)
        failed = niah("run", config, "--json")
        assert failed.code == 3
        assert any("waits for" in reason for reason in failed.json["reasons"])
    with reference_endpoint() as url:
        config.write_text(config.read_text().replace("attempts = 1", "attempts = 3"))
        text = config.read_text()
        old = text.split('base_url = "')[1].split("/v1")[0]
        config.write_text(text.replace(old, url))
        other = niah("run", config, "--json")  # another address is another experiment
        assert other.code == 0
    assert other.json["run"] != failed.json["run"]


def test_a_budget_stops_a_sweep_and_a_larger_one_lets_it_go_on(niah: Niah, tmp_path: Path) -> None:
    """--max-cost holds for adaptive sweeps too; nothing is asked twice afterwards."""
    with listening() as endpoint:
        config = write(tmp_path, endpoint.url, models=("deepseek/lost-in-the-middle",))
        short = niah("run", config, "--max-cost", "0.01", "--json")
        assert short.code == 3
        assert short.json["cost_usd"] <= 0.01
        done = niah("run", config, "--max-cost", "1", "--json")
        assert done.code == 0, done.err
        assert endpoint.app.state.seen.requests == done.json["trials"]
    assert done.json["run"] == short.json["run"]


@pytest.mark.parametrize("sharing", ["nested", "packed"])
@pytest.mark.parametrize("concurrency", [1, 64])
def test_a_shared_sweep_is_billed_as_expected(
    niah: Niah, tmp_path: Path, sharing: str, concurrency: int
) -> None:
    """At any concurrency the endpoint's cache serves what the plan expected, by its own usage."""
    with listening(Behaviour(cache=True, latency_s=0.02)) as endpoint:
        config = write(
            tmp_path, endpoint.url, models=("deepseek/lost-in-the-middle",), sharing=sharing
        )
        overrides = ["--set", "sampling.mode=uniform", "--concurrency", str(concurrency)]
        done = niah("run", config, *overrides, "--json")
        assert done.code == 0, done.err
    (sweep,) = done.json["sweeps"]
    bill = sweep["input_bill"]
    assert bill["trials"] == 20
    assert bill["expected_share"] > 0.5
    assert bill["billed_share"] >= bill["expected_share"] - 0.02
    assert bill["billed_usd"] <= bill["expected_usd"] * 1.05
    assert "input bill  expected $" in niah("show", "latest").out
    trial = exported(niah)[0]
    shown = niah(
        "show",
        "latest",
        "--prompt",
        "--json",
        "--length",
        str(trial["context_length"]),
        "--depth",
        str(trial["depth_percent"]),
        "--repeat",
        "0",
    )
    assert shown.json["prompt_sha256"] == trial["prompt_sha256"]


def test_choosing_a_batch_leaves_the_requests_in_flight_alone() -> None:
    """While a batch of a large grid is chosen, the event loop goes on turning."""
    design = Design(cost=np.ones((20, 20)), seed=0, target_error=1e-9)
    progress = begin(design)
    scores = {key: float(sum(key) % 3 > 0) for key in progress.batch}
    gaps: list[float] = []

    async def tick() -> None:
        last = time.perf_counter()
        while True:
            await asyncio.sleep(0.002)
            gaps.append(time.perf_counter() - last)
            last = time.perf_counter()

    async def choose() -> float:
        ticking = asyncio.create_task(tick())
        await asyncio.sleep(0.02)
        start = time.perf_counter()
        await next_round(design, progress, scores)
        took = time.perf_counter() - start
        ticking.cancel()
        return took

    took = asyncio.run(choose())
    assert len(gaps) > 15
    assert max(gaps) < took / 2
