"""What is measured and asked: grid, task, haystack, prompt, sampling parameters of a request."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import (
    ConfigDict,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from niah.experiment.section import Section
from niah.experiment.series import MAX_CONTEXT_LENGTH, ContextLengths, DepthPercents
from niah.tasks.controls import DISTANCE_TOKENS, Control


class GridSection(Section):
    """Which cells are measured, and how often."""

    context_lengths: ContextLengths = Field(
        description="Tokens: a list, or a range. 128K is 128,000; 128Ki is 131,072."
    )
    depth_percents: DepthPercents = Field(
        description="0 is the start of the haystack, 100 its end: a list, or a range."
    )
    trials: int = Field(default=1, ge=1, le=10_000, description="Trials per cell.")


class TaskSection(Section):
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
    scorer: Literal["substring", "token-f1"] | None = Field(
        default=None,
        description="substring: an accepted answer counts wherever it stands in the response, as "
        "RULER counts; token-f1: the words in common with the nearest accepted answer, as SQuAD "
        "counts; the family's own scorer when not given.",
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


class HaystackSection(Section):
    """What the needles are planted in."""

    source: str | None = Field(
        default=None,
        description="niah haystacks lists them; collection is the SQuAD or HotpotQA file that "
        "task.path names.",
    )
    path: str | None = Field(
        default=None,
        description="A directory or file of your own .txt or .md, or a SQuAD or HotpotQA .json, "
        "relative to this file.",
    )
    language: str = Field(default="en", pattern="^[a-z]{2,3}$", description="ISO 639 code.")
    repeat: bool = Field(default=False, description="Lay a short text end to end until it fits.")

    @model_validator(mode="after")
    def _one_origin(self) -> HaystackSection:
        if self.source is not None and self.path is not None:
            raise ValueError("source and path are both given; keep one of them")
        return self


class PromptSection(Section):
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
    control: Control | None = Field(
        default=None,
        description="In place of the usual prompt: no-context (question alone), needle-only (no "
        "haystack), absent (the haystack without what answers the question), from-end (depth "
        "counts within the last control_distance_tokens). niah run --controls measures a few of "
        "each beside a map.",
    )
    control_distance_tokens: int = Field(
        default=DISTANCE_TOKENS,
        ge=1,
        le=MAX_CONTEXT_LENGTH,
        description="from-end: the last tokens of the haystack, in which the needles stand.",
    )

    @model_serializer(mode="wrap")
    def _as_it_was_hashed_before(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without what was added since, where that is as it was: trial ids stay the same."""
        values: dict[str, Any] = dump(self)
        added = {
            "wrapper": "xml",
            "sentence_order": "kept",
            "turns": 1,
            "control": None,
            "control_distance_tokens": DISTANCE_TOKENS,
        }
        return {key: v for key, v in values.items() if key not in added or v != added[key]}


# Fields of a request that have it billed by other prices than those that are listed.
_REPRICING = frozenset(
    {
        *("service_tier", "serviceTier", "speed", "inference_geo"),
        *("tools", "plugins", "web_search_options"),
    }
)


class RequestSection(Section):
    """Sampling parameters; a key that is not given is not sent."""

    temperature: float | None = Field(default=0.0, ge=0, le=2)
    top_p: float | None = Field(default=None, gt=0, le=1)
    seed: int | None = Field(default=None, description="Best effort at most providers.")
    max_output_tokens: int | None = Field(
        default=None,
        ge=1,
        description="Thinking included; 512 or what the task family needs when not given, "
        "16,384 for a model that thinks or is told to.",
    )
    reasoning_effort: str | None = None
    thinking_budget_tokens: int | None = Field(default=None, ge=0)
    extra_body: dict[str, Any] = Field(
        default_factory=dict, description="Merged into the request body as it is."
    )

    @property
    def listed_prices(self) -> bool:
        """Whether what it asks for is billed by the listed prices, as far as niah can tell."""
        return not _REPRICING & self.extra_body.keys()

    @property
    def thinking(self) -> bool:
        """Whether it asks a model to think that may not do so by itself."""
        return self.reasoning_effort not in (None, "none") or bool(self.thinking_budget_tokens)
