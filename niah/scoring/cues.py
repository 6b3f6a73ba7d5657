"""Words that tell how a value is meant: refused, denied, corrected, concluded (English, German).

Patterns are for folded text: lower case, no accents, straight quotes. None of them nests
repetitions, so that all take time linear in the text.
"""

from __future__ import annotations

import re

_VERB_EN = (
    r"(?:mention|contain|includ|provid|specif|stat|say|said|giv|list|find|found|locat|reveal|tell|"
    r"answer|determin|identif|know|indicat|appear|present|avail|address|discuss|cover|record|"
    r"disclos|suppl|see\b|seem|name|enough|sufficient|clear|explicit|there\b|exist|in the\b|offer|"
    r"have (?:any|enough|the|that|this|sufficient|access)|possible|refer|able|given|make)"
)
_UNKNOWN = r"(?:is|are|was|were|remains?) (?:still )?unknown"
UNKNOWN = re.compile(_UNKNOWN)
"""A refusal where it is said of what was asked; a donor's name may be unknown too."""

REFUSAL = re.compile(
    r"\b(?:(?:does|do|did|could|can|is|was|are|were|has|have|am|will|would)(?: not|n't)"
    r"|cannot|can't|unable to|not able to|never|not|fail(?:s|ed)? to|without)"
    rf" (?:\w+ ){{0,4}}?{_VERB_EN}"
    r"|\bno (?:\w+ ){0,5}?(?:mention|information|info\b|reference|answer|indication|record|"
    r"evidence|data\b|details?|such|trace|statement|entry|match|result|occurrence|idea|clue|"
    r"sign|value|number|code|identifier|uuid|magic|pass ?key|recommendation|suggestion|"
    r"provided|given|mentioned|stated|found|specified|listed)"
    r"|\bnone (?:is|was|are|were|of|for|given|mentioned|stated|found)\b"
    r"|\b(?:has|have|had) none\b"
    r"|\b(?:text|document|passage|context|article|story|essay|manual|book)s? (?:\w+ )?"
    r"(?:mentions?|contains?|states?|gives?|lists?|names?|provides?|has) no \w+"
    r"|\bnothing (?:in|about|on|that|there|here|regarding)\b"
    r"|\bnot (?:\w+ )?among\b|\b(?:is|are|remains?) silent\b|\bschweigt\b"
    r"|\bnowhere\b|\bn/a\b|\bnot applicable\b|\bnot (?:in|part of)\b"
    r"|\b(?:information|value|number|answer|it|that|this|data|identifier|code|key) is "
    r"(?:missing|absent|unknown|unavailable|undefined|lacking)\b"
    r"|\binsufficient (?:information|context|data)|\b(?:don't|do not|didn't|did not) "
    r"(?:actually )?(?:know|see|recall)\b"
    rf"|\b{_UNKNOWN}\b"
    r"|\b(?:lacks|lacking|omits)\b|^\W*(?:unknown|none|nothing|not found|null|no answer)\W*$"
    r"|\bnicht (?:\w+ ){0,3}?(?:erwahn|genannt|enthalt|angegeb|gefunden|finden|bekannt|"
    r"ersichtlich|vorhanden|hervor|beantwort|bestimm|ermittel|entnehm|auffindbar|zu find|vor\b|"
    r"sagen|nennen|genau|moglich|ableit|zu entnehm|angabe|feststell|lage|eindeutig|explizit)"
    r"|\b(?:enthalt|erwahnt|nennt|finde|fand|gibt|weiss|kenne|sehe|steht|findet|sagt|liefert|"
    r"konnte|kann) (?:\w+ ){0,5}?(?:nicht|nichts|kein|keine|keinen|keinerlei)\b"
    r"|\bkein\w* (?:\w+ ){0,4}?(?:information|angabe|hinweis|erwahnung|antwort|zahl|code|kennung|"
    r"eintrag|stelle|wert|daten|aussage|magisch|nennung|auskunft|zugangscode)"
    r"|, nicht (?:die|den|das) (?:von|fur|zu) \w+"
    r"|\b(?:mention\w*|given|stated|named|listed|genannt|erwahnt|angegeben)\b[^.;\n]{0,60}?"
    r"\b(?:but|aber|jedoch)\b[^.;\n]{0,60}?(?:\b(?:is|are|was|were)(?: not|n't)|\bnicht)\W{0,3}$"
    r"|\bkeine ahnung\b|\b(?:unbekannt|nirgends|nirgendwo)\b",
    re.M,
)
"""The response says that it cannot answer."""

