"""What a model's tokens cost, from genai-prices or the experiment file; unknown stays unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

MILLION = 1_000_000
# Source: https://docs.claude.com/en/docs/build-with-claude/prompt-caching
LONG_WRITE_FACTOR = 2.0
FROM_FILE = "experiment file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """Prices in USD per million tokens that hold above a prompt size.

    Attributes:
        above_input_tokens: The rate applies to the whole request when its prompt is longer.
        cached_input_usd: For prompt tokens read from a cache; None = billed like other input.
        cache_write_usd: For prompt tokens written to a cache; None = billed like other input.
    """

    above_input_tokens: int = 0
    input_usd: float
    output_usd: float
    cached_input_usd: float | None = None
    cache_write_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A model's rates, ascending by prompt size, and where they come from."""

    rates: tuple[Rate, ...]
    source: str

    def rate(self, input_tokens: int) -> Rate:
        """The rate for a request with a prompt of that many tokens."""
        applicable = [rate for rate in self.rates if input_tokens > rate.above_input_tokens]
        return applicable[-1] if applicable else self.rates[0]

    def cost_usd(
        self,
        *,
        input_tokens: int,
        output_tokens: int,
        cached_input_tokens: int = 0,
        cache_write_tokens: int = 0,
        long_cache_write_tokens: int = 0,
    ) -> float:
        """Cost of one request in USD; cached and written tokens are parts of ``input_tokens``.

        Args:
            input_tokens: All of the prompt.
            output_tokens: Reasoning included.
            cached_input_tokens: Read from a cache.
            cache_write_tokens: Written to one.
            long_cache_write_tokens: Of these, to be kept for an hour; the price list has no
                price for them, and Anthropic bills them at twice that of plain input.
        """
        rate = self.rate(input_tokens)
        cached_usd = rate.input_usd if rate.cached_input_usd is None else rate.cached_input_usd
        write_usd = rate.input_usd if rate.cache_write_usd is None else rate.cache_write_usd
        plain_tokens = input_tokens - cached_input_tokens - cache_write_tokens
        return (
            plain_tokens * rate.input_usd
            + cached_input_tokens * cached_usd
            + (cache_write_tokens - long_cache_write_tokens) * write_usd
            + long_cache_write_tokens * LONG_WRITE_FACTOR * rate.input_usd
            + output_tokens * rate.output_usd
        ) / MILLION

    def worst_case_usd(self, *, input_tokens: int, output_tokens: int) -> float:
        """The most that a request can cost, whatever share of it is cached or written."""
        rate = self.rate(input_tokens)
        input_usd = max(rate.input_usd, rate.cached_input_usd or 0.0, rate.cache_write_usd or 0.0)
        return (input_tokens * input_usd + output_tokens * rate.output_usd) / MILLION


FREE = Price(rates=(Rate(input_usd=0.0, output_usd=0.0),), source="reference reader")


def published_price(provider: str, model: str, *, at: datetime | None = None) -> Price | None:
    """The price that genai-prices knows for a model at a time, None when it knows none.

    Where a provider's price depends on the time of day, the highest one is taken, so that a
    quote is never too low.

    Source: https://pypi.org/project/genai-prices/
    """
    found = _find(provider, model)
    if found is None:
        return None
    from genai_prices.types import StartDateConstraint

    entries = found.prices if isinstance(found.prices, list) else [found.prices]
    moment = at or datetime.now(UTC)
    undated = []
    for entry in entries:
        constraint = getattr(entry, "constraint", None)
        prices = getattr(entry, "prices", entry)
        if isinstance(constraint, StartDateConstraint):
            if constraint.active(moment):
                undated = [prices]
        else:
            undated.append(prices)
    quotes = [price for price in map(_price, undated) if price is not None]
    return max(quotes, key=lambda price: price.rates[0].input_usd, default=None)


def published_window(provider: str, model: str) -> int | None:
    """The context window in tokens that genai-prices knows for a model."""
    found = _find(provider, model)
    return None if found is None else found.context_window


def published_names(provider: str) -> tuple[str, ...]:
    """Names of a provider's models that genai-prices lists, sorted; none for an unknown one."""
    from genai_prices.data_snapshot import get_snapshot

    found = next((entry for entry in get_snapshot().providers if entry.id == provider), None)
    return () if found is None else tuple(sorted(entry.id for entry in found.models))


@lru_cache(maxsize=256)
def _find(provider: str, model: str) -> Any:
    from genai_prices.data_snapshot import get_snapshot

    try:
        _, info = get_snapshot().find_provider_model(model, None, provider, None)
    except LookupError:
        return None
    return info


def _price(listed: Any) -> Price | None:
    columns = {
        "input_usd": listed.input_mtok,
        "output_usd": listed.output_mtok,
        "cached_input_usd": listed.cache_read_mtok,
        "cache_write_usd": listed.cache_write_mtok,
    }
    if columns["input_usd"] is None or columns["output_usd"] is None:
        return None
    starts = {0} | {
        tier.start for value in columns.values() for tier in getattr(value, "tiers", [])
    }
    rates = tuple(
        Rate(
            above_input_tokens=start,
            **{name: _at(value, start) for name, value in columns.items()},
        )
        for start in sorted(starts)
    )
    return Price(rates=rates, source="genai-prices")


def _at(value: Any, start: int) -> Any:
    if value is None:
        return None
    if not hasattr(value, "tiers"):
        return float(value)
    reached = [tier.price for tier in value.tiers if tier.start <= start]
    return float(reached[-1] if reached else value.base)
