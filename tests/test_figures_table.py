"""Tables in RULER's form: what they hold, and that they stay tables whatever a model is called."""

from __future__ import annotations

import csv
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from niah.errors import ConfigurationError
from niah.figures.table import Origin, Tabled, TableData, table_data
from niah.figures.table_text import csv_table, latex_table, markdown_table, write_table
from niah.figures.text import Estimated, Provenance
from niah.interface.tables import rows_json
from niah.statistics.effective import effective_length, nolima_rule, ruler_rule, threshold_rule
from niah.statistics.grids import Marginal
from niah.statistics.intervals import jeffreys
from niah.statistics.published import NOLIMA, RULER, Publication
from tests.test_figures_data import FACTS

PROVENANCE = Provenance(run="demo --> x", experiment_sha256="ab" * 32, niah_version="1.2.3")
HOSTILE = "=1+1|</td><script>alert(1)</script> \\input{x} %$&_#{}~^ \x1b[31m \u202e`"


def marginal(found: list[int], n: int, lengths: tuple[int, ...] = (4_000, 8_000)) -> Marginal:
    bounds = [jeffreys(k, n) if k >= 0 else (np.nan, np.nan) for k in found]
    return Marginal(
        axis=np.array(lengths, np.float64),
        accuracy=np.array([k / n if k >= 0 else np.nan for k in found]),
        lower=np.array([low for low, _ in bounds]),
        upper=np.array([high for _, high in bounds]),
        n=np.array([n if k >= 0 else 0 for k in found], np.int64),
        methods=("Jeffreys",) * len(found),
    )


def tabled(label: str, by_length: Marginal, *, origin: Origin = "measured") -> Tabled:
    return Tabled(
        label=label,
        by_length=by_length,
        effective=effective_length(by_length, ruler_rule()),
        claimed_tokens=128_000,
        origin=origin,
    )


def example(label: str = "a/good", language: str = "en") -> TableData:
    return table_data(
        [tabled(label, marginal([40, 20], 40)), tabled("b/short", marginal([40, -1], 40))],
        FACTS,
        task="single",
        language=language,
    )


def test_a_row_has_each_length_the_averages_and_the_effective_length() -> None:
    """Values with intervals, weights that rise or fall, a dash where nothing was measured."""
    data = example()
    lines = markdown_table(data, PROVENANCE).splitlines()
    header, _, good, short = [line for line in lines if line.startswith("|")]
    assert header == ("| model | claimed | effective | 4K | 8K | average | rising | falling |")
    cells = [cell.strip() for cell in good.strip("|").split("|")]
    assert [cell.split(" (")[0] for cell in cells] == [
        "a/good",
        "128K",
        "4K",
        "100.0",
        "50.0",
        "75.0",
        "66.7",
        "83.3",
    ]
    assert all("\u2013" in cell for cell in cells[3:])
    assert [cell.strip() for cell in short.split("|")][5] == "\u2013"
    assert data.rows[1].average.value == 1.0
    assert data.rows[0].average.n == 80


def test_an_average_of_ones_is_one() -> None:
    """Weights that do not add up to 1 in floating point do not take a digit from a perfect row."""
    for count in range(2, 12):
        lengths = tuple(1_000 * (i + 1) for i in range(count))
        row = table_data(
            [tabled("a/b", marginal([7] * count, 7, lengths))], FACTS, task="single"
        ).rows[0]
        assert (row.average.value, row.rising.value, row.falling.value) == (1.0, 1.0, 1.0)


def test_published_rows_are_marked_cited_and_have_no_interval() -> None:
    """They stand below ours with their own lengths, and the CSV names them published."""
    data = table_data(
        [tabled("a/b", marginal([40, 20], 40))], FACTS, task="single", published=RULER
    )
    assert data.context_lengths[:4] == (4_000, 4_096, 8_000, 8_192)
    text = markdown_table(data, PROVENANCE)
    assert "| GPT-4-1106-preview \\* | – | 64Ki | – | 96.6 |" in text
    assert "Hsieh et al. (2024)" in text
    rows = list(csv.DictReader(csv_table(data, PROVENANCE).splitlines()))
    assert [row["source"] for row in rows] == ["measured"] + ["published"] * len(RULER.rows)
    assert rows[1]["accuracy_4096"] == "0.967"
    assert rows[1]["accuracy_4096_lower"] == rows[1]["accuracy_4096_n"] == ""
    assert (rows[0]["accuracy_4000"], rows[0]["accuracy_4000_n"]) == ("1.0", "40")


