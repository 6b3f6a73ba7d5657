"""Files that appear whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from niah.errors import ConfigurationError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A draft beside ``path`` that takes its name when the block ends without an error.

    Raises:
        ConfigurationError: if the directory cannot be written or the disk is full.
    """
    draft: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            dir=path.parent, prefix=f".{path.stem[:40]}.", suffix=path.suffix
        )
        os.close(handle)
        draft = Path(name)
        yield draft
        draft.chmod(0o666 & ~_umask())
        draft.replace(path)
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be written: {error.strerror or error}") from None
    finally:
        if draft is not None:
            draft.unlink(missing_ok=True)


LONGEST_STEM = 180
"""Characters of a file's name, short of what file systems allow: suffixes come after it."""


_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(?=\.|$)", re.IGNORECASE)
"""What Windows takes for a device, whatever suffixes follow, in any folder.

Source: Microsoft, Naming Files, Paths, and Namespaces; of its superscript digits none is kept here.
"""


def file_stem(*parts: str) -> str:
    """One file name of several, whatever they contain, for every system.

    No folder, not hidden, not too long, without a dot or space at its end, and no device of
    Windows: these stand behind an underscore. Runs, models and tasks are named by whoever made the
    store. A name that had to be cut ends in eight digits of its hash.
    """
    plain = [re.sub(r"[^A-Za-z0-9._-]+", "-", part).strip("-.") for part in parts]
    stem = "-".join(part for part in plain if part) or "unnamed"
    if _DEVICE.match(stem):
        stem = f"_{stem}"
    if len(stem) <= LONGEST_STEM:
        return stem
    digest = hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()
    return f"{stem[: LONGEST_STEM - 9]}-{digest[:8]}"


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
