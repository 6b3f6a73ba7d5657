"""The gazetteer: reproducible, without repetition, and written like a reference work."""

from __future__ import annotations

import collections
import hashlib
import itertools
import re
import subprocess
from pathlib import Path

import pytest

from niah.haystacks import gazetteer

LANGUAGES = ("en", "de")
PINNED = {
    "gazetteer-en-1": "04e1f2fae961fcb033b213b33c5bd089c1efd80142e8401dafc829685934d4d1",
    "gazetteer-de-1": "f63bf17ddf9cf26e3ea666eadd257b5dee9248aadb41a7cd97e614fd7265349e",
}
MEBIBYTE = 1 << 20
OTHER_PYTHONS = ("3.12.1", "3.13.0")
SENTENCE_END = re.compile(r"(?<=\.) ")


@pytest.fixture(scope="module", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def text(language: str) -> str:
    return gazetteer.generate(language, 2 * MEBIBYTE)


def paragraphs(text: str) -> list[str]:
    return text.rstrip("\n").split("\n\n")


def prose(text: str) -> list[str]:
    return [paragraph for paragraph in paragraphs(text) if paragraph.endswith(".")]


def sentences(text: str) -> list[str]:
    return [line for paragraph in prose(text) for line in SENTENCE_END.split(paragraph)]


def check_unique(text: str) -> None:
    for lines in (sentences(text), [line for line in paragraphs(text) if not line.endswith(".")]):
        counts = collections.Counter(lines)
        assert [line for line, count in counts.items() if count > 1] == []


def test_first_mebibyte_is_pinned(language: str) -> None:
    """The text behind a versioned name never changes; a change must raise the version."""
    text = gazetteer.generate(language, MEBIBYTE)
    assert hashlib.sha256(text.encode()).hexdigest() == PINNED[gazetteer.version(language)]


@pytest.mark.parametrize("version", OTHER_PYTHONS)
def test_other_pythons_make_the_same_bytes(version: str) -> None:
    """The text does not depend on the Python that generates it."""
    python = Path.home() / ".pyenv/versions" / version / "bin/python"
    if not python.exists():
        pytest.skip(f"Python {version} is not installed: pyenv install {version}")
    root = Path(__file__).parent.parent
    program = (
        "import sys, hashlib; sys.path.insert(0, sys.argv[1])\n"
        "from niah.haystacks import gazetteer\n"
        "for code in gazetteer.LANGUAGES:\n"
        "    text = gazetteer.generate(code, 1 << 20)\n"
        "    print(gazetteer.version(code), hashlib.sha256(text.encode()).hexdigest())\n"
    )
    done = subprocess.run(
        [str(python), "-I", "-c", program, str(root)],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert dict(line.split() for line in done.stdout.splitlines()) == PINNED


def test_shorter_texts_begin_longer_ones(language: str, text: str) -> None:
    """A text of size n is the beginning of every longer one, and just long enough."""
    for size in (1, 5_000, 77_777, 300_000):
        short = gazetteer.generate(language, size)
        assert text.startswith(short.rstrip("\n"))
        assert size <= len(short.encode()) < size + 2_500
        assert short.endswith(".\n")


def test_no_sentence_and_no_heading_comes_twice(text: str) -> None:
    """Two mebibytes hold no repeated sentence."""
    check_unique(text)


@pytest.mark.slow
def test_no_sentence_comes_twice_in_twelve_megabytes(language: str) -> None:
    """Not even text for a context of several million tokens repeats itself."""
    check_unique(gazetteer.generate(language, 12_000_000))


def test_sentences_are_well_formed(text: str) -> None:
    """Sentences begin with a capital, end with a full stop, and nothing is left unresolved."""
    for line in sentences(text):
        assert line[0].isupper(), line
        assert line.endswith("."), line
        assert 8 <= len(line) <= 330, line
    assert not re.search(r"[{}\[\]<>|~#]|\(n\)|  | [,.;]|\.\.|,,|\t|\r", text)
    assert not re.search(r"\bNone\b|\bnull\b", text)


def test_paragraphs_have_a_readable_size(text: str) -> None:
    """A paragraph has one to seven sentences, three on average, and a heading is short."""
    counts = [len(SENTENCE_END.split(paragraph)) for paragraph in prose(text)]
    assert max(counts) <= 7
    assert 2.5 <= sum(counts) / len(counts) <= 4
    assert all(len(line) <= 70 for line in paragraphs(text) if not line.endswith("."))
    assert "\n\n\n" not in text
    assert all("\n" not in paragraph for paragraph in paragraphs(text))


def test_text_contains_nothing_that_looks_like_a_needle(text: str) -> None:
    """No catalogue needle, and no number of five digits or more, occurs by itself."""
    for pattern in (
        r"magic", r"magisch", r"pass ?key", r"zugangscode", r"san francisco", r"sandwich",
        r"dolores", r"identifier", r"\bkennung", r"uuid", r"\d{5}", r"\d[,.]\d{3}[,.]\d{3}",
        r"[0-9a-f]{8}-[0-9a-f]{4}",
    ):  # fmt: skip
        assert not re.search(pattern, text, re.IGNORECASE), pattern


def test_english_articles_agree_with_the_next_word() -> None:
    """\"a\" stands before consonants and \"an\" before vowels."""
    text = gazetteer.generate("en", MEBIBYTE)
    assert re.findall(r"\b[Aa] [aeiouAEIOU]\w*", text) == []
    assert re.findall(r"\b[Aa]n [^aeiouAEIOU]\w*", text) == []


def test_german_articles_agree_with_rivers_trees_and_crafts() -> None:
    """What is feminine throughout is never given a masculine or neuter article."""
    text = gazetteer.generate("de", MEBIBYTE)
    rivers = set(re.findall(r"^Die (\w+)$", text, re.MULTILINE))
    feminine = rivers | {"Linde", "Eiche", "Buche", "Ulme", "Kiefer", "Mühle", "Brücke", "Kirche"}
    feminine |= {"Töpferei", "Seilerei", "Köhlerei", "Gerberei", "Mälzerei", "Färberei"}
    for article, noun in re.findall(r"\b([Dd]as|[Dd]em|[Dd]es|[Ee]ine[mnrs]?|[Dd]en) (\w+)", text):
        if noun in feminine:
            assert article.lower() in {"eine", "einer"}, f"{article} {noun}"
    assert len(rivers) > 10


def test_a_place_keeps_its_facts() -> None:
    """Distances agree in both directions, and a person's years follow each other."""
    text = gazetteer.generate("en", MEBIBYTE)
    lived = re.findall(r"\((\d{4}) to (\d{4})\)", text)
    assert len(lived) > 20
    assert all(30 <= int(died) - int(born) <= 90 for born, died in lived)
    points = "north north-east east south-east south south-west west north-west".split()
    ways: dict[tuple[str, str], tuple[str, int]] = {}
    lines = paragraphs(text)
    pattern = (
        r"([\w-]+) miles ((?:north|south|east|west)[\w-]*) of ([A-Z][\w' -]*?)(?=[.,]| and | on )"
    )
    for heading, paragraph in itertools.pairwise(lines):
        for count, direction, other in re.findall(pattern, paragraph):
            ways[heading, other] = (count, points.index(direction))
    mutual = [(way, ways[pair[::-1]]) for pair, way in ways.items() if pair[::-1] in ways]
    assert len(mutual) > 20
    for (there, way), (back, reverse) in mutual:
        assert (there, (way + 4) % 8) == (back, reverse)


def test_the_prose_is_varied(text: str) -> None:
    """No opening of four words takes more than a hundredth of the sentences."""
    lines = sentences(text)
    openings = collections.Counter(" ".join(line.split()[:4]) for line in lines)
    assert openings.most_common(1)[0][1] < len(lines) / 100
    assert len(openings) > len(lines) / 4
