"""niah prune: delete old runs, never a baseline's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from niah.cli.options import DEFAULT_DATABASE, Database, Json, duration_s, print_json
from niah.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from niah.store import RunSummary


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("prune")(prune)


def prune(
    older_than: Annotated[
        str | None, typer.Option(metavar="TIME", help="Runs that ended so long ago, such as 90d.")
    ] = None,
    keep_last: Annotated[
        int | None,
        typer.Option(min=0, metavar="N", help="All but the newest N runs of each experiment."),
    ] = None,
    experiment: Annotated[
        str | None, typer.Option("--experiment", help="Only runs of experiments of this name.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Delete; without it, only say what would be deleted.")
    ] = False,
    vacuum: Annotated[
        bool,
        typer.Option(
            "--vacuum",
            help="With --yes, give the space back to the disk; else later runs fill it.",
        ),
    ] = False,
    db: Database = DEFAULT_DATABASE,
    json: Json = False,
) -> None:
    """Delete runs that are old and that no baseline needs, with their re-tests and controls.

    Unfinished runs of the last day, imported runs and the runs of baselines always stay; with both
    limits a run must be beyond both.
    """
    from datetime import UTC, datetime

    from niah.console import count, inert
    from niah.store.baselines import list_baselines
    from niah.store.children import parents
    from niah.store.database import open_store
    from niah.store.deletion import compact, delete_runs, unused_bytes
    from niah.store.locks import is_locked
    from niah.store.runs import list_runs

    if older_than is None and keep_last is None:
        raise ConfigurationError("say what is old: --older-than 90d, --keep-last 30, or both")
    age_s = duration_s(older_than, "--older-than")
    with open_store(db, access="write" if yes else "read") as store:
        needed = {run for one in list_baselines(store) for run in one.runs}
        children = parents(store)
        candidates = _old(
            [run for run in list_runs(store, name=experiment) if run.run not in children],
            now_s=datetime.now(UTC).timestamp(),
            age_s=age_s,
            keep_last=keep_last,
        )
        old = [run.run for run in candidates]
        free = [run for run in old if run not in needed and not is_locked(store, run)]
        gone = delete_runs(store, free) if yes else set(free)
        deleted = [run for run in old if run in gone]
        kept = [run for run in old if run not in gone]
        if vacuum and yes:
            compact(store)
        unused_mb = unused_bytes(store) / 1e6
    if json:
        print_json(
            {
                "deleted": deleted if yes else [],
                "would_delete": deleted,
                "kept": kept,
                "unused_mb": round(unused_mb, 3),
            }
        )
        return
    for name in deleted:
        print(f"{'deleted' if yes else 'would delete'}  {inert(name)}")
    for name in kept:
        print(f"kept  {inert(name)} (a baseline's, or being written)")
    ending = "" if yes else "; --yes deletes them"
    print(f"{count(len(deleted))} runs{ending}")
    if yes and unused_mb >= 1:
        print(f"{unused_mb:,.0f} MB of the store are free for later runs; --vacuum gives them back")


def _old(
    runs: Sequence[RunSummary], *, now_s: float, age_s: float | None, keep_last: int | None
) -> list[RunSummary]:
    """The runs beyond the limits, oldest first.

    A run that is dated in the future, by a clock that was wrong, ended before the next one began:
    more cannot be known of its age.
    """
    from datetime import datetime

    seen: dict[str, int] = {}
    chosen = []
    next_began_s = now_s
    for run in runs:  # newest first
        if run.source != "measured":
            continue
        seen[run.name] = seen.get(run.name, 0) + 1
        ended_s = datetime.fromisoformat(run.finished_at or run.created_at).timestamp()
        idle_s = now_s - (ended_s if ended_s <= now_s else next_began_s)
        began_s = datetime.fromisoformat(run.created_at).timestamp()
        next_began_s = began_s if began_s <= now_s else next_began_s
        if keep_last is not None and seen[run.name] <= keep_last:
            continue
        if age_s is not None and idle_s < age_s:
            continue
        if run.status != "complete" and idle_s < 86_400:
            continue  # it may go on
        chosen.append(run)
    return chosen[::-1]
