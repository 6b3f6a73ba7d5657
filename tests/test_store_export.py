"""Records survive JSON unchanged, and exports are complete and inert whatever a model wrote."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import sys
import types
import typing
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from niah.errors import ConfigurationError, StoreError
from niah.prompts import Placement
from niah.store import TrialRecord
from niah.store.database import open_store
from niah.store.export import FIELDS, export_csv, export_jsonl, export_parquet
from niah.store.records import decode_trial, encode_trial
from niah.store.runs import create_run
from tests.store_data import add_all, make_run, make_trial

CONTRACT = [
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
]

HOSTILE = [
    '=HYPERLINK("http://example.org","x")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\uff1d1+1",
    "\x1b[2J\x1b]0;title\x07",
    "\x9b31m",
    "\u202egnirts",
    "a\u2028b\u2029c\x7f\x00d",
    '"; DROP TABLE runs; --',
    'a,b\n"c"',
    "lone \ud800 surrogate \udfff",
    "</script><script>alert(1)</script>",
    "\ufeff=1",
]

# Two lone surrogates side by side are one character to JSON, so that pair alone cannot be kept.
ANY_TEXT = st.text(max_size=20) | st.builds(
    "{}{}{}".format, st.text(max_size=5), st.sampled_from("\ud800\udfff"), st.text(max_size=5)
)
COLUMN_TEXT = st.text(max_size=10)
SMALL = st.integers(min_value=-(1 << 63) + 1, max_value=(1 << 63) - 1)
FINITE = st.floats(allow_nan=False, allow_infinity=False)


def values_of(hint: Any) -> st.SearchStrategy[Any]:
    """Any value of the annotated type that a record may hold."""
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return st.one_of(
            [st.none() if one is types.NoneType else values_of(one) for one in arguments]
        )
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(values_of(arguments[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(values_of(arguments[0]), values_of(arguments[1]), max_size=3)
    if hint is Placement:
        return st.builds(
            Placement,
            role=ANY_TEXT,
            asked_depth_percent=FINITE,
            placed_depth_percent=FINITE,
            token_offset=st.integers(),
            char_offset=st.integers(),
        )
    return {str: ANY_TEXT, int: st.integers(), float: FINITE, bool: st.booleans()}[hint]


def records() -> st.SearchStrategy[TrialRecord]:
    hints = typing.get_type_hints(TrialRecord)
    chosen = {field.name: values_of(hints[field.name]) for field in fields(TrialRecord)}
    chosen |= dict.fromkeys(("run", "trial_id", "model", "task"), COLUMN_TEXT)
    chosen |= dict.fromkeys(("context_length", "repeat"), SMALL)
    chosen["score"] = st.none() | st.floats(0, 1)
    return st.builds(TrialRecord, **chosen)


@given(record=records())
@settings(max_examples=200, deadline=None)
def test_a_record_survives_json(record: TrialRecord) -> None:
    """Record to row to record is the identity, for every text, number and missing value."""
    row = encode_trial(record)
    assert decode_trial(record.run, row) == record
    assert str(row[-1]).isascii()


@given(record=records(), name=st.sampled_from([field.name for field in fields(TrialRecord)]))
@settings(max_examples=100, deadline=None)
def test_a_row_without_a_field_has_its_default_or_is_refused(
    record: TrialRecord, name: str
) -> None:
    """An older row lacks a newer field: it reads as the default, and without one it is refused."""
    *columns, text = encode_trial(record)
    values = json.loads(str(text))
    if name not in values:
        return  # a column
    del values[name]
    (field,) = (field for field in fields(TrialRecord) if field.name == name)
    row = (*columns, json.dumps(values))
    if field.default is not MISSING:
        assert decode_trial(record.run, row) == replace(record, **{name: field.default})
    elif field.default_factory is not MISSING:
        assert getattr(decode_trial(record.run, row), name) == field.default_factory()
    else:
        with pytest.raises(ValueError, match=name):
            decode_trial(record.run, row)


@given(
    values=st.dictionaries(
        st.sampled_from([field.name for field in fields(TrialRecord)]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner),
            max_leaves=3,
        ),
    )
)
@settings(max_examples=200, deadline=None)
def test_a_row_of_wrong_values_is_refused_or_right(values: dict[str, Any]) -> None:
    """Any JSON in place of any fields raises ValueError or gives a record that can be stored."""
    row = encode_trial(make_trial(1))
    text = json.dumps(json.loads(str(row[-1])) | values)
    try:
        record = decode_trial("r", (*row[:-1], text))
    except ValueError:
        return
    encode_trial(record)


def exported(tmp_path: Path, trials: list[TrialRecord]) -> tuple[str, str]:
    lines, table = io.StringIO(), io.StringIO(newline="")
    with open_store(tmp_path / "niah.db") as store:
        create_run(store, make_run())
        add_all(store, trials)
        assert export_jsonl(store, "quickstart-1", lines) == len(trials)
        assert export_csv(store, "quickstart-1", table) == len(trials)
        with pytest.raises(StoreError, match="no run"):
            export_jsonl(store, "missing", lines)
    return lines.getvalue(), table.getvalue()


def test_every_field_is_exported(tmp_path: Path) -> None:
    """Each line has the contract's names first, then every other field of the record."""
    lines, table = exported(tmp_path, [make_trial(1), make_trial(2, cost_usd=None, placements=())])
    assert list(FIELDS[: len(CONTRACT)]) == CONTRACT
    assert set(FIELDS) == {field.name for field in fields(TrialRecord)} | {"placed_depth_percent"}
    first, second = map(json.loads, lines.splitlines())
    assert list(first) == list(FIELDS)
    assert first["placed_depth_percent"] == 49.5
    assert first["answers"] == ["482913"]
    assert (second["cost_usd"], second["placed_depth_percent"]) == (None, None)
    header, row, unknown = csv.reader(io.StringIO(table, newline=""))
    assert header == list(FIELDS)
    assert json.loads(row[FIELDS.index("answers")]) == ["482913"]
    assert row[FIELDS.index("score")] == "1.0"
    assert unknown[FIELDS.index("cost_usd")] == ""


