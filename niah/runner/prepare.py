"""Everything that a run needs before its first request: corpus, vocabularies, indexes, trials."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

from niah import __version__, haystacks, tokenizers
from niah.draws import derive_seed
from niah.errors import ConfigurationError
from niah.experiment import Experiment, experiment_sha256
from niah.experiment.origin import Origin, concerning
from niah.haystacks.corpus import Corpus, without
from niah.models import READERS_VERSION, Model
from niah.plan import Ingredients, build_trials
from niah.prompts.compose import COMPOSITION_VERSION, minimum_context_length
from niah.prompts.index import build_index
from niah.prompts.presenting import lines_of, present
from niah.prompts.shared import SHARED_VERSION
from niah.providers.calibration import Calibration
from niah.runner.prepared import Prepared, layout, with_trials
from niah.scoring import SCORER_VERSION
from niah.tasks import Task, scored_by
from niah.tasks.controls import reason_against
from niah.tasks.packing import pack
from niah.tasks.registry import prepare_task
from niah.tokenizers import Tokenizer

# Challenges that are drawn to see how much of a prompt is not haystack.
FRAMES_TRIED = 63
# What gives a task its texts, which an error in them stands in.
_KEYS_OF_TEXTS = ("path", "needles", "facts", "needle")
_LIBRARIES = ("tiktoken", "tokenizers", "numpy", "httpx")


def prepare(experiment: Experiment, *, cache_dir: Path | None = None) -> Prepared:
    """Load what an experiment names and plan its trials; sends nothing.

    Args:
        experiment: As validated.
        cache_dir: For vocabularies and indexes; the user's cache directory when None.

    Raises:
        ModelError, TokenizerError, HaystackError, TaskError: if something that it names is
            unknown or cannot be used.
    """
    models = {model.id: model for model in experiment.resolved_models()}
    vocabularies = {
        model.tokenizer: load_vocabulary(experiment, model) for model in models.values()
    }
    corpus = _corpus(experiment, cache_dir)
    task = _task(experiment, corpus)
    with concerning(experiment.origin):
        return _prepared(experiment, models, vocabularies, corpus, task, cache_dir)


def load_vocabulary(experiment: Experiment, model: Model) -> Tokenizer:
    """What counts the model's prompts.

    Raises:
        TokenizerError: if it cannot be used.
    """
    key = experiment.key_of_tokenizer(model)
    with concerning(experiment.origin if key else Origin(), *key):
        return tokenizers.load(model.tokenizer)


def _corpus(experiment: Experiment, cache_dir: Path | None) -> Corpus:
    own = experiment.haystack
    key = ("haystack", "path" if own.path else "source")
    if own.path and own.path == experiment.task.parameters.get("path"):
        key = ("task", "path")  # haystack.source = "collection"
    with concerning(experiment.origin, *key):
        return haystacks.load(
            own.source,
            path=Path(own.path) if own.path else None,
            language=own.language,
            longest_context=experiment.grid.context_lengths[-1],
            repeat=own.repeat,
            cache_dir=cache_dir,
        )


def _task(experiment: Experiment, corpus: Corpus) -> Task:
    parameters = experiment.task.parameters
    texts = [key for key in _KEYS_OF_TEXTS if key in parameters]
    with concerning(experiment.origin, "task", *texts[:1]):
        task = prepare_task(
            experiment.task.kind,
            parameters,
            language=experiment.language,
            haystack=corpus.text,
            documents=corpus.documents,
        )
    return task if experiment.task.scorer is None else scored_by(task, experiment.task.scorer)


def _prepared(
    experiment: Experiment,
    models: Mapping[str, Model],
    vocabularies: Mapping[str, Tokenizer],
    corpus: Corpus,
    task: Task,
    cache_dir: Path | None,
) -> Prepared:
    if experiment.prompt.turns > 1 and task.has_own_haystack:
        raise ConfigurationError(
            f"prompt.turns = {experiment.prompt.turns} splits a corpus over messages, and this "
            f"task of kind {task.kind!r} writes its own haystack; set prompt.turns = 1"
        )
    control = experiment.prompt.control
    if control is not None and (reason := reason_against(experiment.family, task, control)):
        raise ConfigurationError(
            f"prompt.control = {control!r} means nothing for a task of kind {task.kind!r}: {reason}"
        )
    corpus = present(
        lines_of(task, experiment.language, experiment.grid.context_lengths[-1])
        or without(corpus, task.cuts),
        order=experiment.prompt.sentence_order,
        wrapper=experiment.prompt.wrapper,
        seed=experiment.seed,
    )
    simulated = all(model.simulated for model in models.values())
    ingredients = Ingredients(
        haystack=corpus.name if task.writer is None else f"written by {task.kind}",
        haystack_sha256=corpus.sha256,
        task_version=task.version,
        composition_version=COMPOSITION_VERSION,
        tokenizers={
            model.id: vocabularies[model.tokenizer].fingerprint for model in models.values()
        },
        calibrate={
            name: how
            for name, model in models.items()
            if (how := experiment.calibrate(model)) != "off"
        },
        readers_version=READERS_VERSION if simulated else 0,
        **shared_ingredients(experiment, task, vocabularies.values()),
    )
    prepared = Prepared(
        experiment=experiment,
        models=models,
        corpus=corpus,
        indexes={
            name: build_index(corpus, vocabulary, cache_dir=cache_dir)
            for name, vocabulary in vocabularies.items()
        },
        task=task,
        ingredients=ingredients,
        versions=_versions(ingredients, task.draw(experiment.seed).scorer),
        trials=build_trials(experiment, ingredients),
        sha256=experiment_sha256(experiment, ingredients.as_dict()),
        warnings=(*_warnings(experiment, models, task), *task.notes),
        cache_dir=cache_dir,
        calibrations=given_calibrations(experiment),
    )
    return with_trials(replace(prepared, trials=()), prepared.trials)


def given_calibrations(experiment: Experiment) -> dict[str, Calibration]:
    """What the experiment itself says of its models' token counts."""
    return {
        model.id: Calibration(method="given", tokenizer=model.tokenizer, ratio=how)
        for model in experiment.resolved_models()
        if isinstance(how := experiment.calibrate(model), float | int)
    }


