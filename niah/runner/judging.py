"""A judge model's verdicts on a run's stored responses, each asked for once.

The requests go the way of all others: the judge's key, a lane with its rate limits, retries, a
budget that is a hard stop. What is on record is not asked again, whichever run it was for.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from niah.runner.budget import billed_after, check_prices, open_ledger, worst_case_usd
from niah.runner.connections import open_transport
from niah.runner.dispatch import Lane
from niah.runner.jobs import Attempt, Job
from niah.runner.keys import Keys
from niah.runner.measure import lane_settings
from niah.runner.records import cost_usd, sampling_of
from niah.runner.rescoring import Scored
from niah.runner.results import challenge_drawer
from niah.runner.retries import Retry, RetryLimits, StopModel, Tries, decide
from niah.runner.rubric import (
    LONGEST_RESPONSE,
    RUBRIC,
    Case,
    case_of,
    messages_of,
    read_verdict,
)
from niah.runner.session import Purse
from niah.runner.slots import Slots
from niah.runner.transport import ask
from niah.statistics.scores import SCORED
from niah.store import Run, TrialRecord
from niah.store.database import Store
from niah.store.judgements import (
    Judgement,
    begin_judgement,
    finish_judgement,
    judging_usd,
    known_judgements,
)
from niah.store.locks import lock_experiment
from niah.store.scorings import Rescore

OUTPUT_TOKENS = 256
"""For one word, with room for a judge that says it in a sentence, which then does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a judge made of a run.

    Attributes:
        scored: Right is 1 and wrong 0; a response without a verdict has no score.
        asked: Verdicts that were asked for now.
        known: Those that were on record.
        reasons: Why it is incomplete, a sentence each.
        cost_usd: All that judging this run has cost or may have; None = unknown.
    """

    scored: Scored
    asked: int
    known: int
    reasons: tuple[str, ...]
    cost_usd: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """A case on its way to the judge; ``key`` is its judgement."""

    key: str
    case: Case


@dataclass(slots=True, kw_only=True)
class _Sitting:
    """What the requests of one call share."""

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
        self.stopped = True
        if reason not in self.reasons:
            self.reasons.append(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reservations:
    """Where the purse puts worst cases: each request of a judge is entered before it is sent."""

    store: Store
    run: str
    model: Model

    async def reserve(self, trial_id: str, worst_case_usd: float) -> int:
        entered = _judgement(trial_id, self.model)
        begin_judgement(self.store, self.run, entered, worst_case_usd=worst_case_usd)
        return 0


def judge_model(experiment: Experiment, name: str) -> tuple[Experiment, Model]:
    """The judge as an experiment's providers, prices and limits define it.

    Raises:
        ModelError: if the name cannot be resolved.
    """
    own = experiment.model_copy(update={"models": (name,)})
    (model,) = own.resolved_models()
    return own, model


def judge_run(
    store: Store,
    run: Run,
    records: Sequence[TrialRecord],
    *,
    experiment: Experiment,
    model: Model,
    keys: Keys,
    transports: Mapping[str, httpx.AsyncBaseTransport] | None = None,
    max_cost_usd: float | None = None,
    log: Callable[[str], None] = lambda _: None,
) -> Judged:
    """Ask a judge about every scored response of a run that it has not judged before.

    Args:
        store: Open for writing.
        run: As stored.
        records: Its trials, as measured.
        experiment: Has the judge's provider, limits and request settings.
        model: The judge.
        keys: Has its key.
        transports: In place of the network, by provider name.
        max_cost_usd: Hard stop for judging this run, earlier calls included.
        log: Called with one line for each retry.

    Raises:
        ConfigurationError: if a budget is set and the judge's price is unknown, or what was asked
            cannot be drawn again.
        StoreUnavailable: if another process asks the same judge, or the store cannot be written.
    """
    check_prices([model], max_cost_usd)
    how = _sampling(experiment, model)
    cases = dict(_cases(run, records))
    keyed = {trial_id: _key(case, model, how) for trial_id, case in cases.items()}
    wanted = {keyed[trial_id]: case for trial_id, case in cases.items() if _can_be_judged(case)}
    lock = hashlib.sha256(f"judge {model.id} {RUBRIC}".encode()).hexdigest()
    with lock_experiment(store, lock):
        known = known_judgements(store, wanted)
        spent, _ = judging_usd(store, run.run, model.id)
        transport = (transports or {}).get(model.provider.name)
        sitting = _Sitting(
            store=store,
            run=run.run,
            model=model,
            experiment=experiment,
            how=how,
            keys=keys,
            transport=transport or open_transport(),
            purse=Purse(
                _Reservations(store=store, run=run.run, model=model),
                open_ledger(max_cost_usd, spent_usd=spent),
            ),
            log=log,
        )
        open_questions = [
            _Question(key=key, case=case) for key, case in wanted.items() if key not in known
        ]
        if open_questions:
            asyncio.run(_ask_all(sitting, open_questions, owned=transport is None))
        judgements = known_judgements(store, wanted)
        spent, unpriced = judging_usd(store, run.run, model.id)
    simulated = ", simulated" if model.simulated else ""
    rescores = {
        trial_id: _rescore(trial_id, case, judgements.get(keyed[trial_id]))
        for trial_id, case in cases.items()
    }
    return Judged(
        scored=Scored(scorer=f"judge {model.id} ({RUBRIC}{simulated})", rescores=rescores),
        asked=sitting.asked,
        known=len(known),
        reasons=tuple(sitting.reasons),
        cost_usd=None if unpriced else spent,
    )


def _cases(run: Run, records: Iterable[TrialRecord]) -> Iterable[tuple[str, Case]]:
    """Each scored response with what it was asked, by trial id."""
    draw = None
    for record in records:
        if record.outcome in SCORED:
            draw = draw or challenge_drawer(run)
            match = draw(record).match
            yield (
                record.trial_id,
                case_of(record.question, record.answers, match, record.response),
            )


def _can_be_judged(case: Case) -> bool:
    return bool(case.response) and len(case.response) <= LONGEST_RESPONSE


def _sampling(experiment: Experiment, model: Model) -> Sampling:
    how = sampling_of(experiment, model)
    room = how.max_output_tokens if model.reasoning else OUTPUT_TOKENS
    return replace(how, max_output_tokens=room, temperature=0.0, top_p=None)


def _key(case: Case, model: Model, how: Sampling) -> str:
    """Hash over everything that a judgement depends on."""
    parts = [
        case.sha256,
        model.id,
        model.wire_name,
        model.provider.base_url,
        how.max_output_tokens,
        how.reasoning_effort,
        how.thinking_budget_tokens,
        dict(how.extra_body),
    ]
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _judgement(key: str, model: Model) -> Judgement:
    """One that nothing is known of yet."""
    return Judgement(
        judgement=key,
        judge=model.id,
        rubric=RUBRIC,
        asked_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
        outcome="failed",
    )


async def _ask_all(sitting: _Sitting, questions: Sequence[_Question], *, owned: bool) -> None:
    async with AsyncExitStack() as stack:
        if owned:
            await stack.enter_async_context(sitting.transport)
        count = tokenizers.load(sitting.model.tokenizer).encode
        jobs = []
        for rank, question in enumerate(questions):
            tokens = sum(len(count(message.content)) for message in messages_of(question.case))
            total = tokens + sitting.how.max_output_tokens
            jobs.append(Job(item=(question, tokens), tokens=total, rank=rank))
        lane: Lane[tuple[_Question, int]] = Lane(
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
    sitting: _Sitting,
    lane: Lane[tuple[_Question, int]],
    question: _Question,
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


def _rescore(trial_id: str, case: Case, judgement: Judgement | None) -> Rescore:
    if not case.response:
        return Rescore(trial_id=trial_id, score=0.0, reason="empty: there is nothing to judge")
    if not _can_be_judged(case):
        reason = f"longer than {LONGEST_RESPONSE:,} characters"
        return Rescore(trial_id=trial_id, score=None, reason=reason)
    if judgement is None:
        return Rescore(trial_id=trial_id, score=None, reason="the judge was not asked, or failed")
    if not judgement.verdict:
        return Rescore(trial_id=trial_id, score=None, reason=judgement.message)
    score = 1.0 if judgement.verdict == "right" else 0.0
    return Rescore(trial_id=trial_id, score=score, reason=f"judged {judgement.verdict}")
