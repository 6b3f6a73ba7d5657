"""niah gate when nobody watches: killed, on a wrong clock, with full disks, seen by Prometheus."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from niah.errors import StoreError
from niah.reference.behaviour import Behaviour
from niah.reference.serving import Listening
from niah.store.children import children_of, create_child
from niah.store.database import open_store
from niah.store.locks import lock_run
from niah.store.runs import find_run, latest_run
from tests.command import Niah
from tests.servers import listening

NIGHTLY = """
name = "nightly"
models = ["local/{reader}"]
[grid]
context_lengths = [300, 400, 500, 600]
depth_percents = [0, 33, 67, 100]
trials = {trials}
[limits]
concurrency = {concurrency}
max_cost_usd = 50
[providers.local]
base_url = "{url}/v1"
tokenizer = "o200k_base"
[model."local/{reader}".price]
input = 100
output = 0
"""
CONCURRENCY = 4
WORST_USD = 900 * 100 / 1e6
"""Of the longest prompt, 600 tokens, with what a provider may bill for its template."""
GATE = ("gate", "nightly.toml", "--baseline", "base", "--json", "-q")


@dataclass(frozen=True)
class Nights:
    """An experiment at an endpoint that counts, with a baseline in the store."""

    niah: Niah
    directory: Path
    endpoint: Listening

    @property
    def requests(self) -> int:
        """That have reached the endpoint."""
        count: int = self.endpoint.app.state.seen.requests
        return count

    def tonight(self, reader: str, trials: int = 1) -> None:
        """The experiment with this reader."""
        text = NIGHTLY.format(
            reader=reader, trials=trials, url=self.endpoint.url, concurrency=CONCURRENCY
        )
        (self.directory / "nightly.toml").write_text(text)

    def run(self) -> str:
        """Measure a new run, whatever it is like; its id."""
        done = self.niah("gate", "nightly.toml", "--new", "--min-accuracy", "0", "--json", "-q")
        name: str = done.json["run"]
        return name

    def baseline(self) -> None:
        """Measure a good model, by the name of ``base``."""
        self.tonight("flat-97", trials=6)
        assert self.niah("baseline", "set", "base", self.run()).code == 0

    def change(self, statement: str) -> None:
        """Change the store behind niah's back, as a wrong clock would have."""
        with closing(sqlite3.connect(self.directory / "niah.db")) as store, store:
            store.execute(statement)


@pytest.fixture
def nights(niah: Niah, tmp_path: Path) -> Iterator[Nights]:
    with listening() as endpoint:
        yield Nights(niah, tmp_path, endpoint)


@pytest.fixture
def slow_nights(niah: Niah, tmp_path: Path) -> Iterator[Nights]:
    """Where answers take so long that a kill finds requests in flight."""
    with listening(Behaviour(latency_s=0.02)) as endpoint:
        yield Nights(niah, tmp_path, endpoint)


def gauges(path: Path) -> dict[str, list[Any]]:
    """The samples of a textfile by name."""
    found: dict[str, list[Any]] = {}
    for family in text_string_to_metric_families(path.read_text()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample)
    return found


def test_a_verdict_is_what_prometheus_reads(nights: Nights) -> None:
    """Verdict, accuracy, drop and re-tests' cost as in the JSON; no name is one of niah run's."""
    nights.baseline()
    nights.tonight("flat-50", trials=2)
    done = nights.niah(*GATE, "--metrics", "metrics/gate.prom")
    assert done.code == 1, done.out + done.err
    found, verdict = gauges(nights.directory / "metrics/gate.prom"), done.json
    assert {s.labels["verdict"]: s.value for s in found["niah_gate_verdict"]} == {
        "fail": 1,
        "pass": 0,
        "undecided": 0,
    }
    (accuracy,) = found["niah_gate_sweep_accuracy_ratio"]
    shown = nights.niah("show", verdict["run"], "--json").json["sweeps"][0]
    assert accuracy.value == pytest.approx(shown["accuracy"])
    assert accuracy.labels["model"] == "local/flat-50"
    lower, upper = (
        found[f"niah_gate_sweep_accuracy_{bound}_ratio"][0].value for bound in ("lower", "upper")
    )
    assert lower < accuracy.value < upper
    (drop,) = found["niah_gate_sweep_drop_ratio"]
    alarms = [
        one
        for one in verdict["sweeps"][0]["regression"]["retested"]
        if one and one["finding"] == "alarm"
    ]
    assert drop.value == max(alarms, key=lambda one: one["n"])["drop"] > 0.2
    assert found["niah_gate_retest_trials"][0].value == verdict["retests"]["trials"] > 0
    assert found["niah_gate_retest_cost_usd"][0].value == verdict["retests"]["cost_usd"] > 0
    assert found["niah_gate_retest_budget_usd"][0].value == verdict["retests"]["budget_usd"] < 50
    assert abs(found["niah_gate_decided_timestamp_seconds"][0].value - time.time()) < 60
    assert nights.niah("run", "nightly.toml", "--metrics", "metrics/niah.prom", "-q").code == 0
    assert not found.keys() & gauges(nights.directory / "metrics/niah.prom").keys()


