"""Whether what a response says is about something else than was asked: the old one, not the new."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import permutations

from niah.scoring.clauses import Setting
from niah.scoring.cues import KIN
from niah.scoring.labels import names_key, own_words
from niah.scoring.reading import Asked

_ASKS_FOR_KIN = re.compile(rf"\b{KIN}\b")
_RELATIVES = re.compile(
    r"^\W*(?:his|her|their|sein\w*|ihr\w*) (?:\w+ )?(?:son|daughter|mother|father|brother|sister|"
    r"wife|husband|uncle|aunt|cousin|sohn|tochter|mutter|vater|bruder|schwester|frau|mann|onkel|"
    r"tante) (?:was|is|were|are|war|ist|waren)\b"
)
"""A clause about a relative of whom it is asked about."""

_RELATED = re.compile(
    rf"^ (?:is|was|ist|war) (?:his|her|their|its|the|sein\w*|ihr\w*|der|die) (?:\w+ )?{KIN}\b"
)
"""Behind a name that is a relative's."""

_THESE_DAYS = (
    r"\b(?:now|nowadays|today|jetzt|seitdem|seither|heute|(?:since|seit) (?:then|\d{4}|(?:jan|feb|"
    r"mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)\w*))\b"
)
_UNTIL = re.compile(rf"[^.;]{{0,40}}\b(?:until|till|bis)\b.{{0,120}}{_THESE_DAYS}", re.S)
"""Behind a value that held once."""

_ONCE = re.compile(r"\b(?:until|till|bis)\b(?:\W{1,3}\w{1,20}){2,8}\W{0,3}\Z")
_NOW = re.compile(rf"[^\n]{{0,80}}{_THESE_DAYS}")
"""Around a value that held once: "until 1990 it was in Linden Street, now in ..."."""

_IS_OF = re.compile(r"\W{0,3}(?:is|are|was|were|belongs? to|ist|sind|war|waren|gehort) \w")
"""Behind a value: what it is, or what was done with it."""

_PLANNED = re.compile(
    r"\b(?:planned|suspected|expected|estimated|proposed|intended|geplant|vermutet|erwartet|"
    r"vorgesehen|geschatzt)\b"
)
_IN_FACT = re.compile(
    r"[^.\n]{0,60}(?:(?:;|,|\bbut\b|\baber\b|\bdoch\b)[^.\n]{0,20}\b(?:actual\w*|in fact|really|"
    r"in the end|tatsachlich|wirklich|am ende|schliesslich)\b"
    r"|\b(?:but|aber)\b[^.\n]{0,30}\b(?:was|were|war|waren)\b)"
)
"""Around a value that was thought of and did not come about."""

_GIVEN_TO = re.compile(
    r"\W*(?:for|of|on|at|in|fur|bei|auf) (?:the|der|die|das|den|dem) (\w+),? "
    r"(?:it|he|she|they|es|er|sie|is|are|was|were|ist|sind|war)\b"
)
"""Behind a contrast: "for the pump it is two years"."""

_SEASON = re.compile(r" (?:in|on|at|im|am) (?:the |de[mnr] )?(\w+)")
"""Directly behind a value: when it holds."""

_OF_IT = re.compile(r"\b(?:it|its|he|his|she|her|they|their|sein\w*|ihr\w*)\b")
"""What was asked about, as a pronoun."""

_CONTRAST = re.compile(r"\s*(?:;|,? (?:but|while|whereas|aber|wahrend)\b)([^.;\n]{1,120})")
"""Behind that: what something else is."""

_PLACE = re.compile(
    r"\b(to|for|from|of|at|nach|zu|fur|von|aus|bei) (?:the |der |die |das )?(\w{3,})"
)
"""What tells two of a kind apart: the train to Husum, the report of 1974."""

_ORDER = tuple(
    re.compile(rf"\b(?:{when}) (?:the |de[mnrs] )?(\w{{3,}})")
    for when in ("before|vor", "after|nach", "during|wahrend")
)
"""Before something, after it, and in its time."""

_NEAR = 200


def _both_ways(*pairs: tuple[str, str]) -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """Each pair of words as patterns, in both orders."""
    return tuple(
        (re.compile(rf"\b(?:{one})\b"), re.compile(rf"\b(?:{other})\b"))
        for pair in pairs
        for one, other in (pair, pair[::-1])
    )


_OPPOSITES = _both_ways(
    ("born|geboren", "died|gestorben|starb"),
    ("open(?:s|ed|ing)?|offnet|geoffnet|eroffnet", "clos(?:e|es|ed|ing)|schliesst|geschlossen"),
    ("w[io]n|gewann|gewonnen", "los[et]|verlor|verloren"),
    ("b[ou]y|bought|gekauft|kaufte", "sell|sold|verkauft|verkaufte"),
    ("begins?|began|starts?|started|beginnt|begann", "ends?|ended|endet|endete"),
    ("arrives?|arrived|ankommt|ankam", "leaves?|left|departs?|departed|abfahrt"),
    ("for|fur", "against|gegen"),
)
"""Of two such words a question has one: a clause with the other tells of the opposite."""

_OLD_AND_NEW = (
    re.compile(r"old|former|previous|alte[nrms]?|fruhere[nrms]?"),
    re.compile(r"\b(?:new|current|present|neue[nrms]?|heutige[nrms]?)\b"),
)

