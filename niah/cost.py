"""What the trials of an experiment would send and cost; pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from niah.experiment import Experiment
from niah.models import Model
from niah.plan import Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What the trials of one model would send and cost.

    Attributes:
        trials: How many requests, retries not counted.
        input_tokens: Sum of the context lengths.
        output_tokens: Sum of the output limits: the most that can be generated.
        input_usd: Cost of the input with nothing cached; None = unknown price.
        output_usd: Cost of the output if every answer reached its limit; None = unknown price.
        over_window: Trials whose context length and output limit exceed the known window.
        passes: How many times as much may be spent: an adaptive sweep's trials are one pass of it.
    """

    model: Model
    trials: int
    input_tokens: int
    output_tokens: int
    input_usd: float | None
    output_usd: float | None
    over_window: int
    passes: float = 1.0

    @property
    def at_most_usd(self) -> float | None:
        """Input and output of all passes; None = unknown price."""
        if self.input_usd is None or self.output_usd is None:
            return None
        return self.passes * (self.input_usd + self.output_usd)


def estimate(experiment: Experiment, trials: Iterable[Trial]) -> tuple[Estimate, ...]:
    """The bill of the trials, one entry per model in the experiment's order."""
    lengths: dict[str, list[int]] = {}
    for trial in trials:
        lengths.setdefault(trial.model, []).append(trial.context_length)
    sampling = experiment.sampling
    passes = sampling.max_passes if sampling.mode == "adaptive" else 1.0
    return tuple(
        _estimate(model, lengths.get(model.id, []), experiment.max_output_tokens(model), passes)
        for model in experiment.resolved_models()
    )


def _estimate(
    model: Model, context_lengths: list[int], output_limit: int, passes: float
) -> Estimate:
    price, window = model.price, model.context_window
    input_usd = output_usd = None
    if price is not None:
        input_usd = sum(price.cost_usd(input_tokens=n, output_tokens=0) for n in context_lengths)
        total_usd = sum(
            price.cost_usd(input_tokens=n, output_tokens=output_limit) for n in context_lengths
        )
        output_usd = total_usd - input_usd
    return Estimate(
        model=model,
        trials=len(context_lengths),
        input_tokens=sum(context_lengths),
        output_tokens=len(context_lengths) * output_limit,
        input_usd=input_usd,
        output_usd=output_usd,
        over_window=sum(window is not None and n + output_limit > window for n in context_lengths),
        passes=passes,
    )
