"""Plans: which trials, in which order, under which ids, at what price."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from niah.cost import estimate
from niah.experiment import Experiment, load_experiment
from niah.plan import Ingredients, build_trials

CONFIGS = Path(__file__).parents[1] / "configs"


def ingredients(experiment: Experiment) -> Ingredients:
    return Ingredients(
        haystack="gazetteer-en-1",
        haystack_sha256="0" * 64,
        task_version="1",
        composition_version=1,
        tokenizers=dict.fromkeys(experiment.models, "1" * 64),
    )


def load(config: str, *overrides: str) -> Experiment:
    return load_experiment(CONFIGS / f"{config}.toml", overrides=overrides)


def test_the_bill_of_the_deepseek_grid() -> None:
    """225 prompts of 2K to 128K are 14.625 million tokens: $3.95 of input at $0.27 a million."""
    experiment = load("deepseek-v3-128k")
    trials = build_trials(experiment, ingredients(experiment))
    (bill,) = estimate(experiment, trials)
    assert bill.trials == 225
    assert bill.input_tokens == 14_625_000
    assert bill.input_usd == pytest.approx(14.625 * 0.27)
    assert bill.output_usd == pytest.approx(225 * 512 * 1.10 / 1e6)
    assert bill.over_window == 0


def test_prompts_that_cannot_fit_are_counted() -> None:
    """The original GPT-4 grid ends at the model's whole window, with no room for an answer."""
    experiment = load("gpt-4-128k")
    (bill,) = estimate(experiment, build_trials(experiment, ingredients(experiment)))
    assert bill.over_window == 15


def test_every_cell_is_visited_before_any_is_visited_again() -> None:
    """An interrupted run leaves a whole map; the longest contexts go first."""
    experiment = load("quickstart")
    trials = build_trials(experiment, ingredients(experiment))
    assert [trial.repeat for trial in trials] == [0] * 72 + [1] * 72 + [2] * 72
    first = [trial.context_length for trial in trials[:72]]
    assert first == sorted(first, reverse=True)
    cells = {(trial.context_length, trial.depth_percent) for trial in trials[:72]}
    assert len(cells) == 72


def test_models_are_paired_by_seed_and_told_apart_by_id() -> None:
    """Two models get the same draws; their trials are never taken for each other's."""
    experiment = load("quickstart", 'models=["reference/exact", "reference/last-4k"]')
    trials = build_trials(experiment, ingredients(experiment))
    by_model: dict[str, list[int]] = {}
    for trial in trials:
        by_model.setdefault(trial.model, []).append(trial.seed)
    one, two = by_model.values()
    assert one == two
    assert len(set(one)) == len(one)
    assert len({trial.trial_id for trial in trials}) == len(trials)


@pytest.mark.parametrize(
    "override",
    [
        "seed=8",
        "request.temperature=0.5",
        "request.max_output_tokens=99",
        "prompt.system=Answer.",
        "prompt.question_position=both",
        "task.needle=uuid",
        "task.language=de",
        'model."reference/lost-in-the-middle".max_output_tokens=7',
    ],
)
def test_whatever_affects_a_request_changes_every_id(override: str) -> None:
    """No trial of a changed experiment can be taken for one that is already stored."""
    before, after = (
        {trial.trial_id for trial in build_trials(experiment, ingredients(experiment))}
        for experiment in (load("quickstart"), load("quickstart", override))
    )
    assert not before & after


@pytest.mark.parametrize(
    "change",
    [
        {"haystack_sha256": "2" * 64},
        {"task_version": "2"},
        {"composition_version": 2},
        {"tokenizers": {"reference/lost-in-the-middle": "2" * 64}},
    ],
)
def test_other_ingredients_change_every_id(change: dict[str, object]) -> None:
    """Another corpus, wording, composition or vocabulary makes other trials."""
    experiment = load("quickstart")
    plain = ingredients(experiment)
    changed = replace(plain, **change)  # type: ignore[arg-type]
    ids = [
        {trial.trial_id for trial in build_trials(experiment, parts)} for parts in (plain, changed)
    ]
    assert not ids[0] & ids[1]


def test_limits_and_prices_leave_the_ids_alone() -> None:
    """A run goes on under a raised budget."""
    ids = [
        [trial.trial_id for trial in build_trials(experiment, ingredients(experiment))]
        for experiment in (
            load("quickstart"),
            load(
                "quickstart",
                "limits.max_cost_usd=3",
                "limits.concurrency=2",
                'model."reference/lost-in-the-middle".price={input=1, output=1}',
            ),
        )
    ]
    assert ids[0] == ids[1]
