"""What a store looks like inside: numbered migrations that are only ever appended to.

A trial's searchable fields are columns, all others are one JSON object in ``record``: no value is
stored twice. ``outcome_counts`` and ``spending`` are running totals that the writer keeps in the
transaction of the trials they count, so that listing runs never scans trials. ``cells`` and
``tallies`` are derived: they can always be computed again from the trials.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from niah.store.transactions import all_or_nothing

APPLICATION_ID = 0x4E494148  # "NIAH" in the file's header: tells a store from a foreign database

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE runs (
            run_key INTEGER PRIMARY KEY AUTOINCREMENT,
            run TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            experiment_sha256 TEXT NOT NULL,
            simulated INTEGER NOT NULL,
            planned_trials INTEGER NOT NULL,
            created_at TEXT NOT NULL,
            status TEXT NOT NULL,
            finished_at TEXT,
            source TEXT NOT NULL,
            versions TEXT NOT NULL,
            experiment TEXT NOT NULL
        )""",
        "CREATE INDEX runs_by_experiment ON runs (experiment_sha256, run_key)",
        """CREATE TABLE trials (
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            trial_id TEXT NOT NULL,
            model TEXT NOT NULL,
            task TEXT NOT NULL,
            context_length INTEGER NOT NULL,
            depth_percent REAL NOT NULL,
            repeat INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            record TEXT NOT NULL,
            UNIQUE (run_key, trial_id)
        )""",
        """CREATE INDEX trials_by_cell
            ON trials (run_key, model, task, context_length, depth_percent, repeat, trial_id)""",
        # Failed trials that a later attempt replaced.
        """CREATE TABLE replaced_trials (
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            trial_id TEXT NOT NULL,
            model TEXT NOT NULL,
            task TEXT NOT NULL,
            context_length INTEGER NOT NULL,
            depth_percent REAL NOT NULL,
            repeat INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            record TEXT NOT NULL
        )""",
        "CREATE INDEX replaced_by_trial ON replaced_trials (run_key, trial_id)",
        """CREATE TABLE outcome_counts (
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            outcome TEXT NOT NULL,
            trials INTEGER NOT NULL,
            PRIMARY KEY (run_key, outcome)
        ) WITHOUT ROWID""",
        """CREATE TABLE spending (
            run_key INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
            spent_usd REAL NOT NULL,
            unpriced_trials INTEGER NOT NULL
        )""",
        # Requests that may be billed and are not settled. AUTOINCREMENT: an id is never used again,
        # so a late settlement cannot hit another request's reservation.
        """CREATE TABLE reservations (
            reservation INTEGER PRIMARY KEY AUTOINCREMENT,
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            trial_id TEXT NOT NULL,
            worst_case_usd REAL NOT NULL
        )""",
        "CREATE INDEX reservations_by_run ON reservations (run_key, worst_case_usd)",
    ),
    (
        # What was computed from the trials when the run last ended: raw and pooled, side by side.
        """CREATE TABLE cells (
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            model TEXT NOT NULL,
            task TEXT NOT NULL,
            context_length INTEGER NOT NULL,
            depth_percent REAL NOT NULL,
            n INTEGER NOT NULL,
            planned INTEGER NOT NULL,
            raw_accuracy REAL,
            raw_lower REAL,
            raw_upper REAL,
            raw_method TEXT NOT NULL,
            pooled_accuracy REAL,
            pooled_lower REAL,
            pooled_upper REAL,
            pooled_method TEXT NOT NULL,
            PRIMARY KEY (run_key, model, task, context_length, depth_percent)
        ) WITHOUT ROWID""",
    ),
    (
        # A run that is part of a baseline cannot be deleted.
        """CREATE TABLE baselines (
            name TEXT NOT NULL,
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE RESTRICT,
            set_at TEXT NOT NULL,
            PRIMARY KEY (name, run_key)
        ) WITHOUT ROWID""",
        "CREATE INDEX baselines_by_run ON baselines (run_key)",
        # Runs that belong to another one: a gate's re-tests of its regions, controls beside it.
        """CREATE TABLE retests (
            run_key INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
            of_run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE
        )""",
        "CREATE INDEX retests_by_parent ON retests (of_run_key)",
        """CREATE TABLE verdicts (
            verdict_key INTEGER PRIMARY KEY,
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            decided_at TEXT NOT NULL,
            verdict TEXT NOT NULL,
            document TEXT NOT NULL
        )""",
        "CREATE INDEX verdicts_by_run ON verdicts (run_key)",
    ),
    (
        # A run's trials counted when it last ended, so that a history reads no trials.
        """CREATE TABLE tallies (
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            model TEXT NOT NULL,
            task TEXT NOT NULL,
            context_length INTEGER NOT NULL,
            repeat INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            trials INTEGER NOT NULL,
            score_sum REAL NOT NULL,
            cost_usd REAL NOT NULL,
            unpriced INTEGER NOT NULL,
            latency_s REAL NOT NULL,
            timed INTEGER NOT NULL,
            PRIMARY KEY (run_key, model, task, context_length, repeat, outcome)
        ) WITHOUT ROWID""",
    ),
    (
        # Scores of stored responses by other scorers, beside those that the run was measured with.
        """CREATE TABLE scorings (
            scoring_key INTEGER PRIMARY KEY,
            run_key INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
            scorer TEXT NOT NULL,
            niah_version TEXT NOT NULL,
            scored_at TEXT NOT NULL,
            UNIQUE (run_key, scorer)
        )""",
        # No score = the scorer could not tell, which is a failure to measure and not a zero.
        """CREATE TABLE rescores (
            scoring_key INTEGER NOT NULL REFERENCES scorings ON DELETE CASCADE,
            trial_id TEXT NOT NULL,
            score REAL,
            reason TEXT NOT NULL,
            found TEXT NOT NULL,
            taken TEXT NOT NULL,
            PRIMARY KEY (scoring_key, trial_id)
        ) WITHOUT ROWID""",
        # The scorer in use: of one of the scorings, or empty for the scores as they were measured.
        "ALTER TABLE runs ADD COLUMN scored_by TEXT NOT NULL DEFAULT ''",
        # What judge models were asked and said; a judgement is a hash of all that it depends on, so
        # that the same is paid for once, whichever run asks. A run that goes leaves them here.
        """CREATE TABLE judgements (
            judgement TEXT PRIMARY KEY,
            judge TEXT NOT NULL,
            rubric TEXT NOT NULL,
            run_key INTEGER REFERENCES runs ON DELETE SET NULL,
            asked_at TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            spent_usd REAL NOT NULL,
            unpriced INTEGER NOT NULL,
            outcome TEXT NOT NULL,
            verdict TEXT NOT NULL,
            record TEXT NOT NULL
        ) WITHOUT ROWID""",
        "CREATE INDEX judgements_by_run ON judgements (run_key, judge)",
    ),
    (
        # Messages to webhooks that have not arrived yet.
        """CREATE TABLE letters (
            letter_key INTEGER PRIMARY KEY,
            letter TEXT NOT NULL UNIQUE,
            written_at TEXT NOT NULL,
            body TEXT NOT NULL,
            seal TEXT NOT NULL,
            tries INTEGER NOT NULL
        )""",
    ),
)


