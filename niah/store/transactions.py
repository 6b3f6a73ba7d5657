"""What happens at once in a store: written wholly or not at all, or read as of one moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def all_or_nothing(connection: sqlite3.Connection) -> Iterator[None]:
    """Keep what the block writes if it ends without an error, and none of it otherwise.

    Raises:
        sqlite3.Error: if another process keeps the store locked, or the disk is full.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # SQLite has often rolled back already
            connection.execute("ROLLBACK")
        raise


@contextmanager
def one_moment(connection: sqlite3.Connection) -> Iterator[None]:
    """Let several reads see the store as it was at one moment, while others write."""
    connection.execute("BEGIN")
    try:
        yield
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
