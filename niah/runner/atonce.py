"""How many requests a host bears at the same time, as far as it has shown."""

from __future__ import annotations

# A server that bears fewer at once than we send gets one more again after so many windows.
WINDOWS_PER_STEP = 8
SHORTEST_HOLD_S = 0.5
# A host that is too busy for everybody is asked again after such waits, by one request each.
FIRST_BUSY_S, LONGEST_BUSY_S = 1.0, 4.0
# So many answers in a row, and no other, that it is busy: one alone may mean its own request.
BUSY_ANSWERS = 2


class AtOnce:
    """The number of requests that may be in flight.

    Args:
        cap: The user's.
    """

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._window = cap
        self._since_step = 0
        self._busy = 0  # answers in a row that it is
        self._waits = 0
        self._asked_at = 0.0

    @property
    def most(self) -> int:
        """What may be in flight now; one while the host is busy."""
        return 1 if self._busy >= BUSY_ANSWERS else self._window

    def answered(self) -> None:
        """A request was answered."""
        self._busy = self._waits = 0
        self._since_step += 1
        if self._since_step >= WINDOWS_PER_STEP * self._window:
            self._since_step = 0
            self._window = min(self._window + 1, self._cap)

    def refused(self, others: int, now: float) -> float:
        """One was too many: as many are borne as are in flight without it.

        Returns:
            Until when nothing should be sent.
        """
        self._window = max(1, min(self._window, others))
        self._since_step = 0
        return now + SHORTEST_HOLD_S

    def busy(self, sent_at: float, now: float) -> float:
        """The host has too much to do, for everybody.

        Returns:
            Until when nothing should be sent.
        """
        self._busy += 1
        if self._busy < BUSY_ANSWERS:
            return now
        if sent_at >= self._asked_at:  # others of the same burst tell nothing new
            self._asked_at = now
            self._waits += 1
        return self._asked_at + min(FIRST_BUSY_S * 2.0 ** min(self._waits, 10), LONGEST_BUSY_S)
