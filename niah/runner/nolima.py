"""NoLiMa's two numbers of an associative task, with the published ones to compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from niah.runner.results import estimate_json, experiment_of
from niah.statistics.analysis import Analysis
from niah.statistics.effective import NOLIMA_SHARE, BaseScore, EffectiveLength, base_score
from niah.statistics.published import NOLIMA, PublishedRow
from niah.store import Run

KIND = "associative"


@dataclass(frozen=True, slots=True, kw_only=True)
class NolimaResult:
    """A sweep by NoLiMa's rule.

    Attributes:
        base: Its base score.
        effective: The longest length with at least 0.85 of it.
        pooled: Whether both are from the pooled map: of adaptive runs, whose raw means are uneven,
            unless nothing at all was right at the base lengths.
    """

    base: BaseScore
    effective: EffectiveLength
    pooled: bool


def nolima_of(run: Run, analysis: Analysis) -> NolimaResult | None:
    """Of a sweep of an associative task; None of others, or without a scored trial."""
    experiment = experiment_of(run)
    if experiment is None or experiment.task.kind != KIND or analysis.pooled is None:
        return None
    found = next((r for r in analysis.rulings if r.raw.rule.name == NOLIMA.name), None)
    if found is None:
        return None
    pooled = experiment.sampling.mode == "adaptive" and not found.pooled.rule.void
    by_length = analysis.pooled.margins.by_length if pooled else analysis.summary.by_length
    return NolimaResult(
        base=base_score(by_length),
        effective=found.pooled if pooled else found.raw,
        pooled=pooled,
    )


def published_base(row: PublishedRow) -> float:
    """The base score of a published row, in [0, 1]."""
    return row.effective.rule.threshold / NOLIMA_SHARE


def nolima_json(result: NolimaResult) -> dict[str, Any]:
    """Both numbers, and the published rows, as JSON values."""
    effective = result.effective
    return {
        "base_score": {
            **estimate_json(result.base.accuracy),
            "context_length": result.base.context_length,
        },
        "share": NOLIMA_SHARE,
        "effective_tokens": effective.value,
        "interval": [effective.lower, effective.upper],
        "at_least": effective.value == effective.longest_tested,
        "estimate": "pooled" if result.pooled else "raw",
        "published": {
            "citation": NOLIMA.citation,
            "rows": [
                {
                    "model": row.model,
                    "base_score": published_base(row),
                    "effective_tokens": row.effective.value,
                    "by_length": {
                        str(int(length)): float(row.by_length.accuracy[place])
                        for place, length in enumerate(row.by_length.axis)
                    },
                }
                for row in NOLIMA.rows
            ],
        },
    }
