"""niah import: published results, told from our own, whole or not at all."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niah.errors import ConfigurationError
from niah.imports import Choices
from niah.imports.collect import read_results
from niah.store.database import open_store
from niah.store.records import encode_trial
from niah.store.runs import find_run, latest_run
from niah.store.trials import iter_trials
from tests.command import Niah

PUBLISHED = Path(__file__).parents[2] / "shared" / "data" / "needlehaystack-results"
published = pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="the published results are not beside this checkout"
)
ROWS: list[dict[str, Any]] = [
    {"token_limit": 1000, "depth_percent": 0, "score": 10},
    {"token_limit": 1000, "depth_percent": 50.5, "score": 7},
    {"token_limit": 2000, "depth_percent": 0, "score": 1},
    {"token_limit": 2000, "depth_percent": 0, "score": 5},
]
EXPERIMENT = """
models = ["reference/exact"]
[grid]
context_lengths = [300, 500]
depth_percents = [0, 50]
trials = 2
"""


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def write(path: Path, content: object) -> Path:
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


@published
def test_the_published_rows_of_gpt_4_come_in_whole(niah: Niah) -> None:
    """225 trials, 92 % of them perfect, mean judge score 9.44: what the rows are known to hold."""
    file = PUBLISHED / "OpenAI_OriginalResults.json"
    done = niah("import", file, "-m", "openai/gpt-4-1106-preview", "--json")
    assert done.code == 0, done.err
    assert done.json["trials"] == 225
    assert done.json["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    with open_store("niah.db", access="read") as store:
        trials = list(iter_trials(store, done.json["run"]))
    scores = [trial.score or 0.0 for trial in trials]
    assert sum(score == 1 for score in scores) / 225 == pytest.approx(0.92)
    assert sum(9 * score + 1 for score in scores) / 225 == pytest.approx(9.44, abs=0.005)


@published
def test_the_published_files_of_claude_keep_their_repeats(niah: Niah) -> None:
    """746 files, 151 of them second versions of a cell, responses kept."""
    done = niah("import", PUBLISHED / "claude-2.1", "--pass-mark", "7", "--json")
    assert done.code == 0, done.err
    assert done.json["models"] == ["claude-2.1"]
    with open_store("niah.db", access="read") as store:
        trials = list(iter_trials(store, done.json["run"]))
    assert len(trials) == 746
    assert sum(trial.repeat == 1 for trial in trials) == 151
    assert {trial.score for trial in trials} == {0.0, 1.0}
    assert all(trial.response for trial in trials)


def test_judge_scores_are_mapped_as_is_said(niah: Niah, tmp_path: Path) -> None:
    """1 to 10 becomes 0 to 1 evenly, or by a pass mark; the score as given stays on record."""
    file = write(tmp_path / "rows.json", ROWS)
    even = niah("import", file, "-m", "a/b", "--json")
    marked = niah("import", file, "-m", "a/b", "--pass-mark", "7", "--json")
    assert "judge scores of 1 to 10 mapped evenly to 0 to 1" in even.json["source"]
    assert "judge scores of 7 or more = 1, others 0" in marked.json["source"]
    with open_store("niah.db", access="read") as store:
        trials = list(iter_trials(store, even.json["run"]))
        assert [t.score for t in trials] == [1.0, pytest.approx(6 / 9), 0.0, pytest.approx(4 / 9)]
        assert [t.repeat for t in trials] == [0, 0, 0, 1]
        assert trials[1].score_reason.startswith("given as 7")
        assert [t.score for t in iter_trials(store, marked.json["run"])] == [1.0, 1.0, 0.0, 0.0]


def test_an_imported_run_says_so_wherever_it_is_shown(niah: Niah, tmp_path: Path) -> None:
    """The list of runs, the run and its figures name the source; there are no prompts to show."""
    file = write(tmp_path / "rows.json", ROWS)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    niah("import", file, "-m", "a/b", "--origin", "Some Paper, table 2")
    for shown in (niah("runs"), niah("show", "latest")):
        assert "Some Paper, table 2 (rows.json, SHA-256 " + digest[:12] in shown.out
    assert "imported " in niah("show", "latest").out
    assert niah("show", "latest", "--json").json["experiment_sha256"] == digest
    assert niah("plot", "latest", "--out", "map.svg").code == 0
    assert "Some Paper" in read(tmp_path / "map.svg")
    refused = niah("show", "latest", "--prompt")
    assert refused.code == 2
    assert "its prompts are not known" in refused.err


def test_nobody_goes_on_with_an_imported_run(niah: Niah, tmp_path: Path) -> None:
    """Even an import under an experiment's own hash is not its latest run."""
    file = write(tmp_path / "rows.json", ROWS)
    digest = niah("import", file, "-m", "a/b", "--json").json["sha256"]
    with open_store("niah.db", access="read") as store:
        assert find_run(store, "latest").experiment_sha256 == digest
        assert latest_run(store, digest) is None


