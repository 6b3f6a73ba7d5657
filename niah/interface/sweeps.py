"""A stored run as sweeps: the numbers of each, and what stands beside them in small print."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from niah import __version__
from niah.errors import ConfigurationError, TaskError
from niah.experiment import Experiment
from niah.figures.table import Origin
from niah.figures.text import Facts, Provenance, plain
from niah.imports import import_record
from niah.models import Model
from niah.runner.results import (
    experiment_of,
    models_of,
    run_grids,
    scorers_of,
    summarize_run,
)
from niah.statistics import Grid
from niah.statistics.analysis import Pooled, pooled_estimate_of
from niah.statistics.controls import ControlResult
from niah.statistics.effective import (
    EffectiveLength,
    Rule,
    measured_effective_length,
    nolima_rule,
    ruler_rule,
    threshold_rule,
)
from niah.statistics.grids import Marginal, Summary
from niah.statistics.margins import pooled_effective_length
from niah.store import Run, TrialRecord
from niah.tasks.registry import find_family


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """One model's trials of one task in a stored run.

    Attributes:
        run: The run.
        records: The trials of this model and task.
        grid, summary: Their raw numbers.
        facts: The small print of their figures.
        claimed_tokens: The context window that the model's maker states; None = unknown.
        adaptive: Whether trials went where they told most, so that raw cells are uneven.
        kind: The task's family; of an imported run, as the task's name says.
        has_depth: Whether depth means anything in its task; what aggregates has length alone.
        controls: What was measured beside it.
    """

    run: Run
    records: tuple[TrialRecord, ...]
    grid: Grid
    summary: Summary
    facts: Facts
    claimed_tokens: int | None
    adaptive: bool
    kind: str = ""
    has_depth: bool = True
    controls: tuple[ControlResult, ...] = ()


def sweeps_of(
    run: Run, records: Iterable[TrialRecord], controls: Sequence[ControlResult] = ()
) -> list[Sweep]:
    """The sweeps of a run, in order of model and task.

    Args:
        run: As stored.
        records: Its trials.
        controls: What was measured beside it; each sweep gets those of its model.

    Raises:
        ModelError: if a model of its experiment cannot be resolved.
    """
    trials = tuple(records)
    models = models_of(run, trials)
    experiment = experiment_of(run)
    adaptive = experiment is not None and experiment.sampling.mode == "adaptive"
    return [
        Sweep(
            run=run,
            records=tuple(t for t in trials if (t.model, t.task) == (grid.model, grid.task)),
            grid=grid,
            summary=summary,
            facts=_facts(run, summary, models.get(grid.model)),
            claimed_tokens=models[grid.model].context_window if grid.model in models else None,
            adaptive=adaptive,
            kind=_kind(experiment, grid.task),
            has_depth=_has_depth(_kind(experiment, grid.task)),
            controls=tuple(found for found in controls if found.model == grid.model),
        )
        for grid, summary in zip(run_grids(run, trials), summarize_run(run, trials), strict=True)
    ]


def _kind(experiment: Experiment | None, task: str) -> str:
    """The experiment's family, whatever the task is called; of an imported run, by its name."""
    return task.partition("/")[0] if experiment is None else experiment.task.kind


def _has_depth(kind: str) -> bool:
    try:
        return find_family(kind).has_depth
    except TaskError:  # an imported run's task, or a package that is not installed here
        return True


LONGEST_MODEL = 80
"""Characters of a model's name in the label of a sweep."""


def labels_of(sweeps: Sequence[Sweep]) -> list[str]:
    """A name for each sweep: the model, with the task and the run where these tell it apart."""
    kinds = Counter((sweep.grid.model, sweep.grid.task) for sweep in sweeps)
    tasks = Counter(model for model, _ in kinds)

    def label(sweep: Sweep) -> str:
        parts = [plain(sweep.grid.model, LONGEST_MODEL)]  # what tells it apart is never cut off
        if tasks[sweep.grid.model] > 1:
            parts.append(sweep.grid.task)
        if kinds[sweep.grid.model, sweep.grid.task] > 1:
            parts.append(sweep.run.run)
        return plain(", ".join(parts))

    return [label(sweep) for sweep in sweeps]


def origin_of(sweep: Sweep) -> Origin:
    """Whether a sweep was measured, simulated or imported; simulated goes before imported."""
    if sweep.grid.simulated:
        return "simulated"
    return "measured" if sweep.run.source == "measured" else "imported"


def provenance_of(sweeps: Sequence[Sweep]) -> Provenance:
    """Where a figure of some sweeps comes from."""
    runs = {sweep.run.run: sweep.run.experiment_sha256 for sweep in sweeps}
    return Provenance(
        run=",".join(runs),
        experiment_sha256=",".join(dict.fromkeys(runs.values())),
        niah_version=__version__,
    )


