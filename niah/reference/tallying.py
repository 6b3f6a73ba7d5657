"""Ways to read how often words stand in a text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from niah.reference.ways import Says, Way, every


def _most_common(asked: re.Match[str], said: Sequence[Says]) -> str:
    counts = Counter(word for word, *_ in said)
    return ", ".join(word for word, _ in counts.most_common(int(asked["count"] or asked["zahl"])))


WAYS = (
    Way(
        asks=re.compile(
            r"Which (?P<count>\d+) words are the most common ones in the list\?"
            r"|Welche (?P<zahl>\d+) Wörter stehen am häufigsten in der Liste\?"
        ),
        statements=every(r"\b\d+\. (\w+)"),
        conclude=_most_common,
    ),
    Way(
        asks=re.compile(
            r"Which (?P<count>\d+) coded words are the most frequent in the text\?"
            r"|Welche (?P<zahl>\d+) verschlüsselten Wörter sind im Text am häufigsten\?"
        ),
        statements=every(r"(?<!\S)([a-z]{6})(?!\S)"),
        conclude=_most_common,
    ),
)
