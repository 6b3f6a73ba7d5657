"""What trials cost under a provider's prompt cache, before anything is sent.

This is the planner's accounting, under a cache that keeps whatever it may and forgets nothing while
a sweep lasts. What was really read from a cache stands in the usage fields, and those alone decide
what a run has cost.

Sources: https://api-docs.deepseek.com/guides/kv_cache (steps of 64 tokens);
https://platform.openai.com/docs/guides/prompt-caching (from 1,024 tokens, in steps of 128);
https://docs.claude.com/en/docs/build-with-claude/prompt-caching (what a request marks);
https://ai.google.dev/gemini-api/docs/caching (implicit; from 1,024 tokens or more by model, steps
not published: 128 are assumed).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from niah.models import Model
from niah.order import Replicate, base_tokens, predecessors, sending_order
from niah.plan import Trial
from niah.prices import Rate
from niah.providers.caching import least_cacheable_tokens
from niah.providers.marking import Marked, mark_all, trunk_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class CacheRule:
    """How a prompt cache works, as far as it matters for a bill.

    Attributes:
        step_tokens: A prefix is read in multiples of this.
        least_tokens: Shorter prefixes are not kept.
        on_request: Only what a request marks is kept, and writing it is billed.
    """

    step_tokens: int
    least_tokens: int
    on_request: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Of one prompt's tokens, those read from a cache and those written to one."""

    cached_tokens: int = 0
    written_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """The input of some trials as it is expected to be billed.

    Attributes:
        input_tokens: Cached and written ones included.
        input_usd: None = unknown price.
    """

    trials: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    written_tokens: int = 0
    input_usd: float | None = 0.0

    @property
    def cached_share(self) -> float:
        """Of the input tokens, those read from a cache."""
        return self.cached_tokens / self.input_tokens if self.input_tokens else 0.0


_AUTOMATIC: Mapping[str, CacheRule] = {
    "deepseek": CacheRule(step_tokens=64, least_tokens=64),
    "openai": CacheRule(step_tokens=128, least_tokens=1_024),
    "azure": CacheRule(step_tokens=128, least_tokens=1_024),
}
_GEMINI = CacheRule(step_tokens=128, least_tokens=1_024)
_GEMINI_LARGE = CacheRule(step_tokens=128, least_tokens=4_096)


def cache_rule(model: Model) -> CacheRule | None:
    """How the model's prompt cache works; None = it has none, or its rules are not known."""
    least = least_cacheable_tokens(model)
    if least is not None:
        return CacheRule(step_tokens=1, least_tokens=least, on_request=True)
    if model.provider.api == "google":
        return _GEMINI_LARGE if re.search(r"pro\b", model.wire_name) else _GEMINI
    return _AUTOMATIC.get(model.provider.name)


class Forecast:
    """What a cache holds of each prompt, while trials are answered one after another.

    Args:
        rule: Of the cache; None = nothing is ever read.
        frame_tokens: Of a prompt, how many are not haystack.
    """

    def __init__(self, rule: CacheRule | None, *, frame_tokens: int) -> None:
        self._rule = rule
        self._frame_tokens = frame_tokens
        self._bases: dict[int, float] = {}
        self._longest: dict[tuple[int, str], int] = {}

    def reading(self, trial: Trial) -> Reading:
        """What is read of the trial's prompt after those that were answered."""
        rule, stream = self._rule, trial.stream
        if rule is None or stream is None:
            return Reading()
        longest = self._longest.get(stream.key)
        tokens = min(self._extent(trial), self._bases.get(stream.replicate, 0.0))
        if longest is not None:
            shorter = min(trial.context_length, longest)
            tokens = max(tokens, trunk_tokens(shorter, self._frame_tokens))
        steps = int(tokens) // rule.step_tokens * rule.step_tokens
        return Reading(cached_tokens=steps if steps >= rule.least_tokens else 0)

    def answered(self, trial: Trial) -> None:
        """The trial's prompt is in the cache from now on."""
        if trial.stream is None:
            return
        key, replicate = trial.stream.key, trial.stream.replicate
        self._longest[key] = max(self._longest.get(key, 0), trial.context_length)
        if trial.stream.sharing == "nested":
            self._bases[replicate] = max(self._bases.get(replicate, 0.0), self._extent(trial))

    def _extent(self, trial: Trial) -> float:
        """How far the prompt is its replicate's haystack and nothing else."""
        if trial.stream is None or trial.stream.sharing != "nested":
            return 0.0
        return min(base_tokens(trial), trunk_tokens(trial.context_length, self._frame_tokens))


