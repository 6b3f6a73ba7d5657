"""Which questions are answered without what answers them: memory does not count as a find."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from niah.haystacks.gazetteer import generate
from niah.statistics.questions import Question, fixed_questions, question_results
from niah.store import QUESTION_TAG, TrialRecord
from tests.command import Niah
from tests.test_statistics_grids import record

TOWERS = ("Aldmoor", "Brackwell", "Corvane", "Dunmere", "Eskhollow", "Farrowby", "Glenhaugh")
TWICE = "Corvane"
CONFIG = """
models = ["reference/exact"]
[grid]
context_lengths = [1000, 2000]
depth_percents = [0, 50, 100]
trials = 4
[task]
kind = "question-answering"
path = "questions.jsonl"
[haystack]
path = "documents"
repeat = true
[controls]
trials = 1
kinds = ["no-context", "needle-only", "absent"]
"""


def says(tower: str, number: int) -> str:
    return f"The bell of the tower of {tower} weighs {number} pounds."


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Seven towers with a passage each; what one of them says also stands in another paragraph."""
    documents = tmp_path / "documents"
    documents.mkdir()
    numbers = {tower: 4100 + 37 * place for place, tower in enumerate(TOWERS)}
    other = f"{says(TWICE, numbers[TWICE])[:-1]} by an old letter."
    parts = [says(tower, number) for tower, number in numbers.items()]
    text = "\n\n".join([*parts, other, generate("en", 1_200)])
    (documents / "towers.md").write_text(text, encoding="utf-8")
    rows = [
        {
            "question": f"How many pounds does the bell of the tower of {tower} weigh?",
            "answers": [str(number)],
            "passage": says(tower, number),
        }
        for tower, number in numbers.items()
    ]
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    path = tmp_path / "towers.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def asked_in(niah: Niah, run: str) -> set[str]:
    exported = niah("export", run, "--format", "jsonl").out
    return {json.loads(line)["question"] for line in exported.splitlines()}


def test_every_question_of_a_sweep_is_asked_without_its_passage(niah: Niah, config: Path) -> None:
    """Once at least in each control, however few trials it has; each cell of a control counts."""
    done = niah("run", config, "-q", "--json").json
    planned = {
        one["control"]: one["trials"] for one in niah("plan", config, "--json").json["controls"]
    }
    listed = niah("runs", "--json").json["runs"]
    sweep = asked_in(niah, done["run"])
    assert len(sweep) == len(TOWERS)
    for run in listed:
        if run["parent"] is None:
            continue
        control = next(name for name in planned if run["name"].endswith(name))
        assert asked_in(niah, run["run"]) == sweep
        assert run["trials"] == run["planned_trials"] == planned[control]
        assert len(TOWERS) <= run["trials"] <= len(TOWERS) + 1
        shown = niah("show", run["run"], "--json").json["sweeps"][0]
        assert shown["trials"] == shown["planned"]
        length = str(shown["by_length"][0]["context_length"])
        assert niah("show", run["run"], "--length", length, "--prompt").code == 0


def test_what_the_text_says_elsewhere_is_no_find(niah: Niah, config: Path) -> None:
    """The question is named, and the accuracy over the others leaves its trials out."""
    config.write_text(CONFIG.replace("exact", "last-700"), encoding="utf-8")
    done = niah("run", config, "-q", "--json").json
    told = done["sweeps"][0]["questions"]
    assert (told["asked"], told["asked_without"], told["answered_without"]) == (7, 7, 1)
    (known,) = (one for one in told["each"] if one["answered_without"])
    assert TWICE in known["question"]
    assert known["controls"] == {"no-context": 0.0, "needle-only": 1.0, "absent": 1.0}
    others = [one for one in told["each"] if one is not known]
    assert told["all"]["n"] == 24
    assert told["not_answered_without"]["n"] == sum(one["n"] for one in others) < 24
    hits = sum(one["accuracy"] * one["n"] for one in others)
    assert told["not_answered_without"]["accuracy"] * told["not_answered_without"]["n"] == (
        pytest.approx(hits)
    )
    assert told["not_answered_without"]["accuracy"] < told["all"]["accuracy"] < 1
    text = niah("show", "latest").out
    assert "1 of 7 answered without what answers them" in text
    assert f"the tower of {TWICE} weigh? [towers.md] (absent)" in text
    assert niah("show", "latest", "--json").json["sweeps"][0]["questions"] == told


