"""Markdown and LaTeX reports: whole, with figures beside them, deaf to what models say."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from niah.escape import latex_block, latex_text, markdown_block, markdown_text
from niah.figures.provenance import read_provenance
from niah.report.gather import gather
from niah.report.latex import latex
from niah.report.markdown import markdown
from niah.report.notable import MOST_NOTABLE, notable_trials
from niah.report.pictures import Picture, draw_pictures
from tests.command import Niah
from tests.report_data import HOSTILE, measured, small_report, sweep_trials

READER = MarkdownIt("commonmark", {"html": True}).enable("table")

COMMANDS = set(
    "documentclass usepackage IfFileExists setlength parindent parskip baselineskip "
    "emergencystretch setcounter sloppy begin end LARGE bfseries par fbox parbox linewidth "
    "section subsection subsubsection item textbf texttt small footnotesize raggedright raggedleft "
    "tabcolsep hline endhead arraybackslash includegraphics mbox allowbreak ldots textbackslash "
    "textasciicircum textasciitilde textless textgreater textbar textquotedbl textquotesingle "
    "textasciigrave textperiodcentered".split()
)


def pictures_of(kinds: str = "map length depth pair") -> list[Picture]:
    return [
        Picture(kind=kind, number=0, path=Path(f"r-{kind}.png"), description=f"A {kind}.")  # type: ignore[arg-type]
        for kind in kinds.split()
    ]


def flat(tokens: list[Token]) -> list[Token]:
    return [token for outer in tokens for token in (outer, *(outer.children or []))]


def test_hostile_text_is_no_markdown() -> None:
    """No response becomes a link, an image, HTML, a heading, a table or the end of its block."""
    report = small_report(responses=HOSTILE, several=True)
    tokens = flat(READER.parse(markdown(report, pictures_of())))
    kinds = [token.type for token in tokens]
    assert not {"html_inline", "html_block", "link_open", "code_inline"} & set(kinds)
    images = [token.attrs["src"] for token in tokens if token.type == "image"]
    assert images == ["r-map.png", "r-length.png", "r-depth.png", "r-pair.png"]
    headings = [tokens[at + 1].content for at, kind in enumerate(kinds) if kind == "heading_open"]
    assert not any("pwned" in heading or heading == "heading" for heading in headings)
    assert kinds.count("table_open") == 6


@given(st.text())
def test_markdown_text_reads_as_it_was(text: str) -> None:
    """Escaped for Markdown, a line is one paragraph that reads as the text, in a list as well."""
    shown = markdown_text(text)
    rendered = [t for t in READER.parse(f"- {shown}\n") if t.type == "inline"]
    if text.isprintable() and text.strip():
        (inline,) = rendered
        read = "".join(child.content for child in inline.children or [])
        assert read == " ".join(text.split())


@given(st.text(st.sampled_from("`~a \n<#>")))
def test_a_fenced_block_holds_its_text(text: str) -> None:
    """Whatever fences a text has, one block holds all of it."""
    (fence,) = READER.parse(markdown_block(text))
    assert fence.type == "fence"
    assert fence.content.rstrip("\n") == text.rstrip("\n")


@given(st.text())
def test_escaped_text_has_no_command_of_its_own(text: str) -> None:
    """Escaped for LaTeX, a text has only commands that print, no open brace, no line of its own."""
    for shown in (latex_text(text), latex_block(text)):
        commands = set(re.findall(r"\\([a-zA-Z]+)", shown))
        assert commands <= COMMANDS
        bare = re.sub(r"\\[\\{}$&#%_]", "", shown)
        assert bare.count("{") == bare.count("}")
        assert not re.search(r"[%#&^_]", bare)
        assert bare.replace("$-$", "").count("$") == 0
        assert shown.isascii() or not re.search("[^\x00-\xff]", shown)


def test_a_long_name_is_broken_at_its_joints() -> None:
    """Not within a part of it, unless that part is long itself; and nothing of it is lost."""
    shown = latex_text("reference/lost-in-the-middle/v2")
    pieces = shown.replace("{-}", "-").split(r"\allowbreak{}")
    assert pieces == ["reference/", "lost-in-the-", "middle/v2"]
    assert latex_text("x" * 30).split(r"\allowbreak{}") == ["x" * 12, "x" * 12, "x" * 6]


def test_hostile_text_is_no_latex() -> None:
    """A whole document has the commands of its layout and no other."""
    shown = latex(small_report(responses=HOSTILE, several=True), pictures_of())
    assert set(re.findall(r"\\([a-zA-Z]+)", shown)) <= COMMANDS


@pytest.mark.slow
def test_the_latex_document_compiles(tmp_path: Path) -> None:
    """A real engine makes a PDF of a report full of hostile text, without an error."""
    engine = shutil.which("pdflatex")
    if engine is None:
        pytest.skip("no pdflatex here: apt-get install texlive-latex-base")
    report = small_report(responses=HOSTILE, several=True, simulated=True, language="de")
    pictures = draw_pictures(report, tmp_path / "r.tex", "pdf")
    (tmp_path / "r.tex").write_text(latex(report, pictures), encoding="utf-8")
    done = subprocess.run(
        [engine, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "r.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert (tmp_path / "r.pdf").stat().st_size > 10_000


def test_documents_say_what_the_page_says() -> None:
    """Both documents have verdict, warning, experiment, versions and an answer that missed."""
    report = small_report(several=True, simulated=True)
    for shown in (markdown(report, pictures_of()), latex(report, pictures_of())):
        for said in (
            "acme/one holds",
            "simulated, not a language model",
            "RULER",
            "McNemar",
            "quickstart",
            "3.11.9",
            "states another value",
            "The mill stood empty",
            "stopped by the provider",
        ):
            assert said in shown.replace("{-}", "-"), said


def test_narrow_maps_are_tables_too() -> None:
    """Where pictures do not travel, Markdown has each cell's number, or why it has none."""
    shown = markdown(small_report(), [])
    assert "| acme/one: depth | 1K tokens | 8K tokens | 64K tokens |" in shown
    assert "| 50 | failed | 100.0% | 0.0% |" in shown
    assert "| 100 | 100.0% | 100.0% | \u2013 |" in shown