def expected_bill(
    model: Model,
    trials: Sequence[Trial],
    *,
    frame_tokens: int,
    in_flight: int = 1,
    batches: Sequence[int] = (),
) -> Bill:
    """The bill of a model's trials under its provider's cache.

    Args:
        model: Who is asked.
        trials: Of this model; those that wait for another one are sent after it was answered.
        frame_tokens: Of a prompt, how many are not haystack.
        in_flight: Where nothing waits: so many requests are on their way at once, and read only
            what was answered before they were sent.
        batches: Trials of each of several batches, one sent after the other; none = all at once.
    """
    rule = cache_rule(model)
    forecast = Forecast(rule, frame_tokens=frame_tokens)
    readings: list[tuple[Trial, Reading]] = []
    flying: deque[Trial] = deque()
    for batch, waits in _batches(trials, batches):
        if rule is not None and rule.on_request:
            marked = {} if in_flight > 1 else mark_prompts(model, batch, waits, frame_tokens)
            readings += [(trial, _marked_reading(marked, trial)) for trial in batch]
            continue
        for trial in sending_order(batch, waits) if in_flight == 1 else batch:
            if len(flying) >= in_flight:
                forecast.answered(flying.popleft())
            readings.append((trial, forecast.reading(trial)))
            flying.append(trial)
    return _sum(model, readings)


def _batches(
    trials: Sequence[Trial], sizes: Sequence[int]
) -> Iterator[tuple[Sequence[Trial], dict[str, Trial]]]:
    """Each batch, and what waits for what in it: replicates need a primer in their first."""
    warm: set[Replicate] = set()
    start = 0
    while start < len(trials):
        size, sizes = (sizes[0], sizes[1:]) if sizes else (len(trials), ())
        batch = trials[start : start + size]
        yield batch, predecessors(batch, warm=warm)
        warm |= {(t.model, t.stream.replicate) for t in batch if t.stream is not None}
        start += size


def mark_prompts(
    model: Model, trials: Sequence[Trial], waits: Mapping[str, Trial], frame_tokens: int
) -> dict[str, Marked]:
    """Where the model's prompts are marked, by trial id; nowhere when its cache needs no marks."""
    rule = cache_rule(model)
    if rule is None or not rule.on_request:
        return {}
    return mark_all(
        [trial for trial in trials if trial.stream is not None],
        waits,
        rate=model.price.rates[0] if model.price else Rate(input_usd=0.0, output_usd=0.0),
        least_tokens=rule.least_tokens,
        frame_tokens=frame_tokens,
    )


def _marked_reading(marked: Mapping[str, Marked], trial: Trial) -> Reading:
    own = marked.get(trial.trial_id, Marked())
    return Reading(cached_tokens=own.read_tokens, written_tokens=own.written_tokens)


def input_usd(model: Model, trial: Trial, reading: Reading) -> float | None:
    """What the trial's prompt costs; None = unknown price."""
    if model.price is None:
        return None
    return model.price.cost_usd(
        input_tokens=trial.context_length,
        output_tokens=0,
        cached_input_tokens=reading.cached_tokens,
        cache_write_tokens=reading.written_tokens,
    )


def _sum(model: Model, readings: Iterable[tuple[Trial, Reading]]) -> Bill:
    readings = list(readings)
    costs = [input_usd(model, trial, reading) for trial, reading in readings]
    known = [cost for cost in costs if cost is not None]
    return Bill(
        trials=len(readings),
        input_tokens=sum(trial.context_length for trial, _ in readings),
        cached_tokens=sum(reading.cached_tokens for _, reading in readings),
        written_tokens=sum(reading.written_tokens for _, reading in readings),
        input_usd=sum(known) if len(known) == len(costs) else None,
    )
