"""niah gate: judge a run for a scheduled job; the exit code is the verdict."""

from __future__ import annotations

import os
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from niah.cli.logs import log, set_format
from niah.cli.options import (
    DEFAULT_DATABASE,
    Database,
    EnvFile,
    Json,
    Models,
    Overrides,
    duration_s,
    environment,
    print_json,
)
from niah.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from niah.runner.gating import Gate
    from niah.runner.keys import Keys
    from niah.runner.likeness import Pool
    from niah.runner.prepare import Prepared
    from niah.runner.retests import Retests, SentRetests
    from niah.store import Run
    from niah.store.database import Store

EXIT_CODES = {"pass": 0, "fail": 1, "undecided": 3}
INTERRUPTED = 130


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("gate")(gate)


def gate(
    run: Annotated[
        str,
        typer.Argument(
            metavar="RUN|CONFIG",
            help="A run's id, the start of it, or latest; or an experiment, which is measured "
            "first.",
        ),
    ],
    baseline: Annotated[
        str | None,
        typer.Option("--baseline", "-b", metavar="NAME|RUN", help="What it must not fall behind."),
    ] = None,
    min_accuracy: Annotated[
        float | None, typer.Option(min=0, max=1, help="Least accuracy over the whole grid.")
    ] = None,
    min_length_accuracy: Annotated[
        list[str] | None,
        typer.Option(metavar="TOKENS=X", help="Least accuracy at a context length: 64K=0.9."),
    ] = None,
    min_depth_accuracy: Annotated[
        list[str] | None,
        typer.Option(metavar="DEPTHS=X", help="Least accuracy in a band of depths: 25-75=0.9."),
    ] = None,
    min_effective: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TOKENS[=X]",
            help="Least effective context length, by RULER's rule or by your accuracy: 64K=0.9.",
        ),
    ] = None,
    max_unmeasured: Annotated[
        float,
        typer.Option(
            min=0, max=1, help="Share of trials without a score above which nothing is decided."
        ),
    ] = 0.1,
    drop: Annotated[
        float,
        typer.Option(min=0.001, max=0.5, help="Smallest drop of the mean accuracy worth finding."),
    ] = 0.02,
    retest: Annotated[
        bool, typer.Option("--retest/--no-retest", help="Test again what looks worse.")
    ] = True,
    max_cost: Annotated[
        float | None,
        typer.Option(
            "--max-cost",
            min=0,
            metavar="USD",
            help="Most that re-tests may cost; what the experiment's own limit leaves, otherwise.",
        ),
    ] = None,
    max_time: Annotated[
        str | None, typer.Option(metavar="TIME", help="Send nothing after so long, such as 2h.")
    ] = None,
    model: Models = None,
    override: Overrides = None,
    new: Annotated[
        bool, typer.Option("--new", help="Of an experiment: begin a new run in any case.")
    ] = False,
    new_after: Annotated[
        str,
        typer.Option(
            metavar="TIME",
            help="Of an experiment: begin a new run if the latest began so long ago or has its "
            "verdict.",
        ),
    ] = "20h",
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="JUnit's XML.", dir_okay=False)
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Markdown.", dir_okay=False)
    ] = None,
    step_summary: Annotated[
        bool, typer.Option("--step-summary", help="Append the Markdown to $GITHUB_STEP_SUMMARY.")
    ] = False,
    webhook: Annotated[
        str | None,
        typer.Option(
            envvar="NIAH_WEBHOOK",
            metavar="URL",
            help="Told, signed with NIAH_WEBHOOK_SECRET, when the verdict is not pass.",
        ),
    ] = None,
    log_format: Annotated[
        str, typer.Option(metavar="FORMAT", help="stderr as text, or json: an object a line.")
    ] = "text",
    db: Database = DEFAULT_DATABASE,
    env_file: EnvFile = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    json: Json = False,
) -> None:
    """Judge a run: 0 = pass, 1 = fail, 3 = undecided; on bounds and fresh trials, never on luck."""
    from niah.cli.demands import read_demands
    from niah.cli.progress import live_line
    from niah.cli.verdicts import as_json, text_lines
    from niah.cli.webhook import open_webhook, told_of_failure
    from niah.runner.gating import judge_run
    from niah.runner.likeness import check_pool
    from niah.runner.retests import sent_retests
    from niah.store.database import open_store
    from niah.store.trials import iter_trials

    began_s = monotonic()
    set_format(log_format)
    known: dict[str, object] = {"argument": run}
    variables = environment(env_file)
    with told_of_failure(open_webhook(webhook, variables), "gate", known):
        demands = read_demands(
            min_accuracy, min_length_accuracy, min_depth_accuracy, min_effective, max_unmeasured
        )
        if not demands.any and baseline is None:
            raise ConfigurationError(
                "nothing to judge: name a --baseline, or demand something, such as "
                "--min-accuracy 0.9"
            )
        step_file = _step_file(step_summary)
        max_time_s = duration_s(max_time, "--max-time")
        until_s = None if max_time_s is None else began_s + max_time_s
        new_after_s = duration_s(new_after, "--new-after")
        with open_store(db) as store:
            # Before money is spent on a run: is there such a baseline?
            pool = None if baseline is None else load_pool(store, baseline)
            judged, prepared = _run_of(
                store, run, model, override, variables, until_s, new_after_s, new=new, quiet=quiet
            )
            records = list(iter_trials(store, judged.run))
            if pool is not None:
                check_pool(judged, records, pool)
            retests = None
            if retest and pool is not None:
                retests = _retests(store, judged, prepared, variables, max_cost, until_s)
            with live_line("re-tests", quiet=quiet or retests is None) as shown:
                if retests is not None:
                    retests.progress = shown
                found = judge_run(judged, records, demands, pool, retests, drop=drop)
            sent = None if retests is None else sent_retests(retests)
            document = as_json(found, sent)
            _keep(store, found, document)
        known.update(document)
        _write(found, sent, junit, summary, step_file, seconds=monotonic() - began_s)
        if json:
            print_json(document)
        else:
            for line in text_lines(found, sent):
                print(line)
        log(f"niah: {found.verdict}", event="verdict", run=judged.run, verdict=found.verdict)
        if sent is not None and sent.interrupted:
            raise typer.Exit(INTERRUPTED)
        if EXIT_CODES[found.verdict]:
            raise typer.Exit(EXIT_CODES[found.verdict])


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
    runs = [find_run(store, run) for run in (stored.runs if stored else (name,))]
    return Pool(
        name=name if stored else runs[0].run,
        runs=tuple((run, tuple(iter_trials(store, run.run))) for run in runs),
    )


