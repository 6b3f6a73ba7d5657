"""The moment to send a request of which nobody knows when it will fit.

Sent too soon it is turned away, and asked again later; sent too late, the limit that holds the
sweep up has been full meanwhile, and what flowed into it is lost. Each pair of guesses says when
the one ends and the other begins. The attempts that may follow each other are weighed backwards
from the last one, which fits by every guess: dynamic programming over an unknown threshold.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from niah.runner.guesses import Floats

# Moments that are weighed, as shares of the guesses by which the request fits then.
_SHARES = np.linspace(0.0, 1.0, 41)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prices:
    """What a moment costs, in seconds of the sweep.

    Attributes:
        refusal_s: To be turned away.
        lost: A second of the tightest limit's inflow: more than one, because who is too slow once
            learns nothing by it and will be again.
        delay: A second's wait, even though nothing flows over yet: at the end it has to be caught
            up with.
    """

    refusal_s: float
    lost: float
    delay: float


def best_moment(fits_s: Floats, full_s: Floats, prices: Prices) -> tuple[float, float]:
    """When to send, and how likely it is to be turned away then.

    Args:
        fits_s: Seconds until the request fits, by each of a number of equally likely guesses.
        full_s: Seconds until the tightest limit flows over.
        prices: Of what may come of it.
    """
    order = np.argsort(fits_s)
    fits_s = np.maximum(0.0, fits_s[order])
    full_s = np.maximum(full_s[order], fits_s)
    moments = np.unique(np.quantile(fits_s, _SHARES))
    count = moments.size
    fitting = np.searchsorted(fits_s, moments, side="right")
    costs = prices.lost * np.maximum(0.0, moments[:, None] - full_s[None, :])
    costs += prices.delay * moments[:, None]
    summed = np.concatenate([np.zeros((count, 1)), costs.cumsum(axis=1)], axis=1)
    rows = np.arange(count)
    until = summed[rows, fitting] + prices.refusal_s * (fits_s.size - fitting)
    tried = np.concatenate([[0], fitting])  # guesses that earlier attempts have ruled out
    following = np.zeros(count + 1)  # cost of all attempts from the k-th moment on
    for k in range(count - 1, -1, -1):
        each = until[k:] - summed[rows[k:], tried[k]] + following[k + 1 :]
        following[k] = each.min()
    chosen = int(each.argmin())
    return float(moments[chosen]), 1.0 - float(fitting[chosen]) / fits_s.size
