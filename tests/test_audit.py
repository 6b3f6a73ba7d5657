"""The dependency audit that runs before a change lands."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

AUDIT = Path(__file__).parents[1] / ".ci" / "audit"
pytestmark = pytest.mark.skipif(not AUDIT.exists(), reason="not in a checkout: no .ci/audit")


def audit(tmp_path: Path, printed: str) -> tuple[int, str]:
    """What the audit says where pip-audit printed this."""
    program = tmp_path / "pip-audit"
    (tmp_path / "printed").write_text(printed, encoding="utf-8")
    program.write_text(f"#!/bin/sh\ncat {tmp_path}/printed\n", encoding="utf-8")
    program.chmod(0o755)
    ran = subprocess.run(
        [sys.executable, AUDIT, program], capture_output=True, text=True, check=False
    )
    return ran.returncode, ran.stdout


def package(name: str, **found: object) -> dict[str, object]:
    return {"name": name, "version": "1.0", "vulns": [], **found}


def test_a_vulnerability_in_what_niah_needs_stops_a_change(tmp_path: Path) -> None:
    """httpcore is needed through httpx; pytest only by the tests, which is said and passes."""
    hole = [{"id": "PYSEC-2026-1", "fix_versions": ["1.1"]}]
    own = json.dumps({"dependencies": [package("httpcore", vulns=hole)]})
    others = json.dumps({"dependencies": [package("pytest", vulns=hole)]})
    code, said = audit(tmp_path, own)
    assert code == 1
    assert "httpcore 1.0: PYSEC-2026-1, fixed in 1.1\n" in said
    code, said = audit(tmp_path, others)
    assert code == 0
    assert "pytest 1.0: PYSEC-2026-1, fixed in 1.1 (of the tests alone)" in said


@pytest.mark.parametrize(
    "printed", ["", json.dumps({"dependencies": [package("httpx", skip_reason="not found")]})]
)
def test_an_audit_that_reached_nothing_says_so(tmp_path: Path, printed: str) -> None:
    """A silent pass would read as a clean bill."""
    assert audit(tmp_path, printed) == (
        0,
        "dependency audit: NOTHING WAS AUDITED, the advisories are not reached from here\n",
    )
