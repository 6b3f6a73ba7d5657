"""The budget: a request starts only if even its worst case fits beside all that is in flight."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from niah.errors import BudgetReached, ConfigurationError
from niah.models import Model
from niah.prices import Price
from niah.providers import Failure, FailureKind

# An attempt that failed in one of these ways may have been worked on, and billed, all the same.
_MAYBE_BILLED: frozenset[FailureKind] = frozenset(
    {"timeout", "connection", "malformed", "server-error"}
)

# Money is added up in whole picodollars: sums of floats drift, and a budget is a promise.
_PICO = 10**12
LARGEST_BUDGET_USD = 1e9

# What a provider may bill beyond the counted message contents: its chat template, and where the
# model's tokenizer is not public, the difference between the two vocabularies. Generous, because
# a reservation is given back when the bill comes; it only narrows the last steps to the budget.
EXACT_MARGIN = 1.05
STAND_IN_MARGIN = 2.0
TEMPLATE_TOKENS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What is spent and what may be, in picodollars.

    Attributes:
        budget: Rounded down; None = no limit.
        settled: Billed, or possibly billed, each bill rounded up.
        reserved: Worst cases of the requests in flight, each rounded up.
    """

    budget: int | None
    settled: int = 0
    reserved: int = 0

    @property
    def settled_usd(self) -> float:
        """Billed, or possibly billed, so far."""
        return self.settled / _PICO


def open_ledger(budget_usd: float | None, *, spent_usd: float = 0.0) -> Ledger:
    """A ledger for a run that may have spent something already."""
    budget = None if budget_usd is None else math.floor(budget_usd * _PICO)
    return Ledger(budget=budget, settled=_pico(spent_usd))


def check_prices(models: Iterable[Model], budget_usd: float | None) -> None:
    """Refuse a budget that cannot be kept.

    Raises:
        ConfigurationError: if it is no amount of money, or a model's price is unknown.
    """
    if budget_usd is not None and not 0 <= budget_usd <= LARGEST_BUDGET_USD:
        raise ConfigurationError(
            f"a budget of ${budget_usd:g} cannot be kept: give 0 to {LARGEST_BUDGET_USD:,.0f} USD"
        )
    for model in models:
        if budget_usd is not None and model.price is None:
            raise ConfigurationError(
                f"the price of {model.id} is unknown, so a budget of ${budget_usd:g} cannot be "
                f'kept: set input and output prices in [model."{model.id}".price], or remove '
                "max_cost_usd"
            )


def billed_after(failure: Failure) -> float | None:
    """What a failed attempt cost: nothing where it was turned away, None where nobody can know.

    A failure that is told inside a success, such as an answer that an overloaded server ended
    early, came after the prompt was read.
    """
    within_success = failure.status is not None and 200 <= failure.status < 300
    return None if failure.kind in _MAYBE_BILLED or within_success else 0.0


def worst_case_usd(
    model: Model, *, prompt_tokens: int, max_output_tokens: int, ratio: float | None = None
) -> float:
    """The most that one request can cost: nothing cached, the whole output limit used.

    Args:
        model: Whom it asks.
        prompt_tokens: As counted here.
        max_output_tokens: Its output limit.
        ratio: Reported tokens for each counted one, where that was measured.

    Raises:
        ConfigurationError: if the model's price is unknown.
    """
    if model.price is None:
        check_prices([model], 0.0)
    assert model.price is not None
    margin = EXACT_MARGIN if model.tokenizer_known else max(STAND_IN_MARGIN, 2 * (ratio or 1.0))
    input_tokens = math.ceil(prompt_tokens * margin) + TEMPLATE_TOKENS
    return _dearest_usd(model.price, input_tokens, max_output_tokens)


def _dearest_usd(price: Price, input_tokens: int, output_tokens: int) -> float:
    """The highest cost of any prompt up to that size: a larger tier may be the cheaper one."""
    edges = {rate.above_input_tokens for rate in price.rates if rate.above_input_tokens > 0}
    sizes = {min(edge, input_tokens) for edge in edges} | {input_tokens}
    return max(
        price.worst_case_usd(input_tokens=size, output_tokens=output_tokens) for size in sizes
    )


def fits(ledger: Ledger, worst_usd: float) -> Literal["now", "later", "never"]:
    """Whether a request may start: now, after some in flight have settled, or not at all."""
    if ledger.budget is None:
        return "now"
    left = ledger.budget - ledger.settled - _pico(worst_usd)
    if left >= ledger.reserved:
        return "now"
    return "later" if left >= 0 and ledger.reserved > 0 else "never"


def reserve(ledger: Ledger, worst_usd: float) -> Ledger:
    """The ledger with one more request in flight.

    Raises:
        BudgetReached: if it does not fit now.
    """
    if fits(ledger, worst_usd) != "now":
        assert ledger.budget is not None
        raise BudgetReached(
            f"the next request could cost ${worst_usd:.4f}, and of the budget of "
            f"${ledger.budget / _PICO:g} ${ledger.settled_usd:.4f} is spent; raise max_cost_usd "
            "to go on"
        )
    return replace(ledger, reserved=ledger.reserved + _pico(worst_usd))


def settle(ledger: Ledger, worst_usd: float, billed_usd: float | None) -> Ledger:
    """The ledger with a request finished.

    Args:
        ledger: Holds the request's reservation.
        worst_usd: As reserved.
        billed_usd: What it cost; 0 when it certainly cost nothing; None = unknown, which counts
            as its worst case.
    """
    billed = worst_usd if billed_usd is None else billed_usd
    return replace(
        ledger,
        settled=ledger.settled + _pico(billed),
        reserved=ledger.reserved - _pico(worst_usd),
    )


def _pico(usd: float) -> int:
    return math.ceil(usd * _PICO)
