"""Trials that no prompt can have, found before anything is sent."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from niah.experiment import Experiment
from niah.haystacks.gazetteer import generate
from niah.runner.prepare import prepare
from niah.runner.prepared import Prepared, check_lengths, refused_trials
from niah.tasks import Written
from tests.command import Niah


def prepared_for(
    task: Mapping[str, Any], *, models: Sequence[str], lengths: Sequence[int], **more: Any
) -> Prepared:
    document = {
        "name": "refusals",
        "models": models,
        "grid": {"context_lengths": lengths, "depth_percents": [0, 50, 100], "trials": 4},
        "task": task,
        **more,
    }
    return prepare(Experiment.model_validate_json(json.dumps(document)))


def test_each_prompt_is_tried_once_for_all_models_of_its_vocabulary(tmp_path: Path) -> None:
    """What is refused is refused for every model; what was drawn for it, was drawn once."""
    (tmp_path / "notes.txt").write_text(generate("en", 20_000), encoding="utf-8")
    prepared = prepared_for(
        {"kind": "single"},
        models=("openai/gpt-4o", "openai/gpt-4o-mini"),
        lengths=(1_000, 6_000, 7_000),
        haystack={"path": str(tmp_path)},
    )
    drawn: Counter[int] = Counter()
    draw = prepared.task.draw
    prepared = replace(
        prepared, task=replace(prepared.task, draw=lambda seed: drawn.update([seed]) or draw(seed))
    )
    refused = refused_trials(prepared)
    expected = [trial for trial in prepared.trials if trial.context_length > 1_000]
    assert [trial for trial, _ in refused] == expected
    assert len({trial.model for trial, _ in refused}) == 2
    assert set(drawn.values()) == {1}
    assert len(drawn) == len(prepared.trials) // 2


def test_of_written_haystacks_one_of_each_length_is_tried() -> None:
    """A plan does not write every haystack of a sweep; the ends are tried when they are checked."""
    prepared = prepared_for(
        {"kind": "multi-round"}, models=("reference/exact",), lengths=(800, 1_000, 1_200, 1_400)
    )
    writer = prepared.task.writer
    assert writer is not None
    seeds: set[int] = set()

    def write(seed: int, units: int, depth_percent: float) -> Written:
        seeds.add(seed)
        return writer.write(seed, units, depth_percent)

    prepared = replace(prepared, task=replace(prepared.task, writer=replace(writer, write=write)))
    assert refused_trials(prepared) == []
    between = {trial.seed for trial in prepared.trials if trial.context_length in (1_000, 1_200)}
    assert len(seeds) == 2
    assert seeds < between
    seeds.clear()
    check_lengths(prepared)
    assert {t.context_length for t in prepared.trials if t.seed in seeds} == {800, 1_400}


def test_a_written_length_that_is_refused_is_refused_for_all_its_trials() -> None:
    """The one that was tried stands for the others of its length, and for no other length."""
    prepared = prepared_for(
        {"kind": "multi-round"}, models=("reference/exact",), lengths=(1_000, 2_000, 7_000, 9_000)
    )
    writer = prepared.task.writer
    assert writer is not None
    few = replace(prepared.task, writer=replace(writer, most=writer.least))
    refused = [trial for trial, _ in refused_trials(replace(prepared, task=few))]
    assert refused == [trial for trial in prepared.trials if trial.context_length == 7_000]


def test_a_plan_of_written_haystacks_says_that_refusals_are_estimated(
    niah: Niah, tmp_path: Path
) -> None:
    """In its JSON; where every prompt was composed, it says that as well."""
    for kind, estimated in (("common-words", True), ("single", False)):
        (tmp_path / "plan.toml").write_text(
            'name = "plan"\nmodels = ["reference/exact"]\n'
            f'[task]\nkind = "{kind}"\n[grid]\ncontext_lengths = [2000, 2500, 3000]\n'
            "depth_percents = [50]\n",
            encoding="utf-8",
        )
        planned = niah("plan", "plan.toml", "--json").json
        assert (planned["refused"], planned["refused_estimated"]) == (0, estimated)
