"""The store opens only what is its own, and runs and trials come back as they went in."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import stat
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from niah.errors import StoreError, StoreUnavailable
from niah.store.database import Store, open_store
from niah.store.deletion import delete_run
from niah.store.export import export_jsonl
from niah.store.runs import (
    create_run,
    find_run,
    latest_run,
    list_runs,
    spent_usd,
    unfinished_run,
)
from niah.store.schema import MIGRATIONS, migrate, schema_version
from niah.store.status import set_run_status
from niah.store.trials import finished_trial_ids, iter_trials, replaced_trials
from niah.store.writer import Writer, open_writer
from tests.store_data import add_all, make_run, make_trial

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "niah.db", timeout_s=0.2) as opened:
        create_run(opened, make_run())
        yield opened


def mount_tmpfs(folder: Path, size: str) -> None:
    """Mount a small file system of its own, or skip the test where that is not permitted."""
    folder.mkdir()
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "none", str(folder)],
            check=True,
            capture_output=True,
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs the right to mount a small file system (root)")


# --- opening


def test_a_new_store_is_private_and_one_file(tmp_path: Path) -> None:
    """Creating and closing a store leaves exactly one file, readable by its owner only."""
    with open_store(tmp_path / "niah.db"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["niah.db"]
    assert stat.S_IMODE((tmp_path / "niah.db").stat().st_mode) == 0o600


def test_every_commit_waits_for_the_disk(store: Store) -> None:
    """The store is in WAL mode and a commit flushes the log before it returns."""
    assert store.connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store.connection.execute("PRAGMA synchronous").fetchone() == (2,)


def _foreign(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.commit()
    connection.close()


def _foreign_in_wal_mode(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE runs (run TEXT)")
    connection.commit()
    connection.close()


def _newer(path: Path) -> None:
    open_store(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()


def _with_trigger(path: Path) -> None:
    open_store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TRIGGER t AFTER INSERT ON runs BEGIN DELETE FROM trials; END")
    connection.close()


def _without_trials(path: Path) -> None:
    open_store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE trials")
    connection.close()


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (_foreign, "another program"),
        (_foreign_in_wal_mode, "another program"),
        (lambda path: path.write_text("name = 'quickstart'\n" * 30), "not a niah store"),
        (lambda path: path.write_bytes(b""), "not a niah store"),
        (lambda path: path.write_bytes(b"SQLite format 3\x00"), "another program"),
        (_newer, "newer niah"),
        (_with_trigger, "trigger"),
        (_without_trials, "no table trials"),
    ],
)
def test_what_is_not_our_store_is_refused_untouched(make: Any, says: str, tmp_path: Path) -> None:
    """A foreign, newer or tampered file gets one sentence; it and its folder stay as they were."""
    path = tmp_path / "niah.db"
    make(path)
    before = path.read_bytes(), list(tmp_path.iterdir())
    for access in ("create", "write", "read"):
        with pytest.raises(StoreError, match=says) as refusal:
            open_store(path, access=access)
        assert str(path) in str(refusal.value)
        assert "\n" not in str(refusal.value)
    assert (path.read_bytes(), list(tmp_path.iterdir())) == before


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    """A missing folder, a missing store and a folder in its place each get their own sentence."""
    with pytest.raises(StoreError, match="does not exist"):
        open_store(tmp_path / "missing" / "niah.db")
    with pytest.raises(StoreError, match="no store"):
        open_store(tmp_path / "niah.db", access="write")
    with pytest.raises(StoreError, match="no store"):
        open_store(tmp_path / "niah.db", access="read")
    with pytest.raises(StoreError, match="cannot be read"):
        open_store(tmp_path)
    for impossible in ("a\0b", "x" * 300):
        with pytest.raises(StoreError, match="cannot be"):
            open_store(tmp_path / impossible, access="write")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "loop.db").symlink_to(tmp_path / "loop.db")
    with pytest.raises(StoreError, match=r"loop\.db"):
        open_store(tmp_path / "loop.db", access="write")


def test_reading_changes_nothing(store: Store) -> None:
    """A store opened for reading can be read and not written."""
    with open_store(store.path, access="read") as reader:
        assert find_run(reader, "latest") == make_run()
        with pytest.raises(StoreUnavailable, match="cannot be written"):
            set_run_status(reader, "quickstart-1", "complete")
        with pytest.raises(StoreUnavailable, match="cannot be written"):
            create_run(reader, make_run("another"))


def test_a_store_on_a_read_only_disk_can_be_read(tmp_path: Path) -> None:
    """Where nothing can be written, reading works and writing is refused in one sentence."""
    disk = tmp_path / "disk"
    mount_tmpfs(disk, "4m")
    try:
        with open_store(disk / "niah.db") as store:
            create_run(store, make_run())
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        with open_store(disk / "niah.db", access="read") as store:
            assert find_run(store, "latest") == make_run()
        with pytest.raises(StoreError, match="read-only"):
            open_store(disk / "niah.db")
        with pytest.raises(StoreUnavailable, match="cannot be created"):
            open_store(disk / "another.db")
    finally:
        subprocess.run(["umount", str(disk)], check=True)


# --- schema versions


@pytest.mark.parametrize("version", range(1, len(MIGRATIONS) + 1))
def test_stores_of_every_schema_version_can_still_be_read(version: int, tmp_path: Path) -> None:
    """A store as niah wrote it at each schema version exports the trials it held then."""
    path = tmp_path / "niah.db"
    connection = sqlite3.connect(path)
    connection.executescript((GOLDEN / f"store_v{version}.sql").read_text())
    connection.close()
    with open_store(path) as store:
        assert schema_version(store.connection) == len(MIGRATIONS)
        (summary,) = list_runs(store)
        assert summary.outcomes == {"answered": 1, "failed": 1}
        assert summary.cost_usd == 0.25 + 1.5
        with (tmp_path / "out.jsonl").open("w") as stream:
            export_jsonl(store, summary.run, stream)
    then = (GOLDEN / f"store_v{version}.jsonl").read_text().splitlines()
    now = (tmp_path / "out.jsonl").read_text().splitlines()
    for old, new in zip(map(json.loads, then), map(json.loads, now), strict=True):
        assert as_known_then(new, old) == old


def as_known_then(new: Any, old: Any) -> Any:
    """The new value without the fields that came later; of lists, entry by entry."""
    if isinstance(old, dict):
        return {name: as_known_then(new[name], old[name]) for name in old}
    if isinstance(old, list) and len(old) == len(new):
        return [as_known_then(entry, then) for entry, then in zip(new, old, strict=True)]
    return new


def test_a_migration_keeps_what_is_stored(store: Store) -> None:
    """A new column arrives without touching a run, and the old niah then refuses the store."""
    migrate(store.connection, (*MIGRATIONS, ("ALTER TABLE runs ADD COLUMN note TEXT",)))
    assert schema_version(store.connection) == len(MIGRATIONS) + 1
    assert find_run(store, "latest") == make_run()
    with pytest.raises(StoreError, match="newer niah"):
        open_store(store.path)


def test_a_migration_happens_wholly_or_not_at_all(store: Store) -> None:
    """When the second of two statements fails, the first has left no trace."""
    before = list(store.connection.iterdump())
    with pytest.raises(sqlite3.OperationalError):
        migrate(
            store.connection,
            (*MIGRATIONS, ("ALTER TABLE runs ADD COLUMN note TEXT", "DROP TABLE missing")),
        )
    assert list(store.connection.iterdump()) == before
    assert schema_version(store.connection) == len(MIGRATIONS)


# --- runs


def test_runs_come_back_as_they_went_in(store: Store) -> None:
    """A run is the same after a round trip, its end included, and its id is taken."""
    ended = make_run("x", status="incomplete", finished_at="2026-11-23T17:00:00Z", source="paper")
    create_run(store, replace(ended, status="running", finished_at=None))
    set_run_status(store, "x", "incomplete", finished_at="2026-11-23T17:00:00Z")
    assert find_run(store, "x") == ended
    with pytest.raises(ValueError, match="already"):
        create_run(store, ended)


def test_a_run_is_found_by_any_unique_beginning(store: Store) -> None:
    """An exact id wins over longer ones, a shared beginning is refused, wildcards are letters."""
    for name in ("alpha", "alpha-2", "beta_%"):
        create_run(store, make_run(name))
    assert find_run(store, "alpha").run == "alpha"
    assert find_run(store, "b").run == "beta_%"
    assert find_run(store, "latest").run == "beta_%"
    with pytest.raises(StoreError, match="alpha-2, alpha"):
        find_run(store, "alp")
    for missing in ("gamma", "%", "beta%", "b_", "\udcff"):
        with pytest.raises(StoreError, match="no run"):
            find_run(store, missing)


def test_an_empty_store_has_no_latest_run(tmp_path: Path) -> None:
    """Asking for the latest run of an empty store says how to make one."""
    with open_store(tmp_path / "niah.db") as store:
        assert list_runs(store) == []
        with pytest.raises(StoreError, match="niah run CONFIG"):
            find_run(store, "latest")


def test_only_our_own_incomplete_run_can_go_on(store: Store) -> None:
    """The newest incomplete measured run of the experiment goes on; an imported one never does."""
    experiment = "f" * 64
    assert unfinished_run(store, experiment) is None
    assert latest_run(store, experiment) is None
    for name in ("one", "two", "three"):
        create_run(store, make_run(name, experiment_sha256=experiment))
    create_run(store, make_run("paper", experiment_sha256=experiment, source="a paper"))
    found = []
    while (run := unfinished_run(store, experiment)) is not None:
        found.append(run.run)
        set_run_status(store, run.run, "complete")
    assert found == ["three", "two", "one"]
    newest = latest_run(store, experiment)
    assert newest is not None
    assert newest.run == "three"


def test_deleting_a_run_leaves_the_others(store: Store) -> None:
    """Everything of a deleted run is gone and nothing of another one."""
    create_run(store, make_run("other"))
    for run in ("quickstart-1", "other"):
        add_all(store, [make_trial(1, run, outcome="failed"), make_trial(2, run)])
        add_all(store, [make_trial(1, run)])
    before = list_runs(store)
    delete_run(store, "quickstart-1")
    assert list_runs(store) == [run for run in before if run.run == "other"]
    for table in ("trials", "replaced_trials", "outcome_counts", "spending"):
        keys = store.connection.execute(f"SELECT DISTINCT run_key FROM {table}").fetchall()
        assert keys == [(2,)], table
    with pytest.raises(StoreError, match="no run"):
        delete_run(store, "quickstart-1")


# --- trials


def test_trials_stream_in_the_order_of_the_grid(store: Store) -> None:
    """The order is model, task, length, depth, repeat, whatever order they finished in."""
    trials = [
        make_trial(number, model=model, context_length=length, depth_percent=depth, repeat=repeat)
        for number, (model, length, depth, repeat) in enumerate(
            (model, length, depth, repeat)
            for model in ("a/m", "b/m")
            for length in (1000, 2000)
            for depth in (0.0, 12.5, 100.0)
            for repeat in (0, 1)
        )
    ]
    add_all(store, trials[::-1])
    assert list(iter_trials(store, "quickstart-1")) == trials
    for field, value in (("model", "b/m"), ("context_length", 2000), ("depth_percent", 12.5)):
        chosen = list(iter_trials(store, "quickstart-1", **{field: value}))  # type: ignore[arg-type]
        assert chosen == [trial for trial in trials if getattr(trial, field) == value]
    assert list(iter_trials(store, "quickstart-1", task="another")) == []
    with pytest.raises(StoreError, match="no run"):
        iter_trials(store, "missing")


def test_a_record_that_could_not_be_read_back_is_refused(store: Store) -> None:
    """Wrong types, unknown outcomes, numbers that are not finite and another run's id raise."""
    wrong: list[dict[str, Any]] = [
        {"response": None},
        {"outcome": "lost"},
        {"score": float("nan")},
        {"latency_s": float("inf")},
        {"repeat": 1 << 63},
        {"tags": {"a": 1}},
        {"answers": "482913"},
        {"model": "\ud800"},
        {"run": "another"},
        {"cost_usd": -1.0},
    ]
    with open_writer(store, "quickstart-1") as writer:
        for change in wrong:
            with pytest.raises(ValueError, match=r".+"):
                writer.submit(make_trial(1, **change))
        assert writer.submit(make_trial(1)).result()
    assert list(iter_trials(store, "quickstart-1")) == [make_trial(1)]


