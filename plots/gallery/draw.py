"""Draw the gallery again: ``python plots/gallery/draw.py``, from the repository's root.

The maps of GPT-4 and Claude 2.1 are redrawn from the rows that LLMTest_NeedleInAHaystack
published under the MIT licence, read from ``../shared/data/needlehaystack-results``. A judge gave
each response 1 to 10; 7 or more counts as retrieved.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import niah
from niah.figures.drawing import write
from niah.figures.heatmap import heatmap_data
from niah.figures.text import Facts, Provenance
from niah.statistics.grids import build_grids, summarize
from niah.store import TrialRecord

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data" / "needlehaystack-results"
RETRIEVED = 7
SOURCE = "LLMTest_NeedleInAHaystack, judge score of 7 or more = retrieved"
CLAUDE_SOURCE = f"{SOURCE}; only lengths up to 100K of the published 200K"
Row = tuple[int, float, int]
"""Context length in tokens, depth in percent, judge score."""


def gpt_4() -> list[Row]:
    """The first published run of GPT-4: 15 x 15 cells, one trial each."""
    rows = json.loads((DATA / "OpenAI_OriginalResults.json").read_text(encoding="utf-8"))
    return [(r["token_limit"], float(r["depth_percent"]), r["score"]) for r in rows]


def claude_2_1() -> list[Row]:
    """The published run of Claude 2.1 as far as the directory holds it, repeats included."""
    files = sorted((DATA / "claude-2.1").glob("*.json"))
    rows = [json.loads(file.read_text(encoding="utf-8")) for file in files]
    return [(r["context_length"], float(r["depth_percent"]), r["score"]) for r in rows]


def records(model: str, rows: list[Row]) -> list[TrialRecord]:
    """Published rows as trials; several rows of one cell are its repeats."""
    seen: defaultdict[tuple[int, float], int] = defaultdict(int)
    trials = []
    for length, depth, score in rows:
        repeat = seen[length, depth]
        seen[length, depth] += 1
        trials.append(
            TrialRecord(
                run="published",
                trial_id=f"{length}-{depth}-{repeat}",
                model=model,
                task="single/san-francisco",
                context_length=length,
                depth_percent=depth,
                repeat=repeat,
                seed=0,
                prompt_sha256="",
                prompt_tokens=length,
                placements=(),
                question="",
                answers=(),
                outcome="answered",
                score=float(score >= RETRIEVED),
            )
        )
    return trials


def draw(
    name: str,
    model: str,
    rows: list[Row],
    date: str,
    *,
    source: str = SOURCE,
    scale: str = "categorical",
    **look: Any,
) -> None:
    """Write one map of the gallery as PNG."""
    trials = records(model, rows)
    (grid,) = build_grids(trials, simulated=False, planned={})
    (summary,) = summarize(trials, simulated=False, planned={})
    digest = hashlib.sha256(json.dumps(rows).encode()).hexdigest()
    facts = Facts(date=date, haystack="Paul Graham essays", source=source)
    write(
        heatmap_data(grid, summary, facts, scale=scale),
        Path(__file__).parent / name,
        formats=("png",),
        provenance=Provenance(
            run="published", experiment_sha256=digest, niah_version=niah.__version__
        ),
        **look,
    )


def main() -> None:
    """Draw every map of the gallery."""
    gpt, claude = gpt_4(), claude_2_1()
    draw("gpt-4", "openai/gpt-4-1106-preview", gpt, "2023-11", preset="readme", margins=True)
    draw(
        "gpt-4-classic",
        "openai/gpt-4-1106-preview",
        gpt,
        "2023-11",
        preset="readme",
        style="classic",
    )
    draw(
        "claude-2.1",
        "anthropic/claude-2.1",
        claude,
        "2023-11",
        preset="readme",
        margins=True,
        source=CLAUDE_SOURCE,
    )
    draw(
        "claude-2.1-dark",
        "anthropic/claude-2.1",
        claude,
        "2023-11",
        preset="readme",
        theme="dark",
        margins=True,
        source=CLAUDE_SOURCE,
        scale="true",
    )


if __name__ == "__main__":
    main()
