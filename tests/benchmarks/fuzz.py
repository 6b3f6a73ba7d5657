"""Thousands of hostile experiment files, stores and imports at the command line.

Usage: python tests/benchmarks/fuzz.py [--cases 10000] [--first 0] [experiments|stores|imports]...

Prints how each kind ended by exit code, and every case that ended otherwise than the contract says.
A case is played again by its number: --first NUMBER --cases 1.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from time import perf_counter

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from niah.cli import main as niah_main
from tests.command import Niah, Outcome
from tests.test_hostile_inputs import play_experiment, play_import, play_store, sound_store


def command_line() -> Niah:
    """Commands in this process, as the tests run them."""

    def run(*arguments: str | Path) -> Outcome:
        written, err, code = BytesIO(), StringIO(), 0
        out = TextIOWrapper(written, "utf-8")
        sys.argv = ["niah", *map(str, arguments)]
        with redirect_stdout(out), redirect_stderr(err):
            try:
                niah_main()
            except SystemExit as end:
                code = int(end.code or 0)
        out.flush()
        return Outcome(code, written.getvalue().decode(), err.getvalue())

    return run


def main() -> None:
    """Play the cases of each kind."""
    parser = argparse.ArgumentParser()
    parser.add_argument("kinds", nargs="*", default=["experiments", "stores", "imports"])
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    niah = command_line()
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        directory = Path(name)
        patch.chdir(directory)
        whole, exported = sound_store(niah, directory)
        play: dict[str, Callable[[int], int]] = {
            "experiments": lambda seed: play_experiment(niah, directory, seed),
            "stores": lambda seed: play_store(niah, directory, whole, seed),
            "imports": lambda seed: play_import(niah, directory, exported, seed),
        }
        for kind in options.kinds:
            codes: Counter[int | str] = Counter()
            begin = perf_counter()
            for seed in range(options.first, options.first + options.cases):
                try:
                    codes[play[kind](seed)] += 1
                except Exception as error:
                    codes["wrong"] += 1
                    last = traceback.extract_tb(error.__traceback__)[-1]
                    print(f"{kind} {seed}: {error!r:.300} at {last.filename}:{last.lineno}")
            print(f"{kind}: {dict(codes)} in {perf_counter() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    main()
