"""Files with several tasks, the RULER one among them, from the plan to the table."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pytest

from niah.errors import ExperimentError
from niah.experiment import load_experiment, load_suite
from niah.runner.prepare import prepare
from niah.runner.prepared import compose_prompt
from niah.scoring import score
from tests.command import Niah, command
from tests.test_question_answering import HOTPOT, SQUAD

RULER = Path(__file__).parent.parent / "configs" / "ruler.toml"
HERE = (
    "--set=haystack.source=gazetteer",
    "--set=grid.context_lengths=['4K', '5K']",
    "--set=grid.depth_percents=[20, 80]",
)
FILES = ((1, "squad"), (2, "hotpot"))
SMALL = """
models = ["reference/decay"]
[grid]
context_lengths = ["1K", "2K", "4K", "64K"]
depth_percents = [0, 50, 100]
trials = 2
[task]
scorer = "substring"
[table]
title = "Small"
published = "ruler"
effective = "ruler"
[[tasks]]
name = "one"
kind = "single"
[[tasks]]
name = "two"
kind = "multi-key"
keys = 3
[[tasks]]
name = "three"
kind = "single"
haystack = { source = "noise" }
"""
OVERPRICED = """
models = ["reference/exact"]
[grid]
context_lengths = ["1K"]
depth_percents = [0, 50]
[limits]
concurrency = 1
[model."reference/exact"]
price = { input = 1000, output = 0 }
[[tasks]]
name = "one"
kind = "single"
[[tasks]]
name = "two"
kind = "single"
"""


@pytest.fixture
def niah(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Niah:
    return command(monkeypatch, capsys, tmp_path)


def test_the_ruler_file_has_its_tasks_lengths_and_scoring() -> None:
    """Eleven named tasks at 4K to 128K, scored by substring, as many trials at each length."""
    suite = load_suite(RULER)
    assert suite is not None
    names = [experiment.task.name for experiment in suite.experiments]
    assert (
        names
        == (
            "single-1 single-2 single-3 multi-key-1 multi-key-2 multi-key-3 multi-value "
            "multi-query variable-tracking common-words frequent-words"
        ).split()
    )
    lengths = tuple(1000 * 2**power for power in range(2, 8))
    for experiment in suite.experiments:
        grid = experiment.grid
        assert experiment.task.scorer == "substring"
        assert grid.context_lengths == lengths
        assert grid.trials * len(grid.depth_percents) == 10
    noise = [e.task.name for e in suite.experiments if e.haystack.source == "noise"]
    assert noise == ["single-1", "variable-tracking"]


def test_files_of_questions_bring_the_tasks_to_thirteen(niah: Niah, tmp_path: Path) -> None:
    """SQuAD's and HotpotQA's files are named by --set, and the title no longer counts."""
    (tmp_path / "squad.json").write_text(json.dumps(SQUAD), encoding="utf-8")
    (tmp_path / "hotpot.json").write_text(json.dumps(HOTPOT), encoding="utf-8")
    told = niah("plan", RULER, *HERE)
    assert "qa-1 is left out; --set tasks.qa-1.path=FILE takes it in" in told.err
    files = [f"--set=tasks.qa-{n}.path={tmp_path}/{name}.json" for n, name in FILES]
    done = niah("run", RULER, *HERE, *files, "--json")
    assert done.code == 0, done.err
    assert done.json["title"] == "RULER-style, own wording"
    assert len(done.json["runs"]) == 13
    tasks = {row["label"].rpartition(", ")[2] for row in done.json["table"]}
    assert {"qa-1", "qa-2"} <= tasks


def test_output_limits_leave_room_to_reason() -> None:
    """A model that reasons gets 16,384 tokens, any other at least four times RULER's limit."""
    suite = load_suite(RULER, model_ids=("openai/o3-mini", "openai/gpt-4o"))
    assert suite is not None
    for experiment in suite.experiments:
        thinking, plain = experiment.resolved_models()
        assert experiment.max_output_tokens(thinking) == 16_384
        assert experiment.max_output_tokens(plain) >= 4 * 128


