"""The cap on requests in flight, which lanes to different hosts share."""

from __future__ import annotations

from collections.abc import Callable


class Slots:
    """The cap on requests in flight, shared evenly by the lanes that have work."""

    def __init__(self, cap: int) -> None:
        self.cap = cap
        self.in_flight = 0
        self.most_in_flight = 0
        self._lanes: list[Callable[[], None]] = []

    def join(self, wake: Callable[[], None]) -> None:
        """A lane has work from now on."""
        self._lanes.append(wake)

    def leave(self, wake: Callable[[], None]) -> None:
        """A lane is done; the others may use its share."""
        self._lanes.remove(wake)
        self._wake_all()

    @property
    def share(self) -> int:
        """The most that one lane may have in flight now."""
        return max(1, self.cap // max(1, len(self._lanes)))

    def free_for(self, lane_in_flight: int) -> bool:
        """Whether a lane with so many in flight may send one more."""
        return self.in_flight < self.cap and lane_in_flight < self.share

    def take(self) -> None:
        """One request starts."""
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)

    def give_back(self) -> None:
        """One request has ended."""
        self.in_flight -= 1
        if len(self._lanes) > 1:
            self._wake_all()

    def _wake_all(self) -> None:
        for wake in self._lanes:
            wake()