def test_a_damaged_value_is_one_sentence(store: Store) -> None:
    """A value that niah cannot have written is reported with its field, never returned."""
    add_all(store, [make_trial(1)])
    for change in (
        "record = 'x'",
        "record = '{}'",
        "record = x'00ff'",
        "outcome = 'lost'",
        "depth_percent = 'deep'",
        "record = replace(record, '{', '{\"extra\": 1, ')",
        "record = '" + '{"tags":' * 100_000 + "'",
        "model = CAST(x'ff' AS TEXT)",
    ):
        store.connection.execute("BEGIN")
        store.connection.execute(f"UPDATE trials SET {change}")
        with pytest.raises(StoreError, match=r"niah\.db"):
            list(iter_trials(store, "quickstart-1"))
        store.connection.execute("ROLLBACK")
    store.connection.execute("UPDATE runs SET status = 'asleep'")
    with pytest.raises(StoreError, match="status"):
        list_runs(store)
    with pytest.raises(StoreError, match="status"):
        find_run(store, "latest")


# --- what is written, what is paid


def test_a_finished_response_is_never_overwritten(store: Store) -> None:
    """A failed record gives way to a later one and is kept aside; a finished one stays."""
    failed = make_trial(1, outcome="failed", failure_kind="timeout", cost_usd=None)
    empty = make_trial(1, outcome="empty", response="", score=0.0)
    with open_writer(store, "quickstart-1") as writer:
        stored = [writer.submit(trial).result() for trial in (failed, failed, empty)]
        refused = [writer.submit(trial).result() for trial in (failed, make_trial(1))]
    assert (stored, refused) == ([True] * 3, [False] * 2)
    assert list(iter_trials(store, "quickstart-1")) == [empty]
    assert replaced_trials(store, "quickstart-1", failed.trial_id) == [failed, failed]
    assert finished_trial_ids(store, "quickstart-1") == {empty.trial_id}
    (summary,) = list_runs(store)
    assert summary.outcomes == {"empty": 1}
    assert summary.finished_trials == 1
    assert summary.cost_usd == 0.5  # the refused second response was paid for as well


