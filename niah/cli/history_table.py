"""A history as a table: text, Markdown, or CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from niah.runner.histories import History, Point
    from niah.statistics.effective import EffectiveLength

_HEADINGS = (
    "ended",
    "accuracy",
    "95% interval",
    "n",
    "effective",
    "cost",
    "mean latency",
    "outcomes",
    "gate",
    "change",
)

_COLUMNS = (
    "model",
    "task",
    "run",
    "ended",
    "accuracy",
    "lower",
    "upper",
    "n",
    "effective_tokens",
    "cost_usd",
    "latency_s",
    "verdict",
    "change",
    "simulated",
    "estimate",
)


def table_lines(found: Sequence[History], *, markdown: bool) -> Iterator[str]:
    """The lines of each history, one row a run."""
    from niah.cli.verdicts import SIMULATED
    from niah.console import inert, table
    from niah.escape import markdown_text

    for number, one in enumerate(found):
        if number:
            yield ""
        heading = f"{inert(one.model)}, {inert(one.task)}" + (
            f"  ({SIMULATED})" if one.simulated else ""
        )
        rows = [_row(one, i) for i in range(len(one.points))]
        if markdown:
            yield f"### {markdown_text(heading)}\n"
            yield "| " + " | ".join(_HEADINGS) + " |"
            yield "|" + "---|" * len(_HEADINGS)
            for row in rows:
                yield "| " + " | ".join(map(markdown_text, row)) + " |"
            yield ""
        else:
            yield heading
            yield table(_HEADINGS, [tuple(map(inert, row)) for row in rows], right=(1, 3, 5, 6))
        yield f"effective context length: {one.points[0].effective.rule.sentence}"


def print_csv(found: Sequence[History]) -> None:
    """One row for each run and sweep on stdout, safe for spreadsheets."""
    import csv
    import sys

    from niah.escape import spreadsheet_text

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in found:
        for index, point in enumerate(one.points):
            scored = point.accuracy.n > 0
            numbers = (point.accuracy.value, point.accuracy.lower, point.accuracy.upper)
            writer.writerow(
                [
                    *map(spreadsheet_text, (one.model, one.task, point.run.run, point.at)),
                    *(f"{n:.6f}" if scored else "" for n in numbers),
                    point.accuracy.n,
                    point.effective.value or "",
                    "" if point.cost_usd is None else f"{point.cost_usd:.6f}",
                    "" if point.latency_s is None else f"{point.latency_s:.3f}",
                    point.verdict,
                    spreadsheet_text("; ".join(_marks(one, index))),
                    str(one.simulated).lower(),
                    "pooled" if point.pooled else "raw",
                ]
            )


def _row(one: History, index: int) -> tuple[str, ...]:
    from niah.console import count, percent, usd

    point = one.points[index]
    accuracy = point.accuracy
    return (
        point.at[:16].replace("T", " "),
        _marked(point, percent(accuracy.value)) if accuracy.n else "not measured",
        f"{percent(accuracy.lower)} to {percent(accuracy.upper)}" if accuracy.n else "",
        count(accuracy.n),
        _marked(point, _effective_text(point.effective)),
        usd(point.cost_usd),
        "" if point.latency_s is None else f"{point.latency_s:.2f} s",
        _outcomes(point),
        point.verdict,
        "; ".join(_marks(one, index)),
    )


def _marked(point: Point, number: str) -> str:
    return f"pooled {number}" if point.pooled else number


def _marks(one: History, index: int) -> Iterator[str]:
    """What changed at a run: the accuracy's level, or the experiment."""
    from niah.console import percent

    for change in one.changes:
        if change.index == index:
            yield (
                f"{percent(change.before)} before, {percent(change.after)} since "
                f"(p = {change.p:.3f})"
            )
    if one.points[index].note:
        yield one.points[index].note


def _effective_text(found: EffectiveLength) -> str:
    from niah.axes import format_tokens

    if found.shortest_tested is None:
        return "not measured"
    if found.value is None:
        return f"below {format_tokens(found.shortest_tested)}"
    least = "at least " if found.value == found.longest_tested else ""
    return f"{least}{format_tokens(found.value)}"


def _outcomes(point: Point) -> str:
    from niah.console import percent

    total = sum(point.outcomes.values())
    return ", ".join(f"{percent(n / total)} {outcome}" for outcome, n in point.outcomes.items())
