"""How far two scorers of the same responses agree: share, Cohen's kappa, and the four counts."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from niah.statistics.intervals import CONFIDENCE, Estimate, jeffreys

FULL_MARKS = 1 - 1e-9
"""From here on a score is right; anything less is wrong, so that partial credit has a side."""

_Z = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Two scorers on the same trials; right is a score of 1, wrong any other.

    Attributes:
        both_right, first_only, second_only, both_wrong: Trials by who takes them for right.
        share: Trials that both take alike, with a Jeffreys interval.
        kappa: Cohen's, agreement beyond chance: 1 = always, 0 = as by chance; NaN where one of them
            or chance leaves nothing to agree on (both gave every trial the same).
        kappa_lower, kappa_upper: Bounds of its 95 % interval, by Cohen's large-sample error.
        mean_difference: Of the scores, second less first, partial credit included; NaN without any.
    """

    both_right: int
    first_only: int
    second_only: int
    both_wrong: int
    share: Estimate
    kappa: float
    kappa_lower: float
    kappa_upper: float
    mean_difference: float

    @property
    def n(self) -> int:
        """Trials that both scored."""
        return self.share.n


def agreement(pairs: Iterable[tuple[float, float]]) -> Agreement:
    """The agreement of two scorers, each trial a pair of scores in [0, 1].

    Source: Cohen (1960), A Coefficient of Agreement for Nominal Scales, equations 1 and 7.
    """
    pairs = list(pairs)
    sides = [(first >= FULL_MARKS, second >= FULL_MARKS) for first, second in pairs]
    n = len(pairs)
    both_right, both_wrong = sides.count((True, True)), sides.count((False, False))
    first_only, second_only = sides.count((True, False)), sides.count((False, True))
    kappa = error = math.nan
    if n:
        observed = (both_right + both_wrong) / n
        first, second = (both_right + first_only) / n, (both_right + second_only) / n
        chance = first * second + (1 - first) * (1 - second)
        if chance < 1:
            kappa = (observed - chance) / (1 - chance)
            error = math.sqrt(observed * (1 - observed) / n) / (1 - chance)
    return Agreement(
        both_right=both_right,
        first_only=first_only,
        second_only=second_only,
        both_wrong=both_wrong,
        share=_share(both_right + both_wrong, n),
        kappa=kappa,
        kappa_lower=max(-1.0, kappa - _Z * error) if n else math.nan,
        kappa_upper=min(1.0, kappa + _Z * error) if n else math.nan,
        mean_difference=math.fsum(b - a for a, b in pairs) / n if n else math.nan,
    )


def _share(alike: int, n: int) -> Estimate:
    if not n:
        return Estimate(value=math.nan, lower=math.nan, upper=math.nan, n=0, method="not measured")
    lower, upper = jeffreys(alike, n, confidence=CONFIDENCE)
    return Estimate(value=alike / n, lower=lower, upper=upper, n=n, method="Jeffreys")
