"""Which sweeps are compared, and whether comparing them says anything about the models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, fields
from itertools import combinations

from niah.console import inert, shorten
from niah.errors import ConfigurationError
from niah.prompts.presenting import unpresented
from niah.runner.results import experiment_of
from niah.statistics.grids import by_sweep
from niah.store import Run, TrialRecord

REFUSED = ("task", "haystack", "tokenizer", "prompt", "scoring")
"""What must not differ between runs, unless the user insists; other differences are told."""

FACTOR_CHARS = 60
"""Of a value of the prompt that differs, such as a system message."""

INSIST = "--anyway compares them all the same"


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """One sweep that takes part in a comparison.

    Attributes:
        run: As stored.
        model, task: Of the sweep.
        records: Its trials.
        label: Short name that tells it from the others.
    """

    run: Run
    model: str
    task: str
    records: tuple[TrialRecord, ...] = field(repr=False)
    label: str = ""

    @property
    def name(self) -> str:
        """How a user selects it: run and model."""
        return f"{self.run.run}:{self.model}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Under what a sweep was measured; None = not known, as of most imported runs.

    Attributes:
        task: Family, variant and version, the user's own facts included.
        haystack: The corpus and the hash of its text.
        tokenizer: Fingerprint of the vocabulary that counts the lengths.
        prompt: What stands around the haystack, and where the question does.
        request: Sampling parameters and output limit.
        sharing: Whether prompts share haystacks: then equal seeds are not equal trials.
        scoring: The scorer whose scores are in use, with its version.
    """

    task: str | None
    haystack: str | None
    tokenizer: str | None
    prompt: str | None
    request: str | None
    sharing: str | None
    scoring: str | None = None


def select(name: str, find: Callable[[str], tuple[Run, Sequence[TrialRecord]]]) -> list[Contestant]:
    """The sweeps of ``RUN`` or of ``RUN:PROVIDER/MODEL``.

    Args:
        name: As the user writes it.
        find: A stored run and its trials by the run's name.

    Raises:
        ConfigurationError: if the run has no such model.
        StoreError: if there is no such run.
    """
    asked, _, model = name.partition(":")
    run, records = find(asked)
    sweeps = [
        Contestant(run=run, model=found, task=task, records=tuple(trials))
        for (found, task), trials in sorted(by_sweep(records).items())
        if model in ("", found)
    ]
    if not sweeps:
        known = ", ".join(inert(f"{asked}:{found}") for found in sorted({r.model for r in records}))
        raise ConfigurationError(
            f"{name} has no finished trial" + (f"; there is {known}" if known else "")
        )
    return sweeps


def labelled(contestants: Sequence[Contestant]) -> list[Contestant]:
    """Each under the shortest label that tells it from all others: model, run, or both.

    Raises:
        ConfigurationError: if one stands there twice.
    """
    choices: tuple[Callable[[Contestant], str], ...] = (
        lambda one: one.model,
        lambda one: one.run.run,
        lambda one: one.name,
        lambda one: f"{one.name} {one.task}",
    )
    for choice in choices:
        labels = [choice(one) for one in contestants]
        if len(set(labels)) == len(labels):
            return [
                Contestant(
                    run=one.run, model=one.model, task=one.task, records=one.records, label=label
                )
                for one, label in zip(contestants, labels, strict=True)
            ]
    twice = next(label for label in labels if labels.count(label) > 1)
    raise ConfigurationError(f"{twice} is there twice; name two different runs or models")


def conditions(contestant: Contestant) -> Conditions:
    """What a sweep was measured under, from the record of its run."""
    run, versions = contestant.run, contestant.run.versions
    experiment = experiment_of(run)
    if experiment is None:
        return Conditions(
            task=contestant.task,
            haystack=versions.get("haystack"),
            tokenizer=None,
            prompt=None,
            request=None,
            sharing=None,
            scoring=run.scored_by or versions.get("scorer"),
        )
    own = experiment.model.get(contestant.model)
    return Conditions(
        task=f"{contestant.task} {versions.get('task', '')}, composition "
        f"{versions.get('composition', '')}, language {experiment.language}, "
        f"{experiment.task.model_dump(mode='json', exclude={'path'})}",
        haystack=f"{versions.get('haystack', '')} {versions.get('haystack_sha256', '')[:12]}",
        tokenizer=versions.get(f"tokenizer_sha256 of {contestant.model}"),
        prompt=str(experiment.prompt.model_dump(mode="json")),
        request=f"{experiment.request.model_dump(mode='json')} "
        f"{own.max_output_tokens if own else None}",
        sharing=experiment.sampling.sharing,
        scoring=run.scored_by or versions.get("scorer"),
    )