def test_the_same_files_are_not_imported_twice(niah: Niah, tmp_path: Path) -> None:
    """A second import names the first; with other choices it is another run."""
    file = write(tmp_path / "rows.json", ROWS)
    first = niah("import", file, "-m", "a/b", "--json").json["run"]
    again = niah("import", file, "-m", "a/b")
    assert again.code == 2
    assert first in again.err
    assert niah("import", file, "-m", "a/b", "--pass-mark", "7").code == 0
    assert len(niah("runs", "--json").json["runs"]) == 2


def test_our_own_export_comes_back_the_same(niah: Niah, tmp_path: Path) -> None:
    """export, import, export: every trial alike but for the run's id, simulated still said."""
    write(tmp_path / "small.toml", EXPERIMENT)
    assert niah("run", "small.toml", "-q").code == 0
    niah("export", "latest", "--out", "one.jsonl")
    done = niah("import", "one.jsonl", "--json")
    assert done.code == 0, done.err
    niah("export", done.json["run"], "--out", "two.jsonl")
    one, two = (
        [{**json.loads(line), "run": ""} for line in read(tmp_path / name).splitlines()]
        for name in ("one.jsonl", "two.jsonl")
    )
    assert one == two
    newest = niah("runs", "--json").json["runs"][0]
    assert newest["simulated"]
    assert newest["source"].startswith("niah export (one.jsonl")


def test_rulers_predictions_are_scored_by_its_rule(niah: Niah, tmp_path: Path) -> None:
    """Share of the references found, any one for questions; length by folder, depth by tenths."""
    folder = tmp_path / "gpt" / "4096" / "pred"
    folder.mkdir(parents=True)
    rows = [
        {"index": 0, "pred": "It is 12 and 34.", "outputs": ["12", "56"], "length": 4000}
        | {"token_position_answer": 1900, "others": {}, "truncation": -1, "input": "x"},
        {"index": 1, "pred": "nothing", "outputs": ["12"], "length": 3990}
        | {"token_position_answer": 0},
    ]
    lines = "\n".join(map(json.dumps, rows))
    write(folder / "niah_multivalue.jsonl", lines + "\n")
    write(
        folder / "qa_1.jsonl",
        json.dumps({"index": 0, "pred": "PARIS", "outputs": ["Lyon", "Paris"], "length": 900}),
    )
    done = niah("import", folder, "-m", "openai/gpt-4", "--json")
    assert done.code == 0, done.err
    with open_store("niah.db", access="read") as store:
        trials = {(t.task, t.depth_percent): t for t in iter_trials(store, done.json["run"])}
    assert {key: trial.score for key, trial in trials.items()} == {
        ("ruler/niah_multivalue", 0.0): 0.0,
        ("ruler/niah_multivalue", 50.0): 0.5,
        ("ruler/qa_1", -1.0): 1.0,
    }
    assert {trial.context_length for trial in trials.values()} == {4096}
    assert trials["ruler/qa_1", -1.0].prompt_tokens == 900


def test_a_csv_has_the_columns_that_the_user_names(niah: Niah, tmp_path: Path) -> None:
    """Length, depth, score and model from any columns, in any range."""
    write(tmp_path / "table.csv", "tokens,where,points,llm\n8000,25,50,x/one\n8000,75,100,x/two\n")
    columns = ("--length-column", "tokens", "--depth-column", "where", "--score-column", "points")
    missing = niah("import", "table.csv")
    assert missing.code == 2
    assert "line 2: has no context_length; it has tokens, where, points, llm" in missing.err
    outside = niah("import", "table.csv", *columns, "--model-column", "llm")
    assert outside.code == 2
    assert "--score-range" in outside.err
    done = niah(
        "import", "table.csv", *columns, "--model-column", "llm", "--score-range", "0-100", "--json"
    )
    assert done.code == 0, done.err
    assert done.json["models"] == ["x/one", "x/two"]
    with open_store("niah.db", access="read") as store:
        assert [t.score for t in iter_trials(store, done.json["run"])] == [0.5, 1.0]


