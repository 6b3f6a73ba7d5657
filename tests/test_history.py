"""niah history: runs over time, change points found where there are some and nowhere else."""

from __future__ import annotations

import csv
import io
import sqlite3
from pathlib import Path

import numpy as np
import pytest

from niah.statistics.changes import change_points
from niah.statistics.intervals import Estimate, pooled_estimate
from tests.command import Niah
from tests.test_gate_command import Nights


def series(levels: list[tuple[float, int]], n: int, seed: int) -> list[Estimate]:
    g = np.random.default_rng(seed)
    return [
        pooled_estimate(float(g.binomial(n, level)), n)
        for level, runs in levels
        for _ in range(runs)
    ]


def test_a_change_is_found_where_it_is() -> None:
    """Two levels give one change point at their border, with both levels; three give two."""
    (change,) = change_points(series([(0.9, 8), (0.7, 7)], 200, 1))
    assert change.index == 8
    assert change.before == pytest.approx(0.9, abs=0.02)
    assert change.after == pytest.approx(0.7, abs=0.03)
    assert change.p < 0.01
    found = change_points(series([(0.95, 8), (0.6, 8), (0.85, 8)], 200, 2))
    assert [one.index for one in found] == [8, 16]


def test_a_series_without_change_seldom_has_a_change_point() -> None:
    """At most about 5 % of steady series are cut, with few runs or many, at any level."""
    cut = sum(
        bool(change_points(series([(level, runs)], 100, seed), permutations=199))
        for seed in range(50)
        for level in (0.5, 0.97)
        for runs in (6, 20)
    )
    assert cut <= 18  # of 200: 10 expected


def test_too_few_runs_and_unmeasured_ones_say_nothing() -> None:
    """Three runs cannot show a level; a run without a score is passed over, not taken as 0."""
    assert change_points(series([(0.9, 2), (0.1, 1)], 100, 0)) == []
    assert change_points([]) == []
    nothing = pooled_estimate(0, 0)
    runs = series([(0.9, 6), (0.5, 6)], 200, 3)
    (change,) = change_points([*runs[:3], nothing, *runs[3:]])
    assert change.index == 7


@pytest.fixture
def nights(niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    """Ten nights, a day apart, the last four of them worse."""
    made = Nights(niah, tmp_path, monkeypatch)
    for draw in range(10):
        made.tonight("0.95" if draw < 6 else "0.4", draw)
        made.measure("-m", "reference/map", "-m", "reference/exact")
    with sqlite3.connect(tmp_path / "niah.db") as connection:
        for (key,) in connection.execute("SELECT run_key FROM runs").fetchall():
            at = f"2026-03-{key:02}T03:00:00+00:00"
            connection.execute(
                "UPDATE runs SET created_at = :at, finished_at = :at WHERE run_key = :key",
                {"at": at, "key": key},
            )
    connection.close()
    return made


def test_history_prints_and_plots_what_changed(nights: Nights) -> None:
    """The table, the JSON, the CSV and the figure agree on when which model changed."""
    niah = nights.niah
    done = niah("history", "nightly.toml", "--json", "--out", "trend.png")
    assert done.code == 0, done.err
    exact, mapped = done.json["histories"]
    assert (exact["model"], exact["changes"]) == ("reference/exact", [])
    (change,) = mapped["changes"]
    assert change["at"].startswith("2026-03-07")
    assert change["before"] > 0.85 > 0.6 > change["after"]
    assert len(mapped["runs"]) == 10
    first = mapped["runs"][0]
    assert first["n"] == 32
    assert first["outcomes"] == {"answered": 32}
    assert first["cost_usd"] == 0
    assert first["latency_s"] > 0
    assert first["verdict"] == "pass"
    assert mapped["simulated"]
    shown = niah("show", first["run"], "--json").json["sweeps"]
    (same,) = [sweep for sweep in shown if sweep["model"] == "reference/map"]
    assert same["accuracy"] == pytest.approx(first["accuracy"])

    text = niah("history", "nightly").out
    assert "simulated" in text
    (line,) = [line for line in text.splitlines() if "since" in line]
    assert line.startswith("2026-03-07")
    rows = list(csv.DictReader(io.StringIO(niah("history", "nightly", "--format", "csv").out)))
    assert len(rows) == 20
    assert [row["ended"][:10] for row in rows if row["change"]] == ["2026-03-07"]
    assert "| 2026-03-07 03:00 |" in niah("history", "nightly", "--format", "md").out

    alt = (nights.directory / "trend.alt.txt").read_text()
    assert "2026-03-07" in alt
    assert "simulated" in alt
    last = niah("history", "nightly", "--last", "3", "-m", "reference/map", "--json").json
    assert [run["at"][8:10] for run in last["histories"][0]["runs"]] == ["08", "09", "10"]


@pytest.mark.slow
def test_a_changed_experiment_is_no_change_of_the_model(nights: Nights) -> None:
    """Other prompts begin a stretch of their own, and say so; re-tests are no runs of it."""
    niah = nights.niah
    first = niah("history", "nightly", "--json").json["histories"][1]["runs"][0]["run"]
    nights.tonight("0.3", 50)
    niah("gate", "latest", "-b", first)
    for draw in (60, 61, 62):
        nights.tonight("0.99", draw)
        nights.measure("-m", "reference/map", "--set", 'prompt.system="Read closely."')
    (history,) = niah("history", "nightly", "-m", "reference/map", "--json").json["histories"]
    assert len(history["runs"]) == 13
    assert [run["experiment_changed"] for run in history["runs"][-3:]] == [
        "other prompt",
        None,
        None,
    ]
    assert len(history["changes"]) == 1
    niah("history", "nightly", "-m", "reference/map", "--out", "changed.svg")
    day = history["runs"][-3]["at"][:10]
    assert f"the experiment itself changed: {day}" in (nights.directory / "changed.svg").read_text()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("nowhere",), "no run of 'nowhere'"),
        (("nightly", "--format", "xls"), "--format xls"),
        (("nightly", "--out", "trend.gif"), ".png"),
    ],
)
def test_bad_options_are_one_sentence(
    niah: Niah,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    options: tuple[str, ...],
    expected: str,
) -> None:
    """Each says what is wrong and what would be right, with exit code 2."""
    nights = Nights(niah, tmp_path, monkeypatch)
    nights.measure("-m", "reference/exact", "--set", "grid.trials=1")
    done = niah("history", *options)
    assert done.code == 2
    assert expected in done.err
    assert done.err.count("\n") == 1
