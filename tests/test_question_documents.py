"""A fact names its document: the passage is looked up there, and reports say where it stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from niah.haystacks.gazetteer import generate
from tests.command import Niah

RULE = "Deposits are paid back\nwithin fourteen days of the return of the keys."
ONE_LINE = " ".join(RULE.split())
CONTRACTS = {
    "harbour.md": f"# The harbour lease\n\n{RULE}\n\nThe rent of the shed is 410 crowns.",
    "old/mill.md": f"# The mill lease\n\nThe rent of the mill is 410 crowns.\n\n{ONE_LINE}",
    "notes.txt": "The ferry runs on Sundays only.",
    "empty.md": "\n",
}
DEPOSIT = {"question": "When are deposits paid back?", "answers": ["within fourteen days"]}
RENT = {"question": "What is the rent in crowns?", "answers": ["410 crowns"]}
CONFIG = """
models = ["reference/exact"]
[grid]
context_lengths = [500]
depth_percents = [0, 100]
trials = 4
[task]
kind = "question-answering"
path = "q.jsonl"
[haystack]
path = "contracts"
repeat = true
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Two contracts with one rule, its lines broken otherwise, and much else."""
    for name, text in CONTRACTS.items():
        path = tmp_path / "contracts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    filler = tmp_path / "contracts" / "zz.txt"
    filler.write_text(generate("en", 3_000), encoding="utf-8")
    path = tmp_path / "own.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def ask(config: Path, *rows: dict[str, Any]) -> None:
    lines = "\n".join(map(json.dumps, rows))
    config.with_name("q.jsonl").write_text(lines, encoding="utf-8")


def prompts(niah: Niah) -> list[str]:
    shown = (
        niah("show", "latest", "--length", "500", "--depth", depth, "--prompt", "--json").json
        for depth in ("0", "100")
    )
    return [" ".join(message["content"] for message in one["messages"]) for one in shown]


@pytest.mark.parametrize(
    ("document", "form"), [("harbour.md", RULE), ("old/mill.md", ONE_LINE), ("./harbour.md", RULE)]
)
def test_a_passage_is_taken_from_the_document_that_is_named(
    niah: Niah, config: Path, document: str, form: str
) -> None:
    """As it stands there; the other document's copy of it is not left in the haystack."""
    ask(config, DEPOSIT | {"passage": ONE_LINE, "document": document})
    done = niah("run", config, "-q", "--json")
    assert done.code == 0, done.err
    for prompt in prompts(niah):
        assert prompt.count(form) == 1
        assert " ".join(prompt.split()).count(ONE_LINE) == 1
    exported = niah("export", "latest", "--format", "jsonl").out.splitlines()
    names = {json.loads(line)["tags"]["document"] for line in exported}
    assert names == {document.removeprefix("./")}


def test_without_a_passage_the_document_has_one_paragraph_that_answers(
    niah: Niah, config: Path
) -> None:
    """The same answer in other documents does not make the question unclear."""
    ask(config, RENT)
    unclear = niah("plan", config)
    assert unclear.code == 2
    assert "2 paragraphs of the haystack state its answer '410 crowns'" in unclear.err
    ask(config, RENT | {"document": "old/mill.md"})
    assert niah("run", config, "-q").code == 0
    assert all(prompt.count("The rent of the mill is 410 crowns.") == 1 for prompt in prompts(niah))


def test_a_csv_names_documents_in_a_column(niah: Niah, config: Path) -> None:
    """An empty cell names none."""
    config.with_name("q.csv").write_text(
        "question,answers,document\n"
        "What is the rent?,410 crowns,harbour.md\n"
        "When does the ferry run?,on Sundays|Sundays only,\n",
        encoding="utf-8",
    )
    done = niah("run", config, "-q", "--json", "--set", "task.path=q.csv")
    assert done.code == 0, done.err
    told = {
        (row["question"], row["tags"]["document"])
        for row in map(json.loads, niah("export", "latest", "--format", "jsonl").out.splitlines())
    }
    assert told == {
        ("What is the rent?", "harbour.md"),
        ("When does the ferry run?", "notes.txt"),
    }


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"document": "harbor.md"}, "of the 4 documents with text in the haystack; did you mean "
         "'harbour.md'?"),
        ({"document": "empty.md"}, "is none of the 4 documents with text"),
        ({"document": "../own.toml"}, "give a file's path below haystack.path, such as"),
        ({"document": 7}, "line 2.document is not a text"),
        ({"document": "notes.txt"}, "stand in 'notes.txt', but in 'harbour.md' and 1 more"),
        ({"document": "harbour.md", "passage": None, "text": "New."}, "keep one of them"),
        ({"document": "notes.txt", "passage": None}, "no paragraphs of 'notes.txt' state"),
    ],
)  # fmt: skip
def test_a_document_that_cannot_be_meant_is_named(
    niah: Niah, config: Path, row: dict[str, Any], said: str
) -> None:
    """File, line and what would be right, in one sentence, before anything is sent."""
    ask(config, RENT | {"document": "harbour.md"}, DEPOSIT | {"passage": ONE_LINE} | row)
    done = niah("run", config)
    assert done.code == 2
    assert "q.jsonl, line 2" in done.err
    assert said in done.err
    assert "Traceback" not in done.err