@pytest.mark.parametrize("estimate", ["raw", "pooled"])
def test_a_csv_says_which_estimate_its_numbers_are(estimate: Estimated) -> None:
    """A reader of the file alone knows whether they are raw; published ones are."""
    data = table_data(
        [tabled("a/b", marginal([40, 20], 40))],
        FACTS,
        task="single",
        published=RULER,
        estimate=estimate,
    )
    rows = list(csv.DictReader(csv_table(data, PROVENANCE).splitlines()))
    assert [row["estimate"] for row in rows] == [estimate] + ["raw"] * len(RULER.rows)
    assert [row["estimate"] for row in rows_json(data)] == [row["estimate"] for row in rows]


def test_a_base_score_of_nothing_leaves_no_effective_length() -> None:
    """In words none, without an interval, and no number at all for a machine."""
    nothing = marginal([0, 0], 40)
    found = effective_length(nothing, nolima_rule(nothing))
    data = table_data(
        [replace(tabled("a/b", nothing), effective=found)], FACTS, task="single", language="de"
    )
    assert "| a/b | 128K | keine |" in markdown_table(data, PROVENANCE)
    (row,) = csv.DictReader(csv_table(data, PROVENANCE).splitlines())
    assert not any(row[key] for key in row if key.startswith("effective_"))


@pytest.mark.parametrize(
    ("publication", "model", "effective"),
    [
        (RULER, "Gemini-1.5-pro", 131_072),
        (RULER, "GPT-4-1106-preview", 65_536),
        (NOLIMA, "GPT-4o", 8_000),
        (NOLIMA, "Llama 3.3 70B", 2_000),
        (NOLIMA, "Gemini 1.5 Pro", 2_000),
        (NOLIMA, "Claude 3.5 Sonnet", 4_000),
        (NOLIMA, "Gemini 2.0 Flash", 4_000),
        (NOLIMA, "GPT-4o mini", None),
    ],
)
def test_published_accuracies_give_the_published_effective_lengths(
    publication: Publication, model: str, effective: int | None
) -> None:
    """Their rule applied to their numbers gives what they state."""
    (row,) = [row for row in publication.rows if row.model == model]
    assert row.effective.value == effective


def test_simulated_rows_say_so_in_every_format() -> None:
    """A table with a reference reader names it; CSV keeps the reader's own name."""
    data = table_data(
        [tabled("reference/exact", marginal([4, 4], 4), origin="simulated")], FACTS, task="single"
    )
    for text in (markdown_table(data, PROVENANCE), latex_table(data, PROVENANCE)):
        assert "simulated, not a language model" in text
    (row,) = csv.DictReader(csv_table(data, PROVENANCE).splitlines())
    assert (row["model"], row["source"]) == ("reference/exact", "simulated")


def test_hostile_names_stay_inert() -> None:
    """Markup, formulas, escapes and comments in a name are text in every format."""
    data = example(HOSTILE)
    markdown, latex = markdown_table(data, PROVENANCE), latex_table(data, PROVENANCE)
    assert "<script" not in markdown.replace("\\<", "")
    assert markdown.count("-->") == 1
    row = next(line for line in markdown.splitlines() if "alert" in line)
    assert row.replace("\\|", "").count("|") == len(data.columns) + 1
    assert "\\input{x}" not in latex
    assert "\x1b" not in markdown + latex
    (first, *_) = csv.DictReader(csv_table(data, PROVENANCE).splitlines())
    assert first["model"].startswith("'=1+1")


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="apt-get install texlive-latex-base")
@pytest.mark.parametrize("language", ["en", "de"])
def test_latex_takes_the_table(tmp_path: Path, language: str) -> None:
    """A bare article compiles it, hostile names included, and nothing is missing from it."""
    write_table(
        example("x " + HOSTILE, language),
        tmp_path / "table",
        formats=("tex",),
        provenance=PROVENANCE,
    )
    (tmp_path / "paper.tex").write_text(
        "\\documentclass{article}\\usepackage[T1]{fontenc}\\begin{document}\\input{table}"
        "\\end{document}\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "paper.tex"],
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]
    assert (tmp_path / "paper.pdf").stat().st_size > 1000


def test_rules_and_lengths_that_no_table_can_hold_are_refused() -> None:
    """Two rules, no sweep, too many lengths: one sentence each."""
    one = tabled("a/b", marginal([4, 4], 4))
    other = replace(one, effective=effective_length(one.by_length, threshold_rule(0.5)))
    many = tuple(range(1_000, 1_050))
    for sweeps, sentence in (
        ([one, other], "by different rules"),
        ([], "at least one sweep"),
        ([tabled("a/b", marginal([4] * 50, 4, many))], "at most 40"),
    ):
        with pytest.raises(ConfigurationError, match=sentence):
            table_data(sweeps, FACTS, task="single")
