"""What verdicts say of unstated limits: the truth is found, whichever limit it was."""

from __future__ import annotations

import numpy as np
import pytest

from niah.runner.belief import Belief
from niah.runner.guesses import Verdict

RATES = (0.5, 2_000.0)
FULL = (6.0, 30_000.0)


def decided(*, told: str, seed: int, count: int) -> list[Verdict]:
    """Verdicts of two buckets on stretches of short and of long requests, sent rather fast."""
    draw = np.random.default_rng(seed)
    levels, at, result = list(FULL), 0.0, []
    for number in range(count):
        long = number // 15 % 2 == 1
        gap_s = (
            0.06 if number < 8 else float(draw.uniform(1.0, 6.0) if long else draw.uniform(1, 2.5))
        )
        at += gap_s
        levels = [
            min(full, level + rate * gap_s)
            for full, level, rate in zip(FULL, levels, RATES, strict=True)
        ]
        units = (1.0, 8_000.0 if long else 500.0)
        short_s = [
            (unit - level) / rate for unit, level, rate in zip(units, levels, RATES, strict=True)
        ]
        passed = max(short_s) <= 0
        if passed:
            levels = [level - unit for level, unit in zip(levels, units, strict=True)]
        retry_after_s = None if passed or told == "nothing" else max(short_s)
        result.append(
            Verdict(at=at, units=units, passed=passed, retry_after_s=retry_after_s, slack_s=0.02)
        )
    return result


@pytest.mark.parametrize("told", ["nothing", "exactly"])
@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_the_limits_are_found(told: str, seed: int) -> None:
    """After 240 requests, some of them turned away, both rates are all but known."""
    verdicts: list[Verdict] = []
    belief = None
    for verdict in decided(told=told, seed=seed, count=240):
        verdicts.append(verdict)
        if belief is not None:
            belief.judge()
        elif not verdict.passed:
            belief = Belief(verdicts, 0.0, np.random.default_rng(seed))
    assert belief is not None
    rates = belief.pairs().rates
    for quantity, rate in enumerate(RATES):
        least, most = np.quantile(rates[quantity], (0.005, 0.995))
        assert least * 0.98 <= rate <= most * 1.02
        assert most < 1.7 * least


def test_a_limit_that_is_named_leaves_the_other_unknown() -> None:
    """Refusals for tokens say nothing of requests but that there are more of them."""
    verdicts = [
        Verdict(at=0.1 * n, units=(1.0, 1_000.0), passed=n < 10, cause=1, slack_s=0.02)
        for n in range(11)
    ]
    pairs = Belief(verdicts, 0.0, np.random.default_rng(0)).pairs()
    requests, tokens = np.log(pairs.rates)
    assert np.quantile(requests, 0.9) - np.quantile(requests, 0.1) > 3.0
    assert np.quantile(tokens, 0.9) - np.quantile(tokens, 0.1) < 6.0
    assert np.all(pairs.full[1] >= 1_000.0)
