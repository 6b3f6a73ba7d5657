"""Stored runs in Python: ``niah.load("niah.db")``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Unpack, overload

from niah.console import usd
from niah.errors import ConfigurationError
from niah.interface.arrays import Arrays, arrays_of
from niah.interface.drawn import Options, picture_of
from niah.interface.html import html_table, number_words, origin_words
from niah.interface.pictures import Choices
from niah.interface.questions import Questions, questions_frame, questions_of
from niah.interface.sweeps import Sweep, labels_of, provenance_of, sweeps_of
from niah.runner.controls import results_of_controls, stored_controls
from niah.store import RunSummary, TrialRecord
from niah.store.database import open_store
from niah.store.runs import find_run, list_runs
from niah.store.trials import iter_trials

if TYPE_CHECKING:
    import pandas

    from niah.figures.picture import Picture
    from niah.interface.tables import Table

SHOWN = 20
"""Runs that a notebook shows of a store."""


@dataclass(frozen=True)
class LoadedRun:
    """One run of a store; its trials are read when they are first asked for.

    Attributes:
        path: The store.
        summary: What the list of runs says: id, status, outcomes, cost.
    """

    path: Path
    summary: RunSummary

    @property
    def run(self) -> str:
        """The run's id."""
        return self.summary.run

    @property
    def name(self) -> str:
        """The experiment's name."""
        return self.summary.name

    @property
    def simulated(self) -> bool:
        """Whether any model was a reference reader."""
        return self.summary.simulated

    @property
    def source(self) -> str:
        """``measured``, or where an imported run comes from."""
        return self.summary.source

    @cached_property
    def sweeps(self) -> tuple[Sweep, ...]:
        """The run's sweeps, one for each model and task, in their order."""
        with open_store(self.path, access="read") as store:
            run = find_run(store, self.run)
            beside = results_of_controls(stored_controls(store, run))
            return tuple(sweeps_of(run, iter_trials(store, self.run), beside))

    @property
    def models(self) -> tuple[str, ...]:
        """The models, each once."""
        return tuple(dict.fromkeys(sweep.grid.model for sweep in self.sweeps))

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks, each once."""
        return tuple(dict.fromkeys(sweep.grid.task for sweep in self.sweeps))

    def sweep(self, model: str | None = None, task: str | None = None) -> Sweep:
        """The sweep of a model and task, which may be left out where there is only one.

        Raises:
            ConfigurationError: if there is none, or more than one.
        """
        found = _chosen(self.sweeps, model, task)
        if len(found) != 1:
            known = "; ".join(f"{s.grid.model}, {s.grid.task}" for s in self.sweeps)
            raise ConfigurationError(
                f"{len(found)} sweeps of {self.run} fit; name model and task of one: {known}"
            )
        return found[0]

    def grid(
        self, model: str | None = None, task: str | None = None, *, pooled: bool = False
    ) -> Arrays:
        """The cells of one sweep as numpy arrays; see `Arrays`.

        Raises:
            ConfigurationError: if the sweep is not clear, or a pooled map is asked for and no
                trial was scored.
        """
        return arrays_of(self.sweep(model, task), pooled=pooled)

    def trials(self) -> tuple[TrialRecord, ...]:
        """All finished trials."""
        return tuple(record for sweep in self.sweeps for record in sweep.records)

    def trials_frame(self) -> pandas.DataFrame:
        """All finished trials, one a row, columns as ``niah export`` writes them.

        Raises:
            ConfigurationError: if pandas is not installed.
        """
        from niah.interface.frames import trials_frame

        return trials_frame(self.sweeps)

    def cells_frame(self) -> pandas.DataFrame:
        """All cells, one a row: raw and pooled accuracy, bounds, n.

        Raises:
            ConfigurationError: if pandas is not installed.
        """
        from niah.interface.frames import cells_frame

        return cells_frame(self.sweeps)

    def questions(self, model: str | None = None, task: str | None = None) -> Questions:
        """Fixed questions of one sweep one by one, beside what its controls made of them.

        Args:
            model, task: Which sweep; see `sweep`.

        Raises:
            ConfigurationError: if the sweep is not clear, or asked no such question.
        """
        return questions_of(self.sweep(model, task))

    def questions_frame(self) -> pandas.DataFrame:
        """Fixed questions of all sweeps, one a row, with their scores in the controls.

        Raises:
            ConfigurationError: if pandas is not installed.
        """
        return questions_frame(self.sweeps)

    def heatmap(
        self, model: str | None = None, task: str | None = None, **options: Unpack[Options]
    ) -> Picture:
        """The heatmap of one sweep, a matplotlib figure that a notebook shows.

        Args:
            model, task: Which sweep; see `sweep`.
            options: See `Options`.

        Raises:
            ConfigurationError: if the sweep is not clear or a choice is unknown.
        """
        return picture_of([self.sweep(model, task)], "heatmap", options)

    def figure(self, kind: str | None = None, **options: Unpack[Options]) -> Picture:
        """A figure of all sweeps of the run; see `Runs.figure`."""
        return picture_of(self.sweeps, kind, options)

    def _repr_html_(self) -> str:
        rows = [
            (label, *number_words(sweep))
            for label, sweep in zip(labels_of(self.sweeps), self.sweeps, strict=True)
        ]
        return html_table(
            f"{self.run} ({origin_words(self.summary)}, {self.summary.status})",
            ("sweep", "accuracy", "95% interval", "n", "cost"),
            rows,
        )


@dataclass(frozen=True)
class Runs(Sequence[LoadedRun]):
    """The runs of a store, newest first.

    ``runs["latest"]``, ``runs["an id or its start"]``, ``runs["an experiment's name"]`` (its
    newest run), ``runs[0]`` and iteration give single runs.
    """

    path: Path
    summaries: tuple[RunSummary, ...]

    def __len__(self) -> int:
        return len(self.summaries)

    def __iter__(self) -> Iterator[LoadedRun]:
        return (LoadedRun(self.path, summary) for summary in self.summaries)

    @overload
    def __getitem__(self, which: str | int) -> LoadedRun: ...
    @overload
    def __getitem__(self, which: slice) -> Runs: ...
    def __getitem__(self, which: str | int | slice) -> LoadedRun | Runs:
        if isinstance(which, slice):
            return replace(self, summaries=self.summaries[which])
        if isinstance(which, int):
            return LoadedRun(self.path, self.summaries[which])
        for summary in self.summaries:
            if summary.name == which:
                return LoadedRun(self.path, summary)
        with open_store(self.path, access="read") as store:
            found = find_run(store, which).run
        for summary in self.summaries:
            if summary.run == found:
                return LoadedRun(self.path, summary)
        raise ConfigurationError(f"{found} is newer than this list of runs; load the store again")

    def figure(self, *names: str, kind: str | None = None, **options: Unpack[Options]) -> Picture:
        """One figure of all sweeps of some runs, as ``niah plot`` draws it.

        Args:
            names: Of the runs, as for ``runs[name]``.
            kind: ``heatmap``, ``panels``, ``length``, ``depth``, ``difference``, ``cost`` or
                ``trend``; None = a heatmap of one sweep and panels of several.
            options: See `Options`.

        Raises:
            ConfigurationError: if there is nothing to show, the kind shows another number of
                sweeps, or a choice is unknown.
        """
        return picture_of(self._sweeps(names), kind, options)

    def table(
        self,
        *names: str,
        published: str | None = None,
        effective: str = "ruler",
        pooled: bool | None = None,
        language: str = "en",
    ) -> Table:
        """A table in RULER's form of all sweeps of some runs; a notebook shows it.

        Args:
            names: Of the runs, as for ``runs[name]``.
            published: Rows of this publication below: ``ruler`` or ``nolima``.
            effective: Rule of the effective length.
            pooled: The pooled estimate, or raw accuracies; None = as suits the runs.
            language: ``en`` or ``de``.

        Raises:
            ConfigurationError: if there is no sweep or a choice is unknown.
        """
        from niah.interface.tables import Table, table_of

        sweeps = self._sweeps(names)
        choices = Choices(
            published=published, effective=effective, pooled=pooled, language=language
        )
        return Table(data=table_of(sweeps, choices), provenance=provenance_of(sweeps))

    def _sweeps(self, names: Sequence[str]) -> list[Sweep]:
        return [sweep for name in names for sweep in self[name].sweeps]

    def _repr_html_(self) -> str:
        rows = [
            (
                summary.run,
                origin_words(summary),
                summary.status,
                f"{summary.finished_trials:,} of {summary.planned_trials:,}",
                usd(summary.cost_usd),
            )
            for summary in self.summaries[:SHOWN]
        ]
        hidden = len(self) - len(rows)
        return html_table(
            f"{self.path}: {len(self)} runs" + (f", the newest {SHOWN} shown" if hidden else ""),
            ("run", "source", "status", "trials", "cost"),
            rows,
        )


def load(path: Path | str = "niah.db") -> Runs:
    """The runs of a store, newest first; nothing in it is changed.

    Raises:
        StoreError: if there is no store, or it is something else.
    """
    with open_store(path, access="read") as store:
        return Runs(store.path, tuple(list_runs(store)))


def _chosen(sweeps: Sequence[Sweep], model: str | None, task: str | None) -> list[Sweep]:
    return [
        sweep
        for sweep in sweeps
        if model in (None, sweep.grid.model) and task in (None, sweep.grid.task)
    ]
