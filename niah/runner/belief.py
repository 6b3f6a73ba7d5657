"""What all verdicts together say of two unstated limits.

A request that was let through fitted into both buckets, so it speaks of each by itself; one that
was turned away fell short of the one for which it had to wait longer, and couples them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from niah.runner.guesses import GUESSES, Floats, Verdict, fresh, play, renewed
from niah.runner.refusals import REQUESTS, TOKENS

# Pairs that are drawn to decide by.
PAIRS = 600
# Guesses are drawn anew when their weights have come down to this share of them.
_DEGENERATE = 0.25
# A verdict less likely than this by all guesses together means that all of them are wrong.
_SURPRISE = 0.05
# Rates that are likely at all are told apart in so many steps.
_STEPS = 30
_LIKELY = 1e-3
_TINY = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Guesses at both limits at once, all as likely; arrays of shape (2, pairs)."""

    rates: Floats
    full: Floats
    levels: Floats
    at: float

    def refilled(self, levels: Floats, seconds: float) -> Floats:
        """Levels after so many seconds without a request."""
        result: Floats = np.minimum(self.full, levels + self.rates * max(0.0, seconds))
        return result


class Belief:
    """Guesses at both limits, and how likely each pair of them is.

    Args:
        verdicts: In order; the last one is the first refusal. Later ones are added to it.
        began_at: When the first request was sent.
        draw: What is random.
    """

    def __init__(self, verdicts: list[Verdict], began_at: float, draw: np.random.Generator) -> None:
        self._verdicts = verdicts
        self._began_at = began_at
        self._draw = draw
        self._both = [fresh(q, verdicts, began_at, draw, 2 * GUESSES) for q in (REQUESTS, TOKENS)]
        self._couple()
        self._weigh()
        for _ in range(2):
            self._renew()

    def judge(self) -> None:
        """Weigh one more verdict, which has been added to the list."""
        verdict = self._verdicts[-1]
        before = self._evidence
        for guesses in self._both:
            play(guesses, verdict)
        if not verdict.passed:
            self._couple()
        self._weigh()
        count = len(self._verdicts)
        left = min(1.0 / float((weights**2).sum()) for weights in self._marginals)
        due = not verdict.passed or count % max(3, count // 16) == 0
        times = int(due or left < _DEGENERATE * GUESSES)
        if self._evidence - before < np.log(_SURPRISE):
            times = max(1, min(4, 800 // count))
        for _ in range(times):
            self._renew()

    def pairs(self) -> Pairs:
        """Pairs of guesses, each drawn as often as it is likely."""
        requests, tokens = self._both
        flat = np.cumsum(self._joint)
        ticks = (np.arange(PAIRS) + self._draw.random()) / PAIRS * flat[-1]
        index = np.minimum(np.searchsorted(flat, ticks), flat.size - 1)
        i, j = np.unravel_index(index, self._joint.shape)
        return Pairs(
            rates=np.stack([requests.rates[i], tokens.rates[j]]),
            full=np.stack([requests.full[i], tokens.full[j]]),
            levels=np.stack([requests.levels[i], tokens.levels[j]]),
            at=requests.at,
        )

    def _renew(self) -> None:
        """Draw new guesses by how likely the old ones are, and weigh them."""
        self._both = [
            renewed(guesses, weights, self._verdicts, self._began_at, self._draw)
            for guesses, weights in zip(self._both, self._marginals, strict=True)
        ]
        self._couple()
        self._weigh()

    def _couple(self) -> None:
        """How likely the refusals are by each pair, as logarithms."""
        requests, tokens = self._both
        refusals = [verdict for verdict in self._verdicts if not verdict.passed]
        total = np.zeros((requests.rates.size, tokens.rates.size), dtype=np.float32)
        for k, verdict in enumerate(refusals):
            mine, its = requests.blamed[k].astype(np.float32), tokens.blamed[k].astype(np.float32)
            if verdict.cause == REQUESTS:
                total += mine[:, None]
            elif verdict.cause == TOKENS:
                total += its[None, :]
            else:
                more = requests.short_s[k][:, None] >= tokens.short_s[k][None, :]
                total += np.where(more, mine[:, None], its[None, :])
        self._refused = total

    def _weigh(self) -> None:
        """How likely each pair is by all verdicts, and each guess by itself."""
        requests, tokens = self._both
        logs = self._refused + requests.passes[:, None].astype(np.float32)
        logs += tokens.passes[None, :].astype(np.float32)
        best = float(logs.max())
        joint = np.exp(logs - best)
        mine, its = joint.sum(axis=1), joint.sum(axis=0)
        evens = [
            _even(np.log(guesses.rates), likely.astype(np.float64))
            for guesses, likely in ((requests, mine), (tokens, its))
        ]
        joint *= evens[0][:, None].astype(np.float32)
        joint *= evens[1][None, :].astype(np.float32)
        total = float(joint.sum(dtype=np.float64))
        self._evidence = best + np.log(total / joint.size)
        joint /= total
        self._joint = joint
        sums = joint.sum(axis=1, dtype=np.float64), joint.sum(axis=0, dtype=np.float64)
        self._marginals = [each / each.sum() for each in sums]


def _even(logs: Floats, likely: Floats) -> Floats:
    """Factors by which rates in one step together count as much as the best of them.

    However many were drawn: what has been drawn more often is not more likely for that.
    """
    ranged = logs[likely > _LIKELY * likely.max()]
    step = min(max((ranged.max() - ranged.min()) / _STEPS, 5e-4), 0.1)
    _, cell = np.unique(np.round(logs / step), return_inverse=True)
    best = np.zeros(cell.max() + 1)
    np.maximum.at(best, cell, likely)
    factors: Floats = (best / np.maximum(np.bincount(cell, likely), _TINY))[cell]
    return factors
