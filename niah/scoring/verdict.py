"""The verdict on one response: which values it states as its answer, and what that is worth."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from niah.scoring import cues
from niah.scoring.candidates import (
    Candidate,
    Found,
    find_codes,
    find_keywords,
    find_values,
    find_words,
)
from niah.scoring.clauses import Layout, Setting, lay_out, settings
from niah.scoring.labels import key_words, names_key, other_names, tells_more
from niah.scoring.lists import listed_items, offers_others, one_of_many
from niah.scoring.normalise import clean, final_answers, fold, without_thinking
from niah.scoring.words import phrase_forms
from niah.tasks import Challenge

SCORER_VERSION = "rules-1"
"""Changes whenever any response could be scored differently; stored beside every score."""

MAX_CANDIDATES = 1_000
"""Of a response that holds more, the last count: it copies the text, or repeats itself."""

AnswerKind = Literal["number", "code", "words", "phrase"]
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
    task = _Task(
        question=fold(clean(question)),
        keys=key_words(question),
        answers=tuple(answers),
        match=match,
        forbidden=tuple(forbidden),
        kind=answer_kind,
        groups=_groups(answers, keywords) if answer_kind == "phrase" else (),
    )
    visible = without_thinking(response)
    if not visible.strip():
        return Score(value=0.0, reason="thinking only" if response.strip() else "empty")
    text = clean(visible)
    for part in _parts(visible, text):
        reading = _read(part, task)
        if reading.setting or reading.refusals:
            return _judge(reading, task)
    return _judge(_read(text, task), task)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Task:
    question: str
    keys: frozenset[str]
    answers: tuple[str, ...]
    match: Literal["any", "all"]
    forbidden: tuple[str, ...]
    kind: AnswerKind
    groups: tuple[tuple[str, ...], ...]

    @property
    def absent(self) -> bool:
        """The accepted answer is that the text does not tell."""
        texts = [word for group in self.groups for word in group] or self.answers
        return self.kind in ("words", "phrase") and any(
            cues.REFUSAL.search(fold(clean(text))) for text in texts
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """A part of a response with its candidates, and where it refuses to answer."""

    layout: Layout
    found: Found
    setting: list[Setting]
    refusals: list[tuple[int, int]]


def _groups(
    answers: Sequence[str], keywords: Sequence[Sequence[str]]
) -> tuple[tuple[str, ...], ...]:
    if keywords:
        return tuple(tuple(group) for group in keywords)
    words = [word for answer in answers[:1] for form in phrase_forms(answer)[:1] for word in form]
    return tuple((word,) for word in words if len(word) > 3) or tuple((word,) for word in words)


def _parts(visible: str, text: str) -> list[str]:
    """What the response itself marks as its final answer, the clearest mark first."""
    parts = []
    delimited = final_answers(visible)
    if delimited:
        position = visible.rfind(delimited[-1])
        taken_back = cues.CORRECTION.search(fold(visible[:position])) and len(delimited) > 1
        parts.append(clean(delimited[-1] if taken_back else " ;\n".join(delimited)))
    label = cues.ANSWER_LABEL.search(fold(text))
    if label and label.start():
        parts.append(text[label.end() :])
    return [part for part in parts if part.strip()]


def _read(text: str, task: _Task) -> _Reading:
    if task.kind == "number":
        found = find_values(text, task.question, task.answers, task.forbidden)
    elif task.kind == "code":
        found = find_codes(text, task.question, task.answers, task.forbidden)
    elif task.kind == "words":
        found = find_words(text, task.question, task.answers, task.forbidden)
    else:
        found = find_keywords(text, task.question, task.groups)
    folded = fold(text)
    found = replace(found, candidates=_formed(folded, found.candidates)[-MAX_CANDIDATES:])
    spans = [(candidate.start, candidate.end) for candidate in found.candidates]
    layout = lay_out(folded, spans)
    around = settings(layout, found.candidates)
    return _Reading(
        layout=layout,
        found=found,
        setting=around,
        refusals=_refusals(layout, spans, task),
    )


def _formed(text: str, candidates: list[Candidate]) -> list[Candidate]:
    """Those of the answer's form, and those offered beside one as its alternative."""
    kept = []
    for index, candidate in enumerate(candidates):
        beside = candidates[max(0, index - 1) : index] + candidates[index + 1 : index + 2]
        if candidate.formed or any(
            other.formed and _offered(text, *sorted((candidate, other), key=lambda c: c.start))
            for other in beside
        ):
            kept.append(candidate)
    return kept