def test_trials_that_ask_nothing_new_are_counted(niah: Niah, config: Path) -> None:
    """Few questions in a short text soon make the same prompt twice, and no interval knows that."""
    niah("run", config, "-q", "--set", "grid.trials=12", "--no-controls")
    prompts = [
        json.loads(line)["prompt_sha256"] for line in niah("export", "latest").out.splitlines()
    ]
    repeated = len(prompts) - len(set(prompts))
    assert 0 < repeated < len(prompts) == 72
    assert niah("show", "latest", "--json").json["sweeps"][0]["repeated_prompts"] == repeated
    told = f"{repeated} of 72 trials were asked word for word what another one was asked"
    assert told in niah("show", "latest").out
    niah("report", "latest", "--out", "report.md", "--no-passages")
    assert told in Path("report.md").read_text(encoding="utf-8")


def test_questions_that_are_drawn_anew_are_not_told_one_by_one(niah: Niah, config: Path) -> None:
    """Nobody knows a number by heart that was drawn for one trial."""
    own = CONFIG.replace('kind = "question-answering"\npath = "questions.jsonl"', 'kind = "single"')
    config.write_text(own, encoding="utf-8")
    done = niah("run", config, "-q", "--json").json
    assert "questions" not in done["sweeps"][0]
    assert {one["control"]: one["trials"] for one in done["sweeps"][0]["controls"]} == {
        "no-context": 2,
        "needle-only": 2,
        "absent": 2,
    }


def asked(question: str, *scores: float | None) -> list[TrialRecord]:
    """Trials of a fixed question; None = failed."""
    measured = [
        replace(
            record(1000, 50, at, score or 0.0),
            question=question,
            answers=("x",),
            tags={QUESTION_TAG: "fixed"},
        )
        for at, score in enumerate(scores)
    ]
    return [
        replace(one, outcome="failed", score=None) if score is None else one
        for one, score in zip(measured, scores, strict=True)
    ]


def results(sweep: list[TrialRecord], **controls: list[TrialRecord]) -> Any:
    beside = {name.replace("_", "-"): fixed_questions(own) for name, own in controls.items()}
    return question_results(fixed_questions(sweep), beside)


def test_what_was_not_measured_without_its_passage_is_neither_known_nor_not() -> None:
    """Failed or missing control trials put a question into no count but that of all."""
    sweep = [*asked("a", 1.0, 1.0), *asked("b", 1.0, 0.0), *asked("c", 0.0, 0.0), *asked("d", 1.0)]
    found = results(
        sweep,
        no_context=[*asked("a", 0.6), *asked("b", 0.4), *asked("c", None)],
        absent=[*asked("b", 0.0, 1.0), *asked("c", None)],
        needle_only=[*asked("b", 0.0), *asked("c", 1.0)],
    )
    names = {one.question.text: one for one in found.questions}
    assert names["a"].known == ("no-context",)
    assert names["b"].known == ("absent",)
    assert [one.question.text for one in found.tried] == ["a", "b"]
    assert [one.question.text for one in found.unreadable] == ["b"]
    assert not names["c"].tried
    assert found.all.n == 7
    assert found.not_known.n == 0


def test_without_a_control_there_is_nothing_to_tell() -> None:
    """Nor with one that asked other questions, or the same with other answers."""
    sweep = asked("a", 1.0)
    assert results(sweep) is None
    assert results(sweep, absent=asked("b", 1.0)) is None
    assert results(sweep, absent=[replace(one, answers=("y",)) for one in asked("a", 1.0)]) is None
    assert Question(text="a", answers=("x",)) in fixed_questions(sweep)


def test_a_report_names_the_questions_that_test_no_retrieval(niah: Niah, config: Path) -> None:
    """Beside its controls, in every form and language, with the accuracy over the others."""
    config.write_text(CONFIG.replace("exact", "last-700"), encoding="utf-8")
    niah("run", config, "-q")
    for name, language, words in (
        ("r.html", "en", ("answers 1 of 7 questions", "answered without its passage")),
        ("r.md", "de", ("beantwortet 1 von 7 Fragen", "ohne die Stelle beantwortet")),
        ("r.tex", "en", ("answers 1 of 7 questions", "answered without its passage")),
    ):
        done = niah("report", "latest", "-o", name, "--no-passages", "--language", language)
        assert done.code == 0, done.err
        text = Path(name).read_text(encoding="utf-8")
        assert all(part in text for part in (*words, f"the tower of {TWICE} weigh?"))
