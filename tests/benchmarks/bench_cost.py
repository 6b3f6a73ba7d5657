"""What sharing prompts and choosing trials save in dollars, on DeepSeek-V3's published grid.

    python tests/benchmarks/bench_cost.py plan                    # seconds: bills under each cache
    python tests/benchmarks/bench_cost.py sweeps [--seeds 3]      # simulated responses, 30 minutes
    python tests/benchmarks/bench_cost.py endpoint [--longest 16K] # requests to a caching endpoint

`plan` prints the planner's accounting: what share of a full single-needle grid each provider's
cache is expected to serve, at several numbers of requests in flight.

`sweeps` puts simulated responses through the real planner, designer and estimator: how many dollars
an adaptive sweep needs, by the planner's accounting, for the mean absolute error that five raw
trials a cell have. Responses of one stream are independent here, which real ones are not.

`endpoint` sends requests to niah's reference endpoint, whose cache works in DeepSeek's steps, and
bills them by the usage fields alone: the usual loop, the nested grid at several concurrencies, and
an adaptive nested run, whose pooled map is held against the reader's known recall. Everything here
is simulated: no model is asked.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))

from niah.experiment import load_experiment
from niah.prompts.shared import compose_shared
from niah.providers import Response
from niah.providers.bills import Bill, expected_bill
from niah.providers.wire import WIRE_FORMATS
from niah.reference.behaviour import Behaviour
from niah.reference.endpoint import build_app
from niah.reference.readers import recall_map
from niah.runner.adapt import design_of
from niah.runner.choices import bill_choices, plain_loop
from niah.runner.keys import read_keys
from niah.runner.prepare import prepare
from niah.runner.prepared import Prepared, layout
from niah.runner.records import cost_usd, sampling
from niah.runner.run import run_experiment
from niah.statistics.adaptive import advance, begin
from niah.statistics.pooled import pool
from niah.store.database import open_store
from niah.store.trials import iter_trials
from tests.benchmarks.bench_statistics import Reader
from tests.benchmarks.truth_maps import HELD_OUT, TUNED, truth_map

CONFIG = Path(__file__).parents[2] / "configs" / "deepseek-v3-128k.toml"
DEEPSEEK = "deepseek/deepseek-chat"
CONCURRENCIES = (1, 8, 64, 225)
PROVIDERS = (
    DEEPSEEK,
    "openai/gpt-4o",
    "openai/gpt-4.1",
    "anthropic/claude-3-5-sonnet-20241022",
    "google/gemini-2.5-flash",
)
REPEATS = 5
MOST_PASSES = 0.75
READER = "lost-in-the-middle"


def prepared_for(*overrides: str, model: str = DEEPSEEK) -> Prepared:
    """The published grid with these keys."""
    return prepare(load_experiment(CONFIG, overrides=overrides, model_ids=[model]))


def plan() -> None:
    """Bills by the planner's accounting."""
    print("share of input tokens read from a cache / input bill relative to nothing cached\n")
    print(f"{'model':38s}{'sharing':9s}" + "".join(f"{f'C={c}':>16s}" for c in CONCURRENCIES))
    for model in PROVIDERS:
        table: dict[str, list[str]] = {}
        for concurrency in CONCURRENCIES:
            prepared = prepared_for(f"limits.concurrency={concurrency}", model=model)
            choices = bill_choices(prepared, prepared.models[model])
            plain = choices[0].bill.input_usd or 0.0
            for choice in choices:
                relative = (choice.bill.input_usd or 0.0) / plain
                cell = f"{choice.bill.cached_share:.1%} / {relative:.2f}"
                table.setdefault(choice.way, []).append(cell)
        for way, cells in table.items():
            print(f"{model:38s}{way:9s}" + "".join(f"{cell:>16s}" for cell in cells))


def naive_usd(concurrency: int = 8) -> tuple[float, float]:
    """Five trials a cell: with nothing cached, and as the usual loop; by the planner."""
    prepared = prepared_for(f"limits.concurrency={concurrency}")
    none, loop, *_ = bill_choices(prepared, prepared.models[DEEPSEEK])
    return REPEATS * (none.bill.input_usd or 0.0), REPEATS * (loop.bill.input_usd or 0.0)


