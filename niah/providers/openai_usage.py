"""The usage object of chat completions, as the hosts that speak the format fill it in."""

from __future__ import annotations

from typing import Any

from niah.providers import Usage
from niah.providers.bodies import JsonObject, amount_at, count_at, object_at, part_of


def read_usage(raw: Any) -> Usage:
    """The usage object's counts; what it does not say stays None.

    Zero prompt tokens are no report: no prompt is empty.
    """
    if not isinstance(raw, dict):
        return Usage()
    details = object_at(raw, "prompt_tokens_details")
    input_tokens = count_at(raw, "prompt_tokens") or None
    output_tokens, reasoning_tokens = _output(raw, input_tokens)
    return Usage(
        input_tokens=input_tokens,
        cached_input_tokens=part_of(_cached(raw, details), input_tokens),
        cache_write_tokens=part_of(count_at(details, "cache_write_tokens"), input_tokens),
        output_tokens=output_tokens,
        reasoning_tokens=part_of(reasoning_tokens, output_tokens),
        raw=raw,
    )


def _cached(raw: JsonObject, details: JsonObject) -> int | None:
    """DeepSeek states them as ``prompt_cache_hit_tokens``, Moonshot beside the others."""
    stated = (
        count_at(details, "cached_tokens"),
        count_at(raw, "prompt_cache_hit_tokens"),
        count_at(raw, "cached_tokens"),
    )
    return next((tokens for tokens in stated if tokens is not None), None)


def _output(raw: JsonObject, input_tokens: int | None) -> tuple[int | None, int | None]:
    """Generated tokens, and those of them that were thought.

    xAI counts what was thought in the total alone; so does Gemini behind this format, which does
    not say what it is.
    """
    output_tokens, total_tokens = count_at(raw, "completion_tokens"), count_at(raw, "total_tokens")
    thought_tokens = count_at(object_at(raw, "completion_tokens_details"), "reasoning_tokens")
    if input_tokens is None or output_tokens is None or total_tokens is None:
        return output_tokens, thought_tokens
    beside_tokens = total_tokens - input_tokens - output_tokens
    if beside_tokens > 0 and thought_tokens in (None, beside_tokens):
        return output_tokens + beside_tokens, beside_tokens
    return output_tokens, thought_tokens


def stated_cost_usd(usage: Usage) -> float | None:
    """What OpenRouter says in its usage object that a response cost; None where it does not.

    Which host answered, and at what price, it alone knows. Of a host that is paid with a key of
    the user's own, it states its fee and the host's bill apart.

    Source: https://openrouter.ai/docs/use-cases/usage-accounting
    """
    fee_usd = amount_at(usage.raw, "cost")
    if usage.raw.get("is_byok") is not True or fee_usd is None:
        return fee_usd
    host_usd = amount_at(usage.raw.get("cost_details"), "upstream_inference_cost")
    return None if host_usd is None else fee_usd + host_usd
