"""The experiments of a suite, one run after another under one budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from niah.runner.closing import RunResult
from niah.runner.controls import controls_spent_usd, family_spent_usd
from niah.runner.prepared import Prepared
from niah.runner.run import run_to_go_on_with
from niah.store.database import Store

Run = Callable[[Prepared, float], RunResult]
"""Measures one experiment, given what the others have spent of the budget in USD."""


def run_suite(
    prepared: Sequence[Prepared],
    store: Store,
    run: Run,
    *,
    new: bool = False,
    new_after_s: float | None = None,
) -> Iterator[RunResult]:
    """The result of each experiment in turn, until one is stopped before its last request.

    What counts against the budget is what this suite's other runs have cost, those included that
    an earlier session began and that come later in the file.

    Args:
        prepared: All experiments, with the same limits.
        store: Open for writing.
        run: What measures one.
        new, new_after_s: As for ``run_experiment``.
    """
    begun = [run_to_go_on_with(one, store, new=new, new_after_s=new_after_s) for one in prepared]
    others_usd = [0.0 if own is None else family_spent_usd(store, own.run) for own in begun]
    for number, (one, own) in enumerate(zip(prepared, begun, strict=True)):
        others_usd[number] = 0.0 if own is None else controls_spent_usd(store, own.run)
        result = run(one, sum(others_usd))
        others_usd[number] = family_spent_usd(store, result.run.run)
        yield result
        if result.interrupted or ended_early(result):
            return


def ended_early(result: RunResult) -> bool:
    """Whether trials were left unsent: the budget or the time was used up, or a key was refused."""
    tried = sum(summary.trials for summary in result.summaries)
    return result.status != "complete" and tried < result.run.planned_trials
