"""The few trials that a printed report shows: one of each way to fail, the shortest text first."""

from __future__ import annotations

from niah.report import Report, Sweep
from niah.report.cards import RESULTS, result_of
from niah.store import TrialRecord

MOST_NOTABLE = 8


def notable_trials(report: Report) -> list[tuple[Sweep, TrialRecord]]:
    """At most `MOST_NOTABLE` trials without full score.

    Of every sweep, outcome and reason the one in the shortest context comes first; when these are
    fewer, the next ones of each follow.
    """
    ways: dict[tuple[str, str, str], list[tuple[Sweep, TrialRecord]]] = {}
    for sweep in report.sweeps:
        for record in sweep.records:
            result = result_of(record)
            if result != "right":
                reason = record.score_reason or record.failure_kind or record.outcome
                ways.setdefault((result, sweep.label, reason), []).append((sweep, record))
    order = sorted(ways, key=lambda way: (RESULTS.index(way[0]), way))
    rounds = max(map(len, ways.values()), default=0)
    ranked = [ways[way][turn] for turn in range(rounds) for way in order if turn < len(ways[way])]
    return ranked[:MOST_NOTABLE]
