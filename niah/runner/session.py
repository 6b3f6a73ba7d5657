"""One process's work on a run: compose, reserve, ask, decide, score, store, trial by trial."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from time import monotonic

import httpx

from niah.draws import integer
from niah.errors import BudgetReached, PromptRefused
from niah.models import Model
from niah.plan import Trial
from niah.providers import Failure, Response
from niah.providers.calibration import ASKED_AGAIN
from niah.providers.truncation import mark_truncated
from niah.runner.ahead import Composer
from niah.runner.budget import billed_after, worst_case_usd
from niah.runner.jobs import Attempt
from niah.runner.keys import Keys
from niah.runner.prepared import Prepared
from niah.runner.progress import Progress, Tally
from niah.runner.purse import Purse
from niah.runner.records import Asked, answered_record, failed_record, is_final, refused_record
from niah.runner.recount import compose_counted, settle_anew
from niah.runner.retries import Decision, Retry, RetryLimits, StopModel, Tries, decide
from niah.runner.transport import Exchange, ask
from niah.statistics.scores import score_of
from niah.store import TrialRecord
from niah.store.writer import Writer

# So long after sending, the prompt is hashed and another composed: between answers there is time.
QUIET_AFTER_S = 0.1


@dataclass(slots=True, kw_only=True)
class Session:
    """What the requests of one session share.

    Attributes:
        prepared: Replaced by one that knows more when a model has been calibrated.
        noted: What earlier requests have told of the run, as it stands in the store.
        purse: What may still be spent.
        composer: Of the prompts.
        tries: Of the trials that were asked in this session, by id.
        settled_tokens: Tokens to compose of the trials that the provider has counted, by id.
        like_tokens: Of the trials that are asked again, tokens of their first prompt, by id.
        anew: How many were sent that were composed anew, and how many landed, by model id.
        standing: Their answers so far; the last one counts unless another takes its place. By id.
        stop: Set when no further trial shall begin.
        stopped_models: Why a model is not asked any more, by id.
        answering: Providers that have answered at least once.
        simulated: Whether the run is entered as simulated.
        reasons: Why the run is incomplete, a sentence each.
        scores: Of the trials that this session finished, by id; None = not scored.
    """

    prepared: Prepared
    run: str
    keys: Keys
    writer: Writer
    transports: dict[str, httpx.AsyncBaseTransport]
    purse: Purse
    composer: Composer
    tally: Tally
    progress: Callable[[Progress], None]
    log: Callable[[str], None]
    began_s: float
    noted: dict[str, str] = field(default_factory=dict)
    tries: dict[str, Tries] = field(default_factory=dict)
    settled_tokens: dict[str, int] = field(default_factory=dict)
    like_tokens: dict[str, int] = field(default_factory=dict)
    anew: dict[str, tuple[int, int]] = field(default_factory=dict)
    standing: dict[str, list[TrialRecord]] = field(default_factory=dict)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    stopped_models: dict[str, str] = field(default_factory=dict)
    answering: set[str] = field(default_factory=set)
    simulated: bool = False
    reasons: list[str] = field(default_factory=list)
    scores: dict[str, float | None] = field(default_factory=dict)

    def decide(self, model: Model, failure: Failure, tries: Tries, *, seed: int) -> Decision:
        """What to do after a failed attempt, jittered by the seed of what is asked."""
        limits = self.prepared.experiment.limits
        return decide(
            failure,
            attempt=tries.attempts,
            waited_s=tries.waited_s,
            limits=RetryLimits(max_attempts=limits.max_attempts, max_retry_s=limits.max_retry_s),
            jitter=integer(seed, f"jitter/{tries.attempts}", 1 << 53) / (1 << 53),
            answered=model.provider.name in self.answering,
        )

    async def heed(self, exchange: Exchange) -> None:
        """Enter into the run that a reference reader answered, before any of its answers is kept.

        ``niah serve`` may stand behind a provider of any name; its answers say what they are.

        Raises:
            StoreUnavailable: if it could not be made durable.
        """
        if exchange.simulated and not self.simulated:
            self.simulated = True
            await self.writer.mark_simulated()

    def stop_model(self, model: Model, reason: str) -> None:
        """Ask the model nothing more; the others go on."""
        if model.id not in self.stopped_models:
            self.stopped_models[model.id] = reason
            self.reasons.append(f"{model.id} is not asked any more: {reason}")

    def end(self, reason: str) -> None:
        """Send nothing more to any model."""
        if reason not in self.reasons:
            self.reasons.append(reason)
        self.stop.set()


async def attempt(session: Session, trial: Trial) -> Attempt:
    """Ask once: store what came of it, or say when to ask again."""
    prepared = session.prepared
    model = prepared.models[trial.model]
    if session.stop.is_set() or model.id in session.stopped_models:
        _let_stand(session, trial)
        return Attempt()
    calibration = prepared.calibrations.get(model.id)
    try:
        composed = await compose_counted(session, trial)
    except PromptRefused as refusal:
        await _keep(session, refused_record(session.run, trial, str(refusal)), None, 0.0, 0.0)
        return Attempt()
    prompt = composed.prompt
    worst_usd = 0.0
    if model.price is not None:
        worst_usd = worst_case_usd(
            model,
            prompt_tokens=prompt.tokens,
            max_output_tokens=composed.sampling.max_output_tokens,
            ratio=calibration.ratio if calibration else None,
        )
    try:
        reservation = await session.purse.reserve(trial.trial_id, worst_usd)
    except BudgetReached as reached:
        session.end(str(reached))
        _let_stand(session, trial)
        return Attempt()
    tries = session.tries.setdefault(trial.trial_id, Tries())
    tries.attempts += 1
    fingerprint = cache(lambda: prompt.sha256)
    loop = asyncio.get_running_loop()
    loop.call_later(QUIET_AFTER_S, fingerprint)
    loop.call_later(QUIET_AFTER_S, session.composer.compose_next)
    started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
    sent_s = monotonic()
    exchange = await ask(
        session.transports[model.provider.name],
        composed.request,
        model=model,
        key=session.keys.get(model.provider.name),
        timeout_s=prepared.experiment.limits.timeout_s,
    )
    latency_s, result = monotonic() - sent_s, exchange.result
    await session.heed(exchange)
    asked = Asked(
        run=session.run,
        trial=trial,
        challenge=composed.challenge,
        prompt=prompt,
        like_tokens=session.like_tokens.get(trial.trial_id),
        prompt_sha256=fingerprint(),
        attempts=tries.attempts,
        latency_s=latency_s,
        started_at=started_at,
    )
    if isinstance(result, Response):
        session.answering.add(model.provider.name)
        result = mark_truncated(
            result,
            prompt_tokens=prompt.tokens,
            model=model,
            measured_ratio=calibration.ratio if calibration and calibration.measured else None,
        )
        record = answered_record(asked, model, result)
        billed_usd = record.cost_usd
        if (
            not session.stop.is_set()
            and len(session.standing.get(trial.trial_id, ())) < ASKED_AGAIN
            and settle_anew(session, trial, composed, result)
        ):
            await session.writer.add(record, reservation=reservation, spent_usd=billed_usd)
            await session.purse.settle(worst_usd, billed_usd)
            session.standing.setdefault(trial.trial_id, []).append(record)
            session.log(
                f"trial {trial.trial_id[:12]}: {record.input_tokens:,} tokens reported for "
                f"{trial.context_length:,} asked; composed anew and asked again"
            )
            return Attempt(limits=exchange.limits, again_after_s=0.0)
    else:
        billed_usd = billed_after(result)
        decision = session.decide(model, result, tries, seed=trial.seed)
        if isinstance(decision, Retry) and not session.stop.is_set():
            return await _again(
                session, trial, exchange, decision, reservation, worst_usd, billed_usd
            )
        if isinstance(decision, StopModel):
            session.stop_model(model, decision.reason)
        record = failed_record(asked, result)
    await _keep(session, record, reservation, worst_usd, billed_usd)
    return Attempt(limits=exchange.limits, rejected=_rejection(result))


async def _again(
    session: Session,
    trial: Trial,
    exchange: Exchange,
    decision: Retry,
    reservation: int | None,
    worst_usd: float,
    billed_usd: float | None,
) -> Attempt:
    """Settle the failed attempt and leave the next one to the lane."""
    tries = session.tries[trial.trial_id]
    tries.waited_s += decision.after_s
    session.log(
        f"trial {trial.trial_id[:12]}, attempt {tries.attempts}: {exchange.result.message}; "
        f"again in {decision.after_s:.1f} s"
    )
    if reservation is not None and billed_usd is not None:
        await session.writer.settle(reservation, billed_usd)
    await session.purse.settle(worst_usd, billed_usd)
    return Attempt(
        limits=exchange.limits,
        rejected=_rejection(exchange.result),
        busy=isinstance(exchange.result, Failure) and exchange.result.kind == "overloaded",
        again_after_s=decision.after_s,
    )


def _rejection(result: Response | Failure) -> Failure | None:
    """The failure, when a rate limit turned the request away; a busy server says nothing of one."""
    return result if isinstance(result, Failure) and result.kind == "rate-limit" else None


async def _keep(
    session: Session,
    record: TrialRecord,
    reservation: int | None,
    worst_usd: float,
    billed_usd: float | None,
) -> None:
    """Store a finished trial and settle its last request; only then does it count."""
    await session.writer.add(record, reservation=reservation, spent_usd=billed_usd)
    await session.purse.settle(worst_usd, billed_usd)
    earlier = session.standing.pop(record.trial_id, [])
    _count(session, earlier[-1] if earlier and record.outcome == "failed" else record)


def _let_stand(session: Session, trial: Trial) -> None:
    """A trial that should have been asked again is not: the answer that it has counts."""
    for record in session.standing.pop(trial.trial_id, [])[-1:]:
        _count(session, record)


def _count(session: Session, record: TrialRecord) -> None:
    session.tally.add(record)
    if is_final(record):
        session.scores[record.trial_id] = score_of(record)
    session.progress(
        session.tally.progress(
            elapsed_s=monotonic() - session.began_s, cost_usd=session.purse.spent_usd
        )
    )
