"""What judge models were asked and said: durable before it is paid for, and paid for once."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any

from niah.providers import FailureKind, Outcome
from niah.store.database import Store, readable_rows, storage_errors
from niah.store.records import build, parse_object
from niah.store.runs import run_key

ASKED = "asked"
"""The outcome of a judgement whose answer is not on record: in flight, or its process died."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """One answer of a judge.

    Attributes:
        judgement: SHA-256 over everything that it depends on: rubric, case, judge, sampling.
        judge: ``provider/model``.
        rubric: Version of what it was told.
        outcome: As of a trial.
        verdict: ``right``, ``wrong``, or empty where the judge did not give one.
        message: Why there is no verdict, in one sentence.
        response: The judge's whole answer.
        cost_usd: Of the request that brought it; None = unknown.
        usage: The provider's usage object as JSON text.
    """

    judgement: str
    judge: str
    rubric: str
    asked_at: str
    outcome: Outcome
    verdict: str = ""
    message: str = ""
    failure_kind: FailureKind | None = None
    response: str = ""
    reasoning: str = ""
    finish_reason: str | None = None
    served_model: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: float | None = None
    usage: str = "{}"


_KEYS = ("judgement", "judge", "rubric", "asked_at", "outcome", "verdict")
_IN_RECORD = tuple(f.name for f in fields(Judgement) if f.name not in _KEYS)


def known_judgements(store: Store, keys: Iterable[str]) -> dict[str, Judgement]:
    """Those of these judgements that a judge has given, whichever run they were for.

    What failed, or was never heard of again, is not known.

    Raises:
        StoreError: if the store is damaged.
    """
    found: dict[str, Judgement] = {}
    for key in keys:
        with storage_errors(store.path):
            row = store.connection.execute(
                f"SELECT {', '.join(_KEYS)}, record FROM judgements"
                " WHERE judgement = ? AND outcome NOT IN (?, 'failed')",
                (key, ASKED),
            ).fetchone()
        if row is not None:
            with readable_rows(store.path):
                values: dict[str, Any] = dict(zip(_KEYS, row[:-1], strict=True))
                found[key] = build(Judgement, parse_object(row[-1]) | values)
    return found


def judging_usd(store: Store, run: str, judge: str) -> tuple[float, int]:
    """What judging a run has cost, or may have, and how many answers are of unknown cost.

    Raises:
        StoreError: if there is no such run, or the store is damaged.
    """
    key = run_key(store, run)
    with storage_errors(store.path):
        spent, unpriced = store.connection.execute(
            "SELECT total(spent_usd), coalesce(sum(unpriced), 0) FROM judgements"
            " WHERE run_key = ? AND judge = ?",
            (key, judge),
        ).fetchone()
    return float(spent), int(unpriced)


def begin_judgement(store: Store, run: str, asked: Judgement, *, worst_case_usd: float) -> None:
    """Enter a request before it is sent, at its worst case; on the disk on return.

    Should this process die, the amount stays counted as spent.

    Raises:
        StoreError: if there is no such run.
        StoreUnavailable: if it could not be made durable; then do not send.
    """
    key = run_key(store, run)
    with storage_errors(store.path):
        store.connection.execute(
            "INSERT INTO judgements (judgement, judge, rubric, run_key, asked_at, attempts,"
            " spent_usd, unpriced, outcome, verdict, record)"
            " VALUES (?, ?, ?, ?, ?, 1, ?, 0, ?, '', '{}')"
            " ON CONFLICT (judgement) DO UPDATE SET run_key = excluded.run_key,"
            " asked_at = excluded.asked_at, attempts = attempts + 1,"
            " spent_usd = spent_usd + excluded.spent_usd, outcome = excluded.outcome",
            (
                asked.judgement,
                asked.judge,
                asked.rubric,
                key,
                asked.asked_at,
                worst_case_usd,
                ASKED,
            ),
        )


def finish_judgement(
    store: Store, found: Judgement, *, worst_case_usd: float, billed_usd: float | None
) -> None:
    """Enter what came of a request; on the disk on return.

    Args:
        store: Open for writing.
        found: What came of it.
        worst_case_usd: As it was begun with.
        billed_usd: What it cost; None = unknown, which stays counted at its worst case.

    Raises:
        StoreUnavailable: if it could not be made durable.
    """
    values = asdict(found)
    record = json.dumps({name: values[name] for name in _IN_RECORD}, allow_nan=False)
    change = 0.0 if billed_usd is None else billed_usd - worst_case_usd
    unpriced = found.outcome != "failed" and found.cost_usd is None and worst_case_usd == 0
    with storage_errors(store.path):
        store.connection.execute(
            "UPDATE judgements SET outcome = ?, verdict = ?, record = ?, unpriced = ?,"
            " spent_usd = max(0, spent_usd + ?) WHERE judgement = ?",
            (found.outcome, found.verdict, record, unpriced, change, found.judgement),
        )
