"""A rate-limited host in virtual time: two token buckets, a network, headers or none."""

from __future__ import annotations

import asyncio
import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from niah.providers import Failure
from niah.providers.limits import Allowance, LimitsSeen
from niah.runner.dispatch import Lane
from niah.runner.jobs import Attempt, Job, LaneSettings
from niah.runner.slots import Slots
from tests.virtual_time import run_virtually

LUCK = 0.3


@dataclass(frozen=True, kw_only=True)
class Host:
    """What a host allows and how it tells.

    Attributes:
        burst: Capacity as a share of a minute's allowance.
        least_burst: At least so many requests, and the largest one so many times, fit in.
        headers: Whether limits are stated, and as of which moment.
        retry_after: How a 429 says when to come back.
        hint: Whether a 429 says which limit it was.
        at_once: Requests that it serves at the same time; more get a 429.
    """

    requests_per_minute: float
    tokens_per_minute: float
    burst: float = 1.0
    least_burst: float = 1.0
    headers: Literal["none", "admission", "answer"] = "none"
    retry_after: Literal["none", "exact", "ceil"] = "ceil"
    hint: bool = False
    at_once: int | None = None
    network_s: tuple[float, float] = (0.01, 0.06)


@dataclass(frozen=True, kw_only=True)
class Trial:
    tokens: int
    latency_s: float


@dataclass(kw_only=True)
class Outcome:
    """What a simulated sweep came to."""

    wall_s: float
    bound_s: float
    requests: int
    rejections: int
    most_in_flight: int
    finished: list[Trial] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return self.wall_s / self.bound_s

    @property
    def rejected_share(self) -> float:
        return self.rejections / self.requests


class _Buckets:
    def __init__(self, host: Host, largest: int) -> None:
        self.rates = (host.requests_per_minute / 60, host.tokens_per_minute / 60)
        self.capacities = (
            min(
                host.requests_per_minute,
                max(host.least_burst, host.requests_per_minute * host.burst),
            ),
            min(
                host.tokens_per_minute,
                max(host.least_burst * largest, host.tokens_per_minute * host.burst),
            ),
        )
        self.levels = list(self.capacities)
        self.at = 0.0

    def refill(self, now: float) -> None:
        for index in (0, 1):
            self.levels[index] = min(
                self.capacities[index],
                self.levels[index] + self.rates[index] * (now - self.at),
            )
        self.at = now


def lower_bound_s(
    host: Host, trials: list[Trial], cap: int, network_s: Sequence[tuple[float, float]]
) -> float:
    """No schedule is faster, not even that of someone who knows how long each answer will take.

    Of the trials that take at least so long, the last is sent when the limit has let all of them
    through, and is answered so much later. That holds for every such time, and for each limit.
    A limit flows from when the first request can have arrived, and each trial holds a place for
    all the time that it is under way; trials of one length that are answered late are sent first,
    which nobody can do who does not know them. Without luck the bound is within reach.

    Args:
        host: Its limits.
        trials: The sweep.
        cap: Requests that may be in flight.
        network_s: How long each trial is on its way there and back.
    """
    buckets = _Buckets(host, max(trial.tokens for trial in trials))
    at_once = min(cap, host.at_once or cap)
    first_s = min(there for there, _ in network_s)
    answered_s = [
        trial.latency_s + back for trial, (_, back) in zip(trials, network_s, strict=True)
    ]
    occupied_s = [there + s for s, (there, _) in zip(answered_s, network_s, strict=True)]
    slowest_first = sorted(
        zip(answered_s, trials, strict=True), key=lambda pair: pair[0], reverse=True
    )
    bounds = [max(occupied_s), sum(occupied_s) / at_once]
    for index in (0, 1):
        sent = 0.0
        for latency_s, trial in slowest_first:
            sent += (1.0, float(trial.tokens))[index]
            waited_s = max(0.0, sent - buckets.capacities[index]) / buckets.rates[index]
            bounds.append(first_s + waited_s + latency_s)
    return max(bounds)


