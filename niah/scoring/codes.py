"""Codes in a response: identifiers, checksums, UUIDs, however they are divided."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from niah.scoring.candidates import Candidate, Found
from niah.scoring.normalise import clean, fold
from niah.scoring.numbers import LETTER

_TOKEN = re.compile(r"[^\W_]+(?:[-_][^\W_]+)*")
_HEX = re.compile(r"[0-9a-f]+")
_UUID = re.compile(r"[0-9a-f]{32}")


def find_codes(text: str, question: str, answers: Sequence[str], forbidden: Sequence[str]) -> Found:
    """Candidates for a code: an accepted one however divided, and tokens that look like one."""
    accepted = [_squeeze(answer) for answer in answers]
    refused = [_squeeze(value) for value in forbidden]
    folded = fold(text)
    given = {_squeeze(token) for token in _TOKEN.findall(question)} - set(accepted) - {""}
    spans: dict[tuple[int, int], str] = {}
    for code, original in zip((*accepted, *refused), (*answers, *forbidden), strict=True):
        for pattern in _code_patterns(code, original):
            spans.update((found.span(), code) for found in pattern.finditer(folded))
    looks = _form_of([*answers, *forbidden])
    found = Found(candidates=[])
    shortest = min(map(len, (*accepted, *refused, *given)), default=0) - 1
    for token in _TOKEN.finditer(text):
        if token.end() - token.start() < shortest:
            continue
        code = fold(token.group()).replace("-", "").replace("_", "")
        if code in given and looks(token.group()):
            found.given.append(token.start())
        elif code in accepted or code in refused or looks(token.group()):
            spans.setdefault(token.span(), code)
    end = -1
    for span, code in sorted(spans.items(), key=lambda item: (item[0][0], -item[0][1])):
        if span[0] < end or code in given:
            continue
        end = span[1]
        right = frozenset(i for i, other in enumerate(accepted) if other == code)
        wrong = frozenset(i for i, other in enumerate(refused) if other == code)
        found.candidates.append(
            Candidate(start=span[0], end=end, value=code, answers=right, forbidden=wrong)
        )
    return found


def _squeeze(code: str) -> str:
    return re.sub(r"[\W_]", "", fold(clean(code)))


def _code_patterns(code: str, original: str) -> Iterator[re.Pattern[str]]:
    """The code with its hyphens, without, with blanks for them; and character by character."""
    if not code:
        return
    before = rf"(?<![{LETTER}])(?<![{LETTER}][-_])"
    after = rf"(?![{LETTER}]|[-_][{LETTER}])"
    if _UUID.fullmatch(code):
        chunks = [code[:8], code[8:12], code[12:16], code[16:20], code[20:]]
    else:
        chunks = [_squeeze(chunk) for chunk in re.split(r"[\W_]+", original)]
    divided = r"[\s\-_.]{0,3}".join(re.escape(chunk) for chunk in chunks if chunk)
    yield re.compile(before + divided + after)
    if len(code) > 2:
        yield re.compile(before + r"[ ,\-]{1,2}".join(map(re.escape, code)) + after)


def _form_of(codes: Sequence[str]) -> Callable[[str], bool]:
    """Whether a token has the form of the given codes: length, digits, alphabet."""
    squeezed = [_squeeze(code) for code in codes]
    sizes = {len(code) + near for code in squeezed if code for near in (-1, 0, 1)}
    digits = all(any(map(str.isdigit, code)) for code in squeezed)
    capitals = all(code.isupper() for code in codes)
    hexadecimal = all(map(_HEX.fullmatch, squeezed))

    def looks(token: str) -> bool:
        code = token.replace("-", "").replace("_", "")
        if len(code) not in sizes:
            return False
        if not digits:
            return capitals and token.isupper()
        if hexadecimal and not _HEX.fullmatch(code.lower()):
            return False
        return any(map(str.isdigit, code))

    return looks
