"""What an experiment file may say: one frozen value that rejects extras."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from niah.errors import TaskError
from niah.experiment.series import ContextLengths, DepthPercents
from niah.models import PROVIDERS, Model, Provider, resolve_model
from niah.prices import Price, Rate
from niah.tasks import Family
from niah.tasks.registry import find_family


class _Section(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, validate_default=True, allow_inf_nan=False
    )


class GridSection(_Section):
    """Which cells are measured, and how often."""

    context_lengths: ContextLengths = Field(
        description="Tokens: a list, or a range. 128K is 128,000; 128Ki is 131,072."
    )
    depth_percents: DepthPercents = Field(
        description="0 is the start of the haystack, 100 its end: a list, or a range."
    )
    trials: int = Field(default=1, ge=1, le=10_000, description="Trials per cell.")


class TaskSection(_Section):
    """What is planted and asked. Keys besides these are parameters of the task family."""

    model_config = ConfigDict(extra="allow")

    kind: str = Field(default="single", description="A task family; niah tasks lists them.")
    language: str | None = Field(
        default=None, description="Of needle and question; the haystack's when not given."
    )
    name: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$",
        description="Of the task in figures and tables; its family and variant when not given.",
    )
    scorer: Literal["substring"] | None = Field(
        default=None,
        description="substring: an accepted answer counts wherever it stands in the response, as "
        "RULER counts; the family's own scorer when not given.",
    )

    @model_serializer(mode="wrap")
    def _as_it_was_hashed_before(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without the name and the scorer where there is none: trial ids stay the same."""
        values: dict[str, Any] = dump(self)
        return {k: v for k, v in values.items() if k not in ("name", "scorer") or v is not None}

    @property
    def parameters(self) -> dict[str, Any]:
        """The keys that belong to the task family."""
        return dict(self.__pydantic_extra__ or {})


class HaystackSection(_Section):
    """What the needles are planted in."""

    source: str | None = Field(default=None, description="niah haystacks lists them.")
    path: str | None = Field(
        default=None,
        description="A directory or file of your own .txt or .md, relative to this file.",
    )
    language: str = Field(default="en", pattern="^[a-z]{2,3}$", description="ISO 639 code.")
    repeat: bool = Field(default=False, description="Lay a short text end to end until it fits.")

    @model_validator(mode="after")
    def _one_origin(self) -> HaystackSection:
        if self.source is not None and self.path is not None:
            raise ValueError("source and path are both given; keep one of them")
        return self