def _offered(text: str, one: Candidate, other: Candidate) -> bool:
    """Whether two neighbours are alternatives: "4829133 or 12"."""
    between = text[one.end : other.start]
    return (
        len(between) < 60
        and re.search(r"[.!?;]\s", between) is None
        and cues.ALTERNATIVE_BETWEEN.search(between) is not None
    )


def _refusals(
    layout: Layout, spans: Sequence[tuple[int, int]], task: _Task
) -> list[tuple[int, int]]:
    """Where the text says that it cannot answer this question."""
    relevant = []
    upcoming = 0
    for found in cues.REFUSAL.finditer(layout.text):
        start, end = found.span()
        while upcoming < len(spans) and spans[upcoming][1] <= start:
            upcoming += 1
        if upcoming < len(spans) and spans[upcoming][0] < end:
            continue
        clause = layout.clauses[layout.clause_at(start)]
        text = layout.text[clause.start : min(clause.end, clause.start + 400)]
        rest = layout.text[max(clause.start, start - 40) : max(end, min(clause.end, end + 200))]
        if cues.CONCEDED.search(text) or cues.NOT_ABOUT_THE_QUESTION.search(rest):
            continue
        if other_names(rest, "", task.keys) and not names_key(rest, task.keys) and spans:
            continue
        before = layout.text[max(clause.start, start - 80) : end]
        plain = cues.PLAIN_REFUSAL.match(layout.text, start) is not None
        alone = start - clause.start < 3
        if task.kind in ("words", "phrase") and not (plain or alone or cues.REFUSER.search(before)):
            continue
        relevant.append((start, end))
    return relevant


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stance:
    """How a candidate is meant."""

    setting: Setting
    denied: bool
    alternative: bool
    keyed: bool
    elsewhere: bool
    concluded: bool

    @property
    def value(self) -> str:
        return self.setting.candidate.value


def _stances(reading: _Reading, task: _Task) -> list[_Stance]:
    text = reading.layout.text
    given = {reading.layout.clause_at(offset) for offset in reading.found.given}
    stances: list[_Stance] = []
    for index, setting in enumerate(reading.setting):
        candidate = setting.candidate
        around = setting.prefix + setting.lead + " " + setting.tail + setting.suffix
        named = names_key(around, task.keys) or setting.clause in given
        others = other_names(around, setting.lead, task.keys)
        if not named and not others and setting.heading:
            named = names_key(setting.heading, task.keys)
            others = other_names(setting.heading, setting.heading, task.keys)
        denied = _denied(setting, task)
        before = stances[-1] if stances else None
        between = text[before.setting.candidate.end : candidate.start] if before else ""
        joined = before is not None and _JOINED.match(between) is not None
        if joined and before is not None and before.denied and not denied:
            denied = _shares_denial(reading, index, between)
        stances.append(
            _Stance(
                setting=setting,
                denied=denied,
                alternative=_is_alternative(reading, index),
                keyed=named,
                elsewhere=not named and (others or _aside(around, task)),
                concluded=cues.CONCLUSION.search(setting.prefix + setting.lead) is not None
                or cues.CONCLUSION.search(setting.heading) is not None
                or cues.CONCLUDED_AFTER.match(setting.tail) is not None,
            )
        )
    return stances


_JOINED = re.compile(r"[\s,\"'()/]*(?:(?:and|or|nor|oder|und|noch|bzw\.?|sowie)\b[\s,\"']*)?\Z")
_SAYS = re.compile(r"\W{0,3}(?:is|was|ist|war)\b")
_OR = re.compile(r"\b(?:or|nor|oder|noch|and|und)\b|/")


def _aside(around: str, task: _Task) -> bool:
    """Whether words around a value, which name no key word, are about something else."""
    if cues.ELSEWHERE.search(around):
        return True
    return task.kind == "words" and tells_more(around, task.keys)


_DENIAL = {
    "number": cues.FAR_DENIAL,
    "code": cues.FAR_DENIAL,
    "words": cues.NEAR_DENIAL,
    "phrase": cues.PHRASE_DENIAL,
}


def _denied(setting: Setting, task: _Task) -> bool:
    """Whether the words around a value say that it is not the answer.

    A question that is negated itself ("what did she not carry?") has negated answers.
    """
    open_text = task.kind in ("words", "phrase")
    if cues.NEGATION.search(task.question) and open_text:
        return False
    heading = setting.heading.removesuffix(":") if setting.heading.endswith(":") else ""
    far = _DENIAL[task.kind]
    for lead in (setting.lead, heading):
        if cues.DENIAL_BEFORE.search(lead) or far.search(lead):
            return True
    negated = cues.NEGATED_WORD.findall(setting.prefix + setting.lead) if open_text else []
    after = setting.tail
    if not after.strip() and not cues.CONJUNCTION.match(setting.suffix):
        after += setting.suffix
    return not task.keys.isdisjoint(negated) or cues.DENIAL_AFTER.match(after) is not None


