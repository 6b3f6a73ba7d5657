"""Whole runs against a server that keeps its own books: never above the budget or the cap."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx
import pytest

from niah.experiment.files import load_experiment
from niah.models import Model
from niah.prices import Price, Rate
from niah.runner import dispatch, retries
from niah.runner.budget import EXACT_MARGIN, STAND_IN_MARGIN, TEMPLATE_TOKENS
from niah.runner.keys import Keys
from niah.runner.prepare import Prepared, prepare
from niah.runner.run import run_experiment
from niah.store.database import Store, open_store
from niah.tokenizers import load

EXPERIMENT = """
name = "budget"
models = ["one/m", "two/m"]

[grid]
context_lengths = [300, 900]
depth_percents = [0, 50, 100]
trials = 3

[request]
max_output_tokens = 400

[limits]
max_attempts = 4
requests_per_minute = 1e9
tokens_per_minute = 1e12

[providers.one]
base_url = "http://127.0.0.1:9/one"
tokenizer = "o200k_base"

[providers.two]
base_url = "http://127.0.0.1:9/two"
tokenizer = "o200k_base"
"""

# What a request meets besides an answer; the first three are free, the others are billed.
FREE = ("busy", "overloaded", "refused")
BILLED = ("lost", "late", "broken", "garbled", "silent", "filtered")


@dataclass(kw_only=True)
class Server:
    """Answers, fails and bills at random, up to the worst that a request may cost.

    Attributes:
        billed: In millionths of a dollar, whether or not the client ever heard of it.
        met: How often each fault was played.
    """

    draw: random.Random
    faults: float
    models: dict[str, Model]
    billed: float = 0.0
    requests: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    met: Counter[str] = field(default_factory=Counter)

    async def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/tokenize"):
            return httpx.Response(404)
        self.requests += 1
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            await asyncio.sleep(self.draw.choice((0.0, 0.005, 0.01)))
            return self._reply(request, json.loads(request.content))
        finally:
            self.in_flight -= 1

    def _reply(self, request: httpx.Request, asked: dict[str, object]) -> httpx.Response:
        model = self.models[request.url.path.split("/")[1]]
        fault = self.draw.choice(FREE + BILLED) if self.draw.random() < self.faults else None
        if fault:
            self.met[fault] += 1
        if fault == "busy":
            return httpx.Response(429, headers={"retry-after-ms": "1"}, json={"error": "slow"})
        if fault == "overloaded":
            return httpx.Response(503, headers={"retry-after-ms": "1"}, json={"error": "busy"})
        if fault == "refused":
            return httpx.Response(400, json={"error": "not like this"})
        usage = self._bill(model, asked)
        if fault == "lost":
            raise httpx.ReadError("cut")
        if fault == "late":
            raise httpx.ReadTimeout("late")
        if fault == "broken":
            return httpx.Response(500, json={"error": "broken"})
        if fault == "garbled":
            return httpx.Response(200, content=b'{"choices": [')
        choice = {
            "message": {"content": "It is 7."},
            "finish_reason": "content_filter" if fault == "filtered" else "stop",
        }
        reported = {} if fault == "silent" else {"usage": usage}
        return httpx.Response(200, json={"choices": [choice], **reported})

    def _bill(self, model: Model, asked: dict[str, object]) -> dict[str, object]:
        """The usage, drawn up to the worst case, and its price added to the bill."""
        messages, limit = asked["messages"], asked["max_tokens"]
        assert isinstance(messages, list)
        assert isinstance(limit, int)
        assert model.price is not None
        counted = sum(len(VOCABULARY.encode(message["content"])) for message in messages)
        margin = EXACT_MARGIN if model.tokenizer_known else STAND_IN_MARGIN
        most = int(counted * margin) + TEMPLATE_TOKENS
        read = most if self.draw.random() < 0.3 else self.draw.randint(counted, most)
        written = limit if self.draw.random() < 0.3 else self.draw.randint(0, limit)
        cached = self.draw.choice((0, self.draw.randint(0, read)))
        stored = self.draw.choice((0, self.draw.randint(0, read - cached)))
        rate = max(
            (rate for rate in model.price.rates if read > rate.above_input_tokens),
            key=lambda rate: rate.above_input_tokens,
        )
        per_cached = rate.input_usd if rate.cached_input_usd is None else rate.cached_input_usd
        per_stored = rate.input_usd if rate.cache_write_usd is None else rate.cache_write_usd
        self.billed += (read - cached - stored) * rate.input_usd + written * rate.output_usd
        self.billed += cached * per_cached + stored * per_stored
        return {
            "prompt_tokens": read,
            "completion_tokens": written,
            "prompt_tokens_details": {"cached_tokens": cached, "cache_write_tokens": stored},
        }


VOCABULARY = load("o200k_base")


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    path = tmp_path_factory.mktemp("budget") / "budget.toml"
    path.write_text(EXPERIMENT, encoding="utf-8")
    return prepare(load_experiment(path))


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """An empty store, and pauses after a fault that are a thousandth of the real ones."""
    monkeypatch.setattr(retries, "FIRST_WAIT_S", 0.001)
    monkeypatch.setattr(dispatch, "SHORTEST_HOLD_S", 0.0005)
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
    billed_usd: float
    cost_usd: float
    cap: int
    most_in_flight: int
    requests: int
    stopped: bool
    met: Counter[str]


def _play(prepared: Prepared, store: Store, seed: int) -> Played:
    """One random run, gone on with once or twice under the same budget when it stopped."""
    draw = random.Random(seed)
    cap = draw.randint(1, 6)
    budget_usd = 10 ** draw.uniform(-1.0, 0.7)
    models = {
        name: replace(model, price=_price(draw), tokenizer_known=draw.random() < 0.7)
        for name, model in prepared.models.items()
    }
    limits = prepared.experiment.limits.model_copy(
        update={"concurrency": cap, "max_cost_usd": budget_usd}
    )
    trials = draw.sample(prepared.trials, draw.randint(6, 16))
    run = replace(
        prepared,
        experiment=prepared.experiment.model_copy(update={"limits": limits}),
        models=models,
        trials=tuple(trials),
    )
    server = Server(
        draw=draw,
        faults=draw.choice((0.0, 0.2, 0.6)),
        models={name.partition("/")[0]: model for name, model in models.items()},
    )
    transport = httpx.MockTransport(server.answer)
    result = None
    for session in range(draw.randint(1, 3)):
        result = run_experiment(
            run,
            store,
            keys=Keys({}),
            transports={"one": transport, "two": transport},
            new=session == 0,
            analysed=False,
        )
    assert result is not None
    assert result.cost_usd is not None
    return Played(
        budget_usd=budget_usd,
        billed_usd=server.billed / 1e6,
        cost_usd=result.cost_usd,
        cap=cap,
        most_in_flight=server.most_in_flight,
        requests=server.requests,
        stopped=any("max_cost_usd" in reason for reason in result.reasons),
        met=server.met,
    )


def _check(runs: list[Played]) -> None:
    for number, run in enumerate(runs):
        assert run.billed_usd <= run.cost_usd * (1 + 1e-9), number
        assert run.cost_usd <= run.budget_usd * (1 + 1e-9), number
        assert run.most_in_flight <= run.cap, number
    # Neither limit was kept by never being near it.
    assert 0.2 < sum(run.stopped for run in runs) / len(runs) < 0.8
    assert sum(run.billed_usd > 0.7 * run.budget_usd for run in runs) > len(runs) / 20
    assert sum(run.most_in_flight == run.cap for run in runs) > len(runs) / 5
    met = sum((run.met for run in runs), Counter[str]())
    assert set(met) == {*FREE, *BILLED}


def test_no_random_run_ends_above_its_budget_or_its_cap(prepared: Prepared, store: Store) -> None:
    """By the server's own books, whatever the prices, faults and interruptions."""
    _check([_play(prepared, store, seed) for seed in range(150)])


@pytest.mark.slow
@pytest.mark.parametrize("first", range(150, 1_000, 170))
def test_no_run_of_a_thousand_ends_above_its_budget_or_its_cap(
    prepared: Prepared, store: Store, first: int
) -> None:
    """The same, for the other 850 of a thousand, in parts that run beside each other."""
    _check([_play(prepared, store, seed) for seed in range(first, first + 170)])
