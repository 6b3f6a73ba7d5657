"""Several processes share one store: different runs side by side, one run by one process only."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from niah.errors import StoreUnavailable
from niah.store.database import Store, open_store
from niah.store.deletion import delete_run
from niah.store.locks import is_locked, lock_experiment, lock_run
from niah.store.runs import create_run, list_runs
from niah.store.trials import iter_trials
from niah.store.writer import open_writer
from tests.store_data import add_all, make_run, make_trial

ROOT = Path(__file__).parent.parent

WRITE = """
import sys
sys.path.insert(0, sys.argv[3])
from niah.store.database import open_store
from niah.store.runs import create_run
from tests.store_data import add_all, make_run, make_trial
path, run = sys.argv[1:3]
with open_store(path, timeout_s=60) as store:
    create_run(store, make_run(run))
    for part in range(10):
        add_all(store, [make_trial(10 * part + number, run) for number in range(10)])
"""

HOLD = """
import sys
from niah.store.database import open_store
from niah.store.locks import lock_experiment
from niah.store.writer import open_writer
with open_store(sys.argv[1]) as store, lock_experiment(store, "e" * 64):
    with open_writer(store, sys.argv[2]):
        print("held", flush=True)
        sys.stdin.read()
"""


@contextmanager
def holder(path: Path, run: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that is writing to the run, until its standard input ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), run],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "niah.db") as opened:
        create_run(opened, make_run())
        yield opened


def test_processes_write_their_own_runs_side_by_side(tmp_path: Path) -> None:
    """Three processes that begin with no store at all each find all of their own trials in it."""
    path = tmp_path / "niah.db"
    names = ["one", "two", "three"]
    processes = [
        subprocess.Popen([sys.executable, "-c", WRITE, str(path), name, str(ROOT)], cwd=ROOT)
        for name in names
    ]
    assert [process.wait(timeout=60) for process in processes] == [0, 0, 0]
    with open_store(path) as store:
        assert {run.run for run in list_runs(store)} == set(names)
        for run in list_runs(store):
            assert run.outcomes == {"answered": 100}
            expected = [make_trial(number, run.run) for number in range(100)]
            assert list(iter_trials(store, run.run)) == expected
    assert [file.name for file in tmp_path.iterdir()] == ["niah.db"]


def test_a_run_that_is_being_written_is_left_alone(store: Store) -> None:
    """A second writer, a deletion and a second execution are refused, naming the process."""
    with holder(store.path, "quickstart-1") as other:
        assert is_locked(store, "quickstart-1")
        with (
            pytest.raises(StoreUnavailable, match=f"process {other.pid} on "),
            open_writer(store, "quickstart-1"),
        ):
            pass
        with (
            pytest.raises(StoreUnavailable, match=f"process {other.pid} on "),
            lock_experiment(store, "e" * 64),
        ):
            pass
        with pytest.raises(StoreUnavailable, match="quickstart-1"):
            delete_run(store, "quickstart-1")
        create_run(store, make_run("another"))
        add_all(store, [make_trial(1, "another")])
        with lock_experiment(store, "f" * 64):
            pass
    add_all(store, [make_trial(1)])


def test_a_lock_dies_with_its_process(store: Store) -> None:
    """After SIGKILL the run can be written at once, though the lock's file is still there."""
    with holder(store.path, "quickstart-1") as other:
        other.kill()
        other.wait()
        left = list(store.path.parent.glob("*.lock"))
        assert len(left) == 2
        assert not is_locked(store, "quickstart-1")
        with lock_experiment(store, "e" * 64):
            add_all(store, [make_trial(1)])
    assert list(store.path.parent.glob("*.lock")) == []


def test_a_lock_excludes_this_process_too(store: Store) -> None:
    """A lock that is held is refused to a second caller in the same process, then free again."""
    with lock_run(store, "quickstart-1"):
        with pytest.raises(StoreUnavailable), lock_run(store, "quickstart-1"):
            pass
        assert is_locked(store, "quickstart-1")
    assert not is_locked(store, "quickstart-1")
    with lock_run(store, "quickstart-1"):
        pass


def test_a_lock_holds_under_every_name_of_the_store(store: Store, tmp_path: Path) -> None:
    """A symbolic link to the store leads to the same locks."""
    (tmp_path / "other").mkdir()
    link = tmp_path / "other" / "link.db"
    link.symlink_to(store.path)
    with (
        open_store(link) as other,
        lock_run(store, "quickstart-1"),
        pytest.raises(StoreUnavailable),
        lock_run(other, "quickstart-1"),
    ):
        pass


def test_a_run_named_like_a_path_stays_in_the_folder(tmp_path: Path) -> None:
    """A run's id never becomes part of a path, and a lock's text from elsewhere is not repeated."""
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    with open_store(folder / "niah.db") as store, lock_run(store, "../../x\n"):
        (lock,) = folder.glob("*.lock")
        lock.write_text("\x1b[31m1 host")
        with pytest.raises(StoreUnavailable, match="another process"), lock_run(store, "../../x\n"):
            pass
    assert [path.name for path in tmp_path.iterdir()] == ["deep"]
    assert [path.name for path in folder.iterdir()] == ["niah.db"]


ONE_AT_A_TIME = """
import os, sys, time
from pathlib import Path
from niah.errors import StoreUnavailable
from niah.store.database import open_store
from niah.store.locks import lock_run
guard = Path(sys.argv[2])
entered = 0
with open_store(sys.argv[1]) as store:
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        try:
            with lock_run(store, "r"):
                os.close(os.open(guard, os.O_CREAT | os.O_EXCL))  # fails if somebody else is in
                time.sleep(0.001)
                guard.unlink()
                entered += 1
        except StoreUnavailable:
            pass
print(entered)
"""


def test_only_one_process_is_ever_inside(tmp_path: Path) -> None:
    """Processes that take and drop the lock as fast as they can never meet inside it."""
    open_store(tmp_path / "niah.db").close()
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ONE_AT_A_TIME, str(tmp_path / "niah.db"), str(tmp_path / "in")],
            stdout=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    entered = [int(process.communicate(timeout=60)[0]) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sum(entered) > 10


def test_readers_are_not_held_up_by_a_writer(store: Store) -> None:
    """While another connection writes, a reader sees the last committed trials at once."""
    add_all(store, [make_trial(1)])
    with open_store(store.path, access="read", timeout_s=0) as reader:
        store.connection.execute("BEGIN IMMEDIATE")
        store.connection.execute("DELETE FROM trials")
        began = time.monotonic()
        assert list(iter_trials(reader, "quickstart-1")) == [make_trial(1)]
        assert list_runs(reader)[0].outcomes == {"answered": 1}
        assert time.monotonic() - began < 5
        store.connection.execute("ROLLBACK")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX file modes")
def test_lock_files_are_private(store: Store) -> None:
    """The lock's file, like the store, is readable by its owner only."""
    with lock_run(store, "quickstart-1"):
        (lock,) = store.path.parent.glob("*.lock")
        assert lock.stat().st_mode & 0o077 == 0
