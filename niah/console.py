"""What a terminal may be shown: untrusted text made inert, numbers as people read them."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable, Sequence

_ACTIVE = ("Cc", "Cf", "Cs", "Co", "Cn")
_LINES = {ord("\n"): None, ord("\t"): None}
_BREAKS = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def inert(text: str, *, multiline: bool = False) -> str:
    """The text without anything that moves a cursor, changes colours or reorders letters.

    Control, format (bidirectional overrides among them), surrogate and private-use characters
    are shown as escapes.

    Args:
        text: Anything, such as a model's response.
        multiline: Keep line feeds and tabs.
    """
    kept = "\n\t" if multiline else ""
    if text.isprintable() or (multiline and text.translate(_LINES).isprintable()):
        return text
    return "".join(
        character
        if character in kept or unicodedata.category(character) not in _ACTIVE
        else _BREAKS.get(character) or f"\\u{ord(character):04x}"
        for character in text
    )


def shorten(text: str, width: int) -> str:
    """At most ``width`` characters, the cut shown."""
    return text if len(text) <= width else text[: width - 1] + "…"


def usd(amount: float | None) -> str:
    """A sum of money: two digits from a cent up, two significant ones below; unknown says so."""
    if amount is None:
        return "unknown"
    if amount <= 0 or amount >= 0.01:
        return f"${amount:,.2f}"
    digits = 1 - math.floor(math.log10(amount))
    return f"${amount:.{digits}f}".rstrip("0")


def percent(share: float) -> str:
    """A share in [0, 1] as a percentage with one decimal; never rounded to 100 from below."""
    value = round(share * 100, 1)
    if value >= 100 > share * 100:
        value = 99.9
    return f"{value:.1f}%"


def count(number: int) -> str:
    """A whole number with thousands separators."""
    return f"{number:,}"


def table(
    header: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[int] = ()
) -> str:
    """Aligned columns under a header, two spaces between them, no trailing spaces.

    Args:
        header: Column titles.
        rows: Cells as text, as many in each row as there are titles.
        right: Indexes of the columns that are aligned to the right.
    """
    lines = [list(header), *(list(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    aligned_right = set(right)
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column in aligned_right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