def sweep(
    host: Host,
    trials: list[Trial],
    *,
    cap: int,
    settings: LaneSettings | None = None,
    seed: int = 0,
) -> Outcome:
    """All trials through one lane, in virtual time."""
    draw = random.Random(seed)
    network_s = [(draw.uniform(*host.network_s), draw.uniform(*host.network_s)) for _ in trials]
    buckets = _Buckets(host, max(trial.tokens for trial in trials))
    slots = Slots(cap)
    result = Outcome(
        wall_s=0.0,
        bound_s=lower_bound_s(host, trials, cap, network_s),
        requests=0,
        rejections=0,
        most_in_flight=0,
    )
    serving = 0

    def stated() -> LimitsSeen:
        if host.headers == "none":
            return LimitsSeen()
        stated = [
            Allowance(
                limit=rate * 60,
                remaining=math.floor(level),
                reset_s=(capacity - level) / rate,
            )
            for rate, level, capacity in zip(
                buckets.rates, buckets.levels, buckets.capacities, strict=True
            )
        ]
        return LimitsSeen(requests=stated[0], tokens=stated[1])

    async def attempt(job: Job[Trial]) -> Attempt:
        nonlocal serving
        result.requests += 1
        there_s, back_s = network_s[job.rank]
        await asyncio.sleep(there_s)
        now = asyncio.get_running_loop().time()
        buckets.refill(now)
        needs = (1.0, float(job.tokens))
        short = [index for index in (0, 1) if buckets.levels[index] < needs[index]]
        full = host.at_once is not None and serving >= host.at_once
        if short or full:
            result.rejections += 1
            wait_s = max(
                [(needs[i] - buckets.levels[i]) / buckets.rates[i] for i in short], default=1.0
            )
            limits = stated()
            await asyncio.sleep(back_s)
            told = {"none": None, "exact": wait_s, "ceil": float(math.ceil(wait_s))}
            reason = "rate limit reached"
            if host.hint:
                reason += " for tokens per minute" if 1 in short else " for requests per minute"
            return Attempt(
                limits=limits,
                rejected=Failure(
                    kind="rate-limit",
                    message=reason,
                    status=429,
                    retry_after_s=told[host.retry_after] if short else None,
                ),
                again_after_s=1.0,
            )
        for index in (0, 1):
            buckets.levels[index] -= needs[index]
        limits = stated()
        serving += 1
        await asyncio.sleep(job.item.latency_s)
        serving -= 1
        if host.headers == "answer":
            buckets.refill(asyncio.get_running_loop().time())
            limits = stated()
        await asyncio.sleep(back_s)
        result.finished.append(job.item)
        return Attempt(limits=limits)

    async def work() -> None:
        loop = asyncio.get_running_loop()
        lane = Lane(
            attempt,
            settings=settings or LaneSettings(),
            slots=slots,
            clock=loop.time,
            sleep=asyncio.sleep,
        )
        lane.add(
            Job(item=trial, tokens=trial.tokens, rank=rank) for rank, trial in enumerate(trials)
        )
        lane.close()
        await lane.run()

    _, result.wall_s = run_virtually(work())
    result.most_in_flight = slots.most_in_flight
    return result


def random_trials(draw: random.Random, *, luck: float = LUCK) -> list[Trial]:
    """A sweep's trials: a grid of lengths, repeated over depths, with noisy latencies.

    Args:
        draw: Where all that is random comes from.
        luck: How far latencies of one length are apart: the standard deviation of their
            logarithms. 0 = each takes as long as its length does.
    """
    longest = draw.choice([8_000, 32_000, 128_000, 200_000])
    shortest = draw.choice([1_000, 2_000, 4_000])
    count, repeats = draw.randint(5, 20), draw.randint(8, 30)
    spread = [i / (count - 1) for i in range(count)]
    if draw.random() < 0.5:
        lengths = [shortest + (longest - shortest) * x for x in spread]
    else:
        lengths = [shortest * (longest / shortest) ** x for x in spread]
    first_s, per_token_s = draw.uniform(0.3, 2.0), draw.uniform(0.5e-5, 15e-5)
    return [
        Trial(
            tokens=round(length) + 512,
            latency_s=(first_s + per_token_s * length) * draw.lognormvariate(0, luck),
        )
        for length in lengths
        for _ in range(repeats)
    ]


def random_scenario(
    seed: int, *, headers: bool, luck: float = LUCK
) -> tuple[Host, list[Trial], int]:
    """A host, a sweep and a cap; either limit, or both in turn, may be the one that counts."""
    draw = random.Random(seed)
    trials = random_trials(draw, luck=luck)
    total = sum(trial.tokens for trial in trials)
    minutes = math.exp(draw.uniform(math.log(2), math.log(60)))
    # The ratio of the two limits is that of the sweep's mean, times or divided by up to 4.
    tokens_per_minute = max(total / minutes, max(t.tokens for t in trials) * draw.uniform(1.25, 2))
    requests_per_minute = len(trials) / minutes * math.exp(draw.uniform(-1, 1) * math.log(4))
    host = Host(
        requests_per_minute=max(2.0, round(requests_per_minute)),
        tokens_per_minute=round(tokens_per_minute),
        burst=draw.choice([1.0, 1.0, 0.5, 1 / 6, 1 / 60]),
        least_burst=2.0,
        headers=draw.choice(["admission", "answer"]) if headers else "none",
        retry_after=draw.choice(["none", "exact", "ceil"]),
        hint=draw.random() < 0.3,
        network_s=(0.005, draw.choice([0.01, 0.05, 0.15])),
    )
    return host, trials, draw.choice([16, 64, 256])