_CONTRASTS = _both_ways(
    ("old|alte[nrms]?", "new|neue[nrms]?"),
    ("former|fruhere[nrms]?", "current|present|heutige[nrms]?"),
    ("first|erste[nrms]?", "second|zweite[nrms]?"),
    ("first|erste[nrms]?", "third|last|dritte[nrms]?|letzte[nrms]?"),
    ("second|zweite[nrms]?", "third|last|dritte[nrms]?|letzte[nrms]?"),
    ("upper|obere[nrms]?", "lower|untere[nrms]?"),
    ("left|linke[nrms]?", "right|rechte[nrms]?"),
    ("inner|innere[nrms]?", "outer|aussere[nrms]?"),
    ("north|northern|nordliche[nrms]?", "south|southern|sudliche[nrms]?"),
    ("east|eastern|ostliche[nrms]?", "west|western|westliche[nrms]?"),
    (
        "minimum|least|lowest|smallest|kleinste[nrms]?",
        "maximum|most|highest|largest|grosste[nrms]?",
    ),
    (
        "usual|normal|typical|average|ubliche[nrms]?|normale[nrms]?",
        "maximum|highest|top|minimum|lowest|hochste[nrms]?|maximale[nrms]?",
    ),
    ("oldest|alteste[nrms]?", "youngest|newest|jungste[nrms]?"),
    ("summer|sommer", "winter"),
    ("arrival|ankunft", "departure|abfahrt"),
    ("adults?|erwachsene[nr]?", "children|kinder"),
    ("weekdays?|wochentags?", "weekends?|wochenende"),
)
"""Of two such words a question has one: a clause that begins with the other is of another thing."""

_SUBJECT = re.compile(
    r"\W*(?:(?:and|but|while|whereas|und|aber|wahrend) )?"
    r"(?:(?:the|a|an|its|their|die|der|das|den|dem|im|in the|on the|am) )?(\w+)"
)
"""The first word of a clause that is no article."""


def is_about_another(setting: Setting, text: str, asked: Asked) -> bool:
    """Whether a clause is about what the question tells apart from its matter; of answers in words.

    "The old benches were of plastic" says nothing of the new ones, "he died on 3 May" not when he
    was born, and "she chaired it until 2016; now it is he" not that she does.

    Args:
        setting: What stands around the value.
        text: The whole response, folded.
        asked: The question.
    """
    if _held_once(setting, text):
        return True
    if not asked.open_text:
        return False
    subject = _SUBJECT.match(setting.lead)
    if subject and (
        _differs(_CONTRASTS, subject[1], asked) or _is_past(subject[1], setting, asked)
    ):
        return True
    if _differs(_OPPOSITES, setting.lead + " " + setting.tail, asked):
        return True
    if _is_told_apart(setting, text, asked) or _is_parallel(setting, text, asked):
        return True
    if _is_after_not_before(setting, asked) or _is_only_planned(setting, text, asked):
        return True
    season = _SEASON.match(setting.tail)
    if season and _differs(_CONTRASTS, season[1], asked):
        return True
    if _ASKS_FOR_KIN.search(asked.question):
        return False
    related = _RELATIVES.search(setting.lead) or _RELATED.search(setting.tail)
    return related is not None


def _is_told_apart(setting: Setting, text: str, asked: Asked) -> bool:
    """Whether a value is said to be something that was not asked, and what was asked follows."""
    tail = setting.tail
    then = _CONTRAST.match(text, setting.candidate.end + len(tail.rstrip(" ;")))
    given = _GIVEN_TO.match(then[1]) if then else None
    if given and given[1] in asked.keys and given[1] not in setting.lead + tail:
        return True
    if setting.prefix.strip() or setting.lead.strip() or names_key(tail, asked.keys):
        return False
    if _OF_IT.search(tail) or not own_words(tail, asked.keys):
        return False
    return _IS_OF.match(tail) is not None and then is not None and names_key(then[1], asked.keys)


def _is_parallel(setting: Setting, text: str, asked: Asked) -> bool:
    """Whether a value is of the train to Kiel, and the one to Husum, which was asked, follows."""
    there = _PLACE.findall(setting.lead + " | " + setting.tail)
    words = {word for word, _ in there}
    after = _PLACE.findall(text, setting.candidate.end, setting.candidate.end + _NEAR)
    return any(
        place[0] in words and place not in there and place in after
        for place in _PLACE.findall(asked.question)
    )


def _is_after_not_before(setting: Setting, asked: Asked) -> bool:
    """Whether a clause is of the time after what the question asks the time before of."""
    around = setting.lead + " | " + setting.tail
    return any(
        not set(own.findall(asked.question)).isdisjoint(other.findall(around))
        and own.search(around) is None
        for own, other in permutations(_ORDER, 2)
    )


def _is_only_planned(setting: Setting, text: str, asked: Asked) -> bool:
    """Whether a value was planned or suspected, and another one came about."""
    around = setting.lead + " " + setting.tail
    return (
        _PLANNED.search(around) is not None
        and _PLANNED.search(asked.question) is None
        and _IN_FACT.match(text, setting.candidate.end) is not None
    )


def _held_once(setting: Setting, text: str) -> bool:
    """Whether a value held until something, and now another one holds."""
    if _UNTIL.match(text, setting.candidate.end):
        return True
    return (
        _ONCE.search(setting.lead) is not None
        and _NOW.match(text, setting.candidate.end + len(setting.tail)) is not None
    )


def _is_past(subject: str, setting: Setting, asked: Asked) -> bool:
    """Whether a clause is of the old one and another of the new one; neither is asked for."""
    old, new = _OLD_AND_NEW
    return (
        old.fullmatch(subject) is not None
        and new.search(setting.suffix) is not None
        and old.search(asked.question) is None
    )


def _differs(
    pairs: Sequence[tuple[re.Pattern[str], re.Pattern[str]]], text: str, asked: Asked
) -> bool:
    """Whether a text has the other word of a pair of which the question has one."""
    return any(
        other.search(text)
        and not own.search(text)
        and own.search(asked.question)
        and not other.search(asked.question)
        for own, other in pairs
    )
