"""Stored runs to a report: every number is computed here, before anything is laid out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from niah import __version__
from niah.errors import ConfigurationError
from niah.figures.heatmap import HeatmapData, heatmap_data
from niah.figures.text import Language, plain, simulated_words
from niah.interface import sweeps as measured_sweeps
from niah.report import Passages, Report, Source, Sweep
from niah.report.pairs import compare_sweeps
from niah.report.words import DASH
from niah.runner.nolima import KIND as ASSOCIATIVE
from niah.statistics.analysis import Pooled, pooled_estimate_of
from niah.statistics.effective import (
    EffectiveLength,
    base_score,
    measured_effective_length,
    nolima_rule,
    ruler_rule,
    threshold_rule,
)
from niah.statistics.grids import Summary
from niah.statistics.margins import pooled_effective_length
from niah.statistics.positions import position_statistics


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run with its numbers.

    Attributes:
        source: The run.
        sweeps: Its sweeps, each with its trials.
        passages: Of its trials.
        threshold: Least accuracy of the experiment's own rule of effective length; None = none.
        pooled: Whether to report pooled maps; None = where sampling was adaptive, because raw
            averages mislead there.
    """

    source: Source
    sweeps: Sequence[measured_sweeps.Sweep]
    passages: Passages
    threshold: float | None = None
    pooled: bool | None = None


def gather(
    measured: Sequence[Measured],
    *,
    threshold: float | None = None,
    title: str | None = None,
    language: Language = "en",
) -> Report:
    """The report of some runs.

    Args:
        measured: The runs, in the order in which their sweeps are to stand.
        threshold: Least accuracy of the effective context length; when None, that of each
            experiment, or RULER's.
        title: Of the report; the models by default.
        language: Of all words.

    Raises:
        ConfigurationError: if no run has a cell.
    """
    chosen = [(run, one) for run in measured for one in run.sweeps if one.grid.accuracy.size]
    labels = measured_sweeps.labels_of([one for _, one in chosen])
    sweeps = [
        _sweep(run, one, label, run.threshold if threshold is None else threshold, language)
        for (run, one), label in zip(chosen, labels, strict=True)
    ]
    if not sweeps:
        names = ", ".join(run.source.run.run for run in measured)
        raise ConfigurationError(f"{names}: no cell to report; run the sweep first")
    pairs, refusals = compare_sweeps(sweeps, [one for _, one in chosen], language)
    return Report(
        title=plain(title) if title else _title(labels),
        warning=simulated_words(labels, [s.grid.simulated for s in sweeps], language),
        sources=tuple(run.source for run in measured),
        sweeps=tuple(sweeps),
        pairs=pairs,
        refusals=refusals,
        passages={run.source.run.run: run.passages for run in measured},
        facts=measured_sweeps.merged_facts([one for _, one in chosen]),
        language=language,
        niah_version=__version__,
    )


def _sweep(
    run: Measured,
    one: measured_sweeps.Sweep,
    label: str,
    threshold: float | None,
    language: Language,
) -> Sweep:
    wanted = one.adaptive if run.pooled is None else run.pooled
    pooled = pooled_estimate_of(one.grid) if wanted else None
    summary = measured_sweeps.summary_of(one, pooled)
    effective = _effective(one, summary, threshold, pooled)
    base_from = one.summary if effective and effective[-1].rule.void else summary
    shown = heatmap_data(
        one.grid,
        summary,
        one.facts,
        pooled=None if pooled is None else pooled.map,
        pooled_margins=None if pooled is None else pooled.margins,
        effective=effective[0] if effective else None,
        claimed_tokens=one.claimed_tokens,
        controls=one.controls,
        language=language,
    )
    return Sweep(
        label=label,
        run=one.run.run,
        source="" if one.run.source == "measured" else plain(one.run.source),
        complete=one.run.status == "complete",
        grid=one.grid,
        summary=summary,
        positions=position_statistics(one.records),
        effective=effective,
        claimed_tokens=one.claimed_tokens,
        map=shown if one.has_depth else _without_depth(shown),
        records=one.records,
        has_depth=one.has_depth,
        controls=one.controls,
        base=base_score(base_from.by_length) if one.kind == ASSOCIATIVE and effective else None,
    )


def _without_depth(shown: HeatmapData) -> HeatmapData:
    """The one row of a task in which depth means nothing, named so."""
    return replace(shown, depth_axis="", depth_ticks=tuple(DASH for _ in shown.depth_ticks))


def _effective(
    one: measured_sweeps.Sweep,
    summary: Summary,
    threshold: float | None,
    pooled: Pooled | None,
) -> tuple[EffectiveLength, ...]:
    """By the user's rule, RULER's and NoLiMa's; none without a scored trial."""
    if not summary.accuracy.n:
        return ()
    rules = [] if threshold is None else [threshold_rule(threshold)]
    rules += [ruler_rule(), nolima_rule(summary.by_length, raw=one.summary.by_length)]
    if pooled is not None:
        return tuple(pooled_effective_length(pooled.margins, rule) for rule in rules)
    lengths = [int(length) for length in one.grid.context_lengths]
    return tuple(
        measured_effective_length(one.records, rule, context_lengths=lengths) for rule in rules
    )


def _title(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" +{len(names) - 3}" if len(names) > 3 else "")


def no_passages(reason: str) -> Passages:
    """The passages of a run whose prompts cannot be rebuilt, and why."""
    nothing: Mapping[str, tuple[()]] = {}
    return Passages(by_trial=nothing, missing=reason)
