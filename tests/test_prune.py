"""Retention: old runs go, and nothing that somebody still needs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from niah.store import Run
from niah.store.baselines import set_baseline
from niah.store.database import open_store
from niah.store.locks import lock_run
from niah.store.runs import create_run, list_runs
from tests.command import Niah
from tests.test_errors import one_sentence
from tests.test_store import make_run

AGES_DAYS = (100, 80, 60, 40, 20, 0)


@pytest.fixture
def nights(tmp_path: Path) -> Path:
    """A store with a run of "nightly" of each age, oldest first, and one old run of another."""
    path = tmp_path / "niah.db"
    now = datetime.now(UTC)
    with open_store(path) as store:
        create_run(store, made("other-old", "other", now - timedelta(days=99)))
        for age in AGES_DAYS:
            create_run(store, made(f"nightly-{age}", "nightly", now - timedelta(days=age)))
    return path


def made(run: str, name: str, at: datetime) -> Run:
    return make_run(run, name=name, created_at=at.isoformat(timespec="seconds"))


def left(path: Path) -> set[str]:
    with open_store(path, access="read") as store:
        return {run.run for run in list_runs(store)}


def test_the_newest_of_each_experiment_stay(niah: Niah, nights: Path) -> None:
    """--keep counts for each experiment apart."""
    done = niah("prune", "--keep", "2", "--json")
    assert done.code == 0
    assert set(done.json["removed"]) == {f"nightly-{age}" for age in (100, 80, 60, 40)}
    assert left(nights) == {"nightly-20", "nightly-0", "other-old"}


def test_with_both_conditions_a_run_must_fail_both(niah: Niah, nights: Path) -> None:
    """What is young stays however many there are; what is among the newest, however old."""
    niah("prune", "nightly", "--keep", "1", "--older-than", "50d")
    assert left(nights) == {"nightly-40", "nightly-20", "nightly-0", "other-old"}


def test_baselines_and_runs_at_work_stay(niah: Niah, nights: Path) -> None:
    """A baseline's run, and one that is being measured, are not touched by any rule."""
    with open_store(nights) as store:
        set_baseline(store, "good", ["nightly-100"], set_at="2026-01-01T00:00:00+00:00")
        with lock_run(store, "nightly-80"):
            assert niah("prune", "--keep", "0").code == 0
    assert left(nights) == {"nightly-100", "nightly-80"}


def test_a_rehearsal_removes_nothing(niah: Niah, nights: Path) -> None:
    """--dry-run names what would go."""
    before = left(nights)
    said = niah("prune", "--older-than", "70d", "--dry-run")
    assert said.out.splitlines()[:-1] == ["nightly-80", "nightly-100", "other-old"]
    assert "would be removed" in said.out
    assert left(nights) == before


def test_the_space_is_given_back_on_request(niah: Niah, nights: Path) -> None:
    """--vacuum leaves a sound store that is no larger."""
    size = nights.stat().st_size
    assert niah("prune", "--keep", "0", "--vacuum").code == 0
    assert nights.stat().st_size <= size
    assert left(nights) == set()


def test_without_a_rule_nothing_is_removed(niah: Niah, nights: Path) -> None:
    """The sentence names both rules."""
    one_sentence(niah("prune"), 2, "--keep", "--older-than")
    one_sentence(niah("prune", "--older-than", "soon"), 2, "--older-than")
    assert len(left(nights)) == len(AGES_DAYS) + 1


def test_a_store_that_is_not_there_is_not_made(niah: Niah, tmp_path: Path) -> None:
    """Pruning creates nothing."""
    assert niah("prune", "--keep", "1", "--db", tmp_path / "no.db").code == 2
    assert not (tmp_path / "no.db").exists()