def test_a_quiet_night_has_no_drop_to_show(nights: Nights) -> None:
    """Without a baseline there are neither re-tests nor a drop; zero would be a measurement."""
    nights.tonight("flat-97")
    done = nights.niah("gate", "nightly.toml", "--min-accuracy", "0.5", "--metrics", "gate.prom")
    assert done.code == 0
    found = gauges(nights.directory / "gate.prom")
    assert [s.labels["verdict"] for s in found["niah_gate_verdict"] if s.value] == ["pass"]
    assert found["niah_gate_sweep_scored_trials"][0].value == 16
    assert not [name for name in found if "drop" in name or "retest" in name]


def test_a_metrics_file_that_nobody_reads_is_refused_before_anything_is_sent(
    nights: Nights,
) -> None:
    """The exporter takes only names that end in .prom."""
    nights.tonight("flat-97")
    refused = nights.niah("gate", "nightly.toml", "--min-accuracy", "0", "--metrics", "gate.txt")
    assert refused.code == 2
    assert ".prom" in refused.err
    assert nights.requests == 0


@dataclass(frozen=True)
class Undisturbed:
    """The same night in a store of its own.

    Attributes:
        verdict: Its JSON.
        requests: That it took.
    """

    verdict: dict[str, Any]
    requests: int


def undisturbed(nights: Nights) -> Undisturbed:
    shutil.copy(nights.directory / "niah.db", nights.directory / "other.db")
    before = nights.requests
    done = nights.niah(*GATE, "--db", "other.db")
    assert done.json["retests"]["trials"] >= 32, "too short a night to be killed in"
    return Undisturbed(verdict=done.json, requests=nights.requests - before)


def kill_gate(nights: Nights, when: Callable[[], bool]) -> None:
    """Start the gate, and SIGKILL it as soon as ``when`` says so."""
    process = subprocess.Popen(
        [sys.executable, "-c", "from niah.cli import main; main()", *GATE],
        cwd=nights.directory,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=dict(os.environ),
    )
    end = time.monotonic() + 60
    while not when():
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.002)
    process.kill()
    assert process.wait(timeout=30) < 0


def check_ends_as(expected: Undisturbed, nights: Nights, sent: int, kills: int) -> None:
    """The same command comes to the same verdict and has paid twice for what was in flight alone.

    Args:
        expected: The night without kills.
        nights: After the kills.
        sent: Requests before the night.
        kills: So many times it was killed.
    """
    mine, theirs = nights.niah(*GATE).json, expected.verdict
    twice = nights.requests - sent - expected.requests
    assert 0 <= twice <= kills * CONCURRENCY, "answers that were stored were asked again"
    assert (mine["verdict"], mine["sweeps"]) == (theirs["verdict"], theirs["sweeps"])
    for what in ("trials", "rounds"):
        assert mine["retests"][what] == theirs["retests"][what]
    # Requests that were in flight stay counted at their worst case.
    more_usd = mine["retests"]["cost_usd"] - theirs["retests"]["cost_usd"]
    assert -1e-9 < more_usd <= kills * CONCURRENCY * WORST_USD
    runs = nights.niah("runs", "--json").json["runs"]
    assert [run["status"] for run in runs] == ["complete"] * 3, "baseline, tonight, re-tests"
    assert runs[0]["trials"] == mine["retests"]["trials"]


