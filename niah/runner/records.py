"""Trial records: what is kept of a trial that was answered, failed, or refused."""

from __future__ import annotations

import json
from dataclasses import replace

from niah.models import Model
from niah.plan import Trial
from niah.prompts import Prompt
from niah.providers import Failure, Response, Sampling, Usage
from niah.runner.prepare import Prepared
from niah.scoring import score
from niah.store import TrialRecord
from niah.tasks import Challenge


def sampling(prepared: Prepared, model: Model) -> Sampling:
    """How the model is asked, with its own output limit."""
    request = prepared.experiment.request
    return Sampling(
        max_output_tokens=prepared.experiment.max_output_tokens(model),
        temperature=request.temperature,
        top_p=request.top_p,
        seed=request.seed,
        reasoning_effort=request.reasoning_effort,
        thinking_budget_tokens=request.thinking_budget_tokens,
        extra_body=request.extra_body,
    )


def answered_record(
    run: str,
    trial: Trial,
    model: Model,
    challenge: Challenge,
    prompt: Prompt,
    response: Response,
) -> TrialRecord:
    """The record of a trial that brought a response, scored where its outcome is scored."""
    usage = response.usage
    record = replace(
        _bare_record(run, trial, challenge, prompt),
        outcome=response.outcome,
        message=response.message,
        response=response.text,
        reasoning=response.reasoning,
        finish_reason=response.finish_reason,
        served_model=response.served_model,
        system_fingerprint=response.system_fingerprint,
        input_tokens=usage.input_tokens,
        cached_input_tokens=usage.cached_input_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        output_tokens=usage.output_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        usage=json.dumps(usage.raw, sort_keys=True),
        cost_usd=cost_usd(model, usage),
    )
    if response.outcome not in ("answered", "output-limit", "empty"):
        return record
    verdict = score(response.text, challenge)
    return replace(
        record,
        score=0.0 if response.outcome == "empty" else verdict.value,
        score_reason=verdict.reason,
        found=verdict.found,
        taken=verdict.taken,
    )


def failed_record(
    run: str, trial: Trial, challenge: Challenge, prompt: Prompt, failure: Failure
) -> TrialRecord:
    """The record of a trial that could not be measured."""
    return replace(
        _bare_record(run, trial, challenge, prompt),
        failure_kind=failure.kind,
        message=failure.message,
    )


def refused_record(run: str, trial: Trial, reason: str) -> TrialRecord:
    """The record of a trial whose prompt cannot be composed; nothing was sent."""
    return replace(
        _bare_record(run, trial, None, None), failure_kind="refused", message=reason, attempts=0
    )


def _bare_record(
    run: str, trial: Trial, challenge: Challenge | None, prompt: Prompt | None
) -> TrialRecord:
    return TrialRecord(
        run=run,
        trial_id=trial.trial_id,
        model=trial.model,
        task=trial.task,
        context_length=trial.context_length,
        depth_percent=trial.depth_percent,
        repeat=trial.repeat,
        seed=trial.seed,
        prompt_sha256=prompt.sha256 if prompt else "",
        prompt_tokens=prompt.tokens if prompt else 0,
        placements=prompt.placements if prompt else (),
        question=challenge.question if challenge else "",
        answers=challenge.answers if challenge else (),
        outcome="failed",
    )


def cost_usd(model: Model, usage: Usage) -> float | None:
    """What a response cost by its usage fields; None when the price or the usage is unknown."""
    if model.price is None or usage.input_tokens is None or usage.output_tokens is None:
        return 0.0 if model.simulated else None
    return model.price.cost_usd(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_input_tokens=usage.cached_input_tokens or 0,
        cache_write_tokens=usage.cache_write_tokens or 0,
    )
