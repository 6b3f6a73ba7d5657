"""The cells of a run as they were computed when it last ended: raw and pooled, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

from niah.store.database import Store, readable_rows, storage_errors
from niah.store.records import build
from niah.store.runs import run_key
from niah.store.transactions import all_or_nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCell:
    """One cell of one sweep; bounds are of 95 % intervals, None = not known.

    Attributes:
        model, task: Of the sweep.
        context_length: Tokens.
        depth_percent: Asked.
        n: Scored trials.
        planned: Trials that the plan has for it.
        raw_accuracy: Mean score of the cell's own scored trials.
        raw_lower, raw_upper: Bounds of its interval.
        raw_method: How that interval was made.
        pooled_accuracy: The pooled map's value, which neighbouring cells have part in.
        pooled_lower, pooled_upper: Bounds of its credible interval.
        pooled_method: The estimator and its version.
    """

    model: str
    task: str
    context_length: int
    depth_percent: float
    n: int
    planned: int
    raw_accuracy: float | None
    raw_lower: float | None
    raw_upper: float | None
    raw_method: str
    pooled_accuracy: float | None
    pooled_lower: float | None
    pooled_upper: float | None
    pooled_method: str


CELL_FIELDS = tuple(field.name for field in fields(StoredCell))
_COLUMNS = ", ".join(CELL_FIELDS)


def save_cells(store: Store, run: str, cells: Iterable[StoredCell]) -> None:
    """Put the cells of a run in place of those that are stored, in one step.

    Raises:
        StoreError: if there is no such run.
        StoreUnavailable: if the disk is full or another process keeps the store locked.
    """
    key = run_key(store, run)
    rows = [(key, *astuple(cell)) for cell in cells]
    places = ", ".join("?" * (1 + len(CELL_FIELDS)))
    with storage_errors(store.path), all_or_nothing(store.connection):
        store.connection.execute("DELETE FROM cells WHERE run_key = ?", (key,))
        store.connection.executemany(
            f"INSERT INTO cells (run_key, {_COLUMNS}) VALUES ({places})", rows
        )


def stored_cells(store: Store, run: str) -> list[StoredCell]:
    """The stored cells of a run by model, task, context length and depth; none before it ended.

    Raises:
        StoreError: if there is no such run, or the store is damaged.
    """
    key = run_key(store, run)
    with storage_errors(store.path):
        rows = store.connection.execute(
            f"SELECT {_COLUMNS} FROM cells WHERE run_key = ?"
            " ORDER BY model, task, context_length, depth_percent",
            (key,),
        ).fetchall()
    with readable_rows(store.path):
        return [build(StoredCell, dict(zip(CELL_FIELDS, row, strict=True))) for row in rows]
