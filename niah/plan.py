"""From an experiment to its ordered trials and what they would cost; pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from niah.draws import derive_seed
from niah.experiment import Experiment
from niah.models import Model


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredients:
    """Hashes and versions of what an experiment file only names; they enter every trial id.

    Attributes:
        haystack: Versioned name of the corpus.
        haystack_sha256: Of the corpus text.
        task_version: Of the task family's construction and wording, and of the user's own facts.
        composition_version: Of the way in which prompts are put together.
        tokenizers: Vocabulary fingerprint by model id.
        calibrate: How its token counts are matched, by id of a model whose vocabulary is unknown.
    """

    haystack: str
    haystack_sha256: str
    task_version: str
    composition_version: int
    tokenizers: Mapping[str, str]
    calibrate: Mapping[str, str | float] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for hashing and storing."""
        return {
            "haystack": self.haystack,
            "haystack_sha256": self.haystack_sha256,
            "task_version": self.task_version,
            "composition_version": self.composition_version,
            "tokenizers": dict(sorted(self.tokenizers.items())),
            **({"calibrate": dict(sorted(self.calibrate.items()))} if self.calibrate else {}),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One (model, task, context length, depth, repeat) to be measured.

    Attributes:
        trial_id: SHA-256 over everything that affects the request.
        model: ``provider/model``.
        task: Label of the task, such as ``single/magic-number``.
        context_length: Asked context length in tokens.
        depth_percent: Asked depth, 0..100.
        repeat: 0-based; repeats draw their own haystack window and needle values.
        seed: Of all draws of the trial; the same for every model, so that models are paired.
    """

    trial_id: str
    model: str
    task: str
    context_length: int
    depth_percent: float
    repeat: int
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What the trials of one model would send and cost.

    Attributes:
        trials: How many requests, retries not counted.
        input_tokens: Sum of the context lengths.
        output_tokens: Sum of the output limits: the most that can be generated.
        input_usd: Cost of the input with nothing cached; None = unknown price.
        output_usd: Cost of the output if every answer reached its limit; None = unknown price.
        over_window: Trials whose context length and output limit exceed the known window.
    """

    model: Model
    trials: int
    input_tokens: int
    output_tokens: int
    input_usd: float | None
    output_usd: float | None
    over_window: int


def task_label(experiment: Experiment) -> str:
    """The task's name in stores, figures and exports: the family and its variant."""
    needle = experiment.task.parameters.get("needle")
    variant = needle if isinstance(needle, str) else ("own" if experiment.task.parameters else "")
    return f"{experiment.task.kind}/{variant}" if variant else experiment.task.kind


def build_trials(experiment: Experiment, ingredients: Ingredients) -> tuple[Trial, ...]:
    """All trials of an experiment in the order in which they are sent.

    Every cell is visited once before any is visited again, the longest contexts first: an
    interrupted run leaves a whole map, and what a model cannot take is known at once.

    Raises:
        ModelError: if a model cannot be resolved.
    """
    label = task_label(experiment)
    grid = experiment.grid
    commons = [
        (model, _request_facts(experiment, ingredients, model))
        for model in experiment.resolved_models()
    ]
    return tuple(
        _trial(model, facts, label, experiment.seed, context_length, depth_percent, repeat)
        for repeat in range(grid.trials)
        for context_length in reversed(grid.context_lengths)
        for depth_percent in grid.depth_percents
        for model, facts in commons
    )


def estimate(experiment: Experiment, trials: Iterable[Trial]) -> tuple[Estimate, ...]:
    """The bill of the trials, one entry per model in the experiment's order."""
    lengths: dict[str, list[int]] = {}
    for trial in trials:
        lengths.setdefault(trial.model, []).append(trial.context_length)
    return tuple(
        _estimate(model, lengths.get(model.id, []), experiment.max_output_tokens(model))
        for model in experiment.resolved_models()
    )


def _estimate(model: Model, context_lengths: list[int], output_limit: int) -> Estimate:
    price, window = model.price, model.context_window
    input_usd = output_usd = None
    if price is not None:
        input_usd = sum(price.cost_usd(input_tokens=n, output_tokens=0) for n in context_lengths)
        total_usd = sum(
            price.cost_usd(input_tokens=n, output_tokens=output_limit) for n in context_lengths
        )
        output_usd = total_usd - input_usd
    return Estimate(
        model=model,
        trials=len(context_lengths),
        input_tokens=sum(context_lengths),
        output_tokens=len(context_lengths) * output_limit,
        input_usd=input_usd,
        output_usd=output_usd,
        over_window=sum(window is not None and n + output_limit > window for n in context_lengths),
    )


def _request_facts(
    experiment: Experiment, ingredients: Ingredients, model: Model
) -> dict[str, Any]:
    """What the requests of one model have in common, besides the trial's own coordinates."""
    calibrate = ingredients.calibrate.get(model.id)
    return {
        "model": model.id,
        "api": model.provider.api,
        "base_url": model.provider.base_url,
        "headers": dict(model.provider.headers or {}),
        "output_field": model.output_field,
        "max_output_tokens": experiment.max_output_tokens(model),
        "request": experiment.request.model_dump(mode="json"),
        "prompt": experiment.prompt.model_dump(mode="json"),
        "task": experiment.task.model_dump(mode="json", exclude={"path"}),
        "language": experiment.language,
        "task_version": ingredients.task_version,
        "haystack_sha256": ingredients.haystack_sha256,
        "composition_version": ingredients.composition_version,
        "tokenizer": ingredients.tokenizers[model.id],
        **({} if calibrate is None else {"calibrate": calibrate}),
    }


def _trial(
    model: Model,
    facts: Mapping[str, Any],
    label: str,
    experiment_seed: int,
    context_length: int,
    depth_percent: float,
    repeat: int,
) -> Trial:
    seed = derive_seed(experiment_seed, label, context_length, depth_percent, repeat)
    coordinates = {
        "context_length": context_length,
        "depth_percent": depth_percent,
        "repeat": repeat,
        "seed": seed,
    }
    text = json.dumps({**facts, **coordinates}, sort_keys=True)
    return Trial(
        trial_id=hashlib.sha256(text.encode()).hexdigest(),
        model=model.id,
        task=label,
        context_length=context_length,
        depth_percent=depth_percent,
        repeat=repeat,
        seed=seed,
    )