GUESS = re.compile(
    r"\b(?:(?:my|best|a) guess|i (?:would |will |'d |'ll )?guess|i'd say|i would say|"
    r"if i had to|ich rate\b|ich (?:wurde|tippe)\b|ich vermute|mein tipp)"
)
"""What follows is offered although the response has said that it cannot know."""

PLAIN_REFUSAL = re.compile(
    r"(?:(?:\w+ not|\w+n't|cannot|not|never|without) (?:\w+ ){0,4}?(?:mention|specif|stated|"
    r"indicat|discuss|disclos|address|enough information|in the (?:\w+ )?(?:text|document|passage|"
    r"context|article|essay|story|book|manual))"
    r"|(?:does|do)(?: not|n't) (?:\w+ ){0,2}?(?:say|state|tell|name)\b"
    r"|(?:is|was|are|were)(?: not|n't) (?:\w+ )?(?:given|provided|named|included|listed|available|"
    r"known|clear|covered|found in|determin|possible to)"
    r"|no (?:\w+ ){0,3}?(?:mention|info|reference|indication|idea|answer|record)"
    r"|(?:\w+ )?(?:unknown|insufficient|n/a|unbekannt)|(?:don't|do not) know"
    r"|\W*(?:none|nothing|not found|null|no answer)\W*$|none (?:is|was) (?:given|mentioned|stated)"
    r"|nicht (?:\w+ ){0,3}?(?:erwahn|genannt|angegeb|hervor|entnehm|ersichtlich|sagen)"
    r"|(?:cannot|can't|could not|couldn't) be (?:said|told|determined|established|inferred|"
    r"answered)"
    r"|(?:mention\w*|given|stated|named|listed|genannt|erwahnt|angegeben)\b[^.;\n]{0,60}?\b(?:but|"
    r"aber|jedoch)\b"
    r"|\w+ (?:\w+ ){0,5}?(?:nicht|nichts) (?:im|in dem) (?:text|dokument|abschnitt|handbuch)"
    r"|(?:\w+ )?kein\w* (?:\w+ ){0,3}?(?:information|angabe|hinweis|erwahnung|antwort|ahnung))",
    re.M,
)
"""At the start of a refusal: it is one whatever its subject is."""

REFUSER = re.compile(
    r"\b(?:i|we|texts?|documents?|passages?|context|articles?|story|stories|essays?|manual|"
    r"handbook|books?|materials?|sources?|author|information|answer|question|nothing|ich|wir|man|"
    r"dokument\w*|abschnitt|handbuch|quellen?|antwort|frage|buch|dazu|daraus|daruber)\b"
)
"""Who can refuse; "the mayor was not in the city" is a fact, "the text does not say" is not."""

INDIRECT = re.compile(
    r"[^.;\n]{0,20}?\b(what|why|how|when|where|who|which|whether|was|warum|wie|wann|wo|wer|ob)\b"
    r"((?: \w+){2,})"
)
"""Behind a refusal: what it is that the text does not say."""

NOT_ABOUT_THE_QUESTION = re.compile(
    r"\b(?:other|others|another|further|additional|else|elsewhere|any ?more|"
    r"equivocation|alternatives?|doubt|outside|ambiguity|confus\w*|weiter\w*|ander\w*|sonst\w*|zusatzlich\w*|zweifel|"
    r"explicitly (?:call|use|phrase)\w*|exact words?|only|nur|commentary|contradict\w*|conflict\w*|"
    r"speculat\w*|external|no \w+ but)\b"
)
"""What lacks is something else: "no other number is mentioned"."""

CONCEDED = re.compile(
    r"^\W*(?:and |und )?(?:although|though|while|even though|even if|despite|albeit|obwohl|"
    r"auch wenn|wenngleich|zwar|wahrend|if |in case|falls|wenn)\b"
)
"""A clause that grants something before or after the answer."""