def test_a_request_counts_at_its_worst_case_until_it_is_settled(store: Store) -> None:
    """Reserved, settled by its record, settled at nothing, left open: each counts as it must."""

    async def spend(writer: Writer) -> list[float]:
        seen = []
        first, second, third = [await writer.reserve(f"{n:064x}", 8.0) for n in (1, 2, 3)]
        seen.append(spent_usd(store, "quickstart-1"))
        await writer.add(make_trial(1), reservation=first)
        seen.append(spent_usd(store, "quickstart-1"))
        await writer.settle(second, 0.0)
        seen.append(spent_usd(store, "quickstart-1"))
        timeout = make_trial(3, outcome="failed", failure_kind="timeout", cost_usd=None)
        await writer.add(timeout, reservation=third)
        seen.append(spent_usd(store, "quickstart-1"))
        return seen

    with open_writer(store, "quickstart-1") as writer:
        assert asyncio.run(spend(writer)) == [24.0, 16.25, 8.25, 8.25]
        for amount in (-1.0, float("nan"), float("inf")):
            with pytest.raises(ValueError, match="amount"):
                asyncio.run(writer.reserve("x", amount))
    (summary,) = list_runs(store)
    assert (summary.cost_usd, summary.unsettled_usd) == (8.25, 8.0)


