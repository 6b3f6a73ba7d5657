"""HTML from values: every text is escaped on its way in, and only here."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from niah.escape import html_text

_VOID = frozenset({"input", "meta", "br"})


@dataclass(frozen=True, slots=True)
class Html:
    """A piece of a page; nothing else goes into one unescaped."""

    source: str


Content = Html | str | None


def element(name: str, /, *content: Content, **attributes: str | bool | None) -> Html:
    """One element.

    Args:
        name: Of the element.
        content: Pieces, and texts, which are escaped; None = nothing.
        attributes: Escaped; ``class_`` is class, other underscores are hyphens; True = without
            value, None or False = absent.
    """
    shown = "".join(
        f" {key.rstrip('_').replace('_', '-')}"
        + ("" if value is True else f'="{html_text(str(value))}"')
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if name in _VOID:
        return Html(f"<{name}{shown}>")
    return Html(f"<{name}{shown}>{together(content).source}</{name}>")


def together(content: Iterable[Content]) -> Html:
    """Pieces and texts one after the other."""
    return Html(
        "".join(
            piece.source if isinstance(piece, Html) else html_text(piece)
            for piece in content
            if piece is not None
        )
    )


def table(
    header: Iterable[str], rows: Iterable[Iterable[str]], *, caption: str, numbers_from: int = 1
) -> Html:
    """A plain table: the first column heads its rows, those from ``numbers_from`` hold numbers."""
    body = []
    for row in rows:
        first, *rest = row
        body.append(
            element(
                "tr",
                element("th", first, scope="row"),
                *(
                    element("td", cell, class_="number" if at >= numbers_from else None)
                    for at, cell in enumerate(rest, start=1)
                ),
            )
        )
    heads = [
        element("th", text, scope="col", class_="number" if at >= numbers_from else None)
        for at, text in enumerate(header)
    ]
    return element(
        "div",
        element(
            "table",
            element("caption", caption, class_="unseen"),
            element("thead", element("tr", *heads)),
            element("tbody", *body),
            class_="plain",
        ),
        class_="scroll",
        tabindex="0",
        role="region",
        aria_label=caption,
    )
