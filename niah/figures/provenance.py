"""Where a figure comes from, written into its file and read back from a file of unknown origin."""

from __future__ import annotations

import re
import struct
import xml.parsers.expat
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

from niah.console import inert
from niah.errors import ConfigurationError
from niah.figures.text import Provenance

PREFIX = "niah:"
KEYS = ("run", "experiment_sha256", "niah_version")

_LARGEST_FILE = 16 << 20
_LONGEST_VALUE = 2000
_PNG = b"\x89PNG\r\n\x1a\n"
_PDF_KEYWORDS = re.compile(rb"/Keywords \(([^()\\]{0,20000})\)")
_ENTRY = re.compile(r"niah:([a-z0-9_]{1,40})=([^;\s]{0,6000})")


def keywords(provenance: Provenance) -> str:
    """The one line of ASCII that every format carries."""
    entries = (f"{PREFIX}{key}={quote(getattr(provenance, key), safe=':,/+')}" for key in KEYS)
    return "; ".join(entries)


def read_provenance(path: Path) -> dict[str, str]:
    """Run, experiment hash and niah version that a figure's file states, made inert.

    The file is not trusted: it says where it claims to come from.

    Raises:
        ConfigurationError: if it is not a PNG, SVG or PDF, or states nothing of niah.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror or error}") from None
    if len(content) > _LARGEST_FILE:
        raise ConfigurationError(f"{path} is larger than 16 MiB, too large for a figure of niah's")
    if content.startswith(_PNG):
        texts = _png_texts(content)
    elif content.startswith(b"%PDF-"):
        texts = (m[1].decode("latin-1") for m in _PDF_KEYWORDS.finditer(content))
    elif b"<svg" in content[:4096]:
        texts = _svg_texts(content)
    else:
        raise ConfigurationError(f"{path} is not a PNG, SVG or PDF file; give a figure of niah's")
    for text in texts:
        found = {
            key: inert(unquote(value))[:_LONGEST_VALUE]
            for key, value in _ENTRY.findall(text)
            if key in KEYS
        }
        if found:
            return found
    raise ConfigurationError(f"{path} does not say which run it shows; niah did not write it")


def _png_texts(content: bytes) -> Iterator[str]:
    at = len(_PNG)
    while at + 12 <= len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        body = content[at + 8 : at + 8 + size]
        if len(content) < at + 12 + size or kind == b"IEND":
            return
        (checksum,) = struct.unpack_from(">I", content, at + 8 + size)
        if (
            kind == b"tEXt"
            and body.startswith(b"Keywords\0")
            and zlib.crc32(kind + body) == checksum
        ):
            yield body.partition(b"\0")[2].decode("latin-1")
        at += 12 + size


def _svg_texts(content: bytes) -> Iterator[str]:
    """Text of the metadata element; entity declarations end the reading."""
    found: list[str] = []
    depth = 0

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal depth
        depth += name == "metadata"

    def end(name: str) -> None:
        nonlocal depth
        depth -= name == "metadata"

    def text(characters: str) -> None:
        if depth:
            found.append(characters)

    def refuse(*_: object) -> None:
        raise ValueError

    parser = xml.parsers.expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    parser.EntityDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (xml.parsers.expat.ExpatError, ValueError):
        return
    yield "".join(found)
