"""Prompts composed ahead, while answers are awaited, so that a free place is filled at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from niah.errors import PromptRefused
from niah.plan import Trial
from niah.prompts import Prompt
from niah.prompts.shared import NO_MARKS, Marks
from niah.providers import Sampling, WireRequest
from niah.providers.wire import WIRE_FORMATS
from niah.runner.prepared import Prepared, compose_prompt
from niah.runner.records import sampling
from niah.tasks import Challenge

MOST_AHEAD = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A trial's request, ready to be sent."""

    challenge: Challenge
    prompt: Prompt
    sampling: Sampling
    request: WireRequest


class Composer:
    """Composes each trial once, when it is asked for or a little before.

    Args:
        prepared: The experiment.
        trials: In the order in which they are expected to be asked for.
        concurrency: At most so many prompts, and never more than 64, are held ready.
    """

    def __init__(self, prepared: Prepared, trials: Iterable[Trial], *, concurrency: int) -> None:
        self._prepared = prepared
        self._marks: dict[str, Marks] = {}
        self._most = min(concurrency, MOST_AHEAD)
        self._expected = deque(trials)
        self._ready: dict[str, Composed] = {}
        self._taken: set[str] = set()

    def expect(self, trials: Iterable[Trial]) -> None:
        """More trials will be asked for, after those that are expected already."""
        self._expected.extend(trials)

    def mark(self, marks: Mapping[str, Marks]) -> None:
        """Some trials' prompts are to be cut for a cache, by trial id."""
        self._marks.update(marks)

    def learn(self, prepared: Prepared) -> None:
        """More is known of the models whose trials are not expected yet."""
        self._prepared = prepared

    def take(
        self, trial: Trial, *, tokens: int | None = None, like_tokens: int | None = None
    ) -> Composed:
        """The trial's request; a trial that is asked for again is composed again.

        Args:
            trial: Of the experiment.
            tokens: By the model's tokenizer here; None = as many as the calibration says.
            like_tokens: Of the prompt that this one takes the place of.

        Raises:
            PromptRefused: if no prompt has exactly the asked length.
        """
        self._taken.add(trial.trial_id)
        ready = self._ready.pop(trial.trial_id, None) if tokens is None else None
        return ready or self._compose(trial, tokens, like_tokens)

    def compose_next(self) -> None:
        """Use a moment without answers to compose one of the trials that are expected next."""
        while self._expected and len(self._ready) < self._most:
            trial = self._expected.popleft()
            if trial.trial_id not in self._taken:
                try:
                    self._ready[trial.trial_id] = self._compose(trial)
                except PromptRefused:
                    continue  # the one who asks for it will hear of it
                return

    def _compose(
        self, trial: Trial, tokens: int | None = None, like_tokens: int | None = None
    ) -> Composed:
        marks = self._marks.get(trial.trial_id, NO_MARKS)
        return compose_request(
            self._prepared, trial, tokens=tokens, like_tokens=like_tokens, marks=marks
        )


def compose_request(
    prepared: Prepared,
    trial: Trial,
    *,
    tokens: int | None = None,
    like_tokens: int | None = None,
    marks: Marks = NO_MARKS,
) -> Composed:
    """What is sent for a trial; the arguments are those of ``compose_prompt``.

    Raises:
        PromptRefused: if no prompt has exactly the asked length.
    """
    model = prepared.models[trial.model]
    challenge, prompt = compose_prompt(
        prepared, trial, tokens=tokens, like_tokens=like_tokens, marks=marks
    )
    how = sampling(prepared, model)
    request = WIRE_FORMATS[model.provider.api].build_request(
        prompt.messages, model=model, sampling=how
    )
    return Composed(challenge=challenge, prompt=prompt, sampling=how, request=request)
