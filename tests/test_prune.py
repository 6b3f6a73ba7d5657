"""niah prune deletes what is old, says so first, and never touches a baseline."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from niah.store.baselines import set_baseline
from niah.store.children import link_child
from niah.store.database import open_store
from niah.store.deletion import delete_runs
from niah.store.locks import lock_run
from niah.store.runs import create_run, list_runs
from tests.command import Niah
from tests.store_data import add_all, make_run, make_trial


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Runs that ended 1 to 6 days ago; number 4 is a baseline, 5 has re-tests, 6 is imported."""
    path = tmp_path / "niah.db"
    now = datetime.now(UTC)
    with open_store(path) as store:
        for days in range(6, 0, -1):
            at = (now - timedelta(days=days, minutes=5)).isoformat()
            source = "a paper" if days == 6 else "measured"
            run = make_run(
                f"r{days}", created_at=at, finished_at=at, status="complete", source=source
            )
            create_run(store, run)
        create_run(store, make_run("r5-retests", created_at=now.isoformat()))
        link_child(store, "r5-retests", of="r5")
        set_baseline(store, "nightly", ["r4"], set_at=now.isoformat())
    return path


def left(path: Path) -> list[str]:
    with open_store(path, access="read") as store:
        return sorted(run.run for run in list_runs(store))


def left_raw(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [run for (run,) in connection.execute("SELECT run FROM runs")]


def test_prune_says_first_and_deletes_when_told(niah: Niah, db: Path) -> None:
    """Old runs go with their re-tests; baselines and imports stay; without --yes nothing goes."""
    before = left(db)
    shown = niah("prune", "--older-than", "2d", "--json")
    assert shown.json == {
        "deleted": [],
        "would_delete": ["r5", "r3", "r2"],
        "kept": ["r4"],
        "unused_mb": 0,
    }
    assert left(db) == before
    assert "--yes" in niah("prune", "--older-than", "2d").out
    done = niah("prune", "--older-than", "2d", "--yes", "--json")
    assert done.json["deleted"] == ["r5", "r3", "r2"]
    assert left(db) == ["r1", "r4", "r6"]


def test_both_limits_must_be_passed(niah: Niah, db: Path) -> None:
    """--keep-last counts the newest of each experiment; another name is left alone."""
    assert niah("prune", "--keep-last", "2", "--older-than", "5d", "--json").json[
        "would_delete"
    ] == ["r5"]
    none = niah("prune", "--keep-last", "9", "--older-than", "1s", "--json").json
    assert none["would_delete"] == none["kept"] == []
    assert niah("prune", "--keep-last", "0", "--experiment", "x", "--json").json["kept"] == []


def test_a_run_that_is_being_written_stays(niah: Niah, db: Path) -> None:
    """What another process is working on is kept, and so is what may still go on."""
    with open_store(db) as store:
        create_run(store, make_run("new", created_at=datetime.now(UTC).isoformat()))
        with lock_run(store, "r5"):
            done = niah("prune", "--keep-last", "0", "--yes", "--json")
    assert "r5" in done.json["kept"]
    assert "new" in left(db)
    assert {"r4", "r5", "r6"} <= set(left(db))


def test_prune_must_be_told_what_is_old(niah: Niah, db: Path) -> None:
    """Without a limit it deletes nothing, with exit code 2."""
    done = niah("prune", "--yes")
    assert done.code == 2
    assert "--older-than 90d" in done.err
    assert len(left(db)) == 7


def test_a_run_dated_in_the_future_is_as_old_as_the_next_ones_beginning(
    niah: Niah, db: Path
) -> None:
    """A clock that was wrong for a night makes its run neither immortal nor older than it is."""
    ahead = (datetime.now(UTC) + timedelta(days=4000)).isoformat()
    with closing(sqlite3.connect(db)) as connection, connection:  # r3 is four days old, r2 two
        connection.execute(
            "UPDATE runs SET created_at = :at, finished_at = :at WHERE run = 'r3'", {"at": ahead}
        )
    assert "r3" not in niah("prune", "--older-than", "60h", "--json").json["would_delete"]
    assert "r3" in niah("prune", "--older-than", "36h", "--json").json["would_delete"]


def test_the_newest_run_dated_in_the_future_is_not_old(niah: Niah, db: Path) -> None:
    """Nothing began after it, so it ended just now as far as anybody knows."""
    ahead = (datetime.now(UTC) + timedelta(days=4000)).isoformat()
    with open_store(db) as store:
        create_run(store, make_run("last", created_at=ahead, finished_at=ahead, status="complete"))
    assert "last" not in niah("prune", "--older-than", "1s", "--json").json["would_delete"]


@pytest.mark.parametrize("date", ["", "soon", "2026-11-23T16:30:00", "\x1b[2J", 7])
def test_a_date_that_niah_did_not_write_is_one_sentence(niah: Niah, db: Path, date: object) -> None:
    """A store from elsewhere may hold anything; commands that need the date say so."""
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute("UPDATE runs SET finished_at = ? WHERE run = 'r3'", (date,))
    done = niah("prune", "--older-than", "2d", "--yes")
    assert done.code == 2
    assert "finished_at" in done.err
    assert len(left_raw(db)) == 7


def test_the_space_of_deleted_runs_is_used_again_or_given_back(niah: Niah, db: Path) -> None:
    """Without --vacuum the file keeps its size and says what is free; with it the file shrinks."""
    with open_store(db) as store:
        add_all(store, [make_trial(number, "r5", response="x" * 9_000) for number in range(200)])
    niah("runs")
    size = db.stat().st_size
    pruned = niah("prune", "--older-than", "2d", "--yes", "--json").json
    assert 1.8 < pruned["unused_mb"] < 2.5
    assert db.stat().st_size >= size
    assert niah("prune", "--older-than", "2d", "--yes", "--vacuum", "--json").json["unused_mb"] == 0
    assert db.stat().st_size < size - 1_800_000


def test_many_runs_are_deleted_a_group_at_a_time(niah: Niah, tmp_path: Path) -> None:
    """Of 50 old runs all go but those that belong to a baseline by then or are being written."""
    at = (datetime.now(UTC) - timedelta(days=9)).isoformat()
    names = [f"n{number:02}" for number in range(50)]
    with open_store(tmp_path / "niah.db") as store:
        for name in names:
            create_run(store, make_run(name, created_at=at, finished_at=at, status="complete"))
        add_all(store, [make_trial(number, "n07") for number in range(5)])
        set_baseline(store, "nightly", ["n21"], set_at=at)
        with lock_run(store, "n30"):
            gone = delete_runs(store, [*names, "no such run"])
    assert gone == set(names) - {"n21", "n30"}
    assert left(tmp_path / "niah.db") == ["n21", "n30"]
    assert niah("prune", "--keep-last", "0", "--yes", "--json").json["deleted"] == ["n30"]
