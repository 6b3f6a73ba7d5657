"""The Markdown report: for a repository, a pull request, the summary of a scheduled job."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from niah.escape import markdown_block, markdown_text
from niah.report import Report, Source
from niah.report.cards import Card, Row, card
from niah.report.notable import notable_trials
from niah.report.pictures import Picture
from niah.report.sentences import (
    findings,
    imported_mark,
    method_sentences,
    pair_sentences,
    refusal_sentence,
    verdicts,
)
from niah.report.tables import (
    commands,
    league_header,
    league_rows,
    map_rows,
    margin_header,
    margin_rows,
    run_facts,
)
from niah.report.words import word

MOST_COLUMNS = 12
"""Maps of at most so many lengths are also a table."""

LONG_LINE = 200
"""A longer text is a block of its own."""


def markdown(report: Report, pictures: Sequence[Picture]) -> str:
    """The whole document; pictures are linked by their names, which stand beside it."""
    return "\n\n".join(_blocks(report, pictures)) + "\n"


def _blocks(report: Report, pictures: Sequence[Picture]) -> Iterator[str]:
    language = report.language
    yield f"# {markdown_text(report.title)}"
    if report.warning:
        yield f"> **{markdown_text(report.warning)}**"
    yield _list(verdicts(report))
    yield _heading(report, "summary")
    if len(report.sweeps) > 1:
        yield _table(league_header(report), league_rows(report))
    for sweep in report.sweeps:
        yield f"### {markdown_text(sweep.label)}"
        if mark := sweep.map.warning or imported_mark(sweep, language):
            yield f"**{markdown_text(mark)}**"
        yield _list(findings(sweep, language))
    yield _heading(report, "maps")
    for number in range(len(report.sweeps)):
        yield from _map(report, number, [p for p in pictures if p.number == number])
    yield _heading(report, "margins")
    for axis in ("length", "depth"):
        yield f"### {markdown_text(word(language, f'over-{axis}'))}"
        yield from _pictures(pictures, axis)
        yield _table(margin_header(report, axis), margin_rows(report, axis))
    if report.pairs or report.refusals:
        yield _heading(report, "pairs")
        if report.refusals:
            yield _list(refusal_sentence(report, one) for one in report.refusals)
        for number, pair in enumerate(report.pairs):
            first, second = report.sweeps[pair.first].label, report.sweeps[pair.second].label
            title = word(language, "pair-title", first=first, second=second)
            yield f"### {markdown_text(title)}"
            yield _list(pair_sentences(report, pair))
            yield from _pictures([p for p in pictures if p.number == number], "pair")
    yield from _trials(report)
    yield _heading(report, "experiment")
    for source in report.sources:
        yield from _source(report, source)
    yield _heading(report, "method")
    yield _list(method_sentences(report))
    yield markdown_text(word(language, "made-by", version=report.niah_version))


def _heading(report: Report, name: str) -> str:
    return f"## {markdown_text(word(report.language, name))}"


def _list(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {markdown_text(sentence)}" for sentence in sentences)


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [
        header,
        ["---", *("---:" for _ in header[1:])],
        *([markdown_text(cell) for cell in row] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _pictures(pictures: Sequence[Picture], kind: str) -> Iterator[str]:
    for picture in pictures:
        if picture.kind == kind:
            yield f"![{markdown_text(picture.description)}]({quote(picture.path.name)})"


def _map(report: Report, number: int, pictures: Sequence[Picture]) -> Iterator[str]:
    """A sweep's map as picture and, where it is narrow enough, as numbers.

    The summary of a scheduled job shows no files that stand beside it.
    """
    sweep, language = report.sweeps[number], report.language
    yield from _pictures(pictures, "map")
    if len(sweep.map.length_ticks) <= MOST_COLUMNS:
        corner = f"{sweep.label}: {word(language, 'column-depth')}"
        header = [corner, *(word(language, "tokens", value=t) for t in sweep.map.length_ticks)]
        yield _table([markdown_text(title) for title in header], map_rows(sweep, language))
    yield f"*{markdown_text('; '.join(sweep.map.caption))}.*"


def _trials(report: Report) -> Iterator[str]:
    chosen = notable_trials(report)
    if not chosen:
        return
    yield _heading(report, "notable")
    yield markdown_text(word(report.language, "notable-help"))
    for sweep, record in chosen:
        shown = card(record, report.passages[sweep.run], report.language, response_chars=1_000)
        yield f"### {markdown_text(_name(report, sweep.label, shown))}"
        blocks = [row for row in shown.rows if _is_block(row)]
        yield "\n".join(
            f"- **{markdown_text(row.label)}:** {_line(row)}"
            for row in shown.rows
            if row not in blocks
        )
        for row in blocks:
            yield f"**{markdown_text(row.label)}**"
            yield markdown_block(row.text)


def _is_block(row: Row) -> bool:
    """Whether the text keeps its own lines."""
    return not row.before and not row.after and ("\n" in row.text or len(row.text) > LONG_LINE)


def _line(row: Row) -> str:
    if not row.before and not row.after:
        return markdown_text(row.text)
    parts = [markdown_text(row.before), f"**{markdown_text(row.text)}**", markdown_text(row.after)]
    return " ".join(part for part in parts if part)


def _name(report: Report, label: str, shown: Card) -> str:
    parts = (
        [shown.badge, label, shown.place]
        if len(report.sweeps) > 1
        else [
            shown.badge,
            shown.place,
        ]
    )
    return ", ".join(parts)


def _source(report: Report, source: Source) -> Iterator[str]:
    language, ours = report.language, source.run.source == "measured"
    yield f"### {markdown_text(source.run.run)}"
    yield _list(f"{name}: {value}" for name, value in run_facts(report, source))
    yield f"**{markdown_text(word(language, 'file' if ours else 'imported-file'))}**"
    yield markdown_block(source.experiment)
    yield f"**{markdown_text(word(language, 'versions'))}**"
    yield _list(f"{name}: {value}" for name, value in source.run.versions.items())
    if ours:
        yield markdown_text(word(language, "again-help"))
        yield markdown_block("\n".join(commands(source)))