def test_inspect_logs_keep_failures_apart(niah: Niah, tmp_path: Path) -> None:
    """C, P, I and numbers are scores; a sample with an error or without a score is no zero."""
    where = {"length": 8000, "at": 50.0}
    samples = [
        {"epoch": 1, "metadata": where, "scores": {"judge": {"value": "C"}}, "target": "x"}
        | {"output": {"completion": "It is x."}},
        {"epoch": 2, "metadata": where, "scores": {"judge": {"value": "P"}}},
        {"epoch": 3, "metadata": where, "scores": {"judge": {"value": 0}}},
        {"epoch": 4, "metadata": where, "error": {"message": "timeout"}, "scores": None},
        {"epoch": 5, "metadata": where},
    ]
    log = {"version": 2, "eval": {"task": "niah", "model": "openai/gpt-4o"}, "samples": samples}
    write(tmp_path / "log.json", log)
    unnamed = niah("import", "log.json")
    assert unnamed.code == 2
    assert "sample 1: has no context_length; it has length, at" in unnamed.err
    done = niah("import", "log.json", *("--length-column", "length", "--depth-column", "at"))
    assert done.code == 0, done.err
    with open_store("niah.db", access="read") as store:
        trials = list(iter_trials(store, find_run(store, "latest").run))
    assert [(t.outcome, t.score) for t in trials] == [
        ("answered", 1.0),
        ("answered", 0.5),
        ("answered", 0.0),
        ("failed", None),
        ("failed", None),
    ]
    assert (trials[0].model, trials[0].task) == ("openai/gpt-4o", "inspect/niah")
    assert (trials[0].response, trials[0].answers) == ("It is x.", ("x",))


def test_json_rows_may_have_keys_of_any_name(niah: Niah, tmp_path: Path) -> None:
    """Named keys make any lines of JSON importable."""
    write(tmp_path / "a.jsonl", '{"n": 1000, "d": 0, "ok": 1}\n{"n": 1000, "d": 100, "ok": 0}\n')
    names = ("--length-column", "n", "--depth-column", "d", "--score-column", "ok")
    done = niah("import", "a.jsonl", "-m", "a/b", *names, "--json")
    assert done.code == 0, done.err
    assert done.json["trials"] == 2


KEYS = (
    *("token_limit", "context_length", "depth_percent", "score", "version", "model", "needle"),
    *("pred", "outputs", "length", "token_position_answer", "eval", "samples", "metadata"),
    *("trial_id", "prompt_sha256", "outcome", "scores", "value", "error", "placements"),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), inner, max_size=8)
    ),
    max_leaves=25,
)


NUMBERS = st.integers(-5, 200_000) | st.floats() | st.text("0123456789.e-", max_size=4) | JSON
LEGACY = st.fixed_dictionaries(
    {"token_limit": NUMBERS, "depth_percent": NUMBERS, "score": st.integers(1, 10) | NUMBERS},
    optional={"version": NUMBERS, "model": st.text(max_size=5) | JSON, "model_response": JSON},
)
RULER = st.fixed_dictionaries(
    {"pred": st.text(max_size=5) | JSON, "outputs": st.lists(st.text()) | JSON, "length": NUMBERS},
    optional={"token_position_answer": NUMBERS},
)


