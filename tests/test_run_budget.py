"""Whole runs over sockets, against a server that keeps its own books: never above budget or cap."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from niah.experiment.files import load_experiment
from niah.prices import Price, Rate
from niah.runner import atonce, retries
from niah.runner.budget import EXACT_MARGIN, STAND_IN_MARGIN
from niah.runner.keys import Keys
from niah.runner.prepare import prepare
from niah.runner.prepared import Prepared
from niah.runner.run import run_experiment
from niah.store.database import Store, open_store
from tests.command import Niah
from tests.servers_billing import FAULTS, Books, billing
from tests.servers_raw import RawServer, scripted

EXPERIMENT = """
name = "budget"
models = ["open/m", "own/m", "claude/m", "gemini/m", "unknown/m"]

[grid]
context_lengths = [300, 900]
depth_percents = [0, 50, 100]
trials = 3

[request]
max_output_tokens = 400

[limits]
max_attempts = 4
timeout_s = 0.4
requests_per_minute = 1e9
tokens_per_minute = 1e12

[providers.open]
base_url = "http://127.0.0.1:9/open"
tokenizer = "o200k_base"

[providers.own]
base_url = "http://127.0.0.1:9/own/v1"
tokenizer = "o200k_base"

[providers.claude]
api = "anthropic"
base_url = "http://127.0.0.1:9/claude"

[providers.gemini]
api = "google"
base_url = "http://127.0.0.1:9/gemini"

[providers.unknown]
base_url = "http://127.0.0.1:9/unknown"
"""


DEAR = """
name = "dear"
models = ["one/m"]

[grid]
context_lengths = [1000]
depth_percents = [0, 50, 100]
trials = 10

[limits]
concurrency = 4
max_cost_usd = 0.9

[providers.one]
base_url = "{url}"
tokenizer = "o200k_base"

[model."one/m".price]
input = 10.0
output = 0.0
"""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    path = tmp_path_factory.mktemp("budget") / "budget.toml"
    path.write_text(EXPERIMENT, encoding="utf-8")
    return prepare(load_experiment(path))


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """An empty store, and pauses after a fault that are a thousandth of the real ones."""
    monkeypatch.setattr(retries, "FIRST_WAIT_S", 0.001)
    monkeypatch.setattr(atonce, "SHORTEST_HOLD_S", 0.0005)
    monkeypatch.setattr(atonce, "FIRST_BUSY_S", 0.001)
    monkeypatch.setattr(atonce, "LONGEST_BUSY_S", 0.004)
    with open_store(tmp_path / "niah.db") as opened:
        yield opened


def _price(draw: random.Random) -> Price:
    """One to three tiers, the larger prompt the dearer or the cheaper one, cache fees or none."""
    return Price(
        rates=tuple(
            Rate(
                above_input_tokens=start,
                input_usd=draw.uniform(0.01, 80),
                output_usd=draw.uniform(0.01, 200),
                cached_input_usd=draw.choice((None, 0.005, 90.0)),
                cache_write_usd=draw.choice((None, draw.uniform(0.01, 100))),
            )
            for start in (0, 500, 1_000)[: draw.randint(1, 3)]
        ),
        source="test",
    )


@dataclass(frozen=True, kw_only=True)
class Played:
    """What one random run came to, in its server's books and in its own."""

    budget_usd: float
    cost_usd: float
    cap: int
    stopped: bool
    books: Books

    @property
    def billed_usd(self) -> float:
        return self.books.billed / 1e6


