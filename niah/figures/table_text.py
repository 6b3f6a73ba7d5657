"""Tables as Markdown, LaTeX and CSV; foreign text stays inert in each."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Sequence
from pathlib import Path

from niah.console import inert, table
from niah.escape import latex_text, markdown_text, spreadsheet_text
from niah.figures.provenance import keywords
from niah.figures.table import PUBLISHED, TableData, TableRow, has_interval
from niah.figures.text import Provenance, localized, one_of, percent_label
from niah.files import whole_file
from niah.statistics.intervals import Estimate

TABLE_FORMATS = ("md", "tex", "csv")
NOTHING = "\u2013"
RULES = ("toprule", "midrule", "bottomrule")


def write_table(
    data: TableData, stem: Path, *, formats: Sequence[str], provenance: Provenance
) -> list[Path]:
    """Write a table as ``<stem>.md`` and so on; returns the paths.

    Raises:
        ConfigurationError: if a format is unknown or a file cannot be written.
    """
    paths = []
    for name in [one_of("format", name, TABLE_FORMATS) for name in formats]:
        path = stem.with_name(f"{stem.name}.{name}")
        with whole_file(path) as draft:
            draft.write_text(_TEXT[name](data, provenance), encoding="utf-8", newline="")
        paths.append(path)
    return paths


def markdown_table(data: TableData, provenance: Provenance) -> str:
    """A heading, the table, and what its columns and numbers mean."""
    lines = [f"### {markdown_text(data.title)}", ""]
    if data.warning:
        lines += [f"**{markdown_text(data.warning)}**", ""]
    lines.append("| " + " | ".join(data.columns) + " |")
    lines.append("|---" + "|---:" * (len(data.columns) - 1) + "|")
    for row in data.rows:
        cells = _cells(row, data, markdown_text, _bracketed)
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", "; ".join(map(markdown_text, data.subtitle)) + "."]
    lines += ["", " \u00b7 ".join(map(markdown_text, data.caption))]
    return "\n".join([*lines, "", f"<!-- {_comment(provenance)} -->", ""])


def terminal_table(data: TableData) -> str:
    """The title, aligned columns with each interval under its number, and what they mean."""
    rows = []
    for row in data.rows:
        cells = [cell.partition("\n") for cell in _cells(row, data, inert, "{}\n{}".format)]
        rows.append([value for value, _, _ in cells])
        if any(bounds for _, _, bounds in cells):
            rows.append([bounds for _, _, bounds in cells])
    shown = table(data.columns, rows, right=range(1, len(data.columns)))
    lines = [inert(data.title), *([inert(data.warning)] if data.warning else []), "", shown, ""]
    lines += [inert(sentence) for sentence in (*data.subtitle, *data.caption)]
    return "\n".join(lines)


def latex_table(data: TableData, provenance: Provenance) -> str:
    """A table environment, ready for ``\\input``; plain LaTeX takes it, booktabs adorns it."""
    columns = len(data.columns)
    lines = [
        f"% {_comment(provenance)}",
        "% looks better with \\usepackage{booktabs,graphicx} in the preamble",
        *(f"\\providecommand{{\\{rule}}}{{\\hline}}" for rule in RULES),
        "\\providecommand{\\resizebox}[3]{#3}",
        "\\begin{table}",
        "\\centering\\renewcommand{\\arraystretch}{1.4}",
        f"\\caption{{{_caption(data)}}}",
        "\\resizebox{\\linewidth}{!}{%",
        f"\\begin{{tabular}}{{l{'r' * (columns - 1)}}}",
        "\\toprule",
        " & ".join(latex_text(name) for name in data.columns) + " \\\\",
        "\\midrule",
    ]
    for index, row in enumerate(data.rows):
        if row.origin == "published" and data.rows[index - 1].origin != "published":
            lines.append("\\midrule")
        cells = _cells(row, data, latex_text, _stacked)
        lines.append(" & ".join(cells) + " \\\\")
    small = " $\\cdot$ ".join(map(latex_text, data.caption))
    lines += ["\\bottomrule", "\\end{tabular}}", f"\\par\\smallskip{{\\footnotesize {small}}}"]
    lines += ["\\end{table}", ""]
    return "\n".join(lines)


def csv_table(data: TableData, _: Provenance) -> str:
    """One row a sweep with accuracies in [0, 1], their bounds and n, under machine names.

    ``estimate`` says of each row whether they are ``raw`` or from a ``pooled`` map.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    summaries = ("average", "weighted_rising", "weighted_falling")
    names = [*(f"accuracy_{length}" for length in data.context_lengths), *summaries]
    writer.writerow(
        [
            "model",
            "source",
            "estimate",
            "claimed_tokens",
            "effective_tokens",
            "effective_lower_tokens",
            "effective_upper_tokens",
            *(
                column
                for name in names
                for column in (name, f"{name}_lower", f"{name}_upper", f"{name}_n")
            ),
        ]
    )
    for row in data.rows:
        numbers: list[object] = []
        for estimate in (*row.accuracy, row.average, row.rising, row.falling):
            numbers += _numbers(estimate, published=row.origin == "published")
        writer.writerow(
            [
                spreadsheet_text(row.label),
                row.origin,
                row.estimate,
                row.claimed_tokens,
                row.effective_tokens,
                row.effective_lower,
                row.effective_upper,
                *numbers,
            ]
        )
    return stream.getvalue()


