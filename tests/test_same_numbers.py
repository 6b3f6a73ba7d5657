"""One run, one accuracy and one effective length, wherever niah tells them."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import pytest

from niah.axes import format_tokens
from niah.console import percent
from tests.command import Niah

EXPERIMENT = """
name = "same"
models = ["reference/lost-in-the-middle"]
seed = 11

[grid]
context_lengths = ["500", "1K", "1500", "2K"]
depth_percents = [0, 25, 50, 75, 100]
trials = 2

[sampling]
mode = "{mode}"
max_passes = 1.5

[report]
effective = 0.7
"""


@pytest.mark.parametrize(("mode", "estimate"), [("uniform", "raw"), ("adaptive", "pooled")])
def test_every_output_tells_the_same_numbers(
    niah: Niah, tmp_path: Path, mode: str, estimate: str
) -> None:
    """run, show, history, compare, gate, report and table have one accuracy with one interval and
    one effective length, raw of a uniform run and pooled, said so, of an adaptive one."""
    (tmp_path / "same.toml").write_text(EXPERIMENT.format(mode=mode), encoding="utf-8")
    told = niah("run", "same.toml").out
    (sweep,) = niah("show", "latest", "--json").json["sweeps"]
    assert sweep["shown_first"] == estimate
    first = sweep["pooled"] if estimate == "pooled" else sweep
    ruling = sweep["effective_lengths"][2][estimate]
    value = percent(first["accuracy"])
    ends = " to ".join(percent(end) for end in first["interval"])
    length = (">=" if ruling["at_least"] else "") + format_tokens(ruling["tokens"])
    mark = "pooled " if estimate == "pooled" else ""

    assert f"  {mark}accuracy {value}, 95% interval {ends}, n = {first['n']}" in told
    assert f"  {mark}effective context length {length}, 95% interval" in told

    ((history,),) = [one["runs"] for one in niah("history", "same", "--json").json["histories"]]
    assert history["accuracy"] == pytest.approx(first["accuracy"])
    assert history["interval"] == pytest.approx(first["interval"])
    assert (history["n"], history["estimate"]) == (first["n"], estimate)
    assert history["effective_length"]["value"] == ruling["tokens"]
    assert history["effective_length"]["interval"] == ruling["interval"]
    assert f"{mark}{value}" in niah("history", "same", "--out", "trend.svg").out
    assert ("(pooled)" in (tmp_path / "trend.svg").read_text()) == bool(mark)
    assert ("Pooled estimate" in (tmp_path / "trend.alt.txt").read_text()) == bool(mark)
    (row,) = csv.DictReader(io.StringIO(niah("history", "same", "--format", "csv").out))
    assert float(row["accuracy"]) == pytest.approx(first["accuracy"], abs=1e-6)
    assert (row["effective_tokens"], row["estimate"]) == (str(ruling["tokens"]), estimate)

    gate = niah("gate", "latest", "--min-accuracy", "0.01", "--json").json
    (check,) = [c for one in gate["sweeps"] for c in one["checks"]]
    assert check["value"] == pytest.approx(first["accuracy"])

    niah("report", "latest", "--out", "same.md")
    report = (tmp_path / "same.md").read_text()
    assert value in report
    assert ("pooled effective context length" in report.lower()) == bool(mark)

    assert (
        niah("plot", "latest", "--kind", "table", "--effective", "0.7", "--out", "t.csv").code == 0
    )
    (row,) = csv.DictReader((tmp_path / "t.csv").read_text().splitlines())
    assert (row["effective_tokens"], row["estimate"]) == (str(ruling["tokens"]), estimate)
    if mark:
        ends_of = [row["average"], row["average_lower"], row["average_upper"]]
        of_sweep = [first["accuracy"], *first["interval"]]
        assert [float(end) for end in ends_of] == pytest.approx(of_sweep, abs=1e-6)
    for kind in ("cost", "trend"):
        niah("plot", "latest", "--kind", kind, "--out", f"{kind}.svg")
        drawn = (tmp_path / f"{kind}.alt.txt").read_text()
        assert value in drawn
        assert ("Pooled estimate" in drawn) == bool(mark)
    niah("run", "same.toml", "--new", "-q")
    runs = [run["run"] for run in niah("runs", "--json").json["runs"]]
    compared = niah("compare", *runs).out
    assert re.search(rf"{mark}.*{re.escape(value)}", compared)
