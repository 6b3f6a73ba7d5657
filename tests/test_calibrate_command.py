"""The instrument: measured numbers beside known recall, through the whole real pipeline."""

from __future__ import annotations

from pathlib import Path

import pytest

from niah.cli.serving import reference_transports
from niah.experiment import load_experiment
from niah.reference.readers import recall_map
from niah.runner.instrument import calibrate_instrument
from niah.statistics.instrument import KINDS
from niah.store.database import open_store
from tests.command import Niah

SMALL = """
name = "small"
models = ["deepseek/deepseek-chat"]

[grid]
context_lengths = [500, "1K"]
depth_percents = [0, 50, 100]
trials = 4
"""


def test_a_quick_calibration_is_within_tolerance(niah: Niah) -> None:
    """Readers that always or never recall are measured without error; it says simulated."""
    done = niah("calibrate", "--sweeps", "2", "--json")
    assert done.code == 0, done.out
    report = done.json
    assert (report["simulated"], report["within_tolerance"]) == (True, True)
    by_name = {verdict["reader"]: verdict for verdict in report["readers"]}
    for reader in ("exact", "cliff-4k", "last-3k"):
        assert by_name[f"reference/{reader}"]["error"] == 0
        assert by_name[f"reference/{reader}"]["coverage"]["cell"] == 1
    decay = by_name["reference/decay"]
    assert abs(decay["error"]) < 4 * decay["standard_error"]
    assert set(report["together"]["intervals"]) == set(KINDS)
    assert report["together"]["trials"] == report["together"]["scored"] == 2 * 6 * 28 * 3


@pytest.mark.slow
def test_the_instrument_is_calibrated(niah: Niah) -> None:
    """The default calibration: nothing is off, and of each kind 93 % of the intervals hold."""
    done = niah("calibrate", "--json")
    assert done.code == 0, done.out
    together = done.json["together"]
    assert abs(together["error"]) < 3 * together["standard_error"]
    assert all(share >= 0.93 for share in together["coverage"].values())
    assert together["cell_error_pooled"] < 0.7 * together["cell_error_raw"]


def test_a_wrong_instrument_is_found_out(tmp_path: Path) -> None:
    """Numbers 10 points off what they should be are out of tolerance, with the figure."""
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    experiments = [
        load_experiment(
            tmp_path / "small.toml",
            model_ids=["reference/flat-80", "reference/exact"],
            overrides=[f"seed={seed}"],
        )
        for seed in range(6)
    ]
    with open_store(tmp_path / "niah.db") as store:
        report = calibrate_instrument(
            experiments,
            {"reference/flat-80": recall_map("flat-99"), "reference/exact": recall_map("exact")},
            store,
            transports=reference_transports(),
        )
    assert [bool(verdict.faults) for verdict in report.readers] == [True, False]
    assert "reference/flat-80: the measured accuracy is off by -" in report.faults[0]


def test_your_own_experiment_can_be_calibrated(niah: Niah, tmp_path: Path) -> None:
    """With a file, its grid and task are used, its models are not asked, and it is said."""
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    done = niah("calibrate", "small.toml", "--sweeps", "1", "--reader", "exact")
    assert done.code == 0, done.err
    assert "simulated: reference readers of known recall; no model was asked" in done.out
    assert "500 to 1K tokens, 2 x 3 cells, 4 trials a cell" in done.out
    assert "within tolerance" in done.out
    assert list(tmp_path.iterdir()) == [tmp_path / "small.toml"]


def test_an_unknown_reader_is_named(niah: Niah) -> None:
    """--reader gpt-4o is refused with the readers that there are."""
    done = niah("calibrate", "--reader", "gpt-4o")
    assert (done.code, done.out) == (2, "")
    assert "lost-in-the-middle" in done.err