def test_an_unknown_cost_is_not_zero(store: Store) -> None:
    """A run of which no cost is known has cost None, and counts the trials without a price."""
    assert list_runs(store)[0].cost_usd == 0.0
    add_all(store, [make_trial(1, cost_usd=None)])
    assert (list_runs(store)[0].cost_usd, list_runs(store)[0].unpriced_trials) == (None, 1)
    add_all(store, [make_trial(2)])
    assert (list_runs(store)[0].cost_usd, list_runs(store)[0].unpriced_trials) == (0.25, 1)


ACTIONS = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=3),
        st.sampled_from(["answered", "failed", "empty"]),
        st.sampled_from([None, 0.0, 0.5, 2.0]),
        st.sampled_from(["none", "reserve", "reserve and settle", "reserve and lose"]),
    ),
    max_size=12,
)


@given(actions=ACTIONS)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_totals_agree_with_the_trials_they_count(store: Store, actions: list[Any]) -> None:
    """Whatever happened, counts equal a recount and spending equals a plain sum of the events."""
    run = f"run-{len(list_runs(store))}"
    create_run(store, make_run(run))
    expected_usd = 0.0
    kept: dict[int, str] = {}

    async def play(writer: Writer) -> None:
        nonlocal expected_usd
        for number, outcome, cost, money in actions:
            reservation = None
            if money != "none":
                reservation = await writer.reserve(f"{number:064x}", 4.0)
            if money == "reserve and settle":
                assert reservation is not None
                await writer.settle(reservation, 1.0)
                expected_usd += 1.0
                continue
            if money == "reserve and lose":
                expected_usd += 4.0
                continue
            if cost is not None:
                expected_usd += cost
            elif reservation is not None:
                expected_usd += 4.0
            trial = make_trial(number, run, outcome=outcome, cost_usd=cost)
            stored = await writer.add(trial, reservation=reservation)
            assert stored == (kept.get(number, "failed") == "failed")
            if stored:
                kept[number] = outcome

    with open_writer(store, run) as writer:
        asyncio.run(play(writer))
    (summary,) = [line for line in list_runs(store) if line.run == run]
    assert summary.outcomes == Counter(kept.values())
    assert summary.outcomes == Counter(trial.outcome for trial in iter_trials(store, run))
    assert spent_usd(store, run) == expected_usd
    assert summary.cost_usd in (expected_usd, None)