def test_notable_trials_show_every_way_to_fail_once_first() -> None:
    """Of many misses and failures each kind is shown before any is shown twice."""
    report = small_report()
    reasons = [r.score_reason or r.failure_kind or r.outcome for _, r in notable_trials(report)]
    assert sorted(reasons[:5]) == [
        "another value",
        "blocked",
        "context-exceeded",
        "timeout",
        "truncated",
    ]
    assert len(reasons) <= MOST_NOTABLE
    assert notable_trials(gather([measured(sweep_trials(miss_from=10**9))])) == []


@pytest.mark.slow
@pytest.mark.parametrize(("suffix", "figure"), [(".md", ".png"), (".tex", ".pdf")])
def test_the_command_writes_figures_beside_the_document(
    niah: Niah, tmp_path: Path, suffix: str, figure: str
) -> None:
    """The document names figures that stand beside it and say which run they show."""
    (tmp_path / "tiny.toml").write_text(
        'name = "tiny"\nmodels = ["reference/exact", "reference/lost-in-the-middle"]\n'
        "[grid]\ncontext_lengths = [1000, 2000]\ndepth_percents = [0, 100]\ntrials = 1\n",
        encoding="utf-8",
    )
    assert niah("run", "tiny.toml", "--quiet").code == 0
    done = niah("report", "latest", "--out", f"out/r{suffix}", "--json")
    assert done.code == 0, done.err
    names = ["map-1", "map-2", "length", "depth", "pair-1"]
    expected = [f"out/r{suffix}", *(f"out/r-{name}{figure}" for name in names)]
    assert done.json == {"report": f"out/r{suffix}", "files": expected}
    document = (tmp_path / "out" / f"r{suffix}").read_text(encoding="utf-8")
    for name in names:
        path = tmp_path / "out" / f"r-{name}{figure}"
        assert read_provenance(path)["run"].startswith("tiny-")
        assert f"r-{name}" in document
        assert path.with_name(f"r-{name}.alt.txt").read_text(encoding="utf-8").strip()
