"""Scores of lists: how far an order agrees, and how far a set does."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from niah.scoring.normalise import clean, fold, without_thinking
from niah.scoring.verdict import Reason, Score
from niah.tasks import Challenge

_FINAL = re.compile(r"(?:final answer|endgültige antwort|endantwort)\s*:?\s*", re.IGNORECASE)
_LIST = re.compile(r"\[([^\[\]]{0,200000})\]")
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


def score_order(response: str, challenge: Challenge) -> Score:
    """How far a response names the accepted answers in their order.

    Of a response that names them all, 1 minus the share of pairs that stand the wrong way round
    (Kendall's distance); answers that are not named put all of their pairs wrong. An answer that
    is named several times counts where it is named last, so that a corrected list counts; what is
    no answer is looked at only when ``forbidden`` lists it, and costs its share.
    """
    text = fold(clean(without_thinking(response)))
    empty = _nothing(response, text)
    if empty is not None:
        return empty
    answers = [fold(clean(answer)) for answer in challenge.answers]
    places = [_last_place(text, answer) for answer in answers]
    named = [place for place in places if place is not None]
    found = tuple(
        answer for answer, at in zip(challenge.answers, places, strict=True) if at is not None
    )
    taken = tuple(
        other for other in challenge.forbidden if _last_place(text, fold(clean(other))) is not None
    )
    if not found:
        return Score(value=0.0, reason="not stated", taken=taken)
    size = len(answers)
    pairs = size * (size - 1) // 2
    agreeing = sum(named[i] < named[j] for i in range(len(named)) for j in range(i + 1, len(named)))
    value = agreeing / pairs if pairs else 1.0
    value *= size / (size + len(taken))
    return Score(
        value=value, reason="stated" if value == 1 else "partly stated", found=found, taken=taken
    )


def score_order_exact(response: str, challenge: Challenge) -> Score:
    """1 when all accepted answers are named in their order and nothing forbidden is, else 0."""
    verdict = score_order(response, challenge)
    return verdict if verdict.value in (0.0, 1.0) else _with_value(verdict, 0.0)


def score_set(response: str, challenge: Challenge) -> Score:
    """F1 of the list in brackets that a response ends with and the set of accepted answers.

    The list is the last one after "Final answer:", or the last one at all; without any, 0. Two
    empty sets agree. The one accepted answer "[]" stands for the empty set.

    Source: the measure of OpenAI's GraphWalks.
    """
    visible = without_thinking(response)
    empty = _nothing(response, visible)
    if empty is not None:
        return empty
    *_, tail = _FINAL.split(visible)
    lists = _LIST.findall(tail) or _LIST.findall(visible)
    if not lists:
        return Score(value=0.0, reason="no list")
    given = {word.casefold() for word in _WORD.findall(lists[-1])}
    wanted = {answer.casefold() for answer in challenge.answers if answer != "[]"}
    if not wanted or not given:
        agrees = wanted == given
        return Score(
            value=float(agrees),
            reason="stated" if agrees else "another value",
            found=challenge.answers[:1] if agrees else (),
        )
    common = wanted & given
    value = 2 * len(common) / (len(wanted) + len(given))
    reason: Reason = "stated" if value == 1 else "partly stated" if common else "another value"
    found = tuple(answer for answer in challenge.answers if answer.casefold() in common)
    return Score(value=value, reason=reason, found=found)


def score_sequence(response: str, challenge: Challenge) -> Score:
    """What share of a list of numbers a response gives in its order.

    The longest common subsequence of the numbers in the response's last list (or, without one, of
    all its numbers) and the accepted ones, over the longer of both: numbers too many cost as
    numbers that are missing do.

    Source: the task is that of Counting-Stars (Song et al. 2024); the measure is ours.
    """
    visible = without_thinking(response)
    empty = _nothing(response, visible)
    if empty is not None:
        return empty
    lists = [body for body in _LIST.findall(visible) if re.search(r"\d", body)]
    whole = " ".join(lists) if _one_each(lists) else lists[-1] if lists else clean(visible)
    given = re.findall(r"\d+", whole)
    if not given:
        return Score(value=0.0, reason="not stated")
    wanted = list(challenge.answers)
    common = _common_subsequence(given[:10_000], wanted)
    value = len(common) / max(len(wanted), len(given))
    reason: Reason = "stated" if value == 1 else "partly stated" if common else "another value"
    return Score(value=value, reason=reason, found=tuple(common))


def _one_each(lists: Sequence[str]) -> bool:
    """Whether lists are the items of one: "[7], [12]"."""
    return len(lists) > 1 and all(re.fullmatch(r"\s*\d+\s*", body) for body in lists)


def _common_subsequence(given: Sequence[str], wanted: Sequence[str]) -> list[str]:
    """A longest common subsequence (Hunt and Szymanski 1977: longest ascending row of places)."""
    places: dict[str, list[int]] = {}
    for at, value in enumerate(wanted):
        places.setdefault(value, []).insert(0, at)
    ends: list[int] = []
    chains: list[tuple[int, ...]] = []
    for value in given:
        for at in places.get(value, ()):
            rank = bisect_left(ends, at)
            chain = (*(chains[rank - 1] if rank else ()), at)
            ends[rank : rank + 1] = [at]
            chains[rank : rank + 1] = [chain]
    return [wanted[at] for at in chains[-1]] if chains else []


def _last_place(text: str, answer: str) -> int | None:
    place = None
    for found in re.finditer(rf"(?<![^\W_]){re.escape(answer)}(?![^\W_])", text):
        place = found.start()
    return place


def _nothing(response: str, visible: str) -> Score | None:
    if visible.strip():
        return None
    return Score(value=0.0, reason="thinking only" if response.strip() else "empty")


def _with_value(verdict: Score, value: float) -> Score:
    return Score(value=value, reason="partly stated", found=verdict.found, taken=verdict.taken)
