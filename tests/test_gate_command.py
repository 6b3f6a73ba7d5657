"""niah gate and niah baseline as a scheduler meets them; every model is a reference reader."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.command import Niah

EXPERIMENT = """
name = "nightly"
models = ["reference/map"]
[grid]
context_lengths = [300, 400, 500, 600]
depth_percents = [0, 33, 67, 100]
trials = 2
"""


class Nights:
    """An experiment whose reader has a map and a draw of each night's own."""

    def __init__(self, niah: Niah, directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.niah = niah
        self.directory = directory
        self._monkeypatch = monkeypatch
        (directory / "nightly.toml").write_text(EXPERIMENT)

    def tonight(self, recall: str, draw: int) -> None:
        """Set the reader's recall: one share, or rows of a map."""
        rows = recall if "\n" in recall else f"depth,300\n0,{recall}\n"
        (self.directory / "map.csv").write_text(rows)
        self._monkeypatch.setenv("NIAH_REFERENCE_MAP", str(self.directory / "map.csv"))
        self._monkeypatch.setenv("NIAH_REFERENCE_DRAW", str(draw))

    def measure(self, *options: str) -> str:
        """A new run of the experiment, without figures; its id."""
        done = self.niah(
            "gate", "nightly.toml", "--new", "--min-accuracy", "0", "--json", "-q", *options
        )
        run: str = done.json["run"]
        return run

    def baseline(self, recall: str = "0.97", trials: int = 8) -> None:
        """Measure a baseline and name it."""
        self.tonight(recall, 1)
        self.measure("--set", f"grid.trials={trials}")
        assert self.niah("baseline", "set", "base", "latest").code == 0


@pytest.fixture
def nights(niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Nights:
    return Nights(niah, tmp_path, monkeypatch)


def test_demands_are_judged_on_bounds_and_the_exit_code_says_how(nights: Nights) -> None:
    """The same run passes one demand, fails another, and is undecided about a third."""
    nights.tonight("0.8", 1)
    niah = nights.niah
    nights.measure()
    assert niah("gate", "latest", "--min-accuracy", "0.4").code == 0
    failed = niah("gate", "latest", "--min-accuracy", "0.99", "--json")
    assert failed.code == 1
    (check,) = failed.json["sweeps"][0]["checks"]
    assert check["interval"][1] < 0.99
    assert failed.json["reason"] == check["reason"]
    assert check["n"] == 32
    unsure = niah("gate", "latest", "--min-length-accuracy", "300=0.85", "--json")
    assert unsure.code == 3
    assert "more trials would tell" in unsure.json["reason"]
    assert unsure.json["simulated"]
    assert niah("gate", "latest", "--min-depth-accuracy", "30-70=0.1").code == 0
    assert niah("gate", "latest", "--min-effective", "600=0.2").code == 0
    assert niah("gate", "latest", "--min-effective", "300=0.999").code in (1, 3)


def test_all_models_answer_for_the_verdict_and_the_files_say_so(
    nights: Nights, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One failing model fails the gate; JUnit counts it, Markdown and the step summary name it."""
    niah, directory = nights.niah, nights.directory
    nights.measure("-m", "reference/exact", "-m", "reference/flat-0")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(directory / "step.md"))
    (directory / "step.md").write_text("before\n")
    done = niah(
        *("gate", "latest", "--min-accuracy", "0.5", "--min-effective", "600=0.5"),
        *("--junit", "out/gate.xml", "--summary", "gate.md", "--step-summary"),
    )
    assert done.code == 1
    assert done.out.startswith("fail: reference/flat-0: Accuracy is 0.0%")
    assert "simulated" in done.out
    root = ElementTree.parse(directory / "out" / "gate.xml").getroot()
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("4", "2", "0")
    assert len(root.findall(".//failure")) == 2
    text = (directory / "gate.md").read_text()
    assert "### niah gate: fail" in text
    assert "| reference/exact | accuracy at least 50.0% | pass |" in text
    assert (directory / "step.md").read_text() == "before\n" + text


def test_what_cannot_be_measured_is_undecided_and_no_failure(nights: Nights) -> None:
    """A model whose endpoint is down fails no demand and no comparison."""
    niah = nights.niah
    with (nights.directory / "nightly.toml").open("a") as file:
        file.write(
            '[limits]\nmax_attempts = 1\n[providers.down]\nbase_url = "http://127.0.0.1:9"\n'
        )
    nights.baseline("0.97", 2)
    nights.measure("-m", "down/model")
    for demand in (("--min-accuracy", "0.9"), ("--baseline", "base")):
        done = niah("gate", "latest", *demand, "--json")
        assert done.code == 3, done.err
        assert done.json["verdict"] == "undecided"
        assert "could not be measured" in done.json["reason"]
        assert "32 of 32" in done.json["reason"]


def test_a_model_that_got_worse_fails_on_fresh_trials(nights: Nights) -> None:
    """A fallen map alarms with its region; the re-tests are stored, and asked once only."""
    niah = nights.niah
    nights.baseline()
    nights.tonight("0.55", 2)
    done = niah("gate", "nightly.toml", "--baseline", "base", "--json", "-q")
    assert done.code == 1, done.out + done.err
    found = done.json
    assert "has dropped by" in found["reason"]
    regression = found["sweeps"][0]["regression"]
    alarms = [one for one in regression["retested"] if one and one["finding"] == "alarm"]
    assert alarms[0]["region"] == "the whole grid"
    assert alarms[0]["interval"][0] > 0
    assert found["retests"]["trials"] > 0
    runs = {run["run"]: run for run in niah("runs", "--json").json["runs"]}
    stored = runs[found["retests"]["run"]]
    assert stored["trials"] == found["retests"]["trials"] == stored["planned_trials"]
    assert stored["simulated"]
    # Tonight's run keeps its numbers, and the same command pays for nothing again.
    assert runs[found["run"]]["trials"] == 32
    nights.tonight("1", 3)
    again = niah("gate", found["run"], "--baseline", "base", "--json")
    assert again.json["retests"] == found["retests"]
    assert again.json["reason"] == found["reason"]
    assert niah("show", "latest", "--json").json["run"] == found["run"]


def test_a_night_on_which_nothing_happened_passes(nights: Nights) -> None:
    """Bad luck in the first pass does not survive fresh trials; the next night is a new run."""
    niah = nights.niah
    nights.baseline()
    results = []
    for draw in (2, 3, 4):
        nights.tonight("0.97", draw)
        results.append(niah("gate", "nightly.toml", "--baseline", "base", "--json", "-q"))
    assert [done.code for done in results] == [0, 0, 0]
    assert len({done.json["run"] for done in results}) == 3


def test_retests_stay_within_their_budget_and_go_on_where_they_stopped(nights: Nights) -> None:
    """Without money a suspicion stays open; with more, the same command pays for the rest alone."""
    niah = nights.niah
    with (nights.directory / "nightly.toml").open("a") as file:
        file.write('[model."reference/map"]\nprice = { input = 1000, output = 0 }\n')
    nights.baseline()
    nights.tonight("0.6", 2)
    nights.measure()
    broke = niah("gate", "latest", "-b", "base", "--max-cost", "0", "--json")
    assert broke.code == 3
    assert "re-tests did not settle it" in broke.json["reason"]
    assert broke.json["retests"]["cost_usd"] == 0
    some = niah("gate", "latest", "-b", "base", "--max-cost", "5", "--json")
    assert some.code == 3
    assert 0 < some.json["retests"]["cost_usd"] <= 5
    rest = niah("gate", "latest", "-b", "base", "--max-cost", "1000", "--json")
    assert rest.code in (0, 1)
    assert rest.json["retests"]["run"] == some.json["retests"]["run"]
    shown = niah("show", rest.json["retests"]["run"], "--json").json["sweeps"][0]
    assert shown["cost_usd"] == pytest.approx(rest.json["retests"]["cost_usd"])
    assert shown["trials"] == rest.json["retests"]["trials"]
    only = niah("gate", "latest", "-b", "base", "--no-retest", "--json")
    assert (only.code, only.json["retests"]) == (3, None)


ADAPTIVE = """
name = "doubt"
models = ["reference/map"]
seed = 3
[grid]
context_lengths = [300, 400, 500, 600, 700, 800]
depth_percents = [0, 20, 40, 60, 80, 100]
[sampling]
mode = "adaptive"
target_error = 0.02
max_passes = 4
"""


def test_an_adaptive_run_is_judged_by_the_estimate_that_its_table_shows(nights: Nights) -> None:
    """Trials went to cheap cells, which were good ones; a demand above the true mean is missed."""
    niah = nights.niah
    (nights.directory / "doubt.toml").write_text(ADAPTIVE)
    nights.tonight("depth,300,400,500,600,700,800\n0,1,1,1,1,0.1,0.1\n", 1)  # 70% over all cells
    demands = (
        *("--min-accuracy", "0.8", "--min-length-accuracy", "700=0.5"),
        *("--min-depth-accuracy", "20-20=0.1", "--min-effective", "600"),
    )
    judged = niah("gate", "doubt.toml", "-q", "--json", *demands)
    assert judged.code == 1
    assert judged.json["reason"].startswith("Pooled accuracy")
    (shown,) = niah("show", "latest", "--json").json["sweeps"]
    assert shown["interval"][0] > 0.8  # the mean over trials would have passed
    whole, length, depth, effective = judged.json["sweeps"][0]["checks"]
    assert [one["verdict"] for one in (whole, length, depth)] == ["fail", "fail", "pass"]
    assert whole["interval"][0] < 0.7 < whole["interval"][1]
    pooled = shown["pooled"]
    for check, estimate in (
        (whole, pooled),
        (length, next(o for o in pooled["by_length"] if o["context_length"] == 700)),
        (depth, next(o for o in pooled["by_depth"] if o["depth_percent"] == 20)),
    ):
        assert check["value"] == pytest.approx(estimate["accuracy"], abs=1e-9)
        assert check["interval"] == pytest.approx(estimate["interval"], abs=1e-9)
        assert (check["n"], check["method"]) == (estimate["n"], "pooled map")
    (ruler,) = [one for one in shown["effective_lengths"] if one["rule"] == "RULER"]
    assert (effective["value"], effective["interval"]) == (
        *(ruler["pooled"]["tokens"], ruler["pooled"]["interval"]),
    )
    assert niah("baseline", "set", "b", "latest", "--json").json["sweeps"][0]["accuracy"] == (
        pytest.approx(whole["value"], abs=1e-9)
    )


def test_adaptive_nights_are_compared_with_an_adaptive_baseline(nights: Nights) -> None:
    """Nothing happened: it passes, whatever cells either run chose; the map fell: it fails."""
    niah = nights.niah
    (nights.directory / "doubt.toml").write_text(ADAPTIVE)
    begun = ("gate", "doubt.toml", "-q", "--json", "--new")
    nights.tonight("0.9", 1)
    niah(*begun, "--min-accuracy", "0", "--set", "sampling.max_passes=10")
    assert niah("baseline", "set", "base", "latest").code == 0
    verdicts = []
    for recall, draw in (("0.9", 2), ("0.9", 3), ("0.5", 4)):
        nights.tonight(recall, draw)
        done = niah(*begun, "-b", "base", "--set", "sampling.max_passes=1.5")
        verdicts.append((done.json["verdict"], done.json["sweeps"][0]["regression"]["verdict"]))
    assert verdicts == [("pass", "pass"), ("pass", "pass"), ("fail", "fail")]


def test_a_region_without_a_trial_is_undecided(nights: Nights) -> None:
    """What the neighbours of an adaptive run's cells suggest of it is no measurement."""
    (nights.directory / "doubt.toml").write_text(ADAPTIVE)
    nights.tonight("1", 1)
    begun = ("--set", "sampling.max_passes=0.1", "--set", "grid.context_lengths=[300,400]")
    demand = ("--min-accuracy", "0.1", "--min-depth-accuracy")
    nights.niah("gate", "doubt.toml", *begun, *demand, "0-100=0.1", "-q")
    (shown,) = nights.niah("show", "latest", "--json").json["sweeps"]
    unasked = next(o["depth_percent"] for o in shown["by_depth"] if not o["n"])
    done = nights.niah("gate", "latest", *demand, f"{unasked:g}-{unasked:g}=0.1", "--json")
    assert done.code == 3
    whole, depth = done.json["sweeps"][0]["checks"]
    assert (whole["verdict"], whole["n"]) == ("pass", 4)
    assert (depth["verdict"], depth["n"], depth["value"]) == ("undecided", 0, None)
    assert "sent no trial there" in depth["reason"]


CONTROLS = """
[controls]
trials = 2
[limits]
concurrency = 1
[model."reference/map"]
price = { input = 10, output = 0 }
"""


def test_controls_are_measured_beside_the_run_and_told_with_the_verdict(nights: Nights) -> None:
    """Once a night, as niah run does; they change no verdict, and what stops them is said."""
    niah = nights.niah
    with (nights.directory / "nightly.toml").open("a") as file:
        file.write(CONTROLS)
    nights.tonight("1", 1)
    gate = ("gate", "nightly.toml", "--min-accuracy", "0.5", "-q")
    bare = niah(*gate, "--json", "--no-controls")
    assert bare.code == 0
    assert bare.json["sweeps"][0]["controls"] == []
    full = niah(*gate, "--json", "--summary", "gate.md")
    assert full.code == 0
    assert full.json["run"] != bare.json["run"]
    (sweep,) = full.json["sweeps"]
    assert sweep["checks"] == bare.json["sweeps"][0]["checks"]
    assert [one["control"] for one in sweep["controls"]] == [
        *("no-context", "needle-only", "absent", "from-end")
    ]
    assert all(one["n"] for one in sweep["controls"])
    table = (nights.directory / "gate.md").read_text()
    assert "| reference/map | needle only, right answer | 100.0% (" in table
    # The run as such is judged with them too, and they are not asked again.
    told = niah("gate", "latest", "--min-accuracy", "0.5")
    assert "needle only, right answer" in told.out
    assert niah("gate", "latest", "--min-accuracy", "0.5", "--json").json["sweeps"] == [sweep]
    runs = niah("runs", "--json").json["runs"]
    assert [one["parent"] for one in runs].count(full.json["run"]) == 4
    refused = niah("gate", "latest", "--min-accuracy", "0.5", "--controls")
    assert refused.code == 2
    assert "belong to an experiment" in refused.err
    # The verdict stands where the money ends; it says that they are not whole.
    broke = niah(*gate, "--json", "--set", "limits.max_cost_usd=0.16", "--new")
    assert broke.code == 0, broke.err
    assert broke.json["notes"][0].endswith("controls are complete")
    assert "controls are complete; the same command goes on" in broke.err


def test_a_changed_experiment_is_no_baseline(nights: Nights) -> None:
    """Another haystack, prompt, task or request is refused with the difference; so is oneself."""
    niah = nights.niah
    nights.baseline("0.97", 2)
    assert "judged against itself" in niah("gate", "latest", "-b", "base").err
    (first,) = niah("baseline", "show", "base", "--json").json["runs"]
    changes = {
        'haystack.source="noise"': "the haystack",
        'prompt.system="Read."': "the prompt",
        "request.temperature=0.5": "the request settings",
        'task.needle="passkey"': "the task",
    }
    for change, named in changes.items():
        run = nights.measure("--set", change)
        refused = niah("gate", "latest", "-b", "base")
        assert refused.code == 2, change
        assert named in refused.err or "has no sweep" in refused.err, refused.err
        assert refused.err.count("\n") == 1
        pooled = niah("baseline", "set", "pool", run, first)
        assert pooled.code == 2


def test_a_night_that_its_baseline_cannot_judge_is_not_paid_for(nights: Nights) -> None:
    """What changed is said before anything is sent: no run is begun, and the file is named."""
    nights.baseline("0.97", 1)
    before = nights.niah("runs", "--json").json
    for change in ("haystack.language=de", "prompt.system=Read.", 'task.needle="passkey"'):
        refused = nights.niah("gate", "nightly.toml", "-b", "base", "--new", "--set", change)
        assert refused.code == 2, change
        assert refused.err.count("\n") == 1
    assert nights.niah("runs", "--json").json == before
    german = nights.niah("gate", "nightly.toml", "-b", "base", "--set", "haystack.language=de")
    assert "nightly.toml and nightly-" in german.err
    assert "language de' and '" in german.err


def test_baselines_are_set_shown_listed_and_removed(nights: Nights) -> None:
    """A pool of runs under a name; a missing one is a sentence; a run's id does as well."""
    niah = nights.niah
    nights.baseline("0.9", 2)
    nights.tonight("0.9", 5)
    nights.measure()
    runs = [run["run"] for run in niah("runs", "--json").json["runs"]]
    shown = niah("baseline", "set", "pool", *runs, "--json")
    assert shown.json["runs"] == runs
    assert shown.json["sweeps"][0]["n"] == 64
    assert niah("baseline", "show", "pool", "--json").json["sweeps"] == shown.json["sweeps"]
    names = [one["name"] for one in niah("baseline", "list", "--json").json["baselines"]]
    assert names == ["base", "pool"]
    assert "simulated" in niah("baseline", "show", "pool").out
    assert niah("baseline", "remove", "pool").code == 0
    assert "no baseline 'pool'" in niah("baseline", "show", "pool").err
    assert "no run 'pool'" in niah("gate", "latest", "-b", "pool").err
    assert niah("gate", runs[0], "-b", runs[1]).code in (0, 1, 3)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), "nothing to judge"),
        (("--min-length-accuracy", "64K"), "64K=0.9"),
        (("--min-length-accuracy", "x=0.9"), "not a number of tokens"),
        (("--min-length-accuracy", "64K=0.9"), "not a context length of this run"),
        (("--min-depth-accuracy", "75-25=0.9"), "25-75=0.9"),
        (("--min-depth-accuracy", "40-45=0.9"), "no depth of this run"),
        (("--min-effective", "64K"), "measure longer ones"),
        (("--min-accuracy", "0.9", "--step-summary"), "GITHUB_STEP_SUMMARY"),
        (("--min-accuracy", "0.9", "--set", "grid.trials=3"), "belong to an experiment"),
        (("-b", "nowhere"), "no baseline 'nowhere'. There is no run 'nowhere'"),
    ],
)
def test_bad_options_are_one_sentence(
    nights: Nights, options: tuple[str, ...], expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each says what is wrong and what would be right, with exit code 2."""
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    nights.measure("-m", "reference/exact", "--set", "grid.trials=1")
    done = nights.niah("gate", "latest", *options)
    assert done.code == 2
    assert expected in done.err
    assert done.err.count("\n") == 1
