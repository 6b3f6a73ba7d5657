"""What an exact 128K-token prompt of each family costs to compose, beside the single needle's.

Usage: python tests/benchmarks/bench_families.py [--length 128000] [--prompts 15]

Each family composes new prompts (a seed of its own each, as a run does), down to the bytes that
are sent and their hash, in turns with the single needle, so that a busy machine slows both.
Printed: the median of the prompts after the first, its ratio to the single needle's, and the
first one, which finds out how many units fit. The goal is a ratio of at most 2 for the families
of retrieval; the others are reported: they write their whole haystack anew for each trial, and
128,000 new tokens must be counted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from niah.experiment.files import load_experiment
from niah.plan import Trial
from niah.runner.prepare import prepare
from niah.runner.prepared import compose_prompt

RETRIEVAL: dict[str, str] = {
    "single": 'kind = "single"',
    "multi-key": 'kind = "multi-key"\nkeys = 4',
    "multi-key, lines": 'kind = "multi-key"\nvariant = "lines"',
    "multi-key, uuid lines": 'kind = "multi-key"\nvariant = "uuid-lines"',
    "multi-value": 'kind = "multi-value"',
    "multi-query": 'kind = "multi-query"',
    "key-value": 'kind = "key-value"',
    "passkey": 'kind = "passkey"',
    "absent": 'kind = "absent"',
    "distractors": 'kind = "distractors"',
    "conflict": 'kind = "conflict"',
    "associative": 'kind = "associative"',
}
OTHERS: dict[str, str] = {
    kind: f'kind = "{kind}"'
    for kind in (
        "variable-tracking",
        "common-words",
        "frequent-words",
        "threads",
        "ancestral-trace",
        "sequence",
        "counting",
        "multi-round",
        "graph-walks",
    )
}
GOAL = 2.0


def composer(task: str, length: int, scratch: Path) -> Callable[[int], float]:
    """A function that composes the prompt of a seed, and says how long it took."""
    path = scratch / "experiment.toml"
    path.write_text(
        'name = "bench"\nmodels = ["reference/exact"]\n'
        f"[grid]\ncontext_lengths = [{length}]\ndepth_percents = [50]\ntrials = 1\n"
        f'[task]\n{task}\n[haystack]\nsource = "gazetteer"\n',
        encoding="utf-8",
    )
    prepared = prepare(load_experiment(path))
    first: Trial = prepared.trials[0]

    def seconds(seed: int) -> float:
        trial = replace(first, seed=seed)
        began = perf_counter()
        _, prompt = compose_prompt(prepared, trial)
        body = [message.content.encode() for message in prompt.messages]
        fingerprint = prompt.sha256
        spent = perf_counter() - began
        assert body
        assert fingerprint
        return spent

    return seconds


def measure(task: str, length: int, prompts: int, scratch: Path) -> tuple[float, float, float]:
    """First prompt, median of the next ones, and of the single needle's between them; seconds."""
    single = composer(RETRIEVAL["single"], length, scratch)
    own = composer(task, length, scratch)
    single(0)
    first = own(0)
    pairs = [(own(seed), single(seed)) for seed in range(1, prompts + 1)]
    return first, median(mine for mine, _ in pairs), median(plain for _, plain in pairs)


def main() -> None:
    """Measure every family and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--length", type=int, default=128_000)
    parser.add_argument("--prompts", type=int, default=15)
    arguments = parser.parse_args()
    above = []
    print(f"{arguments.length:,} tokens, median of {arguments.prompts} prompts")
    print(f"{'family':24} {'ms':>8} {'single':>8} {'ratio':>7} {'first':>9}")
    with tempfile.TemporaryDirectory() as directory:
        for group in (RETRIEVAL, OTHERS):
            for name, task in group.items():
                first, own, single = measure(
                    task, arguments.length, arguments.prompts, Path(directory)
                )
                ratio = own / single
                over = group is RETRIEVAL and ratio > GOAL
                above += [name] if over else []
                print(
                    f"{name:24} {own * 1e3:8.2f} {single * 1e3:8.2f} {ratio:7.2f} "
                    f"{first * 1e3:9.1f}" + ("  above the goal" if over else "")
                )
            print()
    print(f"retrieval above {GOAL:g}: {', '.join(above) or 'none'}")


if __name__ == "__main__":
    main()
