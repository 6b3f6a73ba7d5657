"""Everything that a run needs before its first request: corpus, vocabularies, indexes, trials."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from niah import __version__, haystacks, tasks, tokenizers
from niah.errors import ExperimentError
from niah.experiment import Experiment, experiment_sha256
from niah.haystacks import Corpus
from niah.models import Model
from niah.plan import Ingredients, Trial, build_trials
from niah.prompts import Layout, Prompt
from niah.prompts.compose import COMPOSITION_VERSION, compose, minimum_context_length
from niah.prompts.index import CorpusIndex, build_index
from niah.tasks import Challenge, Task

_LIBRARIES = ("tiktoken", "tokenizers", "numpy", "httpx")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """An experiment with its texts at hand; every prompt of it can be composed.

    Attributes:
        experiment: As validated.
        models: Resolved, by id.
        corpus: What haystacks are cut from.
        indexes: The tokenised corpus, by tokenizer name.
        task: What draws needles and questions.
        ingredients: Hashes and versions of all of these.
        trials: In the order in which they are sent.
        sha256: Hash over everything that affects a request.
        warnings: What the user should know before paying, a sentence each.
    """

    experiment: Experiment
    models: Mapping[str, Model]
    corpus: Corpus
    indexes: Mapping[str, CorpusIndex]
    task: Task
    ingredients: Ingredients
    trials: tuple[Trial, ...]
    sha256: str
    warnings: tuple[str, ...]

    @property
    def simulated(self) -> bool:
        """True when any model is a reference reader."""
        return any(model.simulated for model in self.models.values())
