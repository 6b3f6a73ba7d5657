"""Guesses among words: what stands beside an answer in a list, where values have no form."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from niah.scoring.words import split_words

_REACH = 60
"""Items between a listed value and an accepted one, at most; farther apart are two lists."""

Spans = Sequence[tuple[int, int]]

_OR_AFTER = re.compile(
    r"^[\"')]*\s*,?\s*(?:or|oder|bzw\.?|/)\s+(?!so\b|in full|in other|at least|rather|more\b|"
    r"simply|similar|something|just\b|als\b|kurz|so ahnlich|whatever|possibly the\b)[\"£€]?(\w+)"
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
    for start, end in spans:
        after = _OR_AFTER.search(text[end : end + 60])
        if after and not _overlaps((end + after.start(1), end + after.end(1)), spans):
            return True
        near = max(0, start - 60)
        before = _OR_BEFORE.search(text[near:start])
        if before and not _overlaps((near + before.start(1), near + before.end(1)), spans):
            return True
    return one_of_many(text, spans)


def one_of_many(text: str, spans: Spans) -> bool:
    """Whether the only statement of the values at these places is a part of a longer list."""
    if "•" in text:
        items = [line for line in _lines(text) if text[line[0] : line[1]].startswith("•")]
        holding = [item for item in items if _overlaps(item, spans)]
        inside = all(_overlaps(span, items) for span in spans)
        return bool(holding) and inside and len(items) - len(holding) >= 2
    bodies = [line for line in _lines(text) if text[line[0] : line[1]].strip()]
    if len(bodies) != 1:
        return False
    start, end = bodies[0]
    lead, mark, rest = text[start:end].rpartition(":")
    offered = _OFFER.search(lead) is not None
    items = _items(rest, start + len(lead) + len(mark), _LIST_MARK)
    longest = max((len(split_words(text[a:b])) for a, b in items), default=0)
    others = [item for item in items if not _overlaps(item, spans)]
    return len(others) >= 2 and (longest <= 3 or offered)


def listed_items(text: str, spans: Spans) -> set[str]:
    """What else a response lists beside the values at these places: items no longer than they."""
    size = max(len(split_words(text[a:b])) for a, b in spans)
    items = _items(text, 0, _ITEM_END)
    holding = [index for index, item in enumerate(items) if _overlaps(item, spans)]
    listed: set[str] = set()
    for index, (start, end) in enumerate(items):
        body = text[start:end].strip()
        nearest = bisect_left(holding, index)
        near = any(abs(other - index) <= _REACH for other in holding[max(0, nearest - 1) :][:2])
        if not near or index == _at(holding, nearest) or body[-1] in ":!" or body.isdecimal():
            continue
        words = split_words(body)
        if words and len(words) <= size:
            listed.add(" ".join(word.text for word in words))
    return listed


def _at(indices: Sequence[int], position: int) -> int | None:
    return indices[position] if position < len(indices) else None


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


def _overlaps(item: tuple[int, int], spans: Spans) -> bool:
    """Whether any of the spans, in order and apart, has a character of the item."""
    index = bisect_left(spans, (item[1], -1)) - 1
    return index >= 0 and spans[index][1] > item[0]