TURN = re.compile(
    r"\b(?:but|however|yet|still|nevertheless|nonetheless|instead|although|wait|actually|oh|ah|"
    r"found it|here it is|except|aber|jedoch|doch|allerdings|dennoch|trotzdem|sondern|moment|"
    r"halt|gefunden)\b"
)
"""After a refusal: what follows is an answer after all."""

CORRECTION = re.compile(
    r"\b(?:wait|hold on|scratch that|strike that|correction|my mistake|my bad|i misread|"
    r"i misspoke|let me correct|let me re-?check|let me re-?read|let me double-?check|"
    r"on second thought|i (?:actually )?meant?|sorry|apologies|i apologi[sz]e|oops|"
    r"no, (?:that|it|the|actually|wait|sorry|not)|actually|rather(?! than)|"
    r"upon (?:closer|further|re)|on closer|looking (?:again|closer|more closely)|edit:|"
    r"update:|corrected|"
    r"nein, (?:das|es|die|moment|halt|doch)|moment|halt,|korrektur|korrigier\w*|entschuldig\w*|"
    r"verzeihung|ich meine\b|ich meinte|pardon|doch nicht|genauer gesagt|bei genauerem|"
    r"besser gesagt|vielmehr|verbesser\w*)"
)
"""What stands before is taken back if another value follows."""

RETRACTION = re.compile(
    r"\b(?:(?:no|nein|wait|actually|sorry|hmm)\W+ ?)?(?:that|this|it|the above|das|dies|es)"
    r"(?:'s| is| was| ist| war)? (?:\w+ )?(?:wrong|incorrect|false|not right|not correct|"
    r"not it|a mistake|falsch|nicht richtig|nicht korrekt|ein fehler|nicht)\b"
    r"|\b(?:no,? wait|wait,? no|nein,? (?:moment|halt|warte))\b(?! (?:is|was|time|list)\b)"
    r"|\b(?:scratch|strike|disregard|ignore|forget) (?:that|this|it)\b"
    r"|\b(?:that|this|it) (?:isn't|wasn't|is not|was not) (?:right|correct|it)\b"
    r"|\b(?:it|that|this|which) (?:isn't|wasn't|is not|was not) the (?:\w+ ){0,2}?(?:answer|number|"
    r"value|code|key|identifier|one)\b(?! (?:of|for))"
    r"|\?[\"')\s]{0,4}(?:no|nope|nein)\b|\bdas stimmt nicht\b|\bdas war falsch\b"
)
"""What stands before is taken back, whatever follows."""

CONCLUSION = re.compile(
    r"^\W*(?:and |und )?(?:so|therefore|thus|hence|consequently|in conclusion|in summary|"
    r"to summari[sz]e|overall|ultimately|finally|conclusion|daher|deshalb|somit|folglich|demnach|"
    r"also|zusammenfassend|fazit|ergebnis)\b"
    r"|\b(?:final|correct|right|true|actual|my|endgultige|richtige|korrekte) "
    r"(?:answer|value|number|one|code|identifier|antwort|zahl|wert|kennung|name)\b"
    r"|\b(?:as|is) (?:the|my) (?:final )?answer\b"
    r"|\bthe answer (?:is|must be|should be|would be)\b|\bdie antwort (?:ist|lautet)\b"
    r"|\bi(?:'ll| will|'d| would)? (?:go with|choose|pick|settle on|conclude)\b"
    r"|\bich (?:wahle|nehme|entscheide)\b"
)
"""The clause states what the response comes to."""

CONCLUDED_AFTER = re.compile(
    r"^\W{0,3}(?:is|must be|being|as|ist|ware)?\W? ?(?:the |die |der |das )?"
    r"(?:correct|right|actual|final|richtige?|korrekte?)\b(?! for\b)"
)

ANSWER_LABEL = re.compile(
    r"^[ \t]*(?:so,? |therefore,? )?(?:the |my |die |meine )?(?:final |short |correct |endgultige |"
    r"kurze )?(?:answer|antwort|endantwort)(?: is| lautet| ist)?[ \t]*:|^[ \t]*####[ \t]*"
    r"|\bfinal answer(?: is)?[ \t]*:|\bendgultige antwort(?: ist| lautet)?[ \t]*:",
    re.M,
)

