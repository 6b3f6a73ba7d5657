"""The gazetteer: reference prose on invented places, people, crafts and events.

It is niah's default haystack: original, without end, without a repeated sentence, the same bytes
on every machine. Entries are gathered in districts of some thirty entries, in alphabetical order;
a place keeps its river, trade, founder and neighbours (whose distances agree on a map) in every
sentence about it. Sentence patterns are dealt like cards, so that none comes again before the
others of its kind have been used, and a sentence that has been written is never written again.

How to add a language
---------------------
1. Write a ``Language`` (see ``language.py`` for every field) in a module named after it: word
   lists, names, and the topics of the seven kinds of entries. ``grammar.py`` explains the
   templates; the facts that the writer supplies are listed below. Where words change with case or
   gender, keep one list or record field for each form that is used, as ``german.py`` does.
2. Add it to ``_LANGUAGES`` here with version 1.
3. Read a few dozen entries, then pin the hashes in ``tests/test_haystacks_gazetteer.py``.

Any change to words, patterns or writer changes the text: raise the language's version, and
the name under which runs record it changes with it.

The writer supplies these facts:

- of the region: ``stem``, ``river``, ``river2``, ``river3``, ``town1`` to ``town3``;
- of a place, and of the crafts, events and houses in it: ``name``, ``near1`` to ``near3`` with
  ``dist1``, ``dir1`` and so on, ``native_...`` (the person born there);
- of a person: ``name``, ``first``, ``surname``, ``home``, ``born``, ``died``, ``age``, ``y1`` to
  ``y4``, ``y_child``, ``after``;
- anew each time: ``{next}``, the next year of an entry's history; ``{other}``, another place of
  the region.

Each kind must supply ``heading``; ``history_from`` sets where a history begins.
"""

from __future__ import annotations

from niah.draws import Stream, derive_seed
from niah.haystacks.gazetteer.language import Language


def _english() -> Language:
    from niah.haystacks.gazetteer.english import ENGLISH

    return ENGLISH


def _german() -> Language:
    from niah.haystacks.gazetteer.german import GERMAN

    return GERMAN


_LANGUAGES = {"en": (1, _english), "de": (1, _german)}

LANGUAGES = tuple(_LANGUAGES)


def version(language: str) -> str:
    """The name of the language's text, such as ``gazetteer-en-1``: the same name, the same bytes.

    Raises:
        KeyError: if there is no gazetteer in the language.
    """
    return f"gazetteer-{language}-{_LANGUAGES[language][0]}"


def generate(language: str, min_bytes: int) -> str:
    """The gazetteer from its beginning up to the first paragraph end at ``min_bytes`` or later.

    A shorter text is the beginning of a longer one. Paragraphs are separated by blank lines;
    headings are paragraphs without a full stop, and the text does not end with one.

    Args:
        language: ISO 639-1 code, one of ``LANGUAGES``.
        min_bytes: Least size in UTF-8.

    Raises:
        KeyError: if there is no gazetteer in the language.
    """
    from niah.haystacks.gazetteer.writer import Writer

    stream = Stream(derive_seed("gazetteer"), version(language))
    paragraphs: list[str] = []
    size = 0
    for is_heading, text in Writer(_LANGUAGES[language][1](), stream).paragraphs():
        paragraphs.append(text)
        size += len(text.encode()) + 2
        if size - 1 >= min_bytes and not is_heading:
            break
    return "\n\n".join(paragraphs) + "\n"
