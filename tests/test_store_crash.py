"""No acknowledged response is lost: not to SIGKILL, not to a full disk, not to a power cut."""

from __future__ import annotations

import os
import random
import select
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

import pytest

from niah.errors import StoreUnavailable
from niah.store.database import open_store
from niah.store.runs import create_run, list_runs, spent_usd
from niah.store.trials import finished_trial_ids, iter_trials
from niah.store.writer import open_writer
from tests.store_data import add_all, make_run, make_trial
from tests.test_store import mount_tmpfs

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")

RUN = "quickstart-1"
WORST_USD = 4.0

# Goes on with the run wherever it stopped, 16 requests in flight, and says on standard output what
# the store has acknowledged: "R" a reservation, "A" a finished trial. Every fifth attempt fails.
SWEEP = """
import asyncio, os, sys
sys.path.insert(0, sys.argv[2])
from niah.store.database import open_store
from niah.store.runs import create_run, latest_run
from niah.store.trials import finished_trial_ids
from niah.store.writer import open_writer
from tests.store_data import make_run, make_trial

def say(*words):
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())

async def work(writer, numbers, finished):
    for number in numbers:
        if (trial := make_trial(number)).trial_id in finished:
            continue
        reservation = await writer.reserve(trial.trial_id, 4.0)
        say("R", reservation, number)
        if (number + os.getpid()) % 5 == 0:
            failed = make_trial(number, outcome="failed", failure_kind="timeout", cost_usd=None)
            await writer.add(failed, reservation=reservation)
            continue
        await writer.add(trial, reservation=reservation)
        say("A", number)

async def main(writer, finished):
    numbers = iter(range(10**9))
    await asyncio.gather(*(work(writer, numbers, finished) for _ in range(16)))

with open_store(sys.argv[1]) as store:
    if latest_run(store, "e" * 64) is None:
        create_run(store, make_run())
    with open_writer(store, "quickstart-1") as writer:
        asyncio.run(main(writer, finished_trial_ids(store, "quickstart-1")))
"""


class Sweep:
    """A process that writes as fast as it can, and what it said before it died."""

    def __init__(self, path: Path) -> None:
        root = Path(__file__).parent.parent
        self.process = subprocess.Popen(
            [sys.executable, "-c", SWEEP, str(path), str(root)],
            stdout=subprocess.PIPE,
            cwd=root,
        )
        self.said = b""

    def wait_for_work(self) -> None:
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], 30)
        assert ready, "the sweep did not begin"

    def kill(self) -> tuple[set[int], set[int]]:
        """SIGKILL; returns the acknowledged trials and the acknowledged reservations."""
        self.process.kill()
        self.said, _ = self.process.communicate()
        lines = [line.split() for line in self.said.decode().splitlines(keepends=False)]
        acknowledged = {int(words[1]) for words in lines if words[0] == "A"}
        reserved = {int(words[1]) for words in lines if words[0] == "R"}
        return acknowledged, reserved


def check(path: Path, acknowledged: set[int], reserved: set[int]) -> None:
    """Everything acknowledged is there, as it was, the money adds up and the file is sound."""
    with open_store(path) as store:
        assert store.connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert store.connection.execute("PRAGMA foreign_key_check").fetchall() == []
        trials = {trial.seed: trial for trial in iter_trials(store, RUN)}
        for number in acknowledged:
            assert trials[number] == make_trial(number)
        finished = sum(trial.outcome != "failed" for trial in trials.values())
        (summary,) = list_runs(store)
        assert summary.finished_trials == finished
        assert sum(summary.outcomes.values()) == len(trials)
        unsettled = len(store.connection.execute("SELECT 1 FROM reservations").fetchall())
        assert spent_usd(store, RUN) == 0.25 * finished + WORST_USD * unsettled
        if reserved:  # each was settled by exactly one finished trial, or still counts in full
            (issued,) = store.connection.execute(
                "SELECT seq FROM sqlite_sequence WHERE name = 'reservations'"
            ).fetchone()
            assert max(reserved) <= issued == unsettled + finished


