"""From a response to plain text: without thinking, markup and typography."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from typing import Any

_THINKING = re.compile(
    r"<(/?)(?:think|thinking|thought|thoughts|reasoning|reflection|scratchpad|seed:think)>"
    r"|\[(/?)think\]|◁(/?)think▷",
    re.IGNORECASE,
)
_FINAL_CHANNEL = "<|channel|>final<|message|>"
_SPECIAL_TOKEN = re.compile(
    r"<\|[^|<>\n]{1,40}\|>|</?s>|<(?:eos|bos|end_of_turn|pad)>", re.IGNORECASE
)

_BOXED = re.compile(r"\\boxed\s*\{([^{}]*(?:\{[^{}]*\}[^{}]*)*)\}")
_ANSWER_TAG = re.compile(r"<(?:final_)?answer>((?:(?!<).)*)</(?:final_)?answer>", re.I | re.S)
_ANSWER_KEYS = frozenset(
    "answer final_answer finalanswer final antwort endantwort ergebnis result response".split()
)
_FENCE = re.compile(r"^\s*```[\w-]*\s*\n(.*?)\n?\s*```\s*$", re.S)

_FOOTNOTE = re.compile(r"\[\^?\d{1,3}\]|【[^】\n]{0,40}】")
_STRUCK = re.compile(r"~~[^~\n]{1,500}~~|<(del|strike)>[^<]{0,500}</\1>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,200}>")
_INLINE_TAG = re.compile(r"</?(?:b|strong|i|em|code|span|mark|u|tt|kbd)\b[^<>\n]{0,200}>", re.I)
_LINK = re.compile(r"\[([^\[\]\n]{1,300})\]\([^()\s]{1,500}\)")
_ESCAPED_SPACE = re.compile(r"\\(?:[nrt](?![a-zA-Z])|[,;:! ])")
_ESCAPED_MARK = re.compile(r"\\([_*#.\-$&%\"'`~|\[\]()>/])")
_LATEX_COMMAND = re.compile(r"\\[a-zA-Z]+")
_FORMULA = re.compile(r"(?<!\\)\${1,2}(?=[^\s$])([^$\n]{1,300})(?<=[^\s$\\])\${1,2}(?!\d)")
_NO_AMOUNT = re.compile(r"[{}\\]|(?<!\d)(?<!\d )\$(?! ?\d)")
_EMPHASIS = re.compile(r"[*`]+|(?<![^\W_])_+|_+(?![^\W_])")
_BULLET = re.compile(r"^[ \t>#]*(?:[-+•‣▪◦–—])[ \t]+(?=\S)", re.M)
_NUMBERED = re.compile(r"^[ \t]*\(?\d{1,3}[.)][ \t]+(?=\S)", re.M)
_HEADING = re.compile(r"^[ \t]*(?:>|#{1,6})[ \t]*", re.M)
_NUMBER_SIGN = re.compile(r"\b(?:no|nr)\.\s*(?=\d)", re.IGNORECASE)
_BLANKS = re.compile(r"[^\S\n]+")

_AREA = re.compile(r"\b([kcm]?m)([²³])")
_KEYCAP = {0xFE0F, 0xFE0E, 0x20E3}
_STROKES = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i"}
_TYPOGRAPHY = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʼʹ′´ˈ＇`", "'"),
        **dict.fromkeys("“”„‟«»‹›″＂「」『』", '"'),
        **dict.fromkeys("‐‑‒–—―−﹘﹣－", "-"),
        **dict.fromkeys("→⇒⟶➔➜↦", "|"),
        "٬": ",",
        "٫": ".",
        "،": ",",
        "、": ",",
        "。": ". ",
        "˙": "'",
        "·": "'",
        "№": "#",
        "ß": "ss",
        "ẞ": "ss",
        "\u2028": "\n",
        "\u2029": "\n",
    }
)


def without_thinking(response: str) -> str:
    """What stands outside thinking tags.

    A closing tag without an opening one ends thinking that the chat template opened; an opening
    tag that is never closed leaves nothing after it.
    """
    if "<|channel|>" in response:
        _, found, final = response.rpartition(_FINAL_CHANNEL)
        return final if found else ""
    kept: list[str] = []
    start, thinking = 0, False
    for tag in _THINKING.finditer(response):
        closes = "/" in tag.group()
        if closes and not thinking:
            kept.clear()
        elif not closes and not thinking:
            kept.append(response[start : tag.start()])
        thinking = not closes
        start = tag.end()
    if not thinking:
        kept.append(response[start:])
    return _SPECIAL_TOKEN.sub(" ", "\n".join(kept))


def final_answers(text: str) -> list[str]:
    """What the response itself delimits as its answer, in order: boxes, answer tags, JSON."""
    found = _BOXED.findall(text) or _ANSWER_TAG.findall(text)
    return [part for part in found if part.strip()] or _json_answers(text)


def _json_answers(text: str) -> list[str]:
    fenced = _FENCE.match(text)
    body = (fenced.group(1) if fenced else text).strip()
    if not (body.startswith("{") and body.endswith("}")):
        return []
    try:
        value = json.loads(body, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return []
    for key, answer in value.items():
        if key.casefold().replace(" ", "_") in _ANSWER_KEYS:
            return [_leaves(answer).strip() or "none"]
    return []


def _leaves(value: Any) -> str:
    """The texts of a parsed JSON value, one a line; keys stay before their values."""
    if isinstance(value, dict):
        return "\n".join(f"{key}: {_leaves(part)}" for key, part in value.items())
    if isinstance(value, list):
        return "\n".join(map(_leaves, value))
    return "" if value is None or isinstance(value, bool) else str(value)


def clean(text: str) -> str:
    """Text in one form of digits, quotes, dashes and spaces, without markup; case is kept.

    List items start with a bullet, cells of a table stay divided by ``|``.
    """
    text = _STRUCK.sub(" ", html.unescape(text))
    text = _FOOTNOTE.sub(" ", text)
    if not text.isascii():
        text = _plain_characters(text)
    text = _LINK.sub(r"\1", text)
    text = _TAG.sub(" ", _INLINE_TAG.sub("", text))
    if "\\" in text or "{" in text or "$" in text:
        text = _FORMULA.sub(r" \1 ", text)
        text = _ESCAPED_SPACE.sub(" ", text.replace("{,}", ",").replace("\\n", "\n"))
        text = _LATEX_COMMAND.sub(" ", _ESCAPED_MARK.sub(r"\1", text))
        text = _NO_AMOUNT.sub(" ", text)
    text = text.replace("->", " | ").replace("=>", " | ")
    text = re.sub(r"^[ \t]*\*[ \t]+", "- ", text, flags=re.M)
    text = _EMPHASIS.sub("", text)
    text = _BULLET.sub("• ", _HEADING.sub("", text))
    if len(_NUMBERED.findall(text)) > 1:
        text = _NUMBERED.sub("• ", text)
    text = _NUMBER_SIGN.sub("number ", text.replace("\r", "\n"))
    return _BLANKS.sub(" ", text).strip()


def _plain_characters(text: str) -> str:
    text = _AREA.sub(lambda unit: unit[1] + {"²": "2", "³": "3"}[unit[2]], text)
    text = text.translate(_TYPOGRAPHY)
    special = {ord(character): _plain(character) for character in set(text) if character > "~"}
    return unicodedata.normalize("NFKC", text.translate(special)).translate(_TYPOGRAPHY)


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cf" or ord(character) in _KEYCAP:
        return ""
    if category == "No" and unicodedata.decomposition(character).startswith("<super>"):
        return " "  # a footnote mark, not a digit of the number before it
    if category == "No" and unicodedata.decomposition(character).startswith("<fraction>"):
        return f" {character}"  # of 2½ the half is none of the 2's digits
    return str(unicodedata.decimal(character)) if category == "Nd" else character


def fold(text: str) -> str:
    """Lower case and Latin letters without accents, for comparing words; keeps the length."""
    lowered = text.lower() if len(text.lower()) == len(text) else text
    if lowered.isascii():
        return lowered
    return lowered.translate({ord(letter): _base(letter) for letter in set(lowered)})


def _base(letter: str) -> str:
    if letter < "\u0250" or "\u1e00" <= letter < "\u1f00":
        return _STROKES.get(letter) or unicodedata.normalize("NFD", letter)[0]
    return letter
