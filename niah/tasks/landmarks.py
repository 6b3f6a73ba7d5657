"""Places that most people can tell the city and the country of: what associations rest on.

Facts of common knowledge, chosen and worded by us; every name avoids the names of its own city and
country in both languages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmark:
    """A place, by language: English and German.

    Attributes:
        name: As it stands in a sentence after a verb: with its article, in German in the
            accusative.
        city, country: As they stand after "in".
    """

    name: Mapping[str, str]
    city: Mapping[str, str]
    country: Mapping[str, str]


def _landmark(
    english: str, german: str, city: str, stadt: str, country: str, land: str
) -> Landmark:
    return Landmark(
        name={"en": english, "de": german},
        city={"en": city, "de": stadt},
        country={"en": country, "de": land},
    )


LANDMARKS = (
    _landmark(
        "the Brandenburg Gate",
        "das Brandenburger Tor",
        "Berlin",
        "Berlin",
        "Germany",
        "Deutschland",
    ),
    _landmark(
        "the Frauenkirche",
        "die Frauenkirche an der Elbe",
        "Dresden",
        "Dresden",
        "Germany",
        "Deutschland",
    ),
    _landmark(
        "the Elbphilharmonie", "die Elbphilharmonie", "Hamburg", "Hamburg", "Germany", "Deutschland"
    ),
    _landmark("the Eiffel Tower", "den Eiffelturm", "Paris", "Paris", "France", "Frankreich"),
    _landmark("the Louvre", "den Louvre", "Paris", "Paris", "France", "Frankreich"),
    _landmark("Big Ben", "den Big Ben", "London", "London", "England", "England"),
    _landmark(
        "Buckingham Palace",
        "den Buckingham-Palast",
        "London",
        "London",
        "Great Britain",
        "Großbritannien",
    ),
    _landmark("the Colosseum", "das Kolosseum", "Rome", "Rom", "Italy", "Italien"),
    _landmark("the Trevi Fountain", "den Trevi-Brunnen", "Rome", "Rom", "Italy", "Italien"),
    _landmark("the Rialto Bridge", "die Rialtobrücke", "Venice", "Venedig", "Italy", "Italien"),
    _landmark("the Ponte Vecchio", "den Ponte Vecchio", "Florence", "Florenz", "Italy", "Italien"),
    _landmark("La Scala", "die Scala", "Milan", "Mailand", "Italy", "Italien"),
    _landmark(
        "the Sagrada Familia", "die Sagrada Familia", "Barcelona", "Barcelona", "Spain", "Spanien"
    ),
    _landmark("the Prado", "den Prado", "Madrid", "Madrid", "Spain", "Spanien"),
    _landmark("the Alhambra", "die Alhambra", "Granada", "Granada", "Spain", "Spanien"),
    _landmark("the Acropolis", "die Akropolis", "Athens", "Athen", "Greece", "Griechenland"),
    _landmark(
        "the Hagia Sophia", "die Hagia Sophia", "Istanbul", "Istanbul", "Turkey", "der Türkei"
    ),
    _landmark(
        "Schönbrunn Palace", "das Schloss Schönbrunn", "Vienna", "Wien", "Austria", "Österreich"
    ),
    _landmark(
        "the Charles Bridge",
        "die Karlsbrücke",
        "Prague",
        "Prag",
        "the Czech Republic",
        "Tschechien",
    ),
    _landmark(
        "the Fisherman's Bastion", "die Fischerbastei", "Budapest", "Budapest", "Hungary", "Ungarn"
    ),
    _landmark("the Wawel Castle", "die Burg Wawel", "Krakow", "Krakau", "Poland", "Polen"),
    _landmark("the Atomium", "das Atomium", "Brussels", "Brüssel", "Belgium", "Belgien"),
    _landmark(
        "the Rijksmuseum",
        "das Rijksmuseum",
        "Amsterdam",
        "Amsterdam",
        "the Netherlands",
        "den Niederlanden",
    ),
    _landmark(
        "the Little Mermaid statue",
        "die Statue der kleinen Meerjungfrau",
        "Copenhagen",
        "Kopenhagen",
        "Denmark",
        "Dänemark",
    ),
    _landmark("the Vasa Museum", "das Vasa-Museum", "Stockholm", "Stockholm", "Sweden", "Schweden"),
    _landmark(
        "the Belem Tower", "den Turm von Belém", "Lisbon", "Lissabon", "Portugal", "Portugal"
    ),
    _landmark("the Kremlin", "den Kreml", "Moscow", "Moskau", "Russia", "Russland"),
    _landmark(
        "the Hermitage",
        "die Eremitage",
        "Saint Petersburg",
        "Sankt Petersburg",
        "Russia",
        "Russland",
    ),
    _landmark(
        "the Statue of Liberty", "die Freiheitsstatue", "New York", "New York", "America", "Amerika"
    ),
    _landmark(
        "the Golden Gate Bridge",
        "die Golden-Gate-Brücke",
        "San Francisco",
        "San Francisco",
        "America",
        "Amerika",
    ),
    _landmark("the Space Needle", "die Space Needle", "Seattle", "Seattle", "America", "Amerika"),
    _landmark("the CN Tower", "den CN Tower", "Toronto", "Toronto", "Canada", "Kanada"),
    _landmark(
        "the Christ the Redeemer statue",
        "die Christusstatue auf dem Corcovado",
        "Rio de Janeiro",
        "Rio de Janeiro",
        "Brazil",
        "Brasilien",
    ),
    _landmark("the Taj Mahal", "das Taj Mahal", "Agra", "Agra", "India", "Indien"),
    _landmark("the Forbidden Palace", "die Verbotene Stadt", "Beijing", "Peking", "China", "China"),
    _landmark(
        "the Burj Khalifa",
        "den Burj Khalifa",
        "Dubai",
        "Dubai",
        "the United Arab Emirates",
        "den Vereinigten Arabischen Emiraten",
    ),
    _landmark(
        "the Opera House with the white sails",
        "das Opernhaus mit den weißen Segeln",
        "Sydney",
        "Sydney",
        "Australia",
        "Australien",
    ),
    _landmark(
        "the Petronas Towers",
        "die Petronas-Türme",
        "Kuala Lumpur",
        "Kuala Lumpur",
        "Malaysia",
        "Malaysia",
    ),
    _landmark("the Merlion statue", "die Merlion-Statue", "Singapore", "Singapur", "Asia", "Asien"),
    _landmark(
        "Table Mountain", "den Tafelberg", "Cape Town", "Kapstadt", "South Africa", "Südafrika"
    ),
)
