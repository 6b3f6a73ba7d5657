"""Rate limits as servers state them in headers: how much, what is left, when to come back."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|[dhms])")
_UNIT_S = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_LONGEST_S = 366 * 86_400.0
# A reset without a unit is in seconds, if it can be; a larger number is milliseconds from some
# servers and a day's seconds from others, and says nothing. Still larger ones are moments.
_MOST_PLAIN_S = 90.0
_MOMENT_S, _MOMENT_MS = 1e9, 1e11

# What each quantity's headers are called: OpenAI, Azure, Groq, LiteLLM; Cerebras, which states
# limits of other periods beside; Mistral; Kong.
_REQUESTS = ("requests", "requests-minute", "req-minute", "minute")
_TOKENS = ("tokens", "tokens-minute")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """One limited quantity, as the server stated it.

    Attributes:
        limit: Units in a full bucket.
        remaining: Units left when the server answered.
        reset_s: Seconds from the answer until the bucket is full again.
    """

    limit: float | None = None
    remaining: float | None = None
    reset_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsSeen:
    """What one answer's headers say; None = nothing about that quantity.

    Attributes:
        requests, tokens: A minute's.
        output_tokens: Output alone, where it has a limit of its own.
        only_input: Whether ``tokens`` counts prompts alone.
    """

    requests: Allowance | None = None
    tokens: Allowance | None = None
    output_tokens: Allowance | None = None
    only_input: bool = False


def read_retry_after(headers: Mapping[str, str], *, now: datetime | None = None) -> float | None:
    """Seconds that the server asks to wait: milliseconds, seconds or an HTTP date.

    Args:
        headers: With lower-case names.
        now: The moment a date is counted from; the server's own ``date`` header counts first,
            so that a wrong clock here does no harm.

    Returns:
        At least 0; None when the server did not say, or not in a way that can be read.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    stated = headers.get("retry-after")
    seconds = _number(stated)
    if seconds is not None or stated is None:
        return seconds
    until = _http_date(stated)
    if until is None:
        return None
    start = _http_date(headers.get("date", "")) or now or datetime.now(UTC)
    return _bounded((until - start).total_seconds())


def read_limits(
    headers: Mapping[str, str], *, refused: bool = False, now: datetime | None = None
) -> LimitsSeen:
    """The limits per minute that an answer's headers state, OpenAI's or Anthropic's way.

    What cannot be is not believed: a limit of nothing or less is none, and a reset that cannot be a
    minute's is not known. Less than nothing is left of a limit that turned a request away; of one
    that let it in it says nothing, for some gateways write -1 where there is no limit.

    Args:
        headers: With lower-case names.
        refused: Whether the answer is that a rate limit turned the request away.
        now: The moment that reset times are counted from when the answer has no ``date``.
    """
    start = _http_date(headers.get("date", "")) or now or datetime.now(UTC)
    openai = partial(_openai, headers, start, refused)
    anthropic = partial(_anthropic, headers, start, refused)
    tokens = _first(map(openai, _TOKENS))
    prompts = None if tokens else anthropic("input-tokens")
    return LimitsSeen(
        requests=_first(map(openai, _REQUESTS)) or anthropic("requests"),
        tokens=tokens or prompts or anthropic("tokens"),
        output_tokens=None if tokens else anthropic("output-tokens"),
        only_input=prompts is not None,
    )


def _first(stated: Iterable[Allowance | None]) -> Allowance | None:
    return next(filter(None, stated), None)


def _openai(
    headers: Mapping[str, str], start: datetime, refused: bool, quantity: str
) -> Allowance | None:
    return _allowance(
        headers.get(f"x-ratelimit-limit-{quantity}"),
        headers.get(f"x-ratelimit-remaining-{quantity}"),
        _reset_s(headers.get(f"x-ratelimit-reset-{quantity}"), start),
        refused,
    )


def _anthropic(
    headers: Mapping[str, str], start: datetime, refused: bool, quantity: str
) -> Allowance | None:
    prefix = f"anthropic-ratelimit-{quantity}"
    until = _rfc3339(headers.get(f"{prefix}-reset"))
    return _allowance(
        headers.get(f"{prefix}-limit"),
        headers.get(f"{prefix}-remaining"),
        None if until is None else _bounded((until - start).total_seconds()),
        refused,
    )


def _allowance(
    limit: str | None, remaining: str | None, reset_s: float | None, refused: bool
) -> Allowance | None:
    overdrawn = _is_negative(remaining)
    most, left = _number(limit), 0.0 if overdrawn else _number(remaining)
    if most == 0 or _is_negative(limit) or (overdrawn and not refused):
        return None
    if most is None and left is None:
        return None
    return Allowance(limit=most, remaining=left, reset_s=reset_s)


def _is_negative(text: str | None) -> bool:
    """Whether it is a number below zero; -0 is zero."""
    number = text.strip() if text is not None else ""
    return number.startswith("-") and bool(_number(number[1:]))


def _reset_s(text: str | None, start: datetime) -> float | None:
    """Seconds of a duration such as ``6m0s``, of a plain number, or until a moment."""
    plain = _number(text)
    if plain is None:
        return _duration(text)
    if plain >= _MOMENT_S:
        moment_s = plain / 1000 if plain >= _MOMENT_MS else plain
        return _bounded(moment_s - start.timestamp())
    return plain if plain <= _MOST_PLAIN_S else None


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), _LONGEST_S)


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _duration(text: str | None) -> float | None:
    """Seconds of a duration such as ``6m0s``, ``20ms`` or ``1h2m3.5s``."""
    if text is None:
        return None
    parts = _DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text.strip():
        return None
    return _bounded(sum(float(number) * _UNIT_S[unit] for number, unit in parts))


def _rfc3339(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text) if text else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
