"""How large a report is, and how long it takes to write and to open.

    python tests/benchmarks/bench_report.py [STORE]

Without a store: 1,225 cells of 5 made-up trials, no prompt rebuilt. With one: its newest run, by
the command line, with and without the text around the needles.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from niah.report.gather import gather
from niah.report.page import page
from niah.report.payload import all_cards, packed
from tests.browser import chromium
from tests.report_data import measured, passages_of, sweep_trials

T = TypeVar("T")


def timed(what: str, work: Callable[[], T]) -> T:
    """The work's result, its time printed."""
    start = time.perf_counter()
    result = work()
    print(f"{what:44}{time.perf_counter() - start:8.2f} s")
    return result


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "report.html"
        if len(sys.argv) > 1:
            command = [
                sys.executable,
                "-c",
                "from niah.cli import main; main()",
                "report",
                "latest",
                "--db",
                sys.argv[1],
            ]
            command += ["--out", str(path)]
            for option in ("--no-passages", "--passages"):
                done = [*command, option]
                timed(f"niah report {option}", lambda: subprocess.run(done, check=True))  # noqa: B023
        else:
            path.write_text(_made_up(), encoding="utf-8")
        print(f"{'size':44}{path.stat().st_size / 1e6:8.2f} MB")
        with chromium() as browser:
            tab = browser.new_page()
            timed("opened, until load", lambda: tab.goto(path.as_uri()))
            paint = "performance.getEntriesByType('paint').at(-1).startTime / 1000"
            print(f"{'first contentful paint':44}{tab.evaluate(paint):8.2f} s")
            timed(
                "all trials unpacked, the first ones shown",
                lambda: tab.wait_for_function(
                    r"/\d/.test(document.getElementById('count').textContent)"
                ),
            )


def _made_up() -> str:
    draw = random.Random(7)
    words = ["".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=6)) for _ in range(4000)]
    lengths = [1000 + 3735 * step for step in range(35)]
    depths = [round(100 * step / 34, 3) for step in range(35)]
    trials = [
        replace(trial, response=" ".join(draw.choices(words, k=40)))
        for trial in sweep_trials(lengths=lengths, depths=depths, repeats=5)
    ]
    passages = passages_of(trials)
    numbers = timed("numbers of the sweep", lambda: measured(trials, passages=passages))
    report = timed("gather", lambda: gather([numbers]))
    cards = timed("cards of 6,125 trials", lambda: list(all_cards(report)))
    timed("pack them", lambda: packed(report, cards))
    return timed("the whole page, cards and packing included", lambda: page(report))


if __name__ == "__main__":
    main()