def _play(
    prepared: Prepared, store: Store, seed: int, server: RawServer, open_books: dict[str, Books]
) -> Played:
    """One random run, gone on with once or twice under the same budget when it stopped."""
    draw = random.Random(seed)
    cap = draw.randint(1, 6)
    budget_usd = 10 ** draw.uniform(-1.0, 0.7)
    names = draw.sample(sorted(prepared.models), draw.randint(1, 3))
    models = {}
    for name in names:
        model = prepared.models[name]
        address = model.provider.base_url.replace("127.0.0.1:9", f"127.0.0.1:{server.port}/{seed}")
        models[name] = replace(
            model, price=_price(draw), provider=replace(model.provider, base_url=address)
        )
    limits = prepared.experiment.limits.model_copy(
        update={"concurrency": cap, "max_cost_usd": budget_usd}
    )
    asked = [trial for trial in prepared.trials if trial.model in models]
    run = replace(
        prepared,
        experiment=prepared.experiment.model_copy(update={"limits": limits}),
        models=models,
        trials=tuple(draw.sample(asked, draw.randint(6, 16))),
    )
    books = Books(
        draw=draw,
        faults=draw.choice((0.0, 0.2, 0.6)),
        models={name.partition("/")[0]: model for name, model in models.items()},
        ratios={
            name.partition("/")[0]: (1.0, EXACT_MARGIN)
            if model.tokenizer_known
            else (draw.uniform(0.7, 1.3), draw.uniform(1.3, STAND_IN_MARGIN))
            for name, model in models.items()
        },
        patient=draw.random() < 0.8,
    )
    open_books[str(seed)] = books
    result = None
    for session in range(draw.randint(1, 3)):
        result = run_experiment(run, store, keys=Keys({}), new=session == 0, analysed=False)
    assert result is not None
    assert result.cost_usd is not None
    return Played(
        budget_usd=budget_usd,
        cost_usd=result.cost_usd,
        cap=cap,
        stopped=any("max_cost_usd" in reason for reason in result.reasons),
        books=books,
    )


def _check(prepared: Prepared, store: Store, seeds: range) -> None:
    books: dict[str, Books] = {}
    with billing(books) as server:
        runs = {seed: _play(prepared, store, seed, server, books) for seed in seeds}
    for seed, run in runs.items():
        assert run.billed_usd <= run.cost_usd * (1 + 1e-9), seed
        assert run.cost_usd <= run.budget_usd * (1 + 1e-9), seed
        assert run.books.most_in_flight <= run.cap, seed
        assert run.books.in_flight == 0, seed
    # Neither limit was kept by never being near it.
    assert 0.2 < sum(run.stopped for run in runs.values()) / len(runs) < 0.8
    assert sum(run.billed_usd > 0.7 * run.budget_usd for run in runs.values()) > len(runs) / 20
    assert sum(run.books.most_in_flight == run.cap for run in runs.values()) > len(runs) / 5
    met = sum((run.books.met for run in runs.values()), Counter[str]())
    assert set(met) == set(FAULTS)


def test_no_random_run_ends_above_its_budget_or_its_cap(prepared: Prepared, store: Store) -> None:
    """By the server's own books, whatever the prices, faults and interruptions."""
    _check(prepared, store, range(60))


@pytest.mark.slow
@pytest.mark.parametrize("first", range(60, 1_000, 188))
def test_no_run_of_a_thousand_ends_above_its_budget_or_its_cap(
    prepared: Prepared, store: Store, first: int
) -> None:
    """The same, for the other 940 of a thousand, in parts that run beside each other."""
    _check(prepared, store, range(first, first + 188))


def test_a_bill_above_the_worst_case_is_expected_again(niah: Niah, tmp_path: Path) -> None:
    """A provider that reads six times what was counted is not paid more than the budget either."""
    bill_usd = 8_000 * 10.0 / 1e6

    def answer(_: bytes) -> dict[str, Any]:
        choice = {"message": {"content": "4711"}, "finish_reason": "stop"}
        return {"choices": [choice], "usage": {"prompt_tokens": 8_000, "completion_tokens": 1}}

    with scripted(answer, latency_s=lambda _: 0.01) as server:
        path = tmp_path / "dear.toml"
        path.write_text(DEAR.format(url=server.url), encoding="utf-8")
        done = niah("run", path, "--json")
    assert done.code == 3, done.err
    assert server.most_in_flight > 1
    assert len(server.requests) * bill_usd <= 0.9
    assert done.json["cost_usd"] == pytest.approx(len(server.requests) * bill_usd)
    assert done.json["cost_usd"] + bill_usd > 0.9  # and it was used up
