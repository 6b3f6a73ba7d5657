"""A run's tally is that of its trials at any time, and a history needs no trials to have it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from niah.errors import StoreError
from niah.store import TrialRecord
from niah.store.database import Store, open_store
from niah.store.runs import create_run
from niah.store.status import plan_more_trials, set_run_status
from niah.store.tallies import TrialTally, tally_trials
from niah.store.trials import iter_trials
from tests.store_data import add_all, make_run, make_trial

RUN = "quickstart-1"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "niah.db") as opened:
        create_run(opened, make_run())
        yield opened


def counted(trials: list[TrialRecord]) -> list[TrialTally]:
    """The tally from the trials themselves."""
    groups: dict[tuple[str, str, int, int, str], list[TrialRecord]] = {}
    for one in trials:
        key = (one.model, one.task, one.context_length, one.repeat, one.outcome)
        groups.setdefault(key, []).append(one)
    return [
        TrialTally(
            model=model,
            task=task,
            context_length=length,
            repeat=repeat,
            outcome=outcome,
            trials=len(own),
            score_sum=math.fsum(one.score or 0 for one in own),
            cost_usd=math.fsum(one.cost_usd or 0 for one in own),
            unpriced=sum(one.cost_usd is None for one in own),
            latency_s=math.fsum(one.latency_s or 0 for one in own),
            timed=sum(one.latency_s is not None for one in own),
        )
        for (model, task, length, repeat, outcome), own in sorted(groups.items())
    ]


def some_trials(first: int) -> list[TrialRecord]:
    return [
        make_trial(
            number,
            context_length=1000 * (1 + number % 3),
            repeat=number % 2,
            outcome="failed" if number % 5 == 0 else "answered",
            failure_kind="timeout" if number % 5 == 0 else None,
            score=None if number % 5 == 0 else number % 4 / 4,
            cost_usd=None if number % 7 == 0 else 0.25,
            latency_s=None if number % 3 == 0 else 0.5,
        )
        for number in range(first, first + 40)
    ]


def agrees(store: Store) -> bool:
    """Whether the tally is that of the trials as they are."""
    found = tally_trials(store, RUN)
    return sorted(found, key=str) == sorted(counted(list(iter_trials(store, RUN))), key=str)


def test_the_tally_is_that_of_the_trials_whatever_the_run_is_doing(store: Store) -> None:
    """While it runs, when it has ended, when it goes on, and when it has ended again."""
    add_all(store, some_trials(0))
    assert agrees(store)
    set_run_status(store, RUN, "incomplete")
    assert agrees(store)
    set_run_status(store, RUN, "running")
    add_all(store, [make_trial(0, score=1.0, repeat=0), *some_trials(100)])  # the first had failed
    assert agrees(store)
    set_run_status(store, RUN, "complete")
    assert agrees(store)
    plan_more_trials(store, RUN, 500)
    add_all(store, some_trials(200))
    assert agrees(store)
    set_run_status(store, RUN, "complete")
    assert agrees(store)
    assert sum(one.trials for one in tally_trials(store, RUN)) == 120


def test_the_tally_of_a_run_that_ended_reads_no_trial(store: Store) -> None:
    """However many trials are stored, a history costs what its runs cost."""
    add_all(store, some_trials(0))
    set_run_status(store, RUN, "complete")
    before = tally_trials(store, RUN)
    store.connection.execute("UPDATE trials SET record = 'not JSON'")
    assert tally_trials(store, RUN) == before


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE trials SET record = json_set(record, '$.score', 2.5)",
        "UPDATE tallies SET score_sum = 1e308",
        "UPDATE tallies SET trials = -1",
        "UPDATE tallies SET timed = trials + 1",
        "UPDATE tallies SET latency_s = x'ff'",
    ],
)
def test_counts_that_cannot_be_are_one_sentence(store: Store, change: str) -> None:
    """Whatever somebody wrote into the store, a history has no number from it."""
    add_all(store, some_trials(0))
    if "tallies" in change:
        set_run_status(store, RUN, "complete")
    store.connection.execute(change)
    with pytest.raises(StoreError, match="niah did not write"):
        tally_trials(store, RUN)
    if "trials SET record" in change:
        with pytest.raises(StoreError, match="score"):
            list(iter_trials(store, RUN))