def kill_repeatedly(path: Path, times: int, seed: int) -> None:
    """Start, kill at a random instant, check, and go on with the same command."""
    chance = random.Random(seed)
    acknowledged: set[int] = set()
    reserved: set[int] = set()
    for _ in range(times):
        sweep = Sweep(path)
        sweep.wait_for_work()
        time.sleep(chance.uniform(0, 0.08))
        for known, new in zip((acknowledged, reserved), sweep.kill(), strict=True):
            assert not known & new, "a finished trial was sent again"
            known |= new
        check(path, acknowledged, reserved)
    assert len(acknowledged) > times


def test_a_killed_sweep_loses_nothing(tmp_path: Path) -> None:
    """Killed again and again, it goes on and keeps every acknowledged response and amount."""
    kill_repeatedly(tmp_path / "niah.db", times=4, seed=1)


@pytest.mark.slow
def test_a_killed_sweep_loses_nothing_at_length(tmp_path: Path) -> None:
    """The same over more kills."""
    kill_repeatedly(tmp_path / "niah.db", times=40, seed=2)


MAKE_STORES = """
import sys
from itertools import count
from niah.store.database import open_store
for number in count():
    open_store(f"{sys.argv[1]}/{number}.db").close()
    print(number, flush=True)
"""


def test_a_store_killed_while_it_is_made_is_whole_or_absent(tmp_path: Path) -> None:
    """At whatever instant its making stops, there is either no store or a working one."""
    chance = random.Random(3)
    for number in range(6):
        folder = tmp_path / str(number)
        folder.mkdir()
        child = subprocess.Popen(
            [sys.executable, "-c", MAKE_STORES, str(folder)], stdout=subprocess.PIPE
        )
        assert child.stdout is not None
        select.select([child.stdout], [], [], 30)
        time.sleep(chance.uniform(0, 0.03))
        child.kill()
        made = len(child.communicate()[0].splitlines())
        stores = list(folder.glob("[0-9]*.db"))
        assert made <= len(stores) <= made + 1
        for path in stores:
            with open_store(path, access="write") as store:
                assert list_runs(store) == []


# --- full disk


def write_until_full(path: Path) -> set[int]:
    """Add trials until the store refuses; returns those that were acknowledged."""
    acknowledged = set()
    with open_store(path) as store:
        create_run(store, make_run())
        with open_writer(store, RUN) as writer:
            for number in range(10_000):
                try:
                    writer.submit(make_trial(number)).result()
                except StoreUnavailable:
                    break
                acknowledged.add(number)
            else:
                raise AssertionError("the disk never filled up")
            with pytest.raises(StoreUnavailable, match="free space"):
                writer.submit(make_trial(20_000)).result()
    return acknowledged


def test_a_full_disk_damages_nothing(tmp_path: Path) -> None:
    """On a disk that is really full the writer stops in one sentence; with space it goes on."""
    disk = tmp_path / "disk"
    mount_tmpfs(disk, "1m")
    try:
        acknowledged = write_until_full(disk / "niah.db")
        assert acknowledged
        subprocess.run(["mount", "-o", "remount,size=8m", str(disk)], check=True)
        check(disk / "niah.db", acknowledged, set())
        with open_store(disk / "niah.db") as store:
            add_all(store, [make_trial(30_000)])
            assert len(finished_trial_ids(store, RUN)) >= len(acknowledged) + 1
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def _fits(file: FileIO) -> bool:
    try:
        return file.write(b"x" * 4096) > 0
    except OSError:
        return False


def test_a_store_is_not_half_made_on_a_full_disk(tmp_path: Path) -> None:
    """Without room for a new store there is one sentence, and no file is left behind."""
    disk = tmp_path / "disk"
    mount_tmpfs(disk, "64k")
    try:
        with (disk / "filler").open("wb", buffering=0) as filler:
            while _fits(filler):
                pass
        with pytest.raises(StoreUnavailable):
            open_store(disk / "niah.db")
        assert [path.name for path in disk.iterdir()] == ["filler"]
    finally:
        subprocess.run(["umount", str(disk)], check=True)


