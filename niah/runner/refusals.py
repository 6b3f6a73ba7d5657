"""Why a rate limit turned a request away, as far as headers or words say."""

from __future__ import annotations

import re

from niah.providers import Failure
from niah.providers.limits import LimitsSeen

REQUESTS, TOKENS = 0, 1

_AT_ONCE = re.compile(r"concurren|simultaneous|in flight|parallel", re.IGNORECASE)
_OF_TOKENS = re.compile(r"token|\bTPM\b", re.IGNORECASE)
_OF_REQUESTS = re.compile(r"requests? (per|limit)|\bRPM\b", re.IGNORECASE)


def is_about_at_once(failure: Failure) -> bool:
    """Whether the server says that it bears fewer requests at the same time."""
    return _AT_ONCE.search(failure.message) is not None


def cause_of(failure: Failure, limits: LimitsSeen, *, tokens: float) -> int | None:
    """Which quantity was short, ``REQUESTS`` or ``TOKENS``; None = the server does not say.

    Args:
        failure: The refusal.
        limits: What its headers stated.
        tokens: Of the request.
    """
    for quantity, allowance, units in (
        (TOKENS, limits.tokens, tokens),
        (REQUESTS, limits.requests, 1.0),
    ):
        left = None if allowance is None else allowance.remaining
        if left is not None and left < units:
            return quantity
    if _OF_TOKENS.search(failure.message):
        return TOKENS
    return REQUESTS if _OF_REQUESTS.search(failure.message) else None
