"""One process's work on a run: compose, reserve, ask, decide, score, store, trial by trial."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from time import monotonic

import httpx

from niah.draws import integer
from niah.errors import BudgetReached, PromptRefused
from niah.models import Model
from niah.plan import Trial
from niah.providers import Failure, FailureKind, Response
from niah.providers.truncation import mark_truncated
from niah.providers.wire import WIRE_FORMATS
from niah.runner.budget import Ledger, fits, reserve, settle, worst_case_usd
from niah.runner.keys import Keys
from niah.runner.prepare import Prepared, compose_prompt
from niah.runner.progress import Progress, Tally
from niah.runner.records import answered_record, failed_record, refused_record, sampling
from niah.runner.retries import GiveUp, Retry, RetryLimits, StopModel, decide
from niah.runner.transport import ask
from niah.store import TrialRecord
from niah.store.writer import Writer

# An attempt that failed in one of these ways may have been worked on, and billed, all the same.
MAYBE_BILLED: frozenset[FailureKind] = frozenset(
    {"timeout", "connection", "malformed", "server-error"}
)


@dataclass(slots=True, kw_only=True)
class Session:
    """What the tasks of one session share; everything but ``stop`` and below is fixed.

    Attributes:
        purse: What may still be spent.
        stop: Set when no further trial shall begin.
        stopped_models: Why a model is not asked any more, by id.
        answering: Providers that have answered at least once.
        reasons: Why the run is incomplete, a sentence each.
    """

    prepared: Prepared
    run: str
    keys: Keys
    writer: Writer
    transports: Mapping[str, httpx.AsyncBaseTransport]
    purse: Purse
    tally: Tally
    progress: Callable[[Progress], None]
    log: Callable[[str], None]
    began_s: float
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    stopped_models: dict[str, str] = field(default_factory=dict)
    answering: set[str] = field(default_factory=set)
    reasons: list[str] = field(default_factory=list)


class Purse:
    """The budget of a run, kept in the ledger and, before anything is sent, on the disk.

    A request that does not fit beside those in flight waits until some of them have settled.
    """

    def __init__(self, writer: Writer, ledger: Ledger) -> None:
        self._writer = writer
        self._ledger = ledger
        self._changed = asyncio.Condition()

    @property
    def spent_usd(self) -> float:
        """Billed, or possibly billed, so far; requests in flight are not in it."""
        return self._ledger.settled_usd

    async def reserve(self, trial_id: str, worst_usd: float) -> int | None:
        """Set the worst case of a request aside, durably; None when it is nothing.

        Raises:
            BudgetReached: if it does not fit, whatever the requests in flight turn out to cost.
            StoreUnavailable: if it could not be made durable.
        """
        if worst_usd == 0:
            return None
        async with self._changed:
            await self._changed.wait_for(lambda: fits(self._ledger, worst_usd) != "later")
            self._ledger = reserve(self._ledger, worst_usd)
        try:
            return await self._writer.reserve(trial_id, worst_usd)
        except BaseException:
            await self.settle(worst_usd, None)
            raise

    async def settle(self, worst_usd: float, billed_usd: float | None) -> None:
        """A request has ended; None = what it cost is unknown and counts as its worst case."""
        if worst_usd == 0:
            return
        async with self._changed:
            self._ledger = settle(self._ledger, worst_usd, billed_usd)
            self._changed.notify_all()


async def measure(session: Session, trials: Sequence[Trial]) -> None:
    """Measure the trials, side by side within each provider's lane, until done or stopped.

    Raises:
        StoreUnavailable: if a result could not be stored.
    """
    lanes: dict[str, list[Trial]] = {}
    for trial in trials:
        lanes.setdefault(session.prepared.models[trial.model].provider.name, []).append(trial)
    async with asyncio.TaskGroup() as group:
        for lane in lanes.values():
            queue = iter(lane)
            width = min(session.prepared.experiment.limits.concurrency, len(lane))
            for _ in range(width):
                group.create_task(_work_off(session, queue))


async def _work_off(session: Session, queue: Iterator[Trial]) -> None:
    for trial in queue:
        if session.stop.is_set():
            return
        if trial.model not in session.stopped_models:
            try:
                await _measure_one(session, trial)
            except BudgetReached as reached:
                _stop(session, str(reached))
                return


async def _measure_one(session: Session, trial: Trial) -> None:
    """Ask until there is a response, or none can be had, and store what came of it."""
    prepared, model = session.prepared, session.prepared.models[trial.model]
    try:
        challenge, prompt = compose_prompt(prepared, trial)
    except PromptRefused as refusal:
        await _keep(session, refused_record(session.run, trial, str(refusal)), None, 0.0, 0.0)
        return
    asked = sampling(prepared, model)
    request = WIRE_FORMATS[model.provider.api].build_request(
        prompt.messages, model=model, sampling=asked
    )
    worst_usd = (
        worst_case_usd(
            model, prompt_tokens=prompt.tokens, max_output_tokens=asked.max_output_tokens
        )
        if model.price
        else 0.0
    )
    began_s = monotonic()
    for attempt in count(1):
        reservation = await session.purse.reserve(trial.trial_id, worst_usd)
        started_at = datetime.now(UTC).isoformat(timespec="milliseconds")
        sent_s = monotonic()
        exchange = await ask(
            session.transports[model.provider.name],
            request,
            model=model,
            key=session.keys.get(model.provider.name),
            timeout_s=prepared.experiment.limits.timeout_s,
        )
        facts = {
            "attempts": attempt,
            "latency_s": monotonic() - sent_s,
            "started_at": started_at,
        }
        result = exchange.result
        if isinstance(result, Response):
            session.answering.add(model.provider.name)
            result = mark_truncated(result, prompt_tokens=prompt.tokens, model=model)
            record = answered_record(session.run, trial, model, challenge, prompt, result)
            record = replace(record, **facts)
            await _keep(session, record, reservation, worst_usd, record.cost_usd)
            return
        billed_usd = None if result.kind in MAYBE_BILLED else 0.0
        decision = _decide(session, trial, model, result, attempt, monotonic() - began_s)
        if isinstance(decision, Retry) and not session.stop.is_set():
            if reservation is not None and billed_usd is not None:
                await session.writer.settle(reservation, billed_usd)
            await session.purse.settle(worst_usd, billed_usd)
            session.log(
                f"trial {trial.trial_id[:12]}, attempt {attempt}: {result.kind}, again in "
                f"{decision.after_s:.1f} s: {result.message}"
            )
            await _pause(session, decision.after_s)
            if not session.stop.is_set():
                continue
            return
        if isinstance(decision, StopModel) and model.id not in session.stopped_models:
            session.stopped_models[model.id] = decision.reason
            session.reasons.append(f"{model.id} is not asked any more: {decision.reason}")
        record = failed_record(session.run, trial, challenge, prompt, result)
        await _keep(session, replace(record, **facts), reservation, worst_usd, billed_usd)
        return


def _decide(
    session: Session, trial: Trial, model: Model, failure: Failure, attempt: int, elapsed_s: float
) -> Retry | GiveUp | StopModel:
    limits = session.prepared.experiment.limits
    return decide(
        failure,
        attempt=attempt,
        elapsed_s=elapsed_s,
        limits=RetryLimits(max_attempts=limits.max_attempts, max_retry_s=limits.max_retry_s),
        jitter=integer(trial.seed, f"jitter/{attempt}", 1 << 53) / (1 << 53),
        answered=model.provider.name in session.answering,
    )


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
    session.tally.add(record)
    session.progress(
        session.tally.progress(
            elapsed_s=monotonic() - session.began_s, cost_usd=session.purse.spent_usd
        )
    )


async def _pause(session: Session, seconds: float) -> None:
    """Wait, but not beyond the moment when the session is told to stop."""
    with suppress(TimeoutError):
        await asyncio.wait_for(session.stop.wait(), seconds)


def _stop(session: Session, reason: str) -> None:
    if reason not in session.reasons:
        session.reasons.append(reason)
    session.stop.set()
