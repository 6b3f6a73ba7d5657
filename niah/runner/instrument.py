"""The whole pipeline over readers of known recall: planned, sent, scored, stored, analysed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import httpx

from niah.experiment import Experiment
from niah.runner.keys import Keys
from niah.runner.prepare import prepare
from niah.runner.run import run_experiment
from niah.statistics.grids import by_sweep
from niah.statistics.instrument import (
    LEAST_COVERAGE,
    LEAST_READER_COVERAGE,
    Reading,
    Verdict,
    judge,
    read_sweep,
)
from niah.store.database import Store
from niah.store.trials import iter_trials

Recall = Callable[[float, int], float]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentReport:
    """What the standard says about the instrument.

    Attributes:
        experiment: What was measured, at the first seed.
        readers: One verdict a reader.
        together: Over all readers.
        versions: Of niah and of all that shapes a prompt.
    """

    experiment: Experiment
    readers: tuple[Verdict, ...]
    together: Verdict
    versions: Mapping[str, str]

    @property
    def faults(self) -> tuple[str, ...]:
        """Why the instrument is out of tolerance; empty = it is within."""
        return tuple(
            fault for verdict in (*self.readers, self.together) for fault in verdict.faults
        )


def calibrate_instrument(
    experiments: Sequence[Experiment],
    recalls: Mapping[str, Recall],
    store: Store,
    *,
    transports: Mapping[str, httpx.AsyncBaseTransport],
    tell: Callable[[int, int], None] = lambda _done, _of: None,
) -> InstrumentReport:
    """Measures the readers of some experiments and holds every number against the known recall.

    Args:
        experiments: The same one under several seeds; its models are the readers.
        recalls: Known recall by model.
        store: Open for writing; the runs stay in it.
        transports: Of the readers, by provider name.
        tell: Called with the number of finished experiments and of all.

    Raises:
        ValueError: if a reader has no scored trial.
    """
    readings: dict[str, list[Reading]] = {model: [] for model in recalls}
    versions: Mapping[str, str] = {}
    for number, experiment in enumerate(experiments):
        prepared = prepare(experiment)
        versions = prepared.versions
        result = run_experiment(prepared, store, keys=Keys({}), transports=transports, new=True)
        sweeps = by_sweep(iter_trials(store, result.run.run))
        for analysis in result.analyses:
            model, task = analysis.grid.model, analysis.grid.task
            records = sweeps.get((model, task), [])
            readings[model].append(read_sweep(analysis, records, recalls[model]))
        tell(number + 1, len(experiments))
    return InstrumentReport(
        experiment=experiments[0],
        readers=tuple(
            judge(model, found, least_coverage=LEAST_READER_COVERAGE)
            for model, found in readings.items()
        ),
        together=judge(
            "all readers",
            [reading for found in readings.values() for reading in found],
            least_coverage=LEAST_COVERAGE,
        ),
        versions=versions,
    )
