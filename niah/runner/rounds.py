"""Rounds of re-tests: the cells of all open groups, each with prompts that are new tonight."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from niah.runner.retests import Retests, fresh_trials, send_round
from niah.statistics import Grid
from niah.statistics.evidence import Group
from niah.statistics.expectations import Baseline, Scores, scores_of
from niah.store import TrialRecord
from niah.streams import Cell


def retest_rounds(
    grid: Grid,
    baseline: Baseline,
    trials: Sequence[TrialRecord],
    before: Sequence[TrialRecord],
    retests: Retests | None,
    each: int,
) -> Callable[[Sequence[Group]], Scores | None]:
    """What sends another round of re-tests, and returns all fresh scores so far; None = no more.

    Args:
        grid: Tonight's sweep.
        baseline: What it is compared with.
        trials: Tonight's.
        before: The baseline's; where it has tonight's prompts, its other prompts come first.
        retests: What sends them; None = none may be sent.
        each: Trials of every open cell in a round.
    """
    if retests is None:
        return lambda _: None
    seeds = {(r.context_length, r.depth_percent, r.repeat): r.prompt_sha256 for r in trials}
    same = any(
        seeds.get((r.context_length, r.depth_percent, r.repeat)) == r.prompt_sha256 for r in before
    )
    return _Rounds(
        grid=grid,
        baseline=baseline,
        retests=retests,
        known_repeats=sorted({r.repeat for r in before}) if same else [],
        tonights_repeats=sorted({r.repeat for r in trials}),
        each=each,
        asked=Counter(),
        records=[],
    )


@dataclass(slots=True)
class _Rounds:
    """Sends a round for the groups that are open, and gathers what comes back."""

    grid: Grid
    baseline: Baseline
    retests: Retests
    known_repeats: list[int]
    tonights_repeats: list[int]
    each: int
    asked: Counter[Cell]
    records: list[TrialRecord]

    def __call__(self, open_: Sequence[Group]) -> Scores | None:
        cells = self._cells_of(open_)
        trials = fresh_trials(
            self.retests.prepared,
            self.grid.model,
            cells,
            asked=self.asked,
            known_repeats=self.known_repeats,
            tonights_repeats=self.tonights_repeats,
            each=self.each,
        )
        scored = send_round(self.retests, trials)
        if scored is None:
            return None
        for cell in cells:
            self.asked[cell] += self.each
        self.records += scored
        return scores_of(self.records, self.baseline)

    def _cells_of(self, open_: Iterable[Group]) -> list[Cell]:
        """Row and column in the experiment's grid of the cells that are to be tested again."""
        axes = self.retests.prepared.experiment.grid
        wanted = set()
        for group in open_:
            for depth in self.baseline.depth_percents[group.rows]:
                for length in self.baseline.context_lengths[group.columns]:
                    if depth in axes.depth_percents and length in axes.context_lengths:
                        wanted.add(
                            (axes.depth_percents.index(depth), axes.context_lengths.index(length))
                        )
        return sorted(wanted, key=lambda cell: (-cell[1], cell[0]))