def sweeps(seeds: int, replicates: Sequence[int], families: Sequence[str]) -> None:
    """Dollars that reach the error of five raw trials a cell."""
    naive, loop = naive_usd()
    print(f"five trials a cell: naive ${naive:.2f}, usual loop with 8 in flight ${loop:.2f}")
    ways = [("none", 1), *(("nested", count) for count in replicates)]
    budgets = np.linspace(0.02, 1.0, 99) * MOST_PASSES * naive / REPEATS
    total: dict[tuple[str, int], list[NDArray[np.float64]]] = {way: [] for way in ways}
    raw: list[float] = []
    for family in families:
        errors = [_uniform_error(family, seed) for seed in range(seeds)]
        raw += errors
        line = f"{family:20s} MAE of five raw trials {np.mean(errors):.3f}"
        for way in ways:
            prepared = prepared_for(
                "sampling.mode=adaptive",
                f"sampling.sharing={way[0]}",
                f"sampling.replicates={way[1]}",
                "sampling.target_error=0.000001",
                f"sampling.max_passes={MOST_PASSES}",
            )
            curves = [_curve(prepared, family, seed, budgets) for seed in range(seeds)]
            total[way] += curves
            line += f" | {way[0]} R={way[1]} {_saving(curves, errors, budgets, naive, loop)}"
        print(line, flush=True)
    line = f"{'all families':20s} MAE of five raw trials {np.mean(raw):.3f}"
    for way in ways:
        line += f" | {way[0]} R={way[1]} {_saving(total[way], raw, budgets, naive, loop)}"
    print(line)


def _saving(
    curves: list[NDArray[np.float64]],
    errors: list[float],
    budgets: NDArray[np.float64],
    naive: float,
    loop: float,
) -> str:
    below = np.flatnonzero(np.mean(curves, axis=0) <= np.mean(errors))
    if not below.size:
        return f"over ${budgets[-1]:.2f}"
    usd = float(budgets[below[0]])
    return f"${usd:.2f} ({naive / usd:.1f}x naive, {loop / usd:.1f}x loop)"


def _uniform_error(family: str, seed: int) -> float:
    truth = truth_map(family, 15, seed)
    correct = Reader(truth, seed).chances[..., :REPEATS] < truth[..., None]
    return float(np.abs(correct.mean(axis=-1) - truth).mean())