def schema_version(connection: sqlite3.Connection) -> int:
    """How many migrations the store has seen."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    assert isinstance(version, int)
    return version


def migrate(
    connection: sqlite3.Connection, migrations: Sequence[Sequence[str]] = MIGRATIONS
) -> None:
    """Bring the store to the newest schema, in one transaction that happens wholly or not at all.

    Several processes may try at once: the version is read again under the write lock.

    Raises:
        sqlite3.Error: if a statement fails; the store is then as it was.
    """
    if schema_version(connection) >= len(migrations):
        return
    with all_or_nothing(connection):
        for statements in migrations[schema_version(connection) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {len(migrations)}")


def unexpected_schema(connection: sqlite3.Connection) -> str | None:
    """Say what a store of the newest schema would not contain, None when all is as it should be.

    Extra indexes and views are welcome. A missing or substituted table is not, nor is a trigger:
    in a file from elsewhere it would run with our rights.
    """
    reference = sqlite3.connect(":memory:", isolation_level=None)
    try:
        migrate(reference)
        expected = _columns_of_tables(reference)
    finally:
        reference.close()
    trigger = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchone()
    if trigger is not None:
        return "a trigger that niah did not make"
    found = _columns_of_tables(connection)
    for table, columns in expected.items():
        if table not in found:
            return f"no table {table}"
        if missing := columns - found[table]:
            return f"no column {table}.{min(missing)}"
    return None


def _columns_of_tables(connection: sqlite3.Connection) -> dict[str, set[str]]:
    rows = connection.execute(
        "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c"
        " WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
    )
    columns: dict[str, set[str]] = {}
    for table, column in rows:
        columns.setdefault(table, set()).add(column)
    return columns