def effective_of(sweep: Sweep, rule: str, pooled: Pooled | None = None) -> EffectiveLength | None:
    """The effective context length by a rule as the user writes it; None when nothing was scored.

    Args:
        sweep: What was measured.
        rule: ``ruler``, ``nolima``, or a least accuracy such as ``0.9`` or ``90%``.
        pooled: Take it from this estimate instead of the raw accuracies.

    Raises:
        ConfigurationError: if the rule is none of these.
    """
    by_length = sweep.summary.by_length if pooled is None else pooled.margins.by_length
    if not by_length.n.any():
        return None
    found = rule_named(rule, by_length, raw=sweep.summary.by_length)
    if pooled is not None:
        return pooled_effective_length(pooled.margins, found)
    lengths = [int(length) for length in sweep.grid.context_lengths]
    return measured_effective_length(sweep.records, found, context_lengths=lengths)


def rule_named(rule: str, by_length: Marginal, *, raw: Marginal) -> Rule:
    """A rule of effective length as the user writes it; see `effective_of` and `nolima_rule`."""
    name = rule.strip().lower()
    if name == "ruler":
        return ruler_rule()
    if name == "nolima":
        return nolima_rule(by_length, raw=raw)
    try:
        share = float(name.removesuffix("%")) / (100 if name.endswith("%") else 1)
        return threshold_rule(share)
    except ValueError:
        raise ConfigurationError(
            f"{plain(rule)!r} is not a rule of effective length; use ruler, nolima, or a least "
            "accuracy such as 0.9 or 90%"
        ) from None


def merged_facts(sweeps: Sequence[Sweep]) -> Facts:
    """The small print of one figure of several sweeps: what they share, spans and sums."""
    facts = [sweep.facts for sweep in sweeps]
    dates = sorted({f.date for f in facts if f.date is not None})
    ours = [f for f in facts if f.source is None]
    known = [f for f in ours if f.cost_usd is not None]
    return Facts(
        date=" \u2013 ".join(dict.fromkeys((dates[0], dates[-1]))) if dates else None,
        haystack=_common([f.haystack for f in facts]),
        tokenizer=_common([f.tokenizer for f in facts]),
        trials_per_cell=_same([f.trials_per_cell for f in facts]),
        cost_usd=sum(f.cost_usd or 0.0 for f in known) if known else None,
        cost_at_least=len(known) < len(ours) or any(f.cost_at_least for f in ours),
        source=_sources(sweeps),
        run=", ".join(dict.fromkeys(f.run for f in facts if f.run)) or None,
        niah_version=_common([f.niah_version for f in facts]),
        scored_by=_common([f.scored_by for f in facts]),
    )


def _sources(sweeps: Sequence[Sweep]) -> str | None:
    """Where imported sweeps come from, each by its name where others come from elsewhere."""
    sources = [sweep.facts.source for sweep in sweeps]
    if len(set(sources)) == 1:
        return sources[0]
    named = zip(sources, labels_of(sweeps), strict=True)
    return "; ".join(f"{source} ({label})" for source, label in named if source is not None)


def pooled_of(sweep: Sweep) -> Pooled:
    """The pooled estimate of a sweep.

    Raises:
        ConfigurationError: if no trial was scored.
    """
    found = pooled_estimate_of(sweep.grid)
    if found is None:
        raise ConfigurationError(
            f"no trial of {plain(sweep.grid.model)} was scored, so there is nothing to pool"
        )
    return found


def shows_pooled(sweeps: Sequence[Sweep], pooled: bool | None) -> bool:
    """Whether figures of some sweeps show pooled maps: as asked, or else of adaptive runs."""
    if pooled is not None:
        return pooled
    return any(s.adaptive for s in sweeps) and all(s.summary.accuracy.n for s in sweeps)


def summary_of(sweep: Sweep, pooled: Pooled | None) -> Summary:
    """The sweep's numbers, those along the axes from the pooled map where it is given."""
    if pooled is None:
        return sweep.summary
    margins = pooled.margins
    return replace(
        sweep.summary,
        accuracy=margins.accuracy,
        by_length=margins.by_length,
        by_depth=margins.by_depth,
    )


def tasks_of(sweeps: Sequence[Sweep]) -> str:
    """The tasks of some sweeps, each once."""
    return ", ".join(dict.fromkeys(sweep.grid.task for sweep in sweeps))


def _common(values: Sequence[str | None]) -> str | None:
    """All different values, joined; None when there is none."""
    return ", ".join(dict.fromkeys(value for value in values if value)) or None


def _same(values: Sequence[int | None]) -> int | None:
    return values[0] if len(set(values)) == 1 else None


def _facts(run: Run, summary: Summary, model: Model | None) -> Facts:
    experiment = experiment_of(run)
    if experiment is None or model is None:
        return Facts(
            date=import_record(run).get("choices", {}).get("date"),
            haystack=run.versions.get("haystack"),
            source=run.source,
            run=run.run,
            niah_version=run.versions.get("niah"),
            scored_by=scorers_of(run),
        )
    return Facts(
        date=(run.finished_at or run.created_at)[:10],
        haystack=run.versions.get("haystack"),
        tokenizer=model.tokenizer + ("" if model.tokenizer_known else " (stand-in)"),
        trials_per_cell=experiment.grid.trials,
        cost_usd=summary.cost_usd.value,
        cost_at_least=summary.cost_usd.unreported > 0,
        run=run.run,
        niah_version=run.versions.get("niah"),
        scored_by=scorers_of(run),
    )
