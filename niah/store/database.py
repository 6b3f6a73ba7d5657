"""Opens the store: one SQLite file in WAL mode that is recognised before it is touched."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Literal

from niah.errors import NiahError, StoreError, StoreUnavailable
from niah.store.schema import (
    APPLICATION_ID,
    MIGRATIONS,
    migrate,
    schema_version,
    unexpected_schema,
)

Access = Literal["create", "write", "read"]

_MAGIC = b"SQLite format 3\x00"
_LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_UNWRITABLE = {
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """An open store; a context manager that closes it.

    The connection belongs to the thread that opened it. Any number of processes may have the
    same store open.

    Attributes:
        path: Absolute path of the SQLite file, symbolic links resolved.
        timeout_s: How long to wait for another process that is writing.
    """

    path: Path
    connection: sqlite3.Connection
    timeout_s: float

    def close(self) -> None:
        """Close the store; the last process to do so leaves one single file behind."""
        with suppress(sqlite3.Error):  # a final checkpoint that fails loses nothing
            self.connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def open_store(path: Path | str, *, access: Access = "create", timeout_s: float = 10.0) -> Store:
    """Open the store at ``path``; a file that is not a niah store is refused untouched.

    Args:
        path: The SQLite file; its folder must exist.
        access: ``create`` makes the store when there is none (readable by its owner only),
            ``write`` needs one, ``read`` needs one, also on a read-only disk, and changes nothing
            but an older schema, which it brings up to date where the file can be written.
        timeout_s: How long every later call waits for another process that is writing.

    Raises:
        StoreError: if the folder is missing, there is no store, the file is something else or
            damaged, it cannot be opened with this access, or a newer niah wrote it.
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    try:
        path = Path(path).resolve()  # one store, one set of locks, under whatever name
        in_a_folder, exists = path.parent.is_dir(), path.exists()
    except (OSError, RuntimeError, ValueError) as error:  # forbidden, a loop, a NUL
        raise StoreError(f"{path} cannot be a store ({error}); name another with --db.") from error
    if not in_a_folder:
        raise StoreError(
            f"The folder {path.parent} of the store does not exist; create it or name another"
            " store with --db."
        )
    if access == "create" and not exists:
        _create(path)
    _recognise(path)
    if access != "read" and not os.access(path, os.W_OK):
        raise StoreError(f"{path} is read-only; make it writable or name another store with --db.")
    with storage_errors(path):
        if access == "read":
            connection = _connect_for_reading(path, timeout_s)
        else:
            connection = connect(path, timeout_s=timeout_s)
        try:
            _bring_up_to_date(connection, path, access)
        except BaseException:
            connection.close()
            raise
    return Store(path=path, connection=connection, timeout_s=timeout_s)


def connect(
    path: Path, *, timeout_s: float, any_thread: bool = False, immutable: bool = False
) -> sqlite3.Connection:
    """A connection to an existing store on which a commit returns only when it is on the disk."""
    connection = sqlite3.connect(
        f"{path.as_uri()}?mode={'ro&immutable=1' if immutable else 'rw'}",
        uri=True,
        timeout=timeout_s,
        isolation_level=None,
        check_same_thread=not any_thread,
    )
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: a plain fsync stops at the drive cache
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into ours, each one sentence that names the file and the remedy.

    Raises:
        StoreUnavailable: for a full disk, a failing disk, a store that another process locks.
        StoreError: for a file that is damaged or not what it should be.
    """
    try:
        yield
    except sqlite3.ProgrammingError:
        raise  # our own mistake, such as a store used after it was closed
    except (sqlite3.Error, UnicodeDecodeError) as error:  # messages quote damaged text
        raise explain(error, path) from error


@contextmanager
def readable_rows(path: Path) -> Iterator[None]:
    """Turn values that niah cannot have written into one sentence that names the file.

    Raises:
        StoreError: for a value of the wrong type, unknown or missing.
    """
    try:
        yield
    except ValueError as error:
        raise StoreError(
            f"{path} holds a value that niah did not write ({error}); restore a copy or name"
            " another store with --db."
        ) from error


def explain(error: sqlite3.Error | UnicodeDecodeError, path: Path) -> NiahError:
    """The exception of ours that says what an SQLite error means for the store at ``path``."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    if code in _LOCKED:
        return StoreUnavailable(
            f"{path} is locked by another process; wait for it or end it, then run the same"
            " command again."
        )
    if code in _UNWRITABLE:
        return StoreUnavailable(
            f"{path} cannot be written ({error}); free space on its disk or make it writable, then"
            " run the same command again."
        )
    if code == sqlite3.SQLITE_CANTOPEN:
        return StoreError(f"{path} cannot be opened; check its access rights and its folder's.")
    return StoreError(
        f"{path} is damaged or not a niah store ({error}); name another store with --db or restore"
        " a copy."
    )


def _create(path: Path) -> None:
    """Make an empty store that appears under its name complete or not at all."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".new")
        os.close(handle)
    except OSError as error:
        raise StoreUnavailable(
            f"{path} cannot be created ({error.strerror}); make its folder writable, free space or"
            " name another store with --db."
        ) from error
    draft = Path(name)
    try:
        with storage_errors(path):
            connection = connect(draft, timeout_s=0)
            try:
                migrate(connection)
                connection.execute("PRAGMA journal_mode = WAL")
            finally:
                connection.close()
        _publish(draft, path)
    finally:
        for leftover in ("", "-journal", "-wal", "-shm"):
            draft.with_name(draft.name + leftover).unlink(missing_ok=True)


def _publish(draft: Path, path: Path) -> None:
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        return  # another process was quicker; its store is as good
    except OSError:  # a file system without hard links
        if not path.exists():
            draft.rename(path)
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _recognise(path: Path) -> None:
    """Read the file's header without SQLite, which might already write beside it."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except FileNotFoundError as error:
        raise StoreError(
            f"There is no store at {path}; run an experiment first or name the store with --db."
        ) from error
    except OSError as error:
        raise StoreError(
            f"{path} cannot be read ({error.strerror}); name another store with --db."
        ) from error
    if header[:16] != _MAGIC:
        raise StoreError(f"{path} is not a niah store; name another file with --db.")
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise StoreError(f"{path} is the database of another program; name another file with --db.")


def _connect_for_reading(path: Path, timeout_s: float) -> sqlite3.Connection:
    try:
        connection = connect(path, timeout_s=timeout_s)
    except sqlite3.OperationalError as error:
        log = path.with_name(path.name + "-wal")
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CANTOPEN or log.exists():
            raise
        # WAL needs a file beside the store; where none can be made, nobody else can write either.
        connection = connect(path, timeout_s=timeout_s, immutable=True)
    connection.execute("PRAGMA query_only = ON")
    return connection


def _bring_up_to_date(connection: sqlite3.Connection, path: Path, access: Access) -> None:
    version = schema_version(connection)
    if version > len(MIGRATIONS):
        raise StoreError(
            f"{path} was written by a newer niah (schema {version}, this one knows"
            f" {len(MIGRATIONS)}); update niah or name another store with --db."
        )
    if version < len(MIGRATIONS):
        if access == "read":
            if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
                raise StoreError(
                    f"{path} was written by an older niah (schema {version}, now"
                    f" {len(MIGRATIONS)}); make it writable once, so that it can be brought up to"
                    " date."
                )
            with closing(connect(path, timeout_s=10.0)) as writing:
                migrate(writing)
        else:
            migrate(connection)
    if problem := unexpected_schema(connection):
        raise StoreError(f"{path} is not a store that niah made: it has {problem}.")
