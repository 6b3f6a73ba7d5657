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
    from collections.abc import Iterator, Mapping, Sequence

    from niah.runner.judging import Judged
    from niah.runner.rescoring import Audit, Disagreement
    from niah.statistics.agreement import Agreement
    from niah.store import Run, TrialRecord
    from niah.store.database import Store

INCOMPLETE = 3

SHOWN = 20
"""Disagreements that are printed; all of them are in the JSON and in ``--out``."""

EXCERPT_CHARACTERS = 160


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
        _write(out, result.disagreements)
    if json:
        print_json(_json(found, records, result) | _judging_json(judged))
    else:
        for line in (*_lines(found, records, result), *_judging_lines(judged)):
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


def _json(run: Run, records: Sequence[TrialRecord], audit: Audit) -> dict[str, Any]:
    return {
        "run": run.run,
        "simulated": run.simulated,
        "first": audit.first.scorer,
        "second": audit.second.scorer,
        "in_use": run.scored_by or "original",
        "unscored": audit.unscored,
        "sweeps": list(_sweeps(records, audit)),
        "agreement": agreement_json(audit.agreement),
        "disagreements": [_disagreement(one) for one in audit.disagreements],
    }


def agreement_json(agreement: Agreement) -> dict[str, Any]:
    """How far two scorers agree, as JSON values."""
    from niah.runner.results import estimate_json, finite

    share = estimate_json(agreement.share)
    return {
        "n": agreement.n,
        "share": share["accuracy"],
        "interval": share["interval"],
        "kappa": finite(agreement.kappa),
        "kappa_interval": [finite(agreement.kappa_lower), finite(agreement.kappa_upper)],
        "both_right": agreement.both_right,
        "first_only": agreement.first_only,
        "second_only": agreement.second_only,
        "both_wrong": agreement.both_wrong,
        "mean_difference": finite(agreement.mean_difference),
    }


def _sweeps(records: Sequence[TrialRecord], audit: Audit) -> Iterator[Mapping[str, Any]]:
    """The accuracy of each sweep by either scorer."""
    from niah.runner.rescoring import rescored_records
    from niah.runner.results import estimate_json
    from niah.statistics.grids import by_sweep
    from niah.statistics.scores import sweep_estimate

    for (model, task), own in by_sweep(records).items():
        yield {
            "model": model,
            "task": task,
            **{
                name: estimate_json(sweep_estimate(rescored_records(own, scored)))
                for name, scored in (("first", audit.first), ("second", audit.second))
            },
        }


def _disagreement(one: Disagreement) -> dict[str, Any]:
    record = one.record
    return {
        "trial_id": record.trial_id,
        "model": record.model,
        "task": record.task,
        "context_length": record.context_length,
        "depth_percent": record.depth_percent,
        "repeat": record.repeat,
        "question": record.question,
        "answers": list(record.answers),
        "response": record.response,
        "first_score": one.first.score,
        "first_reason": one.first.reason,
        "second_score": one.second.score,
        "second_reason": one.second.reason,
    }


def _write(out: Path, disagreements: Sequence[Disagreement]) -> None:
    from niah.files import whole_file
    from niah.store.export import storable, write_csv, write_jsonl

    rows = [storable(_disagreement(one)) for one in disagreements]
    columns = list(rows[0]) if rows else ["trial_id"]
    with whole_file(out) as draft, draft.open("w", encoding="utf-8", newline="") as stream:
        if out.suffix == ".csv":
            write_csv(columns, rows, stream)
        else:
            write_jsonl(rows, stream)


def _lines(run: Run, records: Sequence[TrialRecord], audit: Audit) -> Iterator[str]:
    from niah.console import count, inert, percent

    yield f"run         {inert(run.run)}" + ("  (simulated)" if run.simulated else "")
    yield f"first       {inert(audit.first.scorer)}"
    yield f"second      {inert(audit.second.scorer)}"
    yield f"in use      {inert(run.scored_by) or 'the scores of the measurement'}"
    for sweep in _sweeps(records, audit):
        yield ""
        yield f"{inert(sweep['model'])}, {inert(sweep['task'])}"
        for name in ("first", "second"):
            yield f"{name:<12}{_accuracy(sweep[name])}"
    agreed = audit.agreement
    yield ""
    if not agreed.n:
        yield "agreement   nothing that both could score"
        return
    kappa = "undefined: one of the two gave all trials the same"
    if agreed.kappa == agreed.kappa:
        kappa = (
            f"{agreed.kappa:.3f}, 95% interval {agreed.kappa_lower:.3f} to {agreed.kappa_upper:.3f}"
        )
    share = agreed.share
    yield (
        f"agreement   {percent(share.value)}, 95% interval {percent(share.lower)} to "
        f"{percent(share.upper)}, n = {count(agreed.n)}"
        + (f" ({count(audit.unscored)} not scored by both)" if audit.unscored else "")
    )
    yield f"kappa       {kappa}"
    yield (
        f"counts      both right {count(agreed.both_right)}, first only "
        f"{count(agreed.first_only)}, second only {count(agreed.second_only)}, both wrong "
        f"{count(agreed.both_wrong)}; right is a score of 1"
    )
    if not audit.disagreements:
        yield "            no trial is scored differently"
        return
    kinds = len({one.kind for one in audit.disagreements})
    yield ""
    yield (
        f"{count(len(audit.disagreements))} scored differently, in {count(kinds)} "
        f"{'kind' if kinds == 1 else 'kinds'}; one of each kind first"
    )
    for one in audit.disagreements[:SHOWN]:
        yield from _disagreement_lines(one)
    left = len(audit.disagreements) - SHOWN
    if left > 0:
        yield f"... and {count(left)} more; --out FILE.jsonl or --json has all"


def _accuracy(estimate: Mapping[str, Any]) -> str:
    from niah.console import count, percent

    if not estimate["n"]:
        return "nothing scored"
    lower, upper = estimate["interval"]
    return (
        f"accuracy {percent(estimate['accuracy'])}, 95% interval {percent(lower)} to "
        f"{percent(upper)}, n = {count(estimate['n'])}  ({estimate['method']})"
    )


def _disagreement_lines(one: Disagreement) -> Iterator[str]:
    from niah.axes import format_tokens
    from niah.console import inert, shorten

    record = one.record
    yield (
        f"  {record.trial_id[:12]}  {format_tokens(record.context_length)}  depth "
        f"{record.depth_percent:.4g}%  repeat {record.repeat}"
    )
    yield f"    answers   {inert(shorten(' | '.join(record.answers), EXCERPT_CHARACTERS))}"
    response = " ".join(record.response.split())
    yield f"    response  {shorten(inert(response), EXCERPT_CHARACTERS)}"
    for name, rescore in (("first", one.first), ("second", one.second)):
        yield f"    {name:<10}{rescore.score:g} ({inert(shorten(rescore.reason, 100))})"
