"""Dispatch in virtual time: order, caps, limits, lanes."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from niah.providers import Failure
from niah.runner.dispatch import Lane
from niah.runner.jobs import Attempt, Job, LaneSettings
from niah.runner.slots import Slots
from niah.runner.turns import Turns
from tests.servers_virtual import Host, Trial, random_scenario, random_trials, sweep
from tests.virtual_time import run_virtually

OPEN = LaneSettings(cautious=False)


def lane_for(
    attempt: Callable[[Job[int]], Awaitable[Attempt]],
    *,
    settings: LaneSettings = OPEN,
    slots: Slots | None = None,
) -> Lane[int]:
    return Lane(
        attempt,
        settings=settings,
        slots=slots or Slots(4),
        clock=asyncio.get_running_loop().time,
        sleep=asyncio.sleep,
    )


def jobs(*tokens: int) -> list[Job[int]]:
    return [Job(item=size, tokens=size, rank=rank) for rank, size in enumerate(tokens)]


@pytest.mark.parametrize(("prescribed", "expected"), [(False, [9, 5, 3, 1]), (True, [3, 9, 1, 5])])
def test_the_longest_go_first_unless_the_order_is_prescribed(
    prescribed: bool, expected: list[int]
) -> None:
    """One at a time, they are sent longest first, or by their ranks."""
    order: list[int] = []

    async def attempt(job: Job[int]) -> Attempt:
        order.append(job.item)
        await asyncio.sleep(1.0)
        return Attempt()

    async def work() -> None:
        settings = replace(OPEN, prescribed=prescribed)
        lane = lane_for(attempt, settings=settings, slots=Slots(1))
        lane.add(jobs(3, 9, 1, 5))
        lane.close()
        await lane.run()

    _, wall_s = run_virtually(work())
    assert order == expected
    assert wall_s == pytest.approx(4.0)


def test_a_job_that_failed_comes_again_after_its_wait() -> None:
    """The lane sends it again when its wait is over, and others in the meantime."""
    sent: list[tuple[int, float]] = []

    async def attempt(job: Job[int]) -> Attempt:
        now = asyncio.get_running_loop().time()
        sent.append((job.item, now))
        await asyncio.sleep(1.0)
        return Attempt(again_after_s=10.0 if len(sent) == 1 else None)

    async def work() -> None:
        lane = lane_for(attempt, slots=Slots(1))
        lane.add(jobs(2, 1))
        lane.close()
        await lane.run()

    run_virtually(work())
    assert sent == [(2, 0.0), (1, 1.0), (2, pytest.approx(11.0, abs=0.01))]


def test_jobs_can_be_added_while_the_lane_runs() -> None:
    """A lane that is not closed waits for more, and does not hold up what is in flight."""
    done: list[int] = []

    async def attempt(job: Job[int]) -> Attempt:
        await asyncio.sleep(1.0)
        done.append(job.item)
        return Attempt()

    async def work() -> None:
        lane = lane_for(attempt)
        running = asyncio.create_task(lane.run())
        lane.add(jobs(1))
        await asyncio.sleep(5.0)
        assert done == [1]
        lane.add(jobs(2, 3))
        lane.close()
        await running

    _, wall_s = run_virtually(work())
    assert sorted(done) == [1, 2, 3]
    assert wall_s == pytest.approx(6.0, abs=0.01)


def test_an_exception_ends_the_lane_and_cancels_the_rest() -> None:
    """A bug in an attempt is raised by run, and nothing goes on behind its back."""
    cancelled: list[int] = []

    async def attempt(job: Job[int]) -> Attempt:
        if job.item == 1:
            await asyncio.sleep(1.0)
            raise ZeroDivisionError("bug")
        try:
            await asyncio.sleep(100.0)
        except asyncio.CancelledError:
            cancelled.append(job.item)
            raise
        return Attempt()

    async def work() -> None:
        lane = lane_for(attempt)
        lane.add(jobs(1, 2, 3))
        with pytest.raises(ZeroDivisionError):
            await lane.run()

    _, wall_s = run_virtually(work())
    assert sorted(cancelled) == [2, 3]
    assert wall_s < 2.0


def test_a_slow_lane_does_not_hold_up_a_fast_one() -> None:
    """The cap is shared evenly while both have work, and never exceeded."""
    slots = Slots(8)
    ended: dict[str, float] = {}

    async def work() -> None:
        def lane(latency_s: float) -> Lane[int]:
            async def attempt(_: Job[int]) -> Attempt:
                await asyncio.sleep(latency_s)
                return Attempt()

            made = lane_for(attempt, slots=slots)
            made.add(jobs(*[1] * 40))
            made.close()
            return made

        async def timed(name: str, lane: Lane[int]) -> None:
            await lane.run()
            ended[name] = asyncio.get_running_loop().time()

        slow, fast = lane(10.0), lane(1.0)
        await asyncio.gather(timed("slow", slow), timed("fast", fast))

    run_virtually(work())
    assert ended["fast"] == pytest.approx(10.0, abs=0.1)
    # The slow one has four places for ten seconds and all eight from then on.
    assert ended["slow"] == pytest.approx(60.0, abs=0.1)
    assert slots.most_in_flight == 8


def test_no_request_is_above_the_cap_in_random_runs() -> None:
    """Random lanes, caps, latencies, failures and rejections: the cap is never exceeded."""
    for seed in range(40):
        draw = random.Random(seed)
        slots = Slots(draw.randint(1, 12))
        flying = 0
        most = 0

        async def attempt(
            job: Job[int], draw: random.Random = draw, slots: Slots = slots
        ) -> Attempt:
            nonlocal flying, most
            flying += 1
            most = max(most, flying)
            assert flying <= slots.cap
            await asyncio.sleep(draw.expovariate(1.0))
            flying -= 1
            if draw.random() < 0.2:
                busy = Failure(kind="rate-limit", message="x", retry_after_s=draw.random())
                return Attempt(rejected=busy, again_after_s=1.0)
            return Attempt(again_after_s=0.5 if draw.random() < 0.2 else None)

        async def work(
            draw: random.Random = draw,
            slots: Slots = slots,
            attempt: Callable[[Job[int]], Awaitable[Attempt]] = attempt,
        ) -> None:
            lanes = [
                lane_for(
                    attempt,
                    settings=LaneSettings(cautious=draw.random() < 0.5),
                    slots=slots,
                )
                for _ in range(draw.randint(1, 4))
            ]
            for lane in lanes:
                lane.add(jobs(*[draw.randint(1, 9) for _ in range(draw.randint(0, 25))]))
                lane.close()
            await asyncio.gather(*(lane.run() for lane in lanes))

        run_virtually(work())
        assert flying == 0
        assert slots.in_flight == 0
        assert most == slots.most_in_flight


def test_configured_limits_are_kept() -> None:
    """Sixty requests a minute: after the first minute's allowance one a second, and no 429."""
    host = Host(requests_per_minute=60, tokens_per_minute=1e9)
    trials = [Trial(tokens=100, latency_s=0.5)] * 180
    outcome = sweep(host, trials, cap=64, settings=LaneSettings(requests_per_minute=60))
    assert outcome.rejections == 0
    assert outcome.wall_s == pytest.approx(120, rel=0.02)


