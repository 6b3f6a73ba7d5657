"""The outline of a report on paper, as blocks: Markdown and LaTeX only write them down."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from niah.report import Report, Source
from niah.report.beside import (
    control_header,
    control_rows,
    near_end_header,
    near_end_rows,
    nolima_header,
    nolima_rows,
    nolima_sentences,
    position_header,
    position_help,
    position_rows,
)
from niah.report.cards import Row, card
from niah.report.contrasts import pair_sentences, refusal_sentence
from niah.report.notable import notable_trials
from niah.report.pictures import Kind, Picture
from niah.report.questions import question_header, question_rows, question_sentences
from niah.report.sentences import (
    findings,
    imported_mark,
    method_sentences,
    scored_marks,
    verdicts,
)
from niah.report.tables import (
    axes_of,
    commands,
    league_header,
    league_rows,
    map_header,
    map_rows,
    margin_header,
    margin_rows,
    run_facts,
)
from niah.report.words import word
from niah.statistics.published import NOLIMA

Kinds = Literal["league", "margin", "map", "beside", "near-end", "published"]

MOST_COLUMNS = 12
"""Maps of at most so many lengths are also a table, for readers whom no file reaches."""

RESPONSE_CHARS = 1_000


@dataclass(frozen=True, slots=True)
class Text:
    """A line or a paragraph.

    Attributes:
        role: ``title``, ``section``, ``part`` and ``trial`` are headings of falling rank;
            ``notice`` must not be overlooked; ``label`` names what follows; ``plain``; ``small``.
    """

    role: Literal["title", "section", "part", "trial", "notice", "label", "plain", "small"]
    text: str


@dataclass(frozen=True, slots=True)
class Items:
    """A list of sentences."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text under a header.

    Attributes:
        kind: ``league``: a row a sweep; ``margin``: a row a point; ``map``: a row a depth;
            ``beside``: a row a number; ``near-end``: a row a length; ``published``: a row a model.
    """

    kind: Kinds
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The labelled lines of one trial."""

    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Lines that keep their form."""

    text: str


Block = Text | Items | Table | Answer | Code | Picture


def document(report: Report, pictures: Sequence[Picture]) -> Iterator[Block]:
    """Everything that a report on paper states, from the verdict to how to read the numbers."""
    yield Text("title", report.title)
    if report.warning:
        yield Text("notice", report.warning)
    yield _items(verdicts(report))
    yield _section(report, "summary")
    yield from _summary(report)
    yield _section(report, "maps")
    yield from _maps(report, pictures)
    yield _section(report, "margins")
    yield from _margins(report, pictures)
    yield from _beside(report)
    if report.pairs or report.refusals:
        yield _section(report, "pairs")
        yield from _pairs(report, pictures)
    yield from _answers(report)
    yield _section(report, "experiment")
    for source in report.sources:
        yield from _source(report, source)
    yield _section(report, "method")
    yield _items(method_sentences(report))
    yield Text("plain", word(report.language, "made-by", version=report.niah_version))


def _section(report: Report, name: str) -> Text:
    return Text("section", word(report.language, name))


def _items(texts: Iterable[str]) -> Items:
    return Items(tuple(texts))


def _table(kind: Kinds, header: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    return Table(kind, tuple(header), tuple(tuple(row) for row in rows))


def _of(pictures: Sequence[Picture], kind: Kind, number: int = 0) -> Iterator[Picture]:
    return (p for p in pictures if (p.kind, p.number) == (kind, number))


def _summary(report: Report) -> Iterator[Block]:
    for told in scored_marks(report, report.language):
        yield Text("label", told)
    if len(report.sweeps) > 1:
        yield _table("league", league_header(report), league_rows(report))
    for sweep in report.sweeps:
        yield Text("part", sweep.label)
        if mark := sweep.map.warning or imported_mark(sweep, report.language):
            yield Text("label", mark)
        yield _items(findings(sweep, report.language))


def _maps(report: Report, pictures: Sequence[Picture]) -> Iterator[Block]:
    for number, sweep in enumerate(report.sweeps):
        yield from _of(pictures, "map", number)
        if len(sweep.map.length_ticks) <= MOST_COLUMNS:
            header = map_header(sweep, report.language)
            yield _table("map", header, map_rows(sweep, report.language))
        yield Text("small", f"{'; '.join(sweep.map.caption)}.")


def _margins(report: Report, pictures: Sequence[Picture]) -> Iterator[Block]:
    for axis in axes_of(report):
        yield Text("part", word(report.language, f"over-{axis}"))
        yield from _of(pictures, axis)
        yield _table("margin", margin_header(report, axis), margin_rows(report, axis))


def _beside(report: Report) -> Iterator[Block]:
    """Position statistics, controls, NoLiMa's numbers, as far as there are any."""
    language = report.language
    if rows := position_rows(report):
        yield _section(report, "positions")
        yield Text("plain", position_help(report))
        yield _table("beside", position_header(report), rows)
    if rows := control_rows(report):
        yield _section(report, "controls")
        yield Text("plain", word(language, "controls-help"))
        yield _table("beside", control_header(report), rows)
    if rows := near_end_rows(report):
        yield Text("part", word(language, "near-end"))
        yield _table("near-end", near_end_header(report), rows)
    if said := question_sentences(report):
        yield Text("part", word(language, "questions"))
        yield _items(said)
    if rows := question_rows(report):
        yield _table("beside", question_header(report), rows)
    if said := nolima_sentences(report):
        yield _section(report, "nolima")
        yield _items(said)
        yield Text("plain", word(language, "nolima-help", citation=NOLIMA.citation))
        yield _table("published", nolima_header(report), nolima_rows(report))


def _pairs(report: Report, pictures: Sequence[Picture]) -> Iterator[Block]:
    if report.refusals:
        yield _items(refusal_sentence(report, one) for one in report.refusals)
    for number, pair in enumerate(report.pairs):
        first, second = report.sweeps[pair.first].label, report.sweeps[pair.second].label
        yield Text("part", word(report.language, "pair-title", first=first, second=second))
        yield _items(pair_sentences(report, pair))
        yield from _of(pictures, "pair", number)


def _answers(report: Report) -> Iterator[Block]:
    chosen = notable_trials(report)
    if not chosen:
        return
    yield _section(report, "notable")
    yield Text("plain", word(report.language, "notable-help"))
    for sweep, record in chosen:
        passages = report.passages[sweep.run]
        shown = card(record, passages, report.language, response_chars=RESPONSE_CHARS)
        name = [shown.badge, *([sweep.label] if len(report.sweeps) > 1 else []), shown.place]
        yield Text("trial", ", ".join(name))
        yield Answer(shown.rows)


def _source(report: Report, source: Source) -> Iterator[Block]:
    language, ours = report.language, source.run.source == "measured"
    yield Text("part", source.run.run)
    yield _items(f"{name}: {value}" for name, value in run_facts(report, source))
    yield Text("label", word(language, "file" if ours else "imported-file"))
    yield Code(source.experiment)
    yield Text("label", word(language, "versions"))
    yield _items(f"{name}: {value}" for name, value in source.run.versions.items())
    if ours:
        yield Text("plain", word(language, "again-help"))
        yield Code("\n".join(commands(source)))
