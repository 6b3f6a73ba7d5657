"""niah baseline: name the runs that later ones are judged against."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

import typer

from niah.cli.options import DEFAULT_DATABASE, Database, Json, print_json
from niah.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from niah.runner.likeness import Pool
    from niah.store.baselines import StoredBaseline

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")

Name = Annotated[str, typer.Argument(metavar="NAME", help="The baseline's name, such as nightly.")]


def register(app: typer.Typer) -> None:
    """Add the commands to the application."""
    group = typer.Typer(
        name="baseline",
        help="Name runs that later ones are judged against; niah prune never deletes them.",
        no_args_is_help=True,
        rich_markup_mode=None,
    )
    group.command("set")(set_)
    group.command("show")(show)
    group.command("list")(list_)
    group.command("remove")(remove)
    app.add_typer(group)


def set_(
    name: Name,
    runs: Annotated[
        list[str], typer.Argument(metavar="RUN...", help="Run ids or their starts, or latest.")
    ],
    db: Database = DEFAULT_DATABASE,
    json: Json = False,
) -> None:
    """Let a name stand for a run, or for a pool of runs of one experiment."""
    from datetime import UTC, datetime

    from niah.runner.likeness import Pool, check_alike
    from niah.store.baselines import set_baseline
    from niah.store.children import parents
    from niah.store.database import open_store
    from niah.store.runs import find_run
    from niah.store.trials import iter_trials

    if not _NAME.fullmatch(name):
        raise ConfigurationError(
            f"{name!r} cannot be a baseline's name: use letters, digits, '.', '_' and '-'"
        )
    with open_store(db, access="write") as store:
        children = parents(store)
        found = list({run.run: run for run in (find_run(store, one) for one in runs)}.values())
        for run in found:
            if run.run in children:
                raise ConfigurationError(
                    f"{run.run} holds re-tests or controls of {children[run.run]}, which say "
                    "nothing of all its cells alike; a baseline needs whole runs"
                )
        pool = Pool(
            name=name, runs=tuple((run, tuple(iter_trials(store, run.run))) for run in found)
        )
        for measured in pool.runs:
            check_alike(measured, pool.runs[0])
        if not any(record.score is not None for record in pool.records):
            raise ConfigurationError("none of these runs has a scored trial")
        set_baseline(
            store,
            name,
            [run.run for run in found],
            set_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
    _print(pool, json=json)


def show(name: Name, db: Database = DEFAULT_DATABASE, json: Json = False) -> None:
    """Show what a baseline is made of, and what it leads one to expect."""
    from niah.cli.judged import load_pool
    from niah.store.baselines import find_baseline
    from niah.store.database import open_store

    with open_store(db, access="read") as store:
        if find_baseline(store, name) is None:
            raise ConfigurationError(
                f"there is no baseline {name!r}; niah baseline list names them"
            )
        pool = load_pool(store, name)
    _print(pool, json=json)


def list_(db: Database = DEFAULT_DATABASE, json: Json = False) -> None:
    """List the baselines."""
    from niah.console import count, inert, table
    from niah.store.baselines import list_baselines
    from niah.store.database import open_store

    with open_store(db, access="read") as store:
        found = list_baselines(store)
    if json:
        print_json({"baselines": [_stored_json(one) for one in found]})
        return
    if not found:
        print(f"{db} has no baseline yet; niah baseline set NAME RUN... makes one.")
        return
    rows = [
        (inert(one.name), count(len(one.runs)), one.set_at, inert(one.runs[-1])) for one in found
    ]
    print(table(("name", "runs", "set at", "newest run"), rows, right=(1,)))


def remove(name: Name, db: Database = DEFAULT_DATABASE) -> None:
    """Forget a baseline's name; its runs stay."""
    from niah.store.baselines import remove_baseline
    from niah.store.database import open_store

    with open_store(db, access="write") as store:
        remove_baseline(store, name)


def _stored_json(one: StoredBaseline) -> dict[str, Any]:
    return {"name": one.name, "runs": list(one.runs), "set_at": one.set_at}


def _print(pool: Pool, *, json: bool) -> None:
    if json:
        print_json(_as_json(pool))
        return
    for line in _lines(pool):
        print(line)


def _as_json(pool: Pool) -> dict[str, Any]:
    from niah.runner.estimates import estimates_of, everywhere
    from niah.runner.results import estimate_json, run_grids
    from niah.statistics.expectations import build_baseline
    from niah.statistics.grids import by_sweep

    sweeps = []
    run, records_of = pool.runs[0][0], by_sweep(pool.records)
    for grid in run_grids(run, pool.records):
        records = records_of.get((grid.model, grid.task), [])
        made = build_baseline(records)
        sweeps.append(
            {
                "model": grid.model,
                "task": grid.task,
                **estimate_json(estimates_of(run, grid, records).within(everywhere)),
                "cells": 0 if made is None else int((made.worth > 0).sum()),
                "stability": None if made is None else made.stability,
            }
        )
    return {
        "name": pool.name,
        "runs": [run.run for run, _ in pool.runs],
        "experiment_sha256": sorted({run.experiment_sha256 for run, _ in pool.runs}),
        "simulated": any(run.simulated for run, _ in pool.runs),
        "sweeps": sweeps,
    }


def _lines(pool: Pool) -> Iterator[str]:
    from niah.console import count, inert, percent

    facts = _as_json(pool)
    yield f"baseline    {inert(pool.name)}" + (
        "  (reference reader, simulated: no model was asked)" if facts["simulated"] else ""
    )
    for run, records in pool.runs:
        yield f"run         {inert(run.run)}  {run.status}, {count(len(records))} trials"
    for sweep in facts["sweeps"]:
        yield f"\n{inert(sweep['model'])}, {inert(sweep['task'])}"
        if not sweep["n"]:
            yield "accuracy    nothing measured"
            continue
        low, high = sweep["interval"]
        yield (
            f"accuracy    {percent(sweep['accuracy'])}  95% interval {percent(low)} to "
            f"{percent(high)}  n = {count(sweep['n'])}  ({sweep['method']})"
        )
        yield f"cells       {count(sweep['cells'])}, {sweep['n'] / sweep['cells']:.1f} trials each"
        if sweep["n"] / sweep["cells"] < 10:
            yield "note        small drops show against a baseline of about 15 trials in each cell"
