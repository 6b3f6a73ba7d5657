"""Whose value it is: the question's key words, and names that a clause gives a value to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from niah.scoring.normalise import clean, fold

_WORD = re.compile(r"[^\W_]+")

_FUNCTION_WORDS = frozenset(
    # English
    "a about above after all also none nothing nobody neither both am an and any are as at be "
    "been being below both but by can "
    "could did do does doing done each either every for from had has have having he her here hers "
    "him his how i if in into is it its itself just like may me might mine more most much must my "
    "near no nor not of off on once one only onto or other our out over own per same she should so "
    "some such than that the their them then there these they this those through to too under up "
    "upon us very via was we were what whatever when where whether which while who whom whose why "
    "will with within would yes you your yours don t s re ll ve d m isn wasn doesn didn let thing "
    "things please exactly indeed simply "
    # German
    "aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis da damit dann "
    "das dass dazu dein dem den denn der des dessen die dies diese diesem diesen dieser dieses "
    "doch "
    "dort du durch ein eine einem einen einer eines er es etwas euch fur gegen hat habe haben hier "
    "hinter ich ihm ihn ihr ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder jedes "
    "kann kein keine konnen laut man mehr mein mich mir mit nach nicht noch nun nur ob oder ohne "
    "sehr sein seine sich sie sind so soll somit sowie uber um und uns unter vom von vor wann war "
    "waren warum was weil welche welchem welchen welcher welches wenn wer werden wie wieder wir "
    "wird wo wurde zu zum zur zwischen bitte".split()
)
_TASK_WORDS = frozenset(
    "answer answers question text texts document documents context passage passages article "
    "paragraph sentence statement story book haystack prompt input information info data source "
    "chapter section page line part end beginning start middle value values number numbers figure "
    "figures digit digits magic special secret code codes pass key keys passkey passcode password "
    "passphrase identifier identifiers id ids uuid uuids guid record records entry entries name "
    "named called city door marked labelled labeled label mention mentions mentioned mentioning "
    "state states stated stating say says said give gives given provide provides provided find "
    "found finding reference references according result results final correct right true actual "
    "specific exact following quote quoted quotes above note notes confidence reasoning reason "
    "explanation evidence match matches matching case example fact detail details list table json "
    "response user request asked asking string integer format form type field item solution total "
    "output here sure okay ok well yes verified certainly great good thanks me us reference "
    "antwort antworten frage text textes texts dokument dokuments kontext abschnitt absatz satz "
    "stelle quelle zahl zahlen nummer wert werte magische magischen magischer geheime code codes "
    "zugangscode schlussel passwort kennung kennungen datensatz datensatzes eintrag name namens "
    "stadt tur aufschrift lautet lauten genannt genannte genannten erwahnt angegeben angabe steht "
    "stehen nennt gemass ergebnis endgultige richtige korrekte gesuchte gesuchten gefragt gefragte "
    "wait moment correction korrektur sorry actually nein yes ja update edit however therefore "
    "thus "
    "hence finally instead rather namely similarly meanwhile additionally furthermore moreover "
    "alternatively also overall ultimately conclusion summary first second third next last one "
    "unfortunately apparently perhaps maybe possibly clearly interestingly later earlier then "
    "jedoch allerdings schliesslich ausserdem zusatzlich vielleicht folgende folgt zitat hinweis "
    "begrundung beispiel liste tabelle natural question asks".split()
)
_YEAR = re.compile(r"1\d{3}|20\d\d")
_EXCLUDING = frozenset("not nicht unlike than statt none".split())

_NAMED = re.compile(
    r"\b(?:for|of|(?:belong\w*|refer\w*|given|assigned|attributed|relat\w+|gehort) (?:to|zu)|from|"
    r"in|at|near|named|called|marked|labell?ed|about|under|fur|von|vom|"
    r"zur|zum|aus|bei|namens|nach|city|stadt|aufschrift|name|namen|door|record|key)\s+"
    r"(?:the |a |an |der |die |das |den |dem |city |of |stadt |key |door |record |tur )*"
    r"[\"'(]*([^\W_]{2,})"
)
_POSSESSIVE = re.compile(r"\b([^\W\d_]{2,})'s\b")
_SUBJECT = re.compile(
    r"^\W*(?:and |but |while |whereas |und |aber |wahrend |wohingegen )?([^\W\d_]{2,})"
    r"(?:, (?:which|who|whose|that|die|der|das|welche\w*)\b| (?:has|had|is|was|gets?|got|uses?|"
    r"carries|bears|have|hat|hatte|ist|war|tragt|"
    r"bekommt)\b)"
)
_BEFORE_MARK = re.compile(r"([^\W_]{2,})[\"')]*\s?(?:[:=|(]|-|\bis\b|\bist\b)[\s\"'(]*\Z")
_BARE = re.compile(r"^\W*([^\W\d_]{2,})(?: ([^\W\d_]{2,}))?\W*$")


def key_words(question: str) -> frozenset[str]:
    """The words of a question that tell it from other questions of the same task.

    "What is the magic number of Oslo?" has the key word oslo. Where nothing is left, all words
    that are not function words.
    """
    words = [word for word in _WORD.findall(fold(clean(question))) if len(word) > 1]
    content = [word for word in words if word not in _FUNCTION_WORDS]
    keys = [word for word in content if word not in _TASK_WORDS]
    return frozenset(keys or content)


def names_key(text: str, keys: frozenset[str]) -> bool:
    """Whether a folded text names a key word, with or without a genitive s; "not Oslo" does not."""
    words = _WORD.findall(text)
    return any(
        (word in keys or (word[-1] == "s" and word[:-1] in keys))
        and not _EXCLUDING.intersection(words[max(0, index - 2) : index])
        for index, word in enumerate(words)
    )


def other_names(text: str, lead: str, keys: frozenset[str]) -> bool:
    """Whether a folded text gives its value to something that the question did not ask about.

    Args:
        text: All clauses around the value.
        lead: What stands before the value, up to it.
        keys: Of the question.
    """
    return any(
        word not in _FUNCTION_WORDS
        and word not in _TASK_WORDS
        and word not in keys
        and not (word[-1] == "s" and (word[:-1] in keys or word[:-1] in _TASK_WORDS))
        for word in _names(text, lead)
    )


def tells_more(text: str, keys: frozenset[str]) -> bool:
    """Whether a folded text has words of its own: two that neither answer nor question give."""
    own = [
        word
        for word in _WORD.findall(text)
        if word not in _FUNCTION_WORDS and word not in _TASK_WORDS and word not in keys
    ]
    return len(own) > 1


def _names(text: str, lead: str) -> Iterator[str]:
    for pattern in (_NAMED, _POSSESSIVE):
        for found in pattern.finditer(text):
            if not found.group(1).isdecimal() or _YEAR.fullmatch(found.group(1)):
                yield found.group(1)
    for pattern, part in ((_SUBJECT, text), (_BEFORE_MARK, lead), (_BARE, text)):
        match = pattern.search(part)
        if match:
            yield from (name for name in match.groups() if name and not name.isdecimal())
