"""A run from its opening to its result: the only orchestration."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from time import monotonic

import httpx

from niah.errors import ConfigurationError
from niah.experiment.origin import concerning
from niah.plan import Trial
from niah.providers.noted import stored_calibrations
from niah.runner.adapt import adaptively, design_of, stand, standings_of
from niah.runner.ahead import Composer
from niah.runner.budget import check_prices, open_ledger
from niah.runner.closing import RunResult, close_run
from niah.runner.expected import Bills, bills_json, compare_bills
from niah.runner.keys import Keys
from niah.runner.measure import Feed, all_at_once
from niah.runner.prepared import Prepared, calibrated
from niah.runner.progress import Progress, Tally
from niah.runner.purse import Purse
from niah.runner.records import is_final
from niah.runner.session import Session
from niah.runner.stopping import supervise
from niah.statistics.adaptive import begin
from niah.store import BILL_NOTE, Run, TrialRecord
from niah.store.database import Store
from niah.store.locks import lock_experiment
from niah.store.runs import (
    create_run,
    find_run,
    latest_run,
    spent_usd,
)
from niah.store.status import set_run_status
from niah.store.trials import iter_trials
from niah.store.writer import Writer, open_writer

# So far may a run begin in the future and still be of now: clocks are set right now and then.
CLOCK_SKEW_S = 300.0


def run_experiment(
    prepared: Prepared,
    store: Store,
    *,
    keys: Keys,
    transports: Mapping[str, httpx.AsyncBaseTransport] | None = None,
    new: bool = False,
    new_after_s: float | None = None,
    max_time_s: float | None = None,
    elsewhere_usd: float = 0.0,
    analysed: bool = True,
    progress: Callable[[Progress], None] = lambda _: None,
    tell: Callable[[str], None] = lambda _: None,
    log: Callable[[str], None] = lambda _: None,
) -> RunResult:
    """Begin a run of the experiment, or go on with the one that is unfinished.

    The first SIGINT or SIGTERM lets the requests in flight finish and sends no others; the
    second abandons them, and their worst cases stay counted as spent. The end of ``max_time_s``
    does the first, and ``stopping.GRACE_S`` later the second.

    Args:
        prepared: From ``prepare``.
        store: Open for writing.
        keys: Of the models' providers.
        transports: In place of the network, by provider name; the reference readers need one.
        new: Begin a new run in any case.
        new_after_s: Begin a new run when the latest one began at least so long ago.
        max_time_s: No request is sent after so long; None = no limit.
        elsewhere_usd: What other runs have spent of the same budget.
        analysed: Compute the run's numbers in the end; without, the result has none.
        progress: Called after each finished trial.
        tell: Called with a sentence that the user should read now.
        log: Called with one line for each retry.

    Raises:
        ConfigurationError: if a budget is set and a price is unknown, or another scorer's scores
            of the run are in use.
        StoreUnavailable: if the experiment is running elsewhere or the store cannot be written.
    """
    limit_usd = prepared.experiment.limits.max_cost_usd
    with concerning(prepared.experiment.origin, "limits", "max_cost_usd"):
        check_prices(prepared.models.values(), limit_usd)
    with lock_experiment(store, prepared.sha256):
        run = _open_run(prepared, store, new=new, new_after_s=new_after_s)
        prepared = calibrated(prepared, stored_calibrations(run.versions))
        adaptive = prepared.experiment.sampling.mode == "adaptive"
        tally = Tally(() if adaptive else prepared.trials, open_end=adaptive)
        reasons: list[str] = []
        interrupted = False
        if run.status != "complete":
            if run.scored_by:
                raise ConfigurationError(
                    f"{run.run} is shown with the scores of {run.scored_by}, which new trials "
                    f"would not have; niah score {run.run} --scorer original --use goes back first"
                )
            with open_writer(store, run.run) as writer:
                set_run_status(store, run.run, "running")
                spent = spent_usd(store, run.run) + elsewhere_usd
                session = Session(
                    prepared=prepared,
                    run=run.run,
                    keys=keys,
                    writer=writer,
                    transports=dict(transports or {}),
                    purse=Purse(writer, open_ledger(limit_usd, spent_usd=spent)),
                    composer=Composer(
                        prepared, (), concurrency=prepared.experiment.limits.concurrency
                    ),
                    tally=tally,
                    progress=progress,
                    log=log,
                    began_s=monotonic(),
                    noted=dict(run.versions),
                    simulated=run.simulated,
                    reasons=reasons,
                )
                records = list(iter_trials(store, run.run))
                feeds = (
                    _adaptive_feeds(session, records)
                    if adaptive
                    else _uniform_feeds(session, records)
                )
                interrupted = asyncio.run(supervise(session, feeds, tell, max_time_s))
                standings = standings_of(find_run(store, run.run).versions)
                batches = {name: standing.sizes for name, standing in standings.items()}
                bills = compare_bills(prepared, iter_trials(store, run.run), batches)
                asyncio.run(_note_bills(writer, bills))
            run = find_run(store, run.run)
        return close_run(
            prepared, store, run, tally, interrupted, tuple(reasons), analysed=analysed
        )


def _uniform_feeds(session: Session, records: Sequence[TrialRecord]) -> dict[str, list[Feed]]:
    """What sends the planned trials that are not finished, by provider."""
    prepared = session.prepared
    finished = {record.trial_id for record in records if record.outcome != "failed"}
    session.tally.resume(record for record in records if record.trial_id in finished)
    by_provider: dict[str, list[Trial]] = {}
    for trial in prepared.trials:
        if trial.trial_id not in finished:
            name = prepared.models[trial.model].provider.name
            by_provider.setdefault(name, []).append(trial)
    return {name: [all_at_once(own)] for name, own in by_provider.items()}


def _adaptive_feeds(session: Session, records: Sequence[TrialRecord]) -> dict[str, list[Feed]]:
    """What sends each model's trials batch by batch, from where its sweep stands; by provider."""
    prepared = session.prepared
    progress, scores = stand(prepared, records)
    final = [record for record in records if is_final(record)]
    session.tally.expect(final)
    session.tally.resume(final)
    feeds: dict[str, list[Feed]] = {}
    for name, model in prepared.models.items():
        feed = adaptively(session, model, progress[name], scores[name])
        feeds.setdefault(model.provider.name, []).append(feed)
    return feeds