def check_comparable(contestants: Sequence[Contestant], *, anyway: bool) -> list[str]:
    """What differs besides the models, a sentence each, for the reader of the comparison.

    Models of one run may count in vocabularies of their own, and one model may be compared under
    two prompts: that is said, not refused.

    Raises:
        ConfigurationError: if runs differ in task, haystack or tokenizer, or different models in
            prompt, unless the user insists.
    """
    notes: list[str] = []
    for one, other in combinations(contestants, 2):
        for what, reason in _differences(one, other):
            sentence = f"{inert(one.label)} and {inert(other.label)} {reason}"
            if not anyway and is_refused(one, other, what):
                raise ConfigurationError(f"{sentence}; {INSIST}")
            notes.append(sentence)
    return list(dict.fromkeys(notes))


def same_trials(one: Contestant, other: Contestant) -> bool:
    """Whether trials with equal coordinates and seeds had the same task and haystack."""
    a, b = conditions(one), conditions(other)
    measured = "measured" == one.run.source == other.run.source
    alike = (a.task, a.sharing) == (b.task, b.sharing)
    return measured and alike and "haystack" not in differing(one, other)


def differing(one: Contestant, other: Contestant) -> tuple[str, ...]:
    """Names of the conditions that are known of both and not the same."""
    a, b = conditions(one), conditions(other)
    return tuple(
        field.name
        for field in fields(Conditions)
        if None not in (left := getattr(a, field.name), right := getattr(b, field.name))
        and left != right
        and not (field.name == "haystack" and _shown_differently(one.run, other.run))
    )


def is_refused(one: Contestant, other: Contestant, what: str) -> bool:
    """Whether this difference forbids a comparison that the user does not insist on.

    Two presentations to one model are what a comparison of prompts is about.
    """
    if one.run.run == other.run.run:
        return False
    return what in REFUSED and not (what == "prompt" and one.model == other.model)


def _shown_differently(one: Run, other: Run) -> bool:
    """Whether one corpus was shown in two ways: shuffled or not, escaped or not."""
    experiments = experiment_of(one), experiment_of(other)
    if None in experiments:
        return False
    a, b = (experiment for experiment in experiments if experiment is not None)
    names = [unpresented(run.versions.get("haystack", "")) for run in (one, other)]
    ways = [(e.prompt.sentence_order, e.prompt.wrapper) for e in (a, b)]
    return names[0] == names[1] and a.haystack == b.haystack and ways[0] != ways[1]


def _prompt_factors(one: Run, other: Run) -> Iterable[str]:
    """Each key of the prompt that two runs have with different values, with both."""
    a, b = experiment_of(one), experiment_of(other)
    if a is None or b is None:
        return
    for key in type(a.prompt).model_fields:
        left, right = getattr(a.prompt, key), getattr(b.prompt, key)
        if left != right:
            yield f"prompt.{key} is {_value(left)} and {_value(right)}"


def _value(value: object) -> str:
    return "not set" if value is None else shorten(inert(str(value)), FACTOR_CHARS)


def _differences(one: Contestant, other: Contestant) -> Iterable[tuple[str, str]]:
    a, b = conditions(one), conditions(other)
    if None not in (a.task, b.task) and a.task != b.task:
        if one.task != other.task:
            yield "task", f"are different tasks, {inert(one.task)} and {inert(other.task)}"
        else:
            yield "task", f"are different versions or settings of the task {inert(one.task)}"
    found = differing(one, other)
    if "haystack" in found:
        yield (
            "haystack",
            f"have different haystacks, {inert(str(a.haystack))} and {inert(str(b.haystack))}",
        )
    if None not in (a.tokenizer, b.tokenizer) and a.tokenizer != b.tokenizer:
        yield (
            "tokenizer",
            "count tokens with different vocabularies, so that equal lengths are not equal texts",
        )
    if None not in (a.prompt, b.prompt) and a.prompt != b.prompt:
        factors = "; ".join(_prompt_factors(one.run, other.run))
        yield "prompt", f"have different prompts around the haystack: {factors}"
    if None not in (a.request, b.request) and a.request != b.request:
        yield "request", "were asked with different request settings"
    if None not in (a.sharing, b.sharing) and a.sharing != b.sharing:
        yield "sharing", f"share prompts in different ways, {a.sharing} and {b.sharing}"
    if None not in (a.scoring, b.scoring) and a.scoring != b.scoring:
        yield (
            "scoring",
            f"are scored differently, by {inert(str(a.scoring))} and by {inert(str(b.scoring))} "
            "(niah score RUN --use scores an older run by today's scorer)",
        )