def test_a_gate_killed_in_its_retests_goes_on_and_pays_for_nothing_twice(
    slow_nights: Nights,
) -> None:
    """SIGKILL in the first round and in a later one: the verdict comes to the same."""
    nights = slow_nights
    nights.baseline()
    nights.tonight("flat-85", trials=2)
    expected = undisturbed(nights)
    sent = nights.requests
    retests = expected.verdict["retests"]["trials"]
    first = sent + expected.requests - retests
    instants = [first + 2, first + 3 * retests // 4]
    for instant in instants:
        kill_gate(nights, lambda: nights.requests >= instant)  # noqa: B023
    check_ends_as(expected, nights, sent, len(instants))


@pytest.mark.slow
def test_a_gate_killed_at_any_instant_comes_to_the_same(slow_nights: Nights) -> None:
    """SIGKILL twelve times at random from its first request to its last, and as it begins."""
    nights = slow_nights
    nights.baseline()
    nights.tonight("flat-88", trials=2)
    expected = undisturbed(nights)
    sent = nights.requests
    drawn = random.Random(11)
    instants = sorted(drawn.sample(range(expected.requests - 2 * CONCURRENCY), 12))
    for instant in instants:

        def reached(target: int = sent + instant) -> bool:
            if nights.requests < target:
                return False
            time.sleep(drawn.uniform(0, 0.02))
            return True

        kill_gate(nights, reached)
    check_ends_as(expected, nights, sent, 12)


def test_a_verdict_that_could_not_be_told_is_not_kept(nights: Nights) -> None:
    """With a verdict tonight would be over, and the same command would pay for another night."""
    nights.baseline()
    nights.tonight("flat-50")
    (nights.directory / "full").write_text("")
    sent = nights.requests
    failed = nights.niah(*GATE, "--junit", "full/gate.xml")
    assert failed.code == 2
    assert "cannot be written" in failed.err
    asked = nights.requests - sent
    done = nights.niah(*GATE, "--junit", "gate.xml")
    assert nights.requests == sent + asked
    assert done.json["verdict"] in ("pass", "fail")
    assert len(nights.niah("runs", "--json").json["runs"]) == 3
    nights.niah(*GATE)
    assert nights.requests > sent + asked, "the verdict is kept: another night has begun"


def test_retests_may_cost_what_the_run_and_its_controls_leave(nights: Nights) -> None:
    """The file's limit is one for all of them."""
    nights.baseline()
    nights.tonight("flat-50")
    measured = nights.niah("run", "nightly.toml", "--controls", "--json", "-q").json
    spent = sum(run["cost_usd"] for run in nights.niah("runs", "--json").json["runs"][:-1])
    assert spent > measured["cost_usd"] > 0
    done = nights.niah("gate", measured["run"], "--baseline", "base", "--json")
    assert done.json["retests"]["budget_usd"] == pytest.approx(50 - spent)


def test_two_gates_do_not_test_the_same_run_again_at_once(nights: Nights) -> None:
    """While one is at it the other ends with 3 and pays nothing, and prune leaves the run alone."""
    nights.baseline()
    nights.tonight("flat-50")
    run = nights.run()
    sent = nights.requests
    with open_store(nights.directory / "niah.db") as store, lock_run(store, run):
        other = nights.niah("gate", run, "--baseline", "base", "--json")
        pruned = nights.niah("prune", "--keep-last", "0", "--yes", "--json")
        assert nights.niah("gate", run, "--min-accuracy", "0.1").code == 0, "it sends nothing"
    assert other.code == 3
    assert "worked on by process" in other.err
    assert nights.requests == sent
    assert pruned.code == 0
    assert nights.niah("gate", run, "--baseline", "base").code == 1
    assert nights.requests > sent


def test_a_run_of_another_one_is_never_seen_without_it(nights: Nights) -> None:
    """A job that dies between the two steps would leave re-tests as the latest run."""
    nights.tonight("flat-97")
    nights.run()
    with open_store(nights.directory / "niah.db") as store:
        parent = find_run(store, "latest")
        child = replace(parent, run="child", experiment_sha256="f" * 64)
        with pytest.raises(StoreError, match="no run"):
            create_child(store, child, of="nobody")
        assert latest_run(store, "f" * 64) is None
        create_child(store, child, of=parent.run)
        assert [one.run for one in children_of(store, parent.run)] == ["child"]
        assert find_run(store, "latest").run == parent.run


@pytest.mark.parametrize("wrong", [timedelta(days=2000), timedelta(days=-2000)])
def test_a_wrong_clock_does_not_decide_which_run_is_tonights(
    nights: Nights, wrong: timedelta
) -> None:
    """A run that began years away is not gone on with, and never the newest once another is."""
    nights.tonight("flat-97")
    first = nights.run()
    odd = (datetime.now(UTC) + wrong).isoformat(timespec="seconds")
    nights.change(f"UPDATE runs SET created_at = '{odd}', finished_at = '{odd}'")
    nights.change(f"UPDATE verdicts SET verdict = 'undecided', decided_at = '{odd}'")
    second = nights.niah("gate", "nightly.toml", "--min-accuracy", "0.97", "--json", "-q")
    assert (second.code, second.json["verdict"]) == (3, "undecided")
    assert second.json["run"] != first
    judged = nights.niah("gate", "latest", "--min-accuracy", "0.1", "--json")
    assert judged.json["run"] == second.json["run"]


def test_a_clock_that_is_set_a_little_ends_no_night(nights: Nights) -> None:
    """A run that began minutes in the future is gone on with, and asks nothing again."""
    nights.tonight("flat-97")
    first = nights.run()
    sent = nights.requests
    soon = (datetime.now(UTC) + timedelta(seconds=120)).isoformat(timespec="seconds")
    nights.change(f"UPDATE runs SET created_at = '{soon}'")
    nights.change("DELETE FROM verdicts")
    done = nights.niah("gate", "nightly.toml", "--min-accuracy", "0.1", "--json", "-q")
    assert done.json["run"] == first
    assert nights.requests == sent
