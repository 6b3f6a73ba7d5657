"""niah history: what an experiment's runs measured over time, and when that changed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from niah.cli.options import DEFAULT_DATABASE, Database, Json, print_json
from niah.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from niah.runner.histories import History

FORMATS = ("png", "svg", "pdf")
TABLES = ("text", "csv", "md")


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("history")(history)


def history(
    experiment: Annotated[
        str, typer.Argument(help="An experiment's name, as niah runs shows it, or its file.")
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="A figure: .png, .svg or .pdf.", dir_okay=False),
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option("-m", "--model", help="Only this model; repeatable.")
    ] = None,
    last: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Only the newest N runs.")
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            min=0,
            max=1,
            help="Least accuracy of the effective context length; by default the newest "
            "run's report.effective, or RULER's rule.",
        ),
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", help="Of the table: text, csv or md.")
    ] = "text",
    theme: Annotated[str, typer.Option(help="Of the figure: light or dark.")] = "light",
    language: Annotated[str, typer.Option(help="Of the figure: en or de.")] = "en",
    db: Database = DEFAULT_DATABASE,
    json: Json = False,
) -> None:
    """Print and plot what an experiment's runs measured over time, and when that changed."""
    from niah.cli.history_table import print_csv, table_lines
    from niah.runner.histories import histories
    from niah.store.children import parents
    from niah.store.database import open_store
    from niah.store.runs import find_run, list_runs
    from niah.store.tallies import tally_trials
    from niah.store.trials import iter_trials
    from niah.store.verdicts import latest_verdicts

    if format_ not in TABLES:
        raise ConfigurationError(f"--format {format_}: use {', '.join(TABLES)}")
    if out is not None and out.suffix.lstrip(".").lower() not in FORMATS:
        raise ConfigurationError(f"--out {out}: name a figure .png, .svg or .pdf")
    name = _name(experiment)
    with open_store(db, access="read") as store:
        children = parents(store)
        listed = [run for run in list_runs(store) if run.run not in children]
        chosen = [run for run in listed if run.name == name and run.source == "measured"][:last]
        if not chosen:
            known = ", ".join(dict.fromkeys(run.name for run in listed)) or "none"
            raise ConfigurationError(f"{db} has no run of {name!r}; it has runs of {known}")
        verdicts = {run: found.verdict for run, found in latest_verdicts(store).items()}
        found = histories(
            [find_run(store, run.run) for run in reversed(chosen)],
            lambda run: tally_trials(store, run),
            lambda run: iter_trials(store, run),
            verdicts,
            threshold=threshold,
        )
    found = [one for one in found if not model or one.model in model]
    if not found:
        raise ConfigurationError(f"no run of {name!r} has a finished trial of that model")
    figures = [] if out is None else _plot(found, out, theme=theme, language=language)
    if json:
        print_json(
            {
                "experiment": name,
                "histories": [_history_json(one) for one in found],
                "figures": [str(path) for path in figures],
            }
        )
        return
    if format_ == "csv":
        print_csv(found)
    else:
        for line in table_lines(found, markdown=format_ == "md"):
            print(line)
    for path in figures:
        print(path)


def _name(experiment: str) -> str:
    if Path(experiment).suffix != ".toml":
        return experiment
    from niah.cli.options import load_config

    return load_config(experiment).name


def _history_json(one: History) -> dict[str, Any]:
    from niah.runner.results import estimate_json

    return {
        "model": one.model,
        "task": one.task,
        "simulated": one.simulated,
        "runs": [
            {
                "run": point.run.run,
                "at": point.at,
                **estimate_json(point.accuracy),
                "estimate": "pooled" if point.pooled else "raw",
                "effective_length": {
                    "rule": point.effective.rule.sentence,
                    "value": point.effective.value,
                    "interval": [point.effective.lower, point.effective.upper],
                },
                "cost_usd": point.cost_usd,
                "latency_s": point.latency_s,
                "outcomes": dict(point.outcomes),
                "verdict": point.verdict or None,
                "experiment_changed": point.note or None,
            }
            for point in one.points
        ],
        "changes": [
            {
                "run": one.points[change.index].run.run,
                "at": one.points[change.index].at,
                "before": change.before,
                "after": change.after,
                "p": change.p,
            }
            for change in one.changes
        ],
    }


def _plot(found: Sequence[History], out: Path, *, theme: str, language: str) -> list[Path]:
    from niah import __version__
    from niah.figures.drawing import write
    from niah.figures.text import LANGUAGES, WORDS, Facts, Provenance, one_of
    from niah.figures.trend import Measured, trend_data

    several = len({one.task for one in found}) > 1
    words = WORDS[one_of("language", language, LANGUAGES)]
    names = []
    for one in found:
        name = one.model + (f", {one.task}" if several else "")
        if any(point.pooled for point in one.points):
            name = words["name-pooled"].format(value=name)
        names.append(name)
    runs = [point.run for one in found for point in one.points]
    days = sorted({point.at[:10] for one in found for point in one.points})
    haystacks = {run.versions.get("haystack") for run in runs}
    costs = [point.cost_usd for one in found for point in one.points]
    known = [cost for cost in costs if cost is not None]
    facts = Facts(
        date=" \u2013 ".join(dict.fromkeys((days[0], days[-1]))),
        haystack=haystacks.pop() if len(haystacks) == 1 else None,
        cost_usd=sum(known) if known else None,
        cost_at_least=len(known) < len(costs),
        niah_version=__version__,
    )
    pooled = {point.pooled for one in found for point in one.points}
    data = trend_data(
        {
            name: [Measured(at=point.at, estimate=point.accuracy) for point in one.points]
            for name, one in zip(names, found, strict=True)
        },
        facts,
        task=", ".join(dict.fromkeys(one.task for one in found)),
        changes={
            name: [one.points[change.index].at for change in one.changes]
            for name, one in zip(names, found, strict=True)
        },
        changed_experiment={point.at for one in found for point in one.points if point.note},
        simulated={name for name, one in zip(names, found, strict=True) if one.simulated},
        estimate="mixed" if len(pooled) > 1 else "pooled" if True in pooled else "raw",
        language=language,
    )
    return write(
        data,
        out.with_suffix(""),
        formats=(out.suffix.lstrip(".").lower(),),
        theme=theme,
        provenance=Provenance(
            run=",".join(dict.fromkeys(run.run for run in runs)),
            experiment_sha256=",".join(dict.fromkeys(run.experiment_sha256 for run in runs)),
            niah_version=__version__,
        ),
    )
