"""Task families of installed packages, and how they are refused."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

FAMILY = """
from niah.tasks import Challenge, Family, Needle, Parameter, Task


def prepare(parameters, language, haystack):
    def draw(seed):
        return Challenge(
            needles=(Needle(text=f"The tide of day {seed % 90} is {seed % 9000 + 10000}."),),
            instruction="Read.",
            question=f"What is the tide of day {seed % 90}?",
            answers=(str(seed % 9000 + 10000),),
            answer_kind="number",
        )

    return Task(kind="tides", version="tides-1", draw=draw)


FAMILY = Family(
    kind="tides",
    summary="tides of days",
    source="none",
    parameters=(Parameter(name="moon", description="ignored"),),
    prepare=prepare,
)
"""
EXPERIMENT = """
name = "tides"
models = ["reference/exact"]
[grid]
context_lengths = [800]
depth_percents = [0, 100]
[task]
kind = "tides"
"""


def install(target: Path, *, module: str, entry: str) -> dict[str, str]:
    """A package as an installer leaves it: a module, and metadata with its entry points."""
    target.mkdir()
    (target / "niah_tides.py").write_text(module, encoding="utf-8")
    metadata = target / "niah_tides-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: niah-tides\nVersion: 1.0\n", encoding="utf-8"
    )
    (metadata / "entry_points.txt").write_text(f"[niah.tasks]\n{entry}\n", encoding="utf-8")
    path = os.pathsep.join([str(target), *filter(None, sys.path)])
    return {**os.environ, "PYTHONPATH": path}


def niah(
    environment: dict[str, str], *arguments: str, at: Path
) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from niah.cli import main; main()", *arguments]
    return subprocess.run(
        command, env=environment, cwd=at, capture_output=True, text=True, check=False, timeout=120
    )


def test_an_installed_packages_family_is_listed_and_run(tmp_path: Path) -> None:
    """A package with an entry point in niah.tasks adds a family, without a change to niah."""
    environment = install(tmp_path / "site", module=FAMILY, entry="tides = niah_tides:FAMILY")
    listed = json.loads(niah(environment, "tasks", "--json", at=tmp_path).stdout)
    assert {"tides", "single"} <= {family["kind"] for family in listed["tasks"]}
    (tmp_path / "tides.toml").write_text(EXPERIMENT, encoding="utf-8")
    ran = niah(environment, "run", "tides.toml", "--json", at=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["outcomes"] == {"answered": 2}


@pytest.mark.parametrize(
    ("module", "entry", "message"),
    [
        ("raise RuntimeError('no moon')", "tides = niah_tides:FAMILY", "RuntimeError: no moon"),
        ("FAMILY = 3", "tides = niah_tides:FAMILY", "no niah.tasks.Family"),
        (
            FAMILY.replace('"tides",\n    s', '"single",\n    s'),
            "t = niah_tides:FAMILY",
            "a name of",
        ),
    ],
)
def test_a_package_that_cannot_be_used_is_named(
    tmp_path: Path, module: str, entry: str, message: str
) -> None:
    """One sentence and exit code 2; niah's own families still run."""
    environment = install(tmp_path / "site", module=module, entry=entry)
    listed = niah(environment, "tasks", at=tmp_path)
    assert listed.returncode == 2
    assert message in listed.stderr
    assert "Traceback" not in listed.stderr
    (tmp_path / "own.toml").write_text(EXPERIMENT.replace("tides", "single"), encoding="utf-8")
    assert niah(environment, "plan", "own.toml", at=tmp_path).returncode == 0


def test_a_task_without_depth_is_drawn_over_length(tmp_path: Path) -> None:
    """One row of cells whatever the file says, and a curve in place of a map."""
    text = EXPERIMENT.replace('kind = "tides"', 'kind = "graph-walks"').replace(
        "[800]", "[2000, 3000]"
    )
    (tmp_path / "walks.toml").write_text(text, encoding="utf-8")
    ran = niah(dict(os.environ), "run", "walks.toml", "--json", at=tmp_path)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout)["trials"] == 2
    (picture,) = tmp_path.glob("plots/*.svg")
    drawn = picture.read_text(encoding="utf-8")
    assert "Depth of the needle" not in drawn
