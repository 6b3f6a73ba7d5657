"""The budget is a hard stop, whatever prices, faults and concurrency do."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from niah.errors import BudgetReached, ConfigurationError
from niah.models import Model, resolve_model
from niah.prices import Price, Rate
from niah.providers import Failure, FailureKind
from niah.runner.budget import (
    TEMPLATE_TOKENS,
    billed_after,
    check_prices,
    fits,
    open_ledger,
    reserve,
    settle,
    worst_case_usd,
)


def priced(*rates: Rate, tokenizer_known: bool = True) -> Model:
    return replace(
        resolve_model("vllm/m"),
        price=Price(rates=rates, source="test"),
        tokenizer_known=tokenizer_known,
    )


def test_the_worst_case_takes_the_dearest_reading() -> None:
    """Nothing cached, cache writes paid, the whole output used, the dearest tier reached."""
    model = priced(
        Rate(input_usd=4.0, output_usd=10.0, cached_input_usd=0.4, cache_write_usd=5.0),
        Rate(above_input_tokens=200_000, input_usd=1.0, output_usd=10.0),
    )
    small = worst_case_usd(model, prompt_tokens=100_000, max_output_tokens=1_000)
    assert small == pytest.approx(((105_000 + TEMPLATE_TOKENS) * 5.0 + 1_000 * 10.0) / 1e6)
    large = worst_case_usd(model, prompt_tokens=250_000, max_output_tokens=0)
    assert large == pytest.approx(200_000 * 5.0 / 1e6)
    stand_in = worst_case_usd(
        replace(model, tokenizer_known=False), prompt_tokens=50_000, max_output_tokens=0
    )
    assert stand_in == pytest.approx((100_000 + TEMPLATE_TOKENS) * 5.0 / 1e6)


def test_an_unknown_price_and_a_budget_do_not_go_together() -> None:
    """The sentence names the model and where its price is set; without a budget all is well."""
    unknown = replace(resolve_model("vllm/m"), price=None)
    check_prices([unknown], None)
    with pytest.raises(ConfigurationError, match=r'\[model\."vllm/m"\.price\]'):
        check_prices([unknown], 5.0)
    with pytest.raises(ConfigurationError, match="vllm/m"):
        worst_case_usd(unknown, prompt_tokens=1, max_output_tokens=1)


def test_a_request_waits_for_those_in_flight_or_for_nothing() -> None:
    """What fits once others settle may wait; what never fits ends the run with a sentence."""
    ledger = reserve(open_ledger(1.0), 0.7)
    assert fits(ledger, 0.3) == "now"
    assert fits(ledger, 0.4) == "later"
    assert fits(ledger, 1.1) == "never"
    ledger = settle(ledger, 0.7, 0.65)
    assert fits(ledger, 0.4) == "never"
    with pytest.raises(BudgetReached, match=r"\$0\.4000.*\$1 \$0\.6500"):
        reserve(ledger, 0.4)
    assert fits(settle(reserve(open_ledger(1.0), 0.7), 0.7, 0.0), 1.0) == "now"


@pytest.mark.parametrize(
    ("kind", "status", "billed_usd"),
    [
        ("rate-limit", 429, 0.0),
        ("overloaded", 503, 0.0),
        ("server-error", 500, None),
        ("connection", None, None),
        ("overloaded", 200, None),
        ("rate-limit", 200, None),
    ],
)
def test_only_what_was_turned_away_costs_nothing(
    kind: FailureKind, status: int | None, billed_usd: float | None
) -> None:
    """A failure inside a success came after the prompt was read, whatever it is called."""
    assert billed_after(Failure(kind=kind, message="", status=status)) == billed_usd


def test_an_unknown_bill_counts_as_the_worst() -> None:
    """A cut connection may have been billed; a resumed run starts from what was spent."""
    ledger = settle(reserve(open_ledger(1.0, spent_usd=0.2), 0.5), 0.5, None)
    assert ledger.settled_usd == pytest.approx(0.7)
    assert ledger.reserved == 0
    assert fits(open_ledger(None), 1e9) == "now"
    assert fits(open_ledger(0.0), 0.0) == "now"
    assert fits(open_ledger(0.0), 1e-9) == "never"


@given(st.lists(st.floats(0, 1e3), max_size=50))
def test_reservations_are_given_back_to_the_last_digit(amounts: list[float]) -> None:
    """However many are reserved and settled, nothing is left over by rounding."""
    ledger = open_ledger(None)
    for amount in amounts:
        ledger = reserve(ledger, amount)
    for amount in reversed(amounts):
        ledger = settle(ledger, amount, 0.0)
    assert (ledger.reserved, ledger.settled) == (0, 0)


def test_no_run_of_a_thousand_ends_above_its_budget() -> None:
    """Random prices, tiers, concurrency, cache shares, lost answers: the bill stays below."""
    stopped = 0
    for seed in range(1_000):
        draw = random.Random(seed)
        tiers = [
            Rate(
                above_input_tokens=start,
                input_usd=draw.uniform(0.01, 80),
                output_usd=draw.uniform(0.01, 200),
                cached_input_usd=draw.choice([None, 0.005]),
                cache_write_usd=draw.choice([None, draw.uniform(0.01, 100)]),
            )
            for start in (0, 32_000, 200_000)[: draw.randint(1, 3)]
        ]
        model = priced(*tiers, tokenizer_known=draw.random() < 0.5)
        assert model.price is not None
        budget_usd = 10 ** draw.uniform(-3, 2)
        ledger, billed_usd = open_ledger(budget_usd), 0.0
        in_flight: list[tuple[float, int, int]] = []
        for _ in range(200):
            tokens, output = draw.randint(100, 300_000), draw.choice([16, 512, 16_384])
            worst = worst_case_usd(model, prompt_tokens=tokens, max_output_tokens=output)
            if fits(ledger, worst) == "now":
                ledger = reserve(ledger, worst)
                in_flight.append((worst, tokens, output))
            else:
                stopped += 1
            while in_flight and (draw.random() < 0.4 or len(in_flight) > 64):
                worst, tokens, output = in_flight.pop(draw.randrange(len(in_flight)))
                ratio = draw.uniform(0.8, 1.03 if model.tokenizer_known else 1.95)
                input_tokens = int(tokens * ratio) + draw.randint(0, TEMPLATE_TOKENS)
                cached = draw.randint(0, input_tokens)
                cost = model.price.cost_usd(
                    input_tokens=input_tokens,
                    output_tokens=draw.randint(0, output),
                    cached_input_tokens=cached,
                    cache_write_tokens=draw.randint(0, input_tokens - cached),
                )
                fault = draw.random()
                if fault < 0.1:  # refused: never billed
                    ledger = settle(ledger, worst, 0.0)
                elif fault < 0.3:  # cut off: billed, and nobody tells how much
                    billed_usd += cost
                    ledger = settle(ledger, worst, None)
                else:
                    billed_usd += cost
                    ledger = settle(ledger, worst, cost)
        # Even if everything still in flight is billed at once, it stays within.
        worst_left = sum(worst for worst, _, _ in in_flight)
        assert billed_usd + worst_left <= budget_usd * (1 + 1e-12), seed
    assert stopped > 10_000
