"""niah gate: judge a run for a scheduled job; the exit code is the verdict."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated

import typer

from niah.cli.logs import log, set_format
from niah.cli.options import (
    DEFAULT_DATABASE,
    Controls,
    Database,
    EnvFile,
    Json,
    LogFormat,
    MaxTime,
    MetricsFile,
    Models,
    Overrides,
    Quiet,
    WebhookUrl,
    duration_s,
    environment,
    print_json,
)
from niah.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from niah.runner.gating import Gate
    from niah.store.database import Store
    from niah.store.outbox import Letter

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
    max_time: MaxTime = None,
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
    controls: Controls = None,
    junit: Annotated[
        Path | None, typer.Option(metavar="FILE", help="JUnit's XML.", dir_okay=False)
    ] = None,
    summary: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Markdown.", dir_okay=False)
    ] = None,
    step_summary: Annotated[
        bool, typer.Option("--step-summary", help="Append the Markdown to $GITHUB_STEP_SUMMARY.")
    ] = False,
    metrics: MetricsFile = None,
    webhook: WebhookUrl = None,
    log_format: LogFormat = "text",
    db: Database = DEFAULT_DATABASE,
    env_file: EnvFile = None,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Judge a run: 0 = pass, 1 = fail, 3 = undecided; on bounds and fresh trials, never on luck."""
    from niah.cli.demands import read_demands
    from niah.cli.gate_files import Files, step_file, write_files
    from niah.cli.judged import load_pool, retests_of, run_to_judge
    from niah.cli.metrics import check_metrics_path
    from niah.cli.progress import live_line
    from niah.cli.verdicts import as_json, text_lines
    from niah.cli.webhook import open_webhook, told_of_failure
    from niah.runner.controls import results_of_controls, stored_controls
    from niah.runner.gating import judge_run
    from niah.runner.likeness import check_pool
    from niah.runner.retests import sent_retests
    from niah.store.database import open_store
    from niah.store.locks import lock_run
    from niah.store.trials import iter_trials

    began_s = monotonic()
    set_format(log_format)
    known: dict[str, object] = {"argument": run}
    variables = environment(env_file)
    with told_of_failure(open_webhook(webhook, variables), "gate", known, db) as telling:
        demands = read_demands(
            min_accuracy, min_length_accuracy, min_depth_accuracy, min_effective, max_unmeasured
        )
        if not demands.any and baseline is None:
            raise ConfigurationError(
                "nothing to judge: name a --baseline, or demand something, such as "
                "--min-accuracy 0.9"
            )
        check_metrics_path(metrics)
        files = Files(
            junit=junit, summary=summary, step_summary=step_file(step_summary), metrics=metrics
        )
        max_time_s = duration_s(max_time, "--max-time")
        until_s = None if max_time_s is None else began_s + max_time_s
        new_after_s = duration_s(new_after, "--new-after")
        with open_store(db) as store, ExitStack() as locks:
            # Before money is spent on a run: is there such a baseline?
            pool = None if baseline is None else load_pool(store, baseline)
            tonight = run_to_judge(
                store,
                run,
                model,
                override,
                variables,
                until_s,
                new_after_s,
                pool=pool,
                new=new,
                controls=controls,
                quiet=quiet,
            )
            judged = tonight.run
            records = list(iter_trials(store, judged.run))
            if pool is not None:
                check_pool(judged, records, pool)
            retests = None
            if retest and pool is not None:
                # A second gate would send the same re-tests, and prune delete what is judged.
                locks.enter_context(lock_run(store, judged.run))
                retests = retests_of(store, judged, tonight.prepared, variables, max_cost, until_s)
            with live_line("re-tests", quiet=quiet or retests is None) as shown:
                if retests is not None:
                    retests.progress = shown
                found = judge_run(
                    judged,
                    records,
                    demands,
                    pool,
                    retests,
                    drop=drop,
                    controls=results_of_controls(stored_controls(store, judged)),
                    notes=tonight.notes,
                )
            sent = None if retests is None else sent_retests(retests)
            document = as_json(found, sent)
            known.update(document)
            decided_at = datetime.now(UTC)
            write_files(files, found, sent, decided_at, seconds=monotonic() - began_s)
            if json:
                print_json(document)
            else:
                for line in text_lines(found, sent):
                    print(line)
            # Last: a job that dies before has no verdict, and the same command judges again what
            # is stored already. With one, it would begin another night.
            sys.stdout.flush()
            interrupted = sent is not None and sent.interrupted
            exit_code = INTERRUPTED if interrupted else EXIT_CODES[found.verdict]
            letter = telling.write(exit_code)
            _keep(store, found, document, decided_at, letter)
            telling.kept = letter
        log(f"niah: {found.verdict}", event="verdict", run=judged.run, verdict=found.verdict)
        if exit_code:
            raise typer.Exit(exit_code)


def _keep(
    store: Store,
    found: Gate,
    document: Mapping[str, object],
    decided_at: datetime,
    letter: Letter | None,
) -> None:
    from niah.store.verdicts import add_verdict

    add_verdict(
        store,
        found.run.run,
        verdict=found.verdict,
        decided_at=decided_at.isoformat(timespec="seconds"),
        document=document,
        letter=letter,
    )
