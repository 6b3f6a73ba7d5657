"""Does the gate stay quiet when nothing happened, and is it loud when something did?

``python tests/benchmarks/bench_gate.py quiet [NIGHTS]`` and ``... drops [NIGHTS]`` go through the
real commands: for each known map a baseline (``niah gate EXPERIMENT``, ``niah baseline set``), then
nights of ``niah gate EXPERIMENT --baseline``, in process, against a reference reader whose map and
draw change from night to night; on a grid of 8 x 8 when nothing happens, of 15 x 15 when something
does. ``... rules [NIGHTS]`` simulates the rules alone: the study's four gates beside ours.

Both print false alarms and detections by map and by change, maps that the rule was tuned on apart
from those that it was not, and answers that are all drawn anew (stability 0) apart from answers
that mostly repeat (0.8). Everything here is simulated.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from niah.cli import main as niah_main
from niah.statistics.expectations import build_baseline
from tests.benchmarks import study_gates
from tests.benchmarks.gate_nights import (
    CHANGES,
    DEPTHS,
    LENGTHS,
    changed,
    draw_prompts,
    known_map,
    measure,
    night,
)
from tests.benchmarks.truth_maps import HELD_OUT, Map

SIZE = 15
TUNED_ON = ("flat 90", "flat 97", "lost in the middle", "cliff", "diagonal edge", "bad patch")
HELD_BACK = tuple(HELD_OUT)
MAPS = (*TUNED_ON, *HELD_BACK)
STABILITIES = (0.0, 0.8)
NIGHTS_EACH = 21
"""Quiet nights for each baseline: what it had by chance, all of them share."""
DROPS = ("all by 2", "all by 3", "patch", "two rows", "edge")

EXPERIMENT = """
name = "night"
models = ["reference/map@stable={stability}"]
[grid]
context_lengths = {lengths}
depth_percents = {depths}
"""

Tally = dict[tuple[str, float, str], list[float]]
"""Alarms, nights, passes of re-tests by map, stability and change."""


def command(*arguments: str) -> tuple[int, str]:
    """A command in this process: its exit code and what it printed."""
    sys.argv = ["niah", *arguments]
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()) as err:
        try:
            niah_main()
        except SystemExit as end:
            code = int(end.code or 0)
    if code not in (0, 1, 3):
        raise RuntimeError(f"niah {' '.join(arguments)}: exit code {code}: {err.getvalue()}")
    return code, out.getvalue()


def axes(size: int) -> tuple[list[int], list[float]]:
    """Context lengths and depths of a grid."""
    step = SIZE // size + (size < SIZE)
    return list(LENGTHS[::step][:size]), list(DEPTHS[::step][:size])


def write_map(path: Path, truth: Map) -> None:
    """A map as the file that a reference reader reads."""
    lengths, depths = axes(truth.shape[0])
    lines = ["depth," + ",".join(map(str, lengths))]
    lines += [
        f"{depth}," + ",".join(f"{share:.6f}" for share in row)
        for depth, row in zip(depths, truth, strict=True)
    ]
    path.write_text("\n".join(lines) + "\n")


class Scheduler:
    """One known map's store, experiment and baseline."""

    def __init__(
        self, directory: Path, family: str, stability: float, seed: int, size: int
    ) -> None:
        self.truth = known_map(family, size, seed)
        lengths, depths = axes(size)
        self._directory = directory
        self._draw = 1 + 100_000 * seed
        self._experiment = directory / "night.toml"
        self._store = directory / "niah.db"
        self._experiment.write_text(
            EXPERIMENT.format(stability=stability, lengths=lengths, depths=depths)
        )
        self._seed = f"seed={seed}"
        self.gate(self.truth, "--min-accuracy", "0", "--set", "grid.trials=15")
        command("baseline", "set", "base", "latest", "--db", str(self._store))

    def gate(self, truth: Map, *options: str) -> tuple[int, dict[str, object]]:
        """Tonight: the map as it is now, and a draw that no night had before."""
        self._draw += 1
        write_map(self._directory / "map.csv", truth)
        os.environ["NIAH_REFERENCE_MAP"] = str(self._directory / "map.csv")
        os.environ["NIAH_REFERENCE_DRAW"] = str(self._draw)
        code, out = command(
            *("gate", str(self._experiment), "--new", "--quiet", "--json"),
            *("--db", str(self._store), "--set", self._seed, *options),
        )
        return code, json.loads(out)

    def night(self, truth: Map) -> tuple[bool, float]:
        """Whether it alarmed, and the re-tests in passes over the grid."""
        code, found = self.gate(truth, "--baseline", "base")
        assert code != 3, found["reason"]
        retests = found["retests"]
        trials = retests["trials"] if isinstance(retests, dict) else 0
        return code == 1, trials / truth.size


