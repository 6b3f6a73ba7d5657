"""Lengths of time as people write them: 90s, 45m, 1h30m, 7d."""

from __future__ import annotations

import re

_UNIT_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_PARTS = re.compile(r"(?:\d+(?:\.\d+)?[smhd])+")
_PART = re.compile(r"(\d+(?:\.\d+)?)([smhd])")


def parse_duration_s(text: str) -> float:
    """Seconds of "90s", "45m", "1h30m", "0.5h" or "7d".

    Raises:
        ValueError: if it is none of these, or no time at all.
    """
    compact = text.strip().lower()
    if _PARTS.fullmatch(compact) is None:
        raise ValueError(f"{text!r} is not a length of time, such as 90s, 45m, 1h30m or 7d")
    seconds = sum(float(amount) * _UNIT_S[unit] for amount, unit in _PART.findall(compact))
    if seconds <= 0:
        raise ValueError(f"{text!r} is no time at all")
    return seconds
