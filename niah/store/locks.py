"""Locks that die with their process: one writer to a run, one execution of an experiment at a time.

The operating system holds the lock on a small file beside the store, so a killed process leaves
none behind, whatever the file says.
"""

from __future__ import annotations

import hashlib
import os
import re
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from niah.errors import StoreUnavailable
from niah.store.database import Store

if sys.platform == "win32":
    import msvcrt

    def _acquire(file: int) -> None:
        os.lseek(file, 1 << 30, os.SEEK_SET)  # beyond the text, which others must be able to read
        msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        os.lseek(file, 0, os.SEEK_SET)

else:
    import fcntl

    def _acquire(file: int) -> None:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def lock_run(store: Store, run: str) -> AbstractContextManager[None]:
    """Keep every other process, and every other caller in this one, from writing to the run.

    Raises:
        StoreUnavailable: on entering, if it is locked already; the message names the process.
    """
    return _lock(store, f"run {run}")


def lock_experiment(store: Store, experiment_sha256: str) -> AbstractContextManager[None]:
    """Keep a second execution of the same experiment from starting, on this store.

    Raises:
        StoreUnavailable: on entering, if it is locked already; the message names the process.
    """
    return _lock(store, f"experiment {experiment_sha256}", said="This experiment")


def is_locked(store: Store, run: str) -> bool:
    """Whether some process is writing to the run; one whose process was killed is not locked."""
    path = _path(store, f"run {run}")
    try:
        file = os.open(path, os.O_RDWR)
    except OSError:
        return False
    try:
        _acquire(file)
    except OSError:
        return True
    finally:
        os.close(file)
    return False


def _path(store: Store, name: str) -> Path:
    digest = hashlib.sha256(name.encode()).hexdigest()[:16]
    return store.path.with_name(f"{store.path.name}.{digest}.lock")


@contextmanager
def _lock(store: Store, name: str, *, said: str | None = None) -> Iterator[None]:
    path = _path(store, name)
    try:
        file = _open_locked(path, patience=3)
    except BlockingIOError as error:
        raise StoreUnavailable(
            f"{said or f'The {name}'} is being worked on by {_holder(path)}; wait for it or end it,"
            " then run the same command again."
        ) from error
    except OSError as error:
        raise StoreUnavailable(
            f"{path} cannot be locked ({error.strerror}); make its folder writable or name another"
            " store with --db."
        ) from error
    try:
        with suppress(OSError):  # on a full disk the text is missing, the lock is not
            os.truncate(file, 0)
            os.write(file, f"{os.getpid()} {socket.gethostname()}".encode())
        yield
    finally:
        # While still locked: who opened the file before it went sees below that it is another.
        with suppress(OSError):
            path.unlink()
        os.close(file)


def _open_locked(path: Path, *, patience: int) -> int:
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _acquire(file)
            if os.path.samestat(os.fstat(file), path.stat()):
                return file
        except FileNotFoundError:
            pass  # its holder has just removed it: lock a new one
        except (BlockingIOError, PermissionError) as error:  # the second is how Windows says it
            patience -= 1
            if patience == 0:
                os.close(file)
                raise BlockingIOError(*error.args) from error
            time.sleep(0.02)  # it may only be somebody asking ``is_locked``
        except BaseException:
            os.close(file)
            raise
        os.close(file)


def _holder(path: Path) -> str:
    with suppress(OSError, ValueError):
        text = path.read_bytes()[:300].decode("ascii")
        if match := re.fullmatch(r"(\d+) ([\w.-]+)", text):
            return f"process {match[1]} on {match[2]}"
    return "another process"
