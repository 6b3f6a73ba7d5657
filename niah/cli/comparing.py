"""niah compare: do two sweeps differ, by how much, and where; of several, who leads."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from niah.cli.options import DEFAULT_DATABASE, DEFAULT_PLOTS, Database, Json, Plots, print_json
from niah.errors import ConfigurationError
from niah.files import file_stem

if TYPE_CHECKING:
    from niah.runner.contestants import Contestant
    from niah.statistics.compare import Comparison
    from niah.statistics.league import LeagueRow
    from niah.store import Run, TrialRecord

Pair = tuple["Contestant", "Contestant"]

SHARED = (
    "trials of one replicate share a haystack: intervals go over replicates, McNemar's test and "
    "the scan take trials as independent"
)

UNEVEN = (
    "has more trials in some cells than in others: its accuracy here weighs cells by their trials; "
    "niah show has the pooled one"
)


def register(app: typer.Typer) -> None:
    """Add the command to the application."""
    app.command("compare")(compare)


def compare(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN",
            help="Run ids or their starts, or latest; RUN:PROVIDER/MODEL for one model of a run.",
        ),
    ],
    anyway: Annotated[
        bool,
        typer.Option("--anyway", help="Compare different tasks, haystacks or tokenizers as well."),
    ] = False,
    figures: Annotated[bool, typer.Option(help="Draw difference heatmaps.")] = True,
    style: Annotated[str, typer.Option(help="Colours: accessible or classic.")] = "accessible",
    db: Database = DEFAULT_DATABASE,
    plots: Plots = DEFAULT_PLOTS,
    json: Json = False,
) -> None:
    """Compare runs or models: the difference and where it is, paired where trials are the same."""
    from niah.cli.differences import comparison_json, league_json, lines
    from niah.cli.plotting import Looks, checked
    from niah.console import inert
    from niah.runner.contestants import check_comparable, labelled, same_trials
    from niah.statistics.compare import compare as compare_sweeps
    from niah.statistics.scores import shares_haystack

    looks = checked(Looks(style=style))
    chosen = _chosen(runs, db)
    everyone = labelled([one for sweeps in chosen for one in sweeps])
    pairs = _pairs(chosen, everyone)
    together: Sequence[Sequence[Contestant]] = pairs or [everyone]
    found = [note for group in together for note in check_comparable(group, anyway=anyway)]
    if any(shares_haystack(record) for one in everyone for record in one.records[:1]):
        found.append(SHARED)
    found += [f"{inert(one.label)} {UNEVEN}" for one in everyone if _is_uneven(one)]
    notes = list(dict.fromkeys(found))
    compared = [
        (pair, compare_sweeps(pair[0].records, pair[1].records, may_pair=same_trials(*pair)))
        for pair in pairs
    ]
    for pair, comparison in compared:
        if not comparison.cell_n.any():
            raise ConfigurationError(
                f"{pair[0].label} and {pair[1].label} have no scored cell in common; compare "
                "sweeps of one grid"
            )
    table = [] if pairs else _league(everyone)
    written = [
        path
        for pair, comparison in compared
        if figures
        for path in _draw(pair, comparison, plots, looks.style)
    ]
    simulated = [one.label for one in everyone if one.run.simulated]
    if json:
        print_json(
            {
                "simulated": bool(simulated),
                "notes": notes,
                "comparisons": [comparison_json(*entry) for entry in compared],
                "league": [league_json(row) for row in table],
                "figures": [str(path) for path in written],
            }
        )
        return
    for line in lines(compared, table, everyone, notes):
        print(line)
    for path in written:
        print(path)


def _is_uneven(one: Contestant) -> bool:
    """Whether trials went where they tell most, as in an adaptive sweep, and not to every cell."""
    counts = Counter((r.context_length, r.depth_percent) for r in one.records).values()
    return max(counts) - min(counts) > 1


def _chosen(names: Sequence[str], db: Path) -> list[list[Contestant]]:
    """The sweeps behind each argument; runs are read once."""
    from niah.runner.contestants import select
    from niah.store.database import open_store
    from niah.store.runs import find_run
    from niah.store.trials import iter_trials

    with open_store(db, access="read") as store:
        known: dict[str, tuple[Run, list[TrialRecord]]] = {}

        def find(name: str) -> tuple[Run, list[TrialRecord]]:
            run = find_run(store, name)
            if run.run not in known:
                known[run.run] = run, list(iter_trials(store, run.run))
            return known[run.run]

        return [select(name, find) for name in names]


def _pairs(chosen: Sequence[Sequence[Contestant]], everyone: Sequence[Contestant]) -> list[Pair]:
    """Two sweeps, or two runs of the same models model by model; none when it is a league.

    Raises:
        ConfigurationError: if there is only one sweep, or two runs hold different models.
    """
    if len(everyone) == 2:
        return [(everyone[0], everyone[1])]
    if len(everyone) < 2:
        raise ConfigurationError(
            f"{everyone[0].run.run} has one sweep only; name a second run to compare it with"
        )
    if len(chosen) != 2:
        return []
    count = len(chosen[0])
    first, second = everyone[:count], everyone[count:]
    if [(one.model, one.task) for one in first] == [(one.model, one.task) for one in second]:
        return list(zip(first, second, strict=True))
    several = first if count > 1 else second
    raise ConfigurationError(
        "the two runs hold different models; say which to compare, such as "
        + " or ".join(one.name for one in several[:3])
    )


def _league(everyone: Sequence[Contestant]) -> list[LeagueRow]:
    from niah.runner.contestants import same_trials
    from niah.statistics.league import league

    by_label = {one.label: one for one in everyone}
    return league(
        {label: one.records for label, one in by_label.items()},
        may_pair=lambda one, other: same_trials(by_label[one], by_label[other]),
    )


def _draw(pair: Pair, comparison: Comparison, plots: Path, style: str) -> list[Path]:
    from niah.cli.plotting import FORMATS
    from niah.figures.difference import difference_data
    from niah.figures.drawing import write
    from niah.figures.text import Facts, Provenance

    first, second = pair
    runs = [first.run] if first.run.run == second.run.run else [first.run, second.run]
    costs = [record.cost_usd for one in pair for record in one.records]
    data = difference_data(
        comparison,
        Facts(
            date=" / ".join(dict.fromkeys((r.finished_at or r.created_at)[:10] for r in runs)),
            cost_usd=math.fsum(cost for cost in costs if cost is not None)
            if any(cost is not None for cost in costs)
            else None,
            cost_at_least=None in costs,
            haystack=" / ".join(dict.fromkeys(r.versions.get("haystack", "") for r in runs)),
            run=", ".join(r.run for r in runs),
            niah_version=second.run.versions.get("niah"),
        ),
        first=first.label,
        second=second.label,
        task=first.task if first.task == second.task else f"{first.task} / {second.task}",
        simulated=first.run.simulated or second.run.simulated,
    )
    names = [one.run.run for one in pair]
    stem = (
        file_stem(names[0], second.model, "minus", first.model)
        if len(runs) == 1
        else file_stem(
            names[1],
            "minus",
            names[0],
            *([] if first.label == first.run.run else [second.model]),
        )
    )
    return write(
        data,
        plots / stem,
        formats=FORMATS,
        style=style,
        provenance=Provenance(
            run=", ".join(r.run for r in runs),
            experiment_sha256=", ".join(dict.fromkeys(r.experiment_sha256 for r in runs)),
            niah_version=second.run.versions.get("niah", "unknown"),
        ),
    )
