"""A limit that the server does not state, found out from what it lets through and turns away.

Once a token bucket has run empty, the units that it has allowed since then grow along a line.
The line runs above every request that was let through and below every one that was turned away.
Both sides bound its slope, the rate, and its height; requests are sent at a time between the
bounds until they are close, and then at the safe one, so that few are turned away.

Pure: every function takes the time and returns a new value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

# The first guess at the rate takes the first burst for one minute's allowance.
_BURST_S = 60.0
# Bounds this close, as a share of the time since the search began, are close enough.
_CLOSE = 0.02
# Requests let through that are remembered one by one.
_REMEMBERED = 100
# After so many without a rejection the rate is tried upwards, in case the server allows more now.
_QUIET = 200
_STEP_UP = 1.1
# After contradicting evidence the limit has changed: begin again somewhat below the old rate.
_STEP_DOWN = 0.7


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A request since the bucket ran empty; ``passed`` is None while it is in flight."""

    number: int
    at: float
    units: float
    passed: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What is known about the line.

    Attributes:
        began_at: When the first request that was turned away had been sent.
        guess: Units per second, while nothing better is known.
        transit_s: The longest time between sending a request and its verdict at the server.
        base: Units let through that are no longer remembered one by one.
        base_at: When the last of those was sent.
        quiet: Requests let through since the last rejection.
        sent: Since the beginning, in order.
        slow: Safe bound as (height at time 0, rate): the line runs above it.
        fast: The bound above the line; its rate is infinite before it is known.
        middle: A point (time, units) on the best guess at the line, and its rate.
    """

    began_at: float
    guess: float
    transit_s: float
    base: float = 0.0
    base_at: float = -math.inf
    quiet: int = 0
    sent: tuple[Sent, ...] = ()
    slow: tuple[float, float] = (0.0, 0.0)
    fast: tuple[float, float] = (math.inf, math.inf)
    middle: tuple[float, float, float] = (0.0, 0.0, 0.0)


def begin(
    *, at: float, number: int, units: float, allowed: float, since_s: float, transit_s: float
) -> Search:
    """A search that begins with a request turned away.

    Args:
        at: When that request was sent.
        number: Its number.
        units: Its units.
        allowed: Units let through before it.
        since_s: The time in which that happened.
        transit_s: Between its sending and the answer.
    """
    guess = max(allowed, units) / (_BURST_S + since_s)
    first = Sent(number=number, at=at, units=units, passed=False)
    return _bounded(Search(began_at=at, guess=guess, transit_s=transit_s, sent=(first,)))


def allowed_so_far(search: Search) -> float:
    """Units let through or in flight since the search began."""
    return search.base + sum(sent.units for sent in search.sent if sent.passed is not False)


def ready_at(search: Search, units: float) -> float:
    """When to send the next request of that size."""
    need = allowed_so_far(search) + units
    at, height, rate = search.middle
    guessed_at = at + (need - height) / rate
    safe_at, early_at = _reached(search.slow, need), _reached(search.fast, need)
    if math.isfinite(safe_at) and safe_at - early_at <= _CLOSE * (safe_at - search.began_at):
        return safe_at
    return min(max(guessed_at, early_at), safe_at)


def rate(search: Search) -> float:
    """The best guess at the units per second."""
    return search.middle[2]


def shortness(search: Search, number: int, units: float) -> float:
    """How likely it is, from 0 to 1, that this limit turned a request away."""
    before = search.base
    at = search.began_at
    for sent in search.sent:
        if sent.number == number:
            at = sent.at
            break
        before += sent.units if sent.passed is not False else 0.0
    need = before + units
    low = search.slow[0] + search.slow[1] * at
    high = search.fast[0] + search.fast[1] * at if math.isfinite(search.fast[1]) else math.inf
    if low >= need:
        return 0.0
    if high <= need:
        return 1.0
    return (need - low) / (max(high, need) - low) if math.isfinite(high) else 0.5


def send(search: Search, *, number: int, units: float, at: float) -> Search:
    """The search with one more request in flight."""
    return replace(search, sent=(*search.sent, Sent(number=number, at=at, units=units)))


def let_through(search: Search, number: int) -> Search:
    """The search after a request was let through."""
    resolved = _resolved(search, number, passed=True)
    if resolved.quiet + 1 >= _QUIET:
        newest = resolved.sent[-1]
        return _bounded(
            Search(
                began_at=newest.at,
                guess=_STEP_UP * max(search.slow[1], search.guess),
                transit_s=search.transit_s,
                sent=tuple(sent for sent in resolved.sent if sent.passed is None),
            )
        )
    return _bounded(_forget(replace(resolved, quiet=resolved.quiet + 1)))


def turned_away(search: Search, number: int, *, transit_s: float) -> Search:
    """The search after this limit turned a request away."""
    resolved = _resolved(search, number, passed=False)
    return _bounded(replace(resolved, quiet=0, transit_s=max(transit_s, search.transit_s)))


def withdrawn(search: Search, number: int) -> Search:
    """The search without a request that something else turned away or that never arrived."""
    return replace(search, sent=tuple(sent for sent in search.sent if sent.number != number))


def _resolved(search: Search, number: int, *, passed: bool) -> Search:
    return replace(
        search,
        sent=tuple(
            replace(sent, passed=passed) if sent.number == number else sent for sent in search.sent
        ),
    )


def _forget(search: Search) -> Search:
    """Drop the oldest requests, those let through into the base."""
    surplus = len(search.sent) - _REMEMBERED
    if surplus <= 0:
        return search
    old = [sent for sent in search.sent[:surplus] if sent.passed]
    if not old:
        return search
    return replace(
        search,
        base=search.base + sum(sent.units for sent in old),
        base_at=old[-1].at,
        sent=tuple(sent for sent in search.sent if sent not in old),
    )


def _bounded(search: Search) -> Search:
    """The search with its bounds worked out anew from everything remembered."""
    total = search.base
    passed: list[tuple[float, float]] = [(max(search.began_at, search.base_at), search.base)]
    rejected: list[tuple[float, float]] = []
    for sent in search.sent:
        if sent.passed is False:
            rejected.append((sent.at, total + sent.units))
            continue
        total += sent.units
        if sent.passed:
            passed.append((sent.at, total))
    transit_s = search.transit_s
    slowest, fastest = 0.0, math.inf
    for at, units in rejected:
        for passed_at, passed_units in passed:
            if passed_at > at and passed_units > units:
                slowest = max(slowest, (passed_units - units) / (passed_at + transit_s - at))
            elif at - passed_at > 2 * transit_s:
                fastest = min(fastest, (units - passed_units) / (at - passed_at - transit_s))
    if slowest > fastest:
        return _begun_again(search, slowest)
    slow_height = max(units - slowest * (at + transit_s) for at, units in passed)
    fast_height = math.inf
    if rejected and math.isfinite(fastest):
        fast_height = min(units - fastest * at for at, units in rejected)
    known = replace(search, slow=(slow_height, slowest), fast=(fast_height, fastest))
    return replace(known, middle=_middle(known, rejected, passed))


def _begun_again(search: Search, rate: float) -> Search:
    last = max(
        (index for index, sent in enumerate(search.sent) if sent.passed is False),
        key=lambda index: search.sent[index].at,
    )
    return _bounded(
        Search(
            began_at=search.sent[last].at,
            guess=_STEP_DOWN * rate,
            transit_s=search.transit_s,
            sent=search.sent[last:],
        )
    )


def _middle(
    search: Search, rejected: list[tuple[float, float]], passed: list[tuple[float, float]]
) -> tuple[float, float, float]:
    """A point on the best guess at the line, and its slope."""
    slowest, fastest = search.slow[1], search.fast[1]
    if math.isfinite(fastest):
        rate = math.sqrt(slowest * fastest) if slowest > 0 else min(search.guess, fastest / 2)
    else:
        rate = max(2.0 * slowest, search.guess)
    if not rejected:
        at, units = passed[-1]
        return at, units, rate
    at, units = rejected[-1]
    low = search.slow[0] + slowest * at
    return at, (max(low, 0.0) + units) / 2 if low < units else units, rate


def _reached(line: tuple[float, float], units: float) -> float:
    height, rate = line
    if rate == 0:
        return math.inf
    return -math.inf if math.isinf(rate) else (units - height) / rate
