"""Prompts that are composed again, because the provider counts another length than was asked.

Where it counts for nothing that is found out before a prompt is sent, elsewhere by its answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING

from niah.errors import PromptRefused
from niah.plan import Trial
from niah.providers import Failure, Response
from niah.providers.calibration import CLOSE, Calibration, surplus, tokens_anew
from niah.runner.ahead import Composed
from niah.runner.calibrate import count_prompt
from niah.runner.retries import Retry, Tries
from niah.tasks.controls import WITHOUT_HAYSTACK

if TYPE_CHECKING:
    from niah.runner.session import Session

# A prompt is composed at most so often until its count is close to what was asked.
COMPOSITIONS = 20
# Where half of so many prompts that were composed anew are still off, reports follow something
# else than the text, and nothing more is paid to come nearer to them.
ANEW_TRIED = 8


async def compose_counted(session: Session, trial: Trial) -> Composed:
    """The trial's request, composed again until the provider counts what was asked.

    Where the provider counts for nothing, every prompt is counted: a ratio alone leaves 1,000
    tokens of German up to 5% off, and more where a corpus is of many kinds. Elsewhere the ratio
    decides.

    Args:
        session: In which it will be sent, from a slot of its lane.
        trial: Of a model that is calibrated, if it has to be.

    Raises:
        PromptRefused: if no prompt has exactly that length.
    """
    settled = session.settled_tokens.get(trial.trial_id)
    like = session.like_tokens.get(trial.trial_id)
    composed = session.composer.take(trial, tokens=settled, like_tokens=like)
    calibration = session.prepared.calibrations.get(trial.model)
    if settled is not None or calibration is None or not calibration.counts:
        return composed
    if session.prepared.experiment.prompt.control in WITHOUT_HAYSTACK:
        return composed  # nothing fills it up
    composed = await _closest(session, trial, composed, calibration)
    session.settled_tokens[trial.trial_id] = composed.prompt.tokens
    return composed


def settle_anew(session: Session, trial: Trial, composed: Composed, response: Response) -> bool:
    """Whether an answer shows that the trial is to be asked again, with a prompt composed anew.

    That is nearly the same text, a few words longer or shorter.

    Args:
        session: In which it was sent; how many tokens to compose is settled there.
        trial: What was asked.
        composed: As it was sent.
        response: What came back.
    """
    calibration = session.prepared.calibrations.get(trial.model)
    reported = response.usage.input_tokens
    if (
        calibration is None
        or reported is None
        or response.outcome not in ("answered", "empty", "output-limit")
        or session.prepared.experiment.prompt.control in WITHOUT_HAYSTACK
    ):
        return False
    tokens = tokens_anew(
        reported,
        composed_tokens=composed.prompt.tokens,
        asked_tokens=trial.context_length,
        calibration=calibration,
    )
    sent, landed = session.anew.get(trial.model, (0, 0))
    if trial.trial_id in session.like_tokens:
        sent, landed = sent + 1, landed + (tokens is None)
        session.anew[trial.model] = sent, landed
    if tokens is None or (sent >= ANEW_TRIED and landed < sent / 2):
        return False
    like = session.like_tokens.get(trial.trial_id, composed.prompt.tokens)
    try:
        session.composer.take(trial, tokens=tokens, like_tokens=like)
    except PromptRefused:
        return False
    session.settled_tokens[trial.trial_id] = tokens
    session.like_tokens[trial.trial_id] = like
    return True


async def _closest(
    session: Session, trial: Trial, composed: Composed, calibration: Calibration
) -> Composed:
    """Of a few compositions, the one whose count is closest; the first where nothing is counted.

    A composition of other length may be another stretch of the corpus, with another ratio, so
    each is counted anew.
    """
    tried: dict[int, tuple[float, Composed]] = {}
    refused: set[int] = set()
    while len(tried) < COMPOSITIONS:
        counted = await _count(session, trial, composed)
        if isinstance(counted, Failure):
            session.log(f"trial {trial.trial_id[:12]}: not counted: {counted.message}")
            break
        off = surplus(counted, asked_tokens=trial.context_length, calibration=calibration)
        tried[composed.prompt.tokens] = (abs(off), composed)
        if abs(off) <= CLOSE * trial.context_length:
            break
        wanted = composed.prompt.tokens - round(off / calibration.ratio)
        another = None
        while another is None and len(refused) < COMPOSITIONS:
            tokens = _nearest(wanted, {*tried, *refused})
            try:
                another = session.composer.take(trial, tokens=tokens)
            except PromptRefused:
                refused.add(tokens)
        if another is None:
            break
        composed = another
    return min(tried.values(), key=lambda entry: entry[0])[1] if tried else composed


async def _count(session: Session, trial: Trial, composed: Composed) -> int | Failure:
    """The provider's count, waited for where its rate limit asks to."""
    model = session.prepared.models[trial.model]
    tries = Tries()
    while True:
        tries.attempts += 1
        counted = await count_prompt(session, model, composed.prompt.messages)
        if not isinstance(counted, Failure) or counted.kind not in ("rate-limit", "overloaded"):
            return counted
        decision = session.decide(model, counted, tries, seed=trial.seed)
        if not isinstance(decision, Retry) or session.stop.is_set():
            return counted
        tries.waited_s += decision.after_s
        session.log(
            f"trial {trial.trial_id[:12]}: {counted.message}; counted again in "
            f"{decision.after_s:.1f} s"
        )
        with suppress(TimeoutError):
            await asyncio.wait_for(session.stop.wait(), decision.after_s)


def _nearest(tokens: int, excluded: Collection[int]) -> int:
    """The number of tokens, or the nearest one that is not excluded."""
    near = (n for step in count() for n in (tokens + step, tokens - step))
    return next(n for n in near if n not in excluded)
