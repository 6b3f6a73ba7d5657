"""Expected against billed: what the planner's accounting says of the trials that were answered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from niah.models import Model
from niah.plan import trial_maker
from niah.providers.bills import Bill, cache_rule, expected_bill
from niah.runner.prepared import Prepared
from niah.statistics.grids import by_sweep
from niah.store import BILL_NOTE, TrialRecord
from niah.tasks.controls import WITHOUT_HAYSTACK


@dataclass(frozen=True, slots=True, kw_only=True)
class Bills:
    """The input of a sweep's answered trials, as it was expected to be billed and as it was.

    Attributes:
        trials: Those whose usage was reported.
        expected_share, billed_share: Of the input tokens, those read from a cache.
        expected_usd, billed_usd: For the input alone; None = unknown price.
    """

    trials: int
    expected_share: float
    billed_share: float
    expected_usd: float | None
    billed_usd: float | None


def compare_bills(
    prepared: Prepared,
    records: Iterable[TrialRecord],
    batches: Mapping[str, Sequence[int]],
) -> dict[str, Bills]:
    """The bills of each model whose cache is known, by model id; none without haystacks.

    Args:
        prepared: The experiment.
        records: Of its run.
        batches: Trials of each batch of an adaptive sweep, by model id.
    """
    if prepared.experiment.prompt.control in WITHOUT_HAYSTACK:
        return {}  # a few words, and no cell of the grid
    make = trial_maker(prepared.experiment, prepared.ingredients)
    grid = prepared.experiment.grid
    row = {depth: number for number, depth in enumerate(grid.depth_percents)}
    column = {length: number for number, length in enumerate(grid.context_lengths)}
    bills = {}
    for (name, _), own in by_sweep(list(records)).items():
        model = prepared.models[name]
        reported = sorted(
            (record for record in own if record.input_tokens), key=lambda r: r.started_at
        )
        if not reported or model.simulated or cache_rule(model) is None:
            continue
        trials = [
            make(name, (row[r.depth_percent], column[r.context_length]), r.repeat) for r in reported
        ]
        bill = expected_bill(
            model,
            trials,
            frame_tokens=prepared.ingredients.frame_tokens,
            batches=batches.get(name, ()),
        )
        bills[name] = _bills(model, bill, reported)
    return bills


def _bills(model: Model, expected: Bill, records: Sequence[TrialRecord]) -> Bills:
    cached = sum(record.cached_input_tokens or 0 for record in records)
    total = sum(record.input_tokens or 0 for record in records)
    billed_usd = None
    if model.price is not None:
        billed_usd = sum(
            model.price.cost_usd(
                input_tokens=record.input_tokens or 0,
                output_tokens=0,
                cached_input_tokens=record.cached_input_tokens or 0,
                cache_write_tokens=record.cache_write_tokens or 0,
            )
            for record in records
        )
    return Bills(
        trials=len(records),
        expected_share=expected.cached_share,
        billed_share=cached / total,
        expected_usd=expected.input_usd,
        billed_usd=billed_usd,
    )


def bills_json(bills: Bills) -> str:
    """Bills as they are kept beside a run."""
    return json.dumps({name: getattr(bills, name) for name in Bills.__slots__})


def bills_of(versions: Mapping[str, str]) -> dict[str, Bills]:
    """The bills that are kept beside a run, by model id; what is not one is left out."""
    found = {}
    for name, text in versions.items():
        if name.startswith(BILL_NOTE):
            try:
                found[name.removeprefix(BILL_NOTE)] = Bills(**json.loads(text))
            except (TypeError, ValueError):
                continue
    return found
