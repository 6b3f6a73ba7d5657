"""Where a text may be opened to plant a needle: between its sentences.

Only explicit character sets decide, never the interpreter's Unicode tables: the same text has
the same boundaries under every Python version.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_SENTENCE_CHARS = 1_000
FORCED_SENTENCE_CHARS = 200

_SPACE = r"[ \t\n\f\v\r\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]"
_CLOSERS = "\"'\u2019\u201c\u201d\u00bb\u00ab\u203a)\\]}*_"
# Full-width marks end a sentence whatever follows; the others only before white space.
_BOUNDARY = re.compile(
    f"(?:[.!?\u2026\u203d\u061f\u06d4\u0964\u0965\u1362\u104b][{_CLOSERS}]*(?={_SPACE})"
    "|[\u3002\uff01\uff1f\uff61][\u300d\u300f\u300b\u3011\uff09\u201d\u2019]*"
    f"|(?<!\n)(?=[ \t]*\n[ \t]*\n))({_SPACE}*)"
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|St|Mt|Jr|Sr|Hr|Fr|Nr|No|Vol|Fig|vs|etc|cf|al|bzw|usw|ca|vgl|Abb|Str)"
    r"|\b[A-Za-z]|(?:^|[ (])\d{1,2})\.$"
)
_LOWER = frozenset("abcdefghijklmnopqrstuvwxyz\u00e4\u00f6\u00fc\u00df")


def line_gaps(text: str, parted_by: str) -> list[tuple[int, int]]:
    """Where one line ends and the next one starts, and both ends of the text; see below."""
    parts = re.finditer(re.escape(parted_by), text)
    return [(0, 0), *(part.span() for part in parts), (len(text), len(text))]


def sentence_gaps(text: str) -> list[tuple[int, int]]:
    """Where one sentence ends and the next one starts, as character offsets, ascending.

    The first gap ends where the text's first visible character stands, the last one starts behind
    its last one; both are empty. Sentences end at closing marks and at blank lines. A stretch of
    more than ``MAX_SENTENCE_CHARS`` without any is opened at line ends, else between words, else
    between characters.
    """
    begin, stop = len(text) - len(text.lstrip()), len(text.rstrip())
    gaps = [(begin, begin)]
    for match in _BOUNDARY.finditer(text, begin, stop):
        end, start = match.span(1)
        if start < stop and _is_boundary(text, end, start):
            gaps.extend(_forced(text, gaps[-1][1], end))
            gaps.append((end, start))
    gaps.extend(_forced(text, gaps[-1][1], stop))
    if stop > begin:
        gaps.append((stop, stop))
    return gaps


def _is_boundary(text: str, end: int, start: int) -> bool:
    last = text[end - 1]
    if last in "!?\u2026" or last > "\u2fff" or "\n" in text[end:start]:
        return True
    # A full stop before a small letter shortens a word; a closed quote goes on there.
    return text[start] not in _LOWER and not _ABBREVIATION.search(text, max(0, end - 8), end)


def _forced(text: str, begin: int, stop: int) -> Iterator[tuple[int, int]]:
    """Gaps within a stretch that is too long for one sentence."""
    while stop - begin > MAX_SENTENCE_CHARS:
        near, far = begin + FORCED_SENTENCE_CHARS, begin + MAX_SENTENCE_CHARS
        end = text.find("\n", near, far)
        if end < 0:
            end = text.find(" ", near, far)
        if end < 0:
            end = _between_letters(text, near, far)
        start = end
        while start < stop and text[start].isspace():
            start += 1
        while end > begin and text[end - 1].isspace():
            end -= 1
        if not begin < end <= start < stop:
            return
        yield end, start
        begin = start


def _between_letters(text: str, near: int, far: int) -> int:
    """A place between two characters that no combining mark or joiner holds together."""
    for place in range(near, far):
        if _stands_alone(text[place - 1]) and _stands_alone(text[place]):
            return place
    return far


def _stands_alone(character: str) -> bool:
    return (
        character < "\u0300"
        or "\u3041" <= character <= "\u3096"
        or "\u30a1" <= character <= "\u30fa"
        or "\u4e00" <= character <= "\u9fa5"
        or "\uac00" <= character <= "\ud7a3"
    )
