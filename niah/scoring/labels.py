"""Whose value it is: the question's key words, and names that a clause gives a value to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from niah.scoring.normalise import clean, fold
from niah.scoring.words import stem

_WORD = re.compile(r"[^\W_]+")

_FUNCTION_WORDS = frozenset(
    "a aber about above after all alle allem allen aller alles als also am an and any are as at "
    "auch auf aus be been bei beim being below bin bis bitte both but by can could d da damit "
    "dann das dass dazu dein dem den denn der des dessen did didn die dies diese diesem diesen "
    "dieser dieses do doch does doesn doing don done dort du durch each ein eine einem einen "
    "einer eines either er es etwas euch every exactly for from fur gegen habe haben had has hat "
    "have having he her here hers hier him hinter his how i ich if ihm ihn ihr ihre ihrem ihren "
    "ihrer im in indeed ins into is isn ist it its itself ja jede jedem jeden jeder jedes just "
    "kann kein keine konnen laut let like ll m man may me mehr mein mich might mine mir mit more "
    "most much must my nach near neither nicht no nobody noch none nor not nothing nun nur ob "
    "oder of off ohne on once one only onto or other our out over own per please re s same sehr "
    "sein seine she should sich sie simply sind so soll some somit sowie such t than that the "
    "their them then there these they thing things this those through to too uber um und under "
    "uns unter up upon us ve very via vom von vor wann war waren warum was wasn we weil welche "
    "welchem welchen welcher welches wenn wer werden were what whatever when where whether which "
    "while who whom whose why wie wieder will wir wird with within wo would wurde yes you your "
    "yours zu zum zur zwischen".split()
)
"""English and German words that carry no fact."""

_TASK_WORDS = frozenset(
    "absatz abschnitt according actual actually additionally allerdings alternatively angabe "
    "angegeben answer answers antwort antworten apparently article asked asking asks aufschrift "
    "ausserdem beginning begrundung beispiel book called case certainly chapter city clearly "
    "code codes conclusion confidence context correct correction data datensatz datensatzes "
    "detail details digit digits document documents dokument dokuments door earlier edit eintrag "
    "end endgultige entries entry ergebnis erwahnt evidence exact example explanation fact field "
    "figure figures final finally find finding first folgende folgt following form format found "
    "frage furthermore gefragt gefragte geheime gemass genannt genannte genannten gesuchte "
    "gesuchten give given gives good great guid haystack hence hinweis however id identifier "
    "identifiers ids info information input instead integer interestingly item jedoch json "
    "kennung kennungen key keys kontext korrekte korrektur label labeled labelled last later "
    "lauten lautet line list liste magic magische magischen magischer marked match matches "
    "matching maybe meanwhile mention mentioned mentioning mentions middle moment moreover name "
    "named namely namens natural nein nennt next note notes number numbers nummer ok okay output "
    "overall page paragraph part pass passage passages passcode passkey passphrase password "
    "passwort perhaps possibly prompt provide provided provides quelle question quote quoted "
    "quotes rather reason reasoning record records reference references request response result "
    "results richtige right said satz say says schliesslich schlussel second secret section "
    "sentence similarly solution sorry source special specific stadt start state stated "
    "statement states stating stehen steht stelle story string summary sure tabelle table text "
    "textes texts thanks therefore third thus total true tur type ultimately unfortunately "
    "update user uuid uuids value values verified vielleicht wait well wert werte zahl zahlen "
    "zitat zugangscode zusatzlich".split()
)
"""Words about texts, questions and answers, which say nothing of whose value it is."""

_YEAR = re.compile(r"1\d{3}|20\d\d")
_EXCLUDING = frozenset("not nicht unlike than statt none".split())

_NAMED = re.compile(
    r"\b(?:for|of|(?:belong\w*|refer\w*|given|assigned|attributed|relat\w+|gehort) (?:to|zu)|from|"
    r"in|at|near|named|called|marked|labell?ed|about|under|fur|von|vom|aus|bei|namens|nach|city|"
    r"stadt|aufschrift|name|namen|door|record|key)\s+"
    r"(?:the |a |an |der |die |das |den |dem |city |of |stadt |key |door |record |tur )*"
    r"[\"'(]*([^\W_]{2,})"
)
_POSSESSIVE = re.compile(r"\b([^\W\d_]{2,})'s\b")
_SUBJECT = re.compile(
    r"^\W*(?:and |but |while |whereas |und |aber |wahrend |wohingegen )?([^\W\d_]{2,})"
    r"(?:, (?:which|who|whose|that|die|der|das|welche\w*)\b| (?:has|had|is|was|gets?|got|uses?|"
    r"carries|bears|have|hat|hatte|ist|war|tragt|bekommt)\b)"
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
    """Whether a folded text names a key word in any inflection; "not Oslo" does not."""
    words = _WORD.findall(text)
    stems = {stem(key) for key in keys if len(key) > 4 and key.isalpha()}
    return any(
        (word in keys or (word[-1] == "s" and word[:-1] in keys) or stem(word) in stems)
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
    return len(own_words(text, keys)) > 1


def own_words(text: str, keys: frozenset[str]) -> list[str]:
    """The words of a folded text that carry a fact and that the question does not have."""
    return [
        word
        for word in _WORD.findall(text)
        if word not in _FUNCTION_WORDS and word not in _TASK_WORDS and word not in keys
    ]


def _names(text: str, lead: str) -> Iterator[str]:
    for pattern in (_NAMED, _POSSESSIVE):
        for found in pattern.finditer(text):
            if not found.group(1).isdecimal() or _YEAR.fullmatch(found.group(1)):
                yield found.group(1)
    for pattern, part in ((_SUBJECT, text), (_BEFORE_MARK, lead), (_BARE, text)):
        match = pattern.search(part)
        if match:
            yield from (name for name in match.groups() if name and not name.isdecimal())
