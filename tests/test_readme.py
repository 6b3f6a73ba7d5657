"""The README's commands, run as printed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from tests.command import Niah

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line.split("#")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
    if line.strip()
]


def test_every_command_shown_is_tested_here() -> None:
    """A command that is added to the README fails this test until it is run below."""
    assert COMMANDS == [
        "pip install . && niah run configs/quickstart.toml",
        "pip install -e '.[test]' && pytest -q -n auto",
        "export DEEPSEEK_API_KEY=...",
        "niah plan configs/deepseek-v3-128k.toml",
        "niah run configs/deepseek-v3-128k.toml",
    ]


@pytest.mark.slow
def test_the_first_command_draws_a_heatmap(tmp_path: Path) -> None:
    """In a fresh copy and a fresh virtual environment, one line ends in figures."""
    clone = tmp_path / "clone"
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False
    ).stdout.split(b"\0")
    if not any(tracked):
        pytest.skip("this checkout is not a git clone")
    for name in filter(None, tracked):
        source = ROOT / name.decode()
        if source.is_file() and not name.startswith((b"tests/", b"plots/")):
            (clone / name.decode()).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, clone / name.decode())
    environment = tmp_path / "venv"
    venv.create(environment, with_pip=True)
    done = subprocess.run(
        ["bash", "-c", f". {environment}/bin/activate && {COMMANDS[0]}"],
        cwd=clone,
        env={**os.environ, "PIP_COMPILE": "0"},  # most modules are never imported here
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    if "No matching distribution found" in done.stderr or "connection" in done.stderr.lower():
        pytest.skip("no package index can be reached")
    assert done.returncode == 0, done.stderr
    assert "reference reader" in done.stdout
    assert len(list((clone / "plots").glob("quickstart-*.png"))) == 1
    bundled = subprocess.run(
        ["bash", "-c", f". {environment}/bin/activate && niah plan quickstart"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Nothing was sent." in bundled.stdout, bundled.stderr


def test_the_plan_costs_what_the_readme_says(niah: Niah) -> None:
    """225 prompts, 14.6 million tokens, about 4 dollars; nothing is sent, no key is needed."""
    planned = niah("plan", ROOT / "configs/deepseek-v3-128k.toml")
    assert planned.code == 0, planned.err
    assert re.search(r"225\s+14,625,000\s+deepseek-v3\s+\$3\.95\s+\$0\.13\s+\$4\.08", planned.out)
    assert "Nothing was sent." in planned.out


def test_a_run_without_its_key_says_which_is_missing(
    niah: Niah, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The README's sweep without the export line: one sentence and exit code 2."""
    monkeypatch.delenv("DEEPSEEK_API_KEY", raising=False)
    refused = niah("run", ROOT / "configs/deepseek-v3-128k.toml")
    assert refused.code == 2
    assert "DEEPSEEK_API_KEY" in refused.err
    assert refused.err.count("\n") == 1


def test_the_test_command_is_the_one_that_ci_runs() -> None:
    """.ci/run takes its test command from the README."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "README.md" in script
    assert "pytest" in COMMANDS[1]
    assert sys.version_info >= (3, 11)
