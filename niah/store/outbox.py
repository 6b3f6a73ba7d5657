"""Messages that wait to be delivered: written with what they tell of, gone when they have arrived.

A process may die between a verdict and the message of it; the message is then still here.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from niah.store.database import Store, readable_rows, storage_errors
from niah.store.records import build


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message to a webhook.

    Attributes:
        letter: Its id, which is in the body too: whoever gets it twice can tell.
        written_at: UTC, ISO 8601.
        body: JSON text, the same however often it is sent.
        seal: By which its writer, and nobody else, knows it again.
        tries: Commands that have tried to deliver it.
    """

    letter: str
    written_at: str
    body: str
    seal: str
    tries: int = 0


def add_letter(store: Store, letter: Letter) -> None:
    """Keep a letter until it is delivered.

    Raises:
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    with storage_errors(store.path):
        insert_letter(store.connection, letter)


def insert_letter(connection: sqlite3.Connection, letter: Letter) -> None:
    """The same, within the caller's transaction."""
    connection.execute(
        "INSERT INTO letters (letter, written_at, body, seal, tries) VALUES (?, ?, ?, ?, ?)",
        (letter.letter, letter.written_at, letter.body, letter.seal, letter.tries),
    )


def waiting_letters(store: Store) -> list[Letter]:
    """The letters that have not arrived, as far as anybody knows; oldest first.

    Raises:
        StoreError: if the store is damaged.
    """
    with storage_errors(store.path):
        rows = store.connection.execute(
            "SELECT letter, written_at, body, seal, tries FROM letters ORDER BY letter_key"
        ).fetchall()
    names = ("letter", "written_at", "body", "seal", "tries")
    with readable_rows(store.path):
        return [build(Letter, dict(zip(names, row, strict=True))) for row in rows]


def count_try(store: Store, letter: Letter) -> None:
    """Say that a delivery is being tried; said before it is, a process that dies has tried too.

    Raises:
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    with storage_errors(store.path):
        store.connection.execute(
            "UPDATE letters SET tries = tries + 1 WHERE letter = ?", (letter.letter,)
        )


def drop_letter(store: Store, letter: Letter) -> None:
    """The letter has arrived, or is given up.

    Raises:
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    with storage_errors(store.path):
        store.connection.execute("DELETE FROM letters WHERE letter = ?", (letter.letter,))
