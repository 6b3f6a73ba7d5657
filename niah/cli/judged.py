"""What a gate judges: the run of tonight, the baseline's runs, and what may be tested again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from niah.cli.logs import log
from niah.errors import ConfigurationError, StoreError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from niah.runner.keys import Keys
    from niah.runner.likeness import Pool
    from niah.runner.prepared import Prepared
    from niah.runner.retests import Retests
    from niah.store import Run
    from niah.store.database import Store

INTERRUPTED = 130


def load_pool(store: Store, name: str) -> Pool:
    """The runs of a baseline of that name, or the one run of that name, with their trials.

    Raises:
        StoreError: if there is neither.
    """
    from niah.runner.likeness import Pool
    from niah.store.baselines import find_baseline
    from niah.store.runs import find_run
    from niah.store.trials import iter_trials

    stored = find_baseline(store, name)
    try:
        runs = [find_run(store, run) for run in (stored.runs if stored else (name,))]
    except StoreError as error:
        if stored:
            raise
        raise StoreError(f"There is no baseline {name!r}. {error}") from None
    return Pool(
        name=name if stored else runs[0].run,
        runs=tuple((run, tuple(iter_trials(store, run.run))) for run in runs),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Tonight:
    """The run that is judged.

    Attributes:
        run: As stored.
        prepared: The experiment that it was measured with just now; None = it was there before.
        notes: What the reader of the verdict should know of it, a sentence each.
    """

    run: Run
    prepared: Prepared | None = None
    notes: tuple[str, ...] = ()


def run_to_judge(
    store: Store,
    name: str,
    models: list[str] | None,
    overrides: list[str] | None,
    variables: Mapping[str, str],
    until_s: float | None,
    new_after_s: float | None,
    *,
    pool: Pool | None,
    new: bool,
    controls: bool | None,
    quiet: bool,
) -> Tonight:
    """The named run; of an experiment, its run of tonight, measured, with its controls beside it.

    Tonight's run is the latest, however the clock was set meanwhile; one that has its verdict, or
    whose beginning is not within ``new_after_s``, is another night's.

    Raises:
        ConfigurationError: if options for an experiment come with a run, or the baseline cannot
            judge the experiment; nothing is sent then.
        StoreUnavailable: if the experiment is running elsewhere or the store cannot be written.
        typer.Exit: if the user stopped it.
    """
    from niah.cli.controls import with_controls
    from niah.cli.measuring import Measuring, measure_with_controls, ready
    from niah.cli.options import load_config, shipped_configs
    from niah.cli.serving import check_readers
    from niah.runner.keys import read_keys
    from niah.runner.likeness import check_planned
    from niah.runner.prepared import awaits_calibration
    from niah.runner.run import planned_run, run_to_go_on_with
    from niah.store.runs import find_run, latest_run
    from niah.store.verdicts import latest_verdicts

    if not (Path(name).suffix == ".toml" or Path(name).is_file() or name in shipped_configs()):
        if models or overrides or new or controls is not None:
            raise ConfigurationError(
                f"{name} is a run; --model, --set, --new and --controls belong to an experiment "
                "that is to be measured"
            )
        return Tonight(run=find_run(store, name))
    experiment = with_controls(load_config(name, models, overrides), controls)
    check_readers(experiment)
    keys = read_keys(experiment.resolved_models(), variables)
    prepared, prepared_controls = ready(experiment)
    latest = latest_run(store, prepared.sha256)
    verdict = None if latest is None else latest_verdicts(store).get(latest.run)
    decided = verdict is not None and verdict.verdict != "undecided"
    if pool is not None:
        begun = run_to_go_on_with(
            prepared, store, new=new or decided, new_after_s=new_after_s
        ) or replace(planned_run(prepared), run=name)
        sweeps = dict.fromkeys((trial.model, trial.task) for trial in prepared.trials)
        check_planned(begun, [s for s in sweeps if not awaits_calibration(prepared, s[0])], pool)

    how = Measuring(
        store=store,
        keys=keys,
        new=new or decided,
        new_after_s=new_after_s,
        until_s=until_s,
        quiet=quiet,
    )
    result, others = measure_with_controls(how, prepared, prepared_controls)
    for reason in result.reasons:
        log(f"niah: {reason}", event="reason", level="warning", run=result.run.run)
    if result.interrupted or others.interrupted:
        raise typer.Exit(INTERRUPTED)
    notes = () if others.complete else (others.note,)
    return Tonight(run=result.run, prepared=prepared, notes=notes)


def retests_of(
    store: Store,
    run: Run,
    measured: Prepared | None,
    variables: Mapping[str, str],
    max_cost: float | None,
    until_s: float | None,
) -> Retests:
    """What sends re-tests of a run with the experiment that it was measured with."""
    from niah.cli.serving import reference_transports
    from niah.experiment import parse_canonical
    from niah.providers.noted import stored_calibrations
    from niah.runner.controls import family_spent_usd
    from niah.runner.keys import read_keys
    from niah.runner.prepare import prepare
    from niah.runner.prepared import calibrated
    from niah.runner.retests import Retests

    experiment = parse_canonical(run.experiment)
    budget_usd = max_cost
    if budget_usd is None and experiment.limits.max_cost_usd is not None:
        budget_usd = max(0.0, experiment.limits.max_cost_usd - family_spent_usd(store, run.run))

    def load() -> tuple[Prepared, Keys]:
        keys = read_keys(experiment.resolved_models(), variables)
        prepared = measured or prepare(experiment)
        return calibrated(prepared, stored_calibrations(run.versions)), keys

    return Retests(
        load=load,
        store=store,
        of=run,
        transports=reference_transports(),
        budget_usd=budget_usd,
        until_s=until_s,
        tell=log,
        log=lambda line: log(line, event="retry", level="warning"),
    )
