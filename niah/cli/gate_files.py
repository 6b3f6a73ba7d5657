"""Where a gate's verdict goes besides stdout and the store."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from niah.errors import ConfigurationError

if TYPE_CHECKING:
    from niah.runner.gating import Gate
    from niah.runner.retests import SentRetests


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """Where a verdict goes besides stdout and the store; None = nowhere.

    Attributes:
        junit: JUnit's XML.
        summary: Markdown.
        step_summary: Markdown, appended.
        metrics: Gauges.
    """

    junit: Path | None
    summary: Path | None
    step_summary: Path | None
    metrics: Path | None


def step_file(asked: bool) -> Path | None:
    """The file that GitHub Actions shows; None where it is not asked for.

    Raises:
        ConfigurationError: if it is asked for elsewhere.
    """
    if not asked:
        return None
    name = os.environ.get("GITHUB_STEP_SUMMARY")
    if not name:
        raise ConfigurationError(
            "--step-summary: the environment has no GITHUB_STEP_SUMMARY; it is set within GitHub "
            "Actions, elsewhere use --summary FILE"
        )
    return Path(name)


def write_files(
    files: Files, found: Gate, sent: SentRetests | None, decided_at: datetime, *, seconds: float
) -> None:
    """Write the verdict into each of the files.

    Args:
        files: Which ones.
        found: The verdict.
        sent: Re-tests that it rests on, if any were sent.
        decided_at: When it was reached.
        seconds: How long that took.

    Raises:
        ConfigurationError: if one of them cannot be written.
    """
    from niah.cli.gate_metrics import gate_metrics
    from niah.cli.metrics import write_metrics
    from niah.cli.verdicts import as_junit, as_markdown
    from niah.files import whole_file

    if files.junit is not None:
        with whole_file(files.junit) as draft:
            draft.write_bytes(as_junit(found, seconds=seconds))
    text = as_markdown(found, sent)
    if files.summary is not None:
        with whole_file(files.summary) as draft:
            draft.write_text(text, encoding="utf-8", newline="\n")
    if files.step_summary is not None:
        try:
            with files.step_summary.open("a", encoding="utf-8", newline="\n") as file:
                file.write(text)
        except OSError as error:
            raise ConfigurationError(
                f"{files.step_summary} cannot be written: {error.strerror or error}"
            ) from None
    if files.metrics is not None:
        write_metrics(files.metrics, gate_metrics(found, sent, decided_at=decided_at))
