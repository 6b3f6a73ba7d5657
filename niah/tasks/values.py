"""Values that nobody can guess: drawn from a seed by the name of their kind."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from uuid import UUID

from niah.draws import choice, derive_seed, integer
from niah.errors import HaystackError

CITIES = (
    "Aarhus Accra Adelaide Antwerp Arequipa Basel Bergen Bilbao Bogota Bordeaux Brisbane Calgary "
    "Cardiff Cordoba Cusco Dakar Dresden Durban Edmonton Florence Galway Gdansk Geneva Ghent Graz "
    "Groningen Haifa Halifax Hanoi Hobart Innsbruck Izmir Jakarta Kampala Kigali Krakow Kumasi "
    "Lahore Lausanne Leeds Leipzig Lima Lisbon Ljubljana Lusaka Lyon Madurai Malmo Managua Maputo "
    "Medellin Mendoza Montevideo Nagoya Nairobi Nantes Odense Oslo Ottawa Palermo Porto Quebec "
    "Quito Reykjavik Riga Rosario Rotterdam Salzburg Santiago Sapporo Seville Split Stavanger "
    "Tallinn Tampere Tbilisi Toledo Toulouse Tromso Turin Uppsala Utrecht Valencia Vilnius "
    "Wellington Windhoek Yerevan Zagreb Zaragoza"
).split()

WORDS = (
    "amber anchor apricot badger banjo barley basalt beacon birch bobbin bramble bronze cactus "
    "candle canyon cedar chalk cinder clover cobalt comet copper coral cricket crimson dahlia "
    "dolphin ember falcon fennel ferret flint garnet ginger glacier granite hazel heron indigo "
    "ivory jasmine juniper kestrel lantern lavender linden lotus magnet maple marble meadow "
    "mercury mint nettle nutmeg obsidian olive onyx orchid otter pebble pepper pewter plum "
    "poppy quartz raven saffron sparrow spruce sulfur thistle thunder topaz tulip turquoise "
    "umber velvet violet walnut willow zephyr"
).split()

GERMAN_WORDS = (
    "Ahorn Amsel Anker Apfel Bernstein Birke Bronze Distel Dohle Efeu Eiche Eisvogel Falke "
    "Fenchel Feuerstein Fichte Flieder Forelle Granit Hafer Hasel Heide Holunder Igel Ingwer Jade "
    "Kastanie Kiefer Kiesel Klee Kobalt Komet Koralle Kranich Kupfer Lärche Laterne Lavendel "
    "Linde Lotus Luchs Magnet Marmor Minze Mohn Muskat Nelke Nessel Olive Orchidee Otter Pappel "
    "Perle Pfeffer Pflaume Quarz Quitte Rabe Reiher Safran Salbei Schiefer Schlehe Sperling "
    "Tanne Thymian Topas Tulpe Ulme Veilchen Wacholder Walnuss Weide Zander Zeder Zimt"
).split()


_REDRAWS = 100
_NUMBER = re.compile(r"\d(?:[\d.,_'\u00a0\u202f ]*\d)?")


def number(seed: int, name: str) -> str:
    """Seven digits, the first not 0."""
    return str(1_000_000 + integer(seed, name, 9_000_000))


@lru_cache(maxsize=2)  # the tasks of a suite have one haystack
def long_numbers(text: str) -> frozenset[str]:
    """The numbers of five and more digits in a text, without their separators."""
    found = (re.sub(r"\D", "", match) for match in _NUMBER.findall(text))
    plain = re.findall(r"\d{5,}", text)
    return frozenset(number for number in found if len(number) >= 5).union(plain)


def number_drawer(haystack: str, digits: int = 7) -> Callable[[int, str], str]:
    """Draws numbers of so many digits, 5 or more, that the haystack does not state."""
    taken = long_numbers(haystack)
    least = 10 ** (digits - 1)

    def draw(seed: int, name: str) -> str:
        for redraw in range(_REDRAWS):
            own = derive_seed(seed, redraw) if redraw else seed
            drawn = str(least + integer(own, name, 9 * least))
            if drawn not in taken:
                return drawn
        raise HaystackError("the haystack states every number that was drawn; use another one")

    return draw


def code(seed: int, name: str) -> str:
    """Six digits, the first not 0."""
    return str(100_000 + integer(seed, name, 900_000))


def uuid(seed: int, name: str) -> str:
    """A version 4 UUID in its usual form.

    Source: RFC 9562.
    """
    high = integer(seed, f"{name}/high", 1 << 64)
    low = integer(seed, f"{name}/low", 1 << 64)
    return str(UUID(int=high << 64 | low, version=4))


KINDS: Mapping[str, Callable[[int, str, str], str]] = {
    "number": lambda seed, name, _: number(seed, name),
    "code": lambda seed, name, _: code(seed, name),
    "uuid": lambda seed, name, _: uuid(seed, name),
    "city": lambda seed, name, _: choice(seed, name, CITIES),
    "word": lambda seed, name, language: choice(
        seed, name, GERMAN_WORDS if language == "de" else WORDS
    ),
}
"""From a placeholder's name to a draw: (seed, name of the draw, language) -> text."""
