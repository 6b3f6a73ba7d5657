"""niah.load: runs, arrays, frames and figures in Python, as the documentation shows them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import niah
from niah.cli.serving import reference_transports
from niah.errors import ConfigurationError, StoreError
from niah.experiment import Experiment, load_experiment
from niah.figures.provenance import read_provenance
from niah.imports import Choices
from niah.imports.collect import read_results
from niah.interface.questions import Questions
from niah.runner.closing import RunResult
from niah.runner.controls import measure_controls, prepare_controls
from niah.runner.keys import Keys
from niah.runner.prepare import prepare
from niah.runner.prepared import Prepared
from niah.runner.run import run_experiment
from niah.statistics.questions import each_question, fixed_questions
from niah.store import DOCUMENT_TAG, QUESTION_TAG
from niah.store.database import Store, open_store
from niah.store.imports import add_imported_run
from tests.test_statistics_grids import record

ROOT = Path(__file__).parents[1]
EXAMPLES = re.findall(
    r"```python\n(.*?)```", (ROOT / "docs" / "python.md").read_text(encoding="utf-8"), re.DOTALL
)
EXPERIMENT = """
name = "quickstart"
models = ["reference/exact", "reference/lost-in-the-middle"]
[grid]
context_lengths = [400, 1600]
depth_percents = [0, 50, 100]
trials = 2
"""
OWN = (
    "grid.context_lengths=[1000]",
    "grid.depth_percents=[0, 100]",
    "grid.trials=4",
    'controls.kinds=["absent", "needle-only"]',
)
"""Of configs/own-questions.toml, eight trials beside two controls."""
HOSTILE = '<img src=x onerror="alert(1)"></table><script>alert(2)</script>'
ROWS = [
    {"token_limit": 1000, "depth_percent": 0, "score": 10},
    {"token_limit": 1000, "depth_percent": 50, "score": 1},
]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with the store that the documentation speaks of."""
    directory = tmp_path_factory.mktemp("python")
    (directory / "quickstart.toml").write_text(EXPERIMENT, encoding="utf-8")
    (directory / "rows.json").write_text(json.dumps(ROWS), encoding="utf-8")
    with open_store(directory / "niah.db") as store:
        for name, model in (("published", "a/model"), ("hostile", HOSTILE)):
            imported = read_results(
                [directory / "rows.json"],
                Choices(model=model, name=name, origin=HOSTILE),
                now=datetime.now(UTC),
            )
            add_imported_run(store, imported.run, imported.trials)
        measured_with_controls(
            store, load_experiment(ROOT / "configs" / "own-questions.toml", overrides=OWN)
        )
        measure(prepare(load_experiment(directory / "quickstart.toml")), store)
    return directory


def measure(prepared: Prepared, store: Store, elsewhere_usd: float = 0.0) -> RunResult:
    return run_experiment(
        prepared,
        store,
        keys=Keys({}),
        transports=reference_transports(),
        elsewhere_usd=elsewhere_usd,
    )


def measured_with_controls(store: Store, experiment: Experiment) -> None:
    sweep = measure(prepare(experiment), store)
    done = measure_controls(
        prepare_controls(experiment),
        sweep.run,
        store,
        lambda own, elsewhere_usd: measure(own, store, elsewhere_usd),
    )
    assert [one.status for one in done] == ["complete"] * 2


