"""Rate-limited hosts in virtual time whose limits have other shapes than a bucket that is stated
exactly: windows, logs, rounded or garbled headers, others who use the key, limits that change.

What a host states goes through the same headers, read by the same code, as a real answer's does;
what follows from a refusal is decided by the same function as in a run.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from math import ceil, exp, floor, inf, log
from typing import Literal, Protocol, TypeAlias

from niah.providers import Failure
from niah.providers.limits import read_limits
from niah.runner.dispatch import Lane
from niah.runner.jobs import Attempt, Job, LaneSettings
from niah.runner.retries import Retry, RetryLimits, StopModel, Tries, decide
from niah.runner.slots import Slots
from tests.servers_virtual import Trial
from tests.virtual_time import run_virtually

Quantity: TypeAlias = Literal["requests", "tokens", "input-tokens", "output-tokens"]
EPOCH = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
MINUTE_S = 60.0
# Of the fluid that the lower bound is computed with.
STEP_S = 0.25
LIMITS = RetryLimits(max_attempts=6, max_retry_s=1800.0)


class Limiter(Protocol):
    """Decides about units in order of time."""

    limit: float

    def room(self, now: float) -> float:
        """Units that would be admitted now."""

    def take(self, now: float, units: float) -> None:
        """Units are admitted."""

    def reset_s(self, now: float) -> float:
        """What the header says: seconds until everything is there again."""

    def wait_s(self, now: float, units: float) -> float:
        """Seconds until so many units would be admitted."""

    def change(self, now: float, factor: float) -> None:
        """The limit is another from now on."""


class TokenBucket:
    """Refilled all the time."""

    def __init__(self, limit: float, *, burst: float = 1.0, least: float = 0.0) -> None:
        self.limit = limit
        self._capacity = max(least, limit * burst)
        self._level = self._capacity
        self._at = 0.0

    def room(self, now: float) -> float:
        flowed = (now - self._at) * self.limit / MINUTE_S
        self._level, self._at = min(self._capacity, self._level + flowed), now
        return self._level

    def take(self, now: float, units: float) -> None:
        self._level = self.room(now) - units

    def reset_s(self, now: float) -> float:
        return (self._capacity - self.room(now)) / self.limit * MINUTE_S

    def wait_s(self, now: float, units: float) -> float:
        return max(0.0, units - self.room(now)) / self.limit * MINUTE_S

    def change(self, now: float, factor: float) -> None:
        self.room(now)
        self.limit *= factor
        self._capacity *= factor
        self._level = min(self._level, self._capacity)


class FixedWindow:
    """A counter that is set back at the end of each period; the first one ends early."""

    def __init__(self, limit: float, *, first_s: float, period_s: float = MINUTE_S) -> None:
        self.limit = limit
        self._ends_at = first_s
        self._period_s = period_s
        self._used = 0.0

    def room(self, now: float) -> float:
        while now >= self._ends_at:
            self._ends_at += self._period_s
            self._used = 0.0
        return self.limit - self._used

    def take(self, now: float, units: float) -> None:
        self.room(now)
        self._used += units

    def reset_s(self, now: float) -> float:
        self.room(now)
        return self._ends_at - now

    def wait_s(self, now: float, units: float) -> float:
        return 0.0 if self.room(now) >= units else self._ends_at - now

    def change(self, now: float, factor: float) -> None:
        self.room(now)
        self.limit *= factor


class SlidingLog:
    """What was admitted in the last minute counts."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self._log: deque[tuple[float, float]] = deque()
        self._used = 0.0

    def room(self, now: float) -> float:
        while self._log and self._log[0][0] <= now - MINUTE_S:
            self._used -= self._log.popleft()[1]
        return self.limit - self._used

    def take(self, now: float, units: float) -> None:
        self.room(now)
        self._log.append((now, units))
        self._used += units

    def reset_s(self, now: float) -> float:
        self.room(now)
        return self._log[-1][0] + MINUTE_S - now if self._log else 0.0

    def wait_s(self, now: float, units: float) -> float:
        room = self.room(now)
        for at, amount in self._log:
            if room >= units:
                break
            room += amount
            wait_s = at + MINUTE_S - now
        else:
            wait_s = MINUTE_S
        return 0.0 if self.room(now) >= units else wait_s

    def change(self, now: float, factor: float) -> None:
        self.limit *= factor


