"""Calibration in a session: each report is on the disk before the next probe is sent.

A model whose vocabulary is unknown is calibrated once in a run, before its first trial, and the
same numbers serve whenever the run is gone on with. Its probes go through the lane of its trials,
so caps and rate limits hold for them too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from niah.draws import derive_seed
from niah.errors import BudgetReached
from niah.models import Model
from niah.prompts import Message
from niah.providers import Failure
from niah.providers.calibration import Calibration, Probe, counting_method, describe
from niah.providers.fitting import LEAST_PROBES, fit
from niah.providers.limits import LimitsSeen
from niah.providers.noted import as_json, entry_name, read_entries
from niah.providers.wire import COUNT_FORMATS, WIRE_FORMATS
from niah.runner.budget import billed_after, worst_case_usd
from niah.runner.jobs import Attempt
from niah.runner.prepared import awaits_calibration, calibrated
from niah.runner.probes import ProbeText, probe_texts
from niah.runner.records import cost_usd, sampling
from niah.runner.retries import Retry, StopModel, Tries
from niah.runner.transport import ask, ask_count

if TYPE_CHECKING:
    from niah.runner.session import Session

# Enough for every server to accept; what is answered does not matter.
OUTPUT_TOKENS = 16
# A probe is reserved for at this multiple of its counted tokens, before anything is known.
UNKNOWN_RATIO = 4


@dataclass(slots=True, kw_only=True, eq=False)
class Inquiry:
    """A probe on its way through the lane.

    Attributes:
        counting: By the count endpoint, for nothing; otherwise by a small request.
        before: What was reported of the probes before it.
        answer: Reported tokens, None when a response has no usage; or why there is none.
    """

    model: Model
    text: ProbeText
    counting: bool
    before: Sequence[Probe]
    answer: asyncio.Future[int | Failure | None]
    tries: Tries = field(default_factory=Tries)


# Queues a probe in the lane of its model, with the tokens that count against the lane's limit.
Send = Callable[[Inquiry, int], None]


async def calibrate(session: Session, model: Model, send: Send) -> None:
    """Have the model's token counts known, or the model stopped with the reason.

    Args:
        session: In which it will be asked.
        model: Whose trials wait.
        send: Into its lane.

    Raises:
        StoreUnavailable: if what was reported could not be stored.
    """
    if not awaits_calibration(session.prepared, model.id):
        return
    calibration = None
    if model.provider.api in COUNT_FORMATS:
        calibration = await _by_counting(session, model, send)
    if calibration is None and not session.stop.is_set():
        calibration = await _by_asking(session, model, send)
    if calibration is None:
        return
    await _note(session, model, calibration)
    session.log(f"{model.id}: {describe(calibration)}")
    known = await asyncio.to_thread(calibrated, session.prepared, {model.id: calibration})
    # Other models may have become known in the meantime.
    others = {k: v for k, v in session.prepared.calibrations.items() if k != model.id}
    session.prepared = calibrated(known, others)
    session.composer.learn(session.prepared)


async def _by_counting(session: Session, model: Model, send: Send) -> Calibration | None:
    """From the provider's own counts; None when it gives none."""
    probes: list[Probe] = []
    for text in await asyncio.to_thread(probe_texts, session.prepared, model, counting=True):
        counted = await _inquire(session, model, text, probes, send, counting=True)
        if isinstance(counted, Failure):
            session.log(f"{model.id}: its prompts are not counted: {counted.message}")
            return None
        if counted is None:
            return None
        probes.append(text.reported(counted))
    fitted = fit(counting_method(model.provider.api), probes, tokenizer=model.tokenizer)
    return None if fitted.method == "none" else fitted


async def _by_asking(session: Session, model: Model, send: Send) -> Calibration | None:
    """From the usage of small requests; None when the model or the session is stopped."""
    unfinished = read_entries(session.noted).get(model.id)
    probes = list(unfinished.probes if unfinished else ())
    texts = await asyncio.to_thread(probe_texts, session.prepared, model, counting=False)
    for text in texts[len(probes) :]:
        reported = await _inquire(session, model, text, probes, send, counting=False)
        if isinstance(reported, Failure):
            if session.stop.is_set() or model.id in session.stopped_models:
                return None
            if any(not probe.bare for probe in probes[LEAST_PROBES:]):
                break
            _stop_model(session, model, reported)
            return None
        if reported is None:
            break
        probes.append(text.reported(reported))
    return fit("responses", probes, tokenizer=model.tokenizer)


