"""Controls beside a sweep: a few trials each, in runs of their own that belong to the sweep's run.

They share the sweep's budget and never enter its numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from niah.errors import ConfigurationError
from niah.experiment import Experiment
from niah.experiment.files import validate
from niah.experiment.origin import concerning
from niah.experiment.spending import ControlsSection
from niah.runner.children import open_child
from niah.runner.closing import RunResult
from niah.runner.prepare import prepare
from niah.runner.prepared import Prepared, check_lengths
from niah.runner.questions import with_every_question
from niah.runner.results import experiment_of
from niah.statistics.controls import ControlResult, control_results
from niah.store import Run, TrialRecord
from niah.store.children import children_of
from niah.store.database import Store
from niah.store.runs import spent_usd
from niah.store.trials import iter_trials
from niah.tasks.controls import CONTROLS, WITHOUT_HAYSTACK, Control, reasons_against

NAME_CHARS = 64
"""Of the sweep's name, in the names of its controls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredControl:
    """One control of a run, as the store has it."""

    control: Control
    run: Run
    records: tuple[TrialRecord, ...]


def controls_of(experiment: Experiment) -> tuple[Control, ...]:
    """The controls that are to be measured beside the experiment; none without ``controls``.

    Raises:
        ConfigurationError: if it cannot have any, or one that it names means nothing for its task.
    """
    settings = experiment.controls
    if settings is None:
        return ()
    if experiment.prompt.control is not None:
        raise ConfigurationError(
            f'controls: prompt.control = "{experiment.prompt.control}" is one itself; leave out '
            "one of the two"
        )
    if experiment.sampling.sharing == "packed":
        raise ConfigurationError(
            'controls: are for one needle at a time, and sampling.sharing = "packed" plants '
            'several; set sampling.sharing = "nested" or "none"'
        )
    against = reasons_against(experiment.family)
    for control in settings.kinds or ():
        if control in against:
            raise ConfigurationError(
                f"controls.kinds: {control} means nothing for a task of kind "
                f"{experiment.task.kind!r}: {against[control]}"
            )
    return tuple(c for c in CONTROLS if c not in against and c in (settings.kinds or CONTROLS))


def control_experiment(experiment: Experiment, control: Control) -> Experiment:
    """The experiment of one control; the longest length stays, so that the corpus is the same.

    Without a haystack, the questions are those of as many of the sweep's lengths as there are
    trials. The absent needle is asked for at the shortest and the longest length, and a fixed
    distance from the end is held at every one.
    """
    settings = experiment.controls or ControlsSection()
    lengths, trials = list(experiment.grid.context_lengths), settings.trials
    depths = list(experiment.grid.depth_percents)
    if control in WITHOUT_HAYSTACK:
        in_all = 2 * trials
        asked = max(n for n in range(1, len(lengths) + 1) if in_all % n == 0)
        lengths, trials = lengths[-asked:], in_all // asked
    elif control == "absent":
        lengths = sorted({lengths[0], lengths[-1]})
        depths = [min(depths, key=lambda depth: abs(depth - 50))]
    elif control == "from-end":
        depths = [0]
    document = experiment.model_dump(mode="json", exclude={"sampling", "controls"})
    document["name"] = f"{experiment.name[:NAME_CHARS]}-{control}"
    document["grid"] = {"context_lengths": lengths, "depth_percents": depths, "trials": trials}
    document["prompt"]["control"] = control
    return validate(document, experiment.origin.within(f"control {control}"))


def prepare_controls(experiment: Experiment) -> list[Prepared]:
    """The controls of an experiment, ready to be sent; of fixed questions they ask each one.

    Raises:
        ConfigurationError: as ``controls_of``; or if a length has no prompt without its needle.
    """
    prepared = []
    with concerning(experiment.origin, "controls"):
        controls = controls_of(experiment)
    for control in controls:
        own = prepare(control_experiment(experiment, control))
        check_lengths(own)
        prepared.append(with_every_question(own, experiment))
    return prepared


def measure_controls(
    prepared: Sequence[Prepared],
    of: Run,
    store: Store,
    run: Callable[[Prepared, float], RunResult],
    *,
    elsewhere_usd: float = 0.0,
) -> Iterator[RunResult]:
    """Measure the controls of a run, or go on with them, until one ends before its last request.

    Args:
        prepared: From ``prepare_controls``.
        of: The run of the sweep.
        store: Open for writing.
        run: Measures one as the latest of its kind, given what was spent of the budget elsewhere.
        elsewhere_usd: Spent of the budget by other runs than this one and its controls.
    """
    for one in prepared:
        own = _belonging_to(of, one)
        child = open_child(store, own, of=of)
        others_usd = family_spent_usd(store, of.run) - spent_usd(store, child.run)
        result = run(own, elsewhere_usd + others_usd)
        yield result
        tried = sum(1 for _ in iter_trials(store, child.run))
        if result.interrupted or tried < len(own.trials):
            return


def stored_controls(store: Store, run: Run) -> list[StoredControl]:
    """The newest run of each control of a run, with its trials, in the usual order."""
    newest = _newest(store, run)
    return [
        StoredControl(
            control=control,
            run=newest[control],
            records=tuple(iter_trials(store, newest[control].run)),
        )
        for control in CONTROLS
        if control in newest
    ]


def results_of_controls(stored: Iterable[StoredControl]) -> list[ControlResult]:
    """Every control in numbers, those of each model together in the usual order of controls."""
    results: list[ControlResult] = []
    for one in stored:
        experiment = experiment_of(one.run)
        distance = experiment.prompt.control_distance_tokens if experiment else None
        results += control_results(one.control, one.records, distance_tokens=distance)
    return results


def family_spent_usd(store: Store, run: str) -> float:
    """What a run and all controls of it have cost, or may have.

    Raises:
        StoreError: if there is no such run.
    """
    return spent_usd(store, run) + controls_spent_usd(store, run)


def controls_spent_usd(store: Store, run: str) -> float:
    """What all controls of a run have cost, or may have.

    Raises:
        StoreError: if there is no such run.
    """
    return sum(
        spent_usd(store, child.run)
        for child in children_of(store, run)
        if _control_of(child) is not None
    )


def _newest(store: Store, run: Run) -> Mapping[Control, Run]:
    """Oldest first in the store; a gate's re-tests of a control are no controls of it."""
    itself = _control_of(run)
    return {
        control: child
        for child in children_of(store, run.run)
        if (control := _control_of(child)) is not None and control != itself
    }


def _control_of(run: Run) -> Control | None:
    experiment = experiment_of(run)
    return None if experiment is None else experiment.prompt.control


def _belonging_to(of: Run, prepared: Prepared) -> Prepared:
    """The same under a hash of its own for each run that it belongs to."""
    text = f"controls of {of.run}: {prepared.sha256}"
    return replace(prepared, sha256=hashlib.sha256(text.encode()).hexdigest())
