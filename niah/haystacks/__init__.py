"""Corpora: the filler that needles are planted in, hashed and reproducible."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from niah.errors import HaystackError
from niah.haystacks import cache, essays, gazetteer, noise, own
from niah.haystacks.corpus import Corpus, lay_end_to_end, make_corpus
from niah.haystacks.essays import fetch as fetch_essays

__all__ = ["Corpus", "Source", "fetch_essays", "load", "sources"]

# Languages differ in bytes per token; 5 is more than English prose needs, so that a tier holds
# several disjoint windows of the longest context.
_BYTES_PER_TOKEN = 5
_WINDOWS = 3
_SMALLEST_TIER = 1 << 20
# Repeated text can be dense in spaces or indents, which take many bytes a token.
_REPEATED_BYTES_PER_TOKEN = 16

_TIER_SHA256 = {
    ("gazetteer-en-1", 1 << 20): "04e1f2fae961fcb033b213b33c5bd089c1efd80142e8401dafc829685934d4d1",
    ("gazetteer-en-1", 1 << 22): "9a52d71ea9c057cae555c12eed39cb3393ca47971aaeaf6a8906c6805ea53e75",
    ("gazetteer-en-1", 1 << 24): "71098d48a8399d97041dfa463bdf33f5e5b74799e39887f3343b3f686023f31c",
    ("gazetteer-de-1", 1 << 20): "f63bf17ddf9cf26e3ea666eadd257b5dee9248aadb41a7cd97e614fd7265349e",
    ("gazetteer-de-1", 1 << 22): "5637bd439f82ca035e84135a5b6b7e9d2183559971495c97b09d3ed036ad4989",
    ("gazetteer-de-1", 1 << 24): "6923874c7efb7dbea76d36a303a2cb748ed8df9880235128eb5d6a847c6f7d3d",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One kind of haystack that ``haystack.source`` can name.

    Attributes:
        name: What ``haystack.source`` says.
        languages: ISO 639-1 codes.
        description: One line.
        available: False when it must be fetched first.
    """

    name: str
    languages: tuple[str, ...]
    description: str
    available: bool = True


def sources(cache_dir: Path | None = None) -> tuple[Source, ...]:
    """The haystacks to choose from, the default first; the user's own come by path."""
    return (
        Source(
            name="gazetteer",
            languages=gazetteer.LANGUAGES,
            description="reference prose on invented places and people, never repeating (default)",
        ),
        Source(
            name="noise",
            languages=noise.LANGUAGES,
            description="five short sentences over and over",
        ),
        Source(
            name="essays",
            languages=(essays.LANGUAGE,),
            description=f"the Paul Graham essays; once: {essays.COMMAND}",
            available=essays.fetched(cache_dir),
        ),
    )


def tier(longest_context: int) -> int:
    """The size in bytes that generated text is made in: 1 MiB times a power of 4.

    The same grid gives the same text, and at least three disjoint windows of its longest context.

    Args:
        longest_context: In tokens.
    """
    needed = longest_context * _BYTES_PER_TOKEN * _WINDOWS
    size = _SMALLEST_TIER
    while size < needed:
        size *= 4
    return size


def load(
    source: str | None,
    *,
    path: Path | None = None,
    language: str = "en",
    longest_context: int,
    repeat: bool = False,
    cache_dir: Path | None = None,
) -> Corpus:
    """The corpus that an experiment names.

    Args:
        source: One of ``sources()``; the gazetteer when neither source nor path is given.
        path: The user's own text, a file or a directory.
        language: ISO 639 code. Generated text is made in it; the user's own is taken to be in it.
        longest_context: In tokens; generated and repeated text is made long enough for it.
        repeat: Lay essays or the user's own text end to end until it suffices.
        cache_dir: The user's cache directory when None.

    Raises:
        HaystackError: if the source is unknown, not fetched, not in this language, or the user's
            text is missing, empty or not text.
    """
    if path is not None:
        if source is not None:
            raise HaystackError(
                f"haystack.source = {source!r} and haystack.path = {str(path)!r} are both given: "
                "keep one of them"
            )
        return _repeated(own.read(path, language), longest_context, repeat)
    name = source or "gazetteer"
    known = {candidate.name: candidate for candidate in sources(cache_dir)}
    if name not in known:
        raise HaystackError(
            f"haystack.source = {name!r} is not known: use one of {', '.join(known)}, or set "
            "haystack.path to your own text"
        )
    if language not in known[name].languages:
        raise HaystackError(
            f"the {name} exists in {', '.join(known[name].languages)}, not in {language!r}: set "
            "haystack.language, or haystack.path to your own text"
        )
    if name == "essays":
        return _repeated(essays.load(cache_dir), longest_context, repeat)
    if name == "noise":
        text = noise.generate(language, tier(longest_context))
        return make_corpus(noise.version(language), language, text)
    return _gazetteer(language, tier(longest_context), cache_dir)


def _repeated(source: Corpus, longest_context: int, repeat: bool) -> Corpus:
    if not repeat:
        return source
    return lay_end_to_end(source, longest_context * _REPEATED_BYTES_PER_TOKEN)


def _gazetteer(language: str, size: int, cache_dir: Path | None) -> Corpus:
    """Generated, or read from the cache, which is several times faster for large tiers."""
    name = gazetteer.version(language)
    sha256 = _TIER_SHA256.get((name, size))
    if sha256 is None:
        return make_corpus(name, language, gazetteer.generate(language, size))
    path = (cache_dir or cache.default_directory()) / "haystacks" / f"{name}-{size >> 20}M.txt"
    text = cache.read(path, sha256)
    if text is not None:
        return Corpus(name=name, language=language, text=text, sha256=sha256)
    made = make_corpus(name, language, gazetteer.generate(language, size))
    if made.sha256 != sha256:
        raise HaystackError(
            f"{name} comes out with other bytes than it should on this Python: reinstall niah, and "
            "report it if that does not help"
        )
    cache.write_if_possible(path, made.text)
    return made
