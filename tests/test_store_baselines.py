"""Baselines keep their runs, re-tests stay beside theirs, verdicts are kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from niah.errors import StoreError
from niah.store.baselines import find_baseline, list_baselines, remove_baseline, set_baseline
from niah.store.children import children_of, link_child, parents
from niah.store.database import Store, open_store
from niah.store.deletion import delete_run
from niah.store.runs import create_run, find_run, list_runs
from niah.store.verdicts import add_verdict, latest_verdicts, verdict_document
from tests.store_data import make_run

AT = "2026-11-24T03:00:00+00:00"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "niah.db") as opened:
        for name in ("a", "b", "c"):
            create_run(opened, make_run(name))
        yield opened


def test_a_baseline_stands_for_its_newest_pool(store: Store) -> None:
    """Setting a name again replaces its runs; removing it keeps the runs; a typo is named."""
    set_baseline(store, "nightly", ["b", "a", "b"], set_at=AT)
    set_baseline(store, "other", ["c"], set_at=AT)
    found = find_baseline(store, "nightly")
    assert found is not None
    assert found.runs == ("a", "b")
    set_baseline(store, "nightly", ["c"], set_at=AT)
    assert [(one.name, one.runs) for one in list_baselines(store)] == [
        ("nightly", ("c",)),
        ("other", ("c",)),
    ]
    remove_baseline(store, "nightly")
    assert find_baseline(store, "nightly") is None
    assert find_run(store, "c").run == "c"
    with pytest.raises(StoreError, match="no baseline 'nightlly'"):
        remove_baseline(store, "nightlly")
    with pytest.raises(StoreError, match="no run 'zzz'"):
        set_baseline(store, "x", ["a", "zzz"], set_at=AT)
    assert find_baseline(store, "x") is None


def test_a_run_of_a_baseline_is_not_deleted(store: Store) -> None:
    """Deleting is refused with the baseline's name until the baseline lets it go."""
    set_baseline(store, "nightly", ["a"], set_at=AT)
    with pytest.raises(StoreError, match="belongs to the baseline 'nightly'"):
        delete_run(store, "a")
    remove_baseline(store, "nightly")
    delete_run(store, "a")
    assert [run.run for run in list_runs(store)] == ["c", "b"]


def test_retests_are_never_the_latest_run_and_go_with_theirs(store: Store) -> None:
    """``latest`` passes over them, and deleting a run deletes its re-tests and verdicts."""
    link_child(store, "c", of="b")
    link_child(store, "c", of="b")
    add_verdict(store, "b", verdict="fail", decided_at=AT, document={"verdict": "fail"})
    add_verdict(store, "b", verdict="pass", decided_at=AT, document={"verdict": "pass"})
    assert find_run(store, "latest").run == "b"
    assert [run.run for run in children_of(store, "b")] == ["c"]
    assert parents(store) == {"c": "b"}
    assert latest_verdicts(store)["b"].verdict == "pass"
    assert verdict_document(store, "b") == {"verdict": "pass"}
    delete_run(store, "b")
    assert [run.run for run in list_runs(store)] == ["a"]
    assert latest_verdicts(store) == {}
