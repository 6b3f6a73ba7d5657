"""niah score: stored responses scored again, without a request unless a judge is asked."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from niah.cli.logs import log
from niah.cli.options import (
    DEFAULT_DATABASE,
    Database,
    EnvFile,
    Json,
    environment,
    load_config,
    note,
    print_json,
)
from niah.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from niah.runner.judging import Judged
    from niah.runner.rescoring import Audit
    from niah.store import Run, TrialRecord
    from niah.store.database import Store

INCOMPLETE = 3


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("score")(score)


def score(
    run: Annotated[str, typer.Argument(help="A run's id or the start of it, or latest.")],
    scorer: Annotated[
        str | None,
        typer.Option(
            "--scorer",
            metavar="NAME",
            help="A scorer (an unknown name lists them), or original; by default the task's own "
            "as it is today.",
        ),
    ] = None,
    audit: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--audit",
            metavar="A B",
            help="Only list where two scorers disagree; original, and scores that are stored, "
            "may be one of them. Stores nothing.",
        ),
    ] = None,
    judge: Annotated[
        str | None,
        typer.Option(
            "--judge",
            metavar="PROVIDER/MODEL",
            help="Ask a model about each response; what it said once is never paid for again.",
        ),
    ] = None,
    max_cost: Annotated[
        float | None,
        typer.Option("--max-cost", metavar="USD", help="Hard stop for judging this run."),
    ] = None,
    config: Annotated[
        str | None,
        typer.Option(
            "--config",
            metavar="FILE",
            help="An experiment file with the judge's provider, price and limits; by default the "
            "run's own.",
        ),
    ] = None,
    use: Annotated[
        bool,
        typer.Option(
            "--use",
            help="Show the run by these scores from now on, and say so; --scorer original goes "
            "back.",
        ),
    ] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Every disagreement: .jsonl or .csv.", dir_okay=False),
    ] = None,
    db: Database = DEFAULT_DATABASE,
    env_file: EnvFile = None,
    json: Json = False,
) -> None:
    """Score a run's stored responses again; the scores it was measured with are kept."""
    from niah.cli.audits import audit_json, audit_lines, write_disagreements
    from niah.runner.rescoring import ORIGINAL, as_measured, keep, put_to_use, rescore, scores_by
    from niah.runner.rescoring import audit as compare
    from niah.store.database import open_store
    from niah.store.runs import find_run
    from niah.store.trials import iter_trials

    if audit is not None and (scorer is not None or judge is not None or use):
        raise ConfigurationError("--audit only compares; leave out --scorer, --judge and --use")
    if judge is None and (max_cost is not None or config is not None):
        raise ConfigurationError("--max-cost and --config are for a judge; name one with --judge")
    if judge is not None and scorer is not None:
        raise ConfigurationError("--scorer and --judge are two scorers; give one of them")
    if out is not None and out.suffix not in (".jsonl", ".csv"):
        raise ConfigurationError(f"--out {out}: name a file .jsonl or .csv")
    judged: Judged | None = None
    with open_store(db, access="read" if audit else "write") as store:
        found = find_run(store, run)
        records = list(iter_trials(store, found.run, as_measured=True))
        if audit is not None:
            first, second = (scores_by(store, found, records, name) for name in audit)
        else:
            first = as_measured(found, records)
            if judge is not None:
                judged = _ask(store, found, records, judge, config, max_cost, env_file)
                second = judged.scored
            elif scorer is None:
                second = rescore(found, records)
            else:
                second = scores_by(store, found, records, scorer)
            if scorer != ORIGINAL and second.rescores:
                keep(store, found, second)
        result = compare(records, first, second)
        if use and not (judged and judged.reasons):
            _check_use(found, result)
            found = put_to_use(store, found, ORIGINAL if scorer == ORIGINAL else second.scorer)
            _use_for_controls(store, found, None if judge else scorer or "")
    if out is not None:
        write_disagreements(out, result.disagreements)
    if json:
        print_json(audit_json(found, records, result) | _judging_json(judged))
    else:
        for line in (*audit_lines(found, records, result), *_judging_lines(judged)):
            print(line)
        if out is not None:
            print(out)
    if judged is not None and judged.reasons:
        for reason in judged.reasons:
            note(f"niah: {reason}")
        note("niah: not every response is judged; the same command goes on")
        raise typer.Exit(INCOMPLETE)


def _ask(
    store: Store,
    run: Run,
    records: Sequence[TrialRecord],
    judge: str,
    config: str | None,
    max_cost: float | None,
    env_file: Path | None,
) -> Judged:
    """The verdicts of a judge; requests are sent for those that are not on record."""
    from niah.cli.serving import reference_transports
    from niah.runner.judging import judge_model, judge_run
    from niah.runner.keys import read_keys
    from niah.runner.results import experiment_of

    experiment = experiment_of(run) if config is None else load_config(config)
    if experiment is None or experiment_of(run) is None:
        raise ConfigurationError(f"{run.run} is imported; what it was asked is not known")
    experiment, model = judge_model(experiment, judge)
    return judge_run(
        store,
        run,
        records,
        experiment=experiment,
        model=model,
        keys=read_keys([model], environment(env_file)),
        transports=reference_transports(),
        max_cost_usd=max_cost,
        log=partial(log, event="retry", level="warning"),
    )


def _judging_json(judged: Judged | None) -> dict[str, Any]:
    if judged is None:
        return {}
    return {
        "judging": {
            "asked": judged.asked,
            "on_record": judged.known,
            "cost_usd": judged.cost_usd,
            "reasons": list(judged.reasons),
        }
    }


def _judging_lines(judged: Judged | None) -> Iterator[str]:
    if judged is None:
        return
    from niah.console import count, usd

    yield (
        f"judging     {count(judged.asked)} asked now, {count(judged.known)} on record before; "
        f"cost of judging this run {usd(judged.cost_usd)}"
    )


def _use_for_controls(store: Store, run: Run, scorer: str | None) -> None:
    """Score the controls beside a map as the map is, or say that they are not.

    Args:
        store: Open for writing.
        run: Whose controls.
        scorer: As on the command line, empty = the task's own; None = a judge, who is not asked
            about them unless the user does.
    """
    from niah.runner.controls import stored_controls
    from niah.runner.rescoring import ORIGINAL, keep, put_to_use, rescore
    from niah.scoring import SCORERS
    from niah.store.trials import iter_trials

    for control in stored_controls(store, run):
        if scorer == ORIGINAL:
            put_to_use(store, control.run, ORIGINAL)
        elif scorer is None or (scorer and scorer not in SCORERS):
            note(
                f"note: the control {control.control} keeps its scores; niah score "
                f"{control.run.run} is for it alone"
            )
        else:
            records = list(iter_trials(store, control.run.run, as_measured=True))
            scored = rescore(control.run, records, scorer or None)
            if scored.rescores:
                keep(store, control.run, scored)
                put_to_use(store, control.run, scored.scorer)


def _check_use(run: Run, audit: Audit) -> None:
    """Refuse to show a run by no scores at all, and say which trials will be without one."""
    if not audit.second.rescores:
        raise ConfigurationError(f"{run.run} has no scored trial; run it first")
    if audit.unscored:
        note(
            f"note: {audit.second.scorer} could not score {audit.unscored:,} trials; they are "
            "shown as not measured, not as 0"
        )
    if run.status == "running":
        note(f"note: {run.run} is still running; its new trials will not have these scores")