def test_a_server_that_bears_few_at_once_is_not_flooded() -> None:
    """A limit on requests at the same time narrows the window instead of failing trials."""
    host = Host(requests_per_minute=1e6, tokens_per_minute=1e9, at_once=5, headers="admission")
    trials = [Trial(tokens=1000, latency_s=2.0)] * 200
    outcome = sweep(host, trials, cap=64)
    assert len(outcome.finished) == 200
    assert outcome.rejected_share < 0.35
    assert outcome.ratio < 1.25


def test_long_and_short_are_sent_mixed_where_limits_are_unknown() -> None:
    """Any tenth of a queue asks for about a tenth of its tokens; the longest do not end it."""
    turns: Turns[int] = Turns(prescribed=False, mixed=True)
    for job in jobs(*[1000, 2000, 4000, 8000, 16_000, 32_000, 64_000, 128_000] * 25):
        turns.add(job)
    total = turns.tokens
    for tokens, seconds in ((1000, 1.0), (128_000, 10.0)):
        turns.latency.saw(tokens, seconds)
    order = []
    while turns:
        kind = turns.turn(lambda: 600.0 * turns.tokens / total)
        order.append(turns.take(kind).tokens)
    tenths = [sum(order[start : start + 20]) / total for start in range(0, 200, 20)]
    assert all(0.06 <= tenth <= 0.16 for tenth in tenths[:9])
    assert max(order[-4:]) <= 32_000


