"""Where a text may be parted: between sentences, and between tokens."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

# A sentence ends with one of these marks and closing quotes or brackets; then comes white space,
# or nothing at all after the full-width marks of Chinese and Japanese.
_SENTENCE = re.compile(
    "(?:[.!?\u2026\u203d\u061f\u06d4\u0964\u0965\u1362\u104b]"
    "[\"'\u201d\u2019\u00bb\u203a)\\]*_]*(?=\\s)|"
    "[\u3002\uff01\uff1f\uff61][\u300d\u300f\u201d\u2019\uff09)]*|"
    "(?<=\\S)(?=\\n))(\\s*)(?=\\S)"
)
LONGEST_SENTENCE = 1_000
FALLBACK_SENTENCE = 160
SYNC_SPACING = 24
FULL_WIDTH = "\u3002\uff01\uff1f\uff0c\u3001\uff1b\uff1a"


def sentence_gaps(text: str) -> tuple[list[int], list[int]]:
    """Ends of sentences and starts of the next ones, in characters, ascending.

    What lies between an end and its start is the white space that parts the two sentences. Text
    that runs on for long without a sentence end is parted between words, or between characters.
    """
    ends: list[int] = []
    starts: list[int] = []
    previous = 0
    for match in _SENTENCE.finditer(text):
        end, start = match.start(1), match.end(1)
        if end == 0 or start <= previous:
            continue
        _part_long(text, previous, end, ends, starts)
        ends.append(end)
        starts.append(start)
        previous = start
    _part_long(text, previous, len(text.rstrip()), ends, starts)
    return ends, starts


def _part_long(text: str, begin: int, end: int, ends: list[int], starts: list[int]) -> None:
    """Add gaps inside a stretch without a sentence end, between words where there are any."""
    while end - begin > LONGEST_SENTENCE:
        target = begin + FALLBACK_SENTENCE
        space = text.find(" ", target, min(target + FALLBACK_SENTENCE, end - 1))
        if space > 0:
            first = space
            while first > begin + 1 and text[first - 1].isspace():
                first -= 1
            last = space
            while text[last].isspace() and last < end - 1:
                last += 1
        else:
            first = target
            while first < end - 1 and not (text[first].isalpha() and text[first - 1].isalpha()):
                first += 1
            last = first
        if first <= begin or last >= end - 1:
            return
        ends.append(first)
        starts.append(last)
        begin = last


def sync_points(text: str) -> NDArray[np.int64]:
    """Character offsets that no token of the usual vocabularies crosses, thinned out, ascending.

    They stand before a space between two letters, or between a comma, semicolon or colon and a
    letter; before a full-width mark between two letters; and before a letter that begins a line.
    The patterns of o200k_base, cl100k_base and DeepSeek-V3 part words there whatever stands
    around; an index proves it for its own text.
    """
    codes = np.frombuffer(text.encode("utf-32-le"), dtype=np.uint32)
    if len(codes) < 3:
        return np.zeros(0, np.int64)
    letters = _letters(codes)
    before, here, after = codes[:-2], codes[1:-1], codes[2:]
    opens = letters[:-2] | (before == ord(",")) | (before == ord(";")) | (before == ord(":"))
    words = (here == ord(" ")) & opens & letters[2:]
    marks = np.isin(here, [ord(mark) for mark in FULL_WIDTH]) & letters[:-2] & letters[2:]
    lines = (before == ord("\n")) & letters[1:-1] & (after != 0)
    points = np.flatnonzero(words | marks | lines) + 1
    if not len(points):
        return np.zeros(0, np.int64)
    bucket = points // SYNC_SPACING
    return points[np.r_[True, bucket[1:] != bucket[:-1]]].astype(np.int64)


def _letters(codes: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which code points are letters (Unicode categories L*)."""
    distinct, inverse = np.unique(codes, return_inverse=True)
    known = np.array([chr(code).isalpha() for code in distinct], dtype=bool)
    return known[inverse.reshape(-1)]
