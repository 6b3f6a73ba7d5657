"""Sentence templates: parsed once, rendered many times.

::

    plain text            itself
    [a|b|]                one of the alternatives, which may be empty and may nest
    {name}                a fact of the entry that is being written
    {~list}               an entry of a word list, itself a template
    {#1700-1850}          a number, bounds included
    {n:1200-9000}         the same, with the language's thousands separator
    {w:2-40}              the same, in words
    <tag> at the start    the template is used only for entries that carry the tag
    a(n)                  "a" or "an", by the word that follows
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Scene:
    """One entry while it is written: what its templates draw from.

    Attributes:
        facts: What stays the same throughout the entry.
        tags: Which templates may be used.
        below: A whole number in [0, bound).
        live: Facts that are new each time that they are asked for.
        number_words: Of 0 to 99.
        thousands: Separator in numbers of four digits.
        year: The year that the entry's history has reached.
    """

    facts: dict[str, str]
    tags: set[str]
    below: Callable[[int], int]
    live: Mapping[str, Callable[[], str]]
    number_words: Sequence[str]
    thousands: str
    year: int = 0


Node = str | Callable[[Scene], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A parsed template; ``tag`` is empty when every entry may use it."""

    tag: str
    nodes: tuple[Node, ...]
    facts: frozenset[str] = field(default=frozenset())


_TAG = re.compile(r"<([a-z_]+)> *")
_RANGE = re.compile(r"(#|n:|w:)(\d+)-(\d+)")
_ARTICLE = re.compile(r"\b([Aa])\(n\) (\w+)")
_CONSONANT_SOUND = re.compile(r"(?i)(?:one|once|un[iu]|us[eu]|eu|ewe)")


class Grammar:
    """Parses templates against one language's word lists."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self._sources = lists
        self._lists: dict[str, tuple[tuple[Node, ...], ...]] = {}
        self._last: dict[int, list[int]] = {}

    def parse(self, source: str) -> Template:
        """The template of a source text.

        Raises:
            ValueError: on an unknown list or unbalanced brackets; the message quotes the source.
        """
        tag = _TAG.match(source)
        text = source[tag.end() :] if tag else source
        names: set[str] = set()
        nodes, end = self._sequence(text, 0, names, stop="")
        if end != len(text):
            raise ValueError(f"unbalanced brackets in template {source!r}")
        return Template(tag=tag[1] if tag else "", nodes=nodes, facts=frozenset(names))

    def _sequence(
        self, text: str, start: int, names: set[str], stop: str
    ) -> tuple[tuple[Node, ...], int]:
        nodes: list[Node] = []
        literal = at = start
        while at < len(text) and text[at] not in stop:
            if text[at] not in "[{":
                at += 1
                continue
            if at > literal:
                nodes.append(text[literal:at])
            if text[at] == "[":
                node, at = self._alternatives(text, at + 1, names)
            else:
                close = text.index("}", at)
                node = self._slot(text[at + 1 : close], names)
                at = close + 1
            nodes.append(node)
            literal = at
        if at > literal:
            nodes.append(text[literal:at])
        return tuple(nodes), at

    def _alternatives(self, text: str, at: int, names: set[str]) -> tuple[Node, int]:
        options: list[tuple[Node, ...]] = []
        while True:
            nodes, at = self._sequence(text, at, names, stop="|]")
            options.append(nodes)
            if at >= len(text):
                raise ValueError(f"unbalanced brackets in template {text!r}")
            at += 1
            if text[at - 1] == "]":
                return _one_of(tuple(options)), at

    def _slot(self, name: str, names: set[str]) -> Node:
        if numeric := _RANGE.fullmatch(name):
            return _number(numeric[1], int(numeric[2]), int(numeric[3]))
        if name.startswith("~"):
            return self._pick(self._list(name[1:], names))
        names.add(name)
        return _fact(name)

    def _pick(self, options: tuple[tuple[Node, ...], ...]) -> Node:
        """A draw from a list that never brings the same entry twice in a row."""
        count = len(options)
        last = self._last.setdefault(id(options), [count])

        def pick(scene: Scene) -> str:
            index = scene.below(count)
            if index == last[0]:
                index = (index + 1) % count
            last[0] = index
            return _join(options[index], scene)

        return pick

    def _list(self, name: str, names: set[str]) -> tuple[tuple[Node, ...], ...]:
        if name not in self._lists:
            if name not in self._sources:
                raise ValueError(f"no word list named {name!r}")
            parsed = tuple(
                self._sequence(item, 0, names, stop="")[0] for item in self._sources[name]
            )
            self._lists[name] = parsed
        return self._lists[name]


def render(nodes: Sequence[Node], scene: Scene) -> str:
    """The text of a template's nodes, articles settled."""
    text = _join(nodes, scene)
    return _ARTICLE.sub(_article, text) if "(n)" in text else text


def sentence(nodes: Sequence[Node], scene: Scene) -> str:
    """The same with a capital first letter."""
    text = render(nodes, scene)
    return text[0].upper() + text[1:]


def _join(nodes: Sequence[Node], scene: Scene) -> str:
    return "".join([node if node.__class__ is str else node(scene) for node in nodes])  # type: ignore[operator]


def _article(match: re.Match[str]) -> str:
    word = match[2]
    vowel = word[0] in "aeiouAEIOU" or word.startswith(("hour", "heir", "honest"))
    return f"{match[1]}{'n' if vowel and not _CONSONANT_SOUND.match(word) else ''} {word}"


def _one_of(options: tuple[tuple[Node, ...], ...]) -> Node:
    return lambda scene: _join(options[scene.below(len(options))], scene)


def _fact(name: str) -> Node:
    def fact(scene: Scene) -> str:
        known = scene.facts.get(name)
        return scene.live[name]() if known is None else known

    return fact


def _number(kind: str, low: int, high: int) -> Node:
    def number(scene: Scene) -> str:
        value = low + scene.below(high - low + 1)
        if kind == "w:":
            return scene.number_words[value]
        if kind == "n:" and value >= 1000:
            return f"{value // 1000}{scene.thousands}{value % 1000:03d}"
        return str(value)

    return number