@settings(max_examples=120)
@given(document=JSON | st.lists(LEGACY, min_size=1, max_size=3) | st.lists(RULER, min_size=1))
def test_whatever_json_holds_is_a_run_or_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, document: object
) -> None:
    """No document makes the reader fail in any other way than by naming the file."""
    path = tmp_path_factory.getbasetemp() / "any.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    sentence = ""
    try:
        imported = read_results([path], Choices(model="a/b"), now=datetime.now(UTC))
    except ConfigurationError as error:
        sentence = str(error)
    if sentence:
        assert "any.json" in sentence
        assert sentence.isprintable()
        return
    assert all(trial.score is None or 0 <= trial.score <= 1 for trial in imported.trials)
    for trial in imported.trials:
        encode_trial(trial)  # whatever is accepted can be stored


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.json", "", "holds no result"),
        ("a.json", "[]", "holds no result"),
        ("a.json", "{", "line 1 is not JSON"),
        ("a.json", "[1, 2]", "entry 1 is not an object"),
        ("a.json", '{"x": 1}', "is no result of"),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.json", '[{"token_limit": 1, "depth_percent": 0, "score": NaN}]', "is not JSON"),
        ("a.json", '[{"token_limit": 1e999, "depth_percent": 0, "score": 1}]', "between 1 and"),
        ("a.json", '[{"token_limit": 9, "depth_percent": 101, "score": 1}]', "0 and 100"),
        ("a.json", '[{"token_limit": 9.5, "depth_percent": 0, "score": 1}]', "whole number"),
        ("a.json", '[{"token_limit": true, "depth_percent": 0, "score": 1}]', "not a number"),
        ("a.json", '[{"token_limit": 9, "depth_percent": 0, "score": 11}]', "between 1 and 10"),
        ("a.json", '[{"token_limit": 9, "depth_percent": 0, "score": null}]', "not a number"),
        ("a.json", '[{"token_limit": 9, "score": 1}]', "has no depth_percent"),
        ("a.jsonl", '{"pred": "x", "outputs": "12", "length": 9}', "list of accepted answers"),
        ("a.jsonl", '{"pred": 5, "outputs": ["12"], "length": 9}', "pred is not text"),
        (
            "a.jsonl",
            '{"trial_id": "x", "prompt_sha256": "", "outcome": "made up"}',
            "not a trial that niah exported",
        ),
        ("a.csv", "context_length,depth_percent,score\n9,0,=1+1\n", "score is '=1+1'"),
        ("a.csv", 'context_length,depth_percent,score\n9,"0', "is not a CSV file"),
        ("a.json", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "not JSON"),
    ],
)
def test_hostile_files_give_one_sentence_and_change_nothing(
    niah: Niah, tmp_path: Path, name: str, content: str, sentence: str
) -> None:
    """Exit code 2, one line that names the file, and no store comes into being."""
    write(tmp_path / name, content)
    refused = niah("import", name, "-m", "a/b")
    assert refused.code == 2
    assert refused.err.count("\n") == 1
    assert name in refused.err
    assert sentence in refused.err
    assert refused.out == ""
    assert not (tmp_path / "niah.db").exists()


@pytest.mark.parametrize(
    ("model", "rows", "sentence"),
    [
        (None, ROWS, "names no model; name it with --model"),
        ("a\x1b[31m/b", ROWS, "cannot be the name of a model"),
        ("a\u202e/b", ROWS, "cannot be the name of a model"),
        ("a/b", [{**ROWS[0], "model": 5}], "model is not text"),
    ],
)
def test_models_have_printable_names(
    niah: Niah, tmp_path: Path, model: str | None, rows: object, sentence: str
) -> None:
    """What a file or the user calls a model cannot steer a terminal."""
    write(tmp_path / "rows.json", rows)
    refused = niah("import", "rows.json", *(() if model is None else ("-m", model)))
    assert refused.code == 2
    assert sentence in refused.err
    assert "\x1b" not in refused.err


def test_binary_and_missing_files_give_one_sentence(niah: Niah, tmp_path: Path) -> None:
    """What is no UTF-8 text, no file, or a directory without results is named."""
    (tmp_path / "photo.json").write_bytes(b"\xff\xd8\xff\xe0")
    (tmp_path / "empty").mkdir()
    for name, sentence in (
        ("photo.json", "is not UTF-8 text (byte 0)"),
        ("none.json", "there is no such file"),
        ("empty", "holds no .json, .jsonl or .csv file"),
    ):
        refused = niah("import", name, "-m", "a/b")
        assert refused.code == 2
        assert sentence in refused.err


def test_a_file_name_cannot_steer_the_terminal(niah: Niah, tmp_path: Path) -> None:
    """What a directory calls its files is shown inert in messages and in the run's source."""
    folder = tmp_path / "results"
    folder.mkdir()
    write(folder / "a\x1b[31m.json", "{")
    refused = niah("import", "results", "-m", "a/b")
    assert refused.code == 2
    assert "\x1b" not in refused.err
    write(folder / "a\x1b[31m.json", ROWS)
    done = niah("import", folder / "a\x1b[31m.json", "-m", "a/b")
    assert done.code == 0, done.err
    assert "\x1b" not in done.out + niah("runs").out + niah("show", "latest").out


def test_files_of_two_formats_are_not_mixed(niah: Niah, tmp_path: Path) -> None:
    """Judge scores and RULER's shares do not end in one run."""
    write(tmp_path / "a.json", ROWS)
    write(tmp_path / "b.jsonl", json.dumps({"pred": "x", "outputs": ["x"], "length": 9}))
    refused = niah("import", "a.json", "b.jsonl", "-m", "a/b")
    assert refused.code == 2
    assert "of different formats" in refused.err
