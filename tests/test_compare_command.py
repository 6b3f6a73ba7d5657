"""niah compare as a user meets it: pairs, leagues, refusals, figures."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from niah.cli.serving import reference_transports
from niah.experiment import load_experiment
from niah.figures.provenance import read_provenance
from niah.runner.keys import Keys
from niah.runner.prepare import prepare
from niah.runner.run import run_experiment
from niah.store.database import open_store
from tests.command import Niah

EXPERIMENT = """
name = "{name}"
models = {models}
seed = {seed}

[grid]
context_lengths = ["1K", "2K", "4K"]
depth_percents = [0, 50, 100]
trials = 5

[haystack]
language = "{language}"

[prompt]
question_position = "{position}"
wrapper = "{wrapper}"
"""


def measure(
    directory: Path,
    *models: str,
    name: str = "duel",
    seed: int = 3,
    language: str = "en",
    position: str = "after",
    wrapper: str = "xml",
) -> str:
    """Measure reference readers; the id of the run."""
    listed = json.dumps([f"reference/{model}" for model in models])
    text = EXPERIMENT.format(
        name=name,
        models=listed,
        seed=seed,
        language=language,
        position=position,
        wrapper=wrapper,
    )
    (directory / f"{name}.toml").write_text(text, encoding="utf-8")
    with open_store(directory / "niah.db") as store:
        prepared = prepare(load_experiment(directory / f"{name}.toml"))
        transports = reference_transports()
        return run_experiment(prepared, store, keys=Keys({}), transports=transports).run.run


def compared(niah: Niah, *arguments: str) -> Any:
    done = niah("compare", *arguments, "--no-figures", "--json")
    assert done.code == 0, done.err
    return done.json


def test_two_models_of_a_run_are_paired_by_trial(niah: Niah, tmp_path: Path) -> None:
    """The difference is where the weaker reader is blind; McNemar counts exactly its losses."""
    run = measure(tmp_path, "exact", "cliff-2k")
    result = compared(niah, run)
    assert result["simulated"] is True
    assert result["league"] == []
    (pair,) = result["comparisons"]
    assert pair["paired"] is True
    assert (pair["first"]["model"], pair["second"]["model"]) == (
        "reference/cliff-2k",
        "reference/exact",
    )
    assert pair["difference"]["value"] == pytest.approx(1 / 3)
    assert pair["mcnemar"] == {"only_first": 0, "only_second": 15, "p": 2 * 0.5**15}
    blind = {cell["context_length"] for cell in pair["cells"] if cell["significant"]}
    assert blind == {1000, 2000, 4000}  # 3 x 3 windows are the whole of so small a grid
    lengths = [r["context_lengths"] for r in pair["regions"] if r["kind"] == "length"]
    assert lengths == [[4000]]


def test_the_figure_outlines_what_differs_and_says_simulated(niah: Niah, tmp_path: Path) -> None:
    """Text names region and p; the heatmap is written in three formats and knows its runs."""
    run = measure(tmp_path, "exact", "cliff-2k")
    done = niah("compare", f"{run}:reference/exact", f"{run}:reference/cliff-2k")
    assert done.code == 0, done.err
    assert "reference reader, no model was asked" in done.out
    assert "difference  -33.3 points, second minus first, 95% interval" in done.out
    assert "exact p < 0.001" in done.out
    figures = [Path(line) for line in done.out.splitlines() if line.startswith("plots/")]
    assert [figure.suffix for figure in figures] == [".png", ".svg", ".pdf"]
    assert read_provenance(figures[0])["run"] == run
    drawing = figures[1].read_text(encoding="utf-8")
    assert "minus reference/exact" in drawing
    assert "simulated" in drawing


def test_runs_of_other_seeds_are_not_paired_and_said_so(niah: Niah, tmp_path: Path) -> None:
    """The same reader under two seeds: unpaired, no McNemar, an interval around 0."""
    first = measure(tmp_path, "flat-80", name="one", seed=1)
    second = measure(tmp_path, "flat-80", name="two", seed=2)
    (pair,) = compared(niah, first, second)["comparisons"]
    assert (pair["paired"], pair["mcnemar"]) == (False, None)
    assert pair["pairing"].startswith("not paired: too few trials share seed and answers")
    assert pair["difference"]["interval"][0] < 0 < pair["difference"]["interval"][1]


def test_two_runs_of_the_same_models_are_compared_model_by_model(
    niah: Niah, tmp_path: Path
) -> None:
    """Two runs of two models give two comparisons; a league needs no pairs."""
    first = measure(tmp_path, "exact", "flat-80", name="one")
    second = measure(tmp_path, "exact", "flat-80", name="two")
    result = compared(niah, first, second)
    assert [(c["first"]["model"], c["second"]["run"]) for c in result["comparisons"]] == [
        ("reference/exact", second),
        ("reference/flat-80", second),
    ]
    assert [c["difference"]["value"] for c in result["comparisons"]] == [0, 0]


def test_several_sweeps_make_a_league(niah: Niah, tmp_path: Path) -> None:
    """Equals are tied, the blind reader is last; every line has its n and its interval."""
    run = measure(tmp_path, "exact", "flat-99", "cliff-1k")
    table = compared(niah, run)["league"]
    assert [row["rank"] for row in table] == [1, 1, 3]
    assert table[0]["tied_with"] == [table[1]["label"]]
    assert (table[2]["label"], table[2]["tied_with"]) == ("reference/cliff-1k", [])
    assert all(row["n"] == 45 and len(row["interval"]) == 2 for row in table)
    text = niah("compare", run).out
    assert "tied with" in text
    assert "nobody" in text


@pytest.mark.parametrize(
    ("other", "factor"),
    [
        ({"position": "before"}, "prompt.question_position is after and before"),
        ({"wrapper": "json"}, "prompt.wrapper is xml and json"),
    ],
)
def test_two_presentations_to_one_model_are_compared(
    niah: Niah, tmp_path: Path, other: dict[str, str], factor: str
) -> None:
    """Trial by trial, the factor named; a corpus that is escaped for JSON is the same corpus."""
    first = measure(tmp_path, "exact", name="one")
    second = measure(tmp_path, "exact", name="two", **other)  # type: ignore[arg-type]
    result = compared(niah, first, second)
    (note,) = result["notes"]
    assert note.endswith(f"have different prompts around the haystack: {factor}")
    (pair,) = result["comparisons"]
    assert pair["paired"] is True
    niah("report", first, second, "-o", "r.md", "--no-passages")
    assert "Besides the models there differ: the prompt" in Path("r.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("model", "other", "reason"),
    [
        ("exact", {"language": "de"}, "are different versions or settings of the task single"),
        ("flat-90", {"position": "before"}, "have different prompts around the haystack"),
    ],
)
def test_what_cannot_be_compared_is_refused_unless_asked_for(
    niah: Niah, tmp_path: Path, model: str, other: dict[str, str], reason: str
) -> None:
    """A sentence names the difference; --anyway compares and keeps the sentence as a note."""
    first = measure(tmp_path, "exact", name="one")
    second = measure(tmp_path, model, name="two", **other)  # type: ignore[arg-type]
    refused = niah("compare", first, second)
    assert (refused.code, refused.out) == (2, "")
    assert reason in refused.err
    assert "--anyway" in refused.err
    result = compared(niah, first, second, "--anyway")
    assert any(reason in note for note in result["notes"])
    (pair,) = result["comparisons"]
    assert pair["paired"] is (other == {"position": "before"})


def test_what_could_not_be_measured_is_counted_apart(niah: Niah, tmp_path: Path) -> None:
    """A blocked trial is in no accuracy and no pair, and is named beside the side it befell."""
    run = measure(tmp_path, "exact", "cliff-2k")
    with closing(sqlite3.connect(tmp_path / "niah.db")) as connection, connection:
        connection.execute(
            "UPDATE trials SET outcome = 'blocked' WHERE rowid ="
            " (SELECT rowid FROM trials WHERE model = 'reference/exact' LIMIT 1)"
        )
    (pair,) = compared(niah, run)["comparisons"]
    assert pair["second"]["outcomes"] == {"answered": 44, "blocked": 1}
    assert pair["difference"]["n"] == 44
    text = niah("compare", run, "--no-figures").out
    assert text.count("not scored: 1 blocked") == 1


def test_unclear_requests_are_answered_with_what_would_be_right(niah: Niah, tmp_path: Path) -> None:
    """One sweep alone, an unknown model, different models, the same sweep twice: exit code 2."""
    one = measure(tmp_path, "exact", name="one")
    two = measure(tmp_path, "exact", "flat-80", name="two")
    for arguments, words in (
        ((one,), "has one sweep only"),
        ((one, f"{two}:reference/nobody"), "there is"),
        ((one, two), "say which to compare"),
        ((one, one), "is there twice"),
    ):
        done = niah("compare", *arguments)
        assert (done.code, done.out) == (2, "")
        assert words in done.err
