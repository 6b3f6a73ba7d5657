"""From sweeps to the values of a figure of any kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from niah.errors import ConfigurationError
from niah.figures.controls import control_lines
from niah.figures.heatmap import HeatmapData, heatmap_data
from niah.figures.text import LANGUAGES, one_of, plain
from niah.interface.sweeps import (
    Sweep,
    effective_of,
    labels_of,
    merged_facts,
    pooled_of,
    shows_pooled,
    summary_of,
    tasks_of,
)

if TYPE_CHECKING:
    from niah.figures.drawing import FigureData
    from niah.statistics.intervals import Estimate

Kind = Literal["heatmap", "panels", "length", "depth", "difference", "cost", "trend"]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a figure shows; what it does not concern is passed over.

    Attributes:
        kind: One of `KINDS`; None = a heatmap of one sweep, panels of several.
        pooled: Show the pooled estimate, or raw accuracies; None = as suits the run.
        uncertainty, values, scale: Of heatmaps; see `heatmap_data`.
        effective: Mark the effective context length by this rule; see `effective_of`.
        claimed: Mark the claimed context length where it is known.
        language: Of all words.
        title: In place of the usual one.
        published: Rows of this publication beside those of a table.
        nearby: Put its numbers in columns of nearly the same length; see `table_data`.
    """

    kind: str | None = None
    pooled: bool | None = None
    uncertainty: str = "none"
    values: str = "small"
    scale: str = "categorical"
    effective: str | None = None
    claimed: bool = False
    language: str = "en"
    title: str | None = None
    published: str | None = None
    nearby: bool = False


def kind_of(sweeps: Sequence[Sweep], choices: Choices) -> Kind:
    """The asked kind, or the one that suits the number of sweeps."""
    if choices.kind is not None:
        return one_of("kind", choices.kind, KINDS)
    if not any(sweep.has_depth for sweep in sweeps):
        return "length"
    return "heatmap" if len(sweeps) == 1 else "panels"


def figure_data(sweeps: Sequence[Sweep], choices: Choices) -> FigureData:
    """The values of one figure of some sweeps.

    Raises:
        ConfigurationError: if the kind shows another number of sweeps, there is nothing to show,
            or a choice is unknown.
    """
    if not sweeps:
        raise ConfigurationError("there is no sweep to show")
    data = _DATA[kind_of(sweeps, choices)](sweeps, choices)
    return data if choices.title is None else replace(data, title=plain(choices.title))


def _heatmap(sweeps: Sequence[Sweep], choices: Choices) -> HeatmapData:
    if len(sweeps) > 1:
        raise ConfigurationError(f"a heatmap shows one sweep, not {len(sweeps)}; use panels")
    return _map(sweeps[0], choices, shows_pooled(sweeps, choices.pooled))


def _map(sweep: Sweep, choices: Choices, smooth: bool) -> HeatmapData:
    pooled = pooled_of(sweep) if smooth else None
    return heatmap_data(
        sweep.grid,
        sweep.summary,
        sweep.facts,
        pooled=None if pooled is None else pooled.map,
        pooled_margins=None if pooled is None else pooled.margins,
        effective=effective_of(sweep, choices.effective, pooled) if choices.effective else None,
        claimed_tokens=sweep.claimed_tokens if choices.claimed else None,
        controls=sweep.controls,
        uncertainty=choices.uncertainty,
        values=choices.values,
        language=choices.language,
        scale=choices.scale,
    )


def _panels(sweeps: Sequence[Sweep], choices: Choices) -> FigureData:
    from niah.figures.panels import panels_data

    smooth = shows_pooled(sweeps, choices.pooled)
    return panels_data([_map(sweep, choices, smooth) for sweep in sweeps], labels=labels_of(sweeps))


