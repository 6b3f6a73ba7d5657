"""Writes entries: deals sentences without repetition and lays out regions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from niah.draws import Stream
from niah.haystacks.gazetteer.grammar import Grammar, Scene, Template, render, sentence
from niah.haystacks.gazetteer.language import EntryKind, Language, Topic

_PLACES_IN_REGION = (13, 18)
_LAST_YEAR = 1928
_TRIES = 6
_NAMED_PLACES = ("name", "home", "near1", "near2", "near3", "town1", "town2", "town3")


@dataclass(slots=True)
class _Deck:
    """A pool of templates that is dealt out completely before any comes again."""

    templates: tuple[Template, ...]
    order: list[int] = field(default_factory=list)

    def deal(self, count: int, page: Scene, stream: Stream) -> list[int]:
        """Indexes of up to ``count`` different templates that the page's tags allow."""
        dealt: list[int] = []
        for _ in range(2):
            kept: list[int] = []
            for index in reversed(self.order):
                tag = self.templates[index].tag
                fits = not tag or tag in page.tags
                if fits and len(dealt) < count and index not in dealt:
                    dealt.append(index)
                else:
                    kept.append(index)
            self.order = kept[::-1]
            if len(dealt) == count:
                break
            fresh = [index for index in range(len(self.templates)) if index not in self.order]
            stream.shuffle(fresh)
            self.order = fresh + self.order
        return dealt


@dataclass(frozen=True, slots=True, kw_only=True)
class _Paragraph:
    opening: _Deck
    body: _Deck
    topic: Topic


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    facts: tuple[tuple[str, Template], ...]
    records: tuple[tuple[str, tuple[tuple[dict[str, Template], Mapping[str, str]], ...]], ...]
    paragraphs: tuple[_Paragraph, ...]
    low: int
    high: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    facts: dict[str, str]
    tags: frozenset[str]


