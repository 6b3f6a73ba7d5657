"""A stated limit that starts anew at once: what is left until a known moment, then all of it.

Pure: every function takes the time and returns a new value. Units are requests or tokens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from niah.runner.ratelimits import MINUTE_S, TRANSIT_S

# A request is sent so long after a window's end, so that it does not arrive before it.
LATE_S = 0.1
# By how much two statements of one end may differ: by whole seconds, and the clock's own.
ROUNDING_S = 2.1
# What two sums of the same times may differ by.
_ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A stated limit.

    Attributes:
        limit: Units in a window.
        left: Units left in the window that is over by ``ends_by``.
        ends_from, ends_by: It ends between these, on the dispatcher's clock.
    """

    limit: float
    left: float
    ends_from: float
    ends_by: float

    @property
    def rate(self) -> float:
        """Units per second in the long run."""
        return self.limit / MINUTE_S


def begin(limit: float, left: float, *, sent_at: float, now: float, reset_s: float) -> Window:
    """The window that an answer tells of; resets may be rounded up to whole seconds."""
    starts = sent_at + reset_s - (1.0 if reset_s % 1 == 0 else 0.0)
    return Window(limit=limit, left=left, ends_from=starts, ends_by=now + reset_s)


def at(window: Window, now: float) -> Window:
    """The window that is open at a time."""
    over = int((now - (window.ends_by + LATE_S) + _ROUNDING) // MINUTE_S) + 1
    if over <= 0:
        return window
    return Window(
        limit=window.limit,
        left=window.limit,
        ends_from=window.ends_from + over * MINUTE_S,
        ends_by=window.ends_by + over * MINUTE_S,
    )


def level_at(window: Window, now: float) -> float:
    """Units left at a time."""
    return at(window, now).left


def wait_for(window: Window, units: float, now: float) -> float:
    """Seconds until so many units are there; for more than a window's, until it is new."""
    current = at(window, now)
    if min(units, current.limit) <= current.left:
        return 0.0
    return current.ends_by + LATE_S - now


def debit(window: Window, units: float, now: float) -> Window:
    """The window after a request was sent."""
    current = at(window, now)
    return replace(current, left=current.left - units)


def credit(window: Window, units: float, *, sent_at: float, now: float) -> Window:
    """The window after a request turned out to have taken nothing."""
    current = at(window, now)
    if sent_at < current.ends_by - MINUTE_S:
        return current  # of an earlier window
    return replace(current, left=min(current.limit, current.left + units))


def observe(
    window: Window,
    *,
    limit: float,
    remaining: float,
    reset_s: float | None,
    sent_at: float,
    now: float,
    since: float,
) -> Window | None:
    """The window after an answer stated it; None when it is none: its end is another each time.

    Args:
        window: As known so far.
        limit, remaining, reset_s: What the headers say.
        sent_at: When the request that was answered had been sent.
        now: When its answer came.
        since: Units of other requests that were sent since, or so shortly before that the server
            may not have counted them.
    """
    current = at(window, now)
    if reset_s is not None:
        told = begin(limit, 0.0, sent_at=sent_at, now=now, reset_s=reset_s)
        off_s = MINUTE_S * round((current.ends_by - told.ends_by) / MINUTE_S)
        starts = max(current.ends_from, told.ends_from + off_s)
        ends = min(current.ends_by, told.ends_by + off_s)
        if starts - ends > ROUNDING_S:
            return None
        current = replace(current, ends_from=min(starts, ends), ends_by=max(starts, ends))
    if limit != current.limit:  # what was used of the old one is used of the new one too
        current = replace(current, left=current.left + limit - current.limit, limit=limit)
    if sent_at - TRANSIT_S < current.ends_by - MINUTE_S:
        return current  # it may tell of the window before
    left = min(max(current.left, remaining - since), remaining)
    return replace(current, left=left)


def refused(
    window: Window,
    *,
    remaining: float | None,
    units: float,
    sent_at: float,
    now: float,
    wait_s: float | None,
) -> Window:
    """The window after it turned a request away that seemed to fit in."""
    current = at(window, now)
    if wait_s is not None:
        off_s = MINUTE_S * round((current.ends_by - now - wait_s) / MINUTE_S)
        current = replace(current, ends_by=max(current.ends_by, now + wait_s + off_s))
    if sent_at < current.ends_by - MINUTE_S:
        if sent_at < current.ends_by - MINUTE_S - TRANSIT_S:
            return current
        # It came before the end that was expected: the window is a little later.
        current = replace(current, ends_by=current.ends_by + TRANSIT_S)
    left = 0.5 * units if remaining is None else remaining
    return replace(current, left=min(current.left, left))
