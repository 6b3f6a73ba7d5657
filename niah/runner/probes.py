"""Probes: short prompts like those of a sweep, whose reports tell how a provider counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from niah import tokenizers
from niah.draws import derive_seed
from niah.errors import PromptRefused, TokenizerError
from niah.models import Model
from niah.plan import Trial
from niah.prompts import Message
from niah.prompts.compose import minimum_context_length
from niah.providers.calibration import Probe
from niah.providers.fitting import FREE_PROBES, PAID_PROBES, SMALLEST, probe_lengths
from niah.runner.prepared import Prepared, compose_prompt, layout

# So many lengths are tried for a prompt without a haystack.
BARE_TRIED = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeText:
    """A probe that is to be sent, with its tokens by vocabulary."""

    messages: tuple[Message, ...]
    counted_tokens: dict[str, int]
    bare: bool

    def reported(self, tokens: int) -> Probe:
        """The probe with what was reported of it."""
        return Probe(counted_tokens=self.counted_tokens, reported_tokens=tokens, bare=self.bare)


def probe_texts(prepared: Prepared, model: Model, *, counting: bool) -> list[ProbeText]:
    """The smallest prompt, one without a haystack, and prompts like those of the trials."""
    first = next(trial for trial in prepared.trials if trial.model == model.id)
    smallest = (Message(role="user", content=SMALLEST),)
    bare = _bare(prepared, first)
    lengths = probe_lengths_of(prepared, model, counting=counting)
    texts = [*_of_lengths(prepared, first, lengths)]
    if not texts:  # what is planted needs more room; then the grid's own lengths serve
        grid = {t.context_length for t in prepared.trials if t.model == model.id}
        texts = [*_of_lengths(prepared, first, sorted(grid))][:1]
    vocabularies = [tokenizers.load(model.tokenizer)]
    for name in () if counting else tokenizers.names():
        if name != model.tokenizer:
            try:
                vocabularies.append(tokenizers.load(name))
            except TokenizerError:
                continue
    return [
        ProbeText(
            messages=messages,
            counted_tokens={
                vocabulary.name: sum(len(vocabulary.encode(m.content)) for m in messages)
                for vocabulary in vocabularies
            },
            bare=messages is bare,
        )
        for messages in (smallest, *([bare] if bare else ()), *texts)
    ]


def _bare(prepared: Prepared, trial: Trial) -> tuple[Message, ...] | None:
    """The shortest prompt that can be composed, without a haystack or nearly so."""
    least = minimum_context_length(
        tokenizers.load(prepared.models[trial.model].tokenizer),
        prepared.task.draw(trial.seed),
        layout(prepared.experiment),
    )
    for tokens in range(least, least + BARE_TRIED):
        try:
            return compose_prompt(prepared, trial, tokens=tokens)[1].messages
        except PromptRefused:
            continue
    return None


def _of_lengths(
    prepared: Prepared, first: Trial, lengths: Sequence[int]
) -> Iterator[tuple[Message, ...]]:
    for number, length in enumerate(lengths):
        seed = derive_seed(prepared.experiment.seed, "calibration", number)
        trial = replace(first, context_length=length, depth_percent=50.0, seed=seed)
        try:
            yield compose_prompt(prepared, trial, tokens=length)[1].messages
        except PromptRefused:
            continue


def probe_lengths_of(prepared: Prepared, model: Model, *, counting: bool) -> tuple[int, ...]:
    """Lengths of the probes that the model is sent, besides the smallest one."""
    lengths = [trial.context_length for trial in prepared.trials if trial.model == model.id]
    return probe_lengths(
        FREE_PROBES if counting else PAID_PROBES,
        longest=max(lengths),
        planned_tokens=sum(lengths) if not counting else 10**12,
    )
