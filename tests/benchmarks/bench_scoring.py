"""How the scorer agrees with people, with the published judge, and how long it takes.

``python tests/benchmarks/bench_scoring.py`` prints four tables. The labelled responses are by
hand; a held-out batch was written before the rules that it was first scored by, and what those
rules made of it stands beside what today's make of it.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from niah.scoring import SCORER_VERSION, score
from tests.scoring_data import (
    PUBLISHED,
    PUBLISHED_CHALLENGE,
    RETRIEVED,
    challenges,
    labelled,
    published,
)
from tests.test_scoring_properties import HOSTILE

FIRST_RUN = {
    "tuned": (0.987, 0.987),
    "held-out-1": (0.982, 0.982),
    "held-out-2": (0.965, 0.973),
    "held-out-3": (0.974, 0.760),
    "held-out-4": (0.981, 0.944),
    "held-out-5": (0.974, 0.882),
    "held-out-6": (0.917, 0.917),
    "held-out-7": (0.931, 0.601),
    "held-out-8": (0.952, 0.842),
    "held-out-9": (0.924, 0.871),
    "held-out-10": (0.946, 0.791),
    "held-out-11": (0.948, 0.965),
    "held-out-12": (0.909, 0.759),
    "held-out-13": (0.940, 0.913),
    "held-out-14": (0.877, 0.934),
}
"""(precision, recall) of each batch when it was first scored, before any rule was changed."""


def precision_recall(verdicts: Sequence[tuple[bool, bool]]) -> tuple[float, float]:
    """Of (deserved, credited) pairs; nothing credited is precise, nothing deserved is recalled."""
    credited = [deserved for deserved, given in verdicts if given]
    deserving = [given for deserved, given in verdicts if deserved]
    return (
        sum(credited) / len(credited) if credited else 1.0,
        sum(deserving) / len(deserving) if deserving else 1.0,
    )


def print_labelled() -> None:
    """Precision and recall by batch and by category; every response scored otherwise."""
    entries = [(entry, entry.scored()) for entry in labelled()]
    print(f"labelled responses, scorer {SCORER_VERSION}")
    print(f"{'batch':22} {'n':>5} {'precision':>9} {'recall':>7} {'exact':>6}   first run")
    for name in [*FIRST_RUN, "all"]:
        batch = [(e, s) for e, s in entries if name in (e.set, "all")]
        exact = sum(abs(s.value - e.expected) < 1e-5 for e, s in batch) / len(batch)
        precision, recall = precision_recall([(e.expected > 0, s.value > 0) for e, s in batch])
        first = "{:.3f} {:.3f}".format(*FIRST_RUN[name]) if name in FIRST_RUN else ""
        print(f"{name:22} {len(batch):5} {precision:9.3f} {recall:7.3f} {exact:6.3f}   {first}")
    print(f"\n{'category':22} {'n':>5} {'precision':>9} {'recall':>7} {'exact':>6}")
    for category in dict.fromkeys(entry.category for entry, _ in entries):
        batch = [(e, s) for e, s in entries if e.category == category]
        exact = sum(abs(s.value - e.expected) < 1e-5 for e, s in batch) / len(batch)
        precision, recall = precision_recall([(e.expected > 0, s.value > 0) for e, s in batch])
        print(f"{category:22} {len(batch):5} {precision:9.3f} {recall:7.3f} {exact:6.3f}")
    for entry, verdict in entries:
        if abs(verdict.value - entry.expected) >= 1e-5:
            print(f"  by hand {entry.expected:.3f}, niah {verdict}: {entry.response!r}")


def print_published() -> None:
    """Agreement with the published judge of Claude 2.1's responses, and every disagreement."""
    if not PUBLISHED.is_dir():
        print("\n../shared/data is not here: no comparison with the published judge")
        return
    trials = [(*trial, score(trial[2], PUBLISHED_CHALLENGE)) for trial in published()]
    verdicts = [(judged >= RETRIEVED, verdict.value == 1.0) for _, judged, _, verdict in trials]
    precision, recall = precision_recall(verdicts)
    agreement = sum(judge == niah for judge, niah in verdicts) / len(verdicts)
    print(f"\nClaude 2.1, published judge (>= {RETRIEVED} of 10 = retrieved), {len(trials)} trials")
    print(f"agreement {agreement:.4f}   precision {precision:.4f}   recall {recall:.4f}")
    for (name, judged, response, verdict), (judge, niah) in zip(trials, verdicts, strict=True):
        if judge != niah:
            print(f"\n  {name}: judge {judged}, niah {verdict.value:.0f} ({verdict.reason})")
            print(f"    {' '.join(response.split())}")


def print_speed() -> None:
    """Time for usual responses, and the slowest of the hostile ones at 100 KB and at twice that."""
    entries = labelled()
    started = time.perf_counter()
    for entry in entries:
        entry.scored()
    usual_s = (time.perf_counter() - started) / len(entries)
    print(f"\nusual responses: {usual_s * 1e6:.0f} us each")
    named = challenges()
    rows = []
    for unit in HOSTILE:
        for name in ("oslo-distractors", "willow", "yuki", "common-words", "san-francisco"):
            seconds = []
            for size in (100_000, 200_000):
                response = unit * (size // len(unit)) + "x"
                started = time.process_time()
                score(response, named[name])
                seconds.append(time.process_time() - started)
            rows.append((seconds[0], seconds[1], f"{name:18} {unit!r}"))
    rows.sort(reverse=True)
    print("slowest hostile responses: CPU s at 100 KB, at 200 KB, ratio (2 = linear)")
    for small, large, shown in rows[:12]:
        print(f"  {small:6.3f} {large:6.3f} {large / small:5.1f}  {shown}")


if __name__ == "__main__":
    print_labelled()
    print_published()
    print_speed()