class PromptSection(_Section):
    """What stands around the haystack."""

    system: str | None = Field(default=None, description="System prompt; none when not given.")
    question_position: Literal["after", "before", "both"] = "after"
    wrapper: Literal["xml", "plain", "markdown", "json"] = Field(
        default="xml", description="What marks the haystack: tags, nothing, headings, JSON."
    )
    sentence_order: Literal["kept", "shuffled"] = Field(
        default="kept", description="Of the haystack."
    )
    turns: int = Field(
        default=1, ge=1, le=64, description="Messages of yours that the haystack is split over."
    )

    @model_serializer(mode="wrap")
    def _as_it_was_hashed_before(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without what was added since, where that is as it was: trial ids stay the same."""
        values: dict[str, Any] = dump(self)
        added = {"wrapper": "xml", "sentence_order": "kept", "turns": 1}
        return {key: v for key, v in values.items() if key not in added or v != added[key]}


class RequestSection(_Section):
    """Sampling parameters; a key that is not given is not sent."""

    temperature: float | None = Field(default=0.0, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = Field(default=None, description="Best effort at most providers.")
    max_output_tokens: int | None = Field(
        default=None,
        ge=1,
        description="Thinking included; 512 or what the task family needs when not given, "
        "16,384 for a model that thinks.",
    )
    reasoning_effort: str | None = None
    thinking_budget_tokens: int | None = Field(default=None, ge=0)
    extra_body: dict[str, Any] = Field(
        default_factory=dict, description="Merged into the request body as it is."
    )


class LimitsSection(_Section):
    """What the run may use. Changing these never changes a request."""

    concurrency: int = Field(
        default=16, ge=1, le=4096, description="Requests in flight, over all models."
    )
    max_cost_usd: float | None = Field(default=None, ge=0, description="Hard stop for the run.")
    timeout_s: float = Field(default=600.0, gt=0, le=86_400, description="For one request.")
    max_attempts: int = Field(
        default=6,
        ge=1,
        le=100,
        description="Requests for one trial; one that a rate limit turned away counts a tenth.",
    )
    max_retry_s: float = Field(default=1800.0, ge=0, description="Waiting for one trial, in all.")
    requests_per_minute: float | None = Field(default=None, gt=0)
    tokens_per_minute: float | None = Field(default=None, gt=0)


class SamplingSection(_Section):
    """Which trials are sent, in what order, and what their prompts have in common."""

    mode: Literal["uniform", "adaptive"] = Field(
        default="uniform",
        description="uniform: grid.trials in every cell, for published grids; adaptive: batches "
        "where they lower the pooled map's variance most per dollar, until it is known well "
        "enough.",
    )
    target_error: float = Field(
        default=0.06,
        gt=0,
        lt=0.5,
        description="Adaptive: stop when the pooled map's predicted mean absolute error is at most "
        "this on two consecutive rounds.",
    )
    max_passes: float = Field(
        default=2.2,
        gt=0,
        le=100,
        description="Adaptive: the most that is spent, in units of what one trial in every cell "
        "costs with nothing cached.",
    )
    least_repeats: float = Field(
        default=0.15,
        ge=0.15,
        le=0.9,
        description="Adaptive: least share of trials in cells that already have one; with fewer, "
        "maps without structure get intervals that are too narrow.",
    )
    batch: float = Field(
        default=0.1,
        gt=0,
        le=1,
        description="Adaptive: what a batch costs, as a share of what was spent before; 1 doubles.",
    )
    replicates: int = Field(
        default=3,
        ge=1,
        le=100,
        description="Adaptive with shared prompts: neighbouring cells take turns among so many "
        "haystacks.",
    )
    sharing: Literal["none", "nested", "packed"] = Field(
        default="none",
        description="none: a haystack of its own for every trial; nested: one needle, the same "
        "text cut at several lengths, which a prompt cache reads cheaply; packed: several keys in "
        "one text, one question a request, which is a different task and labelled so.",
    )
    keys: int | None = Field(
        default=None, ge=2, le=100, description="Packed: keys in one text; 5 when not given."
    )

    @model_validator(mode="after")
    def _keys_are_packed(self) -> SamplingSection:
        if self.keys is not None and self.sharing != "packed":
            raise ValueError('keys is for sharing = "packed"; leave it out, or set sharing')
        return self

    @property
    def packed_keys(self) -> int:
        """Keys in one text: 1 unless they are packed."""
        return (self.keys or PACKED_KEYS) if self.sharing == "packed" else 1


PACKED_KEYS = 5


class ReportSection(_Section):
    """What is said about the results. Changing these never changes a request."""

    effective: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Your own rule for the effective context length: the least accuracy, such as "
        "0.9, that every length up to it reaches.",
    )


EffectiveRule = Literal["ruler", "nolima"] | Annotated[float, Field(gt=0, le=1)]


class TableSection(_Section):
    """The table that several tasks end with. Changing these never changes a request."""

    title: str | None = Field(default=None, max_length=120, description="Above the table.")
    published: Literal["ruler", "nolima"] | None = Field(
        default=None, description="Rows of this publication below yours."
    )
    effective: EffectiveRule = Field(
        default="ruler",
        description="Rule of the effective length: ruler, nolima, or a least accuracy such as 0.9.",
    )
    whole: int | None = Field(
        default=None, ge=2, description="How many tasks the test has; fewer are said to be fewer."
    )
    missing: str | None = Field(
        default=None, max_length=120, description="What to do about the tasks that are not here."
    )

    @field_validator("effective", mode="before")
    @classmethod
    def _known_rule(cls, value: Any) -> Any:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value not in ("ruler", "nolima") and not (number and 0 < value <= 1):
            raise ValueError(
                'not a rule of effective length; use "ruler", "nolima", or a least accuracy such '
                "as 0.9"
            )
        return float(value) if number else value


_SECRET_HEADERS = frozenset({"authorization", "x-api-key", "api-key", "x-goog-api-key", "cookie"})


class ProviderSection(_Section):
    """A host of your own; its models are then called NAME/MODEL."""

    api: Literal["openai", "anthropic", "google"] = "openai"
    base_url: str = Field(description="For example http://127.0.0.1:8000/v1")
    api_key_env: str | None = Field(
        default=None, description="Environment variable that holds the key; never the key itself."
    )
    tokenizer: str | None = Field(
        default=None, description="A known vocabulary, or the path of a tokenizer.json."
    )
    headers: dict[str, str] = Field(default_factory=dict)
    api_version: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,39}$",
        description="Azure OpenAI's dated interface, such as 2024-10-21; base_url then is "
        "https://NAME.openai.azure.com, and a model's name is that of its deployment.",
    )

    @field_validator("base_url")
    @classmethod
    def _plain_url(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("not an address of the form https://host/path")
        if "@" in parts.netloc or parts.query:
            raise ValueError(
                "an address must not carry credentials or a query; name the key's environment "
                "variable in api_key_env, and write Azure's ?api-version=... as api_version"
            )
        if parts.path.rstrip("/").endswith(("/chat/completions", "/v1/messages")):
            raise ValueError(
                "niah adds the path of the request itself; leave out "
                "/chat/completions or /v1/messages"
            )
        return value.rstrip("/")

    @field_validator("api_key_env")
    @classmethod
    def _variable_name(cls, value: str | None) -> str | None:
        if value is not None and not (value.isidentifier() and value == value.upper()):
            raise ValueError(
                "not the name of an environment variable, such as LOCAL_API_KEY; keys never "
                "stand in an experiment file"
            )
        return value

    @field_validator("headers")
    @classmethod
    def _no_secrets(cls, value: dict[str, str]) -> dict[str, str]:
        for name, content in value.items():
            if name.lower() in _SECRET_HEADERS:
                raise ValueError(f"the header {name} carries a key; use api_key_env instead")
            if not (name + content).isprintable() or not name.isascii():
                raise ValueError("a header is one line of printable characters")
        return value

    @model_validator(mode="after")
    def _versions_are_azures(self) -> ProviderSection:
        if self.api_version is not None and self.api != "openai":
            raise ValueError(f'api_version is for Azure\'s api = "openai", not for {self.api}')
        return self


Calibrate = Literal["auto", "off"] | Annotated[float, Field(ge=0.6, le=8.0)]


class PriceSection(_Section):
    """USD per million tokens, in place of the published prices."""

    input: float = Field(ge=0)
    output: float = Field(ge=0)
    cached_input: float | None = Field(default=None, ge=0)
    cache_write: float | None = Field(default=None, ge=0)


class ModelSection(_Section):
    """What you know better about one model."""

    tokenizer: str | None = None
    context_window: int | None = Field(default=None, ge=1)
    price: PriceSection | None = None
    max_output_tokens: int | None = Field(default=None, ge=1)
    reasoning: bool | None = Field(
        default=None,
        description="Whether it thinks before it answers; told by its name when not given.",
    )
    calibrate: Calibrate = Field(
        default="auto",
        description="Where the model's own vocabulary is unknown: auto asks the provider how many "
        "tokens a few short prompts have, off takes the stand-in's count for its own, a number is "
        "the tokens that it has for each one of the stand-in.",
    )


def _one_or_more(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


class Experiment(_Section):
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
    report: ReportSection = ReportSection()
    providers: dict[str, ProviderSection] = Field(default_factory=dict)
    model: dict[str, ModelSection] = Field(
        default_factory=dict, description="Settings of single models, by their full name."
    )

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
        task, grid = value.get("task"), value.get("grid")
        kind = task.get("kind") if isinstance(task, dict) else None
        if not isinstance(kind, str) or not isinstance(grid, dict):
            return value
        try:
            has_depth = find_family(kind).has_depth
        except TaskError:
            return value  # the runner says what is wrong with it
        return value if has_depth else {**value, "grid": {**grid, "depth_percents": [0]}}

    @property
    def family(self) -> Family:
        """The task's family.

        Raises:
            TaskError: if it is unknown.
        """
        return find_family(self.task.kind)

    @property
    def language(self) -> str:
        """Language of needle and question."""
        return self.task.language or self.haystack.language

    def canonical_json(self) -> str:
        """The whole experiment as JSON with sorted keys; ``parse_canonical`` reads it back."""
        return json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=True)

    def resolved_models(self) -> tuple[Model, ...]:
        """Its models, with this file's providers, prices, vocabularies and windows applied.

        Raises:
            ModelError: if a name cannot be resolved.
        """
        own = {name: _provider(name, section) for name, section in self.providers.items()}
        return tuple(
            resolve_model(
                name,
                providers=own,
                prices={
                    key: _price(section.price)
                    for key, section in self.model.items()
                    if section.price
                },
                tokenizers={
                    key: section.tokenizer
                    for key, section in self.model.items()
                    if section.tokenizer
                },
                windows={
                    key: section.context_window
                    for key, section in self.model.items()
                    if section.context_window
                },
                reasoning={
                    key: section.reasoning
                    for key, section in self.model.items()
                    if section.reasoning is not None
                },
            )
            for name in self.models
        )

    def calibrate(self, model: Model) -> Calibrate:
        """How the model's token counts are matched; ``off`` where its own vocabulary is known."""
        own = self.model.get(model.id)
        if model.tokenizer_known:
            return "off"
        return own.calibrate if own else "auto"

    def max_output_tokens(self, model: Model) -> int:
        """The output limit that requests to the model carry, thinking included."""
        own = self.model.get(model.id)
        return (
            (own.max_output_tokens if own else None)
            or self.request.max_output_tokens
            or (REASONING_OUTPUT_TOKENS if model.reasoning else self.family.output_tokens)
        )


# One needle at the asked depth and nothing else in the haystack: it can be cut at any length.
SHAREABLE_TASKS = ("single",)

# A thinking model needs room to think.
REASONING_OUTPUT_TOKENS = 16_384


def _provider(name: str, section: ProviderSection) -> Provider:
    preset = PROVIDERS.get(name)
    # A preset without an address of its own, such as Azure, waits for nothing else. Another one's
    # key is not sent to an address that the file gives unless the file names the key too.
    usual_key = preset.api_key_env if preset and not preset.base_url else None
    return Provider(
        name=name,
        api=section.api,
        base_url=section.base_url,
        api_key_env=section.api_key_env or usual_key,
        api_version=section.api_version,
        tokenizer=section.tokenizer,
        headers=section.headers,
        description="defined in the experiment file",
    )


def _price(section: PriceSection) -> Price:
    rate = Rate(
        input_usd=section.input,
        output_usd=section.output,
        cached_input_usd=section.cached_input,
        cache_write_usd=section.cache_write,
    )
    return Price(rates=(rate,), source="experiment file")


def experiment_sha256(experiment: Experiment, ingredients: Mapping[str, Any]) -> str:
    """Hash over everything that affects a request: limits, prices and reports are not in it.

    Paths are not in it either; the ingredients carry the hashes of what they lead to.

    Args:
        experiment: The experiment.
        ingredients: Hashes and versions of corpus, vocabularies, task, composition.
    """
    content = experiment.model_dump(mode="json", exclude={"limits", "report"})
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