def _curves(sweeps: Sequence[Sweep], choices: Choices, axis: str) -> FigureData:
    from niah.figures.curves import curves_data

    smooth = shows_pooled(sweeps, choices.pooled)
    estimates = [pooled_of(sweep) if smooth else None for sweep in sweeps]
    labels = labels_of(sweeps)
    effective = {}
    if choices.effective:
        for label, sweep, pooled in zip(labels, sweeps, estimates, strict=True):
            if (found := effective_of(sweep, choices.effective, pooled)) is not None:
                effective[label] = found
    summaries = [summary_of(sweep, pooled) for sweep, pooled in zip(sweeps, estimates, strict=True)]
    controls = sweeps[0].controls if len(sweeps) == 1 else ()
    if axis == "length":
        for result in (one for one in controls if one.control == "from-end" and one.accuracy.n):
            summaries.append(
                replace(summaries[0], accuracy=result.accuracy, by_length=result.by_length)
            )
            language = one_of("language", choices.language, LANGUAGES)
            labels.append(control_lines([result], language)[0].label)
    return curves_data(
        summaries,
        merged_facts(sweeps),
        axis=axis,
        labels=labels,
        effective=effective,
        estimate="pooled" if smooth else "raw",
        controls=controls,
        language=choices.language,
    )


def _over_length(sweeps: Sequence[Sweep], choices: Choices) -> FigureData:
    return _curves(sweeps, choices, "length")


def _over_depth(sweeps: Sequence[Sweep], choices: Choices) -> FigureData:
    return _curves(sweeps, choices, "depth")


def _difference(sweeps: Sequence[Sweep], choices: Choices) -> FigureData:
    from niah.figures.difference import difference_data
    from niah.statistics.compare import compare

    if choices.pooled:
        raise ConfigurationError("a difference is shown from raw accuracies; leave out --pooled")
    if len(sweeps) != 2:
        raise ConfigurationError(
            f"a difference is that of two sweeps, not of {len(sweeps)}; choose with --model or "
            "name other runs"
        )
    first, second = sweeps
    names = labels_of(sweeps)
    return difference_data(
        compare(first.records, second.records),
        merged_facts(sweeps),
        first=names[0],
        second=names[1],
        task=", ".join(dict.fromkeys(sweep.grid.task for sweep in sweeps)),
        simulated=any(sweep.grid.simulated for sweep in sweeps),
        language=choices.language,
        scale=choices.scale,
    )


def _cost(sweeps: Sequence[Sweep], choices: Choices) -> FigureData:
    from niah.figures.costs import Priced, cost_data

    smooth = shows_pooled(sweeps, choices.pooled)
    return cost_data(
        [
            Priced(
                label=label,
                estimate=_accuracy(sweep, smooth),
                cost_usd=sweep.facts.cost_usd,
                at_least=sweep.facts.cost_at_least,
                simulated=sweep.grid.simulated,
            )
            for label, sweep in zip(labels_of(sweeps), sweeps, strict=True)
        ],
        merged_facts(sweeps),
        task=tasks_of(sweeps),
        estimate="pooled" if smooth else "raw",
        language=choices.language,
    )


def _trend(sweeps: Sequence[Sweep], choices: Choices) -> FigureData:
    from niah.figures.trend import Measured, trend_data

    smooth = shows_pooled(sweeps, choices.pooled)
    several = len({sweep.grid.task for sweep in sweeps}) > 1
    histories: dict[str, list[Measured]] = {}
    simulated = set()
    for sweep in sweeps:
        name = sweep.grid.model + (f", {sweep.grid.task}" if several else "")
        at = _measured_at(sweep)
        histories.setdefault(name, []).append(Measured(at=at, estimate=_accuracy(sweep, smooth)))
        if sweep.grid.simulated:
            simulated.add(name)
    return trend_data(
        histories,
        merged_facts(sweeps),
        task=tasks_of(sweeps),
        simulated=simulated,
        estimate="pooled" if smooth else "raw",
        language=choices.language,
    )


def _accuracy(sweep: Sweep, smooth: bool) -> Estimate:
    """Of the whole sweep; where nothing was scored, there is nothing to pool."""
    if smooth and sweep.summary.accuracy.n:
        return summary_of(sweep, pooled_of(sweep)).accuracy
    return sweep.summary.accuracy


_DATA = {
    "heatmap": _heatmap,
    "panels": _panels,
    "length": _over_length,
    "depth": _over_depth,
    "difference": _difference,
    "cost": _cost,
    "trend": _trend,
}


def _measured_at(sweep: Sweep) -> str:
    if sweep.run.source == "measured":
        return sweep.run.finished_at or sweep.run.created_at
    if sweep.facts.date is None:
        raise ConfigurationError(
            f"{sweep.run.run} does not say when it was measured; import it again with --date"
        )
    return sweep.facts.date + {4: "-01-01", 7: "-01"}.get(len(sweep.facts.date), "")