def _curve(
    prepared: Prepared, family: str, seed: int, budgets: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Error of the pooled map at each budget, in dollars of input and short answers."""
    truth = truth_map(family, 15, seed)
    reader = Reader(truth, seed)
    design = replace(design_of(prepared, prepared.models[DEEPSEEK]), seed=seed)
    progress = begin(design)
    spent, errors = [], []
    while progress.batch:
        usd = progress.spent
        progress = advance(design, progress, reader)
        spent.append(usd)
        errors.append(np.abs(pool(progress.sums, progress.n).accuracy - truth).mean())
    before = np.interp(budgets, spent, errors, left=1.0)
    return np.asarray(before)


def endpoint(longest: str, concurrencies: Sequence[int], passes: float, seeds: int) -> None:
    """Bills from usage fields, and the error that was bought.

    An adaptive run is capped, at so many passes' worth of uncached dollars, where its error is
    about that of five raw trials a cell: to its usual end it would buy a far smaller one.
    """
    grid = f'grid.context_lengths={{from="{_shortest(longest)}", to="{longest}", count=15}}'
    own = (grid, 'model."deepseek/deepseek-chat".price={input=0.27, cached_input=0.07, output=1.1}')
    behaviour = Behaviour(cache=True, other_models=READER, tokenizer="deepseek-v3", latency_s=0.2)
    plain = prepared_for(*own)
    model = plain.models[DEEPSEEK]
    grid_tokens = sum(trial.context_length for trial in plain.trials)
    naive = REPEATS * grid_tokens * 0.27 / 1e6
    print(f"15 x 15 to {longest}, reader {READER}, simulated; five trials a cell, nothing cached:")
    print(f"  naive sweep                    ${naive:.4f} (its prompts have nothing in common)")
    start = time.perf_counter()
    loop_usd, loop_share = asyncio.run(_ask_loop(plain, behaviour, in_flight=8))
    loop = REPEATS * loop_usd
    print(
        f"  usual loop, 8 in flight        ${loop:.4f} ({loop_share:.1%} cached; one of five "
        f"repeats asked, {time.perf_counter() - start:.0f} s)",
        flush=True,
    )
    for concurrency in concurrencies:
        nested = prepared_for(*own, "sampling.sharing=nested", f"limits.concurrency={concurrency}")
        bill = expected_bill(model, nested.trials, frame_tokens=nested.ingredients.frame_tokens)
        usd, share, error = _run(nested, behaviour)
        print(
            f"  nested grid, C={concurrency:<4d}            ${usd:.4f} ({share:.1%} cached; "
            f"planned {_planned(bill)}); pooled MAE {error:.3f}",
            flush=True,
        )
    print(f"  five raw trials a cell: MAE {_raw_error(plain):.3f}")
    for seed in range(seeds):
        adaptive = prepared_for(
            *own,
            f"seed={seed}",
            "sampling.sharing=nested",
            "sampling.mode=adaptive",
            f"sampling.max_passes={passes}",
            "limits.concurrency=32",
        )
        usd, share, error = _run(adaptive, behaviour)
        print(
            f"  adaptive nested run, seed {seed}    ${usd:.4f} ({share:.1%} cached): "
            f"{naive / usd:.1f}x less than naive, {loop / usd:.1f}x less than the loop; "
            f"pooled MAE {error:.3f}",
            flush=True,
        )


def _shortest(longest: str) -> str:
    return {"128K": "2K", "32K": "1K"}.get(longest, "1K")


def _planned(bill: Bill) -> str:
    return f"{bill.cached_share:.1%}, ${bill.input_usd or 0.0:.4f} of input"


async def _ask_loop(
    prepared: Prepared, behaviour: Behaviour, *, in_flight: int
) -> tuple[float, float]:
    """Bill and cached share of one repeat of the usual loop over one haystack."""
    model = prepared.models[DEEPSEEK]
    challenge = prepared.task.draw(1)
    places = asyncio.Semaphore(in_flight)
    bills: list[tuple[float, int, int]] = []
    transport = httpx.ASGITransport(app=build_app(behaviour))
    frame_tokens, trials = plain_loop(prepared, model)

    async def ask(number: int, client: httpx.AsyncClient) -> None:
        trial = trials[number]
        assert trial.stream is not None
        prompt = compose_shared(
            prepared.indexes[model.tokenizer],
            context_length=trial.context_length,
            longest_length=prepared.experiment.grid.context_lengths[-1],
            frame_tokens=frame_tokens,
            offsets_tokens=trial.stream.offsets_tokens,
            depth_percent=trial.depth_percent,
            challenge=challenge,
            layout=layout(prepared.experiment),
            seed=1,
        )
        wire = WIRE_FORMATS[model.provider.api]
        request = wire.build_request(
            prompt.messages, model=model, sampling=sampling(prepared, model)
        )
        answer = await client.post("/v1/chat/completions", content=request.body)
        parsed = wire.parse_response(answer.status_code, answer.headers, answer.content)
        assert isinstance(parsed, Response)
        usd = cost_usd(model, parsed.usage)
        assert usd is not None
        usage = parsed.usage
        bills.append((usd, usage.input_tokens or 0, usage.cached_input_tokens or 0))

    async def in_turn(number: int, client: httpx.AsyncClient) -> None:
        async with places:
            await ask(number, client)

    async with httpx.AsyncClient(
        transport=transport, base_url="http://reference.invalid"
    ) as client:
        await asyncio.gather(*(in_turn(number, client) for number in range(len(trials))))
    return sum(b[0] for b in bills), sum(b[2] for b in bills) / sum(b[1] for b in bills)


def _run(prepared: Prepared, behaviour: Behaviour) -> tuple[float, float, float]:
    """Bill, cached share, and error of the pooled map of a run against the endpoint."""
    transport = httpx.ASGITransport(app=build_app(behaviour))
    keys = read_keys(prepared.models.values(), {"DEEPSEEK_API_KEY": "none"})
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "niah.db") as store:
        result = run_experiment(
            prepared, store, keys=keys, transports={"deepseek": transport}, tell=print
        )
        assert result.status == "complete", result.reasons
        records = list(iter_trials(store, result.run.run))
    usd = sum(record.cost_usd or 0.0 for record in records)
    share = sum(r.cached_input_tokens or 0 for r in records) / sum(
        r.input_tokens or 0 for r in records
    )
    (analysis,) = result.analyses
    assert analysis.pooled is not None
    error = float(np.abs(analysis.pooled.map.accuracy - _truth(prepared)).mean())
    return usd, share, error


def _truth(prepared: Prepared) -> NDArray[np.float64]:
    recall, grid = recall_map(READER), prepared.experiment.grid
    return np.array(
        [
            [recall(depth, tokens) for tokens in grid.context_lengths]
            for depth in grid.depth_percents
        ]
    )


def _raw_error(prepared: Prepared) -> float:
    truth = _truth(prepared)
    draws = np.random.default_rng(0).binomial(REPEATS, truth, size=(200, *truth.shape)) / REPEATS
    return float(np.abs(draws - truth).mean())


def main() -> None:
    """Runs one part and prints its table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=("plan", "sweeps", "endpoint"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--replicates", type=int, nargs="+", default=[3])
    parser.add_argument("--families", nargs="+", default=[*TUNED, *HELD_OUT])
    parser.add_argument("--longest", default="16K")
    parser.add_argument("--passes", type=float, default=0.22)
    parser.add_argument("--concurrency", type=int, nargs="+", default=[1, 8, 64, 225])
    arguments = parser.parse_args()
    if arguments.part == "plan":
        plan()
    elif arguments.part == "sweeps":
        sweeps(arguments.seeds, arguments.replicates, arguments.families)
    else:
        endpoint(arguments.longest, arguments.concurrency, arguments.passes, arguments.seeds)


if __name__ == "__main__":
    main()
