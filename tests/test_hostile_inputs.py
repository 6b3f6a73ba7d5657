"""Files from elsewhere, however broken or bent: one sentence and exit code 2, or they work."""

from __future__ import annotations

import random
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.command import Niah
from tests.hostile import bad_experiment, bad_import, bad_store

ROOT = Path(__file__).parents[1]
EXPERIMENTS = [path.read_text("utf-8") for path in sorted((ROOT / "configs").glob("**/*.toml"))]
LEGACY = """[
  {"context_length": 1000, "depth_percent": 50.0, "version": 1, "needle": "The key is 7.",
   "model": "gpt-4", "model_response": "7", "score": 10},
  {"context_length": 2000, "depth_percent": 0, "version": 1, "needle": "The key is 7.",
   "model": "gpt-4", "model_response": "no", "score": 1}
]"""
RULER = (
    '{"index": 0, "pred": "1234567", "outputs": ["1234567"], "length": 4000, '
    '"token_position_answer": 2000}\n'
    '{"index": 1, "pred": "x", "outputs": ["7654321"], "length": 4010}\n'
)
COLUMNS = "model,context_length,depth_percent,score\ngpt-4,1000,50,1\ngpt-4,2000,0,0.5\n"
LONGEST_CPU_S = 20
LONGEST_WALL_S = 300  # on a machine that may be busy with other things
# How many of each are drawn here; tests/benchmarks/fuzz.py draws as many as it is told.
CASES = 60


@contextmanager
def no_hang(what: str) -> Iterator[None]:
    """Fail when the block takes too long, by the processor's time or by the clock."""

    def late(*_: object) -> None:
        raise TimeoutError(what)

    before = [signal.signal(number, late) for number in (signal.SIGALRM, signal.SIGPROF)]
    signal.setitimer(signal.ITIMER_REAL, LONGEST_WALL_S)
    signal.setitimer(signal.ITIMER_PROF, LONGEST_CPU_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGALRM, before[0])
        signal.signal(signal.SIGPROF, before[1])


def judged(niah: Niah, what: str, *arguments: str | Path) -> int:
    """The exit code of a command that ended as the contract says; anything else fails."""
    with no_hang(what):
        outcome = niah(*arguments)
    assert outcome.code in (0, 1, 2, 3), (what, outcome)
    assert "Traceback" not in outcome.err, (what, outcome.err)
    if outcome.code == 2:
        sentences = [line for line in outcome.err.splitlines() if not line.startswith("warning: ")]
        assert len(sentences) == 1, (what, outcome.err)
        assert len(sentences[0]) < 2_000, (what, outcome.err)
        assert sentences[0].isprintable(), (what, outcome.err)
    return outcome.code


def play_experiment(niah: Niah, directory: Path, seed: int) -> int:
    """Plan a drawn experiment file."""
    path = directory / "drawn.toml"
    path.write_bytes(bad_experiment(random.Random(seed), EXPERIMENTS))
    return judged(niah, f"experiment {seed}", "plan", path, "--json")


def play_store(niah: Niah, directory: Path, whole: bytes, seed: int) -> int:
    """List, show, follow and export what is in a drawn store, then prune it; the worst code."""
    rng = random.Random(seed)
    for path in directory.glob("drawn.db*"):
        path.unlink()
    path = directory / "drawn.db"
    bad_store(rng, whole, path)
    commands: list[tuple[str, ...]] = [
        ("runs", "--json"),
        ("show", "latest"),
        ("show", "latest", "--length", "400", "--depth", "0", "--prompt"),
        ("export", "latest", "--format", rng.choice(("jsonl", "csv"))),
        ("history", "sound"),
    ]
    if rng.random() < 0.05:
        commands.append(("plot", "latest", "--plots", str(directory / "plots")))
    if rng.random() < 0.1:
        commands.append(
            rng.choice(
                (
                    ("compare", "latest", "latest"),
                    ("gate", "latest", "--min-accuracy", "0.5"),
                    ("report", "latest", "--out", str(directory / "report.md")),
                    ("baseline", "set", "sound", "latest"),
                )
            )
        )
    commands.append(("prune", "--keep-last", "0", "--older-than", "1s", "--yes"))
    return max(
        judged(niah, f"store {seed}: {' '.join(command)}", *command, "--db", path)
        for command in commands
    )


def play_import(niah: Niah, directory: Path, exported: str, seed: int) -> int:
    """Import drawn results."""
    rng = random.Random(seed)
    shutil.rmtree(directory / "in", ignore_errors=True)
    (directory / "in").mkdir()
    texts = {".json": LEGACY, ".jsonl": rng.choice((RULER, exported)), ".csv": COLUMNS}
    suffix = rng.choice(list(texts))
    path = directory / "in" / f"drawn{suffix}"
    path.write_bytes(bad_import(rng, [texts[suffix]]))
    store = directory / "in" / "imported.db"
    return judged(niah, f"import {seed}", "import", path, "-m", "gpt-4", "--db", store)


def sound_store(niah: Niah, directory: Path) -> tuple[bytes, str]:
    """A small store as bytes, and its run as exported."""
    config = directory / "sound.toml"
    config.write_text(
        'name = "sound"\nmodels = ["reference/exact"]\n'
        "[grid]\ncontext_lengths = [400]\ndepth_percents = [0, 50]\n"
    )
    assert niah("run", config).code == 0
    assert niah("gate", "latest", "--min-accuracy", "0.01").code in (0, 3)  # it has a verdict
    exported = niah("export", "latest", "--format", "jsonl").out
    return (directory / "niah.db").read_bytes(), exported


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGALRM")
class TestDrawn:
    """A few of each; the seeds are fixed, so that a failure can be played again."""

    def test_experiments(self, niah: Niah, tmp_path: Path) -> None:
        """Most are refused in one sentence, none ends in a traceback or hangs."""
        codes = [play_experiment(niah, tmp_path, seed) for seed in range(CASES)]
        assert codes.count(2) > CASES / 2

    def test_stores(self, niah: Niah, tmp_path: Path) -> None:
        """Damaged ones are refused, bent ones too or shown inert."""
        whole, _ = sound_store(niah, tmp_path)
        codes = [play_store(niah, tmp_path, whole, seed) for seed in range(CASES)]
        assert codes.count(2) > CASES / 2

    def test_imports(self, niah: Niah, tmp_path: Path) -> None:
        """What cannot be read right is not read at all."""
        _, exported = sound_store(niah, tmp_path)
        codes = [play_import(niah, tmp_path, exported, seed) for seed in range(CASES)]
        assert codes.count(2) > CASES / 2
