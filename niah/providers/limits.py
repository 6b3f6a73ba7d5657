"""Rate limits as servers state them in headers: how much, what is left, when to come back."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|[dhms])")
_UNIT_S = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_LONGEST_S = 366 * 86_400.0


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
    """What one answer's headers say; None = nothing about that quantity."""

    requests: Allowance | None = None
    tokens: Allowance | None = None


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
    """The limits that an answer's headers state, OpenAI's or Anthropic's way.

    Of Anthropic's token limits the one for input counts: prompts here are long, answers short.

    Args:
        headers: With lower-case names.
        now: The moment that reset times are counted from when the answer has no ``date``.
    """
    start = _http_date(headers.get("date", "")) or now or datetime.now(UTC)
    return LimitsSeen(
        requests=_openai(headers, "requests") or _anthropic(headers, "requests", start),
        tokens=_openai(headers, "tokens")
        or _anthropic(headers, "input-tokens", start)
        or _anthropic(headers, "tokens", start),
    )


def _openai(headers: Mapping[str, str], quantity: str) -> Allowance | None:
    return _allowance(
        _number(headers.get(f"x-ratelimit-limit-{quantity}")),
        _number(headers.get(f"x-ratelimit-remaining-{quantity}")),
        _duration(headers.get(f"x-ratelimit-reset-{quantity}")),
    )


def _anthropic(headers: Mapping[str, str], quantity: str, start: datetime) -> Allowance | None:
    prefix = f"anthropic-ratelimit-{quantity}"
    until = _rfc3339(headers.get(f"{prefix}-reset"))
    return _allowance(
        _number(headers.get(f"{prefix}-limit")),
        _number(headers.get(f"{prefix}-remaining")),
        None if until is None else _bounded((until - start).total_seconds()),
    )


def _allowance(
    limit: float | None, remaining: float | None, reset_s: float | None
) -> Allowance | None:
    if limit is None and remaining is None:
        return None
    return Allowance(limit=limit, remaining=remaining, reset_s=reset_s)


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), _LONGEST_S)


def _number(text: str | None) -> float | None:
    try:
        value = float(text) if text is not None else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None


def _duration(text: str | None) -> float | None:
    """Seconds of a duration such as ``6m0s``, ``20ms``, ``1h2m3.5s`` or a plain number."""
    if text is None:
        return None
    plain = _number(text)
    if plain is not None:
        return _bounded(plain)
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
