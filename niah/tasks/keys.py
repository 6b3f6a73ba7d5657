"""Keys that are told apart at any number: two words joined, drawn without repeating."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import gcd

from niah.draws import integer
from niah.tasks.values import GERMAN_WORDS, WORDS

ADJECTIVES = (
    "agile ample ancient arctic bitter bold brave brief bright brisk broad calm careful chilly "
    "civil clear clever coastal cosy crisp curly dainty daring deep dense distant dusty eager "
    "early earnest elder empty exact faint fair fierce fine firm fleet fond frank fresh frosty "
    "gentle giant glad golden grand great green happy hardy hasty heavy hidden hollow honest "
    "humble hungry idle inner jolly keen kind large late lively lonely loud lucky mellow merry "
    "mighty mild modest muted narrow neat nimble noble odd open outer pale patient plain pleasant "
    "polite prompt proud pure quaint quick quiet rapid rare ready rough round rural rustic sandy "
    "scarce sharp short shy silent silver simple sleepy slow small smooth snowy soft solid steady "
    "steep stern still stout sunny swift tall tame tender thick thin tidy tiny tough tranquil true "
    "upper urban vast warm wary wet whole wide wild windy wise witty woven young"
).split()

GERMAN_ADJECTIVES = (
    "alt arktisch bedacht behutsam bieder blank blass breit bunt derb dicht dick dunkel dünn eben "
    "edel eifrig eilig einfach einsam emsig ernst fahl fein fern fest flach fleissig flink frei "
    "fremd frisch froh früh ganz gelassen genau gerade gering gesund glatt golden grob gross grün "
    "gut hager hart heimlich heiter hell herb hoch hohl jung kalt kantig karg keck klar klein klug "
    "knapp kräftig krumm kühl kühn kurz lang langsam laut lebhaft leer leicht leise lieb locker "
    "lose matt mild munter mutig nah neu offen ordentlich rasch rauh redlich reich reif rein "
    "ruhig rund sacht sanft sauber scharf scheu schlank schlau schlicht schmal schnell schräg "
    "schwer selten silbern sonnig spröde stark steil still stolz streng stumm tapfer tief treu "
    "trocken üppig wach warm weich weise weit wendig wild windig zart zierlich zäh"
).split()


def key_at(seed: int, name: str, number: int, language: str = "en") -> str:
    """The key of that number in a drawn order; different numbers give different keys.

    Two words joined by a hyphen while these last, three beyond.
    """
    adjectives, nouns = _parts(language)
    size = len(adjectives) * len(nouns)
    step = 1 + integer(seed, f"{name}/step", size - 1)
    while gcd(step, size) != 1:
        step = step % (size - 1) + 1
    start = integer(seed, f"{name}/start", size)
    third, second = divmod(number, size)
    place = (start + step * second) % size
    adjective, noun = divmod(place, len(nouns))
    middle = f"{nouns[(third - 1) % len(nouns)]}-" if third else ""
    return f"{adjectives[adjective]}-{middle}{nouns[noun]}"


def two_words(language: str) -> Iterator[str]:
    """Every key of an adjective and a noun."""
    adjectives, nouns = _parts(language)
    return (f"{adjective}-{noun}" for noun in nouns for adjective in adjectives)


def three_words(language: str) -> Iterator[str]:
    """Every key of an adjective and two nouns."""
    adjectives, nouns = _parts(language)
    return (
        f"{adjective}-{middle}-{noun}"
        for middle in nouns
        for noun in nouns
        for adjective in adjectives
    )


def _parts(language: str) -> tuple[Sequence[str], Sequence[str]]:
    return (GERMAN_ADJECTIVES, GERMAN_WORDS) if language == "de" else (ADJECTIVES, WORDS)
