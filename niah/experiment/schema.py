"""What an experiment file may say: one frozen value that rejects extras."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PrivateAttr, field_validator, model_validator

from niah.errors import TaskError
from niah.experiment.asked import (
    GridSection,
    HaystackSection,
    PromptSection,
    RequestSection,
    TaskSection,
)
from niah.experiment.hosts import Calibrate, ModelSection, ProviderSection, price_of, provider_of
from niah.experiment.origin import Origin, concerning
from niah.experiment.section import Section
from niah.experiment.shown import ReportSection, TableSection
from niah.experiment.spending import ControlsSection, LimitsSection, SamplingSection
from niah.models import Model, resolve_model
from niah.tasks import Family
from niah.tasks.controls import WITHOUT_HAYSTACK
from niah.tasks.registry import find_family


def _one_or_more(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


# One needle at the asked depth and nothing else in the haystack: it can be cut at any length.
SHAREABLE_TASKS = ("single",)

COLLECTION = "collection"


# A thinking model needs room to think.
REASONING_OUTPUT_TOKENS = 16_384


class Experiment(Section):
    """One validated experiment file."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")
    models: Annotated[tuple[str, ...], BeforeValidator(_one_or_more)] = Field(
        min_length=1, description='"provider/model"; niah models lists the providers.'
    )
    seed: int = Field(default=0, ge=0, lt=2**63)
    grid: GridSection = Field(description="a [grid] with context_lengths and depth_percents")
    task: TaskSection = TaskSection()
    haystack: HaystackSection = HaystackSection()
    prompt: PromptSection = PromptSection()
    request: RequestSection = RequestSection()
    sampling: SamplingSection = SamplingSection()
    limits: LimitsSection = LimitsSection()
    controls: ControlsSection | None = Field(
        default=None,
        description="With this table a few control trials are measured beside the map; niah run "
        "--controls measures them without it.",
    )
    report: ReportSection = ReportSection()
    providers: dict[str, ProviderSection] = Field(default_factory=dict)
    model: dict[str, ModelSection] = Field(
        default_factory=dict, description="Settings of single models, by their full name."
    )
    _origin: Origin = PrivateAttr(default=Origin())

    @field_validator("models")
    @classmethod
    def _no_twins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for index, name in enumerate(value):
            if name in value[:index]:
                raise ValueError(f"{name!r} is there twice")
        return value

    @field_validator("providers")
    @classmethod
    def _plain_names(cls, value: dict[str, ProviderSection]) -> dict[str, ProviderSection]:
        for name in value:
            if "/" in name or not name.isprintable() or not name:
                raise ValueError(f"{name!r} cannot be a provider's name: it must not have a slash")
            if name == "reference":
                raise ValueError("'reference' is the name of niah's own readers; use another")
        return value

    @model_validator(mode="after")
    def _controls_stand_alone(self) -> Experiment:
        control = self.prompt.control
        if control is None:
            return self
        if self.sampling.sharing != "none" or self.sampling.mode != "uniform":
            raise ValueError(
                f'prompt.control = "{control}" needs sampling.sharing = "none" and sampling.mode = '
                '"uniform"'
            )
        return self

    @model_validator(mode="after")
    def _prompts_can_be_shared(self) -> Experiment:
        sharing = self.sampling.sharing
        if sharing == "none":
            return self
        if self.prompt.question_position != "after":
            raise ValueError(
                f'sampling.sharing = "{sharing}" needs prompt.question_position = "after": a '
                "question before the haystack leaves nothing that prompts have in common"
            )
        if self.prompt.turns > 1:
            raise ValueError(
                f'sampling.sharing = "{sharing}" needs prompt.turns = 1: where a haystack is cut '
                "into turns depends on its length"
            )
        if self.task.kind not in SHAREABLE_TASKS:
            raise ValueError(
                f'sampling.sharing = "{sharing}" is for task.kind = '
                f"{' or '.join(map(repr, SHAREABLE_TASKS))}, not {self.task.kind!r}; set "
                'sampling.sharing = "none"'
            )
        if self.sampling.packed_keys > len(self.grid.depth_percents):
            raise ValueError(
                f"sampling.keys = {self.sampling.packed_keys} needs as many depths, and "
                f"grid.depth_percents has {len(self.grid.depth_percents)}"
            )
        return self

    @model_validator(mode="before")
    @classmethod
    def _length_alone(cls, value: Any) -> Any:
        """Where depth means nothing there is one row, whatever the file says."""
        if not isinstance(value, dict):
            return value
        task, grid, prompt = value.get("task"), value.get("grid"), value.get("prompt")
        kind = task.get("kind") if isinstance(task, dict) else None
        if not isinstance(grid, dict):
            return value
        try:
            has_depth = not isinstance(kind, str) or find_family(kind).has_depth
        except TaskError:
            return value  # the runner says what is wrong with it
        if isinstance(prompt, dict) and prompt.get("control") in WITHOUT_HAYSTACK:
            has_depth = False
        return value if has_depth else {**value, "grid": {**grid, "depth_percents": [0]}}

    @model_validator(mode="before")
    @classmethod
    def _collection_is_the_haystack(cls, value: Any) -> Any:
        """``haystack.source = "collection"`` is the file of questions that ``task.path`` names."""
        if not isinstance(value, dict):
            return value
        task, haystack = value.get("task"), value.get("haystack")
        if not isinstance(haystack, dict) or haystack.get("source") != COLLECTION:
            return value
        path = task.get("path") if isinstance(task, dict) else None
        if not isinstance(path, str):
            raise ValueError(
                f'haystack.source = "{COLLECTION}" is the file of questions that task.path names, '
                "and there is no task.path"
            )
        others = {key: own for key, own in haystack.items() if key != "source"}
        return {**value, "haystack": {**others, "path": path}}

    @property
    def family(self) -> Family:
        """The task's family.

        Raises:
            TaskError: if it is unknown.
        """
        with concerning(self._origin, "task", "kind"):
            return find_family(self.task.kind)

    @property
    def origin(self) -> Origin:
        """Where it was read; no part of what it says."""
        return self._origin

    def read_at(self, origin: Origin) -> Experiment:
        """The same, read there."""
        same = self.model_copy()
        same._origin = origin
        return same

    def of_models(self, *names: str) -> Experiment:
        """The same with other models, which the command line names."""
        same = self.model_copy(update={"models": names})
        same._origin = replace(self._origin, given=self._origin.given | {("models",)})
        return same

    @property
    def language(self) -> str:
        """Language of needle and question."""
        return self.task.language or self.haystack.language

    def canonical_json(self) -> str:
        """The whole experiment as JSON with sorted keys; ``parse_canonical`` reads it back."""
        content = self.model_dump(mode="json")
        if self.controls is None:
            del content["controls"]  # as it was written before there were any
        return json.dumps(content, sort_keys=True, ensure_ascii=True)

    def resolved_models(self) -> tuple[Model, ...]:
        """Its models, with this file's providers, prices, vocabularies and windows applied.

        Raises:
            ModelError: if a name cannot be resolved.
        """
        own = {name: provider_of(name, section) for name, section in self.providers.items()}

        def given(key: str) -> dict[str, Any]:
            stated = {name: getattr(section, key) for name, section in self.model.items()}
            return {name: value for name, value in stated.items() if value is not None}

        with concerning(self._origin, "models"):
            models = [
                resolve_model(
                    name,
                    providers=own,
                    prices={name: price_of(price) for name, price in given("price").items()},
                    tokenizers=given("tokenizer"),
                    windows=given("context_window"),
                    reasoning=given("reasoning"),
                    output_fields=given("output_field"),
                )
                for name in self.models
            ]
        return tuple(
            model
            if self.request.listed_prices or model.simulated or model.id in given("price")
            else replace(model, price=None)
            for model in models
        )

    def key_of_tokenizer(self, model: Model) -> tuple[str, ...]:
        """The key that names what counts the model's prompts; empty where the file has none."""
        own, provider = self.model.get(model.id), model.provider.name
        if own and own.tokenizer:
            return "model", model.id, "tokenizer"
        hosted = self.providers.get(provider)
        return ("providers", provider, "tokenizer") if hosted and hosted.tokenizer else ()

    def calibrate(self, model: Model) -> Calibrate:
        """How the model's token counts are matched; ``off`` where its own vocabulary is known."""
        own = self.model.get(model.id)
        if model.tokenizer_known:
            return "off"
        return own.calibrate if own else "auto"

    def max_output_tokens(self, model: Model) -> int:
        """The output limit that requests to the model carry, thinking included."""
        own = self.model.get(model.id)
        thinks = model.reasoning or self.request.thinking
        return (
            (own.max_output_tokens if own else None)
            or self.request.max_output_tokens
            or (REASONING_OUTPUT_TOKENS if thinks else self.family.output_tokens)
        )