def test_json_lines_are_inert(tmp_path: Path) -> None:
    """One object a line in printable ASCII, and the text comes back as it was."""
    trials = [make_trial(number, response=text) for number, text in enumerate(HOSTILE)]
    lines, _ = exported(tmp_path, trials)
    assert re.fullmatch(r"[\n\x20-\x7e]*", lines)
    back = [json.loads(line)["response"] for line in lines.splitlines()]
    assert back == [re.sub("[\ud800-\udfff]", "\ufffd", text) for text in HOSTILE]


def test_csv_cells_are_inert(tmp_path: Path) -> None:
    """No cell begins a formula, steers a terminal or reorders text, in any text field."""
    trials = [
        make_trial(
            number,
            answers=(text,),
            tags={text: text},
            **dict.fromkeys(("question", "response", "reasoning", "message"), text),
        )
        for number, text in enumerate(HOSTILE)
    ]
    _, table = exported(tmp_path, trials)
    table.encode()
    rows = list(csv.DictReader(io.StringIO(table, newline="")))
    assert len(rows) == len(HOSTILE)
    for row in rows:
        for cell in row.values():
            assert not re.match(r"[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]", cell)
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", cell)
    by_number = {int(row["repeat"]): row["response"] for row in rows}
    assert by_number[0] == "'" + HOSTILE[0]
    assert by_number[HOSTILE.index('"; DROP TABLE runs; --')] == '"; DROP TABLE runs; --'
    assert by_number[HOSTILE.index("\x1b[2J\x1b]0;title\x07")] == r"\u001b[2J\u001b]0;title\u0007"


def test_parquet_without_pyarrow_names_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without pyarrow the export says what to install, and writes nothing."""
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    stream = io.BytesIO()
    with (
        open_store(tmp_path / "niah.db") as store,
        pytest.raises(ConfigurationError, match=r"pip install 'niah\[parquet\]'"),
    ):
        export_parquet(store, "latest", stream)
    assert stream.getvalue() == b""


def test_parquet_holds_the_same_values(tmp_path: Path) -> None:
    """A Parquet file reads back as the JSON lines do, with typed columns."""
    parquet = pytest.importorskip(
        "pyarrow.parquet", reason="needs pyarrow: pip install 'niah[parquet]'"
    )
    trials = [make_trial(number, response=text) for number, text in enumerate(HOSTILE)]
    trials.append(make_trial(99, cost_usd=None, score=None, placements=(), tags={"a": "b"}))
    lines, _ = exported(tmp_path, trials)
    with open_store(tmp_path / "niah.db") as store, (tmp_path / "out.parquet").open("wb") as file:
        assert export_parquet(store, "quickstart-1", file) == len(trials)
    rows = parquet.read_table(tmp_path / "out.parquet").to_pylist()
    for row, line in zip(rows, map(json.loads, lines.splitlines()), strict=True):
        assert row | {"tags": dict(row["tags"])} == line
    assert math.isclose(sum(row["score"] or 0 for row in rows), len(HOSTILE))
