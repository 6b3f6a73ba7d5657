"""niah prune: retention for stores that grow every night."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from niah.cli.options import DEFAULT_DATABASE, Database, Json, duration_s, print_json
from niah.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from niah.store import RunSummary


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("prune")(prune)


def prune(
    experiment: Annotated[
        str | None, typer.Argument(help="Only runs of this experiment; all of them otherwise.")
    ] = None,
    keep: Annotated[
        int | None,
        typer.Option("--keep", metavar="N", min=0, help="Keep the newest N of each experiment."),
    ] = None,
    older_than: Annotated[
        str | None,
        typer.Option("--older-than", metavar="TIME", help="Keep what is younger, such as 90d."),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be removed.")
    ] = False,
    vacuum: Annotated[
        bool,
        typer.Option("--vacuum", help="Give the space back, too; rewrites the whole file."),
    ] = False,
    db: Database = DEFAULT_DATABASE,
    json: Json = False,
) -> None:
    """Remove old runs; never a baseline, an imported run, or one that is being measured."""
    from datetime import UTC, datetime

    from niah.store.baselines import list_baselines
    from niah.store.database import compact, open_store
    from niah.store.locks import is_locked
    from niah.store.runs import delete_run, list_runs

    if keep is None and older_than is None:
        raise ConfigurationError(
            "niah prune needs --keep N or --older-than TIME; with both, a run must fail both to go"
        )
    least_age_s = duration_s(older_than, "--older-than")
    with open_store(db, access="read" if dry_run else "write") as store:
        held = {run for baseline in list_baselines(store) for run in baseline.runs}
        chosen = [
            run
            for run in expired(
                list_runs(store, name=experiment),
                keep=keep or 0,
                least_age_s=least_age_s or 0.0,
                now=datetime.now(UTC),
                held=held,
            )
            if not is_locked(store, run.run)
        ]
        if not dry_run:
            for run in chosen:
                delete_run(store, run.run)
        if vacuum and not dry_run:
            compact(store)
    removed = [run.run for run in chosen]
    trials = sum(sum(run.outcomes.values()) for run in chosen)
    if json:
        print_json({"removed": removed, "trials": trials, "dry_run": dry_run})
        return
    for name in removed:
        print(name)
    verb = "would be removed" if dry_run else "removed"
    print(f"{len(removed):,} runs with {trials:,} trials {verb}")


def expired(
    runs: Sequence[RunSummary],
    *,
    keep: int,
    least_age_s: float,
    now: datetime,
    held: Collection[str],
) -> list[RunSummary]:
    """The runs that are neither young, nor among the newest of their experiment, nor held.

    Args:
        runs: Newest first.
        keep: How many of each experiment stay whatever their age.
        least_age_s: Younger runs stay.
        now: With a time zone.
        held: Runs that stay in any case: those of baselines.
    """
    from collections import Counter
    from datetime import datetime

    seen: Counter[str] = Counter()
    gone = []
    for run in runs:
        if run.source != "measured":
            continue
        seen[run.name] += 1
        age_s = (now - datetime.fromisoformat(run.created_at)).total_seconds()
        if seen[run.name] > keep and age_s >= least_age_s and run.run not in held:
            gone.append(run)
    return gone