_TEXT: dict[str, Callable[[TableData, Provenance], str]] = {
    "md": markdown_table,
    "tex": latex_table,
    "csv": csv_table,
}


def _cells(
    row: TableRow,
    data: TableData,
    escaped: Callable[[str], str],
    joined: Callable[[str, str], str],
) -> list[str]:
    """A row's cells; ``joined`` puts a number and its bounds together."""
    nothing = escaped(NOTHING)

    def number(estimate: Estimate | None) -> str:
        if estimate is None or not estimate.n or math.isnan(estimate.value):
            return nothing
        value = _percent(estimate.value, data)
        if not has_interval(estimate):
            return value
        low, high = (_percent(bound, data) for bound in (estimate.lower, estimate.upper))
        return joined(value, f"{low}\u2013{high}")

    return [
        escaped(row.label + (f" {PUBLISHED}" if row.origin == "published" else "")),
        *((row.claimed or nothing,) if any(r.claimed for r in data.rows) else ()),
        joined(row.effective, row.effective_bounds)
        if row.effective_bounds
        else row.effective or nothing,
        *(number(estimate) for estimate in (*row.accuracy, row.average, row.rising, row.falling)),
    ]


def _bracketed(value: str, bounds: str) -> str:
    return f"{value} ({bounds})"


def _stacked(value: str, bounds: str) -> str:
    below = bounds.replace("\u2013", "--")
    return f"\\shortstack[r]{{\\strut {value}\\\\{{\\scriptsize {below}}}}}"


def _percent(share: float, data: TableData) -> str:
    return localized(percent_label(share, "en").removesuffix("%"), data.language)


def _numbers(estimate: Estimate | None, *, published: bool) -> list[object]:
    if estimate is None or not estimate.n:
        return [None, None, None, 0]
    bounds = (estimate.lower, estimate.upper) if has_interval(estimate) else (None, None)
    return [
        round(estimate.value, 6),
        *(None if bound is None else round(bound, 6) for bound in bounds),
        None if published else estimate.n,
    ]


def _caption(data: TableData) -> str:
    sentences = (data.title, data.warning, "; ".join(data.subtitle))
    return " ".join(f"{latex_text(sentence)}." for sentence in sentences if sentence)


def _comment(provenance: Provenance) -> str:
    """The origin on one line that cannot end a comment."""
    return keywords(provenance).replace("--", "%2D%2D").replace(">", "%3E")