_LIMIT = (
    r"(?:\w+ ){0,2}?(?:(?!rather|other|either)(?:\w+er|more|less|mehr) (?:than|als)\b|exceed\w*|"
    r"over\b|above\b|uber\b)"
)
"""A limit denies nothing: "not more than 40 mg"."""

FAR_DENIAL = re.compile(
    r"\b(?:not|\w+n't|cannot|never|neither|nor|nicht|kein\w*|weder|noch|niemals|no)\b"
    r"(?! (?:only|just|sure|certain|entirely|completely|mistaken|necessarily|100|doubt|nur|sicher|"
    r"ganz|changed|surprisingly|hidden|be confused|other\b|different\b|" + _LIMIT + r"|"
    r"[^:|]{0,60}\b(?:why|how|reason|warum|wieso|weshalb|wozu)\b))[^:|]{0,120}\Z"
)
"""Before a number or a code, anywhere in its clause."""

DENIAL_BEFORE = re.compile(
    r"\b(?:despite|in spite of|trotz|rather than|instead of|as opposed to|other than|"
    r"(?:any|every)(?:thing|one|body) but|except(?: for)?|unlike|statt|anstatt|"
    r"anstelle(?: von)?|ausser|(?:be )?confused with|"
    r"confuse \w+ with|verwechseln mit)\b[^|]{0,60}\Z"
    r"|\b(?:ignor\w+|disregard\w*|reject\w*|discard\w*|rul\w+ out|wrong\w*|incorrect\w*|false|"
    r"misleading|mistaken(?:ly)?|distractors?|decoys?|previously|formerly|originally|used to|"
    r"outdated|"
    r"superseded|replaces?|replaced|verwerfe\w*|ignorier\w*|falsch\w*|ablenk\w*|fruher|"
    r"ursprunglich|veraltet\w*)\b[^|]{0,60}\Z"
)
"""Directly before a value: it is not the answer."""

NEGATION = re.compile(r"\b(?:not|\w+n't|never|nicht|kein\w*)\b")
NEGATED_WORD = re.compile(r"\b(?:not|\w+n't|nicht|never) (\w+)")
NEAR_DENIAL = re.compile(
    r"\b(?:not|\w+n't|cannot|never|neither|nor|nicht|kein\w*|weder|noch|niemals|no)\b"
    r"(?! (?:only|just|sure|certain|nur|sicher|ganz|other\b|different\b|" + _LIMIT + r"))"
    r"(?:\W+\w+){0,3}\W*\Z"
    r"|\b(?:not|\w+n't) (?:think|believe|say|mean|glaube|denke)\b[^:|]{0,80}\Z"
)
"""Before words, where a clause may hold a negation of its own: up to three words away."""

PHRASE_DENIAL = re.compile(
    r"(?:\b(?:(?:is|was|are|were|'s|be|ist|war|sind)(?: not|n't| nicht)|neither|nor|weder|noch)\b"
    r"(?! (?:only|just|nur)\b)|^\W*(?:not|nicht)\b)(?:\W+\w+){0,3}\W*\Z"
)
"""Before a keyword, where instructions are negated too ("you must not open it")."""

CONJUNCTION = re.compile(r"\W*(?:and|but|not|und|aber|nicht|sondern)\b")

DENIAL_AFTER = re.compile(
    r"^\W{0,3}(?:only|merely|nur|lediglich|bloss) (?:as|als)\b|"
    r"^\W{0,3}(?:\w+ ){0,2}?(?:\w+n't|cannot|(?<=\w )(?:not|nicht|never|nie|kein\w*))\b"
    r"(?! (?:only|just|nur)\b)"
    r"|^\W{0,3}(?:not|nicht|never)\b(?! (?:only|just|nur)\b)(?!\W*\Z)"
    r"|^\W{0,3}(?:(?:which|that|this|it|die|das) )?(?:is|was|were|are|would be|seems|looks|ist|war|"
    r"ware|scheint)(?: \w+){0,3} (?:wrong|incorrect|false|unrelated|rejected|dismissed|"
    r"distractors?|decoys?|mistaken|misleading|invalid|outdated|irrelevant|falsch\w*|veraltet|irrefuhrend|ablenkung\w*)\b"
)
"""Directly after a value: it is not the answer."""

