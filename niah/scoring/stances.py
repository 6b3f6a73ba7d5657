"""How each candidate of a response is meant, and whether the response stands by it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from niah.scoring import cues
from niah.scoring.clauses import Setting
from niah.scoring.labels import names_key, other_names, tells_more
from niah.scoring.reading import Asked, Reading, offered_together
from niah.scoring.rivals import is_about_another
from niah.scoring.words import stem


@dataclass(frozen=True, slots=True, kw_only=True)
class Stance:
    """How a candidate is meant.

    Attributes:
        setting: The candidate and what stands around it.
        denied: It is said not to be the answer.
        alternative: It is offered beside others, or as a possibility.
        keyed: Its clause names what was asked.
        elsewhere: Its clause gives it to something that was not asked.
        concluded: Its clause says what the response comes to.
    """

    setting: Setting
    denied: bool
    alternative: bool
    keyed: bool
    elsewhere: bool
    concluded: bool

    @property
    def value(self) -> str:
        """What makes two candidates the same value."""
        return self.setting.candidate.value


def take_stances(reading: Reading, asked: Asked) -> list[Stance]:
    """How each candidate of a reading is meant, in order."""
    text = reading.layout.text
    given = {reading.layout.clause_at(offset) for offset in reading.found.given}
    stances: list[Stance] = []
    for index, setting in enumerate(reading.setting):
        candidate = setting.candidate
        around = setting.prefix + setting.lead + " " + setting.tail + setting.suffix
        named = names_key(around, asked.keys) or setting.clause in given
        others = other_names(around, setting.lead, asked.keys)
        if not named and not others and setting.heading:
            named = names_key(setting.heading, asked.keys)
            others = other_names(setting.heading, setting.heading, asked.keys)
        which = _ordinals(around)
        if which and asked.ordinals:
            named = not which.isdisjoint(asked.ordinals)
            others = not named
        if asked.kind == "number" and cues.OF_ALL.search(setting.lead):
            named, others = False, True
        if cues.BESIDE.search(around) and not cues.BESIDE.search(asked.question):
            named, others = False, True
        denied = _denied(setting, asked) or is_about_another(setting, text, asked)
        before = stances[-1] if stances else None
        between = text[before.setting.candidate.end : candidate.start] if before else ""
        joined = before is not None and _JOINED.match(between) is not None
        if joined and before is not None and before.denied and not denied:
            denied = _shares_denial(reading, index, between)
        stances.append(
            Stance(
                setting=setting,
                denied=denied,
                alternative=_is_alternative(reading, index),
                keyed=named,
                elsewhere=not named and (others or _aside(setting, around, asked)),
                concluded=cues.CONCLUSION.search(setting.prefix + setting.lead) is not None
                or cues.CONCLUSION.search(setting.heading) is not None
                or cues.CONCLUDED_AFTER.match(setting.tail) is not None,
            )
        )
    return stances


_SMALL = re.compile(r"\d{1,3}(?:\.\d+)?")
_ELLIPTIC = re.compile(r"\s*(?:[,.(;-]|\Z)")
_JOINED = re.compile(r"[\s,\"'()/]*(?:(?:and|or|nor|oder|und|noch|bzw\.?|sowie)\b[\s,\"']*)?\Z")
_SAYS = re.compile(r"\W{0,3}(?:is|was|ist|war)\b")
_OR = re.compile(r"\b(?:or|nor|oder|noch|and|und)\b|/")


def _ordinals(around: str) -> frozenset[str]:
    return frozenset(found.rstrip("nrms") for found in cues.ORDINAL.findall(around))


def _aside(setting: Setting, around: str, asked: Asked) -> bool:
    """Whether words around a value, which name no key word, are about something else."""
    if cues.ELSEWHERE.search(around):
        return True
    if asked.kind == "number" and (
        cues.COMPARED_AFTER.match(setting.tail) or cues.COMPARED_BEFORE.search(setting.lead)
    ):
        return True
    if asked.kind != "words":
        return False
    return tells_more(around, asked.keys) or cues.RELATIVE.search(setting.lead) is not None


_DENIAL = {
    "number": cues.FAR_DENIAL,
    "code": cues.FAR_DENIAL,
    "words": cues.NEAR_DENIAL,
    "phrase": cues.PHRASE_DENIAL,
}


def _denied(setting: Setting, asked: Asked) -> bool:
    """Whether the words around a value say that it is not the answer.

    A question that is negated itself ("what did she not carry?") has negated answers.
    """
    if asked.open_text and cues.NEGATION.search(asked.question):
        return False
    heading = setting.heading.removesuffix(":") if setting.heading.endswith(":") else ""
    far = _DENIAL[asked.kind]
    for lead in (setting.lead, heading):
        if _set_aside(lead, asked) or far.search(lead):
            return True
    negated = cues.NEGATED_WORD.findall(setting.prefix + setting.lead) if asked.open_text else []
    after = setting.tail
    if not after.strip() and not cues.CONJUNCTION.match(setting.suffix):
        after += setting.suffix
    return not asked.keys.isdisjoint(negated) or cues.DENIAL_AFTER.match(after) is not None


def _set_aside(lead: str, asked: Asked) -> bool:
    """Whether a value is named as another one's rival, in a word that the question does not use.

    "Replaced" says so of a code that was replaced, and not of the panes that are asked about.
    """
    found = cues.DENIAL_BEFORE.search(lead)
    return found is not None and stem(found[0].split()[0]) not in map(stem, asked.question.split())


def _shares_denial(reading: Reading, index: int, between: str) -> bool:
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


def _is_alternative(reading: Reading, index: int) -> bool:
    setting = reading.setting[index]
    candidate = setting.candidate
    for other in (index - 1, index + 1):
        if 0 <= other < len(reading.setting):
            beside = reading.setting[other].candidate
            different = candidate.value != beside.value
            if different and offered_together(reading.layout.text, candidate, beside):
                return True
    near = setting.prefix if len(setting.prefix) < 40 else ""
    lead = f"{setting.heading} {near} {setting.lead}"
    return cues.ALTERNATIVE_LEAD.search(lead) is not None


def not_taken_back(reading: Reading, meant: list[Stance], asked: Asked) -> list[Stance]:
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
    if not firm or asked.kind == "phrase":
        return meant
    last = bisect_left(cuts, firm[-1] + 1) - 1
    if last < 0:
        return meant
    after = [s for s in meant if s.setting.candidate.start >= cuts[last]]
    before = meant[: len(meant) - len(after)]
    if asked.match == "all" and len({s.value for s in after}) < len({s.value for s in before}):
        return meant
    return after


def is_refused(reading: Reading, chosen: Sequence[Stance]) -> bool:
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


def _refuses_in(reading: Reading, sentence: int) -> bool:
    """Whether a sentence refuses, so that a key word in it does not name a value's owner."""
    start, end = reading.layout.sentences[sentence]
    return any(start <= begin < end for begin, _ in reading.refusals)


