"""A judge's requests in one call: sent like all others, each on record before it is sent."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic

import httpx

from niah import tokenizers
from niah.draws import derive_seed, integer
from niah.errors import BudgetReached
from niah.experiment import Experiment
from niah.models import Model
from niah.providers import Failure, Response, Sampling
from niah.providers.truncation import mark_truncated
from niah.providers.wire import WIRE_FORMATS
from niah.runner.budget import billed_after, worst_case_usd
from niah.runner.dispatch import Lane
from niah.runner.jobs import Attempt, Job
from niah.runner.keys import Keys
from niah.runner.measure import lane_settings
from niah.runner.purse import Purse
from niah.runner.records import cost_usd
from niah.runner.retries import Retry, RetryLimits, StopModel, Tries, decide
from niah.runner.rubric import RUBRIC, Case, messages_of, read_verdict
from niah.runner.slots import Slots
from niah.runner.transport import ask
from niah.store.database import Store
from niah.store.judgements import Judgement, begin_judgement, finish_judgement


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A case on its way to the judge; ``key`` is its judgement."""

    key: str
    case: Case


@dataclass(slots=True, kw_only=True)
class Sitting:
    """What the requests of one call share.

    Attributes:
        store, run: Where judgements are kept, and for which run they are paid.
        model, experiment, how, keys, transport: The judge, and how it is asked.
        purse, log: Its budget, and what is called with one line for each retry.
        tries: Of each judgement.
        reasons: Why some have no verdict, a sentence each.
        answered: Whether the judge has answered anything.
        asked: Verdicts that came now.
        stopped: Whether nothing more is asked.
    """

    store: Store
    run: str
    model: Model
    experiment: Experiment
    how: Sampling
    keys: Keys
    transport: httpx.AsyncBaseTransport
    purse: Purse
    log: Callable[[str], None]
    tries: dict[str, Tries] = field(default_factory=dict)
    reasons: list[str] = field(default_factory=list)
    answered: bool = False
    asked: int = 0
    stopped: bool = False

    def stop(self, reason: str) -> None:
        """Ask nothing more; the reason is told once."""
        self.stopped = True
        if reason not in self.reasons:
            self.reasons.append(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservations:
    """Where the purse puts worst cases: each request of a judge is entered before it is sent."""

    store: Store
    run: str
    model: Model

    async def reserve(self, trial_id: str, worst_case_usd: float) -> int:
        """Enter a request, by its judgement, with its worst case."""
        entered = _judgement(trial_id, self.model)
        begin_judgement(self.store, self.run, entered, worst_case_usd=worst_case_usd)
        return 0


async def ask_all(sitting: Sitting, questions: Sequence[Question], *, owned: bool) -> None:
    """Ask every question, and close the transport in the end if it is owned."""
    async with AsyncExitStack() as stack:
        if owned:
            await stack.enter_async_context(sitting.transport)
        count = tokenizers.load(sitting.model.tokenizer).encode
        jobs = []
        for rank, question in enumerate(questions):
            tokens = sum(len(count(message.content)) for message in messages_of(question.case))
            total = tokens + sitting.how.max_output_tokens
            jobs.append(Job(item=(question, tokens), tokens=total, rank=rank))
        lane: Lane[tuple[Question, int]] = Lane(
            lambda job: _attempt(sitting, lane, *job.item),
            settings=lane_settings(sitting.experiment, sitting.model),
            slots=Slots(sitting.experiment.limits.concurrency),
            clock=monotonic,
            sleep=asyncio.sleep,
        )
        lane.add(jobs)
        lane.close()
        await lane.run()


async def _attempt(
    sitting: Sitting,
    lane: Lane[tuple[Question, int]],
    question: Question,
    prompt_tokens: int,
) -> Attempt:
    """Ask once: store what came of it, or say when to ask again."""
    if sitting.stopped:
        return Attempt()
    model, limits = sitting.model, sitting.experiment.limits
    messages = messages_of(question.case)
    worst_usd = 0.0
    if model.price is not None:
        worst_usd = worst_case_usd(
            model,
            prompt_tokens=prompt_tokens,
            max_output_tokens=sitting.how.max_output_tokens,
        )
    entered = _judgement(question.key, model)
    try:
        if await sitting.purse.reserve(question.key, worst_usd) is None:
            begin_judgement(sitting.store, sitting.run, entered, worst_case_usd=0.0)
    except BudgetReached as reached:
        sitting.stop(str(reached))
        lane.drop()
        return Attempt()
    tries = sitting.tries.setdefault(question.key, Tries())
    tries.attempts += 1
    exchange = await ask(
        sitting.transport,
        WIRE_FORMATS[model.provider.api].build_request(messages, model=model, sampling=sitting.how),
        model=model,
        key=sitting.keys.get(model.provider.name),
        timeout_s=limits.timeout_s,
    )
    result = exchange.result
    rejected = result if isinstance(result, Failure) and result.kind == "rate-limit" else None
    again_after_s = None
    if isinstance(result, Response):
        sitting.answered = True
        sitting.asked += 1
        found = _answered(entered, model, result, prompt_tokens)
        billed_usd = found.cost_usd
    else:
        billed_usd = billed_after(result)
        found = replace(entered, failure_kind=result.kind, message=result.message)
        decision = decide(
            result,
            attempt=tries.attempts,
            waited_s=tries.waited_s,
            limits=RetryLimits(max_attempts=limits.max_attempts, max_retry_s=limits.max_retry_s),
            jitter=_jitter(question.key, tries.attempts),
            answered=sitting.answered,
        )
        if isinstance(decision, Retry):
            tries.waited_s += decision.after_s
            again_after_s = decision.after_s
            sitting.log(f"judge {model.id}: {result.message}; again in {decision.after_s:.1f} s")
        elif isinstance(decision, StopModel):
            sitting.stop(f"{model.id} is not asked any more: {decision.reason}")
            lane.drop()
        else:
            sitting.reasons.append(f"{model.id}: {decision.reason}")
    finish_judgement(sitting.store, found, worst_case_usd=worst_usd, billed_usd=billed_usd)
    await sitting.purse.settle(worst_usd, billed_usd)
    return Attempt(limits=exchange.limits, rejected=rejected, again_after_s=again_after_s)


def _jitter(key: str, attempt: int) -> float:
    return integer(derive_seed("judge", key), f"jitter/{attempt}", 1 << 53) / (1 << 53)


def _answered(
    entered: Judgement, model: Model, response: Response, prompt_tokens: int
) -> Judgement:
    """The judgement that a response is; one word of two, or no verdict."""
    response = mark_truncated(response, prompt_tokens=prompt_tokens, model=model)
    verdict = read_verdict(response.text) if response.outcome == "answered" else None
    message = response.message
    if verdict is None and not message:
        message = f"the judge did not answer with one word ({response.outcome})"
    usage = response.usage
    return replace(
        entered,
        outcome=response.outcome,
        verdict=verdict or "",
        message="" if verdict else message,
        response=response.text,
        reasoning=response.reasoning,
        finish_reason=response.finish_reason,
        served_model=response.served_model,
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cost_usd=cost_usd(model, usage),
        usage=json.dumps(usage.raw, sort_keys=True),
    )


def _judgement(key: str, model: Model) -> Judgement:
    """One that nothing is known of yet."""
    return Judgement(
        judgement=key,
        judge=model.id,
        rubric=RUBRIC,
        asked_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        outcome="failed",
    )
