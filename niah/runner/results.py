"""From a stored run back to its plan and its numbers."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from niah.errors import ModelError
from niah.experiment import Experiment, parse_canonical
from niah.models import Model, resolve_model
from niah.plan import task_label
from niah.providers.calibration import Calibration
from niah.providers.noted import stored_calibrations
from niah.runner.prepare import given_calibrations
from niah.statistics import Grid
from niah.statistics.analysis import Analysis, analyse
from niah.statistics.effective import EffectiveLength
from niah.statistics.grids import CellKey, Summary, build_grids, summarize
from niah.statistics.intervals import Estimate
from niah.statistics.positions import position_statistics
from niah.store import Run, TrialRecord
from niah.tasks.controls import EACH_QUESTION, WITHOUT_HAYSTACK


def experiment_of(run: Run) -> Experiment | None:
    """The experiment of a run that niah measured; None for an imported run, which has none."""
    return parse_canonical(run.experiment) if run.source == "measured" else None


def original_scorer(run: Run) -> str:
    """The scorer that a run was measured with, as far as it is on record."""
    if run.source != "measured":
        return "the scores as imported"
    return run.versions.get("scorer") or f"the scorer of niah {run.versions.get('niah', '?')}"


def scorers_of(run: Run) -> str | None:
    """The scorer that a run is shown by and the one that it replaces; None = as measured."""
    return f"{run.scored_by}, originally {original_scorer(run)}" if run.scored_by else None


def planned_cells(experiment: Experiment) -> Mapping[CellKey, int]:
    """Trials that the experiment has for each cell."""
    label = task_label(experiment)
    return {
        (model, label, context_length, depth_percent): experiment.grid.trials
        for model in experiment.models
        for context_length in experiment.grid.context_lengths
        for depth_percent in experiment.grid.depth_percents
    }


def run_grids(run: Run, records: Iterable[TrialRecord]) -> list[Grid]:
    """The grids of a stored run, one per model and task."""
    records = list(records)
    return build_grids(records, simulated=run.simulated, planned=_planned(run, records))


def summarize_run(run: Run, records: Iterable[TrialRecord]) -> list[Summary]:
    """The numbers of a stored run, one value per model and task."""
    records = list(records)
    return summarize(records, simulated=run.simulated, planned=_planned(run, records))


def _planned(run: Run, records: Sequence[TrialRecord]) -> Mapping[CellKey, int]:
    """Trials planned for each cell; of an adaptive run, those that it has chosen.

    A run without haystacks has the cells that its prompts' lengths make.
    """
    experiment = experiment_of(run)
    if experiment is None:
        return {}
    chosen = Counter((r.model, r.task, r.context_length, r.depth_percent) for r in records)
    if experiment.prompt.control in WITHOUT_HAYSTACK:
        return chosen
    planned = planned_cells(experiment)
    if experiment.prompt.control in EACH_QUESTION:
        return {cell: max(n, chosen[cell]) for cell, n in planned.items()}
    if experiment.sampling.mode == "uniform":
        return planned
    return dict.fromkeys(planned, 0) | chosen


def analyse_run(
    run: Run, records: Iterable[TrialRecord], *, thresholds: Sequence[float] = ()
) -> list[Analysis]:
    """Every sweep of a stored run in all its numbers: raw and pooled, claimed and effective.

    Args:
        run: As stored.
        records: Its trials, or some of them.
        thresholds: Least accuracies of rules of effective length, in place of the experiment's own.

    Raises:
        ValueError: if a threshold is not in [0, 1].
    """
    records = list(records)
    experiment = experiment_of(run)
    own = experiment.report.effective if experiment else None
    analyses = analyse(
        records,
        simulated=run.simulated,
        planned=_planned(run, records),
        thresholds=thresholds or (() if own is None else (own,)),
        claimed_tokens={
            name: model.context_window for name, model in models_of(run, records).items()
        },
    )
    if experiment is not None and experiment.prompt.control not in (None, "from-end"):
        nowhere = position_statistics(())  # no length and no depth is put to use
        return [replace(analysis, rulings=(), positions=nowhere) for analysis in analyses]
    return analyses


def models_of(run: Run, records: Iterable[TrialRecord]) -> dict[str, Model]:
    """What is known of a run's models: by its experiment, or of an imported run by their names.

    Raises:
        ModelError: if a model of the experiment cannot be resolved.
    """
    experiment = experiment_of(run)
    if experiment is not None:
        return {model.id: model for model in experiment.resolved_models()}
    found = {}
    for name in {record.model for record in records}:
        try:
            found[name] = resolve_model(name)
        except ModelError:
            continue  # a name that only its publisher knows
    return found


def is_adaptive(run: Run) -> bool:
    """Whether a run's trials went where they told most: then its pooled numbers are shown first.

    Of other runs the raw ones are, which weigh all cells alike and are what others publish.
    """
    experiment = experiment_of(run)
    return experiment is not None and experiment.sampling.mode == "adaptive"


def effective_length_of(run: Run, analysis: Analysis) -> EffectiveLength | None:
    """The effective length that is shown first: by the user's own rule, or else RULER's.

    From the same estimate as the accuracy beside it, raw or pooled. None without a scored trial.
    """
    if not analysis.rulings:
        return None
    ruling = analysis.rulings[-1 if len(analysis.rulings) > 2 else 0]
    return ruling.pooled if is_adaptive(run) else ruling.raw


def pooled_accuracy(run: Run, analysis: Analysis) -> Estimate | None:
    """A sweep's accuracy over all cells alike, where trials went where they told most.

    None of a uniform run: there, the raw mean weighs all cells alike.
    """
    if not is_adaptive(run) or analysis.pooled is None:
        return None
    return analysis.pooled.margins.accuracy


def estimate_json(estimate: Estimate) -> dict[str, Any]:
    """A number with its n and its interval, as JSON values; NaN becomes null."""
    return {
        "accuracy": finite(estimate.value),
        "interval": [finite(estimate.lower), finite(estimate.upper)],
        "n": estimate.n,
        "method": estimate.method,
    }


def summary_json(summary: Summary) -> dict[str, Any]:
    """One sweep in numbers, as JSON values."""
    return {
        "model": summary.model,
        "task": summary.task,
        "simulated": summary.simulated,
        **estimate_json(summary.accuracy),
        "trials": summary.trials,
        "planned": summary.planned,
        "outcomes": {outcome: n for outcome, n in summary.outcomes.items() if n},
        "failures": summary.failures,
        "repeated_prompts": summary.repeated_prompts,
        "cut_before_text": summary.cut_before_text,
        "unscored_examples": summary.unscored_examples,
        "input_tokens": summary.input_tokens.value,
        "cached_input_tokens": summary.cached_input_tokens.value,
        "cache_write_tokens": summary.cache_write_tokens.value,
        "cached_share": summary.cached_share,
        "output_tokens": summary.output_tokens.value,
        "cost_usd": summary.cost_usd.value,
        "length_deviation": summary.length_deviation,
        "by_length": [
            {
                "context_length": int(summary.by_length.axis[i]),
                "accuracy": finite(summary.by_length.accuracy[i]),
                "interval": [
                    finite(summary.by_length.lower[i]),
                    finite(summary.by_length.upper[i]),
                ],
                "n": int(summary.by_length.n[i]),
            }
            for i in range(len(summary.by_length.axis))
        ],
    }


def calibrations_json(run: Run) -> dict[str, Any]:
    """How the tokens of a run's models were matched, as JSON values by model."""
    return {
        model: {
            "method": calibration.method,
            "tokenizer": calibration.tokenizer,
            "ratio": calibration.ratio,
            "overhead_tokens": calibration.overhead_tokens,
        }
        for model, calibration in run_calibrations(run).items()
    }


def run_calibrations(run: Run) -> dict[str, Calibration]:
    """The calibrations of a run by model, those that its experiment states included."""
    experiment = experiment_of(run)
    return {
        **({} if experiment is None else given_calibrations(experiment)),
        **stored_calibrations(run.versions),
    }


def finite(value: float) -> float | None:
    """The number, or None where it is NaN."""
    return None if math.isnan(value) else float(value)
