"""A run's numbers for Prometheus' node exporter: one file of gauges, replaced as a whole."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from niah.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from niah.runner.run import RunResult

Metric = tuple[str, str, list[tuple[dict[str, str], float]]]
"""A gauge's name, its meaning, and its samples: labels and value."""


def check_metrics_path(path: Path | None) -> None:
    """Refuse, before anything is sent, a file that could not be written in the end.

    Raises:
        ConfigurationError: if the exporter would not read it, or the library is not installed.
    """
    if path is None:
        return
    if path.suffix != ".prom":
        raise ConfigurationError(
            f"--metrics {path}: the node exporter reads files that end in .prom; name it so"
        )
    try:
        import prometheus_client  # noqa: F401
    except ImportError:
        raise ConfigurationError(
            "--metrics needs the package prometheus-client: pip install 'niah[metrics]'"
        ) from None


def write_metrics(path: Path, result: RunResult) -> None:
    """Write the run's gauges; whoever reads the file sees the old ones or the new ones.

    Units are in the names: ratios in [0, 1], tokens, USD, seconds since 1970.

    Raises:
        ConfigurationError: if the file cannot be written.

    Source: the text format and the naming rules of Prometheus.
    """
    from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

    registry = CollectorRegistry()
    for name, meaning, samples in (*_of_run(result), *_of_sweeps(result)):
        if samples:
            gauge = Gauge(name, meaning, labelnames=list(samples[0][0]), registry=registry)
            for labels, value in samples:
                gauge.labels(**labels).set(value)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_to_textfile(str(path), registry)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror or error}") from None


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
        "Prompt tokens as reported, else as counted.",
        [(labels, sweep.input_tokens.value or sweep.prompt_tokens) for labels, sweep in sweeps],
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
