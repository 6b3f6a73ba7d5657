"""The LaTeX report: a document that compiles with the packages of every installation."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from niah.escape import latex_block, latex_text
from niah.report import Report
from niah.report.cards import Row
from niah.report.document import Answer, Block, Code, Items, Table, Text, document
from niah.report.pictures import Picture

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

_AROUND = {
    "title": (r"{\LARGE\bfseries ", r"\par}"),
    "section": (r"\section{", "}"),
    "part": (r"\subsection{", "}"),
    "trial": (r"\subsubsection{", "}"),
    "notice": (r"\fbox{\parbox{0.95\linewidth}{\bfseries ", "}}"),
    "label": (r"\textbf{", "}"),
    "plain": ("", ""),
    "small": (r"{\footnotesize ", r"\par}"),
}

_LEFT = r">{\raggedright\arraybackslash}p{0.26\linewidth}"
_RIGHT = r">{\raggedleft\arraybackslash}p{0.3\linewidth}"
_NAME = r">{\raggedright\arraybackslash}p{0.2\linewidth}"
_WHAT = r">{\raggedright\arraybackslash}p{0.26\linewidth}"
_SPAN = r">{\raggedleft\arraybackslash}p{0.27\linewidth}"
_COLUMNS = {
    "league": f"{_NAME}rrrrr",
    "margin": f"{_LEFT}rr{_RIGHT}r",
    "beside": f"{_NAME}{_WHAT}r{_SPAN}r",
    "near-end": f"{_NAME}r{_RIGHT}{_RIGHT}",
    "published": f"{_NAME}rrrrrrrr",
}


def latex(report: Report, pictures: Sequence[Picture]) -> str:
    """The whole document; pictures are included by their names, which stand beside it."""
    blocks = [text for block in document(report, pictures) if (text := _written(block))]
    return "\n\n".join([_PREAMBLE, *blocks, r"\end{document}"]) + "\n"


def _written(block: Block) -> str:
    """The block; empty for a table of a map, whose picture is always at hand here."""
    match block:
        case Text(role, text):
            before, after = _AROUND[role]
            return f"{before}{latex_text(text)}{after}"
        case Items(texts):
            return _environment("itemize", (rf"\item {latex_text(text)}" for text in texts))
        case Table(kind, header, rows):
            return "" if kind == "map" else _table(header, rows, _COLUMNS[kind])
        case Code(text):
            return latex_block(text)
        case Answer(rows):
            lines = (rf"\item[{{{latex_text(row.label)}}}] {_line(row)}" for row in rows)
            return _environment("description", lines)
        case Picture():
            name = rf"\includegraphics[width=\linewidth]{{{block.path.stem}}}"
            return _environment("center", [name])


def _environment(name: str, lines: Iterable[str]) -> str:
    return "\n".join([rf"\begin{{{name}}}", *lines, rf"\end{{{name}}}"])


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], columns: str) -> str:
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


def _line(row: Row) -> str:
    if not row.before and not row.after:
        return latex_text(row.text)
    needle = rf"\textbf{{{latex_text(row.text)}}}"
    return " ".join([latex_text(row.before), needle, latex_text(row.after)]).strip()
