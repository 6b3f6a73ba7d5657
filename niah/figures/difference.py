"""Two sweeps as one map of differences, regions that differ significantly outlined."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from niah.errors import ConfigurationError
from niah.figures.heatmap import ANNOTATED_CELLS, SCALES, HeatmapData
from niah.figures.states import Matrix
from niah.figures.text import (
    LANGUAGES,
    WORDS,
    Facts,
    Language,
    caption,
    depth_label,
    length_label,
    localized,
    one_of,
    plain,
    share_label,
    trials_words,
)

if TYPE_CHECKING:
    from niah.statistics.compare import Comparison


def difference_data(
    comparison: Comparison,
    facts: Facts,
    *,
    first: str,
    second: str,
    task: str,
    simulated: bool = False,
    language: str = "en",
    scale: str = "categorical",
) -> HeatmapData:
    """What the difference heatmap of two sweeps shows: second minus first, cell by cell.

    Args:
        comparison: The numbers.
        facts: The small print.
        first, second: Names of the sweeps, such as models or runs.
        task: Label of the task.
        simulated: Whether either is a reference reader.
        language: Of titles and labels.
        scale: See `HeatmapData`.

    Raises:
        ConfigurationError: if no cell was measured by both, or language or scale is unknown.
    """
    language = one_of("language", language, LANGUAGES)
    scale = one_of("scale", scale, SCALES)
    values = comparison.cell_difference
    if values.size == 0:
        raise ConfigurationError(
            f"{plain(first)} and {plain(second)} have no cell in common; compare sweeps of one grid"
        )
    words = WORDS[language]
    rows: Matrix = tuple(
        tuple(None if math.isnan(v) else v for v in row) for row in values.tolist()
    )
    n = tuple(tuple(int(v) for v in row) for row in comparison.cell_n.tolist())
    counts = [v for row in n for v in row if v]
    legend = []
    if any(v is None for row in rows for v in row):
        legend.append(("not-measured", words["not-both"]))
    if comparison.significant.any():
        legend.append(("outlined", words["outlined"]))
    nothing: Matrix = tuple(tuple(None for _ in row) for row in rows)
    small = max(values.shape) <= ANNOTATED_CELLS
    return HeatmapData(
        title=words["minus"].format(first=plain(first), second=plain(second)),
        subtitle=(
            words["difference-of"].format(task=plain(task)),
            _overall(comparison, language),
        ),
        warning=words["simulated"] if simulated else "",
        caption=(
            ", ".join(
                (
                    words["paired" if comparison.paired else "unpaired"],
                    trials_words(min(counts, default=0), max(counts, default=0), language),
                )
            ),
            *caption(facts, n_low=0, n_high=0, language=language)[1:],
        ),
        length_axis=words["length"],
        depth_axis=words["depth"],
        accuracy_axis=words["difference"],
        context_lengths=tuple(int(v) for v in comparison.context_lengths),
        depth_percents=tuple(float(v) for v in comparison.depth_percents),
        length_ticks=tuple(length_label(int(v), language) for v in comparison.context_lengths),
        depth_ticks=tuple(depth_label(float(v), language) for v in comparison.depth_percents),
        scale=scale,
        accuracy=rows,
        lower=nothing,
        upper=nothing,
        n=n,
        state=tuple(tuple("not-measured" if v is None else "scored" for v in row) for row in rows),
        partial=tuple(tuple(False for _ in row) for row in rows),
        annotations=tuple(tuple(_signed(v, language) for v in row) for row in rows)
        if small
        else (),
        legend=tuple(legend),
        language=language,
        kind="difference",
        outlined=tuple(tuple(bool(v) for v in row) for row in comparison.significant)
        if comparison.significant.any()
        else (),
    )


def _overall(comparison: Comparison, language: Language) -> str:
    difference = comparison.difference
    if math.isnan(difference.value):
        return WORDS[language]["no-trials"]
    return WORDS[language]["overall-difference"].format(
        value=_points(difference.value, language),
        lower=_points(difference.lower, language),
        upper=_points(difference.upper, language),
        cells=int(comparison.significant.sum()),
        all=sum(not math.isnan(v) for v in comparison.cell_difference.flat),
    )


def _points(difference: float, language: Language) -> str:
    return localized(f"{difference * 100:+.1f}", language).replace("-", "\u2212")


def _signed(difference: float | None, language: Language) -> str:
    if difference is None:
        return ""
    if difference == 0:
        return "0"
    sign = "+" if difference > 0 else "\u2212"
    return sign + share_label(abs(difference), language)
