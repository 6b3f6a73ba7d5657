"""Photograph the HTML report: ``python plots/gallery/shoot.py``, from the repository's root.

The first picture shows the published runs that ``draw.py`` redraws, the second one the map and the
third one an opened cell of a reference reader, which is simulated and says so. Needs Chromium and
the test extras.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from draw import GALLERY, published

from tests.browser import chromium

EXPERIMENT = """
name = "quickstart"
models = ["reference/lost-in-the-middle"]
seed = 7
[grid]
context_lengths = { from = "1K", to = "32K", count = 8, spacing = "log" }
depth_percents = { from = 0, to = 100, count = 9 }
trials = 3
"""


def niah(*arguments: str, directory: str) -> None:
    """Run the command line in a directory."""
    command = [sys.executable, "-c", "from niah.cli import main; main()", *arguments]
    subprocess.run(command, cwd=directory, check=True, stdout=subprocess.DEVNULL)


def main() -> None:
    """Write the pictures."""
    with tempfile.TemporaryDirectory() as directory:
        published(Path(directory))
        niah("report", "gpt-4", "claude-2.1", "--out", "published.html", directory=directory)
        (Path(directory) / "quickstart.toml").write_text(EXPERIMENT, encoding="utf-8")
        niah("run", "quickstart.toml", "--db", "own.db", "--quiet", directory=directory)
        niah("report", "latest", "--db", "own.db", "--out", "own.html", directory=directory)
        with chromium() as browser:
            tab = browser.new_page(viewport={"width": 1120, "height": 900})
            tab.goto((Path(directory) / "published.html").as_uri())
            tab.wait_for_timeout(500)
            tab.screenshot(path=GALLERY / "report.png")
            tab = browser.new_page(viewport={"width": 1120, "height": 780})
            tab.goto((Path(directory) / "own.html").as_uri())
            tab.locator("#maps-title").evaluate("title => title.scrollIntoView()")
            tab.locator('td[aria-label^="19,504 tokens, depth 50%"]').hover()
            tab.wait_for_timeout(500)
            tab.screenshot(path=GALLERY / "report-map.png")
            tab.locator('td[aria-label^="19,504 tokens, depth 62.5%"]').click()
            tab.wait_for_timeout(500)
            tab.screenshot(path=GALLERY / "report-answers.png")


if __name__ == "__main__":
    main()