def _shares_denial(reading: _Reading, index: int, between: str) -> bool:
    """ "not 1, 2 or 3" denies all of them; "not 1, 2" corrects 1 to 2."""
    if _SAYS.match(reading.setting[index].tail):
        return False
    for later in range(index, min(index + 20, len(reading.setting))):
        if later > index:
            start = reading.setting[later - 1].candidate.end
            between = reading.layout.text[start : reading.setting[later].candidate.start]
        if not _JOINED.match(between):
            return False
        if _OR.search(between):
            return True
    return False


def _is_alternative(reading: _Reading, index: int) -> bool:
    setting = reading.setting[index]
    candidate = setting.candidate
    for other in (index - 1, index + 1):
        if 0 <= other < len(reading.setting):
            pair = sorted((candidate, reading.setting[other].candidate), key=lambda c: c.start)
            different = pair[0].value != pair[1].value
            if different and _offered(reading.layout.text, *pair):
                return True
    near = setting.prefix if len(setting.prefix) < 40 else ""
    lead = f"{setting.heading} {near} {setting.lead}"
    return cues.ALTERNATIVE_LEAD.search(lead) is not None


def _judge(reading: _Reading, task: _Task) -> Score:
    stances = _stances(reading, task)
    if task.absent:
        return _judge_absence(reading, stances, task)
    if not stances:
        return Score(value=0.0, reason="refusal" if reading.refusals else "not stated")
    meant = [stance for stance in stances if not stance.denied]
    meant = [stance for stance in meant if not stance.setting.asked] or meant
    meant = _not_taken_back(reading, meant, task)
    if not meant:
        return Score(value=0.0, reason="refusal" if reading.refusals else "denied")
    if task.kind == "phrase":
        return _judge_phrase(reading, meant, task)
    if task.match == "all":
        return _judge_all(meant, reading, task)
    return _judge_any(reading, meant, task)


def _same(stance: _Stance) -> str:
    """All accepted answers of "any" are one value: they are names of the same thing."""
    return "" if stance.setting.candidate.answers else stance.value


def _not_taken_back(reading: _Reading, meant: list[_Stance], task: _Task) -> list[_Stance]:
    """Without what the response takes back: "that is wrong", or "wait, no:" and another value."""
    text = reading.layout.text
    starts = [stance.setting.candidate.start for stance in meant]
    retracted: dict[str, int] = {}
    for found in cues.RETRACTION.finditer(text):
        nearest = bisect_left(starts, found.start()) - 1
        if nearest >= 0:
            retracted[meant[nearest].value] = found.start()
    meant = [s for s in meant if s.setting.candidate.start >= retracted.get(s.value, 0)]
    firm = [s.setting.candidate.start for s in meant if not s.elsewhere]
    cuts = [found.start() for found in cues.CORRECTION.finditer(text)]
    if not firm or task.kind == "phrase":
        return meant
    last = bisect_left(cuts, firm[-1] + 1) - 1
    if last < 0:
        return meant
    after = [s for s in meant if s.setting.candidate.start >= cuts[last]]
    before = meant[: len(meant) - len(after)]
    if task.match == "all" and len({s.value for s in after}) < len({s.value for s in before}):
        return meant
    return after


def _judge_any(reading: _Reading, meant: list[_Stance], task: _Task) -> Score:
    chosen = meant
    if len({_same(s) for s in chosen}) > 1:
        chosen = [s for s in chosen if s.alternative or not s.elsewhere] or chosen
    for better in ("concluded", "keyed"):
        if len({_same(s) for s in chosen}) > 1:
            best = [s for s in chosen if getattr(s, better)]
            if best:
                chosen = [s for s in chosen if s.alternative or getattr(s, better)]
    if len({_same(s) for s in chosen}) > 1:
        chosen = _first_of_small(reading, chosen)
    found = _texts(task.answers, (s.setting.candidate.answers for s in chosen))
    taken = _texts(task.forbidden, (s.setting.candidate.forbidden for s in chosen))
    if _refused(reading, chosen):
        return Score(value=0.0, reason="refusal")
    if len({_same(s) for s in chosen}) > 1 or (
        task.kind == "words" and offers_others(reading.layout.text, _spans(chosen))
    ):
        return Score(value=0.0, reason="several candidates", found=found, taken=taken)
    if taken:
        return Score(value=0.0, reason="distractor taken", taken=taken)
    if not found:
        return Score(value=0.0, reason="another value")
    return Score(value=1.0, reason="stated", found=found)


