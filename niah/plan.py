"""From an experiment to its ordered trials; pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from typing import Any

from niah.draws import derive_seed
from niah.experiment import Experiment
from niah.models import Model
from niah.streams import Cell, Stream, nested_streams, packed_streams


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
        frame_tokens: Of a usual prompt, how many are not haystack; only where prompts are shared,
            and 0 otherwise.
        shared_version: Of the way in which shared prompts are put together, there only.
        readers_version: Of what reference readers make of a prompt, where no other model is asked;
            0 otherwise. It tells experiments apart, not their trials: the requests are the same.
    """

    haystack: str
    haystack_sha256: str
    task_version: str
    composition_version: int
    tokenizers: Mapping[str, str]
    calibrate: Mapping[str, str | float] = field(default_factory=dict)
    frame_tokens: int = 0
    shared_version: int = 0
    readers_version: int = 0

    def as_dict(self) -> dict[str, Any]:
        """Plain values for hashing and storing."""
        return {
            "haystack": self.haystack,
            "haystack_sha256": self.haystack_sha256,
            "task_version": self.task_version,
            "composition_version": self.composition_version,
            "tokenizers": dict(sorted(self.tokenizers.items())),
            **({"calibrate": dict(sorted(self.calibrate.items()))} if self.calibrate else {}),
            **({"readers": self.readers_version} if self.readers_version else {}),
            **self.shared,
        }

    @property
    def shared(self) -> dict[str, int]:
        """What only shared prompts are made of."""
        if not self.frame_tokens:
            return {}
        return {"frame_tokens": self.frame_tokens, "shared_version": self.shared_version}


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
        stream: What its prompt has in common with others; None = nothing.
    """

    trial_id: str
    model: str
    task: str
    context_length: int
    depth_percent: float
    repeat: int
    seed: int
    stream: Stream | None = None


def task_label(experiment: Experiment) -> str:
    """The task's name in stores, figures and exports: the family, its variant and its control.

    Several keys in one text are another task than one needle, and named so.
    """
    label, control = _usual_label(experiment), experiment.prompt.control
    return label if control is None else f"{label}/{control}"


def _usual_label(experiment: Experiment) -> str:
    task = experiment.task
    needle = task.parameters.get("needle")
    if task.name is not None:
        variant = ""
    elif isinstance(needle, str):
        variant = needle
    elif task.kind == "single":
        variant = "own" if task.parameters else ""
    else:
        plain = {
            k: v for k, v in task.parameters.items() if isinstance(v, str | int) and k != "path"
        }
        variant = ",".join(f"{name}={plain[name]}" for name in sorted(plain))
    label = task.name or (f"{task.kind}/{variant}" if variant else task.kind)
    keys = experiment.sampling.packed_keys
    return f"{label}/keys={keys}" if keys > 1 else label


def build_trials(
    experiment: Experiment, ingredients: Ingredients, *, model: str | None = None
) -> tuple[Trial, ...]:
    """All trials of an experiment in the order in which they are sent.

    Every cell is visited once before any is visited again, the longest contexts first: an
    interrupted run leaves a whole map, and what a model cannot take is known at once. Prompts that
    have a text in common come one after another, the shorter before the longer.

    An adaptive sweep chooses its trials as it goes; here, each of its cells has one.

    Args:
        experiment: As validated.
        ingredients: Of it.
        model: The only one, by id; None = all of them.

    Raises:
        ModelError: if a model cannot be resolved.
    """
    make = trial_maker(experiment, ingredients)
    models = [one.id for one in experiment.resolved_models() if model in (None, one.id)]
    uniform = experiment.sampling.mode == "uniform"
    return tuple(
        make(asked, cell, repeat)
        for repeat in range(experiment.grid.trials if uniform else 1)
        for cell in _cells_in_order(experiment, ingredients)
        for asked in models
    )


def trial_maker(
    experiment: Experiment, ingredients: Ingredients
) -> Callable[[str, Cell, int], Trial]:
    """What makes the trial of a model (by id) in a cell, for a repeat.

    Raises:
        ModelError: if a model cannot be resolved.
    """
    label, grid = task_label(experiment), experiment.grid
    # Variants of another family than the first draw the same, so that they can be compared.
    # So do controls and what they are controls of.
    single = experiment.task.kind == "single"
    drawn = _usual_label(experiment) if single else experiment.task.kind
    facts = {
        model.id: _request_facts(experiment, ingredients, model)
        for model in experiment.resolved_models()
    }

    def make(model: str, cell: Cell, repeat: int) -> Trial:
        row, column = cell
        context_length, depth = grid.context_lengths[column], grid.depth_percents[row]
        coordinates: dict[str, Any] = {
            "context_length": context_length,
            "depth_percent": depth,
            "repeat": repeat,
        }
        stream = stream_of_cell(experiment, ingredients, cell, repeat)
        if stream is None:
            seed = derive_seed(experiment.seed, drawn, context_length, depth, repeat)
        else:
            seed = stream.needle_seeds[stream.asked]
            coordinates["stream"] = asdict(stream)
        coordinates["seed"] = seed
        text = json.dumps({**facts[model], **coordinates}, sort_keys=True)
        return Trial(
            trial_id=hashlib.sha256(text.encode()).hexdigest(),
            model=model,
            task=label,
            context_length=context_length,
            depth_percent=depth,
            repeat=repeat,
            seed=seed,
            stream=stream,
        )

    return make


def stream_of_cell(
    experiment: Experiment, ingredients: Ingredients, cell: Cell, repeat: int
) -> Stream | None:
    """The stream that serves a cell for a repeat; None where nothing is shared.

    A uniform sweep has one replicate for each repeat. In an adaptive one, neighbouring cells take
    turns among several, so that one unlucky haystack does not look like a region.
    """
    sampling = experiment.sampling
    if sampling.sharing == "none":
        return None
    replicate = repeat
    if sampling.mode == "adaptive" and sampling.sharing == "nested":
        turn, visit = divmod(repeat, sampling.replicates)
        replicate = turn * sampling.replicates + (visit + sum(cell)) % sampling.replicates
    return _replicate(experiment, ingredients, replicate)[cell]


def _replicate(
    experiment: Experiment, ingredients: Ingredients, replicate: int
) -> Mapping[Cell, Stream]:
    """The stream of each cell in a replicate, cell by cell in the order of sending."""
    sampling, grid = experiment.sampling, experiment.grid
    return _streams(
        derive_seed(experiment.seed, task_label(experiment)),
        grid.context_lengths,
        grid.depth_percents,
        replicate,
        ingredients.frame_tokens,
        sampling.packed_keys,
    )


@lru_cache(maxsize=64)
def _streams(
    seed: int,
    context_lengths: tuple[int, ...],
    depth_percents: tuple[float, ...],
    replicate: int,
    frame_tokens: int,
    keys: int,
) -> Mapping[Cell, Stream]:
    common = {"replicate": replicate, "frame_tokens": frame_tokens}
    if keys > 1:
        streams = packed_streams(seed, context_lengths, depth_percents, keys=keys, **common)
        streams = streams[::-1]
    else:
        streams = nested_streams(seed, context_lengths, depth_percents, **common)
    return {cell: stream for stream, cells in streams for cell in cells}


def _cells_in_order(experiment: Experiment, ingredients: Ingredients) -> Iterable[Cell]:
    if experiment.sampling.sharing != "none":
        return _replicate(experiment, ingredients, 0)
    columns = reversed(range(len(experiment.grid.context_lengths)))
    rows = range(len(experiment.grid.depth_percents))
    return [(row, column) for column in columns for row in rows]


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
        **ingredients.shared,
    }
