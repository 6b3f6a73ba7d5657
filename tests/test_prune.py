"""niah prune deletes what is old, says so first, and never touches a baseline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from niah.store.baselines import set_baseline
from niah.store.children import link_child
from niah.store.database import open_store
from niah.store.locks import lock_run
from niah.store.runs import create_run, list_runs
from tests.command import Niah
from tests.test_store import make_run


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


def test_prune_says_first_and_deletes_when_told(niah: Niah, db: Path) -> None:
    """Old runs go with their re-tests; baselines and imports stay; without --yes nothing goes."""
    before = left(db)
    shown = niah("prune", "--older-than", "2d", "--json")
    assert shown.json == {"deleted": [], "would_delete": ["r5", "r3", "r2"], "kept": ["r4"]}
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
    assert niah("prune", "--keep-last", "9", "--older-than", "1s", "--json").json == {
        "deleted": [],
        "would_delete": [],
        "kept": [],
    }
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