def experiment_sha256(experiment: Experiment, ingredients: Mapping[str, Any]) -> str:
    """Hash over everything that affects a request: limits, controls, prices, reports are not in it.

    Paths are not in it either; the ingredients carry the hashes of what they lead to.

    Args:
        experiment: The experiment.
        ingredients: Hashes and versions of corpus, vocabularies, task, composition.
    """
    content = experiment.model_dump(mode="json", exclude={"limits", "controls", "report"})
    if experiment.sampling == SamplingSection():
        del content["sampling"]  # as it was hashed before there was a choice
    for section, local in (("haystack", "path"), ("task", "path")):
        content[section].pop(local, None)
    for section in (*content["model"].values(), *content["providers"].values()):
        for local in ("price", "tokenizer", "calibrate"):
            section.pop(local, None)
    text = json.dumps({"experiment": content, "ingredients": ingredients}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def json_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of an experiment file, for editors."""
    schema = Experiment.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "niah experiment"
    schema["required"] = [key for key in schema["required"] if key != "name"]
    schema["properties"]["tasks"] = {
        "description": "In place of [task]: several, each with keys of its own for a haystack, "
        "grid, prompt or request.",
        "type": "array",
        "minItems": 2,
        "items": {"type": "object", "required": ["name", "kind"]},
    }
    schema["properties"]["table"] = {
        "description": "Of several tasks: the table that a run ends with.",
        **TableSection.model_json_schema(),
    }
    return schema
