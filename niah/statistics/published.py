"""Accuracies over context length that others published, to stand beside measured ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from niah.statistics.effective import (
    NOLIMA_SHARE,
    EffectiveLength,
    effective_length,
    ruler_rule,
    threshold_rule,
)
from niah.statistics.grids import Marginal


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRow:
    """One model's published accuracies.

    Attributes:
        model: As published.
        by_length: Accuracy per context length; no interval was published, n is 1 per length.
        effective: By the publication's own rule.
    """

    model: str
    by_length: Marginal
    effective: EffectiveLength


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A published table.

    Attributes:
        name: Short.
        citation: For the notes of a table.
        task: What was averaged.
        rows: The models.
    """

    name: str
    citation: str
    task: str
    rows: tuple[PublishedRow, ...]


def _row(
    model: str,
    lengths: Sequence[int],
    percents: Sequence[float],
    base_percent: float | None = None,
) -> PublishedRow:
    accuracy = np.array(percents) / 100
    nothing = np.full(accuracy.size, np.nan)
    by_length = Marginal(
        axis=np.array(lengths, np.float64),
        accuracy=accuracy,
        lower=nothing,
        upper=nothing,
        n=np.ones(accuracy.size, np.int64),
        methods=("published",) * accuracy.size,
    )
    rule = (
        ruler_rule() if base_percent is None else threshold_rule(NOLIMA_SHARE * base_percent / 100)
    )
    return PublishedRow(
        model=model, by_length=by_length, effective=effective_length(by_length, rule)
    )


_RULER_LENGTHS = tuple(4_096 * 2**k for k in range(6))
_NOLIMA_LENGTHS = tuple(1_000 * 2**k for k in range(6))

RULER = Publication(
    name="RULER",
    citation="published by Hsieh et al. (2024), RULER, and its repository: mean of 13 tasks",
    task="RULER, 13 tasks",
    rows=tuple(
        _row(model, _RULER_LENGTHS, percents)
        for model, percents in (
            ("Gemini-1.5-pro", (96.7, 95.8, 96.0, 95.9, 95.9, 94.4)),
            ("GPT-4-1106-preview", (96.6, 96.3, 95.2, 93.2, 87.0, 81.2)),
            ("Jamba-1.5-large", (96.7, 96.6, 96.4, 96.0, 95.4, 95.1)),
            ("Qwen3-235B-A22B", (97.7, 97.2, 96.4, 95.1, 93.3, 90.6)),
            ("Llama3.1-70B", (96.5, 95.8, 95.4, 94.8, 88.4, 66.6)),
            ("Llama3.1-8B", (95.5, 93.8, 91.6, 87.4, 84.7, 77.0)),
            ("Mistral-Large-2411", (96.4, 96.3, 95.3, 94.0, 85.9, 48.1)),
            ("Command-R-plus-0824", (96.0, 95.1, 94.0, 92.4, 85.4, 64.6)),
            ("GLM4", (94.7, 92.8, 92.1, 89.9, 86.7, 83.1)),
        )
    ),
)

NOLIMA = Publication(
    name="NoLiMa",
    citation="published by Modarressi et al. (2025), NoLiMa, and its repository",
    task="NoLiMa",
    rows=tuple(
        _row(model, _NOLIMA_LENGTHS, percents, base)
        for model, base, percents in (
            ("GPT-4o", 99.3, (98.1, 98.0, 95.7, 89.2, 81.6, 69.7)),
            ("Llama 3.3 70B", 97.3, (94.2, 87.4, 81.5, 72.1, 59.5, 42.7)),
            ("Gemini 1.5 Pro", 92.6, (86.4, 82.7, 75.4, 63.9, 55.5, 48.2)),
            ("Claude 3.5 Sonnet", 87.6, (85.4, 84.0, 77.6, 61.7, 45.7, 29.8)),
            ("Gemini 2.0 Flash", 89.4, (87.7, 87.5, 77.9, 64.7, 48.2, 41.0)),
            ("GPT-4o mini", 84.9, (67.7, 58.2, 44.1, 32.6, 20.6, 13.7)),
        )
    ),
)

PUBLICATIONS = {"ruler": RULER, "nolima": NOLIMA}
