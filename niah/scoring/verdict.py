"""The verdict on one response: which values it states as its answer, and what that is worth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from niah.scoring.labels import key_words
from niah.scoring.lists import listed_items, offers_others, one_of_many
from niah.scoring.normalise import clean, fold, without_thinking
from niah.scoring.numbered import asked_item
from niah.scoring.reading import AnswerKind, Asked, Reading, keyword_groups, marked_parts, read_part
from niah.scoring.stances import (
    Stance,
    first_of_small,
    gives_reason,
    is_refused,
    not_conceded,
    not_taken_back,
    take_stances,
    told_first,
)
from niah.tasks import Challenge

SCORER_VERSION = "rules-5"
"""Changes whenever any response could be scored differently; stored beside every score."""

Reason = Literal[
    "stated",
    "partly stated",
    "absence stated",
    "empty",
    "thinking only",
    "refusal",
    "several candidates",
    "distractor taken",
    "another value",
    "denied",
    "not stated",
    "no list",
    "prefix missing",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The verdict on one response.

    Attributes:
        value: In [0, 1].
        reason: Why, from a closed list.
        found: The accepted answers that the response states (of a phrase: the keywords).
        taken: The forbidden values (distractors') that it states as an answer.
    """

    value: float
    reason: Reason
    found: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()


def score(response: str, challenge: Challenge) -> Score:
    """What share of a challenge's accepted answers a response states; see ``score_answers``."""
    return score_answers(
        response,
        question=challenge.question,
        answers=challenge.answers,
        match=challenge.match,
        forbidden=challenge.forbidden,
        answer_kind=challenge.answer_kind,
        keywords=challenge.keywords,
    )


def score_answers(
    response: str,
    *,
    question: str,
    answers: Sequence[str],
    match: Literal["any", "all"] = "any",
    forbidden: Sequence[str] = (),
    answer_kind: AnswerKind = "words",
    keywords: Sequence[Sequence[str]] = (),
) -> Score:
    """What share of the accepted answers a response states as its answer; never raises.

    Thinking in tags is not answer. Values are compared without markup, typography, case,
    grouping of digits or hyphens. A value counts as stated unless its clause denies it, the
    response takes it back, or the response as a whole comes to a refusal.

    ``match`` "any": 1 when exactly one value is stated as the answer and it is accepted, else 0.
    Where several values stand, those given to something else ("1111111 is Bern's") do not
    count, then those of the conclusion ("so the answer is ...") count before those in clauses
    that name what was asked, and these before the rest. What is still several is a list of
    guesses and scores 0, the right value among them or not: a reader that lists all it saw has
    not found anything.

    ``match`` "all": found / max(accepted, listed), where listed is the number of different
    values stated. Whoever lists as many values as were asked for gets the share of right ones;
    whoever lists more pays in proportion, so that copying every value of the text tends to 0.

    Where the accepted answer itself says that the text does not tell (task ``absent``), a
    refusal that states no forbidden value scores 1.

    Args:
        response: The model's text, as it came.
        question: As it was asked; values in it are never taken for answers.
        answers: Accepted answers.
        match: Whether one of the answers suffices or all are asked for.
        forbidden: Distractors' values.
        answer_kind: How values are compared: ``number``, ``code``, ``words``, or ``phrase``.
        keywords: For ``phrase``: groups of alternatives, each to be met in any inflection; without
            groups every word of the first answer that is longer than three letters is one.
    """
    asked = Asked(
        question=fold(clean(question)),
        keys=key_words(question),
        answers=tuple(answers),
        match=match,
        forbidden=tuple(forbidden),
        kind=answer_kind,
        groups=keyword_groups(answers, keywords) if answer_kind == "phrase" else (),
    )
    visible = without_thinking(response)
    if not visible.strip():
        return Score(value=0.0, reason="thinking only" if response.strip() else "empty")
    if match == "any":
        visible = asked_item(visible, asked.ordinals) or visible
    text = clean(visible)
    for part in marked_parts(visible, text):
        reading = read_part(part, asked)
        if reading.setting or reading.refusals:
            return _judge(reading, asked)
    return _judge(read_part(text, asked), asked)


def _judge(reading: Reading, asked: Asked) -> Score:
    stances = take_stances(reading, asked)
    if asked.absent:
        return _judge_absence(reading, stances, asked)
    if not stances:
        return Score(value=0.0, reason="refusal" if reading.refusals else "not stated")
    meant = [stance for stance in stances if not stance.denied]
    meant = [stance for stance in meant if not stance.setting.asked] or meant
    meant = not_taken_back(reading, meant, asked)
    if not meant:
        return Score(value=0.0, reason="refusal" if reading.refusals else "denied")
    if asked.kind == "phrase":
        return _judge_phrase(reading, meant, asked)
    if asked.match == "all":
        return _judge_all(meant, reading, asked)
    return _judge_any(reading, meant, asked)


