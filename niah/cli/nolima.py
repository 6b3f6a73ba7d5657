"""Base score and effective length of an associative task, beside NoLiMa's published rows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from niah.runner.nolima import NolimaResult
    from niah.statistics.analysis import Analysis
    from niah.store import Run


def nolima_line(run: Run, analysis: Analysis) -> Iterator[str]:
    """Both numbers of an associative sweep in a line; nothing of others."""
    from niah.runner.nolima import nolima_of

    found = nolima_of(run, analysis)
    if found is not None:
        yield _line(found)


def nolima_block(run: Run, analysis: Analysis) -> str:
    """The same over a table of the published rows, labelled as such; empty for other tasks."""
    from niah.axes import format_tokens
    from niah.cli.overview import length_and_span
    from niah.console import percent, table
    from niah.runner.nolima import nolima_of, published_base
    from niah.statistics.published import NOLIMA

    found = nolima_of(run, analysis)
    if found is None:
        return ""
    lengths = [format_tokens(int(length)) for length in NOLIMA.rows[0].by_length.axis]
    rows = [
        (
            row.model,
            percent(published_base(row)),
            length_and_span(row.effective)[0],
            *(percent(float(share)) for share in row.by_length.accuracy),
        )
        for row in NOLIMA.rows
    ]
    header = ("published, not measured here", "base", "effective", *lengths)
    return "\n".join(
        [
            _line(found),
            "",
            table(header, rows, right=range(1, len(header))),
            f"{NOLIMA.citation}; other needles and texts than ours, so only the order of size "
            "compares.",
        ]
    )


def nolima_fields(run: Run, analysis: Analysis) -> dict[str, Any]:
    """Both numbers and the published rows under one key; no key for other tasks."""
    from niah.runner.nolima import nolima_json, nolima_of

    found = nolima_of(run, analysis)
    return {} if found is None else {"nolima": nolima_json(found)}


def _line(found: NolimaResult) -> str:
    from niah.axes import format_tokens
    from niah.cli.overview import interval, length_and_span
    from niah.console import count, percent

    base = found.base.accuracy
    tokens, ends = length_and_span(found.effective)
    return (
        f"{'pooled ' if found.pooled else ''}base score {percent(base.value)} "
        f"({interval(base.lower, base.upper)}, n = {count(base.n)}) at "
        f"{format_tokens(found.base.context_length)}, effective length at 0.85 x base "
        f"{tokens}, 95% interval {ends}"
    )
