"""Joints: places in a text where its tokens part, whatever stands on either side.

Parted at a joint, a text has as many tokens as its two parts together. That holds for every
vocabulary that parts text by the usual patterns before it merges (GPT-4 and its successors,
DeepSeek, Llama 3, Qwen):

- *space*: no part of such a pattern goes on from a visible character to a space;
- *line*: none goes on from a line feed to a letter or to ``<``;
- *wide*: none goes on from an ideograph, kana or hangul letter to full-width punctuation.

Which of them a vocabulary keeps is tried (``kept_rules``), not taken on trust, and an index checks
it on its whole corpus. Character sets are explicit, so that no Unicode version changes a joint.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product

from niah.tokenizers import Tokenizer

# Visible characters: no white space, no control, zero-width or formatting character.
_SOLID = (
    r"!-~\u00a1-\u00ac\u00ae-\u02ff\u0370-\u0482\u048a-\u0590\u05be\u05d0-\u05ea"
    r"\u060c\u061b\u061f-\u064a\u066a-\u066f\u0671-\u06d4\u0904-\u0939\u0958-\u0961"
    r"\u0964-\u0970\u0e01-\u0e30\u0e40-\u0e46\u1e00-\u1fbc\u2010-\u2027\u2030-\u205e"
    r"\u3001-\u3029\u3041-\u3096\u30a1-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
    r"\uff01-\uff9d\U0001f300-\U0001f5ff\U0001f600-\U0001f64f"
)
_OPENING = (
    r"<A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u0410-\u044f\u05d0-\u05ea\u0620-\u064a\u0904-\u0939"
    r"\u0e01-\u0e2e\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fa5"
)
_WIDE_LETTER = r"\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fa5\uac00-\ud7a3"
_WIDE_MARK = r"\u3001\u3002\u3008-\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """Two sets of characters that no token joins, and contexts in which to try it."""

    left: str
    right: str
    lefts: tuple[str, ...]
    rights: tuple[str, ...]


_RULES = {
    "space": _Rule(
        left=f"[{_SOLID}]",
        right=" ",
        lefts=(
            *("a", "The end.", "x\n\ny,", "7", "12345)", '"', "don't", "-", "^^", "HTTPServer"),
            *("a//", "  b", "/", "\u00fc", "\u4e2d", "\u3002", "\u0e01", "\u0639", "\U0001f600"),
        ),
        rights=(
            *(" ", " a", "  a", " \n", " 's", " 12", " .", " //\n", " The cat", " HTTP", " <b>"),
            *("   \n\n x", " \u4e2d", " \u0301", " \u0639", " \U0001f600"),
        ),
    ),
    "line": _Rule(
        left="\n",
        right=f"[{_OPENING}]",
        lefts=(
            *("\n", "a\n", "a.\n\n", "a \n", " \n\n", "\n\n\n", "7\n", ".\n \n", "//\n"),
            *("\t\n", "\u3002\n"),
        ),
        rights=(
            *("a", "The", "I'm", "Z's", "<", "</text>\n\n", "<b", "\u4e2d\u6587", "\u0416"),
            *("\u0639", "\u00c4", "\u0e01\u0e32", "\u30ab"),
        ),
    ),
    "wide": _Rule(
        left=f"[{_WIDE_LETTER}]",
        right=f"[{_WIDE_MARK}]",
        lefts=("\u4e2d", "a\u4e2d\u6587", "\u3002\u306e", "\u30ab\u30bf", "\ud55c", "\n\u4e2d"),
        rights=(
            *("\uff0c", "\u3002\u4e2d", "\uff01\n", "\u3001a", "\uff09\u3002", "\uff1a 1"),
            *("\u300c\u4e2d\u300d", "\uff1f\n\nA"),
        ),
    ),
}
RULES = tuple(_RULES)


def kept_rules(tokenizer: Tokenizer) -> frozenset[str]:
    """The rules that the vocabulary keeps in every context that is tried."""
    if not tokenizer.parts_text:
        return frozenset()
    encode = tokenizer.encode
    return frozenset(
        name
        for name, rule in _RULES.items()
        if all(
            encode(left + right) == encode(left) + encode(right)
            for left, right in product(rule.lefts, rule.rights)
        )
    )


def joint_pattern(rules: frozenset[str]) -> re.Pattern[str]:
    """Matches the empty string at every joint of these rules, and only there."""
    held = (rule for name, rule in _RULES.items() if name in rules)
    return re.compile("|".join(f"(?<={rule.left})(?={rule.right})" for rule in held) or "(?!)")
