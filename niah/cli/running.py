"""niah run: measure, store, plot, say what came out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from niah.cli.logs import is_json, log, set_format
from niah.cli.options import (
    DEFAULT_DATABASE,
    DEFAULT_PLOTS,
    Config,
    Controls,
    Database,
    EnvFile,
    Json,
    LogFormat,
    MaxTime,
    MetricsFile,
    Models,
    Overrides,
    Plots,
    Quiet,
    WebhookUrl,
    command_again,
    duration_s,
    environment,
    load_config,
    load_suite_config,
    print_json,
)
from niah.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from niah.runner.closing import RunResult
    from niah.statistics.controls import ControlResult

INCOMPLETE = 3
INTERRUPTED = 130


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("run")(run)


def run(
    config: Config,
    model: Models = None,
    override: Overrides = None,
    max_cost: Annotated[
        float | None, typer.Option("--max-cost", metavar="USD", help="Hard stop for the run.")
    ] = None,
    concurrency: Annotated[
        int | None, typer.Option("--concurrency", help="Most requests in flight.")
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="Begin a new run even if one can go on.")
    ] = False,
    new_after: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Begin a new run if the latest began so long ago, such as 20h."
        ),
    ] = None,
    max_time: MaxTime = None,
    controls: Controls = None,
    style: Annotated[str, typer.Option(help="Colours: accessible or classic.")] = "accessible",
    log_format: LogFormat = "text",
    metrics: MetricsFile = None,
    webhook: WebhookUrl = None,
    db: Database = DEFAULT_DATABASE,
    plots: Plots = DEFAULT_PLOTS,
    env_file: EnvFile = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Measure an experiment, or go on with it where it stopped; store and plot the results."""
    from niah.cli.controls import with_controls
    from niah.cli.measuring import Measuring, measure, measure_with_controls, ready
    from niah.cli.metrics import check_metrics_path, write_metrics
    from niah.cli.plotting import Looks, checked, plot_run
    from niah.cli.run_metrics import run_metrics
    from niah.cli.serving import check_readers
    from niah.cli.suites import measure_suite, prepare_suite, show_suite
    from niah.cli.summaries import summary_json
    from niah.cli.webhook import open_webhook, told_of_failure
    from niah.runner.controls import prepare_controls, results_of_controls, stored_controls
    from niah.runner.keys import read_keys
    from niah.store.database import open_store
    from niah.store.trials import iter_trials

    began_s = monotonic()
    set_format(log_format)
    known: dict[str, object] = {"experiment": config}
    with told_of_failure(open_webhook(webhook, environment(env_file)), "run", known, db):
        looks = checked(Looks(style=style))
        check_metrics_path(metrics)
        new_after_s = duration_s(new_after, "--new-after")
        max_time_s = duration_s(max_time, "--max-time")
        limits = [
            f"limits.{key}={value}"
            for key, value in (("max_cost_usd", max_cost), ("concurrency", concurrency))
            if value is not None
        ]
        overrides = [*(override or ()), *limits]
        again = command_again(config, model or (), override or (), db)
        suite = load_suite_config(config, model, overrides)
        if suite is None:
            experiment = with_controls(load_config(config, model, overrides), controls)
        else:
            each = tuple(with_controls(one, controls) for one in suite.experiments)
            suite = replace(suite, experiments=each)
            experiment = each[0]
        check_readers(experiment)
        measuring = partial(
            Measuring,
            keys=read_keys(experiment.resolved_models(), environment(env_file)),
            new=new,
            new_after_s=new_after_s,
            until_s=None if max_time_s is None else began_s + max_time_s,
            quiet=quiet,
        )
        if suite is not None:
            if metrics is not None:
                raise ConfigurationError("--metrics is for one task, and this file has several")
            prepared_tasks = prepare_suite(suite)
            prepared_beside = [prepare_controls(one) for one in suite.experiments]
            with open_store(db) as store:
                how = measuring(store=store)
                outcome = measure_suite(
                    suite,
                    prepared_tasks,
                    store,
                    partial(measure, how),
                    controls=prepared_beside,
                    run_control=partial(measure, how, beside=True),
                    new=new,
                    new_after_s=new_after_s,
                    plots=plots,
                    show=partial(_report, figures=(), again=again, json=json),
                    summary=lambda result, beside: summary_json(result, (), beside),
                )
            known.update(outcome.told)
            show_suite(outcome, again=again, json=json)
            if outcome.complete and not outcome.sent:
                _complete_already(suite.name)
            _exit(outcome.interrupted, complete=outcome.complete)
            return
        prepared, prepared_controls = ready(experiment)
        with open_store(db) as store:
            result, others = measure_with_controls(
                measuring(store=store), prepared, prepared_controls
            )
            records = list(iter_trials(store, result.run.run))
            beside = results_of_controls(stored_controls(store, result.run))
            figures = plot_run(result.run, records, plots, looks, beside) if records else []
        known.update(summary_json(result, figures, beside))
        if metrics is not None:
            write_metrics(metrics, run_metrics(result))
        if json:
            print_json(summary_json(result, figures, beside))
        _report(result, figures, beside, again=again, json=json)
        complete = result.status == "complete" and others.complete
        if complete and not result.sent + others.sent:
            _complete_already(result.run.run)
        _exit(result.interrupted or others.interrupted, complete=complete)


def _complete_already(name: str) -> None:
    """Say that this session sent nothing, neither for a map nor for its controls."""
    log(
        f"niah: {name} was complete already; --new measures it again.",
        event="already-complete",
        run=name,
    )


def _exit(interrupted: bool, *, complete: bool) -> None:
    if interrupted:
        raise typer.Exit(INTERRUPTED)
    if not complete:
        raise typer.Exit(INCOMPLETE)


def _report(
    result: RunResult,
    figures: Sequence[Path],
    controls: Sequence[ControlResult] = (),
    *,
    again: str,
    json: bool,
) -> None:
    """What came out, on stdout unless as JSON; why it is incomplete, on stderr."""
    from niah.cli.controls import controls_block, results_for
    from niah.cli.questions import questions_block
    from niah.cli.summaries import summary_json, summary_text
    from niah.runner.results import run_calibrations

    calibrations = run_calibrations(result.run)
    if not json:
        for analysis in result.analyses:
            print(summary_text(result.run, analysis, calibrations.get(analysis.grid.model)))
            for line in controls_block(results_for(controls, analysis.grid.model)):
                print(f"  {line}")
            for line in questions_block(analysis, controls):
                print(f"  {line}")
        for figure in figures:
            print(figure)
    for reason in result.reasons:
        log(f"niah: {reason}", event="reason", level="warning", run=result.run.run)
    if result.status != "complete":
        log(
            f"niah: {result.run.run} has {result.finished:,} of {result.run.planned_trials:,} "
            f"trials; the same command goes on: {again}",
            event="run-incomplete",
            level="warning",
            run=result.run.run,
        )
    if is_json():
        ended = summary_json(result, figures, controls)
        log("the session has ended", event="run-ended", **ended)
