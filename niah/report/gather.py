"""Stored runs to a report: every number is computed here, before anything is laid out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from niah import __version__
from niah.errors import ConfigurationError
from niah.figures.heatmap import heatmap_data
from niah.figures.text import Facts, Language, plain, simulated_words
from niah.report import Passages, Report, Source, Sweep
from niah.report.pairs import compare_sweeps
from niah.statistics import Grid
from niah.statistics.analysis import Pooled, pooled_estimate_of
from niah.statistics.effective import (
    EffectiveLength,
    measured_effective_length,
    nolima_rule,
    ruler_rule,
    threshold_rule,
)
from niah.statistics.grids import Summary
from niah.statistics.margins import pooled_effective_length
from niah.statistics.positions import position_statistics
from niah.store import Run, TrialRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run with its numbers.

    Attributes:
        source: The run.
        records: Its trials.
        grids, summaries: Of its sweeps, in one order.
        facts: Small print of each sweep, in the same order.
        claimed_tokens: The context window that the maker of each sweep's model states.
        passages: Of its trials.
        threshold: Least accuracy of the experiment's own rule of effective length; None = none.
        pooled: Whether to report the pooled map: of adaptive sampling, raw averages mislead.
    """

    source: Source
    records: Sequence[TrialRecord]
    grids: Sequence[Grid]
    summaries: Sequence[Summary]
    facts: Sequence[Facts]
    claimed_tokens: Sequence[int | None]
    passages: Passages
    threshold: float | None = None
    pooled: bool = False


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
    sweeps: list[Sweep] = []
    facts: list[Facts] = []
    label_of = _labels([(m.source.run, grid) for m in measured for grid in m.grids])
    for run in measured:
        for number, (grid, fact) in enumerate(zip(run.grids, run.facts, strict=True)):
            if grid.accuracy.size:
                label = label_of(run.source.run, grid)
                own = run.threshold if threshold is None else threshold
                sweeps.append(_sweep(run, number, label, own, language))
                facts.append(fact)
    if not sweeps:
        names = ", ".join(run.source.run.run for run in measured)
        raise ConfigurationError(f"{names}: no cell to report; run the sweep first")
    labels = [sweep.label for sweep in sweeps]
    pairs, refusals = compare_sweeps(sweeps, [m.source.run for m in measured], facts, language)
    return Report(
        title=plain(title) if title else _title(labels),
        warning=simulated_words(labels, [s.grid.simulated for s in sweeps], language),
        sources=tuple(run.source for run in measured),
        sweeps=tuple(sweeps),
        pairs=pairs,
        refusals=refusals,
        passages={run.source.run.run: run.passages for run in measured},
        language=language,
        niah_version=__version__,
    )


def _sweep(
    run: Measured, number: int, label: str, threshold: float | None, language: Language
) -> Sweep:
    grid, summary, claimed = run.grids[number], run.summaries[number], run.claimed_tokens[number]
    records = tuple(r for r in run.records if (r.model, r.task) == (grid.model, grid.task))
    pooled = pooled_estimate_of(grid) if run.pooled else None
    if pooled is not None:
        margins = pooled.margins
        summary = replace(
            summary,
            accuracy=margins.accuracy,
            by_length=margins.by_length,
            by_depth=margins.by_depth,
        )
    effective = _effective(grid, summary, records, threshold, pooled)
    return Sweep(
        label=label,
        run=run.source.run.run,
        source="" if run.source.run.source == "measured" else plain(run.source.run.source),
        complete=run.source.run.status == "complete",
        grid=grid,
        summary=summary,
        positions=position_statistics(records),
        effective=effective,
        claimed_tokens=claimed,
        map=heatmap_data(
            grid,
            summary,
            run.facts[number],
            pooled=None if pooled is None else pooled.map,
            pooled_margins=None if pooled is None else pooled.margins,
            effective=effective[0] if effective else None,
            claimed_tokens=claimed,
            language=language,
        ),
        records=records,
    )


def _effective(
    grid: Grid,
    summary: Summary,
    records: Sequence[TrialRecord],
    threshold: float | None,
    pooled: Pooled | None,
) -> tuple[EffectiveLength, ...]:
    """By the user's rule, RULER's and NoLiMa's; none without a scored trial."""
    if not summary.accuracy.n:
        return ()
    rules = [] if threshold is None else [threshold_rule(threshold)]
    rules += [ruler_rule(), nolima_rule(summary.by_length)]
    if pooled is not None:
        return tuple(pooled_effective_length(pooled.margins, rule) for rule in rules)
    lengths = [int(length) for length in grid.context_lengths]
    return tuple(
        measured_effective_length(records, rule, context_lengths=lengths) for rule in rules
    )


def _labels(all_grids: Sequence[tuple[Run, Grid]]) -> Callable[[Run, Grid], str]:
    """A name for each sweep: the model, with the task or the run where these tell it apart."""
    models = Counter(grid.model for _, grid in all_grids)
    kinds = Counter((grid.model, grid.task) for _, grid in all_grids)
    tasks = {grid.task for _, grid in all_grids}

    def label(run: Run, grid: Grid) -> str:
        parts = [grid.model]
        if models[grid.model] > 1 and len(tasks) > 1:
            parts.append(grid.task)
        if kinds[grid.model, grid.task] > 1:
            parts.append(run.run)
        return plain(", ".join(parts))

    return label


def _title(names: Sequence[str]) -> str:
    return ", ".join(names[:3]) + (f" +{len(names) - 3}" if len(names) > 3 else "")


def no_passages(reason: str) -> Passages:
    """The passages of a run whose prompts cannot be rebuilt, and why."""
    nothing: Mapping[str, tuple[()]] = {}
    return Passages(by_trial=nothing, missing=reason)
