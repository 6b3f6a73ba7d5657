"""Tables of runs and sweeps for a notebook, foreign text inert."""

from __future__ import annotations

from collections.abc import Sequence

from niah.console import percent, usd
from niah.escape import html_text
from niah.interface.sweeps import Sweep
from niah.store import RunSummary


def origin_words(summary: RunSummary) -> str:
    """Where a run comes from, a simulated one by that first."""
    return "reference reader, simulated" if summary.simulated else summary.source


def number_words(sweep: Sweep) -> tuple[str, ...]:
    """A sweep's accuracy, interval, n and cost."""
    accuracy = sweep.summary.accuracy
    if not accuracy.n:
        return ("not measured", "", "0", usd(sweep.facts.cost_usd))
    interval = f"{percent(accuracy.lower)} to {percent(accuracy.upper)}"
    return (percent(accuracy.value), interval, f"{accuracy.n:,}", usd(sweep.facts.cost_usd))


def html_table(caption: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """An HTML table in which every text is inert."""
    head = "".join(f"<th>{html_text(cell)}</th>" for cell in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{html_text(cell)}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f"<table><caption>{html_text(caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{body}</tbody></table>"
    )
