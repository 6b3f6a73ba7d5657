"""Fixtures that several tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests.command import Niah, command

settings.register_profile("niah", deadline=None)
settings.load_profile("niah")


@pytest.fixture
def niah(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Niah:
    """The command line, in a directory of its own."""
    return command(monkeypatch, capsys, tmp_path)


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests wait for sockets, disks and processes now and then."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else 2


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones go first, so that none is left running alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that a missing system package kept from running."""
    for report in _needing_packages(terminalreporter):
        terminalreporter.write_line(f"not run for want of a system package: {report}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI, where the packages are installed first, such a skip is a failure."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("NIAH_CI") and reporter is not None and _needing_packages(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _needing_packages(reporter: pytest.TerminalReporter) -> list[str]:
    skipped = reporter.stats.get("skipped", [])
    return [report.nodeid for report in skipped if "apt-get install" in str(report.longrepr)]