class Writer:
    """Writes the gazetteer of one language, region after region, for ever.

    The text depends on the language's data and the stream alone, and no sentence and no heading
    comes twice.
    """

    def __init__(self, language: Language, stream: Stream) -> None:
        self._language = language
        self._stream = stream
        self._grammar = Grammar(language.lists)
        self._kinds = {name: self._kind(kind) for name, kind in language.kinds.items()}
        self._seen: set[str] = set()
        self._names: set[str] = set()
        self._headings: set[str] = set()
        self._first_names = {sex: self._grammar.parse(f"{{~person_{sex}}}") for sex in "fm"}
        self._surname = self._grammar.parse("{~surname}")

    def paragraphs(self) -> Iterator[tuple[bool, str]]:
        """Pairs of (is a heading, text), without end."""
        while True:
            yield from self._region()

    def _kind(self, kind: EntryKind) -> _Kind:
        parse = self._grammar.parse
        return _Kind(
            facts=tuple((name, parse(template)) for name, template in kind.facts),
            records=tuple(
                (
                    name,
                    tuple(({key: parse(text) for key, text in row.items()}, row) for row in rows),
                )
                for name, rows in kind.records.items()
            ),
            paragraphs=tuple(
                _Paragraph(
                    opening=_Deck(tuple(map(parse, topic.opening))),
                    body=_Deck(tuple(map(parse, topic.sentences))),
                    topic=topic,
                )
                for topic in kind.topics
            ),
            low=kind.low,
            high=kind.high,
        )

    # Worlds

    def _region(self) -> Iterator[tuple[bool, str]]:
        below = self._stream.below
        terrain = list(self._language.terrains)[below(len(self._language.terrains))]
        base = self._page({}, {terrain}, others=[])
        base.facts["stem"] = self._unused("{~region_stem}", base)
        base.facts["terrain"] = terrain
        self._fill(base, self._language.terrains[terrain])
        forms = self._language.region_forms
        self._fill(base, forms[below(len(forms))])
        rivers = [self._unused("{~river}", base) for _ in range(3)]
        low, high = _PLACES_IN_REGION
        places = self._places(low + below(high - low + 1), base, rivers)
        names = [place.facts["name"] for place in places]
        base.facts |= {"river": rivers[0], "river2": rivers[1], "river3": rivers[2]}
        base.facts |= {"town1": names[0], "town2": names[1], "town3": names[2]}

        front = self._page(base.facts, {terrain}, names)
        self._describe("region", front)
        yield from self._write("region", front)
        entries: list[tuple[str, str, Scene]] = []
        for place in places:
            page = self._page(place.facts, set(place.tags), names)
            person = self._person(place, names)
            page.facts |= {f"native_{key}": text for key, text in person.facts.items()}
            entries.append((place.facts["name"], "place", page))
            if below(5) < 2:
                entries.append((person.facts["name"], "person", person))
        for kind, count in (("event", 4), ("craft", 2), ("house", 3)):
            self._stream.shuffle(places)
            for place in places[:count]:
                page = self._page(self._about(place), set(place.tags), names)
                self._describe(kind, page)
                entries.append((page.facts["heading"], kind, page))
        for river in rivers[1:]:
            page = self._page(base.facts | {"river": river}, {terrain}, names)
            self._describe("river", page)
            entries.append((page.facts["heading"], "river", page))
        for _, kind, page in sorted(entries, key=lambda entry: entry[0].casefold()):
            yield from self._write(kind, page)

    def _places(self, count: int, base: Scene, rivers: list[str]) -> list[_Place]:
        below = self._stream.below
        names = [self._unused("{~place}", base) for _ in range(count)]
        at = [(below(400) / 10.0, below(400) / 10.0) for _ in range(count)]
        places = []
        for index, name in enumerate(names):
            x, y = at[index]
            page = self._page(base.facts, set(base.tags), [n for n in names if n != name])
            page.facts |= {"name": name, "river": rivers[below(len(rivers))]}
            near = sorted(
                (i for i in range(count) if i != index),
                key=lambda i: (x - at[i][0]) ** 2 + (y - at[i][1]) ** 2,
            )
            for rank, other in enumerate(near[:3], start=1):
                page.facts[f"near{rank}"] = names[other]
                page.facts[f"dist{rank}"], page.facts[f"dir{rank}"] = self._way(
                    at[other], at[index]
                )
            self._describe("place", page)
            places.append(_Place(facts=page.facts, tags=frozenset(page.tags)))
        return places

    def _way(self, start: tuple[float, float], end: tuple[float, float]) -> tuple[str, str]:
        east, north = end[0] - start[0], end[1] - start[1]
        language = self._language
        units = max(1, round(math.sqrt(east * east + north * north) / language.km_per_unit))
        # Octant by comparing slopes: no trigonometry, so that every machine agrees.
        if abs(north) * 5 > abs(east) * 12:
            octant = 0 if north > 0 else 4
        elif abs(east) * 5 > abs(north) * 12:
            octant = 2 if east > 0 else 6
        elif north > 0:
            octant = 1 if east > 0 else 7
        else:
            octant = 3 if east > 0 else 5
        form = language.distance_one if units == 1 else language.distance
        return form.replace("{count}", language.number_words[units]), language.directions[octant]

    def _about(self, place: _Place) -> dict[str, str]:
        return {key: text for key, text in place.facts.items() if key != "heading"}

    def _person(self, place: _Place, names: list[str]) -> Scene:
        below = self._stream.below
        sex = "fm"[below(2)]
        page = self._page(self._about(place), set(place.tags) | {sex}, names)
        page.facts["home"] = place.facts["name"]
        self._fill(page, self._language.genders[sex])
        for attempt in range(99):
            first = render(self._first_names[sex].nodes, page)
            if attempt > 2:
                first += " " + render(self._first_names[sex].nodes, page)
            surname = render(self._surname.nodes, page)
            if (name := f"{first} {surname}") not in self._names:
                break
        self._names.add(name)
        born = 1590 + below(270)
        age = 31 + below(55)
        facts = {"first": first.split()[0], "surname": surname, "name": name, "heading": name}
        facts |= {
            "born": str(born),
            "died": str(born + age),
            "age": self._language.number_words[age],
        }
        for index, share in enumerate((45, 55, 68, 80), start=1):
            facts[f"y{index}"] = str(born + age * share // 100)
        facts["y_child"] = str(born + 6 + below(7))
        facts["after"] = str(born + age + 2 + below(60))
        page.facts |= facts
        self._describe("person", page)
        page.year = born + 17
        return page

    # Facts

    def _page(self, facts: dict[str, str], tags: set[str], others: list[str]) -> Scene:
        language = self._language
        below = self._stream.below
        live: dict[str, Callable[[], str]] = {}
        page = Scene(
            facts=dict(facts),
            tags=tags,
            live=live,
            below=below,
            number_words=language.number_words,
            thousands=language.thousands,
            year=1405 + below(200),
        )

        def following_year() -> str:
            page.year += 7 + below(46)
            return str(page.year)

        def other_place() -> str:
            while True:
                name = others[below(len(others))]
                if all(name != page.facts.get(fact) for fact in _NAMED_PLACES):
                    return name

        live["next"] = following_year
        live["other"] = other_place
        return page

    def _fill(self, page: Scene, facts: Mapping[str, str]) -> None:
        for name, template in facts.items():
            page.facts[name] = render(self._grammar.parse(template).nodes, page)

    def _describe(self, name: str, page: Scene) -> None:
        """Draw the records and facts of a kind into the page."""
        kind = self._kinds[name]
        for key, rows in kind.records:
            fitting = [
                (fields, row)
                for fields, row in rows
                if not row.get("tags") or page.tags & set(row["tags"].split())
            ]
            fields, row = fitting[page.below(len(fitting))]
            for part, template in fields.items():
                page.facts[f"{key}.{part}"] = render(template.nodes, page)
            page.tags |= set(row.get("gives", "").split())
        for _ in range(_TRIES):
            for key, template in kind.facts:
                page.facts[key] = render(template.nodes, page)
            if page.facts["heading"] not in self._headings:
                break
        self._headings.add(page.facts["heading"])
        if "history_from" in page.facts:
            page.year = int(page.facts["history_from"])

    def _unused(self, source: str, page: Scene) -> str:
        template = self._grammar.parse(source)
        for attempt in range(200):
            name = render(template.nodes, page)
            if attempt > 40:
                name += render(self._grammar.parse("{~name_tail}").nodes, page)
            if name not in self._names:
                break
        self._names.add(name)
        return name

    # Sentences

    def _write(self, name: str, page: Scene) -> Iterator[tuple[bool, str]]:
        kind = self._kinds[name]
        wanted = kind.low + page.below(kind.high - kind.low + 1)
        optional = [i for i, part in enumerate(kind.paragraphs) if not part.topic.always]
        self._stream.shuffle(optional)
        fixed = len(kind.paragraphs) - len(optional)
        chosen = set(optional[: max(0, wanted - fixed)])
        texts = []
        for index, part in enumerate(kind.paragraphs):
            if part.topic.always or index in chosen:
                text = self._paragraph(part, page)
                if text:
                    texts.append(text)
        if texts:
            yield True, page.facts["heading"]
            for text in texts:
                yield False, text

    def _paragraph(self, part: _Paragraph, page: Scene) -> str:
        topic = part.topic
        lines = []
        if topic.opening:
            lines.append(self._fresh(part.opening, page))
        count = topic.low + page.below(topic.high - topic.low + 1)
        dealt = part.body.deal(count, page, self._stream)
        for index in dealt if topic.dated else sorted(dealt):
            template = part.body.templates[index]
            if "next" in template.facts and page.year > _LAST_YEAR - 60:
                continue
            lines.append(self._unseen(template, page))
        return " ".join(line for line in lines if line)

    def _fresh(self, deck: _Deck, page: Scene) -> str:
        for _ in range(_TRIES):
            for index in deck.deal(1, page, self._stream):
                if line := self._unseen(deck.templates[index], page):
                    return line
        return ""

    def _unseen(self, template: Template, page: Scene) -> str:
        for _ in range(_TRIES):
            line = sentence(template.nodes, page)
            if line not in self._seen:
                self._seen.add(line)
                return line
        return ""
