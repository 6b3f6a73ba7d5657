"""Intervals for accuracies: Jeffreys and Wilson for one cell, Student's t over replicates.

The quantiles are computed here, so that the package needs no scipy.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from statistics import NormalDist

CONFIDENCE = 0.95

_STANDARD_NORMAL = NormalDist()
_TINY = 1e-300


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A number with what it rests on.

    Attributes:
        value: In [0, 1]; NaN when nothing was measured.
        lower, upper: Bounds of its interval; NaN when nothing was measured.
        n: Scored trials behind it.
        method: How the interval was made, as a printable phrase.
    """

    value: float
    lower: float
    upper: float
    n: int
    method: str


def jeffreys(successes: float, n: float, *, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Bounds of the Jeffreys interval of a proportion, with the endpoint fix.

    The bounds are the quantiles of Beta(successes + 1/2, n - successes + 1/2); the lower one is 0
    when every trial failed, the upper one 1 when every trial succeeded.

    Scores between 0 and 1 (partial credit) enter as fractions of a success. That is on the safe
    side: no score confined to [0, 1] varies more than a success-or-failure with the same mean.
    The interval always contains successes / n.

    Args:
        successes: Sum of the scores, in [0, n].
        n: Trials, or the number of equal trials that unequal ones are worth; 0 gives (0, 1).
        confidence: In (0, 1).

    Raises:
        ValueError: if the sum is not in [0, n] or the confidence not in (0, 1).

    Source: Brown, Cai, DasGupta (2001), Interval Estimation for a Binomial Proportion, section 4.1.
    """
    successes = _checked(successes, n, confidence)
    if n == 0:
        return 0.0, 1.0
    tail = (1 - confidence) / 2
    a, b = successes + 0.5, n - successes + 0.5
    lower = 0.0 if successes == 0 else beta_quantile(tail, a, b)
    upper = 1.0 if successes == n else 1 - beta_quantile(tail, b, a)
    return min(lower, successes / n), max(upper, successes / n)


def wilson(successes: float, n: int, *, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Bounds of the Wilson score interval of a proportion; arguments as for `jeffreys`.

    Raises:
        ValueError: if the sum is not in [0, n] or the confidence not in (0, 1).

    Source: Wilson (1927), Probable Inference, the Law of Succession, and Statistical Inference.
    """
    successes = _checked(successes, n, confidence)
    if n == 0:
        return 0.0, 1.0
    z = _STANDARD_NORMAL.inv_cdf((1 + confidence) / 2)
    share = successes / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    lower = 0.0 if successes == 0 else max(0.0, centre - half)
    upper = 1.0 if successes == n else min(1.0, centre + half)
    return lower, upper


def pooled_estimate(
    successes: float, n: int, *, confidence: float = CONFIDENCE, why: str = ""
) -> Estimate:
    """A mean score with its Jeffreys interval, all trials taken as independent."""
    method = "Jeffreys" + (f" ({why})" if why else "")
    if n == 0:
        return Estimate(value=math.nan, lower=math.nan, upper=math.nan, n=0, method="not measured")
    lower, upper = jeffreys(successes, n, confidence=confidence)
    return Estimate(value=successes / n, lower=lower, upper=upper, n=n, method=method)


def replicate_estimate(
    sums: Sequence[float], counts: Sequence[int], *, confidence: float = CONFIDENCE
) -> Estimate:
    """A mean score with a t interval over replicates, whatever the trials of one share.

    With equal counts this is Student's interval of the replicate means with R - 1 degrees of
    freedom, cut to [0, 1]. With unequal counts the value stays the mean over all trials and its
    variance is that of a ratio of sums, so that a replicate counts by its trials.

    Replicates that agree exactly say nothing about their spread: then, and with fewer than two of
    them, the interval is Jeffreys' and the method says so.

    Args:
        sums: Sum of the scores of each replicate.
        counts: Scored trials of each replicate; replicates without any are ignored.
        confidence: In (0, 1).

    Source: Cochran (1977), Sampling Techniques, section 6.3 (the variance of a ratio).
    """
    pairs = [(float(s), int(n)) for s, n in zip(sums, counts, strict=True) if n > 0]
    total, n = math.fsum(s for s, _ in pairs), sum(n for _, n in pairs)
    if len(pairs) < 2:
        return pooled_estimate(total, n, confidence=confidence)
    mean = min(1.0, max(0.0, total / n))
    replicates = len(pairs)
    deviations = math.fsum((s - mean * count) ** 2 for s, count in pairs)
    error = math.sqrt(deviations * replicates / (replicates - 1)) / n
    if error <= 1e-12:
        return pooled_estimate(total, n, confidence=confidence, why="replicates agree exactly")
    half = t_quantile((1 + confidence) / 2, replicates - 1) * error
    return Estimate(
        value=mean,
        lower=max(0.0, mean - half),
        upper=min(1.0, mean + half),
        n=n,
        method=f"t over {replicates} replicates",
    )


def replicate_half_width(values: Sequence[float]) -> float | None:
    """Half of Student's t interval of the mean of replicates' values; None if they agree exactly.

    Args:
        values: One of each replicate, two or more.
    """
    count = len(values)
    mean = math.fsum(values) / count
    error = math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (count - 1) / count)
    if error <= 1e-12:
        return None
    return t_quantile((1 + CONFIDENCE) / 2, count - 1) * error