def test_a_cancelled_wait_does_not_lose_the_response(store: Store) -> None:
    """A task that is cancelled while its record is being written leaves the record stored."""

    async def interrupted(writer: Writer) -> None:
        tasks = [asyncio.ensure_future(writer.add(make_trial(n))) for n in range(20)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(end, asyncio.CancelledError) for end in ends)

    with open_writer(store, "quickstart-1") as writer:
        asyncio.run(interrupted(writer))
    assert len(finished_trial_ids(store, "quickstart-1")) == 20


def test_a_closed_writer_accepts_nothing(store: Store) -> None:
    """What is handed over after the end is refused, never dropped in silence."""
    with open_writer(store, "quickstart-1") as writer:
        pass
    with pytest.raises(StoreUnavailable, match="closed"):
        writer.submit(make_trial(1))
    with pytest.raises(StoreError, match="no run"), open_writer(store, "missing"):
        pass


def test_after_one_failure_nothing_more_is_accepted(store: Store) -> None:
    """When the run vanishes under the writer, each waiting and each later call hears of it."""
    with open_writer(store, "quickstart-1") as writer:
        store.connection.execute("DELETE FROM runs")
        done = [writer.submit(make_trial(number)) for number in range(3)]
        for future in done:
            with pytest.raises(StoreUnavailable, match="deleted"):
                future.result()
        with pytest.raises(StoreUnavailable, match="deleted"):
            asyncio.run(writer.reserve("x", 1.0))
    assert store.connection.execute("SELECT count(*) FROM trials").fetchone() == (0,)


@pytest.fixture(scope="module")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("small") / "niah.db"
    with open_store(path) as store:
        create_run(store, make_run())
        add_all(store, [make_trial(number) for number in range(10)])
    return path


def _open_mutated(data: bytes, path: Path) -> None:
    for leftover in path.parent.iterdir():
        leftover.unlink()
    path.write_bytes(data)
    try:
        with open_store(path) as store:
            for run in list_runs(store):
                list(iter_trials(store, find_run(store, run.run).run))
                spent_usd(store, run.run)
                with open_writer(store, run.run) as writer:
                    writer.submit(make_trial(11, run.run)).result()
    except (StoreError, StoreUnavailable):
        pass


MUTATIONS = st.lists(
    st.tuples(st.integers(min_value=0), st.integers(min_value=0, max_value=255)),
    min_size=1,
    max_size=20,
)


def _mutate(data: bytes, mutations: list[tuple[int, int]]) -> bytes:
    mutated = bytearray(data)
    for position, value in mutations:
        mutated[position % len(mutated)] = value
    return bytes(mutated)


@given(mutations=MUTATIONS, cut=st.integers(min_value=0, max_value=4))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_damaged_file_is_an_error_of_ours(
    small_store: Path, tmp_path: Path, mutations: list[tuple[int, int]], cut: int
) -> None:
    """Changed bytes and a missing end are read past or refused, never a foreign exception."""
    data = _mutate(small_store.read_bytes(), mutations)
    _open_mutated(data[: len(data) - cut * 4096 * 2], tmp_path / "niah.db")


@pytest.mark.slow
@given(mutations=MUTATIONS, cut=st.integers(min_value=0, max_value=4))
@settings(
    max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_damaged_file_is_an_error_of_ours_at_length(
    small_store: Path, tmp_path: Path, mutations: list[tuple[int, int]], cut: int
) -> None:
    """The same over many more files."""
    data = _mutate(small_store.read_bytes(), mutations)
    _open_mutated(data[: len(data) - cut * 4096 * 2], tmp_path / "niah.db")
