"""What a stored trial was sent, made again and proven to be the same."""

from __future__ import annotations

from collections.abc import Callable

from niah.console import inert, shorten
from niah.errors import ConfigurationError
from niah.plan import Trial, stream_of_cell
from niah.prompts import Prompt
from niah.providers.noted import stored_calibrations
from niah.runner.prepare import prepare
from niah.runner.prepared import Prepared, calibrated, compose_prompt, draw_challenge
from niah.runner.results import experiment_of
from niah.store import LIKE_TAG, Run, TrialRecord, is_note
from niah.streams import Stream
from niah.tasks import Challenge


def rebuild_prompt(run: Run, record: TrialRecord) -> Prompt:
    """The prompt of a stored trial, composed again and proven to be the one that was sent.

    Raises:
        ConfigurationError: if nothing was sent, or if the prompt cannot be rebuilt because the
            haystack, a vocabulary or niah itself has changed.
    """
    return prompt_rebuilder(run)(record)[1]


def prompt_rebuilder(run: Run) -> Callable[[TrialRecord], tuple[Challenge, Prompt]]:
    """A function that composes what a run's trials were sent, and proves it by its hash.

    It raises as `rebuild_prompt` does; its first value is what the trial planted and asked.

    Raises:
        ConfigurationError: if the run is imported.
        ModelError, TokenizerError, HaystackError, TaskError: if what the experiment names is no
            longer at hand.
    """
    prepared = _prepared_again(run, "its prompts are not known")

    def rebuild(record: TrialRecord) -> tuple[Challenge, Prompt]:
        return _composed_again(run, prepared, record)

    return rebuild


def challenge_drawer(run: Run) -> Callable[[TrialRecord], Challenge]:
    """A function that draws again what a run's trials planted and asked, and proves it.

    The proof is that question and answers come out as they are on record; where these depend on
    the text, the whole prompt is composed and proven by its hash. It raises a `ConfigurationError`
    where they do not.

    Raises:
        ConfigurationError: if the run is imported.
        ModelError, TokenizerError, HaystackError, TaskError: if what the experiment names is no
            longer at hand.
    """
    prepared = _prepared_again(run, "what was planted and asked is not known")
    alone = prepared.task.writer is None and prepared.experiment.prompt.control is None

    def draw(record: TrialRecord) -> Challenge:
        if alone:
            challenge = draw_challenge(prepared, _trial_of(prepared, record))
            if (challenge.question, challenge.answers) == (record.question, record.answers):
                return challenge
        return _composed_again(run, prepared, record)[0]

    return draw


def _prepared_again(run: Run, lacking: str) -> Prepared:
    experiment = experiment_of(run)
    if experiment is None:
        raise ConfigurationError(f"{run.run} is imported from {inert(run.source)}; {lacking}")
    return calibrated(prepare(experiment), stored_calibrations(run.versions))


def _composed_again(run: Run, prepared: Prepared, record: TrialRecord) -> tuple[Challenge, Prompt]:
    if not record.prompt_sha256:
        raise ConfigurationError(f"nothing was sent for this trial: {record.message}")
    if record.model not in prepared.models:
        raise ConfigurationError(
            f"{run.run} has a trial of {inert(shorten(record.model, 80))} and asks only "
            f"{', '.join(prepared.models)}; the store was changed by something else"
        )
    trial = _trial_of(prepared, record)
    like = record.tags.get(LIKE_TAG, "")
    challenge, prompt = compose_prompt(
        prepared,
        trial,
        tokens=record.prompt_tokens,
        like_tokens=int(like) if like.isdecimal() and len(like) < 10 else None,
    )
    if prompt.sha256 != record.prompt_sha256:
        raise ConfigurationError(_changed(run, prepared))
    return challenge, prompt


def _trial_of(prepared: Prepared, record: TrialRecord) -> Trial:
    """The planned trial that a record is of."""
    return Trial(
        stream=_stream_of(prepared, record),
        trial_id=record.trial_id,
        model=record.model,
        task=record.task,
        context_length=record.context_length,
        depth_percent=record.depth_percent,
        repeat=record.repeat,
        seed=record.seed,
    )


def _stream_of(prepared: Prepared, record: TrialRecord) -> Stream | None:
    """What the prompt of a stored trial has in common with others."""
    grid = prepared.experiment.grid
    try:
        row = grid.depth_percents.index(record.depth_percent)
        column = grid.context_lengths.index(record.context_length)
    except ValueError:  # not of this grid: its prompt does not come out as it was
        return None
    return stream_of_cell(prepared.experiment, prepared.ingredients, (row, column), record.repeat)


def _changed(run: Run, prepared: Prepared) -> str:
    """Why a prompt does not come out as it was."""
    changed = [
        f"{name} was {was}, is {prepared.versions.get(name, 'absent')}"
        for name, was in run.versions.items()
        if prepared.versions.get(name) != was and not is_note(name)
    ]
    return (
        f"the prompt of this trial cannot be rebuilt, because {'; '.join(changed)}"
        if changed
        else "the prompt of this trial cannot be rebuilt: its hash differs from the stored one"
    )
