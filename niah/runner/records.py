"""Trial records: what is kept of a trial that was answered, failed, or refused."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from typing import Any

from niah.experiment import Experiment
from niah.models import Model, served_by
from niah.plan import Trial
from niah.prices import FROM_FILE
from niah.prompts import Prompt
from niah.providers import Failure, Response, Sampling, Usage
from niah.providers.openai_usage import stated_cost_usd
from niah.runner.prepared import Prepared
from niah.scoring import score
from niah.scoring.rejection import states_absence
from niah.store import ABSENCE_TAG, DOCUMENT_TAG, LIKE_TAG, QUESTION_TAG, TrialRecord
from niah.tasks import Challenge


def sampling(prepared: Prepared, model: Model) -> Sampling:
    """How the model is asked, with its own output limit."""
    return sampling_of(prepared.experiment, model)


def sampling_of(experiment: Experiment, model: Model) -> Sampling:
    """How an experiment asks a model, with its own output limit."""
    request = experiment.request
    return Sampling(
        max_output_tokens=experiment.max_output_tokens(model),
        temperature=request.temperature,
        top_p=request.top_p,
        seed=request.seed,
        reasoning_effort=request.reasoning_effort,
        thinking_budget_tokens=request.thinking_budget_tokens,
        extra_body=request.extra_body,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked, and the request that was answered or failed last.

    Attributes:
        like_tokens: Of the trial's first prompt, where this one takes its place.
        prompt_sha256: Hash of the prompt's messages.
        attempts: Requests made for the trial, this one included.
        latency_s: Of this one, from sending to the whole answer.
        started_at: Of this one; UTC, ISO 8601.
    """

    run: str
    trial: Trial
    challenge: Challenge
    prompt: Prompt
    like_tokens: int | None
    prompt_sha256: str
    attempts: int
    latency_s: float
    started_at: str


def answered_record(asked: Asked, model: Model, response: Response) -> TrialRecord:
    """The record of a trial that brought a response, scored where its outcome is scored."""
    usage = response.usage
    verdict = value = None
    if response.outcome in ("answered", "output-limit", "empty"):
        verdict = score(response.text, asked.challenge)
        value = 0.0 if response.outcome == "empty" else verdict.value
    bare = _bare_record(asked)
    if verdict is not None and asked.challenge.withheld:
        absent = response.outcome != "empty" and states_absence(response.text, asked.challenge)
        bare = replace(bare, tags={**bare.tags, ABSENCE_TAG: "stated" if absent else "not stated"})
    return replace(
        bare,
        outcome=response.outcome,
        message=response.message,
        response=response.text,
        reasoning=response.reasoning,
        finish_reason=response.finish_reason,
        served_model=response.served_model,
        system_fingerprint=response.system_fingerprint,
        score=value,
        score_reason=verdict.reason if verdict else "",
        found=verdict.found if verdict else (),
        taken=verdict.taken if verdict else (),
        input_tokens=usage.input_tokens,
        cached_input_tokens=usage.cached_input_tokens,
        cache_write_tokens=usage.cache_write_tokens,
        output_tokens=usage.output_tokens,
        reasoning_tokens=usage.reasoning_tokens,
        usage=json.dumps(usage.raw, sort_keys=True),
        cost_usd=cost_usd(model, usage),
    )


def failed_record(asked: Asked, failure: Failure) -> TrialRecord:
    """The record of a trial that could not be measured."""
    return replace(_bare_record(asked), failure_kind=failure.kind, message=failure.message)


def refused_record(run: str, trial: Trial, reason: str) -> TrialRecord:
    """The record of a trial whose prompt cannot be composed; nothing was sent."""
    return TrialRecord(
        run=run,
        **_coordinates(trial),
        prompt_sha256="",
        prompt_tokens=0,
        placements=(),
        question="",
        answers=(),
        outcome="failed",
        failure_kind="refused",
        message=reason,
        attempts=0,
    )


def is_final(record: TrialRecord) -> bool:
    """Whether the trial's outcome stands: it was measured, or no prompt can ever be composed."""
    return record.outcome != "failed" or record.failure_kind == "refused"


def _bare_record(asked: Asked) -> TrialRecord:
    known = _coordinates(asked.trial)
    if asked.challenge.fixed:
        known["tags"] = {**known.get("tags", {}), QUESTION_TAG: "fixed"}
    if asked.challenge.document:
        known["tags"] = {**known.get("tags", {}), DOCUMENT_TAG: asked.challenge.document}
    if asked.like_tokens is not None:
        known["tags"] = {**known.get("tags", {}), LIKE_TAG: str(asked.like_tokens)}
    return TrialRecord(
        run=asked.run,
        **known,
        prompt_sha256=asked.prompt_sha256,
        prompt_tokens=asked.prompt.tokens,
        placements=asked.prompt.placements,
        question=asked.challenge.question,
        answers=asked.challenge.answers,
        outcome="failed",
        attempts=asked.attempts,
        latency_s=asked.latency_s,
        started_at=asked.started_at,
    )


def _coordinates(trial: Trial) -> dict[str, Any]:
    known = {field.name: getattr(trial, field.name) for field in fields(Trial)}
    stream = known.pop("stream")
    if stream is not None:
        known["tags"] = {
            "sharing": stream.sharing,
            "replicate": str(stream.replicate),
            "stream": stream.name,
        }
    return known


def cost_usd(model: Model, usage: Usage) -> float | None:
    """What a response cost by its usage fields; None when the price or the usage is unknown.

    What OpenRouter states counts before the price list, and the experiment file before both.
    """
    if served_by(model.provider, "openrouter") and (
        model.price is None or model.price.source != FROM_FILE
    ):
        stated_usd = stated_cost_usd(usage)
        if stated_usd is not None:
            return stated_usd
    if model.price is None or usage.input_tokens is None or usage.output_tokens is None:
        return 0.0 if model.simulated else None
    return model.price.cost_usd(
        input_tokens=usage.input_tokens,
        output_tokens=usage.output_tokens,
        cached_input_tokens=usage.cached_input_tokens or 0,
        cache_write_tokens=usage.cache_write_tokens or 0,
        long_cache_write_tokens=usage.long_cache_write_tokens or 0,
    )
