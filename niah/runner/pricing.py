"""What the next trial of an adaptive sweep costs: the price of what a cache does not hold yet."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from niah.models import Model
from niah.plan import Trial, stream_of_cell
from niah.providers.bills import Forecast, Reading, cache_rule
from niah.runner.prepared import Prepared
from niah.statistics import FloatGrid
from niah.statistics.designs import Pricing, TrialKey

EXPECTED_OUTPUT_TOKENS = 48
"""Of an answer. Without it, the shortest contexts would look cheaper than they are."""


def plain_costs(prepared: Prepared, model: Model) -> FloatGrid:
    """Cost of one trial in each cell with nothing cached, shape (depths, lengths).

    In dollars; in tokens where the price is unknown or nothing.
    """
    grid = prepared.experiment.grid
    usd = [_usd(model, length, Reading()) for length in grid.context_lengths]
    by_length = usd if all(usd) else grid.context_lengths
    shape = len(grid.depth_percents), len(grid.context_lengths)
    return np.broadcast_to(np.array(by_length, np.float64), shape).copy()


def shared_pricing(
    prepared: Prepared, model: Model
) -> Callable[[NDArray[np.int64]], Pricing] | None:
    """What trials cost after others, by how many each cell has had; None = always the same."""
    shared = prepared.experiment.sampling.sharing != "none"
    priced = all(
        _usd(model, length, Reading()) for length in prepared.experiment.grid.context_lengths
    )
    if not (shared and priced) or cache_rule(model) is None:
        return None
    return partial(_CachedPricing, prepared, model)


class _CachedPricing:
    """Costs under the provider's cache, after the trials that were asked."""

    def __init__(self, prepared: Prepared, model: Model, asked: NDArray[np.int64]) -> None:
        self._prepared, self._model = prepared, model
        rule = cache_rule(model)
        self._forecast = Forecast(rule, frame_tokens=prepared.ingredients.frame_tokens)
        self._asked = asked.copy()
        # What is kept on request is kept for the other trials of a batch, and not for later ones.
        if rule is not None and not rule.on_request:
            for row, column in np.ndindex(*asked.shape):
                for repeat in range(int(asked[row, column])):
                    self._forecast.answered(self._trial((row, column, repeat)))
        self._next = {
            (row, column): self._trial((row, column, int(asked[row, column])))
            for row, column in np.ndindex(*asked.shape)
        }

    def costs(self) -> FloatGrid:
        """See ``Pricing``."""
        costs = np.zeros(self._asked.shape)
        for cell, trial in self._next.items():
            costs[cell] = _usd(self._model, trial.context_length, self._forecast.reading(trial))
        return costs

    def choose(self, key: TrialKey) -> None:
        """See ``Pricing``."""
        row, column, repeat = key
        self._forecast.answered(self._trial(key))
        self._asked[row, column] = repeat + 1
        self._next[row, column] = self._trial((row, column, repeat + 1))

    def _trial(self, key: TrialKey) -> Trial:
        row, column, repeat = key
        prepared, grid = self._prepared, self._prepared.experiment.grid
        return Trial(
            trial_id="",
            model=self._model.id,
            task="",
            context_length=grid.context_lengths[column],
            depth_percent=grid.depth_percents[row],
            repeat=repeat,
            seed=0,
            stream=stream_of_cell(prepared.experiment, prepared.ingredients, (row, column), repeat),
        )


def _usd(model: Model, context_length: int, reading: Reading) -> float:
    if model.price is None:
        return 0.0
    return model.price.cost_usd(
        input_tokens=context_length,
        output_tokens=EXPECTED_OUTPUT_TOKENS,
        cached_input_tokens=reading.cached_tokens,
        cache_write_tokens=reading.written_tokens,
    )
