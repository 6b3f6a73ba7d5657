"""A literal reader on every family: it finds what shares the question's words, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from niah.cli.serving import reference_transports
from niah.experiment import Experiment
from niah.runner.keys import Keys
from niah.runner.prepare import prepare
from niah.runner.run import run_experiment
from niah.store.database import open_store
from niah.store.trials import iter_trials
from niah.tasks.registry import own_families

LITERAL = (1.0, 1.0)
NOTHING = (0.0, 0.0)
CLOCK = {
    "question": "By whom is the clock of the lighthouse wound every night?",
    "answers": ["the second keeper"],
    "text": "The clock of the lighthouse is wound every night by the second keeper.",
}
EXPECTED: dict[str, tuple[tuple[float, float], str]] = {
    "single": (LITERAL, "the needle has the question's words"),
    "multi-key": (LITERAL, "the asked key stands in one needle alone"),
    "distractors": (LITERAL, "near misses lack one of the question's words"),
    "passkey": (LITERAL, "the block says that it holds the pass key"),
    "absent": (LITERAL, "no sentence has all of the question's words, and it says so"),
    "question-answering": (LITERAL, "the passage has the question's words"),
    "sequence": ((0.2, 0.9), "it lists the sentences as they stand, not by their dates"),
    "associative": (NOTHING, "question and needle share no word"),
    "conflict": (NOTHING, "several sentences fit equally well, and it does not weigh dates"),
    "multi-value": (NOTHING, "several sentences fit equally well"),
    "multi-query": (NOTHING, "no sentence has all of the asked keys"),
    "counting": (NOTHING, "it does not gather"),
    "key-value": (NOTHING, "a pair of codes is no sentence"),
    "threads": (NOTHING, "it follows no chain"),
    "variable-tracking": (NOTHING, "it follows no chain"),
    "ancestral-trace": (NOTHING, "it follows no chain"),
    "graph-walks": (NOTHING, "it follows no chain"),
    "common-words": (NOTHING, "it does not count"),
    "frequent-words": (NOTHING, "it does not count"),
    "multi-round": (NOTHING, "it writes no prefix"),
}


def test_every_family_has_an_expectation() -> None:
    """A family that is added says here what a literal reader makes of it."""
    assert set(EXPECTED) == set(own_families())


@pytest.mark.parametrize("kind", EXPECTED)
def test_a_literal_reader_solves_or_fails_a_family_for_a_known_reason(
    kind: str, tmp_path: Path
) -> None:
    """Its share of right answers is the one that the family's construction leads to."""
    (lower, upper), reason = EXPECTED[kind]
    task: dict[str, Any] = {"kind": kind}
    if kind == "question-answering":
        task["facts"] = [CLOCK]
    document = {
        "name": "readers",
        "models": ["reference/exact"],
        "grid": {"context_lengths": [3000], "depth_percents": [20, 80], "trials": 3},
        "task": task,
    }
    experiment = Experiment.model_validate_json(json.dumps(document))
    with open_store(tmp_path / "niah.db") as store:
        result = run_experiment(
            prepare(experiment), store, keys=Keys({}), transports=reference_transports()
        )
        scores = [record.score for record in iter_trials(store, result.run.run)]
    measured = [score for score in scores if score is not None]
    assert len(measured) == len(scores) > 0
    assert lower <= fmean(measured) <= upper, reason
