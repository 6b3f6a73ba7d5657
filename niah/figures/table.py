"""A table in RULER's form, as plain values: sweeps down, context lengths across, averages.

The form is that of Hsieh et al. (2024), RULER; words and numbers are our own, and each number has
its interval.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from niah.errors import ConfigurationError
from niah.figures.lengths import bound_words, shared_rule
from niah.figures.text import (
    LANGUAGES,
    WORDS,
    Estimated,
    Facts,
    Language,
    caption,
    length_label,
    one_of,
    plain,
    simulated_words,
)
from niah.statistics.intervals import Estimate
from niah.statistics.ruler import Averages, averages_of

if TYPE_CHECKING:
    from niah.statistics.effective import EffectiveLength
    from niah.statistics.grids import Marginal
    from niah.statistics.published import Publication, PublishedRow

MOST_LENGTHS = 40

Origin = Literal["measured", "simulated", "imported", "published"]
"""Of a row's numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tabled:
    """One sweep for a table.

    Attributes:
        label: Name of the sweep.
        by_length: Its accuracy per context length.
        effective: Its effective context length; None = nothing was scored.
        claimed_tokens: What the model's maker states; None = unknown.
        origin: Of its numbers.
        averages: Over its lengths; by default those of `by_length`, whose lengths are taken as
            independent. Those of a pooled map are not.
    """

    label: str
    by_length: Marginal
    effective: EffectiveLength | None
    claimed_tokens: int | None = None
    origin: Origin = "measured"
    averages: Averages | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One row.

    Attributes:
        label: Name of the sweep, or of a published model.
        origin: Of its numbers; published ones have no intervals.
        estimate: Whether its accuracies are raw or those of a pooled map.
        claimed, effective: Context lengths in words; empty = unknown.
        effective_bounds: The interval of the effective length in words; empty = none.
        claimed_tokens, effective_tokens, effective_lower, effective_upper: The same as numbers;
            an effective length of 0 is below every tested length; None = there is none.
        accuracy: At each of the table's lengths; None = not measured.
        average: Over the measured lengths.
        rising, falling: The same with weights 1, 2, ... that favour long or short contexts.
    """

    label: str
    origin: Origin
    estimate: Estimated
    claimed: str
    effective: str
    effective_bounds: str
    claimed_tokens: int | None
    effective_tokens: int | None
    effective_lower: int | None
    effective_upper: int | None
    accuracy: tuple[Estimate | None, ...]
    average: Estimate
    rising: Estimate
    falling: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class TableData:
    """Everything that a table shows.

    Attributes:
        title, warning: As in `HeatmapData`.
        subtitle: Task, and what the columns mean.
        caption: Statements of the small print.
        context_lengths: Of the columns, ascending.
        columns: Names of all columns; the claimed length has one only if any is known.
        rows: Measured ones first.
        language: Of all words.
    """

    title: str
    warning: str
    subtitle: tuple[str, ...]
    caption: tuple[str, ...]
    context_lengths: tuple[int, ...]
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    language: Language


def table_data(
    sweeps: Sequence[Tabled],
    facts: Facts,
    *,
    task: str,
    published: Publication | None = None,
    nearby: bool = False,
    estimate: Estimated = "raw",
    language: str = "en",
) -> TableData:
    """What a table of several sweeps shows.

    Args:
        sweeps: One row each; effective lengths all by one rule.
        facts: The small print.
        task: Label of the task.
        published: Rows to stand below ours, by their own rule of effective length.
        nearby: Whether a published number stands in the column of a length of ours within
            ``SAME_LENGTH`` of its own; the row then names its own lengths.
        estimate: Whether the sweeps' accuracies are raw or those of pooled maps.
        language: Of all words.

    Raises:
        ConfigurationError: if there is no sweep, lengths are too many, rules differ, or the
            language is unknown.
    """
    language = one_of("language", language, LANGUAGES)
    words = WORDS[language]
    if not sweeps:
        raise ConfigurationError("a table needs at least one sweep")
    rules = [(plain(s.label), s.effective.rule) for s in sweeps if s.effective]
    margins = [s.by_length for s in sweeps]
    theirs = published.rows if published else ()
    beside = [_beside(row.by_length, margins) if nearby else row.by_length for row in theirs]
    moved = any(new is not row.by_length for new, row in zip(beside, theirs, strict=True))
    margins += beside
    lengths = tuple(sorted({int(v) for margin in margins for v in margin.axis}))
    if len(lengths) > MOST_LENGTHS:
        raise ConfigurationError(
            f"{len(lengths)} different context lengths; a table shows at most {MOST_LENGTHS}"
        )
    rows = [
        _row(
            plain(s.label),
            s.by_length,
            s.effective,
            s.claimed_tokens,
            lengths,
            s.origin,
            estimate,
            s.averages or averages_of(s.by_length),
            language,
        )
        for s in sweeps
    ]
    rows += [
        _row(
            row.model if by_length is row.by_length else _with_lengths(row, language),
            by_length,
            row.effective,
            None,
            lengths,
            "published",
            "raw",
            averages_of(by_length),
            language,
        )
        for row, by_length in zip(theirs, beside, strict=True)
    ]
    counts = [int(n) for s in sweeps for n in s.by_length.n if n]
    return TableData(
        title=words["table"],
        warning=simulated_words(
            [plain(s.label) for s in sweeps],
            [s.origin == "simulated" for s in sweeps],
            language,
        ),
        subtitle=(
            words["task"].format(task=plain(task)),
            words["table-cells"],
            *((words["effective"].format(rule=shared_rule(rules, language)),) if rules else ()),
            words["table-weights"],
        ),
        caption=(
            *caption(
                facts,
                n_low=min(counts, default=0),
                n_high=max(counts, default=0),
                language=language,
                per="point",
                estimate=estimate,
            ),
            *(
                (words["table-published"].format(mark=PUBLISHED, citation=published.citation),)
                if published
                else ()
            ),
            *((words["table-beside"].format(mark=PUBLISHED),) if moved else ()),
        ),
        context_lengths=lengths,
        columns=(
            words["table-model"],
            *((words["table-claimed"],) if any(row.claimed for row in rows) else ()),
            words["table-effective"],
            *(length_label(length, language) for length in lengths),
            words["table-average"],
            words["table-rising"],
            words["table-falling"],
        ),
        rows=tuple(rows),
        language=language,
    )


PUBLISHED = "*"
"""Marks rows that others have published."""


SAME_LENGTH = 0.05
"""Share by which a published context length may differ from ours to stand in its column.

