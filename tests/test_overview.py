"""What niah show, export and the store say of a run: raw and pooled apart, each with its n."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from niah.store.cells import stored_cells
from niah.store.database import open_store
from niah.store.schema import MIGRATIONS, schema_version
from tests.command import Niah
from tests.test_store import GOLDEN

EXPERIMENT = """
name = "overview"
models = ["reference/cliff-2k"]
seed = 5

[grid]
context_lengths = ["1K", "2K", "4K"]
depth_percents = [0, 50, 100]
trials = 2

[report]
effective = 0.7
"""


@pytest.fixture
def run(niah: Niah, tmp_path: Path) -> str:
    """The id of a small run of a reader whose recall ends at 2,000 tokens."""
    (tmp_path / "overview.toml").write_text(EXPERIMENT, encoding="utf-8")
    found: str = niah("run", "overview.toml", "--json").json["run"]
    return found


def sweep_of(niah: Niah, *options: str) -> Any:
    (sweep,) = niah("show", "latest", "--json", *options).json["sweeps"]
    return sweep


def test_show_gives_every_cell_raw_and_pooled(niah: Niah, run: str) -> None:
    """Each cell has n, a raw and a pooled accuracy, each with interval and method of its own."""
    sweep = sweep_of(niah)
    assert len(sweep["cells"]) == 9
    for cell in sweep["cells"]:
        found = float(cell["context_length"] <= 2000)
        assert (cell["n"], cell["raw"]["accuracy"]) == (2, found)
        assert cell["raw"]["method"] == "Jeffreys"
        assert cell["pooled"]["method"] == "pooled map, version 1"
        low, high = cell["pooled"]["interval"]
        assert low < cell["pooled"]["accuracy"] < high
        assert (cell["pooled"]["accuracy"] > 0.5) == bool(found)
    assert [place["n"] for place in sweep["by_length"]] == [6, 6, 6]
    assert [place["depth_percent"] for place in sweep["by_depth"]] == [0, 50, 100]
    assert sweep["pooled"]["n"] == 18


def test_effective_lengths_stand_beside_the_claim(niah: Niah, run: str) -> None:
    """Three rules find the reader's limit; the threshold comes from the file or the command."""
    sweep = sweep_of(niah)
    assert sweep["claimed_tokens"] is None
    assert [length["rule"] for length in sweep["effective_lengths"]] == ["RULER", "NoLiMa", "70%"]
    for length in sweep["effective_lengths"]:
        assert length["raw"]["tokens"] == 2000
        assert not length["raw"]["at_least"]
        assert "tested length" in length["raw"]["sentence"]
    other = sweep_of(niah, "--threshold", "0.95")
    assert other["effective_lengths"][2]["raw"]["threshold"] == 0.95
    text = niah("show", "latest").out
    assert "claimed     unknown" in text
    assert "RULER: accuracy of at least 85.6% at this and every shorter tested length" in text
    assert niah("show", "latest", "--threshold", "85").code == 2


def test_a_run_says_how_far_it_goes(niah: Niah, run: str) -> None:
    """The summary of a run names the effective length by the user's rule, and the rule."""
    again = niah("run", "overview.toml")
    assert "effective context length 2K, 95% interval" in again.out
    assert "accuracy of at least 70%" in again.out
    (sweep,) = niah("run", "overview.toml", "--json").json["sweeps"]
    assert sweep["effective_lengths"][2]["pooled"]["tokens"] == 2000


def test_stored_exported_and_shown_cells_agree(niah: Niah, run: str, tmp_path: Path) -> None:
    """The store, JSON lines, CSV and show carry the same raw and pooled numbers of a cell."""
    lines = list(map(json.loads, niah("export", run, "--what", "cells").out.splitlines()))
    table = niah("export", run, "--what", "cells", "--format", "csv").out
    rows = list(csv.DictReader(io.StringIO(table)))
    with open_store(tmp_path / "niah.db", access="read") as store:
        stored = stored_cells(store, run)
    shown = sweep_of(niah)["cells"]
    assert len(lines) == len(rows) == len(stored) == len(shown) == 9
    for line, row, kept, cell in zip(lines, rows, stored, shown, strict=True):
        assert line["simulated"] is True
        for name in ("raw_accuracy", "raw_lower", "pooled_accuracy", "pooled_upper", "n"):
            assert line[name] == getattr(kept, name) == float(row[name])
        assert cell["pooled"]["accuracy"] == line["pooled_accuracy"]
        assert cell["raw"]["interval"] == [line["raw_lower"], line["raw_upper"]]


def test_cells_of_an_unfinished_run_are_all_there(niah: Niah, tmp_path: Path) -> None:
    """A cell without a trial is exported with no raw accuracy, n = 0, and a pooled estimate."""
    (tmp_path / "overview.toml").write_text(EXPERIMENT, encoding="utf-8")
    run = niah("run", "overview.toml", "--json").json["run"]
    with closing(sqlite3.connect(tmp_path / "niah.db")) as connection, connection:
        connection.execute("DELETE FROM trials WHERE context_length = 2000")
    lines = list(map(json.loads, niah("export", run, "--what", "cells").out.splitlines()))
    untried = [line for line in lines if line["context_length"] == 2000]
    assert [(line["n"], line["planned"], line["raw_accuracy"]) for line in untried] == [
        (0, 2, None)
    ] * 3
    assert all(0 < line["pooled_accuracy"] < 1 for line in untried)
    shown = niah("show", run, "--cells").out
    assert "not measured" in shown
    assert "cells have 0 to 2 trials: raw means weigh cells by their trials" in shown


def test_one_model_of_a_run_can_be_shown_and_no_other(niah: Niah, run: str) -> None:
    """-m shows that model alone; a model that the run does not have is named with those it has."""
    assert niah("show", run, "-m", "reference/cliff-2k", "--json").json["sweeps"][0]["n"] == 18
    done = niah("show", run, "-m", "reference/exact")
    assert (done.code, done.out) == (2, "")
    assert "has no model reference/exact; it has reference/cliff-2k" in done.err


def test_what_cannot_be_exported_is_named(niah: Niah, run: str) -> None:
    """--what rows is refused in one sentence that says what there is."""
    done = niah("export", run, "--what", "rows")
    assert (done.code, done.out) == (2, "")
    assert "use trials or cells" in done.err


def test_reading_an_older_store_brings_it_up_to_date(niah: Niah, tmp_path: Path) -> None:
    """niah runs reads a store of the first schema, which then has the newest one."""
    with closing(sqlite3.connect(tmp_path / "niah.db")) as connection:
        connection.executescript((GOLDEN / "store_v1.sql").read_text())
    (listed,) = niah("runs", "--json").json["runs"]
    assert listed["run"] == "quickstart-1"
    with open_store(tmp_path / "niah.db") as store:
        assert schema_version(store.connection) == len(MIGRATIONS)
