"""Draw the gallery again: ``python plots/gallery/draw.py RESULTS``, from the repository's root.

GPT-4 and Claude 2.1 are redrawn by what ``niah import`` and ``niah plot`` call, from the rows that
LLMTest_NeedleInAHaystack published under the MIT licence. RESULTS is a directory with its
``OpenAI_OriginalResults.json`` and its files of Claude 2.1 in ``claude-2.1``. A judge gave each
response 1 to 10; 7 or more counts as retrieved.
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import niah
from niah.imports import Choices
from niah.imports.collect import read_results
from niah.interface.runs import Runs
from niah.store.database import open_store
from niah.store.imports import add_imported_run

GALLERY = Path(__file__).parent
NOW = datetime(2025, 1, 1, tzinfo=UTC)
"""When the runs of the gallery count as imported, so that their figures keep their bytes."""
ORIGIN = "LLMTest_NeedleInAHaystack"


def published(results: Path, directory: Path) -> Runs:
    """A store in the directory with both published runs."""
    with open_store(directory / "niah.db") as store:
        for name, model, source, origin in (
            ("gpt-4", "openai/gpt-4-1106-preview", "OpenAI_OriginalResults.json", ORIGIN),
            (
                "claude-2.1",
                "anthropic/claude-2.1",
                "claude-2.1",
                f"{ORIGIN}, only lengths up to 100K of 200K",
            ),
        ):
            choices = Choices(
                model=model,
                name=name,
                task="single/san-francisco",
                haystack="Paul Graham essays",
                date="2023-11",
                origin=origin,
                pass_mark=7,
            )
            imported = read_results([results / source], choices, now=NOW)
            add_imported_run(store, imported.run, imported.trials)
    return niah.load(directory / "niah.db")


def main() -> None:
    """Draw every figure of the gallery that is made of published rows."""
    with tempfile.TemporaryDirectory() as directory:
        runs = published(Path(sys.argv[1]), Path(directory))
        marked: dict[str, Any] = {"effective": "ruler", "claimed": True, "margins": True}
        both = ("gpt-4", "claude-2.1")
        for name, picture in (
            ("gpt-4", runs["gpt-4"].heatmap(**marked)),
            ("gpt-4-classic", runs["gpt-4"].heatmap(style="classic")),
            ("claude-2.1", runs["claude-2.1"].heatmap(**marked)),
            ("claude-2.1-dark", runs["claude-2.1"].heatmap(theme="dark", scale="true", **marked)),
            ("claude-2.1-pooled", runs["claude-2.1"].heatmap(pooled=True, uncertainty="fade")),
            ("both", runs.figure(*both, title="GPT-4 and Claude 2.1", effective="ruler")),
            ("both-over-length", runs.figure(*both, kind="length", effective="ruler")),
        ):
            picture.write(GALLERY / f"{name}.png")


if __name__ == "__main__":
    main()
