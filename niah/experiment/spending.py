"""What a run may use, and which trials it spends that on."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from niah.experiment.section import Section
from niah.tasks.controls import Control


class LimitsSection(Section):
    """What the run may use. Changing these never changes a request."""

    concurrency: int = Field(
        default=16, ge=1, le=4096, description="Requests in flight, over all models."
    )
    max_cost_usd: float | None = Field(
        default=None, ge=0, le=1e9, description="Hard stop for the run."
    )
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


class SamplingSection(Section):
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


def _kinds(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


class ControlsSection(Section):
    """What is measured beside the map, in runs of their own. Changing these changes no request."""

    trials: int = Field(
        default=5,
        ge=1,
        le=1_000,
        description="from-end: at every context length; absent: at the shortest and the longest; "
        "no-context and needle-only, which have no length: twice as many in all.",
    )
    kinds: Annotated[tuple[Control, ...], BeforeValidator(_kinds)] | None = Field(
        default=None,
        min_length=1,
        description="Which controls; every one that means something for the task family when not "
        "given.",
    )
