"""The figures that stand beside a Markdown or LaTeX report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from niah.figures.curves import MOST_CURVES, curves_data
from niah.figures.text import Provenance
from niah.report import Report
from niah.report.tables import axes_of

if TYPE_CHECKING:
    from niah.figures.drawing import FigureData

Kind = Literal["map", "length", "depth", "pair"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One figure that was written.

    Attributes:
        kind: What it shows.
        number: Which sweep or pair; 0 for curves, which show all sweeps.
        path: Its file, beside the report.
        description: What it shows in sentences, for readers who cannot see it.
    """

    kind: Kind
    number: int
    path: Path
    description: str


def draw_pictures(report: Report, out: Path, file_format: str) -> list[Picture]:
    """Write a heatmap for each sweep, curves over both axes, a map for each pair.

    The files are named after the report, with ``-map-1`` and so on, and each has its alternative
    text beside it.

    Args:
        report: What to draw.
        out: The report's own file.
        file_format: ``png`` or ``pdf``.

    Raises:
        ConfigurationError: if the files cannot be written.
    """
    from niah.figures.drawing import describe, write

    pictures = []
    for kind, number, data, runs in _figures(report):
        name = (
            f"{out.stem}-{kind}"
            if kind in ("length", "depth")
            else (f"{out.stem}-{kind}-{number + 1}")
        )
        (path,) = write(
            data,
            out.with_name(name),
            formats=(file_format,),
            margins=kind == "map",
            provenance=_provenance(report, runs),
        )
        pictures.append(Picture(kind=kind, number=number, path=path, description=describe(data)))
    return pictures


def _figures(report: Report) -> Iterator[tuple[Kind, int, FigureData, set[str]]]:
    every_run = {sweep.run for sweep in report.sweeps}
    for number, sweep in enumerate(report.sweeps):
        if sweep.has_depth:
            yield "map", number, sweep.map, {sweep.run}
    estimates = {sweep.map.estimate for sweep in report.sweeps}
    if len(report.sweeps) <= MOST_CURVES and len(estimates) == 1:  # raw and pooled do not mix
        effective = {s.label: s.effective[0] for s in report.sweeps if s.effective}
        one_rule = len({found.rule for found in effective.values()}) == 1
        for axis in axes_of(report):
            curves = curves_data(
                [sweep.summary for sweep in report.sweeps],
                report.facts,
                axis=axis,
                labels=[sweep.label for sweep in report.sweeps],
                effective=effective if one_rule and axis == "length" else None,
                estimate=report.sweeps[0].map.estimate,
                language=report.language,
            )
            yield axis, 0, curves, every_run
    for number, pair in enumerate(report.pairs):
        runs = {report.sweeps[pair.first].run, report.sweeps[pair.second].run}
        yield "pair", number, pair.map, runs


def _provenance(report: Report, runs: set[str]) -> Provenance:
    found = [source.run for source in report.sources if source.run.run in runs]
    return Provenance(
        run=",".join(run.run for run in found),
        experiment_sha256=",".join(dict.fromkeys(run.experiment_sha256 for run in found)),
        niah_version=report.niah_version,
    )
