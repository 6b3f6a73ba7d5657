"""What a language supplies to the gazetteer: names, word lists, facts and sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One paragraph of an entry.

    Attributes:
        sentences: Templates; those dealt stand in the order of this list, unless ``dated``.
        opening: Templates of the first sentence; empty = a sentence like the others.
        low, high: How many sentences are dealt besides the opening.
        always: True when every entry of the kind has the paragraph.
        dated: True when sentences use ``{next}``, the following year of the entry's history, and
            therefore stand in the order in which they are dealt.
    """

    sentences: tuple[str, ...]
    opening: tuple[str, ...] = ()
    low: int = 2
    high: int = 4
    always: bool = False
    dated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryKind:
    """How the entries of one kind are written.

    Attributes:
        facts: Name and template, evaluated in order; later ones may use earlier ones.
        records: Name -> records; one is chosen per entry, and its field ``f`` is ``{name.f}``.
            A record's field ``tags``, separated by spaces, must hold one of the scene's tags to be
            chosen (empty = any); its field ``gives`` is added to the scene's tags.
        topics: Paragraphs in their order.
        low, high: How many topics an entry has, the ones that it always has included.
    """

    facts: tuple[tuple[str, str], ...]
    topics: tuple[Topic, ...]
    records: Mapping[str, tuple[Mapping[str, str], ...]]
    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Everything that makes the gazetteer of one language; see the package's docstring.

    Attributes:
        code: ISO 639-1.
        lists: Word lists for ``{~list}``; ``place``, ``river``, ``person_f``, ``person_m``,
            ``surname`` and ``region_stem`` must be among them.
        terrains: Facts of a region by terrain; the terrain's name is a tag of all its entries.
        region_forms: Facts of a region from ``{stem}``: at least ``region``.
        genders: Facts of a person by tag ``f`` and ``m``.
        kinds: ``region``, ``place``, ``person``, ``event``, ``craft``, ``river``, ``house``.
        number_words: 0 to 99.
        directions: Eight, from north clockwise, as in "six miles {direction} of".
        distance: Template of a distance, with ``{count}``; ``distance_one`` for 1.
        km_per_unit: Kilometres to one unit of distance.
        thousands: Separator in numbers of four digits and more.
    """

    code: str
    lists: Mapping[str, tuple[str, ...]]
    terrains: Mapping[str, Mapping[str, str]]
    region_forms: tuple[Mapping[str, str], ...]
    genders: Mapping[str, Mapping[str, str]]
    kinds: Mapping[str, EntryKind]
    number_words: tuple[str, ...]
    directions: tuple[str, ...]
    distance: str
    distance_one: str
    km_per_unit: float
    thousands: str


def words(text: str) -> tuple[str, ...]:
    """The words of a list that is written as one text."""
    return tuple(text.split())
