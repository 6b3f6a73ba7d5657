"""Guesses among words: what stands beside an answer in a list, where values have no form."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from niah.scoring.words import split_words

Spans = Sequence[tuple[int, int]]

_OR_AFTER = re.compile(
    r"^[\"')]*\s*,?\s*(?:or|oder|bzw\.?|/)\s+(?!so\b|in other|at least|rather|more\b|simply|"
    r"similar|something|just\b|als\b|kurz|so ahnlich|whatever|possibly the\b)\"?(\w+)"
)
_OR_BEFORE = re.compile(r"(\w+)[\"')]*\s*,?\s*(?:\bor|\boder|\bbzw\.?|/)\s+(?:the |a |an )?\"?$")
_LIST_MARK = re.compile(r"[,;/]|\band\b|\bund\b|\bor\b|\boder\b")
_ITEM_END = re.compile(r"[,;\n•|/]|\band\b|\bund\b|\bor\b|\boder\b|(?<=[.:!?])\s")
_OFFER = re.compile(
    r"\b(?:possible|potential|candidates?|guess\w*|options?|could be|might be|one of|either|"
    r"moglich\w*|kandidat\w*|entweder|eine[rs]? von|konnte)\b"
)


def offers_others(text: str, spans: Spans) -> bool:
    """Whether a response offers the values at these places beside others of unknown form.

    "Alice or Bob", "Alice, Bob, Carol", "Possible answers: - Alice - Bob".
    """
    inside = sorted(spans)
    for start, end in inside[:200]:
        after = _OR_AFTER.search(text[end : end + 60])
        if after and not _overlaps(end + after.start(1), inside):
            return True
        lead = text[max(0, start - 60) : start]
        before = _OR_BEFORE.search(lead)
        if before and not _overlaps(max(0, start - 60) + before.start(1), inside):
            return True
    return one_of_many(text, spans)


def one_of_many(text: str, spans: Spans) -> bool:
    """Whether the only statement of the values at these places is a part of a longer list."""
    if "•" in text:
        items = [line for line in _lines(text) if text[line[0] : line[1]].startswith("•")]
        holding = [item for item in items if any(item[0] <= start < item[1] for start, _ in spans)]
        outside = any(not any(a <= start < b for a, b in items) for start, _ in spans)
        return bool(holding) and not outside and len(items) - len(holding) >= 2
    bodies = [line for line in _lines(text) if text[line[0] : line[1]].strip()]
    if len(bodies) != 1:
        return False
    start, end = bodies[0]
    lead, mark, rest = text[start:end].rpartition(":")
    offered = _OFFER.search(lead) is not None
    items = _items(rest, start + len(lead) + len(mark), _LIST_MARK)
    longest = max((len(split_words(text[a:b])) for a, b in items), default=0)
    others = [item for item in items if not any(a < item[1] and item[0] < b for a, b in spans)]
    return len(others) >= 2 and (longest <= 3 or offered)


def listed_items(text: str, spans: Spans) -> set[str]:
    """What else a response lists beside the values at these places: items no longer than they."""
    if not spans:
        return set()
    size = max(len(split_words(text[a:b])) for a, b in spans[:200])
    marks = sorted(spans)
    items = _items(text, 0, _ITEM_END)
    listed: set[str] = set()
    holds = [_overlaps_span(item, marks) for item in items]
    for index, (start, end) in enumerate(items):
        words = split_words(text[start:end])
        beside = any(holds[i] for i in range(max(0, index - 60), min(len(items), index + 61)))
        title = text[start:end].rstrip()[-1:] in (":", "!")
        if not holds[index] and words and len(words) <= size and beside and not title:
            listed.add(" ".join(word.text for word in words))
    return {item for item in listed if not item.isdecimal()}


def _items(text: str, offset: int, mark: re.Pattern[str]) -> list[tuple[int, int]]:
    """(start, end) of what stands between commas, line ends, bullets and conjunctions."""
    items = []
    position = 0
    for found in mark.finditer(text):
        items.append((position, found.start()))
        position = found.end()
    items.append((position, len(text)))
    return [(a + offset, b + offset) for a, b in items if text[a:b].strip()]


def _lines(text: str) -> list[tuple[int, int]]:
    lines = []
    position = 0
    for line in text.split("\n"):
        lines.append((position, position + len(line)))
        position += len(line) + 1
    return lines


def _overlaps(offset: int, spans: Spans) -> bool:
    return any(start <= offset < end for start, end in spans[:200])


def _overlaps_span(item: tuple[int, int], spans: Spans) -> bool:
    index = bisect_left(spans, (item[1], -1)) - 1
    return index >= 0 and spans[index][1] > item[0]