def test_the_documented_examples_run(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every example of docs/python.md does what it says, in order."""
    monkeypatch.chdir(store)
    names: dict[str, object] = {}
    for example in EXAMPLES:
        exec(compile(example, "docs/python.md", "exec"), names)
    assert len(EXAMPLES) >= 6
    assert read_provenance(store / "map.svg")["run"].startswith("quickstart-")
    assert "reference/exact" in (store / "table.tex").read_text(encoding="utf-8")
    assert (store / "map.alt.txt").read_text(encoding="utf-8").startswith("Reference reader")


def test_arrays_have_the_documented_shape(store: Path) -> None:
    """(depths, lengths), bounds around the value, NaN exactly where nothing was scored."""
    runs = niah.load(store / "niah.db")
    raw = runs["quickstart"].grid("reference/exact")
    assert raw.accuracy.shape == raw.low.shape == raw.n.shape == (3, 2)
    assert raw.context_lengths.tolist() == [400, 1600]
    assert raw.depth_percents.tolist() == [0, 50, 100]
    assert np.all((raw.low <= raw.accuracy) & (raw.accuracy <= raw.high))
    assert np.array_equal(np.isnan(raw.accuracy), raw.n == 0)
    pooled = runs["quickstart"].grid("reference/exact", pooled=True)
    assert (raw.estimate, pooled.estimate) == ("raw", "pooled")
    assert not np.isnan(pooled.accuracy).any()
    assert runs["published"].grid().accuracy.tolist() == [[1.0], [0.0]]


def test_runs_are_found_by_name_id_start_and_place(store: Path) -> None:
    """One run under many names; what is not there is one sentence."""
    runs = niah.load(store / "niah.db")
    newest = runs[0]
    own = ["own-questions-absent", "own-questions-needle-only", "own-questions"]
    names = [run.name for run in runs]
    assert names[0] == "quickstart"
    assert sorted(names[1:4]) == sorted(own)
    assert names[4:] == ["hostile", "published"]
    assert [run.name for run in runs[4:]] == names[4:]
    assert {runs[key].run for key in ("latest", "quickstart", newest.run, newest.run[:20])} == {
        newest.run
    }
    with pytest.raises(StoreError, match="There is no run"):
        runs["none"]
    with pytest.raises(ConfigurationError, match="name model and task of one"):
        newest.grid()
    with pytest.raises(StoreError, match="There is no store"):
        niah.load(store / "none.db")


def test_frames_hold_every_trial_and_every_cell(store: Path) -> None:
    """12 trials and 6 cells a model; imported runs too."""
    runs = niah.load(store / "niah.db")
    trials, cells = runs["quickstart"].trials_frame(), runs["quickstart"].cells_frame()
    assert len(trials) == len(runs["quickstart"].trials()) == 24
    assert len(cells) == 12
    assert cells["n"].sum() == 24
    assert trials["score"].between(0, 1).all()
    assert runs["published"].cells_frame()["raw_accuracy"].tolist() == [1.0, 0.0]


def test_without_pandas_frames_say_so_and_the_rest_works(store: Path) -> None:
    """The error names the package and how to install it; arrays need none."""
    code = (
        "import sys; sys.modules['pandas'] = None\n"
        "import niah\n"
        f"run = niah.load({str(store / 'niah.db')!r})['quickstart']\n"
        "assert run.grid('reference/exact').n.sum() == 12\n"
        "run.trials_frame()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert done.returncode == 1
    assert "data frames need pandas" in done.stderr.splitlines()[-1]
    assert "pip install 'niah[pandas]'" in done.stderr.splitlines()[-1]


def test_import_niah_loads_nothing_heavy() -> None:
    """``import niah`` brings neither numpy nor matplotlib, pandas, httpx or sqlite3."""
    code = (
        "import sys, niah\n"
        "heavy = {'numpy', 'matplotlib', 'pandas', 'httpx', 'sqlite3', 'pydantic'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, cwd=ROOT, capture_output=True)
    assert done.returncode == 0, done.stderr


def test_foreign_text_is_inert_in_a_notebook(store: Path) -> None:
    """A model's or a source's name with markup is shown as text by runs, run and figure."""
    runs = niah.load(store / "niah.db")
    run = runs["hostile"]
    figure = run.heatmap()
    shown = [runs._repr_html_(), run._repr_html_(), figure._repr_html_()]
    for html in shown:
        assert "<script" not in html
        assert "<img src=x" not in html
        assert html.count("</table>") == html.count("<table>")
    assert all("&lt;script&gt;" in html for html in shown)


def test_fixed_questions_are_told_one_by_one(store: Path) -> None:
    """As ``niah show`` tells them: accuracy, document and controls of each, and a frame's rows."""
    run = niah.load(store / "niah.db")["own-questions"]
    questions = run.questions()
    assert len(questions) == len(list(questions)) > 1
    assert questions.all.n == sum(one.accuracy.n for one in questions) == 8
    assert {one.question for one in questions} == {one.question for one in questions.tried}
    assert all(set(one.controls) == {"absent", "needle-only"} for one in questions)
    assert questions.not_known.n == 8 - sum(one.accuracy.n for one in questions.known)
    frame = run.questions_frame()
    assert frame["question"].tolist() == [one.question.text for one in questions]
    assert frame["n"].sum() == 8
    assert frame["no-context"].isna().all()
    assert frame["needle-only"].tolist() == [one.controls["needle-only"] for one in questions]
    assert set(frame["answered_without"]) <= {True, False}
    files = {path.name for path in (ROOT / "configs" / "own-documents").iterdir()}
    named = {name for one in questions for name in one.documents}
    assert named
    assert named <= files


def test_what_has_no_fixed_questions_says_so(store: Path) -> None:
    """Drawn numbers are known to nobody; the frame of such a run is empty."""
    runs = niah.load(store / "niah.db")
    for run in (runs["quickstart"], runs["published"]):
        with pytest.raises(ConfigurationError, match="no question that is the same in every trial"):
            run.questions(run.models[0])
        assert len(run.questions_frame()) == 0


def test_questions_without_controls_are_told_too() -> None:
    """Nothing is known of what the model knew, and none counts as answered without its passage."""
    records = [
        replace(record(1000, 50, at, score), question=text, answers=("x",), tags=tags)
        for at, (text, score) in enumerate([("a?", 1.0), ("a?", 0.0), ("<b>?", 1.0)])
        for tags in [{QUESTION_TAG: "fixed", DOCUMENT_TAG: HOSTILE}]
    ]
    found = Questions(
        model="m", origin="simulated", result=each_question(fixed_questions(records), {})
    )
    assert [one.accuracy.value for one in found] == [1.0, 0.5]
    assert found.tried == found.known == found.unreadable == ()
    assert found.not_known.n == 0
    html = found._repr_html_()
    assert "simulated" in html
    assert "<script" not in html
    assert "<b>" not in html


@pytest.mark.slow
def test_a_real_notebook_kernel_shows_them(store: Path) -> None:
    """A Jupyter kernel runs the examples and displays tables and a figure with its description."""
    cells = [*EXAMPLES, "table", "runs", "run", "figure", "questions"]
    notebook = nbformat.from_dict(  # type: ignore[no-untyped-call]
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {},
            "cells": [
                {
                    "cell_type": "code",
                    "id": f"cell-{number}",
                    "metadata": {},
                    "source": source,
                    "outputs": [],
                    "execution_count": None,
                }
                for number, source in enumerate(cells)
            ],
        }
    )
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(store)}}
    ).execute()
    table, runs, run, figure, questions = (cell.outputs[-1].data for cell in notebook.cells[-5:])
    assert "answered without what answers them" in questions["text/html"]
    assert "| model | effective |" in table["text/markdown"]
    assert "<table>" in runs["text/html"]
    assert "reference/exact" in run["text/html"]
    assert figure["image/png"]
    assert 'alt="Reference reader' in figure["text/html"]