ALTERNATIVE_BETWEEN = re.compile(r"\b(?:or|oder|bzw|beziehungsweise|versus|vs|alternatively)\b|/")
ALTERNATIVE_LEAD = re.compile(
    r"\b(?:(?:could|might|may) (?:also|equally|instead|as well) be|(?:could|might|may) be|"
    r"another (?:candidate|possibility|option|possible)|alternatively|or maybe|or perhaps|"
    r"or possibly|possibly also|oder vielleicht|(?:konnte|kann) (?:\w+ )?auch|alternativ|"
    r"moglicherweise auch|vielleicht auch|if not|perhaps|maybe|possibly|vielleicht|moglicherweise|"
    r"possible|candidates?|guess\w*|options?|mogliche\w*|kandidat\w*|rate\b|either|entweder)\b"
)
"""The value is offered as one of several."""

OF_ALL = re.compile(
    r"(?:\bof (?:the|its|their|all|(?:the )?[a-z]{1,30}'s)|\bout of|"
    r"\bvon (?:den|insgesamt|allen)) \Z"
)
"""Before a number: it is the whole that the asked one is a part of."""

_COMPARING = (
    r"(?:more|less|higher|lower|fewer|above|below|longer|shorter|mehr|weniger|hoher|niedriger|"
    r"langer|kurzer)(?: than| als)?"
)
COMPARED_AFTER = re.compile(rf"^ (?:\w+ )?{_COMPARING}\b")
COMPARED_BEFORE = re.compile(rf"(?<!\bno )(?<!\bnot )(?<!\bnicht )\b{_COMPARING} (?:\w+ ){{0,4}}\Z")
"""Beside a number: it is a difference, or what another number is compared with."""

REASON = re.compile(r"^\W*(?:denn|weil|da|because|since|as)\b")
"""The clause says why the answer before it holds."""

KIN = (
    r"(?:son|daughter|mother|father|brother|sister|wife|husband|widow|nephew|niece|cousin|uncle|"
    r"aunt|successor|predecessor|assistant|deputy|pupil|heir|sohn|tochter|mutter|vater|bruder|"
    r"schwester|frau|ehemann|witwe|neffe|nichte|onkel|tante|nachfolger(?:in)?|vorganger(?:in)?|"
    r"stellvertreter(?:in)?)"
)
"""A relative, or who came before or after somebody."""

RELATIVE = re.compile(
    rf"\b{KIN} (?:of|von|des|der) \W*\Z"
    rf"|\b(?:his|her|their|whose|sein\w*|ihr\w*|dessen|deren) (?:\w+ )?{KIN},? \W*\Z"
)
"""Before a name that only says who another one is, or whom that one is related to."""

ASKS_WHY = re.compile(r"\b(?:why|reasons?|warum|weshalb|wieso|grunde?|cause[ds]?)\b")

ORDINAL = re.compile(
    r"\b(?:first(?! (?:time|of all|seen|sighting))|second|third|fourth|fifth|sixth|seventh|eighth|"
    r"ninth|tenth|erste[nrms]?(?! mal)|zweite[nrms]?|dritte[nrms]?|vierte[nrms]?|funfte[nrms]?|"
    r"sechste[nrms]?)\b"
)
"""Which of several of a kind; it tells two only where the question has one itself."""

BESIDE = re.compile(
    r"\b(?:next door|neighbou?ring|adjacent|nebenan|benachbart\w*|angrenzend\w*|smaller|larger|"
    r"bigger|kleinere[nrms]?|grossere[nrms]?)\b"
)
"""The clause is of another thing of the same kind: "the smaller hall next door"."""

ELSEWHERE = re.compile(
    r"\b(?:another|other|different|unrelated|elsewhere|anderen?|anderes|anderer|andere[rs]?)\b"
)
