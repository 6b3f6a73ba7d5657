"""A limit on what was let in within the last minute, whichever minute that is.

The strictest shape that a limit per minute can have: what keeps to it keeps to a window and to a
bucket of the same limit too. Pure: every function takes the time and returns a new value.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from niah.runner.ratelimits import MINUTE_S

# What was sent a minute ago may have arrived a little later than what is sent now.
LATE_S = 0.2
# The share of a limit by which the server's view may differ before it is believed.
_SLACK = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """A limit.

    Attributes:
        limit: Units within a minute.
        entries: Times and units of what was sent, and of what others must have sent.
    """

    limit: float
    entries: tuple[tuple[float, float], ...]

    @property
    def rate(self) -> float:
        """Units per second in the long run."""
        return self.limit / MINUTE_S


def used_at(log: Log, now: float) -> float:
    """Units of the minute before a time."""
    since = now - MINUTE_S - LATE_S
    return sum(units for at, units in log.entries if since < at <= now)


def level_at(log: Log, now: float) -> float:
    """Units left at a time."""
    return log.limit - used_at(log, now)


def wait_for(log: Log, units: float, now: float) -> float:
    """Seconds until so many units are there; for more than the limit, until nothing is used."""
    missing = min(units, log.limit) - level_at(log, now)
    if missing <= 1e-6 * log.limit:
        return 0.0
    since = now - MINUTE_S - LATE_S
    for at, amount in sorted(log.entries):
        if at > since:
            missing -= amount
            if missing <= 1e-6 * log.limit:
                return at - since
    return MINUTE_S


def debit(log: Log, units: float, now: float) -> Log:
    """The log after a request was sent."""
    since = now - 2 * MINUTE_S
    kept = tuple(entry for entry in log.entries if entry[0] > since)
    return replace(log, entries=(*kept, (now, units)))


def credit(log: Log, units: float, *, sent_at: float) -> Log:
    """The log after a request turned out to have taken nothing."""
    entries = list(log.entries)
    if (sent_at, units) in entries:
        entries.remove((sent_at, units))
    return replace(log, entries=tuple(entries))


def observe(log: Log, *, limit: float, remaining: float, sent_at: float, now: float) -> Log:
    """The log after an answer stated what is left: what is not from here is from somebody else."""
    log = replace(log, limit=limit)
    own = max(used_at(log, sent_at), used_at(log, now))
    others = limit - remaining - own
    return debit(log, others, now) if others > _SLACK * limit else log


def refused(
    log: Log, *, remaining: float | None, units: float, now: float, wait_s: float | None
) -> Log:
    """The log after a request was turned away that seemed to fit in.

    What is missing comes back when the server said, or within some seconds.
    """
    left = 0.5 * units if remaining is None else remaining
    over = level_at(log, now) - left
    if over <= 0:
        return log
    back_s = min(wait_s or 5.0, MINUTE_S)
    entry = (now - MINUTE_S - LATE_S + back_s, over)
    return replace(log, entries=(*log.entries, entry))
