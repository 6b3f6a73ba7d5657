"""What a gate's metrics are: the verdict, what it rests on, and what its re-tests cost.

Their names begin with ``niah_gate``, so that one directory may hold a run's file beside them.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, get_args

from niah.cli.metrics import Metric
from niah.statistics.gates import Verdict

if TYPE_CHECKING:
    from niah.runner.gating import Gate
    from niah.runner.retests import SentRetests

Labels = dict[str, str]


def gate_metrics(gate: Gate, sent: SentRetests | None, *, decided_at: datetime) -> Iterator[Metric]:
    """The gauges of a verdict and of each sweep that it judged.

    Units are in the names: ratios in [0, 1], trials, USD, seconds since 1970.
    """
    run = {"experiment": gate.run.name, "simulated": str(gate.run.simulated).lower()}
    yield (
        "niah_gate_decided_timestamp_seconds",
        "When the verdict was reached.",
        [(run, decided_at.timestamp())],
    )
    yield (
        "niah_gate_verdict",
        "1 for the verdict that was reached, 0 for the others.",
        _one_of_all(run, gate.verdict),
    )
    if sent is not None:
        yield from _of_retests(run, sent)
    yield from _of_sweeps(run, gate)


def _of_retests(run: Labels, sent: SentRetests) -> Iterator[Metric]:
    yield "niah_gate_retest_trials", "Re-tests that were planned.", [(run, sent.trials)]
    yield "niah_gate_retest_rounds", "Rounds of re-tests that were measured.", [(run, sent.rounds)]
    if sent.cost_usd is not None:
        yield (
            "niah_gate_retest_cost_usd",
            "What the re-tests have cost, or may have.",
            [(run, sent.cost_usd)],
        )
    if sent.budget_usd is not None:
        yield "niah_gate_retest_budget_usd", "Most that they may cost.", [(run, sent.budget_usd)]


def _of_sweeps(run: Labels, gate: Gate) -> Iterator[Metric]:
    from niah.runner.gating import alarms

    sweeps = [({**run, "model": one.grid.model, "task": one.grid.task}, one) for one in gate.sweeps]
    scored = [(labels, one.accuracy) for labels, one in sweeps if one.accuracy.n]
    dropped = [
        (labels, found[0])
        for labels, one in sweeps
        if one.compared is not None and (found := alarms(one.compared))
    ]
    yield (
        "niah_gate_sweep_verdict",
        "1 for the verdict on the sweep, 0 for the others.",
        [sample for labels, one in sweeps for sample in _one_of_all(labels, one.verdict)],
    )
    yield (
        "niah_gate_sweep_scored_trials",
        "Trials in the accuracy, re-tests apart.",
        [(labels, one.accuracy.n) for labels, one in sweeps],
    )
    yield (
        "niah_gate_sweep_accuracy_ratio",
        "Mean score of the run's scored trials, re-tests apart; of an adaptive run, mean of its "
        "pooled map.",
        [(labels, accuracy.value) for labels, accuracy in scored],
    )
    yield (
        "niah_gate_sweep_accuracy_lower_ratio",
        "Lower bound of the accuracy's 95% interval.",
        [(labels, accuracy.lower) for labels, accuracy in scored],
    )
    yield (
        "niah_gate_sweep_accuracy_upper_ratio",
        "Upper bound of the accuracy's 95% interval.",
        [(labels, accuracy.upper) for labels, accuracy in scored],
    )
    yield (
        "niah_gate_sweep_drop_ratio",
        "Accuracy lost, by its re-tests, in the largest region that has dropped.",
        [(labels, alarm.drop) for labels, alarm in dropped],
    )
    yield (
        "niah_gate_sweep_drop_lower_ratio",
        "Lower bound of that drop's 95% interval.",
        [(labels, alarm.lower) for labels, alarm in dropped],
    )
    yield (
        "niah_gate_sweep_drop_upper_ratio",
        "Upper bound of that drop's 95% interval.",
        [(labels, alarm.upper) for labels, alarm in dropped],
    )


def _one_of_all(labels: Labels, verdict: Verdict) -> list[tuple[Labels, float]]:
    return [
        ({**labels, "verdict": name}, float(name == verdict)) for name in sorted(get_args(Verdict))
    ]