RULER's 4K are 4,096 tokens of prompt and output together, so that its prompts have 3,968 or more;
those of 128K have about 131,000. Ours are 4,000 and 128,000.
"""


def _beside(published: Marginal, ours: Sequence[Marginal]) -> Marginal:
    """A published row, each length of it that is nearly one of ours in that column."""
    lengths = sorted({int(v) for margin in ours for v in margin.axis})
    axis = [
        min(lengths, key=lambda own: abs(own - length), default=length) for length in published.axis
    ]
    near = [
        own if abs(own - length) <= SAME_LENGTH * length else length
        for own, length in zip(axis, published.axis, strict=True)
    ]
    if list(near) == list(published.axis):
        return published
    return replace(published, axis=np.array(near, dtype=published.axis.dtype))


def _with_lengths(row: PublishedRow, language: Language) -> str:
    ends = (length_label(int(row.by_length.axis[end]), language) for end in (0, -1))
    return row.model + " (" + "\u2013".join(ends) + ")"


def _row(
    label: str,
    by_length: Marginal,
    effective: EffectiveLength | None,
    claimed_tokens: int | None,
    lengths: Sequence[int],
    origin: Origin,
    estimate: Estimated,
    averages: Averages,
    language: Language,
) -> TableRow:
    measured = {
        int(by_length.axis[i]): by_length.estimate(i)
        for i in range(by_length.axis.size)
        if by_length.n[i]
    }
    words = WORDS[language]
    published = origin == "published"
    shown = effective if effective is not None and effective.longest_tested is not None else None
    void = shown is None or shown.rule.void
    return TableRow(
        label=label,
        origin=origin,
        estimate=estimate,
        claimed="" if claimed_tokens is None else length_label(claimed_tokens, language),
        effective="" if shown is None else bound_words(shown, shown.value, language),
        effective_bounds=""
        if shown is None or void or published
        else words["range"].format(
            lower=bound_words(shown, shown.lower, language),
            upper=bound_words(shown, shown.upper, language),
        ),
        claimed_tokens=claimed_tokens,
        effective_tokens=None if shown is None or void else shown.value or 0,
        effective_lower=None if shown is None or void or published else shown.lower or 0,
        effective_upper=None if shown is None or void or published else shown.upper or 0,
        accuracy=tuple(measured.get(length) for length in lengths),
        average=averages.equal,
        rising=averages.increasing,
        falling=averages.decreasing,
    )


def has_interval(estimate: Estimate) -> bool:
    """Whether an accuracy has an interval; published ones have none."""
    return not (math.isnan(estimate.lower) or math.isnan(estimate.upper))
