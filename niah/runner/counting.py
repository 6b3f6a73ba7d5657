"""How many units the server counts for each of ours, found out from what it says is left.

Servers estimate tokens from characters, and others may use the same key: either way more, or less,
is gone than was sent. What is left falls in proportion to what was sent, once what flowed in is
taken off; the slope of that line is the ratio.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf, sqrt

# A ratio beyond these is no difference of counting. Fewer than ours do no harm: then more is left
# than was thought, which is seen at once.
LEAST, MOST = 1.0, 1.8
# So many statements tell something, when they differ from 1 by so much, and by so many of what
# the slope may be wrong by.
_FEWEST, _CLEAR, _ERRORS = 5, 0.015, 3.0
# What was stated long ago counts less.
_FORGETS = 0.97
# What is turned away with so much of what it needs left needs more than was thought: so much.
_NEARLY, _STEP = 0.95, 1.03


@dataclass(slots=True)
class _Line:
    """A straight line through weighted points."""

    n: float = 0.0
    x: float = 0.0
    y: float = 0.0
    xx: float = 0.0
    xy: float = 0.0
    yy: float = 0.0

    def add(self, x: float, y: float) -> None:
        for name, value in (
            ("n", 1.0),
            ("x", x),
            ("y", y),
            ("xx", x * x),
            ("xy", x * y),
            ("yy", y * y),
        ):
            setattr(self, name, _FORGETS * getattr(self, name) + value)

    def slope(self) -> tuple[float, float]:
        """The slope, and what it may be wrong by."""
        sxx = self.xx - self.x * self.x / self.n
        sxy = self.xy - self.x * self.y / self.n
        syy = self.yy - self.y * self.y / self.n
        if sxx <= 0:
            return 0.0, inf
        slope = sxy / sxx
        rest = max(0.0, syy - slope * sxy)
        return slope, sqrt(rest / max(1.0, self.n - 2) / sxx)


@dataclass(slots=True)
class Counting:
    """What the server has said of one quantity so far.

    Servers state what is left as of letting the request in, or as of answering it; the reading
    that lies closer to a line is theirs.
    """

    sent: float = 0.0  # in all, in our units
    least: float = 1.0  # by what was needed for what was turned away
    _count: int = 0
    _lines: tuple[_Line, _Line] = field(default_factory=lambda: (_Line(), _Line()))
    _origin: tuple[float, float] | None = None

    def start_anew(self) -> None:
        """Something was lost on the way: the bucket was full, or the limit is another."""
        self._count, self._lines, self._origin = 0, (_Line(), _Line()), None

    def saw(
        self, remaining: float, *, rate: float, sent: float, sent_at: float, now: float
    ) -> None:
        """An answer stated what is left.

        Args:
            remaining: What is left.
            rate: What flows in, per second.
            sent: What ``self.sent`` was when the request had been sent.
            sent_at: When that was.
            now: When the answer came.
        """
        if self._origin is None:
            self._origin = (self.sent, now)
        before, began = self._origin
        self._lines[0].add(sent - before, remaining - rate * (sent_at - began))
        self._lines[1].add(self.sent - before, remaining - rate * (now - began))
        self._count += 1

    def needed(self, units: float, *, left: float, flows: float | None) -> None:
        """A request was turned away.

        Args:
            units: Of ours that it asked for.
            left: What was left.
            flows: What flows in until it would have been let in; None = not known.
        """
        if flows is not None:
            self.least = min(max(self.least, (left + flows) / units), MOST)
        elif left > _NEARLY * units * self.least:
            self.least = min(_STEP * self.least, MOST)

    @property
    def ratio(self) -> float:
        """Units counted for each of ours; 1 while nothing else is clear."""
        if self._count < _FEWEST:
            return self.least
        slope, error = min((line.slope() for line in self._lines), key=lambda found: found[1])
        off = abs(-slope - 1.0)
        if off < max(_CLEAR, _ERRORS * error) or error > 0.1:
            return self.least
        return min(max(-slope, LEAST, self.least), MOST)