def shared_ingredients(
    experiment: Experiment, task: Task, vocabularies: Iterable[Tokenizer]
) -> dict[str, Any]:
    """What enters the trial ids where prompts are shared: how much of one is not haystack."""
    if experiment.sampling.sharing == "none":
        return {}
    keys = experiment.sampling.packed_keys
    seeds = [derive_seed("frame", number) for number in range(FRAMES_TRIED + keys)]
    depths = [100.0 * number / keys for number in range(keys)]
    challenges = [
        task.draw(seeds[start]) if keys == 1 else pack(task, seeds[start : start + keys], depths, 0)
        for start in range(FRAMES_TRIED)
    ]
    tokens = sorted(
        minimum_context_length(vocabulary, challenge, layout(experiment))
        for vocabulary in vocabularies
        for challenge in challenges
    )
    return {"frame_tokens": tokens[len(tokens) // 2], "shared_version": SHARED_VERSION}


def _versions(ingredients: Ingredients, scorer: str) -> dict[str, str]:
    return {
        "niah": __version__,
        "python": platform.python_version(),
        **{library: version(library) for library in _LIBRARIES},
        "haystack": ingredients.haystack,
        "haystack_sha256": ingredients.haystack_sha256,
        "task": ingredients.task_version,
        "scorer": f"{scorer} {SCORER_VERSION}",
        "composition": str(ingredients.composition_version),
        **({"readers": str(ingredients.readers_version)} if ingredients.readers_version else {}),
        **{
            f"tokenizer_sha256 of {model}": fingerprint
            for model, fingerprint in ingredients.tokenizers.items()
        },
    }


def _warnings(experiment: Experiment, models: Mapping[str, Model], task: Task) -> Iterator[str]:
    longest = experiment.grid.context_lengths[-1]
    for model in models.values():
        how = experiment.calibrate(model)
        if not model.tokenizer_known and how == "off":
            yield (
                f"the vocabulary of {model.id} is not known; {model.tokenizer} counts its tokens "
                "instead, so its context lengths are approximate"
            )
        limit = experiment.max_output_tokens(model)
        window = model.context_window
        if window is not None and longest + limit > window:
            beyond = (
                "there its server refuses (context-exceeded), or it reads past what the model was "
                "trained for, and the score says nothing of the model within its window"
                if longest > window
                else "there its server may refuse (context-exceeded)"
            )
            yield (
                f"{model.id} has a window of {window:,} tokens, which does not hold the longest "
                f"context of {longest:,} and an answer of {limit:,}: {beyond}"
            )
    readers = [model.id for model in models.values() if model.simulated]
    if readers and task.knowledge:
        yield (
            f"{', '.join(readers)}: a reference reader knows what its prompt says and nothing "
            f"else, and {task.knowledge}; expect an accuracy of 0"
        )