def test_the_plan_shows_every_task_and_the_price_of_all(niah: Niah) -> None:
    """The tasks' prices are a million input tokens' price times their tokens, and add up."""
    told = niah("plan", RULER, *HERE, "-m", "openai/gpt-4o", "--json").json
    assert len(told["tasks"]) == 11
    assert told["trials"] == 11 * 2 * 2
    assert told["input_tokens"] == 11 * 2 * (4_000 + 5_000)
    dearest = told["input_tokens"] * 2.5e-6 + told["trials"] * 512 * 10e-6
    assert told["cost_usd_at_most"] == pytest.approx(dearest)
    page = niah("plan", RULER, *HERE, "-m", "openai/gpt-4o").out
    assert "RULER-style, own wording: 11 of 13 tasks; add your QA file for the other" in page
    assert all(task["task"] in page for task in told["tasks"])
    assert "responses of up to 512 tokens" in page
    assert "$200.00" in page


@pytest.mark.parametrize("task", ["multi-key-1", "common-words"])
def test_responses_are_scored_as_ruler_does(task: str) -> None:
    """A list of all candidates has full marks, half of the answers their share, others none."""
    suite = load_suite(RULER, overrides=[override.removeprefix("--set=") for override in HERE])
    assert suite is not None
    (experiment,) = (e for e in suite.experiments if e.task.name == task)
    prepared = prepare(experiment)
    challenge, prompt = compose_prompt(prepared, prepared.trials[0])
    assert score(prompt.messages[-1].content.upper(), challenge).value == 1
    assert score("None of it.", challenge).value == 0
    half = challenge.answers[: len(challenge.answers) // 2]
    assert score(f"Perhaps {half}", challenge).value == len(half) / len(challenge.answers)
    if challenge.forbidden:
        own = replace(challenge, scorer="values")
        assert score(", ".join([*challenge.answers, *challenge.forbidden]), own).value < 1


@pytest.mark.slow
def test_a_small_ruler_run_ends_in_its_table(niah: Niah) -> None:
    """The eleven tasks' mean stands beside the published rows, in the same columns."""
    outcome = niah("run", RULER, *HERE, "-m", "reference/exact", "-q")
    assert outcome.code == 0, outcome.err
    for words in ("RULER-style, own wording: 11 of 13 tasks", "simulated", "mean of 11 tasks"):
        assert words in outcome.out
    told = niah("run", RULER, *HERE, "-m", "reference/exact", "-q", "--json").json
    assert told["status"] == "complete"
    assert sum(run["sent"] for run in told["runs"]) == 0
    rows = {row["label"]: row for row in told["table"]}
    for task in ("single-1", "single-2", "single-3", "multi-key-1", "multi-key-2", "multi-key-3"):
        assert rows[f"reference/exact, {task}"]["average"]["accuracy"] == 1
    gemini = rows["Gemini-1.5-pro (4Ki–128Ki)"]
    assert gemini["source"] == "published"
    assert gemini["by_length"]["4000"]["accuracy"] == pytest.approx(0.967)


def test_mean_weights_and_effective_length_are_the_trials(niah: Niah, tmp_path: Path) -> None:
    """The mean row is what the exported trials give by RULER's definitions."""
    (tmp_path / "small.toml").write_text(SMALL)
    told = niah("run", "small.toml", "-q", "--json").json
    scores: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for run in told["runs"]:
        for line in niah("export", run["run"], "--format", "jsonl").out.splitlines():
            trial = json.loads(line)
            scores[trial["task"]][trial["context_length"]].append(trial["score"])
    lengths = [1_000, 2_000, 4_000, 64_000]
    assert sorted(scores) == ["one", "three", "two"]
    means = [fmean(fmean(own[length]) for own in scores.values()) for length in lengths]
    assert len(set(means)) > 1
    row = next(row for row in told["table"] if row["label"].endswith("mean of 3 tasks"))
    assert [row["by_length"][str(n)]["accuracy"] for n in lengths] == pytest.approx(means)
    assert row["average"]["accuracy"] == pytest.approx(fmean(means))
    rising = sum(rank * mean for rank, mean in enumerate(means, 1)) / 10
    falling = sum(rank * mean for rank, mean in zip((4, 3, 2, 1), means, strict=True)) / 10
    assert row["rising"]["accuracy"] == pytest.approx(rising)
    assert row["falling"]["accuracy"] == pytest.approx(falling)
    passed = [all(mean >= 0.856 for mean in means[: rank + 1]) for rank in range(4)]
    longest = [length for length, kept in zip(lengths, passed, strict=True) if kept]
    assert row["effective_tokens"] == (longest[-1] if longest else 0)
    assert 0 < row["effective_tokens"] < 64_000
    text = Path(told["figures"][0]).read_text(encoding="utf-8")
    assert "mean of 3 tasks" in text
    assert "simulated" in text


def test_all_tasks_share_one_budget(niah: Niah, tmp_path: Path) -> None:
    """A trial costs a dollar: of four, a budget for three sends three, however often it is run."""
    (tmp_path / "dear.toml").write_text(OVERPRICED)
    first = niah("run", "dear.toml", "-q", "--json", "--max-cost", "3.6")
    assert first.code == 3
    assert "1 of 2 tasks are complete" in first.err
    assert first.json["cost_usd"] == pytest.approx(3, rel=0.05)
    table = Path(first.json["figures"][0]).read_text(encoding="utf-8")
    assert "Incomplete, 1 of 2 tasks are done: dear" in table
    again = niah("run", "dear.toml", "-q", "--json", "--max-cost", "3.6")
    assert again.json["cost_usd"] == first.json["cost_usd"]
    rest = niah("run", "dear.toml", "-q", "--json", "--max-cost", "9")
    assert rest.code == 0
    assert sum(run["trials"] for run in rest.json["runs"]) == 4
    assert rest.json["title"] == "dear"


def test_other_commands_name_the_two_that_take_several_tasks() -> None:
    """A command that needs a single task says so."""
    with pytest.raises(ExperimentError, match="several tasks; niah run and niah plan"):
        load_experiment(RULER)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[tasks]]\nname='a'\nkind='single'", "two or more"),
        ("[[tasks]]\nname='a'\nkind='single'\n" * 2, "'a' is there twice"),
        ("[[tasks]]\nname='a'\n[[tasks]]\nname='b'\nkind='single'", "number 1 needs a name"),
        ("tasks = 3", "two or more"),
        (
            "[[tasks]]\nname='a'\nkind='single'\ngrid=1\n[[tasks]]\nname='b'\nkind='single'",
            "'a'.*grid: must be a table",
        ),
        (
            "[[tasks]]\nname='a'\nkind='single'\n[[tasks]]\nname='b'\nkind='single'\n"
            "[table]\ntitel='x'",
            "unknown key table.titel; did you mean 'title'",
        ),
        (
            "[[tasks]]\nname='a'\nkind='single'\n[[tasks]]\nname='b'\nkind='single'\n"
            "[table]\neffective='always'",
            "table.effective: not a rule",
        ),
    ],
)
def test_bad_files_say_what_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    """One sentence with the file and the key."""
    path = tmp_path / "bad.toml"
    grid = "models=['reference/exact']\n[grid]\ncontext_lengths=[1000]\ndepth_percents=[0]\n"
    path.write_text(text + "\n" + grid if text.startswith("tasks") else grid + text)
    with pytest.raises(ExperimentError, match=rf"(?s)bad\.toml.*{message}"):
        load_suite(path)
