"""The user's own text: a file, every text file below a directory, or a collection's passages."""

from __future__ import annotations

import os
from pathlib import Path

from niah.documents import laid_out
from niah.errors import HaystackError
from niah.haystacks.corpus import Corpus, make_corpus
from niah.passages import SUFFIX, read_collection

SUFFIXES = (".txt", ".md")
MAX_BYTES = 1 << 30


def read(path: Path, language: str) -> Corpus:
    """The texts of a file or directory in the order of their paths, a blank line between them.

    Of a ``.json`` file, a collection of passages (see `niah.passages`), the passages are the texts.
    Below a directory, files ending in ``SUFFIXES`` are read; hidden files and whatever a symbolic
    link leads out of the directory to are not. A byte order mark is dropped, CR LF and CR become
    LF, and blank space around each document is cut.

    Args:
        path: A directory, or a file of any suffix.
        language: ISO 639 code, ``und`` when unknown.

    Raises:
        HaystackError: if the path is missing or cannot be read, holds no text, or a file is not
            UTF-8 text.
        ConfigurationError: if a ``.json`` file is no collection.
    """
    if path.suffix.lower() == SUFFIX and path.is_file():
        passages = read_collection(path).passages
        return make_corpus(f"files:{path.resolve().name}", language, "\n\n".join(passages) + "\n")
    try:
        files = _files(path)
        size = sum(file.stat().st_size for file in files)
        if size > MAX_BYTES:
            raise HaystackError(
                f"{path} holds {size:,} bytes of text, more than niah's limit of {MAX_BYTES:,}: "
                "name a smaller directory"
            )
        documents = [(_name(file, path), text) for file in files if (text := _document(file))]
    except OSError as error:
        name = error.filename or path
        raise HaystackError(f"{name} cannot be read: {error.strerror or error}") from None
    except ValueError as error:  # a NUL character in the path
        raise HaystackError(f"{str(path)!r} is not a path: {error}") from None
    if not documents:
        what = "is empty" if path.is_file() else "has only empty text files"
        raise HaystackError(f"{path} {what}: a haystack needs text")
    name = path.resolve().name or "root"
    return make_corpus(
        f"files:{name}",
        language,
        "\n\n".join(text for _, text in documents) + "\n",
        documents=laid_out(documents, "\n\n"),
    )


def _name(file: Path, path: Path) -> str:
    """How a fact names the file; what of the name is not UTF-8 is a question mark."""
    name = file.name if file == path else file.relative_to(path.resolve()).as_posix()
    return name.encode(errors="replace").decode()


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise HaystackError(
            f"{path} does not exist: haystack.path must be a text file or a directory of them"
        )
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise HaystackError(f"{path} is neither a file nor a directory")
    root = path.resolve()
    found = []
    # os.walk does not follow links to directories, so that it cannot go in circles.
    for directory, folders, names in os.walk(root, onerror=_raise):
        folders[:] = sorted(folder for folder in folders if not folder.startswith("."))
        for name in names:
            file = Path(directory, name)
            if name.startswith(".") or file.suffix.lower() not in SUFFIXES:
                continue
            if file.is_symlink() and not _stays_inside(file, root):
                continue
            if file.is_file():
                found.append(file)
    if not found:
        raise HaystackError(
            f"{path} has no file ending in {' or '.join(SUFFIXES)}, also not in its subdirectories"
        )
    return sorted(found, key=lambda file: file.relative_to(root).as_posix())


def _raise(error: OSError) -> None:
    raise error


def _stays_inside(link: Path, root: Path) -> bool:
    try:
        return link.resolve(strict=True).is_relative_to(root)
    except (OSError, RuntimeError):  # broken, or a loop
        return False


def _document(file: Path) -> str:
    content = file.read_bytes()
    nul = content.find(b"\0")
    if nul >= 0:
        raise HaystackError(
            f"{file} is not text: byte {nul:,} is zero; save it as UTF-8 or take it out"
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        offset = error.start + (3 if content.startswith(b"\xef\xbb\xbf") else 0)
        raise HaystackError(
            f"{file} is not UTF-8 text: byte {offset:,} is 0x{content[offset]:02x}; save it as "
            "UTF-8 or take it out"
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()
