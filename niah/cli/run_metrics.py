"""What a run's metrics are: when it ended, what it cost, and each sweep's accuracy."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from niah.cli.metrics import Metric

if TYPE_CHECKING:
    from niah.runner.closing import RunResult


def run_metrics(result: RunResult) -> Iterator[Metric]:
    """The gauges of a run and of each of its sweeps.

    Units are in the names: ratios in [0, 1], tokens, USD, seconds since 1970.
    """
    yield from _of_run(result)
    yield from _of_sweeps(result)


def _of_run(result: RunResult) -> Iterator[Metric]:
    run = {"experiment": result.run.name, "simulated": str(result.run.simulated).lower()}
    ended = datetime.fromisoformat(result.run.finished_at or result.run.created_at)
    yield (
        "niah_run_finished_timestamp_seconds",
        "When the newest session of the run ended.",
        [(run, ended.timestamp())],
    )
    yield (
        "niah_run_complete",
        "1 when every trial has an outcome, else 0.",
        [(run, float(result.status == "complete"))],
    )
    if result.cost_usd is not None:
        yield "niah_run_cost_usd", "What the run has cost, or may have.", [(run, result.cost_usd)]


def _of_sweeps(result: RunResult) -> Iterator[Metric]:
    from niah.runner.results import pooled_accuracy

    every = [
        (
            {
                "experiment": result.run.name,
                "model": analysis.summary.model,
                "task": analysis.summary.task,
                "simulated": str(analysis.summary.simulated).lower(),
            },
            analysis,
        )
        for analysis in result.analyses
    ]
    sweeps = [(labels, analysis.summary) for labels, analysis in every]
    scored = [
        (labels, pooled_accuracy(result.run, analysis) or analysis.summary.accuracy)
        for labels, analysis in every
        if analysis.summary.accuracy.n
    ]
    yield (
        "niah_sweep_accuracy_ratio",
        "Mean score of the scored trials; of an adaptive run, mean of its pooled map.",
        [(labels, accuracy.value) for labels, accuracy in scored],
    )
    yield (
        "niah_sweep_accuracy_lower_ratio",
        "Lower bound of the accuracy's 95% interval.",
        [(labels, accuracy.lower) for labels, accuracy in scored],
    )
    yield (
        "niah_sweep_accuracy_upper_ratio",
        "Upper bound of the accuracy's 95% interval.",
        [(labels, accuracy.upper) for labels, accuracy in scored],
    )
    yield (
        "niah_sweep_scored_trials",
        "Trials in the accuracy.",
        [(labels, sweep.accuracy.n) for labels, sweep in sweeps],
    )
    yield (
        "niah_sweep_input_tokens",
        "Prompt tokens that were read: as reported, else as counted where the model answered.",
        [(labels, sweep.tokens_read) for labels, sweep in sweeps],
    )
    yield (
        "niah_sweep_trials",
        "Finished trials by outcome; failed ones were not measured.",
        [
            ({**labels, "outcome": outcome}, count)
            for labels, sweep in sweeps
            for outcome, count in sweep.outcomes.items()
        ],
    )
