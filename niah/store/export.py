"""A run's trials or cells as JSON lines, CSV or Parquet, safe whatever a model has written.

JSON lines hold exactly what was stored, in plain ASCII. CSV is for spreadsheets: text cells that
one would take for a formula begin with an apostrophe, and invisible characters that could steer a
terminal or reorder text are written out as ``\\u001b``. Lone surrogates, which no file can hold,
become U+FFFD in all three.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields
from itertools import islice
from typing import IO, Any

from niah.errors import ConfigurationError
from niah.escape import spreadsheet_text
from niah.store import TrialRecord
from niah.store.cells import CELL_FIELDS, StoredCell
from niah.store.database import Store
from niah.store.trials import iter_trials

_FIRST = (
    "run",
    "trial_id",
    "model",
    "task",
    "context_length",
    "depth_percent",
    "placed_depth_percent",
    "repeat",
    "seed",
    "prompt_sha256",
    "prompt_tokens",
    "outcome",
    "response",
    "answers",
    "score",
    "input_tokens",
    "cached_input_tokens",
    "output_tokens",
    "cost_usd",
    "latency_s",
    "attempts",
    "started_at",
)
FIELDS = _FIRST + tuple(
    field.name for field in fields(TrialRecord) if field.name not in frozenset(_FIRST)
)
"""Names of an exported trial's fields, in the order of the CSV's columns."""

CELL_COLUMNS = ("run", "simulated", *CELL_FIELDS)
"""Names of an exported cell's fields; raw and pooled accuracies have names of their own."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_ROWS_PER_GROUP = 5_000


def exported_fields(trial: TrialRecord) -> dict[str, Any]:
    """The trial as a mapping of JSON types, keys as in ``FIELDS``."""
    values = asdict(trial) | {"placed_depth_percent": trial.placed_depth_percent}
    return {name: storable(values[name]) for name in FIELDS}


def export_jsonl(store: Store, run: str, stream: IO[str]) -> int:
    """Write one JSON object a line and return how many; ASCII, no raw control characters.

    Raises:
        StoreError: if there is no such run, or the store is damaged.
    """
    return write_jsonl(map(exported_fields, iter_trials(store, run)), stream)


def export_csv(store: Store, run: str, stream: IO[str]) -> int:
    """Write a header and one row a trial, and return how many trials; open with ``newline=""``.

    An unknown value is an empty cell; lists and mappings are JSON text. See the module about
    formulas and invisible characters.

    Raises:
        StoreError: if there is no such run, or the store is damaged.
    """
    return write_csv(FIELDS, map(exported_fields, iter_trials(store, run)), stream)


def export_parquet(store: Store, run: str, stream: IO[bytes]) -> int:
    """Write a Parquet file with typed columns, and return how many trials; memory stays bounded.

    Raises:
        ConfigurationError: if pyarrow is not installed.
        StoreError: if there is no such run, or the store is damaged.
    """
    return write_parquet(
        lambda arrow: [(name, _arrow_type(arrow, name)) for name in FIELDS],
        _parquet_rows(store, run),
        stream,
    )


def _parquet_rows(store: Store, run: str) -> Iterator[dict[str, Any]]:
    for trial in iter_trials(store, run):
        row = exported_fields(trial)
        yield row | {"tags": list(row["tags"].items())}


def exported_cell(run: str, simulated: bool, cell: StoredCell) -> dict[str, Any]:
    """The cell as a mapping of JSON types, keys as in ``CELL_COLUMNS``."""
    values = asdict(cell) | {"run": run, "simulated": simulated}
    return {name: storable(values[name]) for name in CELL_COLUMNS}


def write_jsonl(rows: Iterable[Mapping[str, Any]], stream: IO[str]) -> int:
    """Write each row as a line of ASCII JSON without raw control characters; how many."""
    count = 0
    for row in rows:
        line = json.dumps(row, ensure_ascii=True, allow_nan=False)
        stream.write(line.replace("\x7f", "\\u007f") + "\n")
        count += 1
    return count


def write_csv(columns: Sequence[str], rows: Iterable[Mapping[str, Any]], stream: IO[str]) -> int:
    """Write a header and each row, made safe for spreadsheets; how many rows."""
    table = csv.writer(stream)
    table.writerow(columns)
    count = 0
    for row in rows:
        table.writerow([_cell(value) for value in row.values()])
        count += 1
    return count


def write_parquet(
    columns: Callable[[Any], Sequence[tuple[str, Any]]],
    rows: Iterable[Mapping[str, Any]],
    stream: IO[bytes],
) -> int:
    """Write a Parquet file of typed columns; how many rows. Memory stays bounded.

    Args:
        columns: From the module pyarrow to names and types.
        rows: Values by name.
        stream: Open for writing.

    Raises:
        ConfigurationError: if pyarrow is not installed.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ConfigurationError(
            "Parquet files need pyarrow, which is not installed; pip install 'niah[parquet]'."
        ) from error
    schema = pyarrow.schema(columns(pyarrow))
    count = 0
    with pyarrow.parquet.ParquetWriter(stream, schema) as file:
        for group in _groups(iter(rows)):
            file.write_table(pyarrow.Table.from_pylist(group, schema=schema))
            count += len(group)
    return count


def cell_types(arrow: Any) -> list[tuple[str, Any]]:
    """Names and types of an exported cell's columns, for ``write_parquet``."""
    annotations = StoredCell.__annotations__ | {"run": "str", "simulated": "bool"}
    return [(name, _plain_type(arrow, str(annotations[name]))) for name in CELL_COLUMNS]


def _groups(rows: Iterator[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    while group := list(islice(rows, _ROWS_PER_GROUP)):
        yield group


def _cell(value: object) -> object:
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    return spreadsheet_text(value) if isinstance(value, str) else value


def storable(value: Any) -> Any:
    """The value with lone surrogates, which no file can hold, replaced."""
    if isinstance(value, str):
        if _SURROGATE.search(value):
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value
    if isinstance(value, tuple | list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(name): storable(item) for name, item in value.items()}
    return value


def _arrow_type(pyarrow: Any, name: str) -> Any:
    if name == "placements":
        return pyarrow.list_(
            pyarrow.struct(
                [
                    ("role", pyarrow.string()),
                    ("asked_depth_percent", pyarrow.float64()),
                    ("placed_depth_percent", pyarrow.float64()),
                    ("token_offset", pyarrow.int64()),
                    ("char_offset", pyarrow.int64()),
                    ("asked", pyarrow.bool_()),
                    ("turn", pyarrow.int64()),
                ]
            )
        )
    if name == "tags":
        return pyarrow.map_(pyarrow.string(), pyarrow.string())
    if name == "placed_depth_percent":
        return pyarrow.float64()
    annotation = str(TrialRecord.__annotations__[name])
    if annotation.startswith("tuple[str"):
        return pyarrow.list_(pyarrow.string())
    return _plain_type(pyarrow, annotation)


def _plain_type(pyarrow: Any, annotation: str) -> Any:
    if annotation.startswith("int"):
        return pyarrow.int64()
    if annotation.startswith("float"):
        return pyarrow.float64()
    if annotation.startswith("bool"):
        return pyarrow.bool_()
    return pyarrow.string()
