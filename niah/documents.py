"""Where each of the user's documents stands in the text of a corpus."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One file of a folder, or the only one.

    Attributes:
        name: Its path below the folder, with ``/`` on every system; of a single file its name.
        begin: Character offset of its first character in the text.
        end: The same of what follows its last one.
    """

    name: str
    begin: int
    end: int


def laid_out(texts: list[tuple[str, str]], between: str) -> tuple[Document, ...]:
    """Where documents stand that are laid one behind the other.

    Args:
        texts: Name and text of each.
        between: What stands between two of them.
    """
    documents, begin = [], 0
    for name, text in texts:
        documents.append(Document(name=name, begin=begin, end=begin + len(text)))
        begin += len(text) + len(between)
    return tuple(documents)
