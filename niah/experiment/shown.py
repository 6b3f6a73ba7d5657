"""What is said about results; nothing here changes a request."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from niah.experiment.section import Section


class ReportSection(Section):
    """What is said about the results. Changing these never changes a request."""

    effective: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Your own rule for the effective context length: the least accuracy, such as "
        "0.9, that every length up to it reaches.",
    )


EffectiveRule = Literal["ruler", "nolima"] | Annotated[float, Field(gt=0, le=1)]


class TableSection(Section):
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
