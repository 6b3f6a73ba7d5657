"""Base score and 0.85 rule of an associative sweep, wherever they are told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from niah.cli.nolima import nolima_block, nolima_fields, nolima_line
from niah.experiment import Experiment
from niah.runner.nolima import nolima_of
from niah.runner.prepare import prepare
from niah.runner.results import analyse_run
from niah.statistics.analysis import Analysis
from niah.store import Run, TrialRecord
from tests.command import Niah
from tests.test_statistics_grids import record

SCORES = {250: 0.9, 1000: 1.0, 4000: 0.9, 8000: 0.5, 16000: 0.9}
"""Base score 100% at 1K; 85% is held up to 4K and not at 8K."""

ASSOCIATIVE = """
models = ["reference/exact"]
grid = { context_lengths = [500, 2000], depth_percents = [0, 50, 100] }
task = { kind = "associative" }
haystack = { source = "gazetteer" }
"""


def measured(kind: str, scores: dict[int, float]) -> tuple[Run, Analysis]:
    prepared = prepare(
        Experiment.model_validate(
            {
                "name": "assoc",
                "models": ["reference/exact"],
                "grid": {"context_lengths": list(scores), "depth_percents": [50], "trials": 10},
                "task": {"kind": kind},
                "haystack": {"source": "gazetteer"},
            },
            strict=False,
        )
    )
    run = Run(
        run="assoc-1",
        name="assoc",
        experiment_sha256=prepared.sha256,
        experiment=prepared.experiment.canonical_json(),
        versions=dict(prepared.versions),
        simulated=True,
        planned_trials=len(prepared.trials),
        created_at="2026-01-01T00:00:00+00:00",
    )
    records: list[TrialRecord] = [
        replace(
            record(
                trial.context_length,
                trial.depth_percent,
                trial.repeat,
                float(trial.repeat < round(10 * scores[trial.context_length])),
            ),
            task=trial.task,
            model=trial.model,
        )
        for trial in prepared.trials
    ]
    (analysis,) = analyse_run(run, records)
    return run, analysis


def test_the_best_short_context_is_the_base_and_085_of_it_the_rule() -> None:
    """From raw accuracies: 100% at 1K is the base, 4K the longest length with 85%."""
    found = nolima_of(*measured("associative", SCORES))
    assert found is not None
    assert (found.base.context_length, found.base.accuracy.value) == (1000, 1.0)
    assert found.base.accuracy.n == 10
    assert found.effective.value == 4000
    assert found.effective.rule.threshold == pytest.approx(0.85)


def test_both_are_told_beside_the_published_rows() -> None:
    """In a line, over a table that says it was not measured here, and as JSON."""
    run, analysis = measured("associative", SCORES)
    (line,) = nolima_line(run, analysis)
    assert "base score 100.0%" in line
    assert "n = 10) at 1K" in line
    assert "effective length at 0.85 x base 4K" in line
    block = nolima_block(run, analysis)
    assert "published, not measured here" in block
    row = next(text for text in block.split("\n") if text.startswith("GPT-4o "))
    assert row.split()[:3] == ["GPT-4o", "99.3%", "8K"]
    rows = nolima_fields(run, analysis)["nolima"]["published"]["rows"]
    published = {row["model"]: (row["base_score"], row["effective_tokens"]) for row in rows}
    assert published["Gemini 1.5 Pro"] == (pytest.approx(0.926), 2000)
    assert published["Claude 3.5 Sonnet"] == (pytest.approx(0.876), 4000)


def test_a_base_of_nothing_has_no_effective_length() -> None:
    """0.85 of 0 is not reached by never answering: no length counts as held."""
    found = nolima_of(*measured("associative", dict.fromkeys(SCORES, 0.0)))
    assert found is not None
    assert found.base.accuracy.value == 0
    assert (found.effective.value, found.effective.lower, found.effective.upper) == (None,) * 3


def test_no_output_of_an_adaptive_run_bounds_a_share_of_nothing(niah: Niah, tmp_path: Path) -> None:
    """A pooled map lends a base score to lengths at which nothing was right; it is none."""
    adaptive = ASSOCIATIVE + 'sampling = { mode = "adaptive" }\n'
    (tmp_path / "a.toml").write_text(adaptive, encoding="utf-8")
    told = niah("run", "a.toml", "-q").out
    assert "  base score 0.0%" in told
    assert "effective length at 0.85 x base none, 95% interval none" in told
    niah("report", "latest", "--out", "r.md", "--no-passages")
    text = Path("r.md").read_text(encoding="utf-8")
    assert "By another rule it has none, because the base score is 0:" in text
    assert "has a base score of 0.0% (" in text
    assert "no effective length by this rule" in text
    for kind in ("heatmap", "panels"):
        niah("plot", "latest", "--kind", kind, "--effective", "nolima", "--out", f"{kind}.svg")
        drawn = Path(f"{kind}.alt.txt").read_text(encoding="utf-8")
        assert "o effective context length, because the base score is 0" in drawn
        assert "below" not in drawn
    niah("plot", "latest", "--kind", "length", "--effective", "nolima", "--out", "length.svg")
    shown = niah("plot", "latest", "--kind", "table", "--effective", "nolima", "--out", "t.md")
    assert shown.code == 0
    assert "| reference/exact | none |" in Path("t.md").read_text(encoding="utf-8")


def test_other_tasks_have_no_base_score() -> None:
    """A plain needle shares its words with the question; the rule is not about it."""
    run, analysis = measured("single", SCORES)
    assert nolima_of(run, analysis) is None
    assert nolima_block(run, analysis) == ""
    assert nolima_fields(run, analysis) == {}


def test_run_show_and_report_tell_them(niah: Niah, tmp_path: Path) -> None:
    """The reader that knows no landmark reaches nothing, and every output says so."""
    (tmp_path / "a.toml").write_text(ASSOCIATIVE, encoding="utf-8")
    told = niah("run", "a.toml", "-q").out
    assert "base score 0.0%" in told
    assert "effective length at 0.85 x base none, 95% interval none" in told
    assert "published, not measured here" in niah("show", "latest").out
    assert niah("show", "latest", "--json").json["sweeps"][0]["nolima"]["effective_tokens"] is None
    for name, words in (
        ("r.md", ("Base score", "| GPT-4o | 99.3%", "middle dip")),
        ("r.html", ("Base score", "GPT-4o", "primacy")),
    ):
        niah("report", "latest", "--out", name, "--no-passages")
        text = Path(name).read_text(encoding="utf-8")
        assert all(part in text for part in words)
    niah("report", "latest", "--out", "r.tex", "--no-passages", "--language", "de")
    assert "Grundwert" in Path("r.tex").read_text(encoding="utf-8")