@pytest.mark.parametrize("seed", range(3000, 3006))
def test_stated_limits_are_used_to_the_full(seed: int) -> None:
    """With limit headers a sweep takes hardly longer than the limits force it to."""
    host, trials, cap = random_scenario(seed, headers=True)
    outcome = sweep(host, trials, cap=cap, seed=seed)
    assert len(outcome.finished) == len(trials)
    assert outcome.most_in_flight <= cap
    assert outcome.rejected_share <= 0.02
    assert outcome.ratio <= (1.05 if outcome.bound_s >= 60 else 1.3)


@pytest.mark.parametrize("seed", range(3000, 3012))
def test_no_time_is_lost_that_a_client_can_foresee(seed: int) -> None:
    """Hardly any, where answers take as long as their length does; one request may be refused."""
    host, trials, cap = random_scenario(seed, headers=True, luck=0.0)
    outcome = sweep(host, trials, cap=cap, seed=seed)
    assert len(outcome.finished) == len(trials)
    assert outcome.most_in_flight <= cap
    assert outcome.rejections <= max(1, 0.005 * len(trials))
    assert 1.0 <= outcome.ratio <= (1.03 if outcome.bound_s >= 60 else 1.3)


@pytest.mark.parametrize("seed", range(3000, 3006))
def test_unstated_limits_are_found_out(seed: int) -> None:
    """Without headers every trial is finished all the same, in not much more than the bound."""
    host, trials, cap = random_scenario(seed, headers=False)
    outcome = sweep(host, trials, cap=cap, seed=seed)
    assert len(outcome.finished) == len(trials)
    assert outcome.most_in_flight <= cap
    assert outcome.ratio <= 1.4
    assert outcome.rejected_share <= 0.15


def test_a_small_sweep_behind_a_tight_limit_is_not_held_up_by_its_first_burst() -> None:
    """A burst of refusals is one refusal: nothing waits for each of them in turn."""
    host = Host(requests_per_minute=900, tokens_per_minute=1e9, burst=1 / 60, retry_after="none")
    outcome = sweep(host, [Trial(tokens=100, latency_s=0.3)] * 48, cap=48)
    assert len(outcome.finished) == 48
    assert outcome.wall_s < 3.0 * outcome.bound_s


@pytest.mark.parametrize("seed", range(4))
def test_a_first_burst_that_was_too_large_does_not_make_a_short_sweep_slow(seed: int) -> None:
    """Twelve requests at once behind 15 a second: what was sent before a guess costs no courage."""
    host = Host(requests_per_minute=900, tokens_per_minute=1e9, burst=5 / 900, retry_after="none")
    trials = [Trial(tokens=100 + number, latency_s=0.02) for number in range(12)]
    settings = LaneSettings(cautious=False)
    assert sweep(host, trials, cap=16, settings=settings, seed=seed).wall_s < 8


def test_the_same_sweep_goes_the_same_way() -> None:
    """Searching draws from its own seed: two runs against the same host are one and the same."""
    host, trials, cap = random_scenario(3001, headers=False)
    first, second = (sweep(host, trials, cap=cap, seed=1) for _ in range(2))
    assert (first.wall_s, first.rejections) == (second.wall_s, second.rejections)


def test_a_host_without_limits_is_used_at_once() -> None:
    """A server on this machine gets the whole cap from the first moment."""
    trials = random_trials(random.Random(1))
    host = Host(requests_per_minute=1e9, tokens_per_minute=1e12)
    outcome = sweep(host, trials, cap=64, settings=OPEN)
    assert outcome.rejections == 0
    assert outcome.ratio < 1.1
