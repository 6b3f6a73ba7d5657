"""What an experiment would cost with each way of sharing prompts, before anything is sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Literal

from niah.errors import PromptRefused, TaskError
from niah.experiment import Experiment
from niah.models import Model
from niah.plan import Trial, build_trials
from niah.providers.bills import Bill, cache_rule, expected_bill
from niah.runner.prepare import shared_ingredients
from niah.runner.prepared import Prepared
from niah.streams import Stream

Way = Literal["none", "loop", "nested", "packed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One way of sharing prompts, and what it costs for a model.

    Attributes:
        way: ``none``, ``nested`` and ``packed`` are what ``sampling.sharing`` may say; ``loop`` is
            what the usual tools do: one haystack for all, cell by cell, and is only compared with.
        task: Label of the task that is measured; packing makes it another one.
        bill: Of the input, with the planned concurrency.
        chosen: Whether the experiment says so.
    """

    way: Way
    task: str
    bill: Bill
    chosen: bool


def bill_choices(prepared: Prepared, model: Model) -> tuple[Choice, ...]:
    """The bills of one model under its provider's cache; those that cannot be are left out.

    For an adaptive experiment these are the bills of one trial in every cell.
    """
    experiment = prepared.experiment
    chosen = experiment.sampling.sharing
    choices = [_choice(prepared, model, "none", chosen)]
    for way in ("nested", "packed"):
        try:
            choices.append(_choice(prepared, model, way, chosen))
        except (ValueError, TaskError, PromptRefused):
            continue
    if len(choices) > 1:
        frame_tokens, loop = plain_loop(prepared, model)
        in_flight = max(2, experiment.limits.concurrency)
        bill = expected_bill(model, loop, frame_tokens=frame_tokens, in_flight=in_flight)
        choices.insert(1, Choice(way="loop", task=choices[0].task, bill=bill, chosen=False))
    return tuple(choices)


def cache_is_known(model: Model) -> bool:
    """Whether the rules of the model's prompt cache are known, so that the bills may differ."""
    return cache_rule(model) is not None


def _choice(
    prepared: Prepared, model: Model, way: Literal["none", "nested", "packed"], chosen: str
) -> Choice:
    experiment = _sharing(prepared.experiment, way)
    frame_tokens = _frame_tokens(prepared, experiment)
    ingredients = replace(
        prepared.ingredients,
        frame_tokens=frame_tokens,
        shared_version=int(frame_tokens > 0),
    )
    trials = build_trials(experiment, ingredients, model=model.id)
    bill = expected_bill(model, trials, frame_tokens=frame_tokens)
    return Choice(way=way, task=trials[0].task, bill=bill, chosen=way == chosen)


def _sharing(experiment: Experiment, way: str) -> Experiment:
    """The experiment with another way of sharing.

    Raises:
        ValueError: if its prompts cannot be shared so.
    """
    sampling = experiment.sampling.model_dump() | {"sharing": way}
    if way != "packed":
        sampling["keys"] = None
    document = experiment.model_dump(mode="json") | {"sampling": sampling}
    return Experiment.model_validate(document, strict=False)


def _frame_tokens(prepared: Prepared, experiment: Experiment) -> int:
    vocabularies = [index.tokenizer for index in prepared.indexes.values()]
    shared = shared_ingredients(experiment, prepared.task, vocabularies)
    return int(shared.get("frame_tokens", 0))


def plain_loop(prepared: Prepared, model: Model) -> tuple[int, list[Trial]]:
    """Every cell at its exact depth in one haystack, length by length, as the usual tools go.

    The first value is how many tokens of a prompt are not haystack. These trials are no part of
    any run: they only have the shape that a bill is made of.
    """
    experiment = _sharing(prepared.experiment, "nested")
    frame_tokens = _frame_tokens(prepared, experiment)
    grid = experiment.grid
    return frame_tokens, [
        Trial(
            trial_id=f"{repeat}/{length}/{depth}",
            model=model.id,
            task="",
            context_length=length,
            depth_percent=depth,
            repeat=repeat,
            seed=0,
            stream=_place(repeat, depth, max(1, length - frame_tokens)),
        )
        for repeat, length, depth in product(
            range(grid.trials if experiment.sampling.mode == "uniform" else 1),
            grid.context_lengths,
            grid.depth_percents,
        )
    ]


def _place(repeat: int, depth_percent: float, haystack_tokens: int) -> Stream:
    offset = None if depth_percent == 100 else round(depth_percent * haystack_tokens / 100)
    return Stream(
        sharing="nested",
        replicate=repeat,
        name=str(offset),
        haystack_seed=0,
        needle_seeds=(0,),
        offsets_tokens=(offset,),
    )
