"""Controls of a sweep that asks fixed questions: each of these is asked once, for its own sake."""

from __future__ import annotations

from niah.experiment import Experiment
from niah.plan import Trial, build_trials, trial_maker
from niah.runner.prepared import Prepared, with_trials
from niah.tasks import Challenge
from niah.tasks.controls import EACH_QUESTION

MOST_DRAWS = 100_000
"""Trials that are looked at to find one for each question."""


def with_every_question(control: Prepared, sweep: Experiment) -> Prepared:
    """The control with as many trials more as it takes to ask each of the sweep's questions once.

    They are further repeats at its shortest length. Nothing is added to a control that keeps what
    answers the questions in its text, nor to one of a family that draws new ones for each trial.
    What an adaptive sweep will ask is not known beforehand; of such a one, each cell's first
    question is asked.

    Args:
        control: Ready to be sent.
        sweep: What it is a control of.
    """
    experiment = control.experiment
    if experiment.prompt.control not in EACH_QUESTION or control.task.writer is not None:
        return control
    missing = _questions(control, build_trials(sweep, control.ingredients))
    missing -= _questions(control, control.trials)
    make = trial_maker(experiment, control.ingredients)
    models = list(control.models)
    more: list[Trial] = []
    first = experiment.grid.trials
    for repeat in range(first, first + MOST_DRAWS):
        if not missing:
            break
        trial = make(models[0], (0, 0), repeat)
        question = _key(control.task.draw(trial.seed))
        if question in missing:
            missing.discard(question)
            more += [make(model, (0, 0), repeat) for model in models]
    return with_trials(control, more) if more else control


def _questions(prepared: Prepared, trials: tuple[Trial, ...]) -> set[tuple[str, tuple[str, ...]]]:
    """The fixed questions among those that the trials ask."""
    drawn = (prepared.task.draw(seed) for seed in {trial.seed for trial in trials})
    return {_key(challenge) for challenge in drawn if challenge.fixed}


def _key(challenge: Challenge) -> tuple[str, tuple[str, ...]]:
    return challenge.question, challenge.answers
