"""The Markdown report: for a repository, a pull request, the summary of a scheduled job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from niah.escape import markdown_block, markdown_text
from niah.report import Report
from niah.report.cards import Row
from niah.report.document import Answer, Block, Code, Items, Table, Text, document
from niah.report.pictures import Picture

LONG_LINE = 200
"""A longer text is a block of its own."""

_AROUND = {
    "title": ("# ", ""),
    "section": ("## ", ""),
    "part": ("### ", ""),
    "trial": ("### ", ""),
    "notice": ("> **", "**"),
    "label": ("**", "**"),
    "plain": ("", ""),
    "small": ("*", "*"),
}


def markdown(report: Report, pictures: Sequence[Picture]) -> str:
    """The whole document; pictures are linked by their names, which stand beside it."""
    blocks = (text for block in document(report, pictures) for text in _written(block))
    return "\n\n".join(blocks) + "\n"


def _written(block: Block) -> Iterator[str]:
    match block:
        case Text(role, text):
            before, after = _AROUND[role]
            yield f"{before}{markdown_text(text)}{after}"
        case Items(texts):
            yield "\n".join(f"- {markdown_text(text)}" for text in texts)
        case Table(_, header, rows):
            yield _table(header, rows)
        case Code(text):
            yield markdown_block(text)
        case Answer(rows):
            yield from _answer(rows)
        case Picture():
            yield f"![{markdown_text(block.description)}]({quote(block.path.name)})"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [
        [markdown_text(title) for title in header],
        ["---", *("---:" for _ in header[1:])],
        *([markdown_text(cell) for cell in row] for row in rows),
    ]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _answer(rows: Sequence[Row]) -> Iterator[str]:
    blocks = [row for row in rows if _is_block(row)]
    yield "\n".join(
        f"- **{markdown_text(row.label)}:** {_line(row)}" for row in rows if row not in blocks
    )
    for row in blocks:
        yield f"**{markdown_text(row.label)}**"
        yield markdown_block(row.text)


def _is_block(row: Row) -> bool:
    """Whether the text keeps its own lines."""
    return not row.before and not row.after and ("\n" in row.text or len(row.text) > LONG_LINE)


def _line(row: Row) -> str:
    if not row.before and not row.after:
        return markdown_text(row.text)
    parts = [markdown_text(row.before), f"**{markdown_text(row.text)}**", markdown_text(row.after)]
    return " ".join(part for part in parts if part)
