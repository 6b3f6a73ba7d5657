"""The LaTeX report: a document that compiles with the packages of every installation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from niah.escape import latex_block, latex_text
from niah.report import Report, Source
from niah.report.cards import Row, card
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
    margin_header,
    margin_rows,
    run_facts,
)
from niah.report.words import word

_PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{textcomp}
\IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
\usepackage[margin=2.5cm]{geometry}
\usepackage{graphicx}
\usepackage{array}
\usepackage{longtable}
\setlength{\parindent}{0pt}
\setlength{\parskip}{0.5\baselineskip}
\setlength{\emergencystretch}{3em}
\setcounter{secnumdepth}{0}
\sloppy
\begin{document}"""


def latex(report: Report, pictures: Sequence[Picture]) -> str:
    """The whole document; pictures are included by their names, which stand beside it."""
    return "\n\n".join(_blocks(report, pictures)) + "\n"


def _blocks(report: Report, pictures: Sequence[Picture]) -> Iterator[str]:
    language = report.language
    yield _PREAMBLE
    yield rf"{{\LARGE\bfseries {latex_text(report.title)}\par}}"
    if report.warning:
        yield rf"\fbox{{\parbox{{0.95\linewidth}}{{\bfseries {latex_text(report.warning)}}}}}"
    yield _list(verdicts(report))
    yield _heading(report, "summary")
    if len(report.sweeps) > 1:
        yield _table(league_header(report), league_rows(report), _LEAGUE_COLUMNS)
    for sweep in report.sweeps:
        yield rf"\subsection{{{latex_text(sweep.label)}}}"
        if mark := sweep.map.warning or imported_mark(sweep, language):
            yield rf"\textbf{{{latex_text(mark)}}}"
        yield _list(findings(sweep, language))
    yield _heading(report, "maps")
    yield from _pictures(pictures, "map")
    yield _heading(report, "margins")
    for axis in ("length", "depth"):
        yield rf"\subsection{{{latex_text(word(language, f'over-{axis}'))}}}"
        yield from _pictures(pictures, axis)
        yield _table(margin_header(report, axis), margin_rows(report, axis), _MARGIN_COLUMNS)
    if report.pairs or report.refusals:
        yield _heading(report, "pairs")
        if report.refusals:
            yield _list(refusal_sentence(report, one) for one in report.refusals)
        for number, pair in enumerate(report.pairs):
            first, second = report.sweeps[pair.first].label, report.sweeps[pair.second].label
            title = word(language, "pair-title", first=first, second=second)
            yield rf"\subsection{{{latex_text(title)}}}"
            yield _list(pair_sentences(report, pair))
            yield from _pictures([p for p in pictures if p.number == number], "pair")
    yield from _trials(report)
    yield _heading(report, "experiment")
    for source in report.sources:
        yield from _source(report, source)
    yield _heading(report, "method")
    yield _list(method_sentences(report))
    yield latex_text(word(language, "made-by", version=report.niah_version))
    yield r"\end{document}"


def _heading(report: Report, name: str) -> str:
    return rf"\section{{{latex_text(word(report.language, name))}}}"


def _list(sentences: Iterable[str]) -> str:
    items = "\n".join(rf"\item {latex_text(sentence)}" for sentence in sentences)
    return f"\\begin{{itemize}}\n{items}\n\\end{{itemize}}"


_LEFT = r">{\raggedright\arraybackslash}p{0.26\linewidth}"
_RIGHT = r">{\raggedleft\arraybackslash}p{0.3\linewidth}"
_LEAGUE_COLUMNS = f"{_LEFT}rrrrr"
_MARGIN_COLUMNS = f"{_LEFT}rr{_RIGHT}r"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], columns: str) -> str:
    lines = [
        r"{\footnotesize\setlength{\tabcolsep}{4pt}",
        rf"\begin{{longtable}}{{{columns}}}",
        r"\hline",
        rf"{' & '.join(map(latex_text, header))} \\",
        r"\hline\endhead",
        *(rf"{' & '.join(map(latex_text, row))} \\" for row in rows),
        r"\hline",
        r"\end{longtable}}",
    ]
    return "\n".join(lines)


def _pictures(pictures: Sequence[Picture], kind: str) -> Iterator[str]:
    for picture in pictures:
        if picture.kind == kind:
            yield (
                rf"\begin{{center}}\includegraphics[width=\linewidth]"
                rf"{{{picture.path.stem}}}\end{{center}}"
            )


def _trials(report: Report) -> Iterator[str]:
    chosen = notable_trials(report)
    if not chosen:
        return
    yield _heading(report, "notable")
    yield latex_text(word(report.language, "notable-help"))
    for sweep, record in chosen:
        shown = card(record, report.passages[sweep.run], report.language, response_chars=1_000)
        place = [shown.badge, sweep.label, shown.place]
        yield rf"\subsubsection{{{latex_text(', '.join(place))}}}"
        yield "\n".join(
            [
                r"\begin{description}",
                *(rf"\item[{{{latex_text(row.label)}}}] " + _line(row) for row in shown.rows),
                r"\end{description}",
            ]
        )


def _line(row: Row) -> str:
    if not row.before and not row.after:
        return latex_text(row.text)
    needle = rf"\textbf{{{latex_text(row.text)}}}"
    return " ".join([latex_text(row.before), needle, latex_text(row.after)]).strip()


def _source(report: Report, source: Source) -> Iterator[str]:
    language, ours = report.language, source.run.source == "measured"
    yield rf"\subsection{{{latex_text(source.run.run)}}}"
    yield _list(f"{name}: {value}" for name, value in run_facts(report, source))
    yield rf"\textbf{{{latex_text(word(language, 'file' if ours else 'imported-file'))}}}"
    yield latex_block(source.experiment)
    yield rf"\textbf{{{latex_text(word(language, 'versions'))}}}"
    yield _list(f"{name}: {value}" for name, value in source.run.versions.items())
    if ours:
        yield latex_text(word(language, "again-help"))
        yield latex_block("\n".join(commands(source)))
