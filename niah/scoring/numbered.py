"""The item of a numbered list that a question asks for: the first step of three."""

from __future__ import annotations

import re
from collections.abc import Set

from niah.scoring import cues
from niah.scoring.normalise import fold

_ITEM = re.compile(r"(\d{1,2})[.)]\s+(\S.*)")
_PLACES = {
    word: place + 1
    for words in (
        "first second third fourth fifth sixth seventh eighth ninth tenth",
        "erste zweite dritte vierte funfte sechste",
    )
    for place, word in enumerate(words.split())
}


def asked_item(response: str, ordinals: Set[str]) -> str:
    """What stands under the number that was asked for, where all of a response is such a list.

    Args:
        response: Without thinking; one line may stand before the list.
        ordinals: Those of the question, without endings: ``first``, ``erste``.

    Returns:
        The item; empty, if the response is another text or not one place is asked for.
    """
    if len(ordinals) != 1:
        return ""
    place = _PLACES[next(iter(ordinals))]
    lines = filter(None, map(str.strip, response.split("\n")))
    items = [_ITEM.fullmatch(line) for line in lines]
    if items and items[0] is None:
        items = items[1:]
    numbers = [int(item[1]) if item else 0 for item in items]
    if len(items) < 2 or place > len(items) or numbers != [*range(1, len(items) + 1)]:
        return ""
    if any(item and cues.ORDINAL.search(fold(item[2])) for item in items):
        return ""  # the items say themselves which they are of
    item = items[place - 1]
    return item[2] if item else ""
