"""Hostile files, drawn: experiment files, stores and imports that somebody broke or bent."""

from __future__ import annotations

import json
import random
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any

VALUES: tuple[Any, ...] = (
    *(True, False, 0, -1, 1, 2**63, -(2**63), 10**30, 1e308, -0.0, float("nan"), float("inf")),
    *(
        "",
        " ",
        "0",
        "-1",
        "128Z",
        "1e9",
        "nan",
        "true",
        "\u202e\x1b[2J",
        "\x00",
        "'; DROP TABLE runs",
    ),
    *("../../../../etc/passwd", "/dev/zero", "/dev/stdin", "~", "=1+1", "{}", "%s%n", "A" * 20_000),
    *("reference/exact", "openai/gpt-4o", "http://127.0.0.1:9/v1", "file:///etc/passwd", "\ud83d"),
    *([], {}, [[]], [True], [""], [0] * 3_000, ["1K", -1], {"from": 0}, {"x": {"y": [{}]}}),
    *(
        {"from": "1K", "to": "2K", "count": 10**9},
        {"from": 2, "to": 1, "count": 0, "spacing": "log"},
    ),
)
KEYS = ("", "x", "__proto__", "grid", "trials", "name", "path", "\u202e", "a" * 3_000, "price", "0")


def bad_experiment(rng: random.Random, texts: list[str]) -> bytes:
    """An experiment file that was right before some of it was replaced, moved, cut or garbled."""
    text = rng.choice(texts)
    lot = rng.random()
    if lot < 0.3:
        return garbled(rng, text.encode())
    value: Any = tomllib.loads(text)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        value = _bent(rng, value)
    return toml(value).encode("utf-8", "surrogatepass")


def bad_store(rng: random.Random, whole: bytes, path: Path) -> None:
    """A store that was sound before its bytes, its schema or its values were changed."""
    if rng.random() < 0.4:
        path.write_bytes(garbled(rng, whole))
        return
    path.write_bytes(whole)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for _ in range(rng.choice((1, 1, 2, 4))):
            _change(rng, connection)


def bad_import(rng: random.Random, texts: list[str]) -> bytes:
    """Results of others that were right before entries were bent or bytes garbled."""
    text = rng.choice(texts)
    if rng.random() < 0.4:
        return garbled(rng, text.encode())
    try:
        entries = json.loads(text)
    except ValueError:
        lines = text.splitlines()
        place = rng.randrange(len(lines))
        try:
            lines[place] = json.dumps(_bent(rng, json.loads(lines[place])))
        except ValueError:  # a line of a CSV file
            lines[place] = garbled(rng, lines[place].encode()).decode(errors="replace")
        return "\n".join(lines).encode()
    return json.dumps(_bent(rng, entries)).encode()


def garbled(rng: random.Random, content: bytes) -> bytes:
    """Bytes flipped, cut out, doubled, cut off, or replaced by noise."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 2, 8, 64))):
        if not changed:
            break
        begin = rng.randrange(len(changed))
        end = min(len(changed), begin + rng.choice((1, 4, 100, 4_096)))
        lot = rng.randrange(6)
        if lot == 0:
            changed[begin] = rng.randrange(256)
        elif lot == 1:
            del changed[begin:end]
        elif lot == 2:
            changed[begin:begin] = changed[begin:end]
        elif lot == 3:
            changed[begin:end] = rng.randbytes(end - begin)
        elif lot == 4:
            changed[begin:end] = bytes(end - begin)
        elif rng.random() < 0.2:
            del changed[begin:]
    return bytes(changed)


def _bent(rng: random.Random, value: Any) -> Any:
    """The value with something in it replaced, removed, added, renamed or wrapped."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(list(value))
        changed = dict(value)
        lot = rng.random()
        if lot < 0.6:
            changed[key] = _bent(rng, value[key])
        elif lot < 0.7:
            del changed[key]
        elif lot < 0.85:
            changed[rng.choice(KEYS)] = rng.choice(VALUES)
        else:
            changed[rng.choice(KEYS)] = changed.pop(key)
        return changed
    if isinstance(value, list) and value and rng.random() < 0.7:
        place = rng.randrange(len(value))
        return [*value[:place], _bent(rng, value[place]), *value[place + 1 :]]
    if rng.random() < 0.05:
        for _ in range(rng.choice((10, 100))):
            value = [value]
        return value
    return rng.choice(VALUES)


def toml(value: Any) -> str:
    """The value as TOML, every table inline; what TOML cannot say is written all the same."""
    if not isinstance(value, dict):
        return _inline(value)
    return "\n".join(f"{json.dumps(key)} = {_inline(item)}" for key, item in value.items())


def _inline(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_inline(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_inline, value)) + "]"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, str):
        alone = any("\ud800" <= character <= "\udfff" for character in value)
        return json.dumps(value, ensure_ascii=not alone)  # TOML has no escape for half a pair
    return json.dumps(value, default=str)


def _change(rng: random.Random, connection: sqlite3.Connection) -> None:
    tables = [
        row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
    ]
    table = rng.choice([name for name in tables if not name.startswith("sqlite_")])
    columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
    column = rng.choice(columns)
    lot = rng.random()
    statements: list[tuple[str, tuple[Any, ...]]] = []
    if lot < 0.45:
        statements = [(f'UPDATE "{table}" SET "{column}" = ?', (_stored(rng),))]
    elif lot < 0.75 and "record" in columns:
        try:
            row = connection.execute(f'SELECT rowid, record FROM "{table}" LIMIT 1').fetchone()
        except sqlite3.Error:
            row = None  # an earlier change has left no such table
        if row is not None:
            record = _bent_text(rng, row[1])
            statements = [(f'UPDATE "{table}" SET record = ? WHERE rowid = ?', (record, row[0]))]
    elif lot < 0.8:
        statements = [(f'DROP TABLE "{table}"', ())]
    elif lot < 0.84:
        statements = [(f'ALTER TABLE "{table}" DROP COLUMN "{column}"', ())]
    elif lot < 0.88:
        statements = [(f"PRAGMA user_version = {rng.choice((0, 1, 2, 999, -1))}", ())]
    elif lot < 0.9:
        statements = [(f"PRAGMA application_id = {rng.choice((0, 1, -1))}", ())]
    elif lot < 0.94:
        trigger = f'CREATE TRIGGER t AFTER INSERT ON "{table}" BEGIN DELETE FROM runs; END'
        statements = [(trigger, ())]
    else:
        rename = f'ALTER TABLE "{table}" RENAME TO old'
        endless = "WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x FROM r) SELECT x FROM r"
        view = f'CREATE VIEW "{table}" AS {endless}'
        statements = [(rename, ()), (view, ())]
    for statement, values in statements:
        try:
            connection.execute(statement, values)
        except sqlite3.Error:
            return  # SQLite itself forbids it


def _bent_text(rng: random.Random, record: Any) -> Any:
    """A trial's record with something in it bent, unless an earlier change has left none."""
    try:
        return json.dumps(_bent(rng, json.loads(record)))
    except (TypeError, ValueError):
        return _stored(rng)


def _stored(rng: random.Random) -> Any:
    value = rng.choice((*VALUES, None, b"\x00\xff", b""))
    if isinstance(value, bool) or not isinstance(value, int | float | str | bytes | None):
        return json.dumps(value, default=str)
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        return str(value)
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    return value