async def _note_bills(writer: Writer, bills: Mapping[str, Bills]) -> None:
    """Keep what was expected to be billed beside what was."""
    for name, compared in bills.items():
        await writer.note(BILL_NOTE + name, bills_json(compared))


def run_to_go_on_with(
    prepared: Prepared, store: Store, *, new: bool, new_after_s: float | None
) -> Run | None:
    """The latest run of the experiment; None if there is none, or a new one is wanted.

    A run that was begun in the future, by a clock that was wrong, is of no known age: it is not
    gone on with where the age matters.
    """
    latest = None if new else latest_run(store, prepared.sha256)
    if latest is None or new_after_s is None:
        return latest
    age = datetime.now(UTC) - datetime.fromisoformat(latest.created_at)
    return latest if -CLOCK_SKEW_S <= age.total_seconds() < new_after_s else None


def _open_run(
    prepared: Prepared, store: Store, *, new: bool, new_after_s: float | None = None
) -> Run:
    """The latest run of the experiment, or a new one."""
    latest = run_to_go_on_with(prepared, store, new=new, new_after_s=new_after_s)
    if latest is not None:
        return latest
    run = planned_run(prepared)
    create_run(store, run)
    return run


def planned_run(prepared: Prepared) -> Run:
    """The run that would begin now, with a name of its own; nothing is stored."""
    now = datetime.now(UTC)
    return Run(
        run=f"{prepared.experiment.name}-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}",
        name=prepared.experiment.name,
        experiment_sha256=prepared.sha256,
        experiment=prepared.experiment.canonical_json(),
        versions=dict(prepared.versions),
        simulated=prepared.simulated,
        planned_trials=_first_trials(prepared),
        created_at=now.isoformat(timespec="seconds"),
    )


def _first_trials(prepared: Prepared) -> int:
    """How many trials are planned before the first answer."""
    if prepared.experiment.sampling.mode == "uniform":
        return len(prepared.trials)
    return sum(len(begin(design_of(prepared, m)).batch) for m in prepared.models.values())
