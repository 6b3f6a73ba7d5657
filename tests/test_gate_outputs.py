"""What CI systems and scripts read of a gate: text, JSON, Markdown, JUnit's XML, kept as they are.

``NIAH_WRITE_GOLDEN=1 pytest tests/test_gate_outputs.py`` writes the files anew.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.command import Niah
from tests.test_gate_command import EXPERIMENT

GOLDEN = Path(__file__).parent / "golden" / "gate"
DEMANDS = (
    *("--min-accuracy", "0.5", "--min-length-accuracy", "300=0.97"),
    *("--min-depth-accuracy", "30-70=0.5", "--min-effective", "600=0.5"),
)


def check_golden(name: str, text: str) -> None:
    """The text is the golden file's, apart from what every run has of its own."""
    text = re.sub(r"nightly-\d{8}-\d{6}-[0-9a-f]{6}", "RUN", text)
    text = re.sub(r'time="[\d.]+"', 'time="0"', text)
    text = re.sub(r'timestamp="[^"]+"', 'timestamp="THEN"', text)
    if os.environ.get("NIAH_WRITE_GOLDEN"):
        (GOLDEN / name).write_text(text)
    assert text == (GOLDEN / name).read_text(), name


def test_demands_look_as_they_did(niah: Niah, tmp_path: Path) -> None:
    """Two models, of which one fails: every form of the verdict is its golden file."""
    (tmp_path / "nightly.toml").write_text(EXPERIMENT)
    models = ("-m", "reference/exact", "-m", "reference/flat-0")
    files = ("--junit", "gate.xml", "--summary", "gate.md")
    shown = niah("gate", "nightly.toml", *models, *DEMANDS, *files, "-q")
    assert shown.code == 1
    check_golden("demands.txt", shown.out)
    check_golden("demands.md", (tmp_path / "gate.md").read_text())
    check_golden("demands.xml", (tmp_path / "gate.xml").read_text())
    out = niah("gate", "latest", *DEMANDS, "--json").out
    told = json.loads(out, parse_float=lambda text: round(float(text), 9))
    told["experiment_sha256"] = "of the experiment"
    check_golden("demands.json", json.dumps(told, indent=1) + "\n")


def test_a_comparison_keeps_its_fields(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every field of the JSON with its type; what is new may come besides, nothing may go."""
    (tmp_path / "nightly.toml").write_text(EXPERIMENT)
    (tmp_path / "map.csv").write_text("depth,300\n0,0.97\n")
    monkeypatch.setenv("NIAH_REFERENCE_MAP", str(tmp_path / "map.csv"))
    assert niah("gate", "nightly.toml", "--min-accuracy", "0.1", "-q").code == 0
    assert niah("baseline", "set", "base", "latest").code == 0
    (tmp_path / "map.csv").write_text("depth,300\n0,0.2\n")
    done = niah("gate", "nightly.toml", "-b", "base", "--min-accuracy", "0.1", "--json", "-q")
    assert done.code == 1, done.err
    found = set(fields(done.json))
    if os.environ.get("NIAH_WRITE_GOLDEN"):
        (GOLDEN / "fields.txt").write_text("\n".join(sorted(found)) + "\n")
    assert set((GOLDEN / "fields.txt").read_text().splitlines()) <= found


def fields(value: Any, path: str = "") -> Iterator[str]:
    """Where each value is and what it is; entries of a list stand for each other."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from fields(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from fields(inner, f"{path}[]")
    else:
        yield f"{path.lstrip('.')} {type(value).__name__}"