LIMITED = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.test_store_crash import write_until_full
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
print(*write_until_full(Path(sys.argv[1])))
"""


def test_writes_that_the_system_refuses_damage_nothing(tmp_path: Path) -> None:
    """A limit on the size of files, which needs no rights to set, ends in the same way."""
    path = tmp_path / "niah.db"
    root = Path(__file__).parent.parent
    child = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path), str(root)],
        stdout=subprocess.PIPE,
        check=True,
        cwd=root,
    )
    acknowledged = {int(word) for word in child.stdout.split()}
    assert acknowledged
    check(path, acknowledged, set())


# --- power cut


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """An ext4 file system in a file: what the file holds is what a power cut would leave."""
    image, folder = tmp_path / "disk.img", tmp_path / "disk"
    folder.mkdir()
    if shutil.which("mkfs.ext4") is None:
        pytest.skip("needs mkfs.ext4: apt-get install e2fsprogs")
    with image.open("wb") as file:
        file.truncate(64 << 20)
    subprocess.run(["mkfs.ext4", "-q", str(image)], check=True)
    _mount_image(image, folder)
    yield image, folder
    subprocess.run(["umount", str(folder)], check=True)


def _mount_image(image: Path, folder: Path) -> None:
    done = subprocess.run(["mount", "-o", "loop", str(image), str(folder)], capture_output=True)
    if done.returncode:
        pytest.skip("needs the right to mount a file system from a file (root)")


@pytest.mark.slow
def test_a_power_cut_loses_nothing(disk: tuple[Path, Path], tmp_path: Path) -> None:
    """What the disk holds at a random instant, unflushed pages lost, has every acknowledgement."""
    image, folder = disk
    after = tmp_path / "after"
    after.mkdir()
    chance = random.Random(4)
    acknowledged: set[int] = set()
    unflushed_was_lost = False
    for number in range(8):
        sweep = Sweep(folder / "niah.db")
        sweep.wait_for_work()
        (folder / f"unflushed-{number}").write_bytes(b"x" * 100)
        time.sleep(chance.uniform(0.02, 0.3))
        sweep.process.send_signal(signal.SIGSTOP)
        os.waitpid(sweep.process.pid, os.WUNTRACED)  # really stopped
        shutil.copyfile(image, tmp_path / "cut.img")
        acknowledged |= sweep.kill()[0]
        _mount_image(tmp_path / "cut.img", after)
        try:
            marker = after / f"unflushed-{number}"
            unflushed_was_lost |= not marker.exists() or marker.read_bytes() != b"x" * 100
            check(after / "niah.db", acknowledged, set())
        finally:
            subprocess.run(["umount", str(after)], check=True)
    assert unflushed_was_lost, "the copies held unflushed data: this was no power cut"


def test_a_torn_end_of_the_log_is_dropped(tmp_path: Path) -> None:
    """Garbage behind the last commit, as half-written pages leave it, costs nothing before it."""
    chance = random.Random(5)
    path = tmp_path / "niah.db"
    with open_store(path) as store:
        create_run(store, make_run())
        with open_writer(store, RUN) as writer:
            for number in range(10):
                writer.submit(make_trial(number)).result()
            log = path.with_name("niah.db-wal")
            flushed = log.stat().st_size
            writer.submit(make_trial(10)).result()
            for copy in range(10):
                folder = tmp_path / str(copy)
                folder.mkdir()
                shutil.copyfile(path, folder / "niah.db")
                torn = bytearray(log.read_bytes())
                end = chance.randrange(flushed, len(torn))
                torn[end:] = chance.randbytes(chance.randrange(0, 5000))
                (folder / "niah.db-wal").write_bytes(torn)
                check(folder / "niah.db", set(range(10)), set())


def test_a_locked_store_is_waited_for_then_given_up(tmp_path: Path) -> None:
    """A lock that ends before the timeout is waited for, a longer one is reported."""
    path = tmp_path / "niah.db"
    with open_store(path, timeout_s=0.1) as store:
        create_run(store, make_run())
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailable, match="locked by another process"):
            create_run(store, make_run("another"))
        with open_writer(store, RUN) as writer:
            with pytest.raises(StoreUnavailable, match="locked by another process"):
                writer.submit(make_trial(1)).result()
            other.execute("ROLLBACK")
            with pytest.raises(StoreUnavailable, match="locked by another process"):
                writer.submit(make_trial(1)).result()
        assert finished_trial_ids(store, RUN) == set()
        add_all(store, [make_trial(1)])
    with open_store(path, timeout_s=20) as store, open_writer(store, RUN) as writer:
        other.execute("BEGIN IMMEDIATE")
        done = writer.submit(make_trial(2))
        time.sleep(0.1)
        assert not done.done()
        other.execute("ROLLBACK")
        assert done.result(timeout=20)
    other.close()