def t_quantile(probability: float, degrees_of_freedom: float) -> float:
    """Quantile of Student's t distribution.

    Raises:
        ValueError: if the probability is not in (0, 1) or the degrees of freedom not positive.
    """
    if not 0 < probability < 1 or not degrees_of_freedom > 0:
        raise ValueError(
            f"probability must be in (0, 1) and degrees of freedom positive, "
            f"got {probability} and {degrees_of_freedom}"
        )
    if probability < 0.5:
        return -t_quantile(1 - probability, degrees_of_freedom)
    central = 2 * probability - 1
    half = degrees_of_freedom / 2
    # t**2 / (df + t**2) follows Beta(1/2, df/2); take the tail that keeps more digits.
    if central < 0.5:
        share = beta_quantile(central, 0.5, half)
        return math.sqrt(degrees_of_freedom * share / (1 - share))
    rest = beta_quantile(2 * (1 - probability), half, 0.5)
    if rest < 0.5:
        return math.sqrt(degrees_of_freedom * (1 - rest) / rest)
    share = beta_quantile(central, 0.5, half)
    return math.sqrt(degrees_of_freedom * share / (1 - share))


@lru_cache(maxsize=65536)
def beta_quantile(probability: float, a: float, b: float) -> float:
    """Quantile of the Beta(a, b) distribution, by Newton steps kept inside a shrinking bracket.

    Raises:
        ValueError: if the probability is not in [0, 1], or a or b not positive.
    """
    if not 0 <= probability <= 1 or not a > 0 or not b > 0:
        raise ValueError(
            f"probability must be in [0, 1], a and b positive, got {probability}, {a}, {b}"
        )
    if probability in (0.0, 1.0):
        return probability
    low, high = 0.0, 1.0
    x = a / (a + b)
    log_scale = _log_beta(a, b)
    for _ in range(300):
        excess = beta_probability(x, a, b) - probability
        if excess == 0:
            return x
        if excess > 0:
            high = x
        else:
            low = x
        log_density = (a - 1) * math.log(x) + (b - 1) * math.log1p(-x) - log_scale
        step = excess * math.exp(-log_density) if log_density > -600 else math.inf
        proposed = x - step
        if not low < proposed < high:
            # Halving the exponent finds quantiles near 0 that halving the number would not.
            proposed = math.sqrt(low * high) if low > 0 and high / low > 4 else (low + high) / 2
            if low == 0 and high > 1e-290:
                proposed = high / 16
        if abs(proposed - x) <= 2e-16 * x or not low < proposed < high:
            return proposed if low <= proposed <= high else x
        x = proposed
    return x


def beta_probability(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function: P(X <= x) for X ~ Beta(a, b), x in [0, 1].

    Source: the continued fraction of DLMF 8.17.22, evaluated by Lentz's method.
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = math.exp(a * math.log(x) + b * math.log1p(-x) - _log_beta(a, b))
    if x < (a + 1) / (a + b + 2):
        return front * _beta_fraction(x, a, b) / a
    return 1 - front * _beta_fraction(1 - x, b, a) / b


def _beta_fraction(x: float, a: float, b: float) -> float:
    c = 1.0
    d = 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > _TINY else _TINY)
    value = d
    for m in range(1, 100_000):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + numerator * d
            d = 1 / (d if abs(d) > _TINY else _TINY)
            c = 1 + numerator / c
            c = c if abs(c) > _TINY else _TINY
            change = c * d
            value *= change
        if abs(change - 1) < 1e-16:
            break
    return value


def _log_beta(a: float, b: float) -> float:
    small, big = sorted((a, b))
    if big < 1000:
        return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
    # Stirling's series for the two large terms: their difference would lose the digits.
    total = small + big
    ratio = small - (big - 0.5) * math.log1p(small / big) - small * math.log(total)
    return math.lgamma(small) + ratio + 1 / (12 * big) - 1 / (12 * total)


def _checked(successes: float, n: float, confidence: float) -> float:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be in (0, 1), got {confidence}")
    if n < 0 or not -1e-9 <= successes <= n + 1e-9:
        raise ValueError(f"the sum of {n} scores must be in [0, {n}], got {successes}")
    nearest = round(successes)  # a float sum of whole scores may be off by rounding
    return float(nearest) if abs(successes - nearest) < 1e-9 else float(successes)