async def _inquire(
    session: Session,
    model: Model,
    text: ProbeText,
    before: Sequence[Probe],
    send: Send,
    *,
    counting: bool,
) -> int | Failure | None:
    """Send a probe and await what becomes of it, or the session's end."""
    answer: asyncio.Future[int | Failure | None] = asyncio.get_running_loop().create_future()
    inquiry = Inquiry(model=model, text=text, counting=counting, before=before, answer=answer)
    tokens = text.counted_tokens[model.tokenizer] + OUTPUT_TOKENS
    send(inquiry, 1 if counting else tokens)
    stopped = asyncio.ensure_future(session.stop.wait())
    await asyncio.wait((answer, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if answer.done():
        return answer.result()
    return Failure(kind="refused", message="the session was stopped")


async def attempt_inquiry(session: Session, inquiry: Inquiry) -> Attempt:
    """Send a probe once: its report noted, or when to send it again."""
    model = inquiry.model
    if session.stop.is_set():
        return Attempt()
    inquiry.tries.attempts += 1
    limits = LimitsSeen()
    result: int | Failure | None
    try:
        if inquiry.counting:
            result = await count_prompt(session, model, inquiry.text.messages)
        else:
            result, limits = await _ask(session, inquiry)
    except BudgetReached as reached:
        session.end(str(reached))
        return Attempt()
    if not isinstance(result, Failure):
        session.answering.add(model.provider.name)
        inquiry.answer.set_result(result)
        return Attempt(limits=limits)
    seed = derive_seed(session.prepared.experiment.seed, entry_name(model.id))
    if inquiry.counting and model.provider.api == "openai":  # few servers have a tokenizer
        inquiry.answer.set_result(result)
        return Attempt()
    decision = session.decide(model, result, inquiry.tries, seed=seed)
    # What limits the counting says nothing of what limits the asking.
    rejected = result if result.kind == "rate-limit" and not inquiry.counting else None
    if isinstance(decision, Retry) and not session.stop.is_set():
        inquiry.tries.waited_s += decision.after_s
        session.log(f"{entry_name(model.id)}: {result.message}; again in {decision.after_s:.1f} s")
        return Attempt(limits=limits, rejected=rejected, again_after_s=decision.after_s)
    if isinstance(decision, StopModel) and not inquiry.counting:
        session.stop_model(model, decision.reason)
    inquiry.answer.set_result(result)
    return Attempt(limits=limits, rejected=rejected)


async def count_prompt(
    session: Session, model: Model, messages: tuple[Message, ...]
) -> int | Failure:
    """The provider's count of a prompt; any other answer is a failure."""
    result = await ask_count(
        session.transports[model.provider.name],
        messages,
        model=model,
        key=session.keys.get(model.provider.name),
        timeout_s=session.prepared.experiment.limits.timeout_s,
    )
    if isinstance(result, int | Failure):
        return result
    return Failure(kind="bad-request", message=result.message)


async def _ask(session: Session, inquiry: Inquiry) -> tuple[int | Failure | None, LimitsSeen]:
    """One small request, reserved before it is sent and settled with its report."""
    model, text = inquiry.model, inquiry.text
    how = sampling(session.prepared, model)
    how = replace(how, max_output_tokens=OUTPUT_TOKENS + (how.thinking_budget_tokens or 0))
    worst_usd = 0.0
    if model.price is not None:
        worst_usd = worst_case_usd(
            model,
            prompt_tokens=UNKNOWN_RATIO * text.counted_tokens[model.tokenizer],
            max_output_tokens=how.max_output_tokens,
        )
    reservation = await session.purse.reserve(entry_name(model.id), worst_usd)
    exchange = await ask(
        session.transports[model.provider.name],
        WIRE_FORMATS[model.provider.api].build_request(text.messages, model=model, sampling=how),
        model=model,
        key=session.keys.get(model.provider.name),
        timeout_s=session.prepared.experiment.limits.timeout_s,
    )
    result = exchange.result
    await session.heed(exchange)
    if isinstance(result, Failure):
        billed_usd = billed_after(result)
        if reservation is not None and billed_usd is not None:
            await session.writer.settle(reservation, billed_usd)
        await session.purse.settle(worst_usd, billed_usd)
        return result, exchange.limits
    billed_usd = cost_usd(model, result.usage)
    reported = result.usage.input_tokens
    done = [*inquiry.before]
    if reported is not None:
        done.append(text.reported(reported))
    unfinished = Calibration(method="unfinished", tokenizer=model.tokenizer, probes=tuple(done))
    settled = reservation if billed_usd is not None else None
    await _note(session, model, unfinished, settled, billed_usd or 0.0)
    await session.purse.settle(worst_usd, billed_usd)
    return reported, exchange.limits


def _stop_model(session: Session, model: Model, failure: Failure) -> None:
    session.stop_model(
        model,
        f"its token counts could not be calibrated ({failure.message}); the same command "
        f'tries again, and calibrate = "off" in [model."{model.id}"] goes on without',
    )


async def _note(
    session: Session,
    model: Model,
    calibration: Calibration,
    reservation: int | None = None,
    spent_usd: float = 0.0,
) -> None:
    text = as_json(calibration)
    name = entry_name(model.id)
    await session.writer.note(name, text, reservation=reservation, spent_usd=spent_usd)
    session.noted[name] = text
