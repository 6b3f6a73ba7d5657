"""Comparisons as the text and the JSON that niah compare prints."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from niah.axes import format_tokens
from niah.cli.overview import estimate_text, interval
from niah.console import count, inert, percent, table
from niah.statistics.scores import SCORED

if TYPE_CHECKING:
    from niah.runner.contestants import Contestant
    from niah.statistics.compare import Comparison
    from niah.statistics.differences import Difference
    from niah.statistics.league import LeagueRow
    from niah.statistics.scan import Region

Pair = tuple["Contestant", "Contestant"]


def lines(
    compared: Sequence[tuple[Pair, Comparison]],
    league: Sequence[LeagueRow],
    everyone: Sequence[Contestant],
    notes: Sequence[str],
) -> Iterator[str]:
    """What is compared, what is simulated, what else differs; then the numbers."""
    simulated = [inert(one.label) for one in everyone if one.run.simulated]
    if simulated:
        yield f"simulated: {', '.join(simulated)}: reference reader, no model was asked"
    for note in notes:
        yield f"note: {note}"
    for pair, comparison in compared:
        yield from _comparison_lines(pair, comparison)
    if league:
        yield _league_text(league)
        for one in everyone:
            if unscored := _unscored(one):
                yield f"{inert(one.label)}:{unscored}"


def _comparison_lines(pair: Pair, comparison: Comparison) -> Iterator[str]:
    first, second = pair
    yield f"first       {_titled(first)}"
    yield f"            {estimate_text(comparison.first)}{_unscored(first)}"
    yield f"second      {_titled(second)}"
    yield f"            {estimate_text(comparison.second)}{_unscored(second)}"
    yield f"difference  {_difference_text(comparison.difference)}"
    yield f"            {comparison.pairing}"
    both = comparison.pooled_first, comparison.pooled_second
    if comparison.pooled_difference is not None:
        for name, estimate in zip(("first", "second"), both, strict=True):
            if estimate is not None:
                yield f"{'pooled':<12}{name:<8}{estimate_text(estimate)}"
        yield f"            {_difference_text(comparison.pooled_difference)}"
    if comparison.mcnemar_p is not None:
        yield (
            f"McNemar     {count(comparison.only_first)} pairs for the first alone, "
            f"{count(comparison.only_second)} for the second alone, exact p "
            f"{_p(comparison.mcnemar_p)}"
        )
    cells = int(comparison.significant.sum())
    yield (
        f"where       {count(cells)} of {count(int((comparison.cell_n > 0).sum()))} cells stand in "
        f"regions that differ (5% for all regions together); whole grid p "
        f"{_p(comparison.overall_p)}"
    )
    if comparison.local:
        yield "            the mean over the whole does not tell the two apart; these regions do:"
    if comparison.regions:
        yield _regions(comparison)
    if comparison.shares_haystacks:
        yield (
            "            trials share haystacks: the interval of the difference speaks of other "
            "haystacks too, McNemar and regions of these alone"
        )


def _regions(comparison: Comparison) -> str:
    rows = [
        (
            _place(comparison, region),
            f"{100 * region.difference:+.1f} points",
            count(region.n),
            _p(region.p).removeprefix("= "),
        )
        for region in comparison.regions
    ]
    return table(("            region", "difference", "n", "p"), rows, right=(1, 2, 3))


def _place(comparison: Comparison, region: Region) -> str:
    lengths = [format_tokens(int(v)) for v in comparison.context_lengths[region.columns]]
    depths = [f"{v:.4g}%" for v in comparison.depth_percents[region.rows]]
    where = []
    if region.kind != "depth":
        where.append(f"{lengths[0]} to {lengths[-1]}" if len(lengths) > 1 else lengths[0])
    if region.kind != "length":
        where.append("depth " + (f"{depths[0]} to {depths[-1]}" if len(depths) > 1 else depths[0]))
    return "            " + ", ".join(where)


def _league_text(rows: Sequence[LeagueRow]) -> str:
    cells = [
        (
            "" if row.rank is None else str(row.rank),
            inert(row.label),
            percent(row.accuracy.value) if row.accuracy.n else "not measured",
            interval(row.accuracy.lower, row.accuracy.upper) if row.accuracy.n else "",
            count(row.accuracy.n),
            ", ".join(map(inert, row.tied_with)) or ("nobody" if row.accuracy.n else ""),
        )
        for row in rows
    ]
    header = ("rank", "sweep", "accuracy", "95% interval", "n", "tied with")
    return (
        table(header, cells, right=(0, 2, 4))
        + "\ntied: the interval of the difference contains 0, at 95% for all pairs together; "
        "rank: 1 + how many are better beyond that"
    )


def _difference_text(difference: Difference) -> str:
    return (
        f"{100 * difference.value:+.1f} points, second minus first, 95% interval "
        f"{100 * difference.lower:+.1f} to {100 * difference.upper:+.1f}  n = {difference.n:,}  "
        f"({difference.method})"
    )


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"= {value:.3f}"


def _unscored(one: Contestant) -> str:
    """The trials of a sweep that no accuracy counts, by outcome; empty when there are none."""
    outcomes = Counter(r.outcome for r in one.records if r.outcome not in SCORED)
    counts = ", ".join(f"{count(n)} {outcome}" for outcome, n in sorted(outcomes.items()))
    return f"  not scored: {counts}" if counts else ""


def _titled(one: Contestant) -> str:
    return f"{inert(one.model)}, {inert(one.task)}, run {inert(one.run.run)}"


def comparison_json(pair: Pair, comparison: Comparison) -> dict[str, Any]:
    """Both sides, their difference, and where it is, as JSON values."""
    from niah.runner.analyses import difference_json
    from niah.runner.results import estimate_json, finite

    pooled = comparison.pooled_difference
    lengths, depths = comparison.context_lengths, comparison.depth_percents
    difference = comparison.difference
    return {
        **{
            side: {
                "label": one.label,
                "run": one.run.run,
                "model": one.model,
                "task": one.task,
                "simulated": one.run.simulated,
                "outcomes": dict(Counter(record.outcome for record in one.records)),
                **estimate_json(estimate),
                "pooled": None if smooth is None else estimate_json(smooth),
            }
            for side, one, estimate, smooth in (
                ("first", pair[0], comparison.first, comparison.pooled_first),
                ("second", pair[1], comparison.second, comparison.pooled_second),
            )
        },
        "paired": comparison.paired,
        "pairing": comparison.pairing,
        "difference": difference_json(difference),
        "pooled_difference": None if pooled is None else difference_json(pooled),
        "mcnemar": None
        if comparison.mcnemar_p is None
        else {
            "only_first": comparison.only_first,
            "only_second": comparison.only_second,
            "p": comparison.mcnemar_p,
        },
        "shares_haystacks": comparison.shares_haystacks,
        "overall_p": comparison.overall_p,
        "regions": [
            {
                "kind": region.kind,
                "context_lengths": [int(v) for v in lengths[region.columns]],
                "depth_percents": [float(v) for v in depths[region.rows]],
                "difference": region.difference,
                "n": region.n,
                "p": region.p,
            }
            for region in comparison.regions
        ],
        "cells": [
            {
                "context_length": int(length),
                "depth_percent": float(depth),
                "difference": finite(comparison.cell_difference[row, column]),
                "n": int(comparison.cell_n[row, column]),
                "significant": bool(comparison.significant[row, column]),
            }
            for column, length in enumerate(lengths)
            for row, depth in enumerate(depths)
        ],
    }


def league_json(row: LeagueRow) -> dict[str, Any]:
    """One line of a league table, as JSON values."""
    from niah.runner.results import estimate_json

    return {
        "label": row.label,
        "rank": row.rank,
        **estimate_json(row.accuracy),
        "tied_with": list(row.tied_with),
    }