def _step_file(asked: bool) -> Path | None:
    if not asked:
        return None
    name = os.environ.get("GITHUB_STEP_SUMMARY")
    if not name:
        raise ConfigurationError(
            "--step-summary: the environment has no GITHUB_STEP_SUMMARY; it is set within GitHub "
            "Actions, elsewhere use --summary FILE"
        )
    return Path(name)


def _run_of(
    store: Store,
    name: str,
    models: list[str] | None,
    overrides: list[str] | None,
    variables: Mapping[str, str],
    until_s: float | None,
    new_after_s: float | None,
    *,
    new: bool,
    quiet: bool,
) -> tuple[Run, Prepared | None]:
    """The named run; of an experiment, the one that was just measured, and the experiment."""
    from niah.cli.options import load_config, shipped_configs
    from niah.cli.progress import live_line
    from niah.cli.serving import reference_transports
    from niah.runner.keys import read_keys
    from niah.runner.prepare import check_lengths, prepare
    from niah.runner.run import run_experiment
    from niah.store.runs import find_run, latest_run
    from niah.store.verdicts import latest_verdicts

    if not (Path(name).suffix == ".toml" or Path(name).is_file() or name in shipped_configs()):
        if models or overrides or new:
            raise ConfigurationError(
                f"{name} is a run; --model, --set and --new belong to an experiment that is to be "
                "measured"
            )
        return find_run(store, name), None
    experiment = load_config(name, models, overrides)
    keys = read_keys(experiment.resolved_models(), variables)
    prepared = prepare(experiment)
    check_lengths(prepared)
    for warning in prepared.warnings:
        log(f"warning: {warning}", event="warning", level="warning")
    latest = latest_run(store, prepared.sha256)
    verdict = None if latest is None else latest_verdicts(store).get(latest.run)
    decided = verdict is not None and verdict.verdict != "undecided"
    with live_line(experiment.name, quiet=quiet) as show:
        result = run_experiment(
            prepared,
            store,
            keys=keys,
            transports=reference_transports(),
            new=new or decided,
            new_after_s=new_after_s,
            max_time_s=None if until_s is None else max(1.0, until_s - monotonic()),
            progress=show,
            tell=log,
            log=lambda line: log(line, event="retry", level="warning"),
        )
    for reason in result.reasons:
        log(f"niah: {reason}", event="reason", level="warning", run=result.run.run)
    if result.interrupted:
        raise typer.Exit(INTERRUPTED)
    return result.run, prepared


def _retests(
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
    from niah.providers.calibration import stored_calibrations
    from niah.runner.keys import read_keys
    from niah.runner.prepare import calibrated, prepare
    from niah.runner.retests import Retests
    from niah.store.runs import spent_usd

    experiment = parse_canonical(run.experiment)
    budget_usd = max_cost
    if budget_usd is None and experiment.limits.max_cost_usd is not None:
        budget_usd = max(0.0, experiment.limits.max_cost_usd - spent_usd(store, run.run))

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


def _keep(store: Store, found: Gate, document: Mapping[str, object]) -> None:
    from datetime import UTC, datetime

    from niah.store.verdicts import add_verdict

    add_verdict(
        store,
        found.run.run,
        verdict=found.verdict,
        decided_at=datetime.now(UTC).isoformat(timespec="seconds"),
        document=document,
    )


def _write(
    found: Gate,
    sent: SentRetests | None,
    junit: Path | None,
    summary: Path | None,
    step_file: Path | None,
    *,
    seconds: float,
) -> None:
    from niah.cli.verdicts import as_junit, as_markdown
    from niah.files import whole_file

    if junit is not None:
        with whole_file(junit) as draft:
            draft.write_bytes(as_junit(found, seconds=seconds))
    text = as_markdown(found, sent)
    if summary is not None:
        with whole_file(summary) as draft:
            draft.write_text(text, encoding="utf-8", newline="\n")
    if step_file is not None:
        try:
            with step_file.open("a", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            raise ConfigurationError(
                f"{step_file} cannot be written: {error.strerror or error}"
            ) from None