def test_a_haystack_without_documents_is_said(niah: Niah, config: Path) -> None:
    """A corpus of niah's own has none to name."""
    ask(config, DEPOSIT | {"passage": ONE_LINE, "document": "harbour.md"})
    config.write_text(CONFIG.replace('path = "contracts"\nrepeat = true', ""), encoding="utf-8")
    done = niah("plan", config)
    assert done.code == 2
    assert "the haystack has none; set haystack.path to the folder" in done.err


def test_naming_the_only_document_asks_nothing_anew(niah: Niah, config: Path) -> None:
    """Where a passage stands is found without being named; the name changes no prompt."""
    named = RENT | {"passage": "The rent of the mill is 410 crowns."}
    ask(config, named)
    run = niah("run", config, "-q", "--json").json["run"]
    ask(config, named | {"document": "old/mill.md"})
    assert niah("run", config, "-q", "--json").json["run"] == run
    row = json.loads(niah("export", run, "--format", "jsonl").out.splitlines()[0])
    assert row["tags"]["document"] == "old/mill.md"


def test_a_passage_in_several_documents_is_said_in_the_plan(niah: Niah, config: Path) -> None:
    """With the question, so that its document can be named."""
    ask(config, DEPOSIT | {"passage": ONE_LINE})
    planned = niah("plan", config)
    assert "1 have a passage that stands in several documents" in planned.out + planned.err
    ask(config, DEPOSIT | {"passage": ONE_LINE, "document": "harbour.md"})
    planned = niah("plan", config)
    assert "several documents" not in planned.out + planned.err


STORY = ["The mill has a keeper.", "His name is Abel Orne.", "He came from Rye.", "He left in May."]
ASKED = {"question": "What is the keeper's name?", "answers": ["Abel Orne"], "passage": STORY[1]}


@pytest.mark.parametrize(
    ("around", "planted"),
    [("1", STORY[:3]), ("2", STORY), ("'document'", STORY), ("0", STORY[1:2])],
)
def test_what_stands_around_a_passage_can_be_planted_with_it(
    niah: Niah, config: Path, around: str, planted: list[str]
) -> None:
    """So many paragraphs of its document on each side, once and nowhere else in the prompt."""
    text = "\n\n".join(STORY)
    config.with_name("contracts").joinpath("old", "keeper.md").write_text(text, encoding="utf-8")
    ask(config, ASKED)
    done = niah("run", config, "-q", "--json", "--set", f"task.around={around}")
    assert done.code == 0, done.err
    for prompt in prompts(niah):
        assert prompt.count("\n\n".join(planted)) == 1
        assert all(prompt.count(part) == 1 for part in planted)


def test_neighbours_that_are_both_asked_about_are_taken_out_once(niah: Niah, config: Path) -> None:
    """Where what stands around two passages overlaps, nothing of either is left in the haystack."""
    text = "\n\n".join(STORY)
    config.with_name("contracts").joinpath("old", "keeper.md").write_text(text, encoding="utf-8")
    other = {"question": "From where did he come?", "answers": ["Rye"], "passage": STORY[2]}
    ask(config, ASKED, other)
    done = niah("run", config, "-q", "--set", "task.around=1", "--set", "grid.trials=6")
    assert done.code == 0, done.err
    exported = niah("export", "latest", "--format", "jsonl").out.splitlines()
    assert len({json.loads(line)["question"] for line in exported}) == 2
    for prompt in prompts(niah):
        assert all(prompt.count(part) <= 1 for part in STORY)
        assert sum(part in prompt for part in STORY) == 3


@pytest.mark.parametrize(
    ("around", "said"),
    [
        ("'page'", "task.around = 'page' is neither a number of paragraphs nor"),
        ("-1", "task.around = -1 is not a whole number"),
        ("'document'", "line 1: its passage with what task.around adds has 2"),
    ],
)
def test_what_cannot_be_planted_around_a_passage_is_said(
    niah: Niah, config: Path, around: str, said: str
) -> None:
    """A word, a negative number, and more than can be planted."""
    long = "\n\n".join([STORY[1], *(f"Line {number} is dull." for number in range(1_200))])
    config.with_name("contracts").joinpath("old", "keeper.md").write_text(long, encoding="utf-8")
    ask(config, ASKED)
    done = niah("plan", config, "--set", f"task.around={around}")
    assert done.code == 2
    assert said in done.err


def test_reports_say_where_a_question_is_answered(niah: Niah, config: Path) -> None:
    """Beside a question that is not answered from its passage alone, in every form."""
    ask(config, DEPOSIT | {"answers": ["soon"], "passage": ONE_LINE, "document": "harbour.md"})
    config.write_text(
        CONFIG + '[controls]\ntrials = 1\nkinds = ["needle-only"]\n', encoding="utf-8"
    )
    done = niah("run", config, "-q", "--json")
    (one,) = done.json["sweeps"][0]["questions"]["each"]
    assert one["documents"] == ["harbour.md"]
    asked = "When are deposits paid back? [harbour.md]"
    assert asked in niah("show", "latest").out
    for name in ("r.md", "r.html", "r.tex"):
        niah("report", "latest", "-o", name, "--no-passages")
        assert asked in Path(name).read_text(encoding="utf-8").replace("\\", "")