def through_commands(what: str, nights: int, part: int, parts: int) -> None:
    """Nights of every map, each map with baselines of its own."""
    tally: Tally = defaultdict(lambda: [0, 0, 0.0])
    began = time.monotonic()
    cases = [(family, stability) for stability in STABILITIES for family in MAPS]
    changes = ("none",) * NIGHTS_EACH if what == "quiet" else DROPS
    size = 8 if what == "quiet" else SIZE
    for seed in range(-(-nights // (len(cases) * len(changes)))):
        for family, stability in cases[part::parts]:
            with tempfile.TemporaryDirectory() as directory:
                scheduler = Scheduler(Path(directory), family, stability, seed, size)
                for change in changes:
                    g = np.random.default_rng([seed, *family.encode(), *change.encode()])
                    truth = changed(scheduler.truth, change, g)
                    if truth is None:
                        continue
                    alarm, passes = scheduler.night(truth)
                    _count(tally, family, stability, change, alarm, passes)
                    row = family, stability, change, alarm, round(passes, 3)
                    print(json.dumps(row), flush=True)
    print_tally(tally)
    print(f"{time.monotonic() - began:.0f} s")


def rules(nights: int) -> None:
    """The study's table, reprinted, with our rule beside its own; and ours by map."""
    tally: Tally = defaultdict(lambda: [0, 0, 0.0])
    study: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    baselines = max(1, nights // (len(MAPS) * len(STABILITIES)))
    for family in MAPS:
        for stability in STABILITIES:
            for seed in range(baselines):
                g = np.random.default_rng([seed, *family.encode()])
                truth = known_map(family, SIZE, seed)
                prompts = draw_prompts(truth.shape, SIZE, stability, g)
                pool = measure(prompts, truth, range(SIZE), g)
                known = build_baseline(pool) if stability == 0 else None
                counts = study_gates.counts_of(pool, truth.shape)
                for change in CHANGES:
                    now = changed(truth, change, g)
                    if now is None:
                        continue
                    found = night(pool, prompts, now, g, known=known)
                    alarm = found.outcome.verdict == "fail"
                    _count(tally, family, stability, change, alarm, found.passes)
                    if stability == 0:
                        study["ours", change][0] += alarm
                        study["ours", change][1] += 1
                        for name, alarmed in study_gates.judge_night(counts, now, g).items():
                            study[name, change][0] += alarmed
                            study[name, change][1] += 1
            print(f"... {family}, stability {stability}", file=sys.stderr, flush=True)
    print("Independent answers (stability 0), all maps: share of nights with an alarm")
    print(f"{'gate':28}" + "".join(f"{change:>12}" for change in CHANGES))
    for name in (*study_gates.NAMES, "ours"):
        shares = (study[name, change] for change in CHANGES)
        print(f"{name:28}" + "".join(f"{a / max(n, 1):12.3f}" for a, n in shares))
    print_tally(tally)


def _count(
    tally: Tally, family: str, stability: float, change: str, alarm: bool, passes: float
) -> None:
    entry = tally[family, stability, change]
    entry[0] += alarm
    entry[1] += 1
    entry[2] += passes


def print_tally(tally: Tally) -> None:
    """By map; then false alarms and detections of tuned and held-out maps, and the costs."""
    changes = [c for c in CHANGES if any(key[2] == c for key in tally)]
    for stability in STABILITIES:
        print(f"\nstability {stability}: share of nights with an alarm (re-tests in passes)")
        print(f"{'map':22}" + "".join(f"{change:>18}" for change in changes))
        for name, families in (
            *((family, (family,)) for family in MAPS),
            ("TUNED ON", TUNED_ON),
            ("HELD OUT", HELD_BACK),
            ("ALL MAPS", MAPS),
        ):
            print(f"{name:22}" + "".join(_share(tally, families, stability, c) for c in changes))
    print("\n                     alarm   no alarm     (all maps, both stabilities)")
    drops = [change for change in changes if change != "none"]
    for name, chosen in (("nothing happened", ["none"]), ("dropped >= 2 points", drops)):
        entries = [entry for key, entry in tally.items() if key[2] in chosen]
        alarms, total = (int(sum(entry[i] for entry in entries)) for i in (0, 1))
        share = alarms / max(1, total)
        print(f"{name:20}{alarms:6} {total - alarms:10}     {share:.3f} of {total}")


def _share(tally: Tally, families: tuple[str, ...], stability: float, change: str) -> str:
    entries = [tally[f, stability, change] for f in families if (f, stability, change) in tally]
    alarms, total, passes = (sum(entry[i] for entry in entries) for i in range(3))
    return f"{alarms / total:9.3f} ({passes / total:5.2f})" if total else f"{'-':>18}"


def main() -> None:
    """See the module; two more numbers do one part of several."""
    what, *numbers = sys.argv[1:] or ["rules"]
    values = [int(number) for number in numbers]
    if what == "total":
        print_tally(read_tally(sys.stdin))
    elif what == "rules":
        rules(values[0] if values else 600)
    else:
        nights, part, parts = [*values, *[504, 0, 1][len(values) :]]
        through_commands(what, nights, part, parts)


def read_tally(lines: Iterable[str]) -> Tally:
    """The nights that parts have printed, together."""
    tally: Tally = defaultdict(lambda: [0, 0, 0.0])
    for line in lines:
        if line.startswith("["):
            family, stability, change, alarm, passes = json.loads(line)
            _count(tally, family, stability, change, alarm, passes)
    return tally


if __name__ == "__main__":
    main()