def told_first(chosen: list[Stance]) -> list[Stance]:
    """The value that a response begins with and says no more of, where others are asides.

    "Miss Agatha Pryce, a teacher. Her brother Edmund Pryce paid for it." names one founder.
    """
    first = chosen[0]
    setting = first.setting
    bare = (
        setting.sentence == 0
        and not setting.prefix
        and len(setting.lead.split()) <= 1
        and _ELLIPTIC.match(setting.tail) is not None
    )
    others = [stance for stance in chosen if stance.value != first.value]
    if bare and all(other.elsewhere and not other.alternative for other in others):
        return [stance for stance in chosen if stance.value == first.value]
    return chosen


def not_conceded(chosen: list[Stance]) -> list[Stance]:
    """Without values in clauses that only grant something: "while Edmund is often named, ..."."""
    firm = [
        s
        for s in chosen
        if s.alternative or not cues.CONCEDED.search(s.setting.prefix + s.setting.lead)
    ]
    return firm or chosen


def gives_reason(reading: Reading, stance: Stance, asked: Asked) -> bool:
    """Whether a value stands only in the reason for a short answer before it, which is another."""
    if cues.ASKS_WHY.search(asked.question):
        return False
    setting = stance.setting
    answer = setting.prefix.split()
    return (
        setting.sentence == 0
        and 0 < len(answer) <= 3
        and setting.prefix.rstrip().endswith(",")
        and cues.REASON.match(setting.lead) is not None
        and len(reading.setting) == 1
    )


def first_of_small(reading: Reading, chosen: list[Stance]) -> list[Stance]:
    """Of numbers below 1000, which any text has several of, the first, unless they are a list.

    "It lasts 14 hours and takes 3 hours to charge" answers how long it lasts with 14.
    """
    text = reading.layout.text
    ends = [s.setting.candidate.end for s in chosen]
    starts = [s.setting.candidate.start for s in chosen]
    small = all(_SMALL.fullmatch(s.value) for s in chosen)
    if not small or any(s.alternative for s in chosen):
        return chosen
    if any(_JOINED.match(text[a:b]) for a, b in zip(ends, starts[1:], strict=False)):
        return chosen
    return chosen[:1]
