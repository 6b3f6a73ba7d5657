"""Rate limits as servers state them in headers: how much, what is left, when to come back."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

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


def read_limits(headers: Mapping[str, str], *, now: datetime | None = None) -> LimitsSeen:
    """The limits per minute that an answer's headers state, OpenAI's or Anthropic's way.

    What cannot be is not believed: a limit of nothing is none, less than nothing is left is
    nothing, and a reset that cannot be a minute's is not known.

    Args:
        headers: With lower-case names.
        now: The moment that reset times are counted from when the answer has no ``date``.
    """
    start = _http_date(headers.get("date", "")) or now or datetime.now(UTC)
    tokens = _first(_openai(headers, name, start) for name in _TOKENS)
    prompts = None if tokens else _anthropic(headers, "input-tokens", start)
    return LimitsSeen(
        requests=_first(_openai(headers, name, start) for name in _REQUESTS)
        or _anthropic(headers, "requests", start),
        tokens=tokens or prompts or _anthropic(headers, "tokens", start),
        output_tokens=None if tokens else _anthropic(headers, "output-tokens", start),
        only_input=prompts is not None,
    )


def _first(stated: Iterable[Allowance | None]) -> Allowance | None:
    return next(filter(None, stated), None)


def _openai(headers: Mapping[str, str], quantity: str, start: datetime) -> Allowance | None:
    return _allowance(
        _number(headers.get(f"x-ratelimit-limit-{quantity}")),
        _left(headers.get(f"x-ratelimit-remaining-{quantity}")),
        _reset_s(headers.get(f"x-ratelimit-reset-{quantity}"), start),
    )


def _anthropic(headers: Mapping[str, str], quantity: str, start: datetime) -> Allowance | None:
    prefix = f"anthropic-ratelimit-{quantity}"
    until = _rfc3339(headers.get(f"{prefix}-reset"))
    return _allowance(
        _number(headers.get(f"{prefix}-limit")),
        _left(headers.get(f"{prefix}-remaining")),
        None if until is None else _bounded((until - start).total_seconds()),
    )


def _allowance(
    limit: float | None, remaining: float | None, reset_s: float | None
) -> Allowance | None:
    if limit == 0 or (limit is None and remaining is None):
        return None
    return Allowance(limit=limit, remaining=remaining, reset_s=reset_s)


def _left(text: str | None) -> float | None:
    """What remains; servers that let the last one in whatever it asks for are overdrawn."""
    overdrawn = text is not None and _number(text.strip().removeprefix("-")) is not None
    return 0.0 if overdrawn and text and text.strip().startswith("-") else _number(text)


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