def _same(stance: Stance) -> str:
    """All accepted answers of "any" are one value: they are names of the same thing."""
    return "" if stance.setting.candidate.answers else stance.value


def _judge_any(reading: Reading, meant: list[Stance], asked: Asked) -> Score:
    chosen = meant
    if len({_same(s) for s in chosen}) > 1:
        chosen = [s for s in chosen if s.alternative or not s.elsewhere] or chosen
    for better in ("concluded", "keyed"):
        if len({_same(s) for s in chosen}) > 1:
            best = [s for s in chosen if getattr(s, better)]
            if best:
                chosen = [s for s in chosen if s.alternative or getattr(s, better)]
    for narrower in (not_conceded, told_first) if asked.kind == "words" else ():
        if len({_same(s) for s in chosen}) > 1:
            chosen = narrower(chosen)
    if len({_same(s) for s in chosen}) > 1:
        chosen = first_of_small(reading, chosen)
    found = _texts(asked.answers, (s.setting.candidate.answers for s in chosen))
    taken = _texts(asked.forbidden, (s.setting.candidate.forbidden for s in chosen))
    if is_refused(reading, chosen):
        return Score(value=0.0, reason="refusal")
    if len({_same(s) for s in chosen}) > 1 or (
        asked.kind == "words" and offers_others(reading.layout.text, _spans(chosen))
    ):
        return Score(value=0.0, reason="several candidates", found=found, taken=taken)
    if taken:
        return Score(value=0.0, reason="distractor taken", taken=taken)
    if asked.kind == "words" and gives_reason(reading, chosen[0], asked):
        return Score(value=0.0, reason="another value")
    if not found:
        return Score(value=0.0, reason="another value")
    return Score(value=1.0, reason="stated", found=found)


def _texts(texts: Sequence[str], indices: Iterable[frozenset[int]]) -> tuple[str, ...]:
    stated = frozenset[int]().union(*indices)
    return tuple(text for index, text in enumerate(texts) if index in stated)


def _judge_all(meant: Sequence[Stance], reading: Reading, asked: Asked) -> Score:
    counted = [s for s in meant if s.setting.candidate.answers or not s.elsewhere]
    found = _texts(asked.answers, (s.setting.candidate.answers for s in counted))
    taken = _texts(asked.forbidden, (s.setting.candidate.forbidden for s in counted))
    others = {s.value for s in counted if not s.setting.candidate.answers}
    if asked.kind == "words":
        others |= listed_items(reading.layout.text, _spans(meant))
    value = len(found) / max(len(asked.answers), len(found) + len(others))
    if not found:
        return Score(
            value=0.0, reason="distractor taken" if taken else "another value", taken=taken
        )
    reason: Reason = "stated" if value == 1.0 else "partly stated"
    if len(found) == len(asked.answers) and value < 1.0:
        reason = "several candidates"
    return Score(value=value, reason=reason, found=found, taken=taken)


def _judge_phrase(reading: Reading, meant: Sequence[Stance], asked: Asked) -> Score:
    met = frozenset[int]().union(*(s.setting.candidate.answers for s in meant))
    found = tuple(group[0] for index, group in enumerate(asked.groups) if index in met)
    if is_refused(reading, meant):
        return Score(value=0.0, reason="refusal")
    if asked.match == "any" and one_of_many(reading.layout.text, _spans(meant)):
        return Score(value=0.0, reason="several candidates", found=found)
    share = len(met) / len(asked.groups)
    if share == 1.0:
        return Score(value=1.0, reason="stated", found=found)
    value = share if asked.match == "all" else 0.0
    return Score(value=value, reason="partly stated" if found else "not stated", found=found)


def _judge_absence(reading: Reading, stances: Sequence[Stance], asked: Asked) -> Score:
    wrong = [
        stance
        for stance in stances
        if stance.setting.candidate.forbidden and not (stance.denied or stance.elsewhere)
    ]
    if wrong and not is_refused(reading, wrong):
        taken = _texts(asked.forbidden, (s.setting.candidate.forbidden for s in wrong))
        return Score(value=0.0, reason="distractor taken", taken=taken)
    if reading.refusals or any(stance.setting.candidate.answers for stance in stances):
        return Score(value=1.0, reason="absence stated", found=asked.answers[:1])
    return Score(value=0.0, reason="another value")


def _spans(stances: Sequence[Stance]) -> list[tuple[int, int]]:
    return [(s.setting.candidate.start, s.setting.candidate.end) for s in stances]
