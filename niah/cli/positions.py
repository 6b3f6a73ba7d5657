"""Primacy, recency, middle dip and trend with length, on the command line."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from niah.statistics.positions import PositionStatistics

_MEANINGS = {
    "primacy": "depths up to 20% against 40-60%",
    "recency": "depths from 80% against 40-60%",
    "middle_dip": "both ends against the middle",
    "length_trend": "for each doubling of the length",
}


def positions_table(positions: PositionStatistics) -> str:
    """What can be told of them, and how to read it; empty where no length and depth allows any."""
    from niah.console import count, table
    from niah.statistics.positions import by_name
    from niah.statistics.scores import TOO_NARROW

    rows = [
        (
            name.replace("_", " "),
            f"{100 * found.value:+.1f}",
            f"{100 * found.lower:+.1f} to {100 * found.upper:+.1f}",
            count(found.n),
            _MEANINGS[name],
        )
        for name, found in by_name(positions).items()
        if not math.isnan(found.value)
    ]
    if not rows:
        return ""
    narrow = any(TOO_NARROW in found.method for found in by_name(positions).values())
    header = ("position", "points", "95% interval", "n", "accuracy of")
    return (
        table(header, rows, right=(1, 3))
        + "\nIn percentage points; an interval that holds 0 shows no effect. Above 0, the start,"
        "\nthe end, both ends or longer contexts are read better; below 0, worse."
        + (f"\n{TOO_NARROW[0].upper()}{TOO_NARROW[1:]}." if narrow else "")
    )
