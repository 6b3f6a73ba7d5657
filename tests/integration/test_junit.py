"""The gate's JUnit file against the schema that Jenkins' xUnit plugin publishes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.command import Niah
from tests.test_gate_command import Nights

HOW = (
    "pip install xmlschema; git clone https://github.com/jenkinsci/xunit-plugin and name its "
    "junit-10.xsd in NIAH_JUNIT_XSD"
)


def test_every_verdict_is_valid_junit(
    niah: Niah, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Passed, failed and undecided judgements of two models make a file that the schema takes."""
    schema = os.environ.get("NIAH_JUNIT_XSD")
    if not schema:
        pytest.skip(f"JUnit's schema is not at hand: {HOW}")
    xmlschema = pytest.importorskip("xmlschema", reason=HOW)
    nights = Nights(niah, tmp_path, monkeypatch)
    nights.measure("-m", "reference/exact", "-m", "reference/flat-50")
    done = niah(
        *("gate", "latest", "--min-accuracy", "0.8", "--min-length-accuracy", "300=0.45"),
        *("--min-effective", "600=0.9", "--junit", "gate.xml"),
    )
    assert done.code == 1
    errors = list(xmlschema.XMLSchema(schema).iter_errors(str(tmp_path / "gate.xml")))
    assert not errors, errors[0]
