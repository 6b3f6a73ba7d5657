"""Runs and trials for tests of the store; quick to import, for processes that get killed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from niah.prompts import Placement
from niah.store import Run, TrialRecord
from niah.store.database import Store
from niah.store.writer import open_writer


def make_run(run: str = "quickstart-1", **changes: Any) -> Run:
    return replace(
        Run(
            run=run,
            name="quickstart",
            experiment_sha256="e" * 64,
            experiment='{"name":"quickstart"}',
            versions={"niah": "0.1.0", "python": "3.11.9"},
            simulated=True,
            planned_trials=27,
            created_at="2026-11-23T16:30:00Z",
        ),
        **changes,
    )


def make_trial(number: int = 0, run: str = "quickstart-1", **changes: Any) -> TrialRecord:
    return replace(
        TrialRecord(
            run=run,
            trial_id=f"{number:064x}",
            model="reference/exact",
            task="single/magic-number",
            context_length=1000,
            depth_percent=50.0,
            repeat=number,
            seed=number,
            prompt_sha256="a" * 64,
            prompt_tokens=1000,
            placements=(
                Placement(
                    role="needle",
                    asked_depth_percent=50.0,
                    placed_depth_percent=49.5,
                    token_offset=480,
                    char_offset=2100,
                ),
            ),
            question="What is the magic number?",
            answers=("482913",),
            outcome="answered",
            response="It is 482913.",
            score=1.0,
            cost_usd=0.25,
        ),
        **changes,
    )


def add_all(store: Store, trials: list[TrialRecord]) -> None:
    with open_writer(store, trials[0].run) as writer:
        for done in [writer.submit(trial) for trial in trials]:
            done.result()
