"""The one way of foreign text into each kind of document: shown, never obeyed.

Whatever a model, a provider or an importer wrote is first made inert (``niah.console.inert``:
control characters, bidirectional overrides and zero-width characters become visible escapes) and
then loses every meaning in the language of the document.
"""

from __future__ import annotations

import html
import re

from niah.console import inert

_MARKDOWN = re.compile(
    r"[\\`*_\[\]<>|~$&#@]|(?<=www)\.|:(?=//)|^[-+=](?=[-+=\s]|$)|^\d+(?=[.)](?:\s|$))"
)
_MARKDOWN_NUMBER = re.compile(r"\d+")
_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "-": "{-}",
    "…": r"\ldots{}",
    "\u2013": "--",
    "\u2212": "$-$",
    "·": r"\textperiodcentered{}",
}
_LATIN = re.compile("[a-zA-Z0-9 .,:;!?()\\[\\]/*+=@\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u00ff]")

LONGEST_WORD = 24
LONGEST_PIECE = 12
JOINTS = "/-_.:,"
"""Behind these a long word is broken rather than within its parts."""
"""A longer word of a LaTeX text may be broken after so many characters, again and again."""

_FORMULA = re.compile(r"[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]"
)


def html_text(text: str) -> str:
    """The text inside an HTML element or a quoted attribute; line feeds and tabs stay."""
    return html.escape(inert(text, multiline=True), quote=True)


def markdown_text(text: str) -> str:
    """The text on one line of Markdown: no markup, no link, no HTML, no table border."""
    line = " ".join(inert(text, multiline=True).split())
    return _MARKDOWN.sub(_markdown_literal, line)


def _markdown_literal(found: re.Match[str]) -> str:
    """A backslash before the character, or behind the number that would begin a list."""
    text = found[0]
    return f"{text}\\" if _MARKDOWN_NUMBER.fullmatch(text) else f"\\{text}"


def markdown_block(text: str) -> str:
    """The text as a fenced block that no line of it can close."""
    shown = inert(text, multiline=True)
    longest = max((len(run) for run in re.findall(r"`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{shown}\n{fence}"


def latex_text(text: str) -> str:
    """The text in a paragraph of LaTeX; letters beyond Western European become their code.

    Very long words may be broken anywhere.
    """
    return " ".join(map(_latex_word, inert(text, multiline=True).split()))


def _latex_word(word: str) -> str:
    letters = [
        _LATEX.get(character)
        or (character if _LATIN.fullmatch(character) else _latex_code(character))
        for character in word
    ]
    if len(letters) <= LONGEST_WORD:
        return "".join(letters)
    pieces, start = [], 0
    while start < len(letters):
        end = start + LONGEST_PIECE
        joints = [at + 1 for at in range(start, min(end, len(word))) if word[at] in JOINTS]
        if joints and end < len(letters):
            end = joints[-1]
        pieces.append("".join(letters[start:end]))
        start = end
    return r"\allowbreak{}".join(pieces)


def latex_block(text: str) -> str:
    """The text line by line in typewriter letters; its own indentation stays."""
    lines = []
    for line in inert(text, multiline=True).expandtabs(4).splitlines():
        indent = len(line) - len(line.lstrip())
        lines.append(rf"\mbox{{}}{'~' * indent}\texttt{{{latex_text(line)}}}\\")
    return "{\\small\\raggedright\n" + "\n".join(lines) + "\n}"


def _latex_code(character: str) -> str:
    return rf"\texttt{{[U+{ord(character):04X}]}}"


def spreadsheet_text(text: str) -> str:
    """The text as a cell of a CSV file that no spreadsheet takes for a formula."""
    visible = _INVISIBLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return "'" + visible if _FORMULA.match(text) else visible
