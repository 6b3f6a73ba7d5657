"""Numbers for Prometheus' node exporter: one file of gauges, replaced as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from niah.errors import ConfigurationError

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


def write_metrics(path: Path, metrics: Iterable[Metric]) -> None:
    """Write the gauges that have a sample; readers of the file see the old ones or the new ones.

    Raises:
        ConfigurationError: if the file cannot be written.

    Source: the text format and the naming rules of Prometheus.
    """
    from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

    registry = CollectorRegistry()
    for name, meaning, samples in metrics:
        if samples:
            gauge = Gauge(name, meaning, labelnames=list(samples[0][0]), registry=registry)
            for labels, value in samples:
                gauge.labels(**labels).set(value)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_to_textfile(str(path), registry)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror or error}") from None
