"""niah runs and niah show: what was measured, down to the prompt that was sent."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from niah.cli.options import DEFAULT_DATABASE, Database, Json, Thresholds, print_json
from niah.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from niah.prompts import Prompt
    from niah.store import Run, RunSummary, TrialRecord

RESPONSE_CHARACTERS = 2_000


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    app.command("runs")(runs)
    app.command("show")(show)


def runs(db: Database = DEFAULT_DATABASE, json: Json = False) -> None:
    """List the runs in the store, newest first."""
    from niah.console import count, inert, table, usd
    from niah.store.children import parents
    from niah.store.database import open_store
    from niah.store.runs import list_runs
    from niah.store.status import as_it_stands

    belonging: Mapping[str, str] = {}
    if not db.exists():
        summaries: Sequence[RunSummary] = []
    else:
        with open_store(db, access="read") as store:
            summaries = [as_it_stands(store, summary) for summary in list_runs(store)]
            belonging = parents(store)
    if json:
        listed = [{**_run_json(one), "parent": belonging.get(one.run)} for one in summaries]
        print_json({"runs": listed})
        return
    if not summaries:
        print(f"{db} has no runs yet; niah run CONFIG makes one.")
        return
    rows = [
        (
            inert(summary.run),
            summary.status,
            f"{count(summary.finished_trials)}/{count(summary.planned_trials)}",
            count(summary.outcomes.get("failed", 0)),
            usd(summary.cost_usd),
            ("reference reader" if summary.simulated else inert(summary.source))
            + (f"; scored again by {inert(summary.scored_by)}" if summary.scored_by else ""),
        )
        for summary in summaries
    ]
    print(table(("run", "status", "trials", "failed", "cost", "source"), rows, right=(2, 3, 4)))


def _run_json(summary: RunSummary) -> dict[str, Any]:
    return {
        "run": summary.run,
        "name": summary.name,
        "status": summary.status,
        "planned_trials": summary.planned_trials,
        "trials": sum(summary.outcomes.values()),
        "outcomes": dict(summary.outcomes),
        "cost_usd": summary.cost_usd,
        "unsettled_usd": summary.unsettled_usd,
        "simulated": summary.simulated,
        "source": summary.source,
        "scored_by": summary.scored_by or "original",
        "created_at": summary.created_at,
        "finished_at": summary.finished_at,
        "experiment_sha256": summary.experiment_sha256,
    }


Length = Annotated[
    str | None, typer.Option("--length", metavar="TOKENS", help="One context length, such as 64K.")
]
Depth = Annotated[float | None, typer.Option("--depth", help="One depth in percent.")]
ShowPrompt = Annotated[
    bool, typer.Option("--prompt", help="Print the exact messages that were sent.")
]


def show(
    run: Annotated[str, typer.Argument(help="A run's id or the start of it, or latest.")],
    length: Length = None,
    depth: Depth = None,
    model: Annotated[str | None, typer.Option("-m", "--model", help="One model.")] = None,
    repeat: Annotated[int | None, typer.Option("--repeat", min=0, help="One repeat.")] = None,
    prompt: ShowPrompt = False,
    cells: Annotated[
        bool, typer.Option("--cells", help="Every cell: n, raw and pooled accuracy, intervals.")
    ] = False,
    threshold: Thresholds = None,
    db: Database = DEFAULT_DATABASE,
    json: Json = False,
) -> None:
    """Show a run in all its numbers, the trials of one cell of it, or the prompt of a trial."""
    if Path(run).suffix in (".png", ".svg", ".pdf"):
        _show_figure(Path(run), json=json)
        return
    from niah.cli.overview import show_run
    from niah.runner.controls import results_of_controls, stored_controls
    from niah.store.database import open_store
    from niah.store.runs import find_run
    from niah.store.status import as_it_stands
    from niah.store.trials import iter_trials

    with open_store(db, access="read") as store:
        found = as_it_stands(store, find_run(store, run))
        records = list(iter_trials(store, found.run))
        beside = results_of_controls(stored_controls(store, found))
    if length is None and depth is None and not prompt and repeat is None:
        show_run(
            found,
            records,
            beside,
            thresholds=threshold or (),
            model=model,
            cells=cells,
            json=json,
        )
        return
    records = [record for record in records if model in (None, record.model)]
    chosen = _choose(found, records, length, depth, repeat)
    if prompt:
        _show_prompt(found, chosen[0], json=json)
    else:
        _show_trials(chosen, json=json)


def _choose(
    run: Run,
    records: Sequence[TrialRecord],
    length: str | None,
    depth: float | None,
    repeat: int | None,
) -> list[TrialRecord]:
    """The trials of the asked cell; a value that was not measured names those that were."""
    from niah.axes import format_tokens, parse_tokens

    if not records:
        raise ConfigurationError(f"{run.run} has no finished trial to show")

    wanted = None
    if length is not None:
        try:
            wanted = parse_tokens(length)
        except ValueError as error:
            raise ConfigurationError(f"--length: {error}") from None
        lengths = sorted({record.context_length for record in records})
        if wanted not in lengths:
            known = ", ".join(map(format_tokens, lengths))
            raise ConfigurationError(f"{run.run} has no context length {length}; it has {known}")
    nearest = None
    if depth is not None:
        depths = sorted({record.depth_percent for record in records})
        nearest = min(depths, key=lambda known: abs(known - depth), default=None)
        if nearest is None or abs(nearest - depth) > 0.05:
            known = ", ".join(f"{value:g}" for value in depths)
            raise ConfigurationError(f"{run.run} has no depth {depth:g}; it has {known}")
    chosen = [
        record
        for record in records
        if wanted in (None, record.context_length)
        and nearest in (None, record.depth_percent)
        and repeat in (None, record.repeat)
    ]
    if not chosen:
        raise ConfigurationError(f"{run.run} has no such trial")
    return chosen


def _show_trials(records: Sequence[TrialRecord], *, json: bool) -> None:
    from niah.console import count, inert, shorten, usd
    from niah.store import LIKE_TAG, MEASURED_SCORE_TAG, SCORED_BY_TAG

    if json:
        from niah.store.export import exported_fields

        print_json({"trials": [exported_fields(record) for record in records]})
        return
    for record in records:
        placed = record.placed_depth_percent
        print(
            f"{inert(record.model)}  {count(record.context_length)} tokens  "
            f"depth {record.depth_percent:g}%"
            + (f" (placed {placed:.3f}%)" if placed is not None else "")
            + f"  repeat {record.repeat}"
        )
        print(f"  question  {inert(record.question)}")
        print(f"  answers   {inert(' | '.join(record.answers))}")
        print(f"  response  {shorten(inert(record.response), RESPONSE_CHARACTERS)}")
        score = "none" if record.score is None else f"{record.score:g}"
        why = record.score_reason or record.message
        print(f"  outcome   {record.outcome}, score {score}" + (f" ({inert(why)})" if why else ""))
        if LIKE_TAG in record.tags:
            print(
                f"  again     composed anew: the first prompt, of {inert(record.tags[LIKE_TAG])} "
                "counted tokens, was reported too long or too short; its answer does not count"
            )
        if SCORED_BY_TAG in record.tags:
            print(
                f"  scored    by {inert(record.tags[SCORED_BY_TAG])}, originally "
                f"{record.tags[MEASURED_SCORE_TAG]}"
            )
        read, known = record.cached_input_tokens, record.input_tokens
        reported = "none" if known is None else count(known)
        cached = f" ({count(read)} of them cached)" if read else ""
        print(
            f"  tokens    {count(record.prompt_tokens)} counted, {reported} reported{cached}; "
            f"cost {usd(record.cost_usd)}; attempts {record.attempts}"
        )
    outcomes = Counter(record.outcome for record in records)
    print(", ".join(f"{n} {outcome}" for outcome, n in outcomes.items()))


def _show_prompt(run: Run, record: TrialRecord, *, json: bool) -> None:
    from niah.console import inert
    from niah.runner.rebuilding import rebuild_prompt

    prompt: Prompt = rebuild_prompt(run, record)
    if json:
        print_json(
            {
                "run": run.run,
                "trial_id": record.trial_id,
                "model": record.model,
                "context_length": record.context_length,
                "depth_percent": record.depth_percent,
                "placed_depth_percent": record.placed_depth_percent,
                "repeat": record.repeat,
                "prompt_tokens": prompt.tokens,
                "prompt_sha256": prompt.sha256,
                "messages": [
                    {"role": message.role, "content": message.content}
                    for message in prompt.messages
                ],
            }
        )
        return
    for message in prompt.messages:
        print(f"[{message.role}]")
        print(inert(message.content, multiline=True))


def _show_figure(path: Path, *, json: bool) -> None:
    from niah.console import inert
    from niah.figures.provenance import read_provenance

    facts = read_provenance(path)
    if json:
        print_json(dict(facts))
        return
    for name, value in facts.items():
        print(f"{inert(str(name))}  {inert(str(value))}")