def _first_of_small(reading: _Reading, chosen: list[_Stance]) -> list[_Stance]:
    """Of numbers below 1000, which any text has several of, the first, unless they are a list.

    "It lasts 14 hours and takes 3 hours to charge" answers how long it lasts with 14.
    """
    text = reading.layout.text
    ends = [s.setting.candidate.end for s in chosen]
    starts = [s.setting.candidate.start for s in chosen]
    small = all(s.value.isdecimal() and len(s.value) <= 3 for s in chosen)
    if not small or any(s.alternative for s in chosen):
        return chosen
    if any(_JOINED.match(text[a:b]) for a, b in zip(ends, starts[1:], strict=False)):
        return chosen
    return chosen[:1]


def _texts(texts: Sequence[str], indices: Iterable[frozenset[int]]) -> tuple[str, ...]:
    stated = frozenset[int]().union(*indices)
    return tuple(text for index, text in enumerate(texts) if index in stated)


def _refused(reading: _Reading, chosen: Sequence[_Stance]) -> bool:
    """Whether the response comes to a refusal although it holds these values.

    A refusal after the last of them stands. One before stands unless the response turns ("...,
    but it says"), concludes, or gives the last value to what was asked.
    """
    if not reading.refusals or not chosen:
        return False
    final = [s for s in chosen if s.setting.sentence == chosen[-1].setting.sentence]
    setting = final[0].setting
    start = setting.candidate.start
    before = [end for begin, end in reading.refusals if begin < chosen[-1].setting.candidate.start]
    if len(before) < len(reading.refusals):
        return True
    turned = cues.TURN.search(reading.layout.text, before[-1], max(start, before[-1])) is not None
    if turned and not final[-1].elsewhere:
        return False
    if any(stance.concluded for stance in final):
        return False
    return _refuses_in(reading, setting.sentence) or not any(stance.keyed for stance in final)


def _refuses_in(reading: _Reading, sentence: int) -> bool:
    """Whether a sentence refuses, so that a key word in it does not name a value's owner."""
    start, end = reading.layout.sentences[sentence]
    return any(start <= begin < end for begin, _ in reading.refusals)


def _judge_all(meant: Sequence[_Stance], reading: _Reading, task: _Task) -> Score:
    counted = [s for s in meant if s.setting.candidate.answers or not s.elsewhere]
    found = _texts(task.answers, (s.setting.candidate.answers for s in counted))
    taken = _texts(task.forbidden, (s.setting.candidate.forbidden for s in counted))
    others = {s.value for s in counted if not s.setting.candidate.answers}
    if task.kind == "words":
        others |= listed_items(reading.layout.text, _spans(meant))
    value = len(found) / max(len(task.answers), len(found) + len(others))
    if not found:
        return Score(
            value=0.0, reason="distractor taken" if taken else "another value", taken=taken
        )
    reason: Reason = "stated" if value == 1.0 else "partly stated"
    if len(found) == len(task.answers) and value < 1.0:
        reason = "several candidates"
    return Score(value=value, reason=reason, found=found, taken=taken)


def _judge_phrase(reading: _Reading, meant: Sequence[_Stance], task: _Task) -> Score:
    met = frozenset[int]().union(*(s.setting.candidate.answers for s in meant))
    found = tuple(group[0] for index, group in enumerate(task.groups) if index in met)
    if _refused(reading, meant):
        return Score(value=0.0, reason="refusal")
    if task.match == "any" and one_of_many(reading.layout.text, _spans(meant)):
        return Score(value=0.0, reason="several candidates", found=found)
    share = len(met) / len(task.groups)
    if share == 1.0:
        return Score(value=1.0, reason="stated", found=found)
    value = share if task.match == "all" else 0.0
    return Score(value=value, reason="partly stated" if found else "not stated", found=found)


def _judge_absence(reading: _Reading, stances: Sequence[_Stance], task: _Task) -> Score:
    wrong = [
        stance
        for stance in stances
        if stance.setting.candidate.forbidden and not (stance.denied or stance.elsewhere)
    ]
    if wrong and not _refused(reading, wrong):
        taken = _texts(task.forbidden, (s.setting.candidate.forbidden for s in wrong))
        return Score(value=0.0, reason="distractor taken", taken=taken)
    if reading.refusals or any(stance.setting.candidate.answers for stance in stances):
        return Score(value=1.0, reason="absence stated", found=task.answers[:1])
    return Score(value=0.0, reason="another value")


def _spans(stances: Sequence[_Stance]) -> list[tuple[int, int]]:
    return [(s.setting.candidate.start, s.setting.candidate.end) for s in stances]