Stated: TypeAlias = Mapping[Quantity, Limiter]
Headers: TypeAlias = Callable[[Stated, float], dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class WindowHost:
    """What a host allows and how it tells.

    Attributes:
        limiters: Makes its limits anew, by what they count.
        headers: What its answers state, and those of refusals.
        as_of: The moment that an answer's headers describe.
        retry_after: How a 429 says when to come back.
        words: What a 429 says about the quantity that was short.
        counts: Tokens that the server counts for each of ours.
        others: Share of the limits that somebody else asks for with the same key.
        changes: Moments at which limits are multiplied.
        overloads: From when to when everything is answered with 529.
        at_once: Requests served at the same time; more get a 429.
    """

    limiters: Callable[[], dict[Quantity, Limiter]]
    headers: Headers | None = None
    refusal_headers: bool = True
    answer_headers: bool = True
    as_of: Literal["admission", "answer"] = "admission"
    retry_after: Literal["none", "exact", "ceil"] = "ceil"
    words: Mapping[str, str] = field(default_factory=dict)
    counts: float = 1.0
    others: float = 0.0
    changes: Sequence[tuple[float, float]] = ()
    overloads: Sequence[tuple[float, float]] = ()
    at_once: int | None = None
    network_s: tuple[float, float] = (0.005, 0.05)


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """What is sent to it."""

    host: WindowHost
    trials: Sequence[Trial]
    output_tokens: int
    cap: int


@dataclass(kw_only=True)
class Outcome:
    """What a simulated sweep came to.

    Attributes:
        busy: Requests answered with 529.
        lost: Trials given up.
        stopped: Why the model is not asked any more.
        most_in_a_second: Of refusals.
    """

    wall_s: float = 0.0
    bound_s: float = 0.0
    requests: int = 0
    rejections: int = 0
    busy: int = 0
    finished: int = 0
    lost: int = 0
    stopped: str = ""
    refused_at: list[float] = field(default_factory=list)

    @property
    def ratio(self) -> float:
        return self.wall_s / self.bound_s

    @property
    def rejected_share(self) -> float:
        return self.rejections / self.requests

    @property
    def most_in_a_second(self) -> int:
        return max(
            (
                sum(at <= other < at + 1.0 for other in self.refused_at[i : i + 500])
                for i, at in enumerate(self.refused_at)
            ),
            default=0,
        )


def units_of(sweep: Sweep, trial: Trial) -> dict[Quantity, float]:
    """What the host counts of a trial."""
    return {
        "requests": 1.0,
        "tokens": float(ceil(trial.tokens * sweep.host.counts)),
        "input-tokens": float(ceil((trial.tokens - sweep.output_tokens) * sweep.host.counts)),
        "output-tokens": float(sweep.output_tokens),
    }


def lower_bound_s(
    sweep: Sweep,
    network_s: Sequence[tuple[float, float]],
    taken: Mapping[Quantity, Sequence[tuple[float, float]]],
) -> float:
    """No schedule is faster that leaves to others what they took.

    For each limit: a fluid takes whatever is admitted as soon as it is, in steps of a quarter of
    a second, counted from their beginnings. Of the trials that take at least so long, the last
    cannot be admitted before the fluid has taken as much as they ask for together. Neither can
    they all have a place before the places had time for them.
    """
    host, trials = sweep.host, sweep.trials
    first_s = min(there for there, _ in network_s)
    answered_s = [t.latency_s + back for t, (_, back) in zip(trials, network_s, strict=True)]
    places_s = sum(s + there for s, (there, _) in zip(answered_s, network_s, strict=True))
    bounds = [max(answered_s) + first_s, places_s / sweep.cap]
    if host.at_once is not None:
        bounds.append(first_s + sum(trial.latency_s for trial in trials) / host.at_once)
    order = sorted(range(len(trials)), key=lambda i: answered_s[i], reverse=True)
    needs = [units_of(sweep, trial) for trial in trials]
    for quantity, limiter in host.limiters().items():
        events: list[tuple[float, float, float]] = [(at, 0.0, f) for at, f in host.changes]
        events += [(at, units, 1.0) for at, units in taken.get(quantity, ())]
        events.sort()
        step, admitted, sent, next_event = 0, 0.0, 0.0, 0
        for index in order:
            sent += needs[index][quantity]
            while admitted < sent * (1 - 1e-9) and step < 4 * 86_400:
                now = step * STEP_S
                while next_event < len(events) and events[next_event][0] < now + STEP_S:
                    at, units, factor = events[next_event]
                    if factor == 1.0:
                        limiter.take(max(at, now), units)
                    else:
                        limiter.change(max(at, now), factor)
                    next_event += 1
                until = now + STEP_S * (1 - 1e-9)
                if not any(a <= now and until <= b for a, b in host.overloads):
                    room = max(0.0, limiter.room(until))
                    limiter.take(until, room)
                    admitted += room
                step += 1
            bounds.append(max(0, step - 1) * STEP_S + answered_s[index])
    return max(bounds)


def sweep_through(sweep: Sweep, *, seed: int = 0, longest_s: float = inf) -> Outcome:
    """All trials through one lane, in virtual time.

    Raises:
        TimeoutError: if it takes longer than so many virtual seconds.
    """
    draw = random.Random(seed)
    host = sweep.host
    network_s = [
        (draw.uniform(*host.network_s), draw.uniform(*host.network_s)) for _ in sweep.trials
    ]
    limiters = host.limiters()
    taken: dict[Quantity, list[tuple[float, float]]] = {quantity: [] for quantity in limiters}
    result = Outcome()
    serving = 0

    def stated(now: float, *, refused: bool) -> dict[str, str]:
        if host.headers is None or not (host.refusal_headers if refused else host.answer_headers):
            return {}
        moment = (EPOCH + timedelta(seconds=now)).replace(microsecond=0)
        return {"date": format_datetime(moment, usegmt=True)} | host.headers(limiters, now)

    async def others() -> None:
        requests, tokens = (limiters[q].limit for q in ("requests", "tokens"))
        size = tokens / requests
        while True:
            await asyncio.sleep(draw.expovariate(host.others * requests / MINUTE_S))
            now = asyncio.get_running_loop().time()
            asked: dict[Quantity, float] = {"requests": 1.0, "tokens": size}
            if all(limiters[q].room(now) >= units for q, units in asked.items()):
                for quantity, units in asked.items():
                    limiters[quantity].take(now, units)
                    taken[quantity].append((now, units))

    async def change() -> None:
        for at, factor in host.changes:
            await asyncio.sleep(at - asyncio.get_running_loop().time())
            for limiter in limiters.values():
                limiter.change(at, factor)

    async def ask(job: Job[Trial]) -> tuple[dict[str, str], Failure | None]:
        nonlocal serving
        loop = asyncio.get_running_loop()
        result.requests += 1
        there_s, back_s = network_s[job.rank]
        await asyncio.sleep(there_s)
        now = loop.time()
        if any(a <= now < b for a, b in host.overloads):
            result.busy += 1
            await asyncio.sleep(back_s)
            return {}, Failure(kind="overloaded", message="overloaded", status=529)
        needs = units_of(sweep, job.item)
        short = [q for q, limiter in limiters.items() if limiter.room(now) < needs[q]]
        crowded = host.at_once is not None and serving >= host.at_once
        if short or crowded:
            result.rejections += 1
            result.refused_at.append(now)
            wait_s = max((limiters[q].wait_s(now, needs[q]) for q in short), default=1.0)
            told: dict[str, float | None] = {
                "none": None,
                "exact": wait_s,
                "ceil": float(ceil(wait_s)),
            }
            headers = stated(now, refused=True)
            words = host.words.get(short[0] if short else "at-once", "rate limit reached")
            await asyncio.sleep(back_s)
            return headers, Failure(
                kind="rate-limit",
                message=words,
                status=429,
                retry_after_s=told[host.retry_after] if short else None,
            )
        for quantity, limiter in limiters.items():
            limiter.take(now, needs[quantity])
        headers = stated(now, refused=False)
        serving += 1
        await asyncio.sleep(job.item.latency_s)
        serving -= 1
        if host.as_of == "answer":
            headers = stated(loop.time(), refused=False)
        await asyncio.sleep(back_s)
        return headers, None

    tries = [Tries() for _ in sweep.trials]

    async def attempt(job: Job[Trial]) -> Attempt:
        if result.stopped:
            return Attempt()
        mine = tries[job.rank]
        mine.attempts += 1
        headers, failure = await ask(job)
        now = EPOCH + timedelta(seconds=asyncio.get_running_loop().time())
        refused = failure is not None and failure.kind == "rate-limit"
        limits = read_limits(headers, refused=refused, now=now)
        if failure is None:
            result.finished += 1
            return Attempt(limits=limits)
        rejected = failure if failure.kind == "rate-limit" else None
        decision = decide(
            failure,
            attempt=mine.attempts,
            waited_s=mine.waited_s,
            limits=LIMITS,
            jitter=draw.random(),
        )
        if isinstance(decision, Retry):
            mine.waited_s += decision.after_s
            return Attempt(
                limits=limits,
                rejected=rejected,
                busy=failure.kind == "overloaded",
                again_after_s=decision.after_s,
            )
        if isinstance(decision, StopModel):
            result.stopped = decision.reason
        else:
            result.lost += 1
        return Attempt(limits=limits, rejected=rejected)

    async def work() -> None:
        loop = asyncio.get_running_loop()
        lane = Lane(
            attempt,
            settings=LaneSettings(),
            slots=Slots(sweep.cap),
            clock=loop.time,
            sleep=asyncio.sleep,
        )
        lane.add(
            Job(item=trial, tokens=trial.tokens, output_tokens=sweep.output_tokens, rank=rank)
            for rank, trial in enumerate(sweep.trials)
        )
        lane.close()
        beside = [asyncio.create_task(change())]
        if host.others:
            beside.append(asyncio.create_task(others()))
        try:
            async with asyncio.timeout(None if longest_s == inf else longest_s):
                await lane.run()
        finally:
            result.wall_s = loop.time()
            for task in beside:
                task.cancel()

    run_virtually(work())
    result.bound_s = lower_bound_s(sweep, network_s, taken)
    return result


# --- headers ------------------------------------------------------------------------------------


def openai(stated: Stated, now: float) -> dict[str, str]:
    """Durations such as ``6m0s`` and ``12ms``."""
    return {
        name: text
        for quantity, limiter in stated.items()
        for name, text in (
            (f"x-ratelimit-limit-{quantity}", f"{limiter.limit:.0f}"),
            (f"x-ratelimit-remaining-{quantity}", f"{max(0, floor(limiter.room(now)))}"),
            (f"x-ratelimit-reset-{quantity}", _duration(limiter.reset_s(now))),
        )
    }


def whole_seconds(stated: Stated, now: float) -> dict[str, str]:
    """Resets rounded up to seconds."""
    return openai(stated, now) | {
        f"x-ratelimit-reset-{quantity}": f"{ceil(limiter.reset_s(now))}"
        for quantity, limiter in stated.items()
    }


def without_reset(stated: Stated, now: float) -> dict[str, str]:
    """What is left, and not until when."""
    return {k: v for k, v in openai(stated, now).items() if "reset" not in k}


def by_the_minute(stated: Stated, now: float) -> dict[str, str]:
    """The period in the names, and another one beside it; resets in whole seconds."""
    found = {}
    for quantity, limiter in stated.items():
        found[f"x-ratelimit-limit-{quantity}-minute"] = f"{limiter.limit:.0f}"
        found[f"x-ratelimit-remaining-{quantity}-minute"] = f"{floor(limiter.room(now))}"
        found[f"x-ratelimit-reset-{quantity}-minute"] = f"{limiter.reset_s(now):.3f}"
        found[f"x-ratelimit-limit-{quantity}-day"] = f"{limiter.limit * 600:.0f}"
        found[f"x-ratelimit-remaining-{quantity}-day"] = f"{limiter.limit * 500:.0f}"
        found[f"x-ratelimit-reset-{quantity}-day"] = f"{40_000 - now:.0f}"
    return found


def anthropic(stated: Stated, now: float) -> dict[str, str]:
    """Moments in whole seconds, tokens in thousands."""
    found = {}
    for quantity, limiter in stated.items():
        prefix = f"anthropic-ratelimit-{quantity}"
        left = max(0.0, limiter.room(now))
        until = EPOCH + timedelta(seconds=ceil(now + limiter.reset_s(now)))
        found[f"{prefix}-limit"] = f"{limiter.limit:.0f}"
        found[f"{prefix}-remaining"] = (
            f"{round(left, -3) if 'tokens' in quantity else floor(left):.0f}"
        )
        found[f"{prefix}-reset"] = until.strftime("%Y-%m-%dT%H:%M:%SZ")
    return found


def _changed(headers: Headers, change: Callable[[str, Limiter, float], dict[str, str]]) -> Headers:
    def changed(stated: Stated, now: float) -> dict[str, str]:
        found = headers(stated, now)
        for quantity, limiter in stated.items():
            found |= change(quantity, limiter, now)
        return found

    return changed


GARBLED: Mapping[str, Headers] = {
    "reset in milliseconds": _changed(
        openai, lambda q, one, now: {f"x-ratelimit-reset-{q}": f"{1000 * one.reset_s(now):.0f}"}
    ),
    "reset since 1970": _changed(
        openai,
        lambda q, one, now: {
            f"x-ratelimit-reset-{q}": f"{EPOCH.timestamp() + now + one.reset_s(now):.0f}"
        },
    ),
    "reset since 1970 in ms": _changed(
        openai,
        lambda q, one, now: {
            f"x-ratelimit-reset-{q}": f"{1000 * (EPOCH.timestamp() + now + one.reset_s(now)):.0f}"
        },
    ),
    "remaining of -1": _changed(openai, lambda q, one, now: {f"x-ratelimit-remaining-{q}": "-1"}),
    "limit of 0": _changed(
        openai,
        lambda q, one, now: {f"x-ratelimit-limit-{q}": "0", f"x-ratelimit-remaining-{q}": "0"},
    ),
    "always full": _changed(
        openai, lambda q, one, now: {f"x-ratelimit-remaining-{q}": f"{one.limit:.0f}"}
    ),
    "only requests": lambda stated, now: openai({"requests": stated["requests"]}, now),
    "only tokens": lambda stated, now: openai({"tokens": stated["tokens"]}, now),
    "no reset": without_reset,
    "words": lambda stated, now: dict.fromkeys(openai(stated, now), "unlimited"),
}


def _duration(seconds: float) -> str:
    if seconds < 1.0:
        return f"{ceil(1000 * seconds)}ms"
    minutes, rest = divmod(seconds, 60.0)
    return f"{minutes:.0f}m{rest:.3f}s" if minutes else f"{rest:.3f}s"


# --- scenarios ----------------------------------------------------------------------------------

KINDS = (
    "windows, stated",
    "windows, whole seconds",
    "windows, no reset",
    "windows, unstated",
    "log, stated",
    "log, unstated",
    "anthropic",
    "openai, other counts",
    "shared key",
    "limits change",
    "overload",
    "at once and tokens",
    "garbled",
    "only errors",
)
UNSTATED = {"windows, unstated", "log, unstated"}


def random_sweep(kind: str, seed: int) -> Sweep:
    """A host of that kind, and a sweep that takes it between two minutes and half an hour."""
    draw = random.Random(f"{kind}/{seed}")
    output_tokens = draw.choice([64, 256, 512])
    longest = draw.choice([8_000, 32_000, 128_000])
    shortest = draw.choice([1_000, 2_000])
    count, repeats = draw.randint(5, 12), draw.randint(8, 20)
    first_s, per_token_s = draw.uniform(0.3, 2.0), draw.uniform(0.5e-5, 10e-5)
    trials = []
    for index in range(count):
        length = shortest * (longest / shortest) ** (index / (count - 1))
        trials += [
            Trial(
                tokens=round(length) + output_tokens,
                latency_s=(first_s + per_token_s * length) * draw.lognormvariate(0, 0.1),
            )
            for _ in range(repeats)
        ]
    total, most = sum(t.tokens for t in trials), max(t.tokens for t in trials)
    minutes = exp(draw.uniform(log(2), log(30)))
    tokens = round(max(total / minutes, most * draw.uniform(1.3, 2.5)))
    requests = max(4, round(len(trials) / minutes * exp(draw.uniform(-0.7, 1.4))))
    first_window_s = draw.uniform(3.0, 60.0)
    burst = draw.choice([1.0, 1.0, 0.5, 1 / 6])

    def buckets() -> dict[Quantity, Limiter]:
        return {
            "requests": TokenBucket(requests, burst=burst, least=2.0),
            "tokens": TokenBucket(tokens, burst=burst, least=1.2 * most),
        }

    def windows() -> dict[Quantity, Limiter]:
        return {
            "requests": FixedWindow(requests, first_s=first_window_s),
            "tokens": FixedWindow(tokens, first_s=first_window_s),
        }

    def logs() -> dict[Quantity, Limiter]:
        return {"requests": SlidingLog(requests), "tokens": SlidingLog(tokens)}

    def anthropic_buckets() -> dict[Quantity, Limiter]:
        output = round(requests * output_tokens * draw_output)
        return {
            "requests": TokenBucket(requests, burst=burst, least=2.0),
            "input-tokens": TokenBucket(tokens, burst=burst, least=1.2 * most),
            "output-tokens": TokenBucket(output, burst=burst, least=2.0 * output_tokens),
        }

    draw_output = draw.choice([0.7, 2.0, 2.0])
    as_of: Literal["admission", "answer"] = draw.choice(["admission", "answer"])
    base = WindowHost(
        limiters=buckets,
        headers=openai,
        as_of=as_of,
        retry_after=draw.choice(["none", "exact", "ceil"]),
        network_s=(0.005, draw.choice([0.01, 0.05, 0.15])),
    )
    hosts: dict[str, Callable[[], WindowHost]] = {
        "windows, stated": lambda: replace(
            base, limiters=windows, headers=draw.choice([openai, by_the_minute])
        ),
        "windows, whole seconds": lambda: replace(base, limiters=windows, headers=whole_seconds),
        "windows, no reset": lambda: replace(
            base, limiters=windows, headers=without_reset, retry_after="ceil"
        ),
        "windows, unstated": lambda: replace(
            base, limiters=windows, headers=None, retry_after="ceil"
        ),
        "log, stated": lambda: replace(base, limiters=logs),
        "log, unstated": lambda: replace(base, limiters=logs, headers=None),
        "anthropic": lambda: replace(base, limiters=anthropic_buckets, headers=anthropic),
        "openai, other counts": lambda: replace(base, counts=draw.uniform(0.85, 1.15)),
        "shared key": lambda: replace(base, others=0.3),
        "limits change": lambda: replace(
            base,
            changes=[(minutes * 60 * draw.uniform(0.2, 0.6), draw.choice([0.5, 0.7, 1.5, 2.0]))],
        ),
        "overload": lambda: replace(
            base,
            overloads=[
                (at, at + 30.0)
                for at in (minutes * 60 * draw.uniform(*span) for span in ((0.1, 0.4), (0.5, 0.8)))
            ],
        ),
        "at once and tokens": lambda: replace(
            base,
            at_once=draw.randint(3, 12),
            words={"at-once": draw.choice(["too many concurrent requests", "rate limit reached"])},
        ),
        "garbled": lambda: replace(base, headers=GARBLED[list(GARBLED)[seed % len(GARBLED)]]),
        "only errors": lambda: replace(base, answer_headers=False),
    }
    host = hosts[kind]()
    if kind == "limits change":  # the largest must fit afterwards
        most_needed = most / min(1.0, *(factor for _, factor in host.changes))
        tokens = max(tokens, round(1.3 * most_needed))
        burst = 1.0
    return Sweep(host=host, trials=trials, output_tokens=output_tokens, cap=draw.choice([16, 64]))
