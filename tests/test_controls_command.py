"""niah run --controls: measured beside the map, within its budget, never among its numbers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from niah.store.database import open_store
from niah.store.runs import spent_usd
from tests.command import Niah

CONFIG = """
name = "beside"
models = ["reference/last-2000@guess=0.5"]
[grid]
context_lengths = [1000, 4000]
depth_percents = [0, 50, 100]
trials = 2
[haystack]
source = "gazetteer"
[controls]
trials = 12
"""
PRICED = """
[limits]
concurrency = 1
[model."reference/last-2000@guess=0.5"]
price = { input = 10, output = 0 }
"""
KINDS = ["no-context", "needle-only", "absent", "from-end"]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "beside.toml"
    path.write_text(CONFIG, encoding="utf-8")
    return path


def shares(sweep: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one["control"]: one for one in sweep["controls"]}


def test_controls_tell_guessing_ceiling_invention_and_length(niah: Niah, config: Path) -> None:
    """Of a reader of its last 2,000 tokens that makes up every second answer it does not find."""
    done = niah("run", config, "-q", "--json")
    assert done.code == 0
    (sweep,) = done.json["sweeps"]
    found = shares(sweep)
    assert list(found) == KINDS
    assert (found["no-context"]["n"], found["no-context"]["accuracy"]) == (24, 0.0)
    assert (found["needle-only"]["n"], found["needle-only"]["accuracy"]) == (24, 1.0)
    assert (found["absent"]["n"], found["absent"]["accuracy"]) == (24, 0.0)
    invented = found["absent"]["false_answers"]
    assert invented["n"] == 24
    assert invented["interval"][0] <= 0.5 <= invented["interval"][1]
    # At 4K the map loses the first half; 500 tokens from the end nothing is lost.
    assert sweep["accuracy"] < 0.9
    assert [one["accuracy"] for one in found["from-end"]["by_length"]] == [1.0, 1.0]
    text = niah("show", "latest").out
    assert "needle absent, false answer" in text
    assert "last 500 tokens" in text
    shown = niah("show", "latest", "--json").json
    assert shown["run"] == done.json["run"]
    assert shown["sweeps"][0]["controls"] == sweep["controls"]
    by_beginning = niah("show", "beside", "--json").json
    assert by_beginning["run"] == done.json["run"]
    assert niah("show", "beside-absent").code == 0


def test_a_run_is_the_same_with_controls_beside_it(niah: Niah, config: Path) -> None:
    """Same trials, same numbers; the controls are in no history and go with their run."""
    bare = niah("run", config, "-q", "--json", "--no-controls", "--db", "bare.db").json
    full = niah("run", config, "-q", "--json").json
    for key in ("trials", "outcomes", "accuracy", "interval", "n", "input_tokens"):
        assert bare[key] == full[key]
    assert bare["sweeps"][0]["controls"] == []
    listed = niah("runs", "--json").json["runs"]
    assert [one["parent"] for one in listed] == [full["run"]] * 4 + [None]
    assert [one["name"] for one in listed] == [*(f"beside-{k}" for k in reversed(KINDS)), "beside"]
    assert (
        niah("runs", "--json", "--db", "bare.db").json["runs"][0]["experiment_sha256"]
        == (listed[-1]["experiment_sha256"])
    )
    refused = niah("baseline", "set", "x", listed[0]["run"])
    assert refused.code == 2
    assert "controls" in refused.err
    niah("prune", "--keep-last", "0", "--yes")
    assert niah("runs", "--json").json == {"runs": []}


def test_controls_go_on_under_the_budget_of_their_run(niah: Niah, config: Path) -> None:
    """Whatever is stopped, map and controls together never cost more; the same command goes on."""
    config.write_text(CONFIG + PRICED, encoding="utf-8")
    run = ("run", config, "-q", "--json")
    first = niah(*run, "--max-cost", "0.2")
    assert first.code == 3
    assert first.json["status"] == "incomplete"
    assert "the controls wait" in first.err
    second = niah(*run, "--max-cost", "0.9")
    assert second.code == 3
    assert second.json["status"] == "complete"
    assert "controls are complete; the same command goes on" in second.err
    assert 0.6 < spent(Path("niah.db")) <= 0.9
    trials = sum(one["trials"] for one in second.json["sweeps"][0]["controls"])
    third = niah(*run, "--max-cost", "9")
    assert third.code == 0
    assert third.json["sent"] == 0
    assert "complete already" not in third.err
    assert trials < sum(one["trials"] for one in third.json["sweeps"][0]["controls"]) == 96
    again = niah(*run, "--max-cost", "9")
    assert "was complete already" in again.err
    assert again.json["sweeps"][0]["controls"] == third.json["sweeps"][0]["controls"]
    assert len(niah("runs", "--json").json["runs"]) == 5


def spent(path: Path) -> float:
    with open_store(path, access="read") as store:
        runs = [row[0] for row in store.connection.execute("SELECT run FROM runs")]
        return sum(spent_usd(store, run) for run in runs)


def test_plan_says_what_the_controls_would_cost(niah: Niah, config: Path) -> None:
    """Trials and tokens of each control beside those of the map."""
    planned = niah("plan", config, "--json").json
    assert {one["control"]: one["trials"] for one in planned["controls"]} == dict.fromkeys(
        KINDS, 24
    )
    assert planned["trials"] == 12
    assert niah("plan", config, "--no-controls", "--json").json["controls"] == []


def test_several_tasks_have_controls_of_their_own(niah: Niah, tmp_path: Path) -> None:
    """Each task gets those that mean something for its family, under the one budget."""
    path = tmp_path / "suite.toml"
    tasks = '[[tasks]]\nname = "one"\nkind = "single"\n[[tasks]]\nname = "all"\nkind = "counting"\n'
    text = CONFIG.replace("trials = 12", "trials = 1") + tasks
    path.write_text(text, encoding="utf-8")
    niah("run", path, "-q", "--no-controls")
    measured = niah("run", path, "-q", "--json")
    assert "complete already" not in measured.err
    done = measured.json
    assert [list(shares(run["sweeps"][0])) for run in done["runs"]] == [KINDS, KINDS[:3]]
    again = niah("run", path, "-q")
    assert "needle only, right answer" in again.out
    assert again.err.count("was complete already") == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ('task = { kind = "counting" }\n', "controls.kinds: from-end means nothing"),
        ('prompt = { control = "absent" }\n', "is one itself"),
        ('sampling = { sharing = "packed", keys = 2 }\n', "one needle at a time"),
    ],
)
def test_controls_that_cannot_be_are_refused_before_anything_is_sent(
    niah: Niah, config: Path, change: str, reason: str
) -> None:
    """One sentence says why, and nothing is measured."""
    kinds = '\nkinds = ["from-end"]\n'
    config.write_text(change + CONFIG.rstrip() + kinds, encoding="utf-8")
    refused = niah("run", config, "-q")
    assert refused.code == 2
    assert reason in refused.err
    assert not Path("niah.db").exists()


def test_a_report_has_the_controls_of_its_runs(niah: Niah, config: Path) -> None:
    """As a section of the page and of the documents, in both languages."""
    niah("run", config, "-q")
    for name, language, words in (
        ("r.html", "en", ("Controls", "needle absent, false answer", "Needles near the end")),
        ("r.md", "de", ("Kontrollen", "Nadel fehlt, falsche Antwort", "Nadeln nahe am Ende")),
        ("r.tex", "en", ("Controls", "needle only, right answer")),
    ):
        done = niah("report", "latest", "-o", name, "--no-passages", "--language", language)
        assert done.code == 0
        text = Path(name).read_text(encoding="utf-8")
        assert all(part in text for part in words)
