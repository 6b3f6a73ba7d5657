"""A simulated judge: it looks for the accepted answers letter by letter, and says RIGHT or WRONG.

For rehearsals of ``niah score --judge`` without a model. It understands nothing: a response that
denies the answer is RIGHT to it, and one that gives it in other words is WRONG.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

_CASE = re.compile(
    r"^(#\w+#) QUESTION\n.*?^\1 ACCEPTED ANSWERS\n(.*?)^\1 RESPONSE\n(.*)^\1 END$", re.M | re.S
)
_ANSWER = re.compile(r"^\d+\. (.+)$", re.M)
_ALL = re.compile(r"\bevery one of the accepted answers\b")


def literal_verdict(messages: Sequence[Mapping[str, str]]) -> str:
    """RIGHT where an accepted answer stands in the response, or all where all are asked for.

    Empty where the prompt holds no response to judge.
    """
    text = "\n".join(message["content"] for message in messages)
    case = _CASE.search(text)
    if case is None:
        return ""
    response = case[3].casefold()
    found = [answer.casefold() in response for answer in _ANSWER.findall(case[2])]
    wanted = all if _ALL.search(text[: case.start()]) else any
    return "RIGHT" if found and wanted(found) else "WRONG"
