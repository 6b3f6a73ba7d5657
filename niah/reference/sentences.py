"""Where sentences begin and end."""

from __future__ import annotations

import re

_ABBREVIATIONS = frozenset(
    "dr mr mrs ms prof st no nr vol fig ca bzw etc vs inc ltd co jr sr hl str bd geb gest".split()
)
# A line break ends a sentence, an escaped one inside JSON too, and a full stop before a space.
_BREAK = re.compile(
    r"\n|\\n|[\u3002\uff01\uff1f]"
    r"|[.!?\u2026\u061f\u0964][\"'\u201d\u201c\u00bb\u2019)\]]*(?=\s|$|\\n|<|\")"
)
_MONTH = re.compile(r"\s(?:Jan|Feb|März|April|Mai\b|Jun|Jul|Aug|Sep|Okt|Nov|Dez|Jahrhundert|Jh\b)")
_FURTHEST = 5_000  # characters of the longest sentence, to each side of a word


def sentence_at(text: str, at: int) -> tuple[int, int]:
    """Begin and end of the sentence that holds a position."""
    end = _next_break(text, at, min(len(text), at + _FURTHEST))
    reach = 400
    while True:
        low = max(0, at - reach)
        start = -1
        for match in _BREAK.finditer(text, low, at):
            if _ends_sentence(text, match):
                start = match.end()
        if start >= 0 or low == 0 or reach >= _FURTHEST:
            break
        reach *= 4
    start = max(start, low)
    while start < at and text[start].isspace():
        start += 1
    return start, end


def _next_break(text: str, at: int, limit: int) -> int:
    for match in _BREAK.finditer(text, at, limit):
        if _ends_sentence(text, match):
            return match.end() if text[match.start()] not in "\n\\" else match.start()
    return limit


def _ends_sentence(text: str, match: re.Match[str]) -> bool:
    """Whether a mark ends a sentence: not behind an abbreviation, an initial or a day."""
    if text[match.start()] != ".":
        return True
    at = match.start()
    word = re.search(r"\w*$", text[max(0, at - 12) : at])
    before = word[0] if word else ""
    if (len(before) == 1 and before.isalpha()) or before.lower() in _ABBREVIATIONS:
        return False
    return not (before.isdecimal() and len(before) <= 2 and _MONTH.match(text, match.end()))
