"""From sweeps to the values of a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from niah.figures.table import Tabled, TableData, has_interval, table_data
from niah.figures.table_text import TABLE_FORMATS, markdown_table, write_table
from niah.figures.text import LANGUAGES, WORDS, Provenance, one_of, plain
from niah.interface.pictures import Choices
from niah.interface.sweeps import (
    Sweep,
    effective_of,
    labels_of,
    merged_facts,
    origin_of,
    pooled_of,
    rule_named,
    shows_pooled,
    summary_of,
    tasks_of,
)
from niah.statistics.effective import effective_length
from niah.statistics.grids import Marginal
from niah.statistics.intervals import Estimate
from niah.statistics.published import PUBLICATIONS
from niah.statistics.ruler import (
    Averages,
    mean_of_averages,
    measured_averages,
    pooled_averages,
    task_average,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table that a notebook shows and that writes itself.

    Attributes:
        data: What it holds.
        provenance: Where it comes from.
    """

    data: TableData
    provenance: Provenance

    def write(self, path: Path | str) -> Path:
        """Write the table as Markdown, LaTeX or CSV, by the suffix ``.md``, ``.tex`` or ``.csv``.

        Raises:
            ConfigurationError: if the suffix is another one, or the file cannot be written.
        """
        path = Path(path)
        name = one_of("format", path.suffix.lstrip(".").lower(), TABLE_FORMATS)
        (written,) = write_table(
            self.data, path.with_suffix(""), formats=(name,), provenance=self.provenance
        )
        return written

    def _repr_markdown_(self) -> str:
        return markdown_table(self.data, self.provenance)


def table_of(sweeps: Sequence[Sweep], choices: Choices) -> TableData:
    """The values of a table in RULER's form; effective lengths by RULER's rule if none is chosen.

    Raises:
        ConfigurationError: as `figure_data`.
    """
    publication = None
    if choices.published is not None:
        publication = PUBLICATIONS[
            one_of("published table", choices.published, tuple(PUBLICATIONS))
        ]
    rule = choices.effective or "ruler"
    smooth = shows_pooled(sweeps, choices.pooled)
    rows, margins, averages = [], [], []
    for label, sweep in zip(labels_of(sweeps), sweeps, strict=True):
        pooled = pooled_of(sweep) if smooth else None
        margins.append(summary_of(sweep, pooled).by_length)
        averages.append(
            measured_averages(sweep.records, margins[-1])
            if pooled is None
            else pooled_averages(pooled.margins)
        )
        rows.append(
            Tabled(
                label=label,
                by_length=margins[-1],
                effective=effective_of(sweep, rule, pooled),
                claimed_tokens=sweep.claimed_tokens,
                origin=origin_of(sweep),
                averages=averages[-1],
            )
        )
    rows += _means(sweeps, margins, averages, rule, choices.language)
    data = table_data(
        rows,
        merged_facts(sweeps),
        task=tasks_of(sweeps),
        published=publication,
        nearby=choices.nearby,
        estimate="pooled" if smooth else "raw",
        language=choices.language,
    )
    return data if choices.title is None else replace(data, title=plain(choices.title))


def rows_json(data: TableData) -> list[dict[str, Any]]:
    """The rows of a table as JSON values: accuracies in [0, 1] with interval and n."""

    def number(estimate: Estimate | None) -> dict[str, Any] | None:
        if estimate is None or not estimate.n:
            return None
        bounds = [estimate.lower, estimate.upper] if has_interval(estimate) else None
        return {"accuracy": estimate.value, "interval": bounds, "n": estimate.n if bounds else None}

    return [
        {
            "label": row.label,
            "source": row.origin,
            "estimate": row.estimate,
            "effective_tokens": row.effective_tokens,
            "effective_interval": None
            if row.effective_lower is None
            else [row.effective_lower, row.effective_upper],
            "by_length": {
                str(length): number(estimate)
                for length, estimate in zip(data.context_lengths, row.accuracy, strict=True)
            },
            "average": number(row.average),
            "rising": number(row.rising),
            "falling": number(row.falling),
        }
        for row in data.rows
    ]


def _means(
    sweeps: Sequence[Sweep],
    margins: Sequence[Marginal],
    averages: Sequence[Averages],
    rule: str,
    language: str,
) -> list[Tabled]:
    """RULER's average over tasks of each model that has several, all on the same lengths."""
    words = WORDS[one_of("language", language, LANGUAGES)]
    means = []
    for model in dict.fromkeys(sweep.grid.model for sweep in sweeps):
        own = [
            row for row in zip(sweeps, margins, averages, strict=True) if row[0].grid.model == model
        ]
        tasks = {sweep.grid.task for sweep, _, _ in own}
        axes = {tuple(margin.axis) for _, margin, _ in own}
        if len(tasks) < 2 or len(tasks) < len(own) or len(axes) > 1:
            continue
        mean = task_average([margin for _, margin, _ in own])
        raw = task_average([sweep.summary.by_length for sweep, _, _ in own])
        first = own[0][0]
        means.append(
            Tabled(
                label=words["table-mean"].format(model=model, count=len(tasks)),
                by_length=mean,
                effective=effective_length(mean, rule_named(rule, mean, raw=raw))
                if mean.n.any()
                else None,
                claimed_tokens=first.claimed_tokens,
                origin=origin_of(first),
                averages=mean_of_averages([one for _, _, one in own]) if mean.n.all() else None,
            )
        )
    return means
